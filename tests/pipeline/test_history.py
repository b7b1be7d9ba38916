"""What is new, gone and as before, from one run to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import (
    Change,
    ChangeKind,
    Finding,
    Loss,
    Mismatch,
    Outcome,
    Plan,
    Planned,
    Result,
    RunReport,
    Severity,
    Told,
)
from monitor.pipeline.history import BEHIND, Record, history, records
from monitor.recordings.store import Store
from monitor.reports.history import Run, key_of
from monitor.reports.history.folding import stretches
from monitor.reports.history.text import of_interaction, overview

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
RENAMED = Change("$.customerId", ChangeKind.RENAMED, "String", "String", to="$.customer_id", evidence="same value")
MISSED = Mismatch("$.customerId", "body", "customerId (String) at $.customerId", "Key 'customerId' not found")
LOST = Loss("$.customerId", "pop", "customerId", "String", "missing")
ADDED = Change("$.extra", ChangeKind.ADDED, after="Integer")
STATUS = Change("status", ChangeKind.STATUS, "200", "404")
BASELINE = "baseline/crm/lookup-1.har"


def found(*details: Change | Mismatch | Loss) -> tuple[Finding, ...]:
    worst: dict[Change | Mismatch | Loss, Severity] = {ADDED: Severity.INFO}
    return tuple(Finding(d.root, worst.get(d, Severity.BREAKING), True, d) for d in details)


def told(findings: tuple[Finding, ...]) -> tuple[Told, ...]:
    roots = dict.fromkeys(finding.root for finding in findings)
    return tuple(Told(root, Severity.BREAKING, (f"Expected: something at {root}",)) for root in roots)


def result(
    outcome: Outcome, *details: Change | Mismatch | Loss, name: str = "lookup-1", baseline: str = BASELINE
) -> Result:
    findings = found(*details)
    reason = "" if outcome.judged else "refused"
    evidence = f"runs/R/crm/{name}.har"
    description = name.rsplit("-", 1)[0]
    return Result(
        "crm",
        name,
        description,
        outcome,
        reason,
        findings=findings,
        told=told(findings),
        evidence=evidence,
        baseline=baseline,
    )


SAME = result(Outcome.SAME)
DRIFTED = result(Outcome.DRIFTED, RENAMED, MISSED, LOST)
DOWN = result(Outcome.VENDOR_DOWN)
GONE_WHOLE = result(Outcome.DRIFTED, STATUS)
FIRST = result(Outcome.NO_BASELINE, baseline="")


def report(number: int, *results: Result, vendor: str = "crm") -> RunReport:
    started = START + timedelta(minutes=number)
    run_id = f"{started:%Y%m%dT%H%M%SZ}-000000"
    return RunReport(run_id, "check", started, started, (vendor,), results)


def plan(number: int, name: str = "lookup-1") -> Plan:
    started = START + timedelta(minutes=number)
    planned = Planned("crm", name, name.rsplit("-", 1)[0], "GET", "/c")
    return Plan(f"{started:%Y%m%dT%H%M%SZ}-000000", started, "check", ("crm",), (planned,))


def past(*results: Result) -> Sequence[Record]:
    """Runs of one result each, given oldest first; as history takes them, newest first."""
    return [report(number, one) for number, one in enumerate(results)][::-1]


def kinds(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    return {key_of(finding) for finding in findings}


RENAME = {("$.customerId", "renamed"), ("$.customerId", "mismatch"), ("$.customerId", "loss")}


@pytest.mark.parametrize(
    ("runs", "new", "gone"),
    [
        ((SAME, DRIFTED), RENAME, set()),
        ((DRIFTED, SAME), set(), RENAME),
        ((DRIFTED, DRIFTED), set(), set()),
        ((DRIFTED, DOWN, DRIFTED), set(), set()),
        ((SAME, DOWN, DOWN, DRIFTED), RENAME, set()),
        ((DRIFTED, DOWN), set(), set()),
        (
            (DRIFTED, result(Outcome.DRIFTED, RENAMED, ADDED)),
            {("$.extra", "added")},
            RENAME - {("$.customerId", "renamed")},
        ),
        # another status hides the rest
        ((DRIFTED, GONE_WHOLE), {("status", "status")}, set()),
        ((DRIFTED, GONE_WHOLE, DRIFTED), set(), {("status", "status")}),
        ((DRIFTED, GONE_WHOLE, GONE_WHOLE, DRIFTED), set(), {("status", "status")}),
        ((DRIFTED, GONE_WHOLE, SAME), set(), RENAME | {("status", "status")}),
        ((SAME, GONE_WHOLE, DRIFTED), RENAME, {("status", "status")}),
        # without a baseline structure is not compared
        ((DRIFTED, FIRST), set(), RENAME - {("$.customerId", "renamed")}),
        # not judged whole: what was found counts, what was not says nothing
        ((DRIFTED, result(Outcome.NOT_JUDGED, MISSED)), set(), set()),
        ((SAME, result(Outcome.NOT_JUDGED, MISSED)), {("$.customerId", "mismatch")}, set()),
    ],
)
def test_what_is_new_and_what_is_gone(
    runs: tuple[Result, ...], new: set[tuple[str, str]], gone: set[tuple[str, str]]
) -> None:
    (newest, *_) = history(past(*runs), "crm", None, 20)
    assert (kinds(newest.turns[0].new), kinds(newest.turns[0].gone)) == (new, gone)
    assert newest.turns[0].compared or not runs[-1].outcome.judged


def test_a_first_run_has_nothing_to_be_compared_with() -> None:
    (run,) = history(past(DRIFTED), "crm", None, 20)
    assert not run.turns[0].compared
    assert kinds(run.turns[0].new) == RENAME


def test_each_interaction_is_compared_with_its_own_last_judgement() -> None:
    other = result(Outcome.SAME, name="other-2")
    runs = [report(3, DRIFTED, other), report(2, other), report(1, DRIFTED), report(0, SAME, other)]
    newest, second, third, oldest = history(runs, "crm", None, 20)
    assert [turn.new for turn in newest.turns] == [(), ()]
    assert len(second.turns) == 1
    assert kinds(third.turns[0].new) == RENAME
    assert [turn.compared for turn in oldest.turns] == [False, False]


def test_only_the_vendor_and_the_interaction_asked_for() -> None:
    erp = Result("erp", "lookup-1", "lookup", Outcome.DRIFTED, findings=found(ADDED))
    runs = [report(2, erp, vendor="erp"), report(1, SAME, erp, result(Outcome.SAME, name="other-2")), report(0, erp)]
    assert [run.run_id for run in history(runs, "crm", None, 20)] == [runs[1].run_id]
    for name in ("other-2", "other"):
        (run,) = history(runs, "crm", name, 20)
        assert [turn.result.interaction_id for turn in run.turns] == ["other-2"]
    assert history(runs, "crm", "nothing", 20) == ()


def test_a_run_without_a_report_is_told_as_such() -> None:
    newest, oldest = history([plan(2), plan(1, "other-2"), report(0, SAME)], "crm", "lookup", 20)
    assert (newest.finished, newest.planned, newest.turns) == (False, (("lookup-1", "lookup"),), ())
    assert oldest.finished


def counted(runs: Iterable[Record], seen: list[str]) -> Iterator[Record]:
    for run in runs:
        seen.append(run.run_id)
        yield run


@pytest.mark.parametrize(
    ("runs", "last", "read"),
    [
        (past(*[SAME] * 500), 20, 21),
        (past(*[SAME] * 500), 500, 500),
        (past(*[DOWN] * 500), 20, 20),  # nothing is to be compared
        (past(*[SAME] * 100, *[DOWN] * 5, SAME), 1, 7),
        (past(*[GONE_WHOLE] * 500), 20, 20 + BEHIND),
        (past(*[SAME] * 3, *[DOWN] * 400, SAME), 1, 1 + BEHIND),
        ([*past(*[SAME] * 10), report(-1, result(Outcome.SAME, name="old-9"))], 1, 2),
    ],
)
def test_no_more_runs_are_read_than_it_takes(runs: Sequence[Record], last: int, read: int) -> None:
    seen: list[str] = []
    shown = history(counted(runs, seen), "crm", None, last)
    assert (len(shown), len(seen)) == (last, min(read, len(runs)))


def test_an_interaction_that_was_seen_long_ago_is_found() -> None:
    old = result(Outcome.SAME, name="old-9")
    runs = [*past(*[SAME] * 400), report(-1, old), report(-2, old)]
    assert [run.run_id for run in history(runs, "crm", "old", 20)] == [runs[-2].run_id, runs[-1].run_id]


OUTCOMES = st.sampled_from(
    [SAME, DRIFTED, DOWN, FIRST, GONE_WHOLE, result(Outcome.DRIFTED, ADDED), result(Outcome.NOT_JUDGED, MISSED)]
)


@given(st.lists(OUTCOMES, max_size=30), st.integers(1, 30))
def test_laws_of_history(results: list[Result], last: int) -> None:
    runs = history(past(*results), "crm", None, last)
    assert [run.turns[0].result for run in runs] == results[::-1][:last]
    for run in runs:
        (turn,) = run.turns
        assert kinds(turn.new) <= kinds(turn.result.findings)
        assert not kinds(turn.gone) & kinds(turn.result.findings)
        assert not turn.gone or turn.result.outcome.judged
    everything = history(past(*results), "crm", None, len(results) + 1)
    assert everything[:last] == runs or len(results) > BEHIND
    folded = stretches(runs, "lookup-1")
    assert [run for stretch in folded for run in stretch.runs] == list(runs)
    assert all(not (turn.new or turn.gone) for stretch in folded for turn in stretch.turns[:-1])


# -- words ------------------------------------------------------------------------------------------------


def runs_of_a_rename() -> tuple[Run, ...]:
    hostile = Result(
        "crm", "odd-3", "odd \x1b[31m", Outcome.UNREADABLE, reason="cut \x07", evidence="runs/R/crm/odd-3.har"
    )
    results = [FIRST, SAME, SAME, DRIFTED, DRIFTED, DOWN, DRIFTED, SAME]
    runs: list[Record] = [*past(*results)]
    runs.insert(0, plan(len(results)))
    runs.insert(3, report(99, hostile))
    return history(runs, "crm", None, 20)


OVERVIEW = """\
crm: 10 runs, the newest first (times in UTC)
2026-11-22 08:08:00  20261122T080800Z-000000  check   interrupted, or under way
2026-11-22 08:07:00  20261122T080700Z-000000  check   1 same
    lookup
      - gone      $.customerId renamed to $.customer_id; output customerId: String -> missing
2026-11-22 08:06:00  20261122T080600Z-000000  check   1 drifted (breaking)
2026-11-22 09:39:00  20261122T093900Z-000000  check   1 unreadable
2026-11-22 08:05:00  20261122T080500Z-000000  check   1 vendor_down
2026-11-22 08:04:00  20261122T080400Z-000000  check   1 drifted (breaking)
2026-11-22 08:03:00  20261122T080300Z-000000  check   1 drifted (breaking)
    lookup
      + breaking  $.customerId renamed to $.customer_id; output customerId: String -> missing
2026-11-22 08:02:00  20261122T080200Z-000000  check   1 same
2026-11-22 08:01:00  20261122T080100Z-000000  check   1 same
2026-11-22 08:00:00  20261122T080000Z-000000  check   1 no_baseline
"""
ONE = """\
crm: lookup
  id lookup-1; the newest first (times in UTC)
2026-11-22 08:08:00  check   interrupted, or under way
2026-11-22 08:07:00  check   SAME
    - gone      $.customerId renamed to $.customer_id; output customerId: String -> missing
    evidence: recordings/runs/R/crm/lookup-1.har
2026-11-22 08:06:00  check   DRIFTED (breaking)
    as before
    evidence: recordings/runs/R/crm/lookup-1.har
2026-11-22 08:05:00  check   VENDOR DOWN
    refused
    evidence: recordings/runs/R/crm/lookup-1.har
2026-11-22 08:04:00  check   DRIFTED (breaking)  x 2 runs since 2026-11-22 08:03:00
    + breaking  $.customerId
        Expected: something at $.customerId
    evidence: recordings/runs/R/crm/lookup-1.har
2026-11-22 08:02:00  check   SAME  x 2 runs since 2026-11-22 08:01:00
    evidence: recordings/runs/R/crm/lookup-1.har
2026-11-22 08:00:00  check   NO BASELINE
    evidence: recordings/runs/R/crm/lookup-1.har
crm: odd \\x1b[31m
  id odd-3; the newest first (times in UTC)
2026-11-22 09:39:00  check   UNREADABLE
    cut \\x07
    evidence: recordings/runs/R/crm/odd-3.har
"""


def test_the_list_of_runs() -> None:
    assert overview("crm", runs_of_a_rename()) == OVERVIEW


def test_the_history_of_an_interaction() -> None:
    assert of_interaction("crm", runs_of_a_rename(), "recordings") == ONE


def test_many_findings_are_counted() -> None:
    many = [Change(f"$.k{number:03}", ChangeKind.ADDED, after="String") for number in range(200)]
    interactions = [result(Outcome.DRIFTED, *many, name=f"i{number}-1") for number in range(15)]
    runs = history([report(1, *interactions)], "crm", None, 20)
    text = overview("crm", runs)
    assert "+ and 195 more" in text
    assert "and 5 more interactions" in text
    assert "+ and 150 more" in of_interaction("crm", runs, "recordings")
    assert max(map(len, text.splitlines())) <= 140


# -- reading ----------------------------------------------------------------------------------------------


def test_what_runs_left_is_read_newest_first_and_damage_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in (0, 1, 3):
        store.write_report(report(number, SAME))
    store.write_plan(plan(2))
    damaged = report(1, SAME).run_id
    path = tmp_path / "runs" / damaged / "report.json"
    path.write_bytes(path.read_bytes()[:50])
    (tmp_path / "runs" / "20260101T000000Z-000000").mkdir()
    notes: list[str] = []
    left = list(records(store, notes.append))
    assert [(one.run_id, type(one)) for one in left] == [
        (report(3).run_id, RunReport),
        (plan(2).run_id, Plan),
        (report(0).run_id, RunReport),
    ]
    assert [note.split(":")[0] for note in notes] == [
        f"run {damaged} is passed over",
        "run 20260101T000000Z-000000 is passed over",
    ]
