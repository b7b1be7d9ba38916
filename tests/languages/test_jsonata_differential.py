"""A second opinion: jsonatapy (an engine of its own, in Rust) on generated expressions and documents."""

from __future__ import annotations

import json

import jsonatapy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.jsonpaths import Json
from monitor.languages import MISSING, RESULT, State, Value, compile_translation

KEYS = st.sampled_from(["a", "b", "c", "d"])
NUMBERS = st.integers(-3, 3) | st.sampled_from([0.5, -1.25])
LEAVES = st.none() | st.booleans() | NUMBERS | st.sampled_from(["", "x", "yy"])
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
    ),
    max_size=4,
)

LITERALS = st.sampled_from(["1", "'x'", "true", "null"])
STEPS = KEYS | st.builds("{}[{}]".format, KEYS, st.integers(-2, 2)) | st.builds("{}[]".format, KEYS) | st.just("*")
PATHS = st.lists(STEPS, min_size=1, max_size=4).map(".".join)
FILTERED = st.builds("{}[{} = {}].{}".format, KEYS, KEYS, LITERALS, KEYS)
CALLS = st.builds("${}({})".format, st.sampled_from(["count", "exists", "string", "type", "distinct", "keys"]), PATHS)
MAPPED = st.builds("$map({}, function($i) {{$i.{}}})".format, PATHS, KEYS)
TERMS = PATHS | FILTERED | CALLS | MAPPED | LITERALS
CHOICES = (
    TERMS
    | st.builds("({} ? {} : {})".format, TERMS, TERMS, TERMS)
    | st.builds("({} & {})".format, TERMS, TERMS)
    | st.builds("[{}, {}]".format, TERMS, TERMS)
)
EXPRESSIONS = CHOICES | st.builds("{{'p': {}, 'q': {{'r': {}}}}}".format, CHOICES, CHOICES)


def _other(source: str, document: Json) -> Value | str:
    """What the other engine yields, an error as its code."""
    try:
        text = jsonatapy.compile(source).evaluate_json_or_none(json.dumps(document))
    except ValueError as error:
        return f"!{str(error)[:5]}"
    value: Json = MISSING if text is None else json.loads(text)  # type: ignore[assignment]
    return value


def _ours(source: str, document: Json) -> Value | str:
    translation = compile_translation("jsonata", source)
    evaluation = translation.evaluate(document)
    if evaluation.fault:
        return f"!{evaluation.fault.code}"
    if not evaluation.named:
        return evaluation.outputs[RESULT]
    return {key: value for key, value in evaluation.outputs.items() if not isinstance(value, State)}


@settings(max_examples=150, deadline=None)
@given(source=EXPRESSIONS, document=DOCUMENTS)
def test_two_engines_agree(source: str, document: dict[str, Json]) -> None:
    assert _ours(source, document) == _other(source, document)


@pytest.mark.long
@settings(max_examples=350, deadline=None)
@given(source=EXPRESSIONS, document=DOCUMENTS)
def test_two_engines_agree_at_length(source: str, document: dict[str, Json]) -> None:
    assert _ours(source, document) == _other(source, document)
