"""What a contract forbids, in words: the phrases, their roots; no mismatch is lost, no vendor value told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.checking import contract as contracts
from monitor.checking.contract import reads, tied_rules
from monitor.errors import NotJudgedError
from monitor.jsonpaths import ANY, Json, Path, format_path
from monitor.model import Contract, Mismatch, Response
from monitor.pact_engine import match_response


def mismatches(agreed: Contract, response: Response) -> tuple[Mismatch, ...]:
    answer = contracts.mismatches(agreed, response)
    assert answer.notes == ()
    return answer.found


JSON_TYPE = {"Content-Type": "application/json"}
SECRET = "s3cret"


def contract(body: object = ..., *, version: str = "3.0.0", **response: object) -> Contract:
    expected: dict[str, object] = {"status": 200, "headers": JSON_TYPE, **response}
    if body is not ...:
        expected["body"] = body
    interaction = {"description": "d", "request": {}, "response": expected}
    if version.startswith("4"):
        interaction["type"] = "Synchronous/HTTP"
    frame = {"interactions": [interaction], "metadata": {"pactSpecification": {"version": version}}}
    frame |= {"consumer": {"name": "c"}, "provider": {"name": "p"}}
    return Contract("pact.json", "$.interactions[0]", json.dumps(frame).encode(), "")


def answer(
    body: object = b"", status: int = 200, headers: Sequence[tuple[str, str]] = tuple(JSON_TYPE.items())
) -> Response:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, "", "HTTP/1.1", tuple(headers), data)


def rules(**paths: object) -> dict[str, object]:
    """``rules(a={...})``: matching rules of the body at ``$.a``; ``_`` for the root itself."""
    return {
        "body": {
            "$" if path == "_" else f"$.{path}": {"matchers": found if isinstance(found, list) else [found]}
            for path, found in paths.items()
        }
    }


def told(found: Sequence[Mismatch]) -> list[tuple[str, str]]:
    return [(one.expected, one.actual) for one in found]


# -- the exact forms --------------------------------------------------------------------------------------

CUSTOMER = {
    "customerId": "C1",
    "accountTier": "VIP",
    "openTickets": 2,
    "isBlacklisted": False,
    "contact": {"email": "a@b.c", "phones": ["1"]},
    "orders": [{"sku": "x", "lines": [{"price": 1.5}]}],
}
TIER = "^(Standard|Premium|VIP)$"


def without(*keys: str) -> dict[str, object]:
    return {key: value for key, value in CUSTOMER.items() if key not in keys}


FORMS: tuple[tuple[str, object, Mapping[str, object], str, str, str, bool], ...] = (
    # name, body received, rules, root, expected, actual, missing
    (
        "missing key",
        {**without("customerId"), "customer_id": "C1"},
        {},
        "$.customerId",
        "customerId (String) at $.customerId",
        "Key 'customerId' not found in response body",
        True,
    ),
    (
        "missing inner key",
        {**CUSTOMER, "contact": {"phones": ["1"]}},
        {},
        "$.contact.email",
        "email (String) at $.contact.email",
        "Key 'email' not found in response body",
        True,
    ),
    (
        "missing object",
        without("contact"),
        {},
        "$.contact",
        "contact (Object) at $.contact",
        "Key 'contact' not found in response body",
        True,
    ),
    (
        "missing in members",
        {**CUSTOMER, "orders": [{"sku": "y", "lines": [{"price": 1}, {}, {}]}, {"sku": "z", "lines": [{}]}]},
        rules(orders={"match": "type", "min": 1}),
        "$.orders[*].lines[*].price",
        "price (Decimal) at $.orders[*].lines[*].price",
        "Key 'price' not found in response body",
        True,
    ),
    (
        "type",
        {**CUSTOMER, "openTickets": "2"},
        rules(openTickets={"match": "type"}),
        "$.openTickets",
        "openTickets (Integer) at $.openTickets",
        "openTickets is a String",
        False,
    ),
    (
        "null",
        {**CUSTOMER, "openTickets": None},
        {},
        "$.openTickets",
        "openTickets (Integer) at $.openTickets",
        "openTickets is Null",
        False,
    ),
    (
        "regex",
        {**CUSTOMER, "accountTier": "Gold"},
        rules(accountTier={"match": "regex", "regex": TIER}),
        "$.accountTier",
        f"accountTier (String matching '{TIER}') at $.accountTier",
        "a String that does not match",
        False,
    ),
    (
        "regex, another type",
        {**CUSTOMER, "accountTier": 7},
        rules(accountTier={"match": "regex", "regex": TIER}),
        "$.accountTier",
        f"accountTier (String matching '{TIER}') at $.accountTier",
        "accountTier is an Integer",
        False,
    ),
    (
        "exact value",
        {**CUSTOMER, "accountTier": "Gold"},
        {},
        "$.accountTier",
        "accountTier (String, exactly as in the contract) at $.accountTier",
        "another String",
        False,
    ),
    (
        "list without rules",
        {**CUSTOMER, "orders": []},
        {},
        "$.orders",
        "orders (Array of exactly 1 member) at $.orders",
        "an Array of 0 members",
        False,
    ),
    ("another root", [], {}, "$", "the body (Object) at $", "the body is an Array", False),
    ("no body", b"", {}, "$", "a body at $", "the body is empty", True),
    ("no JSON", b"{", {}, "$", "the body (Object) at $", "the body is not JSON", False),
)


@pytest.mark.parametrize("row", FORMS, ids=[row[0] for row in FORMS])
def test_the_forms(row: tuple[str, object, Mapping[str, object], str, str, str, bool]) -> None:
    _, body, matching, root, expected, actual, missing = row
    found = mismatches(contract(CUSTOMER, matchingRules=matching), answer(body))
    assert found == (Mismatch(root, "body", expected, actual, missing),)


DATE = {"match": "date", "format": "yyyy"}
EACH_KEY = {"match": "eachKey", "rules": [{"match": "regex", "regex": "[a-z]"}]}
CONTAINS = {"match": "arrayContains", "variants": []}
MATCHERS: tuple[tuple[object, object, object, str, str], ...] = (
    # example, received, matcher, expected, actual
    ("x", "", DATE, "a (String in the date format 'yyyy')", "a String in another format"),
    ("x", "", {"match": "time"}, "a (String in the time format 'HH:mm:ss')", "a String in another format"),
    (
        "x",
        1,
        {"match": "datetime", "format": "yyyyMM"},
        "a (String in the date and time format 'yyyyMM')",
        "a is an Integer",
    ),
    ("x", "", {"match": "notEmpty"}, "a (String, not empty)", "an empty String"),
    ("x", None, {"match": "notEmpty"}, "a (String, not empty)", "a is Null"),
    ("x", "", {"match": "semver"}, "a (String with a semantic version)", "a String without a semantic version"),
    (
        "x",
        "y",
        {"match": "include", "value": "foo"},
        "a (String containing 'foo')",
        "a String that does not contain it",
    ),
    ("x", "y", {"match": "boolean"}, "a (Boolean)", "a is a String"),
    (1, "y", {"match": "number"}, "a (Number)", "a is a String"),
    (1, 1.5, {"match": "integer"}, "a (Integer)", "a is a Decimal"),
    (1.5, 1, {"match": "decimal"}, "a (Decimal)", "a is an Integer"),
    (None, "y", {"match": "null"}, "a (Null)", "a is a String"),
    (1, 2, {"match": "equality"}, "a (Integer, exactly as in the contract)", "another Integer"),
    (
        "x",
        "y",
        {"match": "contentType", "value": "image/png"},
        "a (String of content type 'image/png')",
        "a String of another content type",
    ),
    ([1], [], {"match": "type", "min": 1}, "a (Array of at least 1 member)", "an Array of 0 members"),
    ([1], [1, 2], {"match": "type", "max": 1}, "a (Array of at most 1 member)", "an Array of 2 members"),
    ([1], [1, 2, 3], {"match": "type", "min": 1, "max": 2}, "a (Array of 1 to 2 members)", "an Array of 3 members"),
    ([1], "x", {"match": "type", "min": 1}, "a (Array)", "a is a String"),
    ([1, "x"], [2], CONTAINS, "a (Array with a member like the contract's [0])", "no such member"),
    ({"k": 1}, {"9": 1}, EACH_KEY, "a (Object with keys matching '[a-z]')", "a key that does not match"),
)


@pytest.mark.parametrize(("example", "received", "matcher", "expected", "actual"), MATCHERS)
def test_what_each_matcher_is_called(
    example: object, received: object, matcher: object, expected: str, actual: str
) -> None:
    found = mismatches(contract({"a": example}, matchingRules=rules(a=matcher)), answer({"a": received}))
    assert (f"{expected} at $.a", actual) in told(found)
    assert {one.root for one in found} == {"$.a"}


@pytest.mark.parametrize(
    ("matcher", "what"),
    [
        ({"match": "regex", "regex": "("}, "the contract's regular expression '(' is not valid"),
        ({"match": "nonsense"}, "the contract's matching rule is not known to Pact's engine"),
    ],
)
def test_a_rule_that_cannot_be_applied_is_no_drift(matcher: object, what: str) -> None:
    with pytest.raises(NotJudgedError) as caught:
        mismatches(contract({"a": "x"}, matchingRules=rules(a=matcher)), answer({"a": "y"}))
    assert str(caught.value) == f"$.a: {what}; correct the contract"


def test_a_rule_that_cannot_be_applied_hides_nothing_else() -> None:
    both = contract({"a": "x", "b": 1}, matchingRules=rules(a={"match": "nonsense"}, b={"match": "type"}))
    found = contracts.mismatches(both, answer({"a": "y"}))
    assert [one.root for one in found.found] == ["$.b"]
    assert found.notes == ("$.a: the contract's matching rule is not known to Pact's engine; correct the contract",)


def test_keys_that_are_data_are_one_place() -> None:
    each = {"match": "eachValue", "rules": [{"match": "integer"}]}
    found = mismatches(contract({"a": {"k": 1}}, matchingRules=rules(a=each)), answer({"a": {"x": "1", "y": "2"}}))
    assert found == (Mismatch("$.a[*]", "body", "a[*] (Integer) at $.a[*]", "a[*] is a String"),)
    inner = {"body": {"$.a": {"matchers": [{"match": "values"}]}, "$.a.*.n": {"matchers": [{"match": "type"}]}}}
    response = answer({"a": {"x": {}, "y": {"n": "1"}}})
    found = mismatches(contract({"a": {"k": {"n": 1}}}, matchingRules=inner), response)
    assert [(one.root, one.missing) for one in found] == [("$.a[*].n", True), ("$.a[*].n", False)]


def test_one_of_several_rules_is_told_in_one_sentence() -> None:
    matching = {"body": {"$.a": {"combine": "OR", "matchers": [{"match": "integer"}, {"match": "null"}]}}}
    found = mismatches(contract({"a": 1}, matchingRules=matching), answer({"a": "x"}))
    assert told(found) == [("a (Integer or Null) at $.a", "a is a String")]


def test_odd_keys() -> None:
    # the engine cannot tell "7" from "007" beside it
    example = {"x": 1, "7": 1, "*": 1, "a b": 1, "it's": 1, "back\\slash": 1, "\u202e": 1}
    found = mismatches(contract(example), answer(dict.fromkeys(example, "s")))
    assert {one.root for one in found} == {format_path((key,)) for key in example}
    assert all("\u202e" not in f"{one.root}{one.expected}{one.actual}" for one in found)
    assert mismatches(contract({"x": 1, "007": 1}), answer({"x": 1, "007": "s"}))[0].root == "$['007']"
    missing = mismatches(contract(example), answer({}))
    assert {one.root for one in missing} == {format_path((key,)) for key in example}
    assert all(one.missing for one in missing)


# -- status, headers, other bodies ------------------------------------------------------------------------

STATUSES: tuple[tuple[Mapping[str, object], str], ...] = (
    ({}, "status 200"),
    ({"status": {"matchers": [{"match": "statusCode", "status": "success"}]}}, "status 200 to 299"),
    ({"status": {"$": {"matchers": [{"match": "statusCode", "status": [200, 204]}]}}}, "status 200 or 204"),
    ({"status": {"matchers": [{"match": "statusCode"}]}}, "status 200 to 299"),
)


@pytest.mark.parametrize(("matching", "expected"), STATUSES)
def test_another_status_is_all_that_is_told(matching: Mapping[str, object], expected: str) -> None:
    agreed = contract({"a": 1}, version="4.0", matchingRules=matching)
    found = mismatches(agreed, answer(b"<html>", 404, [("Content-Type", "text/html")]))
    assert found == (Mismatch("status", "status", expected, "status 404"),)


def test_headers() -> None:
    matching = {"header": {"X-R": {"matchers": [{"match": "regex", "regex": "a+"}]}}}
    agreed = contract(headers={**JSON_TYPE, "X-A": "a", "X-B": "b", "X-R": "a"}, matchingRules=matching)
    lines = [("content-type", "text/html"), ("x-a", SECRET), ("X-R", SECRET)]
    assert mismatches(agreed, answer(headers=lines)) == (
        Mismatch(
            "header:content-type",
            "header",
            "header Content-Type 'application/json'",
            "header Content-Type is 'text/html'",
        ),
        Mismatch("header:x-a", "header", "header X-A 'a'", "another value"),
        Mismatch("header:x-b", "header", "header X-B 'b'", "header X-B is not there", missing=True),
        Mismatch("header:x-r", "header", "header X-R matching 'a+'", "another value"),
    )


def test_one_header_of_many_values_is_one_mismatch() -> None:
    found = mismatches(contract(headers={"Vary": "a, b, c"}), answer(headers=[("Vary", "x, y, z")]))
    assert [one.root for one in found] == ["header:vary"]


FOREIGN: tuple[tuple[str, str, Mapping[str, object], bytes, list[tuple[str, str, str]]], ...] = (
    ("text/plain", "abc", {}, b"abd", [("$", "the body (as in the contract) at $", "another value")]),
    (
        "text/plain",
        "abc",
        {"body": {"$": {"matchers": [{"match": "regex", "regex": "a.*"}]}}},
        b"xyz",
        [("$", "the body (text matching 'a.*') at $", "text that does not match")],
    ),
    (
        "application/xml",
        '<a x="1"><b/></a>',
        {},
        b'<a x="2"></a>',
        [
            ("$.a", "a (as in the contract) at $.a", "a not found in response body"),
            ("$.a['@x']", "@x (as in the contract) at $.a['@x']", "another value"),
        ],
    ),
    ("application/octet-stream", "AAE=", {}, b"\0\2", [("$", "the body (as in the contract) at $", "another value")]),
)


@pytest.mark.parametrize(("kind", "body", "matching", "received", "expected"), FOREIGN)
def test_bodies_that_are_not_json(
    kind: str, body: str, matching: Mapping[str, object], received: bytes, expected: list[tuple[str, str, str]]
) -> None:
    agreed = contract(body, headers={"Content-Type": kind}, matchingRules=matching)
    found = mismatches(agreed, answer(received, headers=[("Content-Type", kind)]))
    assert [(one.root, one.expected, one.actual) for one in found] == expected


def test_another_type_of_body() -> None:
    found = mismatches(contract({"a": 1}), answer(b"<a/>", headers=[("Content-Type", "text/html")]))
    assert [one.root for one in found] == ["header:content-type", "$"]
    assert told(found)[1] == ("a body of type 'application/json' at $", "a body of type 'text/html'")


def test_a_body_where_none_is_expected() -> None:
    assert told(mismatches(contract(None), answer({"a": 1}))) == [("no body at $", "a body that is not empty")]


def test_what_the_engine_cannot_judge_is_raised() -> None:
    with pytest.raises(NotJudgedError):
        mismatches(Contract("f", "$", b"{}", ""), answer())


# -- reads ------------------------------------------------------------------------------------------------

READS: tuple[tuple[object, Mapping[str, object], tuple[Path, ...]], ...] = (
    (..., {}, ()),
    (None, {}, ()),
    ({"a": 1, "b": {"c": None}}, {}, (("a",), ("b", "c"))),
    ({"a": [], "b": {}}, {}, (("a",), ("b",))),
    ({"a": [{"k": 1}, {"k": 2, "m": 3}]}, {}, (("a", ANY, "k"), ("a", ANY, "m"))),
    ([1, 2], {}, ((ANY,),)),
    ("text", {}, ((),)),
    ({"a": {"k": {"n": 1}}}, rules(a={"match": "values"}), (("a", ANY, "n"),)),
    ({"7": 1}, {}, (("7",),)),
)


@pytest.mark.parametrize(("body", "matching", "expected"), READS)
def test_reads(body: object, matching: Mapping[str, object], expected: tuple[Path, ...]) -> None:
    assert reads(contract(body, matchingRules=matching)) == expected


def test_reads_of_other_forms() -> None:
    assert reads(contract({"content": {"a": 1}, "contentType": "application/json"}, version="4.0")) == (("a",),)
    encoded = {"content": "eyJiIjoxfQ==", "contentType": "application/json", "encoded": "base64"}
    assert reads(contract(encoded, version="4.0")) == (("b",),)
    assert reads(contract("<a/>", headers={"Content-Type": "application/xml"})) == ((),)


# -- ties -------------------------------------------------------------------------------------------------

TYPE, INTEGER = {"match": "type"}, {"match": "integer"}


def at(**paths: Mapping[str, object]) -> dict[str, object]:
    return {"body": {path: {"matchers": [matcher]} for path, matcher in paths.items()}}


TIES: tuple[tuple[object, Mapping[str, Mapping[str, object]], list[str]], ...] = (
    ({"a": {"b": 1}}, {"$.a.*": TYPE, "$.*.b": INTEGER}, ["$.*.b and $.a.* weigh the same at $.a.b"]),
    ({"a": {"b": 1}}, {"$.a.*": TYPE, "$.*.b": TYPE}, []),  # they say the same
    ({"a": {"c": 1}}, {"$.a.*": TYPE, "$.*.b": INTEGER}, []),  # no path for both
    ({"a": {"b": 1}}, {"$.a.*": TYPE, "$.*.b": INTEGER, "$.a.b": TYPE}, []),  # a heavier one decides
    ({"a": {"b": 1}}, {"$.a.b": TYPE, "$.*.b": INTEGER}, []),
    ({"a": [1]}, {"$.a[*]": TYPE, "$.a.*": INTEGER}, ["$.a.* and $.a[*] weigh the same at $.a[*]"]),
    ({"a": [1]}, {"$.a[1]": TYPE, "$.*[1]": INTEGER}, []),
    ({"a": [1]}, {"$.*[1]": TYPE, "$.a[*]": INTEGER}, ["$.*[1] and $.a[*] weigh the same at $.a[*]"]),
    ({"a": {"k": 1}}, {"$.a.*": TYPE, "$.a[*]": INTEGER}, []),  # [*] is for indexes only
)


@pytest.mark.parametrize(("body", "paths", "expected"), TIES)
def test_ties(body: object, paths: Mapping[str, Mapping[str, object]], expected: list[str]) -> None:
    found = tied_rules(contract(body, matchingRules=at(**paths)))
    assert found == tuple(f"the contract's rules {tie}: Pact's engine takes either, at random" for tie in expected)


def test_ties_of_old_contracts() -> None:
    agreed = contract({"a": {"b": 1}}, version="2.0.0", matchingRules={"$.body.a.*": TYPE, "$.body.*.b": INTEGER})
    assert len(tied_rules(agreed)) == 1


def test_the_engine_is_at_odds_with_itself_where_we_say_so() -> None:
    agreed = contract({"a": {"b": 1}}, matchingRules=at(**{"$.a.*": TYPE, "$.*.b": {"match": "regex", "regex": "x"}}))
    assert tied_rules(agreed)
    verdicts = {bool(mismatches(agreed, answer({"a": {"b": 2}}))) for _ in range(200)}
    assert verdicts == {True, False}


# -- laws -------------------------------------------------------------------------------------------------

names = st.sampled_from(["a", "b", "c", "1", "x y"])
scalars = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from([1.5, 2.0, "", "a", "2020-01-01"])
bodies = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
simple_matchers = st.sampled_from(
    [
        {"match": "type"},
        {"match": "type", "min": 2},
        {"match": "type", "min": 1, "max": 2},
        {"match": "regex", "regex": "a.*"},
        {"match": "integer"},
        {"match": "null"},
        {"match": "notEmpty"},
        {"match": "date", "format": "yyyy-MM-dd"},
        {"match": "include", "value": "a"},
        {"match": "equality"},
        {"match": "values"},
    ]
)
matchers = simple_matchers | st.one_of(
    simple_matchers.map(lambda one: {"match": "eachKey", "rules": [one]}),
    simple_matchers.map(lambda one: {"match": "eachValue", "rules": [one]}),
    simple_matchers.map(
        lambda one: {"match": "arrayContains", "variants": [{"index": 0, "rules": {"$": {"matchers": [one]}}}]}
    ),
)
# of equal weight are no two of these that hold at one path
matching_rules = st.dictionaries(
    st.sampled_from(["$", "$.a", "$.a.b", "$.a[0]", "$.b", "$.b.c"]),
    st.fixed_dictionaries(
        {"combine": st.sampled_from(["AND", "OR"]), "matchers": st.lists(matchers, min_size=1, max_size=2)}
    ),
    max_size=3,
)


@settings(max_examples=300, deadline=None)
@given(example=bodies, received=bodies, paths=matching_rules, status=st.sampled_from([200, 200, 200, 500]))
def test_there_is_a_mismatch_exactly_where_the_engine_has_one(
    example: Json, received: Json, paths: Mapping[str, object], status: int
) -> None:
    agreed = contract({"content": example}, version="4.0", matchingRules={"body": paths})
    response = answer(received, status)
    engine, found = match_response(agreed.pact, response), mismatches(agreed, response)
    assert bool(found) is bool(engine)
    assert found == mismatches(agreed, response)
    assert len(set(found)) == len(found)
    assert {one.place for one in found} <= {one.place for one in engine}


def secret(value: Json) -> Json:
    """``value`` with every scalar replaced by something that must not be told."""
    if isinstance(value, dict):
        return {key: secret(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [secret(inner) for inner in value]
    return f"{SECRET} to be an integer" if isinstance(value, str) else 987_654_321


@settings(max_examples=200, deadline=None)
@given(example=bodies, received=bodies, paths=matching_rules)
def test_no_vendor_value_is_told(example: Json, received: Json, paths: Mapping[str, object]) -> None:
    agreed = contract({"content": example}, version="4.0", matchingRules={"body": paths})
    found = mismatches(agreed, answer(secret(received)))
    text = "".join(f"{one.root}{one.expected}{one.actual}" for one in found)
    assert SECRET not in text
    assert "987654321" not in text


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=40))
def test_no_bytes_upset_it(data: bytes) -> None:
    for example in ({"a": 1}, [1], None):
        agreed, response = contract(example), answer(data)
        assert bool(mismatches(agreed, response)) is bool(match_response(agreed.pact, response))


@settings(max_examples=100, deadline=None)
@given(example=bodies, paths=matching_rules)
def test_reads_and_ties_are_told_for_every_contract(example: Json, paths: Mapping[str, object]) -> None:
    agreed = contract({"content": example}, version="4.0", matchingRules={"body": paths})
    found = reads(agreed)
    assert len(set(found)) == len(found)
    assert bool(found) is (example not in (None, ""))
    tied_rules(agreed)


def test_many_members_are_told_once() -> None:
    agreed = contract([{"id": 1, "name": "x"}], matchingRules=rules(_={"match": "type", "min": 1}))
    assert len(mismatches(agreed, answer([{"id": "1"}] * 2_000))) == 2
