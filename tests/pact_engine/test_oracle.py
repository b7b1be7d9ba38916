"""Both ways to judge agree: the library's parts in this process, and the official Verifier over loopback.

Contracts of every version with every kind of rule, and responses near their examples. Rules of tied weight are left
out, between which the library chooses at random.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from monitor.checking.contract import tied_rules
from monitor.errors import NotJudgedError
from monitor.model import Contract, Response
from monitor.pact_engine import EngineMismatch
from monitor.pact_engine.engine import match_in_process
from monitor.pact_engine.faults import BeyondInterfaceError
from monitor.pact_engine.oracle import Disagreement, compared, disagreement, spots
from monitor.pact_engine.verifier import Verdict, verify_all

Draw: TypeAlias = st.DrawFn
Rule: TypeAlias = Mapping[str, object]
Pair: TypeAlias = tuple[bytes, Response]
Drawn: TypeAlias = tuple[str, dict[str, object], Response]
PactMaker = Callable[..., bytes]
ResponseMaker = Callable[..., Response]


@dataclass(frozen=True)
class Field:
    """An example with its matchers, and values that came instead."""

    matchers: tuple[Rule, ...]
    example: object
    others: tuple[object, ...]


def field(matcher: Rule, example: object, *others: object) -> Field:
    return Field((matcher,), example, others)


INTEGERS = {"match": "eachValue", "rules": [{"match": "integer"}]}
LETTERS = {"match": "eachKey", "rules": [{"match": "regex", "regex": "^[a-z]+$"}]}
VARIANTS = {
    "match": "arrayContains",
    "variants": [
        {"index": 0, "rules": {"$.id": {"matchers": [{"match": "integer"}]}}},
        {"index": 1, "rules": {"$": {"matchers": [{"match": "type"}]}}},
    ],
}

FIELDS = (
    field({"match": "type"}, "x", "y", "", 1, None, [], {}),
    field({"match": "type"}, 1, 2, 2.5, "1", True, None),
    field({"match": "type"}, 1.5, 2, 2.0, "1.5"),
    field({"match": "type"}, {"k": 1, "m": ["x"]}, {"k": 2, "m": []}, {"k": "1", "m": ["x"]}, {"m": [1]}, [], "x"),
    field({"match": "type"}, [{"k": 1}], [{"k": 2}, {"k": 3}], [], [{"k": "x"}], [{}], {}),
    field({"match": "type"}, [], [1], {}, None),
    field({"match": "type"}, None, None, 1, {}),
    field({"match": "type", "min": 2}, [1, 2], [1], [1, 2, 3], [1, "x"], "xy", "x"),
    field({"match": "type", "max": 2}, [1], [1, 2], [1, 2, 3], []),
    field({"match": "type", "min": 1, "max": 2}, [{"k": 1}], [], [{"k": 1}] * 3, [{"k": "x"}]),
    field({"min": 2}, [1, 2], [1], [1, 2, 3]),
    field({"match": "regex", "regex": "^(Standard|VIP)$"}, "VIP", "Standard", "Gold", 1, None, ["VIP"]),
    field({"match": "regex", "regex": "[0-9]+"}, 12, 345, "x1", "x", 1.5),
    field({"match": "integer"}, 1, 2, 2.0, 2.5, "2", "x", 10**30, None, True),
    field({"match": "decimal"}, 1.5, 2.25, 2, "2.5", "x", -0.0),
    field({"match": "number"}, 1, 2.5, "2.5", "x", None),
    field({"match": "boolean"}, True, False, "true", "yes", 1, None),
    field({"match": "null"}, None, 0, "", {}),
    field({"match": "include", "value": "b"}, "abc", "xbx", "x", 1, None, ["b"]),
    field({"match": "equality"}, 1, 1, 2, "1", 1.0),
    field({"match": "equality"}, {"a": [1]}, {"a": [1]}, {"a": [2]}, {"a": [1], "b": 1}),
    field({"match": "datetime", "format": "yyyy-MM-dd'T'HH:mm"}, "2020-01-01T10:00", "2026-02-03T11:12", "2026", 1),
    field({"match": "timestamp", "timestamp": "yyyy"}, "2020", "2026", "x"),
    field({"match": "date", "format": "yyyy-MM-dd"}, "2020-01-01", "2026-02-28", "2026-02-31", "28.02.2026", None),
    field({"match": "time", "format": "HH:mm"}, "10:00", "23:59", "25:00", 1),
    field({"match": "contentType", "value": "text/plain"}, "x", "some text", "<?xml version='1.0'?><a/>", 1),
    field({"match": "contentType", "value": "image/png"}, "x", "some text"),
    field({"match": "values"}, {"a": 1}, {"b": 1, "c": 1}, {"b": 2}, {}, [1]),
    field({"match": "notEmpty"}, "x", "y", "", None, [], {}, 0),
    field({"match": "notEmpty"}, [1], [2], [], "x"),
    field({"match": "semver"}, "1.0.0", "2.3.4-rc.1", "2.3", 1),
    field(LETTERS, {"a": 1}, {"b": 2}, {"B": 2}, {"b": 1, "B": 2}, {}, []),
    field(INTEGERS, {"a": 1}, {"b": 2, "c": 3}, {"b": "x"}, {}, 1),
    field(INTEGERS, [1], [2, 3], [2, "x"], [], {}),
    Field((LETTERS, INTEGERS), {"a": 1}, ({"b": 2}, {"B": 2}, {"b": "x"}, {})),
    Field(({"match": "regex", "regex": "^a"}, {"match": "regex", "regex": "b$"}), "ab", ("ac", "cb", "c", "axb")),
    Field(({"match": "null"}, {"match": "integer"}), 1, (None, 2, "x")),
    field(VARIANTS, [{"id": 1}, "x"], ["y", 5, {"id": 7}], [{"id": 7}, 5], ["y", {"id": "7"}], [], {}),
    Field((), "x", ("x", "y", 1, None)),
    Field((), [1, {"a": None}], ([1, {"a": None}], [1], [1, {"a": 1}], [1, {"a": None}, 2], [])),
    Field((), {}, ({}, {"a": 1}, [])),
)

HEADER_VALUES = ("b", "b1", "B", "a, b", "a,b", "c", "", "1", "text/a; x=1; y=2", "text/a;y=2;x=1", "text/a")
HEADER_MATCHERS: tuple[Rule, ...] = (
    {"match": "regex", "regex": "^b.*"},
    {"match": "type"},
    {"match": "equality"},
    {"match": "include", "value": "b"},
    {"match": "integer"},
    {"match": "type", "min": 2},
    {"match": "semver"},
    {"match": "notEmpty"},
    {"match": "eachValue", "rules": [{"match": "regex", "regex": "^b.*"}]},
)
STATUS_MATCHERS: tuple[Rule, ...] = (
    {"match": "statusCode", "status": "success"},
    {"match": "statusCode", "status": "clientError"},
    {"match": "statusCode", "status": [200, 404]},
    {"match": "integer"},
)
JSON_TYPES = ("application/json", "application/json; charset=utf-8", "application/hal+json", "Application/JSON")
OTHER_TYPES = ("text/plain", "application/xml", "text/json", "nonsense")
NO_JSON = (
    b"",
    b"null",
    b"{",
    b"[]",
    b'"text"',
    b"\xff\xfe",
    b"a\0b",
    b"<a/>",
    b" ",
    b'{"a": 1e400}',
    b"\xef\xbb\xbf[]",
)
FOREIGN = (
    # content type, the example, what came
    ("text/plain", "a text", (b"a text", b"another", b"a\0b", b"\xff\xfe")),
    ("application/xml", "<a b='1'><c/></a>", (b"<a b='1'>\n<c/></a>", b"<a b='2'><c/></a>", b"<a/>", b"<a", b"{}")),
    ("application/x-www-form-urlencoded", "a=1&b=2", (b"b=2&a=1", b"a=1", b"a=1&b=3", b"a=1&b=2&c=3", b"%ff")),
    ("application/octet-stream", "AAEC", (b"\0\1\2", b"\0\1", b"AAEC")),
)
CHANCES = 8


def now_and_then(draw: Draw) -> bool:
    return draw(st.integers(1, CHANCES)) == CHANCES  # the last of a range is not what Hypothesis likes best


def listed(version: str, name: str, matchers: tuple[Rule, ...], combine: str = "AND") -> dict[str, object]:
    """The rules of one path or header as a file of that version has them."""
    return {name: matchers[0]} if version < "3" else {name: {"matchers": list(matchers), "combine": combine}}


@st.composite
def objects(draw: Draw, version: str, root: str) -> tuple[dict[str, object], dict[str, object], dict[str, object]]:
    """Rules, the example and what came instead."""
    rules: dict[str, object] = {}
    example: dict[str, object] = {}
    actual: dict[str, object] = {}
    names = draw(st.lists(st.sampled_from(("a", "b", "c", "d e")), min_size=1, max_size=3, unique=True))
    for name in names:
        one = draw(st.sampled_from(FIELDS))
        example[name] = one.example
        if one.matchers:
            path = f"{root}['{name}']" if " " in name else f"{root}.{name}"
            rules |= listed(version, path, one.matchers, draw(st.sampled_from(("AND", "OR"))))
        if not now_and_then(draw):
            actual[name] = draw(
                st.sampled_from((one.example, *one.others)) if draw(st.booleans()) else st.just(one.example)
            )
    if draw(st.booleans()):
        actual["more"] = 1
    return rules, example, actual


@st.composite
def bodies(draw: Draw, version: str) -> tuple[dict[str, object], object, object]:
    """As ``objects``: one object, a list of like ones, or one below a key or below any key."""
    root = "$.body" if version < "3" else "$"
    form = draw(st.sampled_from(("object", "object", "list", "nested", "any key")))
    below = {"object": root, "list": f"{root}[*]", "nested": f"{root}.n.m", "any key": f"{root}.*"}[form]
    rules, example, actual = draw(objects(version, below))
    if form == "list":
        rules |= listed(version, root, ({"match": "type", "min": 1},))
        return rules, [example], draw(st.sampled_from(([actual], [actual, example], [example, actual], [])))
    if form == "nested":
        return rules, {"n": {"m": example}}, {"n": {"m": actual}}
    if form == "any key":
        rules |= listed(version, root, ({"match": "values"},))
        return rules, {"k": example}, draw(st.sampled_from(({"k": actual}, {"x": actual, "y": example})))
    return rules, example, actual


@st.composite
def headers(draw: Draw, version: str) -> tuple[dict[str, object], dict[str, object], list[tuple[str, str]]]:
    rules: dict[str, object] = {}
    expected: dict[str, object] = {}
    lines: list[tuple[str, str]] = []
    values = st.sampled_from(HEADER_VALUES)
    for name in draw(
        st.lists(st.sampled_from(("X-A", "X-B", "Vary", "Accept")), max_size=1 + now_and_then(draw), unique=True)
    ):
        wanted = draw(st.lists(values, min_size=1, max_size=2))
        expected[name] = wanted if draw(st.booleans()) else wanted[0]
        if draw(st.booleans()):
            path = f"$.headers['{name}']" if version < "3" else name
            matchers = tuple(draw(st.lists(st.sampled_from(HEADER_MATCHERS), min_size=1, max_size=2)))
            rules |= listed(version, path, matchers, draw(st.sampled_from(("AND", "OR"))))
        same = wanted if isinstance(expected[name], list) else wanted[:1]
        got = draw(st.lists(values, max_size=2)) if draw(st.booleans()) else same
        lines += [(draw(st.sampled_from((name, name.lower()))), value) for value in got]
    return rules, expected, lines


def written(version: str, example: object, content_type: str) -> object:
    """A body as a file of that version has it."""
    if version < "4":
        return example
    return {"content": example, "contentType": content_type, "encoded": "base64" if "octet" in content_type else False}


@st.composite
def cases(draw: Draw) -> Drawn:
    """A version, a contract's response, and a response near it."""
    version = draw(st.sampled_from(("2.0.0", "3.0.0", "4.0")))
    rules, example, actual = draw(bodies(version))
    header_rules, expected_headers, lines = draw(headers(version))
    data, wanted_type = json.dumps(actual).encode(), JSON_TYPES[0]
    if now_and_then(draw):
        data = draw(st.sampled_from(NO_JSON))
    elif now_and_then(draw):
        wanted_type, example, several = draw(st.sampled_from(FOREIGN))
        rules, data = {}, draw(st.sampled_from(several))
    elif now_and_then(draw):
        wanted_type = draw(st.sampled_from(JSON_TYPES))
    response: dict[str, object] = {"status": 200, "headers": expected_headers}
    if not now_and_then(draw):
        expected_headers["Content-Type"] = wanted_type
    response["body"] = written(version, example, wanted_type)
    if now_and_then(draw):
        response["body"] = draw(st.sampled_from((None, "", written(version, None, wanted_type))))
    elif now_and_then(draw):
        del response["body"]
    matching: dict[str, object] = (
        {**rules, **header_rules} if version < "3" else {"body": rules, "header": header_rules}
    )
    if now_and_then(draw) and version > "3":
        matching["status"] = draw(st.sampled_from([listed(version, "$", (one,)) for one in STATUS_MATCHERS]))
    response["matchingRules"] = matching
    got_type = draw(st.sampled_from((*JSON_TYPES, *OTHER_TYPES, None))) if now_and_then(draw) else wanted_type
    typed = [("Content-Type", got_type)] if got_type else []
    status = draw(st.sampled_from((200, 201, 404, 500))) if now_and_then(draw) else 200
    return version, response, Response(status, "", "HTTP/1.1", (*typed, *lines), data)


def has_ties(pact: bytes) -> bool:
    try:
        return bool(tied_rules(Contract("generated.json", "$", pact, "digest")))
    except NotJudgedError:
        return False  # neither way judges it, then


def found(verdict: Verdict) -> tuple[EngineMismatch, ...]:
    if isinstance(verdict, NotJudgedError):
        raise verdict
    return verdict


def assert_agreed(pairs: Sequence[Pair]) -> None:
    for (pact, response), verdict in zip(pairs, verify_all(pairs), strict=True):
        try:
            ours = match_in_process(pact, response)
        except BeyondInterfaceError:
            continue
        told = compared(spots(ours), spots(found(verdict)), pact)
        assert told is None, f"{told}\n{pact.decode()}\n{response}\n{response.body!r}"


def assert_all_agree(pact_file: PactMaker, drawn: Sequence[Drawn]) -> None:
    pairs = [(pact_file(expected, version), response) for version, expected, response in drawn]
    assert_agreed([pair for pair in pairs if not has_ties(pair[0])])


BATCHES = st.lists(cases(), min_size=10, max_size=25)


@settings(max_examples=6, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(drawn=BATCHES)
def test_both_ways_agree(pact_file: PactMaker, drawn: list[Drawn]) -> None:
    assert_all_agree(pact_file, drawn)


@pytest.mark.long
@settings(max_examples=8, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(drawn=BATCHES)
def test_both_ways_agree_on_many(pact_file: PactMaker, drawn: list[Drawn]) -> None:
    assert_all_agree(pact_file, drawn)


TYPES = ("application/json", "text/plain", "image/png", "*/*", "nonsense", "text/plain;;", "application/hal+json", None)
TYPELESS = (b'{"a":1}', b"text", b"", b"null", b"\xff\xfe", b"<a/>")


ONCE_APART = (
    # type in the contract, example, type received, body
    ("application/hal+json", None, "application/json", b"[]"),
    ("application/json", "", "text/plain", b"text"),
    ("application/json", {"a": 1}, "application/xml", b""),
    ("nonsense", None, "text/html", b"<a/>"),
    ("nonsense", {"a": 1}, "*/*", b'{"a":2}'),
    ("text/plain;;", "text", "application/xml", b""),
    ("application/json", {"a": 1}, None, b"\xff\xfe"),
    ("application/xml", "", None, b"\x89PNG\0"),
    ("image/png", "AAEC", "nonsense", b""),
    (None, "text", "*/*", b"{}"),
    ("", None, "", b"--x"),
)


def of_types(pact_file: PactMaker, wanted: str | None, example: object, got: str | None, body: bytes) -> Pair:
    headers = {} if wanted is None else {"Content-Type": wanted}
    lines = () if got is None else (("Content-Type", got),)
    return pact_file({"headers": headers, "body": example}, "3.0.0"), Response(200, "", "", lines, body)


def test_both_ways_agree_where_they_once_did_not(pact_file: PactMaker) -> None:
    assert_agreed([of_types(pact_file, *row) for row in ONCE_APART])


@pytest.mark.long
@pytest.mark.parametrize(("first", "example"), [(0, {"a": 1}), (1, "text"), (2, None)])
def test_both_ways_agree_on_content_types(pact_file: PactMaker, first: int, example: object) -> None:
    rows = itertools.islice(itertools.product(TYPES, TYPES, TYPELESS), first, None, 3)  # each has its third
    assert_agreed([of_types(pact_file, wanted, example, got, body) for wanted, got, body in rows])


# -- one response -----------------------------------------------------------------------------------------


def test_they_agree_on_one_response(pact_file: PactMaker, answer: ResponseMaker) -> None:
    pact = pact_file({"headers": {"X-A": "b"}, "body": {"id": 1}}, "3.0.0")
    assert disagreement(pact, answer({"id": 1}, headers=[("X-A", "b")])) is None
    assert disagreement(pact, answer({"id": 2}, 500, headers=[])) is None


def test_json_that_only_our_reader_takes_is_told_to_both(pact_file: PactMaker, answer: ResponseMaker) -> None:
    pact = pact_file({"body": {"id": 1}}, "3.0.0")
    assert disagreement(pact, answer(b'\xef\xbb\xbf{"id": 1, "n": 1e400}')) is None
    assert disagreement(pact_file({"body": None}, "3.0.0"), answer(b" null ")) is None


def test_what_cannot_be_asked_is_told(pact_file: PactMaker, answer: ResponseMaker) -> None:
    pact = pact_file({"headers": {"Content-Encoding": "gzip"}}, "3.0.0")
    with pytest.raises(NotJudgedError, match="cannot be replayed over HTTP"):
        disagreement(pact, answer(headers=[("Content-Encoding", "gzip")]))


def test_a_difference_is_told_without_the_vendors_words() -> None:
    pact = b'{"interactions": [{"response": {"body": {"id": {"0 a": 1}}}}]}'
    ours = frozenset({("body", "$.id['0 a'][3]", "BodyMismatch"), ("body", "$.secret.id", "BodyMismatch")})
    official = frozenset({("status", "", "StatusMismatch"), ("header", "x-a", "HeaderMismatch")})
    assert compared(ours, ours, pact) is None
    told = compared(ours, official, pact)
    assert told == Disagreement(
        ("forbids body $.id['0 a'][3] (BodyMismatch)", "forbids body $['*'].id (BodyMismatch)"),
        ("forbids header x-a (HeaderMismatch)", "forbids status (StatusMismatch)"),
    )
    assert "secret" not in str(told)
    assert str(compared(frozenset(), official - {("status", "", "StatusMismatch")}, pact)) == (
        "ours says: allows it; it says: forbids header x-a (HeaderMismatch)"
    )


def test_a_path_that_is_none_is_not_told() -> None:
    told = compared(frozenset({("body", "secret", "BodyMismatch")}), frozenset(), b"{}")
    assert told == Disagreement(("forbids body (BodyMismatch)",), ("allows it",))
