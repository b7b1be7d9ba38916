"""Verdicts of the engine beyond the specification's cases: V4 rules, versions, bodies, gates, not judged."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import NotJudgedError
from monitor.model import Response
from monitor.pact_engine import EngineMismatch, expected_contents, match_response

PactMaker = Callable[..., bytes]
ResponseMaker = Callable[..., Response]
JSON_TYPE = {"Content-Type": "application/json"}
ENDLESS = "a" * 60


def rules(**paths: object) -> dict[str, object]:
    """``rules(a={...})``: matching rules of the body at ``$.a``."""
    return {
        "body": {
            f"$.{path}": {"matchers": found if isinstance(found, list) else [found]} for path, found in paths.items()
        }
    }


def v4(body: object, matching: object = None) -> dict[str, object]:
    response: dict[str, object] = {"status": 200, "headers": JSON_TYPE, "body": {"content": body, **V4_JSON}}
    return response if matching is None else {**response, "matchingRules": matching}


V4_JSON = {"contentType": "application/json", "encoded": False}
EACH_KEY = {"match": "eachKey", "rules": [{"match": "regex", "regex": "^[a-z]+$"}]}
EACH_VALUE = {"match": "eachValue", "rules": [{"match": "integer"}]}
VARIANTS = {
    "match": "arrayContains",
    "variants": [
        {"index": 0, "rules": {"$.id": {"matchers": [{"match": "integer"}]}}},
        {"index": 1, "rules": {"$": {"matchers": [{"match": "type"}]}}},
    ],
}

V4_TABLE: tuple[tuple[str, object, object, object, bool], ...] = (
    # rule, example, response, matcher, whether it passes
    ("regex", "VIP", "Standard", {"match": "regex", "regex": "^(Standard|VIP)$"}, True),
    ("regex", "VIP", "Gold", {"match": "regex", "regex": "^(Standard|VIP)$"}, False),
    ("regex of a part", "VIP", "Standard", {"match": "regex", "regex": "^Sta"}, False),
    ("regex on a number", 12, 345, {"match": "regex", "regex": "^[0-9]+$"}, True),
    ("type", "x", "y", {"match": "type"}, True),
    ("type", "x", 1, {"match": "type"}, False),
    ("type, 1 for 1.5", 1.5, 1, {"match": "type"}, True),
    ("min", [1], [2, 3], {"match": "type", "min": 2}, True),
    ("min", [1], [2], {"match": "type", "min": 2}, False),
    ("max", [1], [2], {"match": "type", "max": 1}, True),
    ("max", [1], [2, 3], {"match": "type", "max": 1}, False),
    ("min and max", [1], [2, 3], {"match": "type", "min": 1, "max": 2}, True),
    ("min and max", [1], [1, 2, 3], {"match": "type", "min": 1, "max": 2}, False),
    ("members of min", [{"k": 1}], [{"k": "x"}], {"match": "type", "min": 1}, False),
    ("eachKey", {"a": 1}, {"b": 2}, EACH_KEY, True),
    ("eachKey", {"a": 1}, {"B": 2}, EACH_KEY, False),
    ("eachValue", {"a": 1}, {"b": 2, "c": 3}, EACH_VALUE, True),
    ("eachValue", {"a": 1}, {"b": 2, "c": "x"}, EACH_VALUE, False),
    ("eachValue of a list", [1], [2, 3], EACH_VALUE, True),
    ("eachValue of a list", [1], [2, "x"], EACH_VALUE, False),
    ("eachKey and eachValue", {"a": 1}, {"b": 2}, [EACH_KEY, EACH_VALUE], True),
    ("eachKey and eachValue", {"a": 1}, {"B": 2}, [EACH_KEY, EACH_VALUE], False),
    ("arrayContains", [{"id": 1}, "x"], ["y", 5, {"id": 7}], VARIANTS, True),
    ("arrayContains", [{"id": 1}, "x"], [{"id": 7}, 5], VARIANTS, False),
    ("arrayContains", [{"id": 1}, "x"], ["y", {"id": "7"}], VARIANTS, False),
    ("date", "2020-01-01", "2026-02-28", {"match": "date", "format": "yyyy-MM-dd"}, True),
    ("date", "2020-01-01", "28.02.2026", {"match": "date", "format": "yyyy-MM-dd"}, False),
    ("date without format", "2020-01-01", "2026-02-28", {"match": "date"}, True),
    ("time", "10:00", "23:59", {"match": "time", "format": "HH:mm"}, True),
    ("time", "10:00", "25:00", {"match": "time", "format": "HH:mm"}, False),
    ("datetime", "2020-01-01T10:00", "2026-02-03T11:12", {"match": "datetime", "format": "yyyy-MM-dd'T'HH:mm"}, True),
    ("datetime", "2020-01-01T10:00", "2026-02-03", {"match": "datetime", "format": "yyyy-MM-dd'T'HH:mm"}, False),
    ("timestamp", "2020", "2026", {"match": "timestamp", "timestamp": "yyyy"}, True),
    ("notEmpty", "x", "y", {"match": "notEmpty"}, True),
    ("notEmpty", "x", "", {"match": "notEmpty"}, False),
    ("notEmpty", "x", None, {"match": "notEmpty"}, False),
    ("notEmpty list", [1], [], {"match": "notEmpty"}, False),
    ("semver", "1.0.0", "2.3.4-rc.1", {"match": "semver"}, True),
    ("semver", "1.0.0", "2.3", {"match": "semver"}, False),
    ("contentType", "x", "some text", {"match": "contentType", "value": "text/plain"}, True),
    ("contentType", "x", "some text", {"match": "contentType", "value": "image/png"}, False),
    ("boolean", True, False, {"match": "boolean"}, True),
    ("boolean as text", True, "true", {"match": "boolean"}, True),
    ("boolean", True, "yes", {"match": "boolean"}, False),
    ("null", None, None, {"match": "null"}, True),
    ("null", None, 0, {"match": "null"}, False),
    ("number", 1, 2.5, {"match": "number"}, True),
    ("number", 1, "2.5", {"match": "number"}, False),
    ("integer", 1, 2, {"match": "integer"}, True),
    ("integer", 1, 2.5, {"match": "integer"}, False),
    ("decimal", 1.5, 2.25, {"match": "decimal"}, True),
    ("decimal", 1.5, 2, {"match": "decimal"}, False),
    ("include", "abc", "xbx", {"match": "include", "value": "b"}, True),
    ("include", "abc", "xyx", {"match": "include", "value": "b"}, False),
    ("equality", 1, 1, {"match": "equality"}, True),
    ("equality", 1, 2, {"match": "equality"}, False),
    ("values", {"a": 1}, {"b": 1, "c": 1}, {"match": "values"}, True),
    ("values", {"a": 1}, {"b": 1, "c": 2}, {"match": "values"}, False),
)


@pytest.mark.parametrize(
    ("example", "actual", "matcher", "passes"),
    [row[1:] for row in V4_TABLE],
    ids=[f"{row[0]}: {json.dumps(row[2])} {'passes' if row[4] else 'fails'}" for row in V4_TABLE],
)
def test_v4_rules_of_the_body(
    pact_file: PactMaker, answer: ResponseMaker, example: object, actual: object, matcher: object, passes: bool
) -> None:
    found = match_response(pact_file(v4({"a": example}, rules(a=matcher))), answer({"a": actual, "more": 1}))
    assert (not found) is passes, found
    assert all(one.place == "body" for one in found)


STATUS_TABLE: tuple[tuple[object, int, bool], ...] = (
    ({"match": "statusCode", "status": "success"}, 204, True),
    ({"match": "statusCode", "status": "success"}, 404, False),
    ({"match": "statusCode", "status": "clientError"}, 404, True),
    ({"match": "statusCode", "status": "nonError"}, 302, True),
    ({"match": "statusCode", "status": "error"}, 302, False),
    ({"match": "statusCode", "status": [200, 201]}, 201, True),
    ({"match": "statusCode", "status": [200, 201]}, 202, False),
    ({"match": "integer"}, 599, True),
)


@pytest.mark.parametrize("keyed", [True, False], ids=["under a path", "plain"])
@pytest.mark.parametrize(("matcher", "status", "passes"), STATUS_TABLE)
def test_v4_rules_of_the_status(
    pact_file: PactMaker, answer: ResponseMaker, matcher: object, status: int, passes: bool, keyed: bool
) -> None:
    listed: dict[str, object] = {"combine": "AND", "matchers": [matcher]}
    pact = pact_file({"status": 200, "matchingRules": {"status": {"$": listed} if keyed else listed}})
    assert (not match_response(pact, answer(status=status))) is passes


@pytest.mark.parametrize(("combine", "passes"), [("AND", False), ("OR", True), ("or", True)])
def test_rules_are_combined_as_the_contract_says(
    pact_file: PactMaker, answer: ResponseMaker, combine: str, passes: bool
) -> None:
    two = {"combine": combine, "matchers": [{"match": "regex", "regex": "^a.*"}, {"match": "regex", "regex": ".*b$"}]}
    status = {
        "combine": combine,
        "matchers": [{"match": "statusCode", "status": "success"}, {"match": "statusCode", "status": "error"}],
    }
    for response, got in (
        ({**v4({"a": "ab"}), "matchingRules": {"body": {"$.a": two}}}, answer({"a": "ac"})),
        ({"headers": {"X-A": "ab"}, "matchingRules": {"header": {"x-a": two}}}, answer(headers=[("X-A", "ac")])),
        ({"status": 200, "matchingRules": {"status": status}}, answer()),
    ):
        assert (not match_response(pact_file(response), got)) is passes


OLD_RULES: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("2.0.0", {"$.body.a": {"match": "regex", "regex": "^x.*"}}),
    ("2.0.0", {"$.body['a']": {"match": "regex", "regex": "^x.*"}}),
    ("2.0.0", {"$.body.*": {"match": "regex", "regex": "^x.*"}}),
    ("3.0.0", {"body": {"$.a": {"matchers": [{"match": "regex", "regex": "^x.*"}]}}}),
    ("4.0", {"body": {"$.a": {"matchers": [{"match": "regex", "regex": "^x.*"}]}}}),
)


@pytest.mark.parametrize(("version", "matching"), OLD_RULES)
def test_rules_of_every_version(
    pact_file: PactMaker, answer: ResponseMaker, version: str, matching: Mapping[str, object]
) -> None:
    body: object = {"content": {"a": "x"}, **V4_JSON} if version == "4.0" else {"a": "x"}
    pact = pact_file({"headers": JSON_TYPE, "body": body, "matchingRules": matching}, version)
    assert match_response(pact, answer({"a": "xyz"})) == ()
    assert [one.path for one in match_response(pact, answer({"a": "y"}))] == ["$.a"]


BODIES: tuple[tuple[str, str, object, bytes, bool], ...] = (
    # version, content type, body in the contract, body received, whether it passes
    ("3.0.0", "application/json", "text", b'"text"', True),
    ("3.0.0", "application/json", '"text"', b'"text"', True),
    ("3.0.0", "image/png", "aGVsbG8=", b"hello", True),
    ("3.0.0", "image/png", "aGVsbG8=", b"hellO", False),
    ("3.0.0", "text/plain", "text", b"text", True),
    ("3.0.0", "text/plain", "text", b"\xff\xfe", False),
    ("3.0.0", "application/xml", "<a><b/></a>", b"<a>\n  <b/></a>", True),
    ("3.0.0", "application/xml", "<a><b/></a>", b"<a></a>", False),
    ("3.0.0", "application/x-www-form-urlencoded", "a=1&b=2", b"b=2&a=1", True),
    ("3.0.0", "application/json", {"a": 1}, b"", False),
    ("3.0.0", "application/json", {"a": 1}, b"null", False),
    ("3.0.0", "application/json", {"a": 1}, b'{"a":', False),
    ("3.0.0", "application/json", {"a": 1}, b'{"a": 1, "b": "\\u0000"}', True),
    ("3.0.0", "application/json", None, b"null", True),
    ("3.0.0", "application/json", None, b"{}", False),
    ("3.0.0", "application/json", "", b"x", False),
    ("3.0.0", "text/plain", None, b"null", False),
    ("4.0", "application/json", {"content": {"a": 1}}, b'{"a":1}', True),
    ("4.0", "text/plain", {"content": "eA==", "encoded": "base64"}, b"x", True),
    ("4.0", "application/json", {"content": '{"a":1}', "encoded": "JSON"}, b'{"a": 1}', True),
    ("4.0", "application/json", {"content": "null", "encoded": "JSON"}, b"null", True),
    ("4.0", "application/json", {"content": "null", "encoded": "JSON"}, b"1", False),
    ("4.0", "application/json", {"content": None}, b"", True),
    ("4.0", "application/json", {"content": ""}, b"x", False),
    ("4.0", "application/json", {}, b"anything", True),
)


@pytest.mark.parametrize("row", BODIES)
def test_bodies_as_contracts_write_them(
    pact_file: PactMaker, answer: ResponseMaker, row: tuple[str, str, object, bytes, bool]
) -> None:
    version, content_type, body, received, passes = row
    pact = pact_file({"headers": {"Content-Type": content_type}, "body": body}, version)
    response = answer(received, headers=[("content-type", content_type)])
    assert (not match_response(pact, response)) is passes


def test_a_contract_that_says_nothing_of_the_body_lets_anything_pass(
    pact_file: PactMaker, answer: ResponseMaker
) -> None:
    for body in (b"", b"null", b"\xff", b"{", b"[" * 500):
        assert match_response(pact_file({"status": 200}, "3.0.0"), answer(body)) == ()


TYPES: tuple[tuple[str | None, str | None, bool], ...] = (
    # content type expected and received, whether the bodies are compared (they are equal JSON)
    ("application/json", "application/json", True),
    ("application/json", "Application/JSON", True),
    ("application/json", "application/hal+json; charset=utf-8", True),
    ("application/json", "text/plain", False),
    ("text/plain", "application/json", False),
    (None, "application/json", True),
    (None, "application/xml", False),
    ("application/json", None, True),
    ("*/*", "application/json", True),
    ("application/json", "nonsense", True),  # the engine looks at the bytes then
)


@pytest.mark.parametrize(("expected", "received", "compared"), TYPES)
def test_the_gate_of_content_types(
    pact_file: PactMaker, answer: ResponseMaker, expected: str | None, received: str | None, compared: bool
) -> None:
    headers = {} if expected is None else {"Content-Type": expected}
    pact = pact_file({"headers": headers, "body": {"a": 1}}, "3.0.0")
    lines = [] if received is None else [("Content-Type", received)]
    found = match_response(pact, answer(b'{"a":1}', headers=lines))
    assert (not [one for one in found if one.place == "body"]) is compared


@pytest.mark.parametrize(("pattern", "compared"), [(r"application/.*", True), (r"text/.*", False)])
def test_a_rule_for_content_type_opens_the_gate(
    pact_file: PactMaker, answer: ResponseMaker, pattern: str, compared: bool
) -> None:
    rule = {"header": {"Content-Type": {"matchers": [{"match": "regex", "regex": pattern}]}}}
    pact = pact_file({"headers": JSON_TYPE, "body": {"a": 1}, "matchingRules": rule}, "3.0.0")
    response = answer({"a": 1}, headers=[("Content-Type", "application/x-thing")])
    assert (match_response(pact, response) == ()) is compared


# -- not judged -------------------------------------------------------------------------------------------


def one_interaction(**more: object) -> Mapping[str, object]:
    return {"description": "d", "request": {}, "response": {"status": 200}, **more}


BROKEN: tuple[tuple[str, bytes], ...] = (
    ("no JSON", b"{"),
    ("not UTF-8", b'{"interactions": ["\xff"]}'),
    ("a list", b"[]"),
    ("no interactions", b'{"interactions": []}'),
    ("two interactions", json.dumps({"interactions": [one_interaction()] * 2}).encode()),
    ("no object", b'{"interactions": [3]}'),
    ("a message", json.dumps({"interactions": [one_interaction(type="Asynchronous/Messages")]}).encode()),
    ("a status in words", json.dumps({"interactions": [one_interaction(response={"status": "200"})]}).encode()),
    ("a response that is a list", json.dumps({"interactions": [one_interaction(response=[])]}).encode()),
    ("too deep", b'{"interactions": [' + b"[" * 5_000 + b"]" * 5_000 + b"]}"),
)


@pytest.mark.parametrize("pact", [pact for _, pact in BROKEN], ids=[name for name, _ in BROKEN])
def test_what_is_no_pact_of_one_interaction_is_not_judged(pact: bytes, answer: ResponseMaker) -> None:
    with pytest.raises(NotJudgedError) as caught:
        match_response(pact, answer())
    assert "contract" in str(caught.value)


BAD_RULES: tuple[Mapping[str, object], ...] = (
    {"body": {"$.a": {"matchers": [{"match": "regex"}]}}},
    {"body": {"$.a[": {"matchers": [{"match": "type"}]}}},
    {"body": {"nonsense path": {"matchers": [{"match": "type"}]}}},
)


@pytest.mark.parametrize("matching", BAD_RULES)
def test_rules_that_the_engine_refuses_are_not_judged(
    pact_file: PactMaker, answer: ResponseMaker, matching: Mapping[str, object]
) -> None:
    with pytest.raises(NotJudgedError, match="refuses the contract"):
        match_response(pact_file(v4({"a": 1}, matching)), answer({"a": 1}))


def test_bodies_that_the_engine_cannot_judge(pact_file: PactMaker, answer: ResponseMaker) -> None:
    deep, slow = b"[" * 200 + b"]" * 200, {"match": "regex", "regex": "(a+)+b"}
    cases = (
        ({"headers": JSON_TYPE, "body": {"a": 1}}, answer(deep)),
        ({"headers": JSON_TYPE, "body": {"a": "x"}, "matchingRules": rules(a=slow)}, answer({"a": ENDLESS})),
    )
    for response, received in cases:
        with pytest.raises(NotJudgedError) as caught:
            match_response(pact_file(response, "3.0.0"), received)
        assert ENDLESS not in str(caught.value)


def test_multipart_is_judged_as_far_as_its_type(pact_file: PactMaker, answer: ResponseMaker) -> None:
    pact = pact_file({"headers": JSON_TYPE, "body": {"a": 1}}, "3.0.0")
    found = match_response(pact, answer(b"--x", headers=[("Content-Type", "multipart/mixed; boundary=x")]))
    assert [one.kind for one in found] == ["HeaderMismatch", "BodyTypeMismatch"]


def test_a_contract_for_a_plug_in_is_not_judged(pact_file: PactMaker, answer: ResponseMaker) -> None:
    pact = json.loads(pact_file({"status": 200}, pluginConfiguration={"csv": {}}))
    pact["metadata"]["plugins"] = [{"name": "csv", "version": "0.0.6"}]
    with pytest.raises(NotJudgedError, match="plug-in"):
        match_response(json.dumps(pact).encode(), answer())


def test_the_experimental_engine_is_refused() -> None:
    code = (
        "from monitor.pact_engine import match_response\nfrom monitor.model import Response\n"
        "match_response(b'{}', Response(200, '', '', (), b''))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PACT_MATCHING_ENGINE": "v2", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "unset PACT_MATCHING_ENGINE" in done.stderr


# -- the form of what it says -----------------------------------------------------------------------------


def test_mismatches_come_sorted_and_the_same_each_time(pact_file: PactMaker, answer: ResponseMaker) -> None:
    body = {f"k{number}": number for number in range(30)}
    pact = pact_file({"headers": {"X-B": "1", "X-A": "1"}, "body": {"content": body, **V4_JSON}})
    response = answer(dict.fromkeys(body, "x"), status=500)
    first = match_response(pact, response)
    assert [one.place for one in first] == ["status", "header", "header", *["body"] * 30]
    assert first == tuple(sorted(first, key=EngineMismatch.sort_key))
    assert all(match_response(pact, response) == first for _ in range(5))


def test_a_missing_key_is_told_at_its_parent(pact_file: PactMaker, answer: ResponseMaker) -> None:
    found = match_response(pact_file(v4({"a": {"b": 1, "c": 2}})), answer({"a": {"c": 2}}))
    assert [(one.path, one.expected, one.actual, one.kind) for one in found] == [
        ("$.a", '["b","c"]', '["c"]', "BodyMismatch")
    ]


def test_expected_contents(pact_file: PactMaker) -> None:
    assert expected_contents(pact_file(v4({"a": 1}))) == b'{"a":1}'
    assert expected_contents(pact_file({"status": 200})) is None
    assert expected_contents(b"\xef\xbb\xbf" + pact_file(v4([1]))) == b"[1]"


def test_threads_do_not_disturb_each_other(pact_file: PactMaker, answer: ResponseMaker) -> None:
    pact = pact_file(v4({"a": 1}, rules(a={"match": "integer"})))

    def judge(number: int) -> bool:
        return not match_response(pact, answer({"a": number if number % 2 else str(number)}))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(judge, range(200))) == [bool(number % 2) for number in range(200)]


texts = st.text(st.characters(codec="utf-8"), max_size=5)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=json_values.filter(lambda value: value not in (None, "")))
def test_a_response_like_the_example_always_passes(pact_file: PactMaker, answer: ResponseMaker, value: object) -> None:
    assert match_response(pact_file(v4(value)), answer(value)) == ()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=60))
def test_any_bytes_are_judged(pact_file: PactMaker, answer: ResponseMaker, data: bytes) -> None:
    for content_type in ("application/json", "text/plain", "application/xml", "application/octet-stream"):
        pact = pact_file({"headers": {"Content-Type": content_type}, "body": "<a>1</a>"}, "3.0.0")
        response = answer(data, headers=[("Content-Type", content_type)])
        found = match_response(pact, response)
        assert found == match_response(pact, response)
        assert not any("backtrace" in one.message for one in found)


@pytest.mark.long
def test_hundreds_of_calls_leak_nothing_to_speak_of(pact_file: PactMaker, answer: ResponseMaker) -> None:
    matching = {**rules(a={"match": "type"}), "header": {"X-A": {"matchers": [{"match": "regex", "regex": "b"}]}}}
    pact = pact_file({**v4({"a": "x" * 12_000, "b": 1}, matching), "headers": {**JSON_TYPE, "X-A": "b"}})
    response = answer({"a": 1, "c": "y" * 12_000}, headers=[("X-A", "c"), ("Content-Type", "application/json")])

    def peak() -> int:
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return kilobytes // 1024 if sys.platform == "darwin" else kilobytes

    for _ in range(150):
        match_response(pact, response)
    before = peak()
    for _ in range(750):
        match_response(pact, response)
    # one body of 12,000 characters kept per call would be 9 MB
    assert peak() - before < 8_000
