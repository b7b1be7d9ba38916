"""JSON that the engine's reader refuses is still judged as the JSON that it is."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.jsonpaths import json_type, read_json
from monitor.model import Response
from monitor.pact_engine import match_response
from monitor.pact_engine.cleaning import taken

ODD = [
    b'\xef\xbb\xbf{"id": 1}',
    b'{"id": 1, "x": "\\ud800"}',
    b'{"id": 1, "\\udfff": 1}',
    b'{"id": 1, "n": ' + b"9" * 400 + b"}",
    b'{"id": 1, "n": -' + b"9" * 5000 + b"}",
    b'{"id": 1, "n": 1e400}',
    b'{"id": 1, "n": [-2.5E+999]}',
]


def pact(body: object, rule: str) -> bytes:
    response = {
        "status": 200,
        "body": body,
        "matchingRules": {"body": {"$.id": {"matchers": [{"match": rule}]}}},
    }
    return json.dumps(
        {
            "interactions": [{"description": "d", "request": {"method": "GET", "path": "/"}, "response": response}],
            "metadata": {"pactSpecification": {"version": "3.0.0"}},
        }
    ).encode()


def response(body: bytes) -> Response:
    return Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), body)


@pytest.mark.parametrize("body", ODD, ids=range(len(ODD)))
def test_odd_json_is_judged(body: bytes) -> None:
    assert match_response(pact({"id": 7}, "integer"), response(body)) == ()
    (found,) = match_response(pact({"id": "7"}, "type"), response(body))
    assert found.path == "$.id"


@pytest.mark.parametrize("body", [body for body in ODD if len(body) < 4_000])  # longer integers are read as Decimals
def test_types_stay(body: bytes) -> None:
    before, after = (read_json(text).value for text in (body, taken(body)))
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert [json_type(value) for value in before.values()] == [json_type(value) for value in after.values()]


@given(st.binary(max_size=40))
def test_what_is_no_json_is_left_alone(data: bytes) -> None:
    assert taken(data) in (data, data.removeprefix(b"\xef\xbb\xbf"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)
DUMPS: tuple[Callable[[object], str], ...] = (json.dumps, lambda value: json.dumps(value, ensure_ascii=False))


@given(VALUES, st.sampled_from(DUMPS))
def test_what_the_engine_takes_is_left_alone(value: object, dumps: Callable[[object], str]) -> None:
    text = dumps(value).encode()
    assert taken(text) == text
