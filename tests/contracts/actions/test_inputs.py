"""Inputs get the types that an action declares, and what is suggested is YAML that says what was meant."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor.contracts.actions.inputs import declared, flow_map, plain_key, required, sample_of, typed
from monitor.jsonpaths import Json


def schema(**kinds: Json) -> Json:
    return {"properties": {name: {"type": kind} for name, kind in kinds.items()}}


@pytest.mark.parametrize(
    ("kind", "given_value", "expected"),
    [
        ("string", "a", "a"),
        ("string", 15555550100, "15555550100"),
        ("string", True, "true"),
        ("string", 1.5, "1.5"),
        ("integer", "12", 12),
        ("integer", "12.5", "12.5"),
        ("integer", "true", "true"),
        ("integer", "0012", "0012"),
        ("number", "1.5", 1.5),
        ("number", "12", 12),
        ("boolean", "true", True),
        ("boolean", "yes", "yes"),
        ("boolean", "1", "1"),
        (["string", "null"], 5, "5"),
        (["integer", "string"], "5", "5"),
        (None, 5, 5),
        ("array", [1], [1]),
        ("object", {"a": 1}, {"a": 1}),
    ],
)
def test_an_input_has_its_declared_type(kind: Json, given_value: Json, expected: Json) -> None:
    (found,) = typed({"x": given_value}, schema(x=kind)).values()
    assert (type(found), found) == (type(expected), expected)


def test_nulls_are_dropped_as_genesys_drops_them() -> None:
    assert typed({"a": None, "b": "", "c": 0}, schema(a="string")) == {"b": "", "c": 0}


@pytest.mark.parametrize("broken", [None, 5, [], "x", {}, {"properties": []}, {"properties": 5}, {"required": "a"}])
def test_any_schema_will_do(broken: Json) -> None:
    assert declared(broken) == {}
    assert required(broken) == ()
    assert typed({"a": 1}, broken) == {"a": 1}


def test_required_inputs_in_their_order() -> None:
    properties: Json = {"a": {}, "b": {"required": True}, "c": {}, "d": 5}
    assert required({"properties": properties, "required": ["c", "nope", 5, "d"]}) == ("b", "c", "d")


@pytest.mark.parametrize(
    ("of", "sample"),
    [
        ({"type": "string"}, "..."),
        ({"type": "integer"}, 1),
        ({"type": "number"}, 1),
        ({"type": "boolean"}, True),
        ({"type": "string", "default": "call"}, "call"),
        ({"type": "string", "enum": ["Phone", "Email"]}, "Phone"),
        ({"enum": []}, "..."),
        ({"default": {"a": 1}}, "..."),
        (None, "..."),
    ],
)
def test_a_sample_to_begin_with(of: Json, sample: Json) -> None:
    assert sample_of(of) == sample


@pytest.mark.parametrize("name", ["phone", "x-key", "no", "ON", "null", "1", "a b", "ä", "", "a:", "#", "\x07", "~"])
def test_a_key_of_yaml_is_the_name(name: str) -> None:
    assert yaml.safe_load(f"{plain_key(name)}: 1") == {name: 1}


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers() | st.booleans(), max_size=3))
def test_what_is_suggested_is_yaml_on_one_line(pairs: dict[str, Json]) -> None:
    text = flow_map(pairs.items())
    assert text.isprintable()
    assert yaml.safe_load(f"inputs: {text}") == {"inputs": pairs}
