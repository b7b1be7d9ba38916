"""The judge with the real engine and the real language: one cause, one root; and nothing unjudged is green."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.checking.judge import judge
from monitor.checking.words import told
from monitor.jsonpaths import Json
from monitor.model import Case, Contract, Outcome, Response, Severity, Translation

BODY: dict[str, Json] = {
    "customerId": "C-1",
    "fullName": "Ada Lovelace",
    "openTickets": 3,
    "contact": {"email": "ada@example.org", "phone": "1"},
    "rows": [{"id": "r1", "n": 1}, {"id": "r2", "n": 2}],
}
SOURCE = """{
  "id": customerId, "name": fullName, "mail": contact.email, "rows": rows.id
}"""


def _response(
    body: Json = None, *, raw: bytes | None = None, media: str = "application/json", status: int = 200
) -> Response:
    content = json.dumps(body).encode() if raw is None else raw
    headers = (("Content-Type", media),) if media else ()
    return Response(status, "", "HTTP/1.1", headers, content)


def _contract(body: Json, rules: dict[str, Any] | None = None, response: dict[str, Any] | None = None) -> Contract:
    expected = {
        "status": 200,
        "headers": {"Content-Type": "application/json"},
        "body": body,
        "matchingRules": {"body": rules or {"$": {"matchers": [{"match": "type"}]}}},
    }
    interaction = {
        "description": "a lookup",
        "request": {"method": "GET", "path": "/"},
        "response": {**expected, **(response or {})},
    }
    pact = {
        "consumer": {"name": "us"},
        "provider": {"name": "them"},
        "interactions": [interaction],
        "metadata": {"pactSpecification": {"version": "3.0.0"}},
    }
    return Contract("crm.json", "$.interactions[0]", json.dumps(pact).encode(), "0" * 64)


READ: Json = {"customerId": "C-9", "contact": {"email": "x@y"}, "rows": [{"id": "r"}]}
JSONATA = Translation("screen-pop", "jsonata", SOURCE, "screen-pop.jsonata")


def _case(
    response: Response,
    baseline: Response | None = None,
    *,
    contract: Contract | None = None,
    translations: tuple[Translation, ...] = (),
) -> Case:
    return Case("crm", "lookup-1a2b3c4d", contract, translations, response, response, baseline)


def _full(response: Response) -> Case:
    return _case(response, _response(BODY), contract=_contract(READ), translations=(JSONATA,))


def _without(*names: str, **more: Json) -> dict[str, Json]:
    return {**{key: value for key, value in BODY.items() if key not in names}, **more}


def test_the_same_is_the_same() -> None:
    judgement = judge(_full(_response(_without(fullName="Grace Hopper", openTickets=0))))
    assert (judgement.outcome, judgement.findings, judgement.reason) == (Outcome.SAME, (), "")


def test_a_rename_is_one_incident_in_these_words() -> None:
    judgement = judge(_full(_response(_without("customerId", customer_id="C-1"))))
    assert judgement.outcome is Outcome.DRIFTED
    assert {f.root for f in judgement.findings} == {"$.customerId"}
    assert {f.detail.type for f in judgement.findings} == {"change", "mismatch", "loss"}
    assert len({f.fingerprint for f in judgement.findings}) == 1
    (group,) = told(judgement.findings)
    assert group.severity is Severity.BREAKING
    assert group.lines == (
        "Expected: customerId (String) at $.customerId",
        "Actual: Key 'customerId' not found in response body",
        "New key 'customer_id' found at $.customer_id",
        "output id: String -> missing",
        "probably renamed: same value",
    )


@pytest.mark.parametrize(
    ("body", "root"),
    [
        pytest.param(_without("contact"), "$.contact", id="an object removed: what lies in it goes with it"),
        pytest.param(_without(contact="none"), "$.contact", id="an object retyped"),
        pytest.param(_without(contact=None), "$.contact", id="an object that is null"),
        pytest.param(
            _without(rows=[{"key": "r1", "n": 1}, {"key": "r2", "n": 2}]), "$.rows[*].id", id="a key of all members"
        ),
        pytest.param([BODY], "$", id="the root retyped"),
    ],
)
def test_one_cause_one_root(body: Json, root: str) -> None:
    judgement = judge(_full(_response(body)))
    assert {finding.root for finding in judgement.findings if finding.severity is Severity.BREAKING} == {root}
    assert {"change", "mismatch"} <= {finding.detail.type for finding in judgement.findings}


def test_what_nobody_reads_is_information() -> None:
    judgement = judge(_full(_response(_without("openTickets", tier="VIP"))))
    assert [(f.root, f.severity, f.read) for f in judgement.findings] == [
        ("$.openTickets", Severity.INFO, False),
        ("$.tier", Severity.INFO, False),
    ]


def test_overrides_are_the_users() -> None:
    case = replace(_full(_response(_without("openTickets"))), severity={"removed unread": "warning"})
    assert [finding.severity for finding in judge(case).findings] == [Severity.WARNING]


def test_after_another_status_there_is_one_root() -> None:
    judgement = judge(_full(_response({"error": "gone"}, status=410)))
    assert judgement.outcome is Outcome.DRIFTED
    assert {finding.root for finding in judgement.findings} == {"status"}


def test_a_page_with_its_own_status_is_a_drift() -> None:
    judgement = judge(_full(_response(raw=b"<h1>Not here", media="text/html", status=404)))
    assert judgement.outcome is Outcome.DRIFTED
    assert {finding.root for finding in judgement.findings} == {"status"}


def test_a_page_instead_of_json_is_a_drift_that_the_contract_forbids() -> None:
    judgement = judge(_full(_response(raw=b"<h1>Welcome", media="text/html")))
    assert judgement.outcome is Outcome.DRIFTED
    assert {finding.root for finding in judgement.findings} == {"header:content-type"}


def test_no_body_at_all_is_a_drift() -> None:
    judgement = judge(_full(_response(raw=b"")))
    assert judgement.outcome is Outcome.DRIFTED
    assert {finding.root for finding in judgement.findings} == {"$"}


GARBAGE = _response(raw=b'{"customerId": "C-1", ')
PAGE = _response(raw=b"<h1>Welcome", media="text/html")


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(_full(GARBAGE), id="all want JSON"),
        pytest.param(_case(GARBAGE, contract=_contract(READ)), id="the contract does"),
        pytest.param(_case(GARBAGE, translations=(JSONATA,)), id="the translation does"),
        pytest.param(_case(GARBAGE, _response(BODY)), id="the baseline was"),
        pytest.param(_case(PAGE, translations=(JSONATA,)), id="a page that only a translation reads"),
        pytest.param(_case(PAGE, _response(BODY), translations=(JSONATA,)), id="a page, and a baseline"),
        pytest.param(_full(replace(_response(BODY), complete=False)), id="cut"),
    ],
)
def test_rubbish_is_unreadable(case: Case) -> None:
    judgement = judge(case)
    assert judgement.outcome is Outcome.UNREADABLE
    assert judgement.reason


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        pytest.param(_case(_response(BODY)), Outcome.NOT_JUDGED, id="nothing to judge by"),
        pytest.param(_case(_response(BODY), contract=_contract(READ)), Outcome.NO_BASELINE, id="contract alone"),
        pytest.param(_case(_response(BODY), translations=(JSONATA,)), Outcome.NO_BASELINE, id="translation alone"),
        pytest.param(_case(_response({}), contract=_contract(READ)), Outcome.DRIFTED, id="mismatch, no baseline"),
        pytest.param(_case(_response(BODY), _response(BODY)), Outcome.SAME, id="baseline alone"),
        pytest.param(_case(_response({}), _response(BODY)), Outcome.DRIFTED, id="baseline alone, drifted"),
        pytest.param(
            _case(_response(raw=b"plain", media="text/plain"), _response(raw=b"text", media="text/plain")),
            Outcome.SAME,
            id="text",
        ),
    ],
)
def test_outcomes(case: Case, outcome: Outcome) -> None:
    assert judge(case).outcome is outcome


def test_what_could_not_be_judged_is_not_green_and_keeps_what_was_found() -> None:
    broken = Contract("crm.json", "$", b"{", "0" * 64)
    judgement = judge(_case(_response(_without("fullName")), _response(BODY), contract=broken))
    assert judgement.outcome is Outcome.NOT_JUDGED
    assert judgement.reason
    assert [finding.root for finding in judgement.findings] == ["$.fullName"]


def test_a_wrong_translation_does_not_hide_another() -> None:
    wrong = replace(JSONATA, name="wrong", source="{")
    case = _case(_response(_without("fullName")), _response(BODY), translations=(wrong, JSONATA))
    judgement = judge(case)
    assert judgement.outcome is Outcome.NOT_JUDGED
    assert "loss" in {finding.detail.type for finding in judgement.findings}


def test_structure_judges_the_stored_form_and_the_contract_the_raw_one() -> None:
    masked = _response(_without(customerId="********"))
    case = replace(_full(_response(BODY)), stored=masked, baseline=masked)
    assert judge(case).outcome is Outcome.SAME


def test_keys_that_stand_twice_are_noted() -> None:
    judgement = judge(_case(_response(raw=b'{"a": 1, "a\\u001b": 1, "a\\u001b": 2}'), _response({"a": 1, "a\x1b": 2})))
    assert judgement.outcome is Outcome.SAME
    assert judgement.notes == ("key 'a\\x1b' stands twice in one object of the body; the last one counts",)


def test_no_finding_holds_a_value() -> None:
    secret = "s3cr3t-value"
    before = _response(_without(customerId=secret, openTickets=secret))
    after = _response(_without("customerId", customer_id=secret, openTickets={"x": secret}, rows=secret, new=secret))
    case = _case(after, before, contract=_contract(READ), translations=(JSONATA,))
    judgement = judge(case)
    assert len(judgement.findings) > 5
    assert secret not in repr(judgement)
    assert secret not in repr(told(judgement.findings))


def test_findings_are_in_order_and_once() -> None:
    findings = judge(_full(_response({"x": 1}))).findings
    assert list(findings) == sorted(findings, key=lambda f: (f.severity.rank, f.root, f.detail.type, repr(f.detail)))
    assert len(set(findings)) == len(findings)


def test_what_is_nested_too_deeply_to_be_compared_is_no_baseline_to_be() -> None:
    body: Json = 1
    for _ in range(110):  # the engine reads it, the structural comparison does not
        body = [body]
    judgement = judge(_case(_response({"deep": body, **BODY}), contract=_contract(READ)))
    assert judgement.outcome is Outcome.UNREADABLE
    assert "nested deeper than 100 levels" in judgement.reason


@pytest.mark.parametrize(
    ("location", "where"),
    [
        ("/login?token=t0k3n", "/login"),
        ("https://ada:t0k3n@sso.example/a/b;sid=t0k3n#t0k3n", "/a/b of sso.example"),
        ("//sso.example?t0k3n", "/ of sso.example"),
        ("/a\x1b[2Jb", "/a\\x1b[2Jb"),
        ("next", "next"),
    ],
)
def test_where_a_redirect_goes_is_told_without_its_query(location: str, where: str) -> None:
    answer = replace(_response(raw=b"", media="", status=302), headers=(("Location", location),))
    judgement = judge(_full(answer))
    assert judgement.notes == (f"status 302 is a redirect to {where}; it is not followed",)
    assert judge(_case(answer, answer)).notes == ()  # as it was before
