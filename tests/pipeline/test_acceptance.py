"""What accepted.yaml names, on the road: it fails nothing. How an incident comes to be named there: tests/cli."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import (
    Accepted,
    Change,
    ChangeKind,
    Finding,
    Loss,
    Outcome,
    Result,
    Settings,
    Severity,
    Told,
)
from monitor.pipeline.acceptance import standing, with_accepted
from monitor.pipeline.exits import exit_of

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=9)
ENTRY = Accepted("crm", "$.id", "they promised it back", "ada", "a lookup", ("removed",), LATER)
GONE = Finding("$.id", Severity.BREAKING, True, Change("$.id", ChangeKind.REMOVED, "String"), "v1:1")
LOST = Finding("$.id", Severity.BREAKING, True, Loss("$.id", "pop", "id", "String", "missing"), "v1:1")
OTHER = Finding("$.tier", Severity.BREAKING, True, Change("$.tier", ChangeKind.REMOVED, "String"), "v1:2")


def drifted(*findings: Finding) -> Result:
    told = (Told("$.id", Severity.BREAKING, ("as it was",)),)
    return Result("crm", "lookup-1a2b3c4d", "a lookup", Outcome.DRIFTED, findings=findings, told=told)


def settings(*entries: Accepted) -> Settings:
    return Settings("monitor.yaml", "", {}, "recordings", ".monitor", "sqlite://", accepted=entries)


def test_a_result_without_anything_accepted_stays_as_it_is() -> None:
    for entries in ((), (replace(ENTRY, vendor="billing"),), (replace(ENTRY, until=NOW),)):
        (one,) = with_accepted([drifted(GONE)], settings(*entries), NOW)
        assert one == drifted(GONE)


@pytest.mark.parametrize(
    ("findings", "code", "reasons"),
    [
        ([GONE], 0, ("nothing at or above info that is not accepted (1 drift accepted)",)),
        ([GONE, OTHER], 1, ("1 drift at or above info in 1 interaction",)),
        ([GONE, LOST], 1, ("1 drift at or above info in 1 interaction",)),  # of another kind
    ],
)
def test_what_is_accepted_fails_nothing(findings: list[Finding], code: int, reasons: tuple[str, ...]) -> None:
    (one,) = with_accepted([drifted(*findings)], settings(ENTRY), NOW)
    assert exit_of([one], Severity.INFO) == (code, reasons)
    assert any("accepted by ada until 7 Dec 2026 08:00 UTC: " in line for told in one.told for line in told.lines)


def test_what_was_not_judged_is_so_all_the_same() -> None:
    (one,) = with_accepted([replace(drifted(GONE), outcome=Outcome.NOT_JUDGED)], settings(ENTRY), NOW)
    assert exit_of([one], Severity.INFO) == (3, ("1 interaction not_judged",))


@pytest.mark.parametrize(
    ("entry", "covers"),
    [
        (ENTRY, True),
        (replace(ENTRY, interaction="", kinds=(), until=None), True),
        (replace(ENTRY, kinds=("loss", "removed")), True),
        (replace(ENTRY, kinds=("loss",)), True),
        (replace(ENTRY, until=LATER - timedelta(days=1)), True),
        (replace(ENTRY, interaction="a search"), False),
        (replace(ENTRY, path="$.other"), False),
        (replace(ENTRY, until=NOW), False),
    ],
)
def test_an_entry_that_accepts_it_already(entry: Accepted, covers: bool) -> None:
    assert standing(ENTRY, settings(entry), NOW) == (entry if covers else None)
