"""Headers are judged as the official library judges them (the cases were confirmed with its Verifier)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from monitor.errors import NotJudgedError
from monitor.model import Response
from monitor.pact_engine import HEADER_MISSING, match_response

PactMaker = Callable[..., bytes]
ResponseMaker = Callable[..., Response]
Lines = Sequence[tuple[str, str]]

PLAIN: tuple[tuple[str, object, Lines, bool], ...] = (
    # header, what the contract has, lines received, whether it passes
    ("X-A", "b", [("x-a", "b")], True),
    ("X-A", "b", [("X-A", "B")], False),
    ("X-A", "b", [("X-A", " b "), ("X-B", "extra")], True),
    ("X-A", "a, b", [("X-A", "a,b")], True),
    ("X-A", "a, b", [("X-A", "b, a")], False),
    ("X-A", "a, b", [("X-A", "a"), ("X-A", "b")], False),
    ("X-A", ["a", "b"], [("X-A", "a"), ("X-A", "b")], True),
    ("X-A", ["a", "b"], [("X-A", "a, b")], False),
    ("X-A", 5, [("X-A", "5")], True),
    ("X-A", "", [("X-A", "")], True),
    ("X-A", [], [("X-A", "a")], False),
    ("Vary", "a, b", [("Vary", "a"), ("vary", "b")], True),
    ("Vary", "a, b", [("Vary", "a, b, c")], False),
    ("Vary", "a, b", [("Vary", "a")], False),
    ("Last-Modified", "Mon, 01 Dec 2008", [("Last-Modified", "Mon, 01 Dec 2008")], True),
    ("Content-Type", "text/a;charset=UTF-8", [("Content-Type", "text/a; charset=utf-8")], True),
    ("Content-Type", "text/a", [("Content-Type", "text/a; charset=utf-8")], True),
    ("Content-Type", "text/a; charset=utf-8", [("Content-Type", "text/a")], False),
    ("Content-Type", "text/a; b=1; c=2", [("Content-Type", "text/a; c=2; b=1")], True),
    ("Content-Type", "text/a", [("Content-Type", "text/b")], False),
    ("Accept", "a;q=1, b", [("Accept", "a; q=1;z=2, b")], True),
)


@pytest.mark.parametrize(("name", "expected", "lines", "passes"), PLAIN)
def test_headers_without_rules(
    pact_file: PactMaker, answer: ResponseMaker, name: str, expected: object, lines: Lines, passes: bool
) -> None:
    pact = pact_file({"headers": {name: expected}}, "3.0.0")
    found = match_response(pact, answer(headers=lines))
    assert (not found) is passes, found


def test_a_missing_header_is_told_as_missing(pact_file: PactMaker, answer: ResponseMaker) -> None:
    (found,) = match_response(pact_file({"headers": {"X-A": "b"}}, "3.0.0"), answer(headers=[]))
    assert (found.kind, found.path, found.expected, found.actual) == (HEADER_MISSING, "X-A", "b", "")


RULED: tuple[tuple[object, dict[str, object], Lines, bool], ...] = (
    ("b1", {"match": "regex", "regex": "^b.*"}, [("X-A", "b2")], True),
    ("b1", {"match": "regex", "regex": "^b.*"}, [("X-A", "c")], False),
    ("b1", {"match": "type"}, [("X-A", "anything")], True),
    ("b1", {"match": "include", "value": "1"}, [("X-A", "x1x")], True),
    ("1", {"match": "integer"}, [("X-A", "22")], True),
    ("1", {"match": "integer"}, [("X-A", "x")], False),
    (["b1", "b2"], {"match": "regex", "regex": "^b.*"}, [("X-A", "b3")], True),
    (["b1"], {"match": "regex", "regex": "^b.*"}, [("X-A", "b3"), ("X-A", "b4")], True),
    (["b1"], {"match": "regex", "regex": "^b.*"}, [("X-A", "b3"), ("X-A", "c")], False),
    (["b1", "b2"], {"match": "type", "min": 2}, [("X-A", "b3")], False),
    (["b1", "b2"], {"match": "type", "max": 2}, [("X-A", "1"), ("X-A", "2"), ("X-A", "3")], False),
    (["b1", "b2"], {"match": "equality"}, [("X-A", "b1"), ("X-A", "b2")], True),
    (["b1", "b2"], {"match": "equality"}, [("X-A", "b1"), ("X-A", "b3")], False),
)


@pytest.mark.parametrize("version", ["2.0.0", "3.0.0", "4.0"])
@pytest.mark.parametrize("row", RULED)
def test_headers_with_rules(
    pact_file: PactMaker, answer: ResponseMaker, row: tuple[object, dict[str, object], Lines, bool], version: str
) -> None:
    expected, matcher, lines, passes = row
    old = {"$.headers['X-A']": matcher}
    rules = old if version == "2.0.0" else {"header": {"X-A": {"matchers": [matcher]}}}
    pact = pact_file({"headers": {"X-A": expected}, "matchingRules": rules}, version)
    found = match_response(pact, answer(headers=lines))
    assert (not found) is passes, found


@pytest.mark.parametrize("key", ["$.headers.X-A", "$.header.X-A", "$.headers['x-a']"])
def test_old_keys_of_header_rules(pact_file: PactMaker, answer: ResponseMaker, key: str) -> None:
    pact = pact_file({"headers": {"X-A": "b"}, "matchingRules": {key: {"match": "regex", "regex": "^b.*"}}}, "2.0.0")
    assert match_response(pact, answer(headers=[("X-A", "bb")])) == ()
    assert match_response(pact, answer(headers=[("X-A", "c")])) != ()


def test_what_is_not_judged(pact_file: PactMaker, answer: ResponseMaker) -> None:
    slow = {"match": "regex", "regex": "^(a+)+$b"}
    for matcher, lines in (
        (slow, [("X-A", "a" * 60)]),
        ({"match": "type"}, [("X-A", "a\0b")]),
    ):
        rules = {"header": {"X-A": {"matchers": [matcher]}}}
        pact = pact_file({"headers": {"X-A": "b"}, "matchingRules": rules}, "3.0.0")
        with pytest.raises(NotJudgedError):
            match_response(pact, answer(headers=lines))


def test_values_beyond_ascii(pact_file: PactMaker, answer: ResponseMaker) -> None:
    pact = pact_file({"headers": {"X-A": "\u00e9"}}, "3.0.0")
    assert match_response(pact, answer(headers=[("X-A", "\u00e9")])) == ()
    assert match_response(pact, answer(headers=[("X-A", "e")])) != ()
