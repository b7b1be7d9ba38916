"""The quick yes to a schema: never where the validator says no, and always where a schema says types and names only."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from jsonschema.validators import validator_for

from monitor.checking.translations.conforming import conforms
from monitor.jsonpaths import Json

TYPES = ["string", "integer", "number", "boolean", "object", "array", "null"]
NAMES = st.sampled_from(["a", "b"])
LEAVES = st.sampled_from([None, True, False, 0, 1, 1.0, 2.5, "", "x"])
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2))


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(TYPES) | st.lists(st.sampled_from(TYPES), min_size=1, max_size=2, unique=True),
            "properties": st.dictionaries(NAMES, inner, max_size=2),
            "items": inner | st.lists(inner, min_size=1, max_size=1),
            "required": st.lists(NAMES, min_size=1, max_size=2, unique=True),
            "additionalProperties": st.booleans(),
            "enum": st.just([1, "x"]),
            "title": st.just("A title"),
            "$schema": st.sampled_from(
                ["http://json-schema.org/draft-04/schema#", "https://json-schema.org/draft/2020-12/schema"]
            ),
        },
    )


SCHEMAS: st.SearchStrategy[Any] = st.recursive(st.just({}), _schemas, max_leaves=6)


@given(SCHEMAS, VALUES)
def test_a_yes_is_certain(schema: dict[str, Any], value: Any) -> None:
    validator = validator_for(schema, default=Draft4Validator)
    if validator(validator.META_SCHEMA).is_valid(schema):
        assert not conforms(json.dumps(schema))(value) or validator(schema).is_valid(value)


PLAIN: Json = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "title": "A customer",
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "its number"},
        "open": {"type": ["integer", "null"]},
        "tickets": {"type": "array", "items": {"properties": {"n": {"type": "number"}}, "additionalProperties": True}},
    },
    "required": ["id"],
}


@pytest.mark.parametrize(
    ("value", "yes"),
    [
        ({"id": "a", "open": 1, "tickets": [{"n": 1}, {"n": 1.5, "more": True}]}, True),
        ({"id": "", "open": None, "more": 1}, True),
        ({"open": 1}, False),
        ({"id": 1}, False),
        ({"id": "a", "open": True}, False),
        ({"id": "a", "open": 1.0}, False),  # the validator knows
        ({"id": "a", "tickets": {}}, False),
        ({"id": "a", "tickets": [{"n": "1"}]}, False),
        ([], False),
    ],
)
def test_what_is_plain_is_told(value: Json, yes: bool) -> None:
    assert conforms(json.dumps(PLAIN))(value) == yes


@pytest.mark.parametrize(
    "more", [{"enum": ["a"]}, {"$ref": "#"}, {"items": []}, {"type": "any"}, {"minLength": 1}, {"id": "x"}]
)
def test_what_is_not_plain_is_the_validators(more: dict[str, Json]) -> None:
    assert not conforms(json.dumps({"properties": {"a": more}}))({"a": "a"})
