"""Lint reads an example as the official engine does, and knows which of its values must be answered exactly."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.contracts.lint import subject_of
from monitor.contracts.lint.coverage import Demand, coverage
from monitor.contracts.lint.fixes import rule_path
from monitor.contracts.lint.subjects import Subject, content_of
from monitor.contracts.lint.written import written_rules
from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.jsonpaths import Json, Path, general, starts_with
from monitor.model import Interaction, Response
from monitor.pact_engine import expected_contents, match_response

JSON = "application/json"


def pact_of(response: dict[str, Json], version: str = "3.0.0") -> bytes:
    asked: Json = {"method": "GET", "path": "/"}
    one: Json = {"description": "d", "request": asked, "response": response}
    if version.startswith("4") and isinstance(one, dict):
        one["type"] = "Synchronous/HTTP"
    metadata: Json = {"pactSpecification": {"version": version}}
    return json.dumps({"consumer": {}, "provider": {}, "interactions": [one], "metadata": metadata}).encode()


CONTENTS: list[Json] = ["text", '{"a":1}', "eyJhIjoxfQ==", "", "zz%", {"a": 1.0}, 5, [], None]
V4_BODIES: list[dict[str, Json]] = [
    {"content": content, "contentType": kind, "encoded": encoded}
    for content in CONTENTS
    for kind in (JSON, "text/plain")
    for encoded in (False, True, "base64", "JSON", "other")
    if isinstance(content, str) or not encoded
]
OLD_BODIES: list[Json] = ["text", '{"a":1}', 5, None, {}, {"a": 1.0}, {"content": "x", "encoded": "base64"}, "", [1]]


@pytest.mark.parametrize("body", V4_BODIES, ids=json.dumps)
def test_a_v4_body_is_decoded_as_the_engine_decodes_it(body: dict[str, Json]) -> None:
    response: dict[str, Json] = {"status": 200, "body": body}
    assert content_of(response, str(body["contentType"]), v4=True) == expected_contents(pact_of(response, "4.0"))


@pytest.mark.parametrize("body", OLD_BODIES, ids=json.dumps)
@pytest.mark.parametrize("kind", [None, JSON, "text/plain", "application/hal+json", "application/xml"])
def test_an_older_body_is_decoded_as_the_engine_decodes_it(body: Json, kind: str | None) -> None:
    headers: dict[str, Json] = {"Content-Type": kind} if kind else {}
    response: dict[str, Json] = {"status": 200, "headers": headers, "body": body}
    assert content_of(response, kind, v4=False) == expected_contents(pact_of(response))


# -- what is exact, against the engine ---------------------------------------------------------------------

KEYS = st.sampled_from(["a", "b", "odd key", "12"])
LEAVES = st.sampled_from([1, "x", True])
BODIES = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda v: st.lists(v, min_size=1, max_size=2) | st.dictionaries(KEYS, v, min_size=1, max_size=2),
        max_leaves=6,
    ),
    min_size=1,
    max_size=3,
)
STEPS = st.sampled_from([".a", ".b", "['odd key']", "['12']", "[*]", ".*", "[0]"])
PATHS = st.lists(STEPS, max_size=3).map(lambda steps: "$" + "".join(steps))
OTHER: dict[type, Json] = {int: 2, str: "y", bool: False}


def leaves(value: Json, at: Path = ()) -> list[Path]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for step, child in children for path in leaves(child, (*at, step))] or [at]


def changed(value: Json, at: Path) -> Json:
    """``value`` with another leaf of the same type."""
    if not at:
        return OTHER[type(value)]
    step, rest = at[0], at[1:]
    if isinstance(value, dict):
        return {key: changed(child, rest) if key == step else child for key, child in value.items()}
    assert isinstance(value, list)
    return [changed(child, rest) if index == step else child for index, child in enumerate(value)]


def typed(paths: Iterable[str], body: dict[str, Json]) -> dict[str, Json]:
    """A response whose rules at ``paths`` match by type."""
    rules: dict[str, Json] = {path: {"matchers": [{"match": "type"}]} for path in paths}
    return {"status": 200, "headers": {"Content-Type": JSON}, "body": body, "matchingRules": {"body": rules}}


def allows(response: dict[str, Json], body: Json) -> bool:
    answer = Response(200, "", "", (("Content-Type", JSON),), json.dumps(body).encode())
    return not match_response(pact_of(response), answer)


@given(body=BODIES, paths=st.lists(PATHS, max_size=3, unique=True))
def test_what_lint_calls_exact_the_engine_wants_exactly(body: dict[str, Json], paths: list[str]) -> None:
    response = typed(paths, body)
    found = coverage(body, [rule for rule in written_rules(response) if rule.covers])
    exact = [one.place for one in found.exact.values() if one.demand is Demand.VALUE]
    for leaf in leaves(body):
        told = any(starts_with(general(leaf), place) for place in exact)
        forbidden = not allows(response, changed(body, leaf))
        assert told or not forbidden
        # members of a list are told once for all of them
        assert told == forbidden or any(isinstance(step, int) for step in leaf)


@given(body=BODIES, paths=st.lists(PATHS, max_size=3, unique=True))
def test_without_its_dead_rules_a_contract_says_the_same(body: dict[str, Json], paths: list[str]) -> None:
    response = typed(paths, body)
    rules = [rule for rule in written_rules(response) if rule.covers]
    found = coverage(body, rules)
    alive = typed((rule.path for n, rule in enumerate(rules) if n in found.met or n not in found.unmet), body)
    for leaf in leaves(body):
        assert allows(response, changed(body, leaf)) == allows(alive, changed(body, leaf))


@pytest.mark.parametrize(
    "key", ["a", "a-b", "odd key", "12", "*", "a.b", 'a"b', "ä", "_a", "-a", "@id", "#t", "a'b", ""]
)
def test_the_path_of_a_fix_is_read_by_the_engine(key: str) -> None:
    (exact,) = coverage(
        {key: "x", "z": [1]}, written_rules({"matchingRules": {"body": {"$.z": {"matchers": [{}]}}}})
    ).exact.values()
    rules: Json = {"body": {rule_path(exact): {"matchers": [{"match": "type"}]}}}
    response: dict[str, Json] = {"headers": {"Content-Type": JSON}, "body": {key: "x"}, "matchingRules": rules}
    answer = Response(200, "", "", (("Content-Type", JSON),), json.dumps({key: "y"}).encode())
    assert not match_response(pact_of(response), answer)


def subject(response: dict[str, Json], version: str = "3.0.0") -> Subject:
    entries, _ = parse_pact(pact_of(response, version), "a.json")
    (entry,) = entries
    assert isinstance(entry, PactInteraction)
    return subject_of(
        Interaction(entry.id, "crm", "", entry.description, entry.request, (), entry.expected_status, entry.contract)
    )


@pytest.mark.parametrize(
    ("response", "headers"),
    [
        (
            {"headers": {"A": "1", "Set-Cookie": ["a=1", "b=2"]}},
            (("A", "1"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")),
        ),
        ({"headers": {"N": 5}}, (("N", "5"),)),
        ({"headers": None}, ()),
        ({"headers": []}, ()),
    ],
)
def test_the_example_answers_as_the_contract_says(
    response: dict[str, Json], headers: tuple[tuple[str, str], ...]
) -> None:
    answer = subject({"status": 200, **response}).response()
    assert answer.headers == headers
    assert not match_response(pact_of({"status": 200, **response}), answer)


@pytest.mark.parametrize(
    "rules", [None, [], "x", 5, {}, {"body": None}, {"body": {"$": 5}}, {"header": []}, {"$": 1}, {"$.body": None}]
)
@pytest.mark.parametrize("version", ["2.0.0", "3.0.0", "4.0"])
def test_rules_of_any_shape_are_read(rules: Json, version: str) -> None:
    assert subject({"status": 200, "matchingRules": rules}, version).rules is not None
