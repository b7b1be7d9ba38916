"""A data action and a contract are joined exactly where they make the same call."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.jsonpaths import Json
from monitor.model import Contract, Interaction, RequestOverride, RequestTemplate, Translation, Use, Vendor
from monitor.pipeline.joining import joined

VENDOR = Vendor("crm", "https://crm.example/v1", (), headers={"X-Key": "K"})
CONTRACT = Contract("a.json", "$.interactions[0]", b"{}", "digest")
ACTION = Translation("Get customer", "data_action", "{}", "get-customer.json")
POP = Translation("pop", "jsonata", "$", "pop.jsonata")
USE = Use("CRM", "Get customer", "id", "Flow.id", "Sales", "step")


def request(
    method: str = "GET", path: str = "/c", query: str = "", body: str | None = None, **headers: str
) -> RequestTemplate:
    pairs = tuple((name, value) for name, _, value in (part.partition("=") for part in query.split("&") if part))
    return RequestTemplate(method, path, pairs, tuple(headers.items()), None if body is None else body.encode())


def contract(asked: RequestTemplate, name: str = "a lookup", **more: object) -> Interaction:
    made = Interaction(f"{name}-1", "crm", "pop", name, asked, contract=CONTRACT, translations=(POP,))
    return replace(made, **more)  # type: ignore[arg-type]


def action(asked: RequestTemplate, **more: object) -> Interaction:
    made = Interaction(
        "get-customer-1",
        "crm",
        "CRM",
        "Get customer",
        asked,
        translations=(ACTION,),
        action="Get customer",
        uses=(USE,),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def are_joined(one: RequestTemplate, other: RequestTemplate, vendor: Vendor = VENDOR) -> bool:
    found, told = joined(vendor, (contract(one), action(other)))
    assert len(found) == 2 - len(told)
    return bool(told)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (request(), request(), True),
        (request(method="POST"), request(), False),
        (request(path="/d"), request(), False),
        (request(path="/C"), request(), False),
        # parameters
        (request(query="a=1&b=2"), request(query="b=2&a=1"), True),
        (request(query="a=1&a=2"), request(query="a=2&a=1"), True),
        (request(query="a=1"), request(query="a=1&a=1"), False),
        (request(query="a=1"), request(query="a=2"), False),
        (request(query="a=1"), request(), False),
        (request(query="a=+1"), request(query="a= 1"), False),
        # headers are not the call
        (request(Accept="text/json"), request(Accept="application/json", Authorization="x"), True),
        # bodies
        (request("POST", body='{"a": 1, "b": [1, 2]}'), request("POST", body='{"b":[1,2],"a":1}'), True),
        (request("POST", body='{"a": 1}'), request("POST", body='{"a": 2}'), False),
        (request("POST", body="[1, 2]"), request("POST", body="[2, 1]"), False),
        (request("POST", body='{"a": 1}'), request("POST", body='{"a": "1"}'), False),
        (request("POST", body='{"a": 1.0}'), request("POST", body='{"a": "1.0"}'), False),
        (request("POST", body='{"a": true}'), request("POST", body='{"a": 1}'), False),
        (request("POST", body='{"a": "\\u00e9"}'), request("POST", body='{"a": "é"}'), True),
        (request("POST", body="a=1"), request("POST", body="a=1"), True),
        (request("POST", body="a=1"), request("POST", body="a=2"), False),
        (request("POST", body="{}"), request("POST"), False),
        (request("POST", body=""), request("POST"), True),
        (request("POST", body="[" * 5_000), request("POST", body="[" * 5_000), True),
        # paths as they go over the wire
        (request(path="/c d"), request(path="/c%20d"), True),
        (request(path="/é"), request(path="/%C3%A9"), True),
    ],
)
def test_which_calls_are_the_same(one: RequestTemplate, other: RequestTemplate, same: bool) -> None:
    assert are_joined(one, other) == same


@pytest.mark.parametrize("base", ["https://crm.example", "https://crm.example/v1/", "", "${CRM_URL}", "crm"])
def test_whatever_base_url_says(base: str) -> None:
    vendor = replace(VENDOR, base_url=base)
    assert are_joined(request(query="a=1"), request(query="a=1"), vendor)
    assert not are_joined(request(query="a=1"), request(query="a=2"), vendor)


def test_what_is_joined_has_the_translations_of_both() -> None:
    asked = request(query="a=1", Accept="x", A="contract")
    own = RequestOverride(headers={"X-Own": "1"}, read_only=True)
    both = joined(VENDOR, (contract(asked), action(request(query="a=1", a="action", B="b"), override=own)))
    (one,), (told,) = both
    assert (one.id, one.description, one.contract, one.action) == ("a lookup-1", "a lookup", CONTRACT, "Get customer")
    assert one.translations == (POP, ACTION)
    assert one.uses == (USE,)
    assert one.request.headers == (("Accept", "x"), ("a", "action"), ("B", "b"))  # those that work
    assert (one.override.headers, one.override.read_only) == ({"X-Own": "1"}, True)
    assert (told.vendor, told.id, told.description) == ("crm", "get-customer-1", "Get customer")
    assert told.interaction_id == "a lookup-1"


def test_what_monitor_yaml_replaces_is_part_of_the_call() -> None:
    vendor = replace(VENDOR, requests={"a lookup": RequestOverride(query={"a": ("2",)})})
    assert are_joined(request(query="a=1"), request(query="a=2"), vendor)
    assert not are_joined(request(query="a=1"), request(query="a=1"), vendor)


def test_the_first_of_two_contracts_and_what_is_not_sent() -> None:
    contracts = (contract(request(), "first"), contract(request(), "second"))
    (first, second), told = joined(VENDOR, (*contracts, action(request())))
    assert ([t.name for t in first.translations], [t.name for t in second.translations]) == (
        ["pop", "Get customer"],
        ["pop"],
    )
    assert [one.interaction_id for one in told] == ["first-1"]
    for refused in (action(request(), refusal="no inputs"), action(request(path="//[")), action(request(A="b\nc"))):
        found, none = joined(VENDOR, (*contracts, refused))
        assert (len(found), none) == (3, ())
    assert joined(VENDOR, (contract(request(), refusal="no state"), action(request())))[1] == ()


def test_two_actions_on_one_contract() -> None:
    other = action(request(), id="other", description="Other", action="Other")
    (one,), told = joined(VENDOR, (contract(request()), action(request()), other))
    assert [translation.name for translation in one.translations] == ["pop", "Get customer", "Get customer"]
    assert [together.id for together in told] == ["get-customer-1", "other"]


def test_nothing_changes_without_actions_and_two_actions_stay_two() -> None:
    contracts = (contract(request()), contract(request(), "second"))
    assert joined(VENDOR, contracts) == (contracts, ())
    actions = (action(request()), action(request(), id="other", description="Other"))
    assert joined(VENDOR, actions) == (actions, ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(JSON, JSON)
def test_bodies_are_the_same_by_their_value(one: Json, other: Json) -> None:
    first, second = (request("POST", body=json.dumps(value)) for value in (one, other))
    again = request("POST", body=json.dumps(one, indent=3, sort_keys=True, ensure_ascii=False))
    assert are_joined(first, again)
    assert are_joined(first, second) == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))
