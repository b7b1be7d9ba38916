"""Pact files of every version are read as they stand; what is wrong in them is told with its place."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.contracts.pact import PactInteraction, PactMessage, parse_pact
from monitor.errors import ContractError
from monitor.model import ProviderState


def pact(*interactions: object, version: str = "3.0.0", **more: object) -> bytes:
    return json.dumps(
        {
            "consumer": {"name": "screen-pop"},
            "provider": {"name": "crm"},
            "interactions": list(interactions),
            "metadata": {"pactSpecification": {"version": version}},
            **more,
        }
    ).encode()


def interaction(request: Mapping[str, object] | None = None, **more: object) -> dict[str, object]:
    asked = {"method": "GET", "path": "/c", **(request or {})}
    return {"description": "a lookup", "request": asked, "response": {"status": 200}, **more}


def only(data: bytes) -> PactInteraction:
    entries, errors = parse_pact(data, "crm.json")
    assert not errors
    (entry,) = entries
    assert isinstance(entry, PactInteraction)
    return entry


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("phone=1&tag=a&tag=b", (("phone", "1"), ("tag", "a"), ("tag", "b"))),
        ("empty=&name=J%C3%B6rg+X", (("empty", ""), ("name", "Jörg X"))),
        ({"phone": ["1"], "tag": ["a", "b"]}, (("phone", "1"), ("tag", "a"), ("tag", "b"))),
        ({"phone": "1", "n": 3, "b": True}, (("phone", "1"), ("n", "3"), ("b", "true"))),
        ("", ()),
        (None, ()),
    ],
)
def test_query_in_string_and_map_form(query: object, expected: tuple[tuple[str, str], ...]) -> None:
    assert only(pact(interaction({"query": query}))).request.query == expected


JSON_HEADER = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("version", "request_part", "expected"),
    [
        ("2.0.0", {"body": {"a": 1.0, "b": [None]}}, b'{"a":1.0,"b":[null]}'),
        ("2.0.0", {"body": "plain text"}, b"plain text"),
        ("3.0.0", {"body": "text", "headers": JSON_HEADER}, b'"text"'),
        ("3.0.0", {"body": "a=1&b=2", "headers": {"content-type": "application/x-www-form-urlencoded"}}, b"a=1&b=2"),
        ("3.0.0", {"body": None}, None),
        ("3.0.0", {}, None),
        (
            "4.0",
            {"body": {"content": {"a": "é"}, "contentType": "application/json", "encoded": False}},
            '{"a":"é"}'.encode(),
        ),
        (
            "4.0",
            {"body": {"content": "AAH/", "contentType": "application/octet-stream", "encoded": "base64"}},
            b"\0\1\xff",
        ),
        ("4.0", {"body": {"content": "Shipped", "contentType": "application/json", "encoded": False}}, b'"Shipped"'),
        ("4.0", {"body": {"content": "<a/>", "contentType": "application/xml", "encoded": False}}, b"<a/>"),
        ("4.0", {"body": {}}, b"{}"),
        ("2.0.0", {"body": {"s": "\ud800"}}, b'{"s":"?"}'),
    ],
)
def test_bodies(version: str, request_part: Mapping[str, object], expected: bytes | None) -> None:
    assert only(pact(interaction(request_part), version=version)).request.body == expected


def test_v4_content_type_becomes_a_header() -> None:
    body = {"content": "<a/>", "contentType": "application/xml", "encoded": False}
    assert only(pact(interaction({"body": body}), version="4.0")).request.headers == (
        ("Content-Type", "application/xml"),
    )


def test_headers_in_list_form() -> None:
    request = only(pact(interaction({"headers": {"Accept": ["text/html", "application/json"]}}))).request
    assert request.headers == (("Accept", "text/html, application/json"),)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({"providerState": "one"}, (ProviderState("one"),)),
        ({"provider_state": "one"}, (ProviderState("one"),)),
        ({"providerState": None}, ()),
        (
            {"providerStates": [{"name": "a", "params": {"x": 1}}, {"name": "b"}]},
            (ProviderState("a", {"x": 1}), ProviderState("b")),
        ),
        ({}, ()),
    ],
)
def test_provider_states(states: Mapping[str, object], expected: tuple[ProviderState, ...]) -> None:
    assert only(pact({**interaction(), **states})).states == expected


def test_a_v4_body_without_content_is_refused() -> None:
    broken = interaction(response={"status": 200, "body": {"id": 1}})
    entries, errors = parse_pact(pact(broken, interaction(), version="4.0"), "f")
    assert len(entries) == 1
    assert str(errors[0]).startswith("$.interactions[0].response.body: a body of a V4 contract must have content")


def test_a_newer_specification_is_refused() -> None:
    with pytest.raises(ContractError, match=r"its Pact specification is 5\.0\.0; known are 1, 2, 3, 4"):
        parse_pact(pact(interaction(), version="5.0.0"), "f")


def test_messages_are_listed_with_the_reason() -> None:
    v4 = [interaction(type="Asynchronous/Messages"), interaction(type="Synchronous/HTTP")]
    entries, errors = parse_pact(pact(*v4, version="4.0"), "f")
    assert not errors
    assert isinstance(entries[0], PactMessage)
    assert entries[0].reason == "it is of type Asynchronous/Messages: only Synchronous/HTTP can be called"
    v3, _ = parse_pact(json.dumps({"messages": [{"description": "an event"}]}).encode(), "f")
    assert v3 == (PactMessage("$.messages[0]", "an event", "it is a message: only HTTP interactions can be called"),)


def test_the_id_is_readable_and_stable() -> None:
    first = only(pact(interaction()))
    assert first.id.startswith("a-lookup-")
    assert len(first.id) == len("a-lookup-") + 8
    changed = only(pact(interaction({"path": "/other"})))
    assert changed.id == first.id
    assert changed.contract.digest != first.contract.digest
    assert only(pact(interaction(providerState="s"))).id != first.id


@pytest.mark.parametrize("description", ["", "客户", "../../etc/passwd", "A" * 500, "a\0b\x1b[31m"])
def test_the_id_is_a_safe_file_name(description: str) -> None:
    name = only(pact({**interaction(), "description": description})).id
    assert name.isascii()
    assert not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(name) <= 69


def test_the_contract_is_a_pact_of_this_one_interaction() -> None:
    entries, _ = parse_pact(pact(interaction(), {**interaction(), "description": "another"}), "f")
    assert isinstance(entries[1], PactInteraction)
    alone = json.loads(entries[1].contract.pact)
    assert [i["description"] for i in alone["interactions"]] == ["another"]
    assert alone["metadata"] == {"pactSpecification": {"version": "3.0.0"}}
    assert entries[1].contract.pointer == "$.interactions[1]"


def test_a_v4_interaction_without_a_type_is_one_over_http() -> None:
    alone = json.loads(only(pact(interaction(), version="4.0")).contract.pact)
    assert alone["interactions"][0]["type"] == "Synchronous/HTTP"
    assert "type" not in json.loads(only(pact(interaction())).contract.pact)["interactions"][0]


def test_formatting_does_not_change_the_digest_but_numbers_do() -> None:
    def digest(body: str) -> str:
        text = pact(interaction()).decode().replace('"status": 200', f'"status": 200, "body": {body}')
        return only(text.encode()).contract.digest

    assert digest('{"a":1,  "b":2}') == digest('{"b":2,"a":1}')
    assert digest('{"a":1}') != digest('{"a":1.0}')


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1, column 1: it is not JSON"),
        (b"[]", "$: a Pact file is a JSON object"),
        (b"{}", "$: it has neither interactions nor messages; is it a Pact file?"),
        (b'{"interactions": {}}', "$.interactions: interactions must be a list"),
    ],
)
def test_no_pact_file(data: bytes, message: str) -> None:
    with pytest.raises(ContractError) as caught:
        parse_pact(data, "f")
    assert str(caught.value).startswith(message)


HUGE_NUMBER = '{"description": "d", "request": {"body": {"n": ' + "1" * 5000 + '}}, "response": {}}'


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ([], "$.interactions[0]: an interaction must be an object"),
        ({**interaction(), "description": 3}, "$.interactions[0].description: description must be a string"),
        ({**interaction(), "response": None}, "$.interactions[0].response: response must be an object"),
        (
            {**interaction(), "response": {"status": 700}},
            "$.interactions[0].response.status: status must be a number from 100 to 599",
        ),
        (interaction({"query": 3}), "$.interactions[0].request.query: query must be an object"),
        (interaction({"headers": {"A": {}}}), "$.interactions[0].request.headers.A: a single value is wanted here"),
        (
            interaction({"body": {"content": "%", "encoded": "base64"}}),
            "$.interactions[0].request.body.content: content is not base64",
        ),
        (interaction(providerStates=[3]), "$.interactions[0].providerStates[0]: a provider state must be an object"),
        (HUGE_NUMBER, "$.interactions[0]: it holds a number that is too large"),
    ],
)
def test_one_broken_interaction_does_not_hide_the_others(broken: object, message: str) -> None:
    data = pact("PLACE", interaction())
    text = broken if isinstance(broken, str) else json.dumps(broken)
    entries, errors = parse_pact(data.replace(b'"PLACE"', text.encode()), "f")
    assert len(entries) == 1
    assert len(errors) == 1
    assert str(errors[0]).startswith(message)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda v: (
            st.lists(v, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "description",
                        "request",
                        "response",
                        "body",
                        "query",
                        "headers",
                        "providerStates",
                        "type",
                        "status",
                        "content",
                        "encoded",
                        "name",
                    ]
                ),
                v,
                max_size=5,
            )
        ),
        max_leaves=15,
    )
)
def test_any_interaction_is_read_or_refused(raw: object) -> None:
    entries, errors = parse_pact(pact(raw), "f")
    assert len(entries) + len(errors) == 1
