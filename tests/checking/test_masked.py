"""Masked bodies: what check says of a raw response, recheck says of its stored form, and no mask looks like drift."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.checking.judge import judge
from monitor.checking.masked import DIGITS, holds_mask, may_be_mask, stand_ins
from monitor.checking.words import told
from monitor.jsonpaths import Json
from monitor.model import (
    Case,
    Contract,
    Exchange,
    Finding,
    Judgement,
    Loss,
    Mismatch,
    Outcome,
    Request,
    Response,
    Secret,
    Severity,
    Translation,
    fingerprint,
)
from monitor.recordings.masking import Masker

PHONE = "15555550100"
EMAIL = "ana.ortiz@corp.example"
SECRETS = (
    Secret("PHONE", PHONE),
    Secret("EMAIL", EMAIL),
    Secret("SINCE", "2026-11-22T08:00:00Z"),
    Secret("HOME", "https://ana.corp.example"),
)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
NOTE = "translation 'pop' cannot be compared whole: masked text stands where it computes"


def _response(body: Json | bytes, media: str = "application/json") -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(200, "OK", "HTTP/1.1", (("Content-Type", media),), content)


def _stored(response: Response) -> Response:
    exchange = Exchange(Request("GET", "https://x.example/"), response, None, NOW, 0.1)
    masked, _ = Masker(SECRETS).mask(exchange)
    assert masked.response is not None
    return masked.response


def _checked(
    raw: Response,
    baseline: Response | None = None,
    translation: str = "",
    *,
    schema: Json = None,
    contract: Contract | None = None,
) -> Case:
    """As check judges it: the raw response, and the stored baseline."""
    translations = (Translation("pop", "jsonata", translation, "pop.jsonata", schema),) if translation else ()
    kept = _stored(baseline) if baseline else None
    hidden = baseline is not None and kept is not None and kept.body != baseline.body
    return Case("crm", "lookup", contract, translations, raw, _stored(raw), kept, baseline_masked=hidden)


def _rechecked(case: Case) -> Case:
    masked = case.raw.body != case.stored.body
    return replace(case, raw=case.stored, raw_masked=masked, numbers_masked=masked)


def _lines(judgement: Judgement) -> list[str]:
    details = [finding.detail for finding in judgement.findings]
    return [f"{d.output}: {d.before} -> {d.after}" for d in details if isinstance(d, Loss)]


def _both(case: Case) -> tuple[Judgement, Judgement]:
    return judge(case), judge(_rechecked(case))


# -- translations -----------------------------------------------------------------------------------------

BODY: dict[str, Json] = {
    "phone": PHONE,
    "fullName": "Ana",
    "email": EMAIL,
    "since": "2026-11-22T08:00:00Z",
    "n": 3,
    "dial": 15555550100,
    "home": "https://ana.corp.example/me",
}


def _body(*gone: str, **changed: Json) -> dict[str, Json]:
    return {key: value for key, value in {**BODY, **changed}.items() if key not in gone}


@pytest.mark.parametrize(
    ("source", "after", "lines", "whole"),
    [
        pytest.param('{"p": $number(phone), "name": fullName}', _body(), [], True, id="nothing lost"),
        pytest.param(
            '{"p": $number(phone), "name": fullName}', _body(fullName=""), ["name: String -> empty"], True, id="another"
        ),
        pytest.param(
            '{"p": $number(phone), "name": fullName}', _body("phone"), ["p: Integer -> missing"], True, id="itself"
        ),
        pytest.param('{"t": $toMillis(since), "name": fullName}', _body(), [], False, id="no stand-in computes"),
        pytest.param(
            '{"t": $toMillis(since), "name": fullName}',
            _body(fullName=""),
            ["name: String -> empty"],
            False,
            id="no stand-in computes, and another output is lost",
        ),
        pytest.param(
            '{"t": $toMillis(since), "name": fullName}',
            _body("since"),
            ["t: masked -> missing"],
            False,
            id="no stand-in computes, and what it reads is gone",
        ),
        pytest.param(
            '{"t": since ? $toMillis(since) : "none", "name": fullName}',
            _body(since=""),
            ["t: masked -> default"],
            False,
            id="no stand-in computes, and there is a default",
        ),
        pytest.param('{"u": $substringAfter(email, "@")}', _body(), [], True, id="text"),
        pytest.param('{"u": email[$contains($, "@")]}', _body(), [], True, id="a mask blanks it on both sides"),
        pytest.param(
            '{"u": email[$contains($, "@")]}', _body("email"), ["u: masked -> missing"], True, id="hidden and gone"
        ),
        pytest.param('{"h": $substringBefore(home, "/me")}', _body(), [], True, id="a URL"),
        pytest.param('{"d": 1 / dial}', _body(), [], True, id="a number"),
        pytest.param(
            '{"x": -n, "p": $number(phone)}',
            _body(n="three"),
            ["p: Integer -> error", "x: Integer -> error"],
            True,
            id="an error that is no mask's",
        ),
    ],
)
def test_check_and_recheck_say_the_same_of_outputs(source: str, after: Json, lines: Sequence[str], whole: bool) -> None:
    check, again = _both(_checked(_response(after), _response(BODY), source))
    assert _lines(check) == list(lines)
    assert again.findings == check.findings
    assert (NOTE in again.notes) is not whole
    assert check.outcome is again.outcome


def test_a_first_approval_is_not_refused_for_what_a_mask_does() -> None:
    for source in ('{"p": $number(phone)}', '{"t": $toMillis(since), "name": fullName}', '{"d": 1 / dial}'):
        check, again = _both(_checked(_response(BODY), None, source))
        assert (check.outcome, check.findings, check.notes) == (Outcome.NO_BASELINE, (), ())
        assert (again.outcome, again.findings) == (Outcome.NO_BASELINE, ())
        assert again.notes == ((NOTE,) if "since" in source else ())


def test_a_first_recording_with_an_error_of_its_own_is_told_both_times() -> None:
    check, again = _both(_checked(_response(_body(n="x")), None, '{"p": $number(phone), "n": -n}'))
    assert _lines(check) == _lines(again) == ["n:  -> error", "p:  -> error"]


def test_an_error_that_only_the_secret_itself_makes_is_told_by_check_and_noted_by_recheck() -> None:
    check, again = _both(_checked(_response(BODY), None, '{"t": $toMillis(email), "name": fullName}'))
    assert _lines(check) == ["name:  -> error", "t:  -> error"]
    assert (again.findings, again.notes) == ((), (NOTE,))


@pytest.mark.parametrize("masked", ["before", "after"])
def test_a_mask_on_one_side_only_blanks_nothing(masked: str) -> None:
    """An approved example from elsewhere holds another phone than ours, or ours is no secret any more."""
    other = {**BODY, "phone": "4420794600"}
    before, after = (BODY, other) if masked == "before" else (other, BODY)
    source = '{"p": phone[$match($, /^[0-9]+$/)], "q": $number(phone), "card": {"p": phone[$number($) > 5], "n": n}}'
    check, again = _both(_checked(_response(after), _response(before), source))
    assert check.findings == again.findings == ()


PATTERN: dict[str, Json] = {"properties": {"p": {"pattern": "^[0-9]+$"}, "n": {"maximum": 9}, "d": {"minimum": 5}}}


def test_a_schema_does_not_judge_masks() -> None:
    source = '{"p": phone, "n": n, "d": dial}'
    check, again = _both(_checked(_response(BODY), _response(BODY), source, schema=PATTERN))
    assert check.findings == again.findings == ()
    assert (check.notes, again.notes) == ((), (NOTE,))
    check, again = _both(_checked(_response(_body(n=10)), _response(BODY), source, schema=PATTERN))
    assert _lines(check) == _lines(again) == ["n: Integer -> invalid"]
    check, _ = _both(_checked(_response(_body(email="x")), _response(BODY), '{"p": email}', schema=PATTERN))
    assert _lines(check) == ["p: String -> invalid"]


# -- contracts --------------------------------------------------------------------------------------------


def _contract(body: Json, rules: dict[str, Any], media: str = "application/json") -> Contract:
    response = {"status": 200, "headers": {"Content-Type": media}, "body": body, "matchingRules": {"body": rules}}
    interaction = {"description": "a lookup", "request": {"method": "GET", "path": "/"}, "response": response}
    pact = {
        "consumer": {"name": "us"},
        "provider": {"name": "them"},
        "interactions": [interaction],
        "metadata": {"pactSpecification": {"version": "3.0.0"}},
    }
    return Contract("crm.json", "$.interactions[0]", json.dumps(pact).encode(), "0" * 64)


def _rule(**definition: Json) -> dict[str, Any]:
    return {"matchers": [definition]}


DIGITS_DEF: dict[str, Any] = {"match": "regex", "regex": "^[0-9]{5,}$"}
CONTAINS_DEF: dict[str, Any] = {
    "match": "arrayContains",
    "variants": [{"index": 0, "rules": {"$": {"matchers": [DIGITS_DEF]}}}],
}
DIGITS_RULE = _rule(**DIGITS_DEF)
TYPE_RULE = _rule(match="type")


@pytest.mark.parametrize(
    ("example", "rules", "body", "at"),
    [
        pytest.param({"phone": "1"}, {"$.phone": DIGITS_RULE}, {"phone": PHONE}, "$.phone", id="regex"),
        pytest.param({"phone": PHONE}, {}, {"phone": PHONE}, "$.phone", id="equality"),
        pytest.param({"dial": 15555550100}, {}, {"dial": 15555550100}, "$.dial", id="a number"),
        pytest.param({"dial": "1"}, {"$.dial": DIGITS_RULE}, {"dial": 15555550100}, "$.dial", id="a number as text"),
        pytest.param([{"p": "1"}], {"$": TYPE_RULE, "$[*].p": DIGITS_RULE}, [{"p": PHONE}] * 2, "$[*].p", id="list"),
        pytest.param([1], {"$": _rule(**CONTAINS_DEF)}, [15555550100], "$", id="any member"),
        pytest.param({"a": ""}, {"$.a": _rule(match="include", value="5")}, {"a": f"tel {PHONE}"}, "$.a", id="in text"),
    ],
)
def test_a_rule_that_looks_into_a_mask_is_noted(example: Json, rules: dict[str, Any], body: Json, at: str) -> None:
    check, again = _both(_checked(_response(body), contract=_contract(example, rules)))
    assert (check.outcome, check.findings, check.notes) == (Outcome.NO_BASELINE, (), ())
    assert (again.outcome, again.findings) == (Outcome.NO_BASELINE, ())
    assert again.notes == (f"masked text stands at {at}: the contract's rule there is not judged again",)


@pytest.mark.parametrize(
    ("example", "rules", "body"),
    [
        pytest.param({"phone": 1}, {"$": TYPE_RULE}, {"phone": PHONE}, id="another type"),
        pytest.param({"phone": 1}, {}, {"phone": PHONE}, id="another type without rules"),
        pytest.param({"phone": "1"}, {"$": TYPE_RULE}, {"phone": 15555550100}, id="a number for text"),
        pytest.param([], {"$": TYPE_RULE}, {"phone": PHONE}, id="another root"),
        pytest.param({"a": ["x"]}, {}, {"a": ["x", PHONE]}, id="a longer list"),
        pytest.param({"a": "x", "phone": "1"}, {"$": TYPE_RULE}, {"phone": PHONE}, id="a missing key"),
        pytest.param({"n": 1, "phone": "1"}, {"$": TYPE_RULE}, {"n": "x", "phone": PHONE}, id="beside a mask"),
    ],
)
def test_what_no_mask_changes_is_drift_both_times(example: Json, rules: dict[str, Any], body: Json) -> None:
    check, again = _both(_checked(_response(body), contract=_contract(example, rules)))
    assert check.findings
    assert check.findings == again.findings
    assert again.notes == ()


def test_text_with_a_mask_is_noted() -> None:
    agreed = _contract("tel 1", {"$": _rule(match="regex", regex="^tel [0-9]+$")}, "text/plain")
    check, again = _both(_checked(_response(f"tel {PHONE}".encode(), "text/plain"), contract=agreed))
    assert check.findings == again.findings == ()
    assert len(again.notes) == 1


def test_a_vendor_cannot_hide_behind_our_masks() -> None:
    """What looks like a mask in a raw response is the vendor's own text."""
    agreed = _contract({"phone": "1"}, {"$.phone": DIGITS_RULE})
    judgement = judge(_checked(_response({"phone": "MASKED-PHONE"}), contract=agreed))
    assert [type(finding.detail) for finding in judgement.findings] == [Mismatch]


# -- nothing raw is told ----------------------------------------------------------------------------------

KEY = "s3cr3t-k3y-of-theirs"


def _secret_key(raw: Response, baseline: Response | None = None, **more: Any) -> Judgement:
    hide = Masker((Secret("KEY", KEY),)).mask
    exchange = Exchange(Request("GET", "https://x.example/"), raw, None, NOW, 0.1)
    return judge(replace(_checked(raw, baseline, **more), stored=hide(exchange)[0].response or raw))


def test_a_secret_key_that_stands_twice_is_told_masked() -> None:
    judgement = _secret_key(_response(f'{{"{KEY}": 1, "{KEY}": 2}}'.encode()), _response({"a": 1}))
    assert judgement.notes == ("key 'MASKED-KEY' stands twice in one object of the body; the last one counts",)
    assert KEY not in repr(judgement)


@pytest.mark.parametrize(
    ("source", "schema"),
    [
        ("$", {"additionalProperties": {"type": "integer"}}),
        ("{name: n, 'x': n}", {"additionalProperties": {"type": "string"}}),
        ("{'out': deep}", {"properties": {"out": {"additionalProperties": {"type": "null"}}}}),
        ("{name: $sum, 'x': n}", None),
        ("-name", None),
    ],
)
def test_no_key_of_the_raw_response_is_told_of_outputs(source: str, schema: Json) -> None:
    body: Json = {"name": KEY, "n": 1, KEY: "x", "deep": {KEY: 1}}
    judgement = _secret_key(_response(body), translation=source, schema=schema)
    assert judgement.findings
    assert KEY not in repr(judgement)
    assert KEY not in repr(told(judgement.findings))


@pytest.mark.parametrize(
    ("example", "rules", "body"),
    [
        ({"m": {"a": 1}}, {"$.m.*": TYPE_RULE}, {"m": {KEY: "x"}}),
        ({"m": {"a": 1}}, {"$.m": _rule(match="values"), "$.m.*": TYPE_RULE}, {"m": {KEY: "x"}}),
        ({"m": {"a": {"b": 1}}}, {"$.m": TYPE_RULE, "$.m.*.b": TYPE_RULE}, {"m": {KEY: {"b": "x"}}}),
        ({"m": {"a": 1}}, {"$.m": _rule(match="eachKey", rules=[{"match": "regex", "regex": "^a$"}])}, {"m": {KEY: 1}}),
        ({"m": {"a": 1}}, {"$.m": _rule(match="eachValue", rules=[{"match": "integer"}])}, {"m": {KEY: "x"}}),
        ({"a": 1}, {}, {KEY: "x"}),
        ({"a": None}, {"$": {"matchers": [DIGITS_DEF, CONTAINS_DEF]}}, {"a": None, KEY: 0}),
        ([], {}, {KEY: "x"}),
        ("x", {}, {KEY: "x"}),
    ],
)
def test_no_key_of_the_raw_response_is_told_of_the_contract(example: Json, rules: dict[str, Any], body: Json) -> None:
    judgement = _secret_key(_response(body), contract=_contract(example, rules))
    assert judgement.findings
    assert KEY not in repr(judgement)


def test_a_content_type_is_told_as_stored() -> None:
    raw = _response(b"{}", f"application/{KEY}")
    judgement = _secret_key(raw, contract=_contract({"a": 1}, {}))
    assert {finding.root for finding in judgement.findings} >= {"header:content-type"}
    assert KEY not in repr(judgement)
    assert "application/MASKED-KEY" in repr(judgement)


# -- a root of its own -------------------------------------------------------------------------------------


def test_a_failure_that_nothing_explains_is_rooted_at_its_translation() -> None:
    judgement = judge(_checked(_response({"a": "x"}), _response({"a": "1"}), '{"o": $number(a) + $number(b)}'))
    (finding,) = judgement.findings
    root = "output:pop"
    assert (finding.root, finding.severity, finding.read) == (root, Severity.BREAKING, True)
    assert finding.fingerprint == fingerprint("crm", "lookup", root)
    (group,) = told(judgement.findings)
    assert (group.root, group.severity) == (root, Severity.BREAKING)
    assert group.lines[0].startswith("output o: ")
    assert group.lines[-1] == "made from $.a, $.b"


# -- laws -------------------------------------------------------------------------------------------------


def test_stand_ins() -> None:
    document: Json = {"a": "MASKED-A_1", "b": ["tel MASKED-B", "x"], "u": "https://masked-u.invalid/p", "n": 0, "z": 1}
    _, digits, without = stand_ins(document)
    assert digits == {"a": DIGITS, "b": [f"tel {DIGITS}", "x"], "u": "https://masked-u.invalid/p", "n": 1, "z": 1}
    assert without == {"b": ["x"], "n": 0, "z": 1}
    assert holds_mask([{"MASKED-K": 1}])
    assert holds_mask("masked-host.invalid")
    assert holds_mask([{"n": 0.0}], zeros=True)
    assert not holds_mask({"a": ["unmasked-x", 0, None]})
    assert [may_be_mask(one) for one in (0, 0.0, False, 1, "", None)] == [True, True, False, False, False, False]


KEYS = ("phone", "fullName", "n", "since")
VALUES = st.sampled_from(["Ana", "", "12", None, 0, 3, 2.5, True, PHONE, f"tel {PHONE}", 15555550100])
BODIES = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, VALUES) | {"list": st.lists(VALUES, max_size=3)})
OUTPUTS = st.sampled_from(
    [
        "{}",
        "$number({})",
        "$string({})",
        "$uppercase({})",
        "-{}",
        "{} & '!'",
        "{} ?? 'none'",
        "{} ? {} : 'none'",
        "$length({})",
        "$substring({}, 2)",
        "{{'in': {}, 'other': n}}",
        "list.{{'v': $string($)}}",
        "$count(list)",
        "$toMillis({})",
        "{}[$match($, /^[0-9]+$/)]",
    ]
)
TRANSLATIONS = st.dictionaries(
    st.sampled_from("abc"),
    st.tuples(OUTPUTS, st.sampled_from(KEYS)).map(lambda pair: pair[0].format(pair[1], pair[1])),
    min_size=1,
).map(lambda outputs: "{" + ", ".join(f"'{name}': {value}" for name, value in outputs.items()) + "}")


def _about(findings: Sequence[Finding]) -> set[str]:
    """The outputs lost, and the rest whole."""
    return {f.detail.output if isinstance(f.detail, Loss) else repr(f) for f in findings}


@settings(max_examples=400, deadline=None)
@given(before=st.none() | BODIES, after=BODIES, source=TRANSLATIONS)
def test_check_and_recheck_say_the_same(before: Json, after: Json, source: str) -> None:
    """Where recheck says less, it says so; it never says more."""
    case = _checked(_response(after), None if before is None else _response(before), source)
    check, again = _both(case)
    if NOTE in again.notes:
        assert _about(again.findings) <= _about(check.findings)  # what is an error there is compared here
    else:
        assert (check.outcome, check.findings) == (again.outcome, again.findings)
    assert PHONE not in repr(check) + repr(again)


@settings(max_examples=200, deadline=None)
@given(body=BODIES, source=TRANSLATIONS)
def test_nothing_is_lost_where_nothing_changed(body: Json, source: str) -> None:
    """But for what was an error from the first: that is told as long as it stands."""
    case = _checked(_response(body), _response(body), source)
    for judgement in _both(case):
        assert all(isinstance(f.detail, Loss) and f.detail.after == "error" for f in judgement.findings)


MEMBERS = st.none() | st.sampled_from([0, 3, "", "a", PHONE, f"1 {PHONE}", 15555550100, EMAIL])
ANSWERS = st.recursive(
    MEMBERS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
MATCHERS = st.sampled_from(
    [
        DIGITS_DEF,
        CONTAINS_DEF,
        {"match": "type"},
        {"match": "equality"},
        {"match": "integer"},
        {"match": "include", "value": "5"},
        {"match": "date", "format": "yyyy"},
        {"match": "eachValue", "rules": [DIGITS_DEF]},
        {"match": "eachKey", "rules": [{"match": "regex", "regex": "^[ab]$"}]},
    ]
)
RULES = st.dictionaries(
    st.sampled_from(["$", "$.a", "$.a.b", "$.a[0]"]), MATCHERS.map(lambda one: _rule(**one)), max_size=3
)


@settings(max_examples=200, deadline=None)
@given(example=ANSWERS, rules=RULES, body=ANSWERS)
def test_recheck_finds_nothing_in_a_contract_that_check_does_not(
    example: Json, rules: dict[str, Any], body: Json
) -> None:
    check, again = _both(_checked(_response(body), contract=_contract(example, rules)))
    assert {finding.root for finding in again.findings} <= {finding.root for finding in check.findings}
