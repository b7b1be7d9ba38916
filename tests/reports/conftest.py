"""A rich report whose texts are what a hostile vendor would send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import (
    Change,
    ChangeKind,
    Finding,
    Mismatch,
    Outcome,
    Result,
    RunReport,
    Severity,
    Skipped,
    Told,
)

START = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
HOSTILE = "a\x1b[31m`b` ``` | <script>x()</script> @someone #1 [x](http://e.example) ]]> \ud800 \u202e &amp;\n# c\0"


def _finding(root: str, severity: Severity) -> Finding:
    return Finding(root, severity, True, Change(root, ChangeKind.REMOVED, "String"), f"v1:{root}")


DRIFTED = Result(
    vendor="crm",
    interaction_id="lookup-1a2b3c4d",
    description=HOSTILE,
    outcome=Outcome.DRIFTED,
    findings=(_finding("$.a", Severity.BREAKING), _finding("$.b", Severity.INFO)),
    told=(
        Told("$.a", Severity.BREAKING, ("Expected: a (String) at $.a", f"Actual: {HOSTILE}")),
        Told("$.b", Severity.INFO, ("b (String) is gone",)),
    ),
    notes=("key 'a' stands twice",),
    evidence="runs/R/crm/lookup-1a2b3c4d.har",
    baseline="baseline/crm/lookup-1a2b3c4d.har",
    elapsed=0.25,
)
QUIETER = Result(
    vendor="crm",
    interaction_id="list-1a2b3c4d",
    description="list",
    outcome=Outcome.DRIFTED,
    findings=(_finding("$.c", Severity.WARNING),),
    told=(Told("$.c", Severity.WARNING, ("c (String) may now be null",)),),
    evidence="runs/R/crm/list-1a2b3c4d.har",
    baseline="baseline/crm/list-1a2b3c4d.har",
    elapsed=1.5,
)


@pytest.fixture
def hostile() -> RunReport:
    """Two vendors; every outcome; three results of one name."""
    unjudged = tuple(
        Result(
            "tickets",
            f"{outcome.value}-00000000",
            "a lookup",
            outcome,
            reason=f"{outcome.value} because {HOSTILE}",
            fix="look there",
            evidence=f"runs/R/tickets/{outcome.value}-00000000.har",
        )
        for outcome in Outcome
        if not outcome.judged
    )
    return RunReport(
        run_id="20261122T085800Z-ab12cd",
        command="check",
        started=START,
        finished=START + timedelta(seconds=2),
        vendors=("crm", "tickets"),
        results=(
            Result("crm", "same-1a2b3c4d", "same", Outcome.SAME, evidence="runs/R/crm/same-1a2b3c4d.har"),
            QUIETER,
            Result("crm", "new-1a2b3c4d", "new", Outcome.NO_BASELINE, evidence="runs/R/crm/new-1a2b3c4d.har"),
            DRIFTED,
            *unjudged,
        ),
        skipped=(Skipped("crm", "m.json", "$.messages[0]", HOSTILE, "it is a message"),),
        closed_runs=("20261121T000000Z-000000",),
        notes=(HOSTILE,),
        exit_code=1,
        exit_reasons=("1 drift at or above breaking in 1 interaction", "1 interaction vendor_down"),
    )


@pytest.fixture
def many(hostile: RunReport) -> RunReport:
    """Far more than fits into a comment, the worst last."""
    long = Mismatch("$." + "k" * 300, "body", "x", "y")
    wide = tuple(
        Result(
            "crm",
            f"wide-{number:08x}",
            f"wide {number}",
            Outcome.DRIFTED,
            findings=(Finding(long.root, Severity.WARNING, True, long),),
            told=(Told(long.root, Severity.WARNING, tuple(f"\U0001f600{line} " * 100 for line in range(200))),),
        )
        for number in range(60)
    )
    return RunReport(
        run_id=hostile.run_id,
        command="check",
        started=START,
        finished=START,
        vendors=("crm",),
        results=(*wide, DRIFTED),
        skipped=hostile.skipped * 5_000,
        closed_runs=hostile.closed_runs * 1_000,
        notes=(HOSTILE * 100,) * 1_000,
        exit_code=1,
        exit_reasons=("61 drifts at or above warning in 61 interactions",),
        fail_on=Severity.WARNING,
    )
