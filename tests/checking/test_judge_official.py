"""With ``official`` the Verifier is asked as well: a difference is not_judged, and what it cannot be asked is noted."""

from __future__ import annotations

import json
from dataclasses import replace

from monitor.checking.judge import judge
from monitor.model import Case, Contract, Outcome, Response


def _case(expected: dict[str, object], response: Response) -> Case:
    pact = {
        "interactions": [{"description": "d", "request": {"method": "GET", "path": "/"}, "response": expected}],
        "metadata": {"pactSpecification": {"version": "3.0.0"}},
    }
    contract = Contract("crm.json", "$.interactions[0]", json.dumps(pact).encode(), "0" * 64)
    return Case("crm", "lookup-1", contract, (), response, response, None, official=True)


def _response(body: bytes, *headers: tuple[str, str]) -> Response:
    return Response(200, "", "HTTP/1.1", (("Content-Type", "application/json"), *headers), body)


def test_where_both_agree_nothing_is_told_of_it() -> None:
    for body, outcome in ((b'{"id": 1}', Outcome.NO_BASELINE), (b'{"id": "x"}', Outcome.DRIFTED)):
        case = _case({"body": {"id": 1}}, _response(body))
        judgement = judge(case)
        assert judgement == judge(replace(case, official=False))
        assert (judgement.outcome, judgement.notes) == (outcome, ())


def test_a_difference_is_not_judged_and_findings_are_kept() -> None:
    # the one known way to make them differ: a contract with -0, which no file that was read through contracts/ has
    case = _case({"body": {"id": 0.5, "name": "x"}}, _response(b'{"id": 0, "name": "y"}'))
    assert case.contract
    pact = case.contract.pact.replace(b"0.5", b"-0")
    judgement = judge(replace(case, contract=replace(case.contract, pact=pact)))
    assert judgement.outcome is Outcome.NOT_JUDGED
    assert judgement.reason.startswith(
        "the official verifier disagrees: ours says: forbids body $.id (BodyMismatch), forbids body $.name"
        " (BodyMismatch); it says: forbids body $.name (BodyMismatch)"
    )
    assert [finding.root for finding in judgement.findings] == ["$.id", "$.name"]


def test_what_it_cannot_be_asked_is_noted() -> None:
    encoded = _case({"headers": {"Content-Encoding": "gzip"}}, _response(b"{}", ("Content-Encoding", "gzip")))
    judgement = judge(encoded)
    assert judgement.outcome is Outcome.NO_BASELINE
    (note,) = judgement.notes
    assert note == (
        "the official verifier was not asked: the response cannot be replayed over HTTP: the contract names"
        " Content-Encoding, and the body is decoded"
    )


def test_rules_that_tie_are_not_asked_about() -> None:
    rules = {path: {"matchers": [{"match": kind}]} for path, kind in (("$.a.*", "type"), ("$.*.b", "integer"))}
    tied = _case({"body": {"a": {"b": 1}}, "matchingRules": {"body": rules}}, _response(b'{"a": {"b": 2}}'))
    assert any(note.startswith("the official verifier was not asked: rules of equal") for note in judge(tied).notes)
