"""What a report says of incidents: what it found, and of what it did not find, how far it judged that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.ledger.lifecycle import decide
from monitor.ledger.sightings import judged, sightings
from monitor.model import (
    INTERRUPTED,
    Basis,
    Change,
    ChangeKind,
    Detail,
    Finding,
    Incident,
    Judged,
    Loss,
    Mismatch,
    Outcome,
    Policy,
    Reason,
    Result,
    RunReport,
    Severity,
    Sighting,
    Skipped,
    Subject,
    Told,
    fingerprint,
    trouble_fingerprint,
)

START = datetime(2026, 11, 2, 8, 58, tzinfo=UTC)
B, W, I = Severity.BREAKING, Severity.WARNING, Severity.INFO  # noqa: E741 - as the tables have them
BASIS = Basis("terms-1", "baseline-1")
BASELINE = "baseline/crm/lookup.har"


def finding(detail: Detail, severity: Severity = B, accepted: str = "", *, known: bool = True) -> Finding:
    mark = fingerprint("crm", "lookup", detail.root) if known else ""
    return Finding(detail.root, severity, True, detail, mark, accepted=accepted)


def removed(root: str) -> Change:
    return Change(root, ChangeKind.REMOVED, "String")


def mismatch(root: str) -> Mismatch:
    return Mismatch(root, "body", "a String", "an Integer")


def loss(root: str) -> Loss:
    return Loss(root, "action", "name", "String", "missing")


def result(outcome: Outcome = Outcome.DRIFTED, *findings: Finding, name: str = "lookup", reason: str = "") -> Result:
    told = tuple(Told(root, B, (f"what is told of {root}",)) for root in dict.fromkeys(f.root for f in findings))
    return Result(
        vendor="crm",
        interaction_id=name,
        description=f"a {name}",
        outcome=outcome,
        reason=reason,
        findings=findings,
        told=told,
        evidence=f"runs/R/crm/{name}.har",
        baseline="" if outcome is Outcome.NO_BASELINE else BASELINE,
        basis=BASIS,
    )


def report(*results: Result, command: str = "check", selection: str = "", skipped: tuple[str, ...] = ()) -> RunReport:
    return RunReport(
        run_id="R",
        command=command,
        started=START,
        finished=START + timedelta(minutes=1),
        vendors=("crm",),
        results=results,
        skipped=tuple(Skipped("crm", "f.json", "", f"a {name}", "not now", name) for name in skipped),
        selection=selection,
        rules=3,
    )


# -- what it found ----------------------------------------------------------------------------------------


def test_a_root_is_one_sighting() -> None:
    one = result(
        Outcome.DRIFTED,
        finding(removed("$.customerId"), W),
        finding(mismatch("$.customerId")),
        finding(removed("$.tags[*].id"), I, known=False),
    )
    first, second = sightings(report(one))
    assert first == Sighting(
        fingerprint=fingerprint("crm", "lookup", "$.customerId"),
        vendor="crm",
        subject=Subject.DRIFT,
        severity=B,
        interaction_id="lookup",
        description="a lookup",
        root="$.customerId",
        kinds=("mismatch", "removed"),
        lines=("what is told of $.customerId",),
        evidence="runs/R/crm/lookup.har",
        basis=BASIS,
    )
    # a report from before findings had one
    assert second.fingerprint == fingerprint("crm", "lookup", "$.tags[*].id")
    assert (second.severity, second.kinds) == (I, ("removed",))


def test_what_is_accepted_of_a_root_does_not_count() -> None:
    by_ada = "accepted by ada: known"
    half = result(Outcome.DRIFTED, finding(removed("$.a"), W), finding(mismatch("$.a"), B, by_ada))
    (sighting,) = sightings(report(half))
    assert (sighting.severity, sighting.kinds, sighting.accepted) == (W, ("removed",), "")
    whole = result(Outcome.DRIFTED, finding(removed("$.a"), W, by_ada), finding(mismatch("$.a"), B, by_ada))
    (sighting,) = sightings(report(whole))
    assert (sighting.severity, sighting.kinds, sighting.accepted) == (B, ("mismatch", "removed"), by_ada)


def test_findings_beside_an_outcome_that_is_no_verdict_count() -> None:
    one = result(Outcome.NOT_JUDGED, finding(mismatch("$.a")), reason="a translation is too slow")
    assert {sighting.subject for sighting in sightings(report(one))} == {Subject.DRIFT, Subject.NOT_JUDGED}


@pytest.mark.parametrize(
    ("outcome", "severity"),
    [
        (Outcome.VENDOR_DOWN, B),
        (Outcome.AUTH_FAILED, B),
        (Outcome.UNREADABLE, B),
        (Outcome.RATE_LIMITED, W),
        (Outcome.NOT_JUDGED, W),
        (Outcome.NOT_RUN, W),
    ],
)
def test_an_outcome_that_is_no_verdict_is_one_trouble_of_the_vendor(outcome: Outcome, severity: Severity) -> None:
    met = [
        replace(result(outcome, name=f"i{number}", reason="connection refused\x1b[31m"), fix="ask the vendor")
        for number in range(7)
    ]
    other = result(outcome, name="j", reason="timed out")
    (sighting,) = sightings(report(result(Outcome.SAME), *met, other))
    assert sighting == Sighting(
        fingerprint=trouble_fingerprint("crm", Subject(outcome.value)),
        vendor="crm",
        subject=Subject(outcome.value),
        severity=severity,
        lines=(
            "7 interactions: connection refused\\x1b[31m",
            "1 interaction: timed out",
            "met in a i0, a i1, a i2, a i3, a i4 and 3 more",
            "to mend it: ask the vendor",
        ),
        evidence="runs/R/crm/i0.har",
        affected=("i0", "i1", "i2", "i3", "i4", "i5", "i6", "j"),
    )


def test_what_a_killed_run_left_unasked_is_no_trouble_of_the_vendor() -> None:
    left, refused = result(Outcome.NOT_RUN, reason=INTERRUPTED), result(Outcome.NOT_RUN, name="b", reason="no secret")
    assert sightings(report(left)) == ()
    (sighting,) = sightings(report(left, refused))
    assert (sighting.subject, sighting.affected) == (Subject.NOT_RUN, ("b",))
    assert not judged(report(left), sighting).seen  # and ends none


def test_the_fingerprint_of_a_trouble_is_the_same_for_ever() -> None:
    assert trouble_fingerprint("crm", Subject.VENDOR_DOWN) == fingerprint("crm", "", "outcome:vendor_down")


def test_record_sights_nothing_and_a_recheck_no_trouble() -> None:
    results = result(Outcome.DRIFTED, finding(removed("$.a"))), result(Outcome.NOT_RUN, name="x")
    assert sightings(report(*results, command="record")) == ()
    for command in ("recheck", "adopt"):
        assert [one.subject for one in sightings(report(*results, command=command))] == [Subject.DRIFT]


# -- how far it judged ------------------------------------------------------------------------------------


def known(root: str = "$.customer.id", *kinds: str, basis: Basis = BASIS) -> Incident:
    sighting = Sighting(
        fingerprint=fingerprint("crm", "lookup", root),
        vendor="crm",
        subject=Subject.DRIFT,
        severity=B,
        interaction_id="lookup",
        root=root,
        kinds=kinds or ("removed",),
        basis=basis,
    )
    decision = decide(None, sighting, Judged("before", START, seen=True), START, Policy())
    assert decision is not None
    return decision.incident


ID_REMOVED = known()
NO_STATUS = "the status is another: nothing else of the response is told"
NO_MEDIA = "the media type is another: nothing may be told of the body"
NO_BASELINE = "there is no baseline to compare with"


@dataclass(frozen=True)
class Seen:
    """A report, and why a known incident's absence from it means nothing; empty: it does mean something."""

    name: str
    report: RunReport
    why: str = ""
    incident: Incident = ID_REMOVED


STATUS = finding(Change("status", ChangeKind.STATUS, "200", "404"))
MEDIA = finding(Change("header:content-type", ChangeKind.MEDIA_TYPE, "application/json", "text/html"))
OUTPUT = known("output:action.name", "loss")
NEVER_COMPARED = replace(BASIS, baseline="")


def drifted(*details: Detail) -> RunReport:
    return report(result(Outcome.DRIFTED, *map(finding, details)))


UNBASED = report(replace(result(Outcome.DRIFTED, finding(mismatch("$.b"))), baseline=""))

SEEN = [
    Seen("the same", report(result(Outcome.SAME))),
    Seen("other drift", drifted(removed("$.other"))),
    Seen("drift beside it", drifted(removed("$.customer.idx"))),
    Seen("drift below it", drifted(removed("$.customer.id.part"))),
    Seen("record", report(result(Outcome.SAME), command="record"), "record gives no verdict"),
    Seen("a recheck", report(result(Outcome.SAME), command="recheck")),
    Seen(
        "another vendor's run",
        replace(report(), vendors=("billing",)),
        "the run was not about this vendor",
    ),
    *(
        Seen(outcome, report(result(outcome)), f"its interaction was not judged ({outcome})")
        for outcome in Outcome
        if not outcome.judged
    ),
    Seen("a recheck without it", report(command="recheck"), "nothing was recorded of it"),
    Seen("another interaction alone", report(selection="a search"), "only a search was asked for"),
    Seen("another status", report(result(Outcome.DRIFTED, STATUS)), NO_STATUS),
    Seen("another media type", report(result(Outcome.DRIFTED, MEDIA)), NO_MEDIA),
    Seen("another media type, a header", report(result(Outcome.DRIFTED, MEDIA)), "",
         known("header:x-total", "header_removed")),
    Seen("another status, the media type", report(result(Outcome.DRIFTED, STATUS)),
         NO_STATUS, known("header:content-type", "media_type")),
    Seen("its parent is gone", drifted(removed("$.customer")), "it lies below $.customer, which changed"),
    Seen("the body is gone", drifted(removed("$")), "it lies below $, which changed"),
    Seen("its parent is forbidden", drifted(mismatch("$.customer")), "it lies below $.customer, which changed"),
    Seen("its list is empty", drifted(Change("$['odd key']", ChangeKind.EMPTIED)),
         "it lies below $['odd key'], which changed", known("$['odd key'][*].id")),
    Seen("a member's number does not count", drifted(mismatch("$.list[3]")),
         "it lies below $.list[3], which changed", known("$.list[*].id")),
    Seen("its parent is new", drifted(Change("$.customer", ChangeKind.ADDED))),
    Seen("its parent has a value now", drifted(Change("$.customer", ChangeKind.NOT_NULL))),
    Seen("no baseline, of structure", report(result(Outcome.NO_BASELINE)), NO_BASELINE),
    Seen("no baseline, of the contract", report(result(Outcome.NO_BASELINE)), "",
         known("$.customer.id", "mismatch", "removed")),
    Seen("no baseline, a loss beside one", report(result(Outcome.NO_BASELINE)),
         NO_BASELINE, known("$.customer.id", "loss")),
    Seen("no baseline, a loss without one", report(result(Outcome.NO_BASELINE)), "",
         known("$.customer.id", "loss", basis=NEVER_COMPARED)),
    Seen("no baseline, and other drift", UNBASED, NO_BASELINE),
    Seen("too many findings", drifted(*(removed(f"$.x{number}") for number in range(1_000))),
         "there are more findings than are listed"),
    Seen("an output", report(result(Outcome.SAME)), "", OUTPUT),
    Seen("an output whose loss has a cause now", drifted(loss("$.name")),
         "the output is lost still; that is told of $.name", OUTPUT),
    Seen("an output, another media type", report(result(Outcome.DRIFTED, MEDIA)),
         NO_MEDIA, OUTPUT),
]  # fmt: skip


@pytest.mark.parametrize("row", SEEN, ids=lambda row: row.name)
def test_whether_absence_means_anything(row: Seen) -> None:
    one = judged(row.report, row.incident)
    assert (one.why, one.seen, one.planned) == (row.why, not row.why, True)
    assert (one.run_id, one.at, one.rules) == ("R", START, 3)
    assert decide(row.incident, None, one, START, Policy()) is not None
    ended = decide(row.incident, None, one, START, Policy())
    assert ended is not None
    assert ended.reason is (Reason.NOT_SEEN if row.why else Reason.RESOLVED)


def test_a_verdict_has_its_basis() -> None:
    assert judged(report(result(Outcome.SAME)), known()).basis == BASIS


@pytest.mark.parametrize(
    "whole",
    [
        report(result(Outcome.SAME, name="search")),
        report(skipped=("lookup",)),
        report(selection="a search", skipped=("lookup",)),
    ],
)
def test_what_is_not_checked_any_more(whole: RunReport) -> None:
    one = judged(whole, known())
    assert (one.seen, one.planned) == (True, False)


def test_what_is_sighted_can_be_asked_about_too() -> None:
    (sighting,) = sightings(drifted(removed("$.a")))
    one = judged(drifted(removed("$.a")), sighting)
    assert (one.seen, one.basis) == (True, BASIS)


# -- how far it judged a vendor's troubles ----------------------------------------------------------------


def trouble(subject: Subject, *affected: str) -> Incident:
    incident = known()
    return replace(incident, subject=subject, affected=affected, fingerprint=trouble_fingerprint("crm", subject))


_CLEARS = {
    Subject.NOT_RUN: set(Outcome) - {Outcome.NOT_RUN},
    Subject.VENDOR_DOWN: set(Outcome) - {Outcome.NOT_RUN, Outcome.VENDOR_DOWN},
    Subject.AUTH_FAILED: {
        Outcome.UNREADABLE,
        Outcome.NOT_JUDGED,
        Outcome.SAME,
        Outcome.DRIFTED,
        Outcome.NO_BASELINE,
    },
    Subject.NOT_JUDGED: {Outcome.SAME, Outcome.DRIFTED, Outcome.NO_BASELINE},
}


@pytest.mark.parametrize("subject", _CLEARS)
def test_a_trouble_is_over_where_the_exchange_came_further(subject: Subject) -> None:
    cleared = {one for one in Outcome if judged(report(result(one)), trouble(subject, "lookup")).seen}
    assert cleared == _CLEARS[subject]


@pytest.mark.parametrize(
    ("run", "cleared", "seen"),
    [
        (report(result(Outcome.SAME, name="a"), result(Outcome.SAME, name="b")), ("a", "b"), True),
        (report(result(Outcome.SAME, name="a"), selection="a"), ("a",), False),
        (report(result(Outcome.SAME, name="a"), result(Outcome.VENDOR_DOWN, name="b")), ("a",), False),
        (report(result(Outcome.SAME, name="a")), ("a", "b"), True),  # b is not checked any more
        (report(result(Outcome.SAME, name="a"), skipped=("b",), selection="a"), ("a", "b"), True),
        (report(result(Outcome.VENDOR_DOWN, name="c"), selection="c"), (), False),
        (report(result(Outcome.SAME, name="a"), command="recheck"), (), False),
        (report(result(Outcome.SAME, name="a"), command="record"), (), False),
    ],
)
def test_a_trouble_is_over_when_none_of_its_interactions_has_it(
    run: RunReport, cleared: tuple[str, ...], seen: bool
) -> None:
    one = judged(run, trouble(Subject.VENDOR_DOWN, "a", "b"))
    assert (one.cleared, one.seen, one.planned) == (cleared, seen, True)
    assert bool(one.why) is not seen


def test_a_trouble_of_interactions_that_are_gone_went_with_them() -> None:
    one = judged(report(result(Outcome.SAME, name="x")), trouble(Subject.NOT_RUN, "a", "b"))
    assert (one.seen, one.planned) == (True, False)


@pytest.mark.parametrize("subject", [Subject.MISSED_RUN, Subject.CONFIG])
def test_no_run_ends_what_was_met_outside_of_one(subject: Subject) -> None:
    assert not judged(report(result(Outcome.SAME)), trouble(subject)).seen
