"""Findings that accepted.yaml names: which they are, until when, and how that is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.checking.accepting import accepted_in, holds, is_about, matches, words
from monitor.checking.words import told
from monitor.model import (
    Accepted,
    Change,
    ChangeKind,
    Detail,
    Finding,
    Loss,
    Mismatch,
    Outcome,
    Result,
    Severity,
)

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
ENTRY = Accepted("crm", "$.customerId", "they promised it back", "ada")
REMOVED = Change("$.customerId", ChangeKind.REMOVED, "String")
FORBIDDEN = Mismatch("$.customerId", "body", "a String at $.customerId", "nothing")
LOST = Loss("$.customerId", "pop", "id", "String", "missing")


def finding(detail: Detail, severity: Severity = Severity.BREAKING) -> Finding:
    return Finding(detail.root, severity, True, detail)


def result(*details: Detail) -> Result:
    return Result("crm", "lookup-1a2b3c4d", "look up", Outcome.DRIFTED, findings=tuple(map(finding, details)))


@pytest.mark.parametrize(
    ("path", "root", "named"),
    [
        ("$.customerId", "$.customerId", True),
        ("$['customerId']", "$.customerId", True),
        ("$.customerId", "$.customerIds", False),
        ("$.customer", "$.customer.id", False),
        ("$.customer.id", "$.customer", False),
        ("$.tags[*].id", "$.tags[*].id", True),
        ("$.tags[0].id", "$.tags[*].id", True),
        ("$.meta..*", "$.meta.a", True),
        ("$.meta..*", "$.meta[*].b['c d']", True),
        ("$.meta..*", "$.meta", False),
        ("$.meta..*", "$.metal.a", False),
        ("$..*", "$.x", True),
        ("$", "$", True),
        ("$..*", "status", False),
        ("status", "status", True),
        ("header:x-total", "header:x-total", True),
        ("header:x-total", "header:x-totals", False),
        ("output:pop.id", "output:pop.id", True),
        ("$.a", "$.a[masked", False),
        ("$.a[masked", "$.a[masked", True),
    ],
)
def test_the_path_of_an_entry(path: str, root: str, named: bool) -> None:
    assert matches(replace(ENTRY, path=path), finding(replace(REMOVED, root=root))) is named


@pytest.mark.parametrize(
    ("kinds", "named"),
    [
        ((), {"removed", "mismatch", "loss"}),
        (("removed",), {"removed"}),
        (("mismatch", "loss"), {"mismatch", "loss"}),
        (("added",), set()),
    ],
)
def test_the_kinds_of_an_entry(kinds: tuple[str, ...], named: set[str]) -> None:
    details: dict[str, Detail] = {"removed": REMOVED, "mismatch": FORBIDDEN, "loss": LOST}
    assert {kind for kind, one in details.items() if matches(replace(ENTRY, kinds=kinds), finding(one))} == named


@pytest.mark.parametrize(
    ("vendor", "interaction", "about"),
    [
        ("crm", "", True),
        ("crm", "look up", True),
        ("crm", "lookup-1a2b3c4d", True),
        ("crm", "lookup", False),
        ("billing", "", False),
    ],
)
def test_the_interaction_of_an_entry(vendor: str, interaction: str, about: bool) -> None:
    assert is_about(replace(ENTRY, vendor=vendor, interaction=interaction), result()) is about


def test_an_entry_holds_before_its_end() -> None:
    second = timedelta(seconds=1)
    assert [holds(replace(ENTRY, until=until), NOW) for until in (None, NOW + second, NOW)] == [True, True, False]
    over = replace(ENTRY, until=NOW)
    (one,) = accepted_in(result(REMOVED), (over, replace(ENTRY, reason="the later entry")), NOW)
    assert one.accepted == "accepted by ada: the later entry"


def test_how_it_is_told() -> None:
    berlin = datetime(2026, 12, 2, tzinfo=ZoneInfo("Europe/Berlin"))
    assert words(replace(ENTRY, until=berlin)) == "accepted by ada until 2 Dec 2026: they promised it back"
    assert words(replace(ENTRY, until=berlin + timedelta(hours=9))) == (
        "accepted by ada until 2 Dec 2026 09:00 CET: they promised it back"
    )
    assert words(replace(ENTRY, by="a\x1bb", reason="x\ny")) == "accepted by a\\x1bb: x\\x0ay"


def test_what_is_accepted_is_told_last_and_first_of_all_who_accepted_it() -> None:
    other = Change("$.other", ChangeKind.ADDED, after="String")
    findings = accepted_in(result(REMOVED, FORBIDDEN, other), (ENTRY,), NOW)
    open_one, accepted = told((*findings[:2], replace(findings[2], severity=Severity.INFO)))
    assert (open_one.root, open_one.label, open_one.accepted) == ("$.other", "info", False)
    assert (accepted.root, accepted.label, accepted.accepted) == ("$.customerId", "breaking, accepted", True)
    assert accepted.lines[:2] == ("accepted by ada: they promised it back", "Expected: a String at $.customerId")


def test_what_is_accepted_in_part_is_as_bad_as_the_rest() -> None:
    lower = replace(finding(REMOVED), severity=Severity.WARNING)
    findings = accepted_in(replace(result(), findings=(lower, finding(LOST))), (replace(ENTRY, kinds=("loss",)),), NOW)
    (one,) = told(findings)
    assert (one.label, one.accepted) == ("warning", False)
    assert one.lines[0] == "in part accepted by ada: they promised it back"
    assert result(REMOVED).degree == "breaking"
    assert replace(result(), findings=findings).degree == "warning"
    assert replace(result(), findings=findings[1:]).degree == "accepted"
    assert result().degree == ""
