"""States are bound, their parameters fill the request, and what is missing is told with the YAML that mends it."""

from __future__ import annotations

import json

import pytest

from monitor.contracts.states import bind, fill
from monitor.jsonpaths import Json
from monitor.model import ProviderState, RequestTemplate, StateBinding

EXISTS = "A customer with phone 15555551234 exists"


def generator(expression: str, data_type: str | None = None) -> Json:
    made: dict[str, Json] = {"type": "ProviderState", "expression": expression}
    return made | ({"dataType": data_type} if data_type else {})


def test_states_and_parameters_fill_the_query() -> None:
    request = RequestTemplate("GET", "/c", query=(("phone", "1"), ("x", "kept")))
    bound = bind(
        (ProviderState(EXISTS, {"phone": "old", "more": 1}),),
        request,
        {"query": {"phone": generator("${phone}")}},
        {EXISTS: StateBinding({"phone": "15555550100"})},
    )
    assert bound.refusal == ""
    assert bound.request.query == (("phone", "15555550100"), ("x", "kept"))
    assert bound.states == (ProviderState(EXISTS, {"phone": "15555550100", "more": 1}),)


def test_an_unbound_state_is_refused_with_the_yaml_to_add() -> None:
    bound = bind((ProviderState(EXISTS),), RequestTemplate("GET", "/"), {}, {})
    assert bound.refusal == (
        f"provider state '{EXISTS}' is not bound; add to the vendor: states: {{\"{EXISTS}\": {{params: {{}}}}}}"
    )


def test_a_missing_parameter_is_refused_with_the_yaml_to_add() -> None:
    bound = bind(
        (ProviderState(EXISTS),), RequestTemplate("GET", "/"), {"path": generator("/c/${id}")}, {EXISTS: StateBinding()}
    )
    assert bound.refusal == (
        "a generator of its request needs the state parameter 'id'; "
        f'add to the vendor: states: {{"{EXISTS}": {{params: {{"id": ...}}}}}}'
    )


@pytest.mark.parametrize("key", ["phone", "phone[0]", "$.phone", "$.phone[0]"])
def test_every_spelling_of_a_query_generator(key: str) -> None:
    request = RequestTemplate("GET", "/", query=(("phone", "1"),))
    assert fill(request, {"query": {key: generator("phone")}}, {"phone": 2}).query == (("phone", "2"),)


def test_path_and_headers() -> None:
    request = RequestTemplate("GET", "/c/1", headers=(("X-Id", "1"),))
    generators: dict[str, Json] = {"path": generator("/c/${id}"), "header": {"x-id": generator("id-${id}")}}
    filled = fill(request, generators, {"id": 7})
    assert filled.path == "/c/7"
    assert filled.headers == (("X-Id", "id-7"),)


@pytest.mark.parametrize(
    ("data_type", "param", "expected"),
    [
        (None, 7, 7),
        ("INTEGER", "7", 7),
        ("DECIMAL", "7.5", 7.5),
        ("BOOLEAN", "true", True),
        ("STRING", 7, "7"),
        ("RAW", {"a": 1}, {"a": 1}),
        ("INTEGER", "seven", "seven"),
    ],
)
def test_bodies_get_the_type_asked_for(data_type: str | None, param: Json, expected: Json) -> None:
    request = RequestTemplate("POST", "/", body=b'{"a":[{"id":0},{"id":0}],"b":1}')
    filled = fill(request, {"body": {"$.a[*].id": generator("${id}", data_type)}}, {"id": param})
    assert filled.body is not None
    assert json.loads(filled.body) == {"a": [{"id": expected}, {"id": expected}], "b": 1}


@pytest.mark.parametrize(
    "generators",
    [
        {"query": {"phone": {"type": "RandomInt", "min": 1}}},
        {"body": {"$.x": {"type": "Uuid"}}},
        {"path": 3, "query": [], "body": "x", "header": None},
        {"body": {"not a path": {"type": "ProviderState", "expression": "x"}}},
    ],
)
def test_other_generators_leave_the_example(generators: dict[str, Json]) -> None:
    request = RequestTemplate("GET", "/", query=(("phone", "1"),), body=b'{"x":1}')
    assert fill(request, generators, {"x": "y"}) == request
