"""Every format renders any report; what people read is told word for word."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import UsageError
from monitor.model import Change, ChangeKind, Finding, Outcome, Result, RunReport, Severity, Skipped, Told
from monitor.reports import Options, find, formats

START = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
ROOT = "$.customerId"
LINES = (
    "Expected: customerId (String) at $.customerId",
    "Actual: Key 'customerId' not found in response body",
    "New key 'customer_id' found at $.customer_id",
)
DRIFTED = Result(
    vendor="crm",
    interaction_id="lookup-12345678",
    description="look up \x1b[31mred\x1b[0m",
    outcome=Outcome.DRIFTED,
    findings=(Finding(ROOT, Severity.BREAKING, True, Change(ROOT, ChangeKind.RENAMED, to="$.customer_id"), "v1:1"),),
    told=(Told(ROOT, Severity.BREAKING, LINES),),
    notes=("key 'a' stands twice",),
    evidence="runs/R/crm/lookup-12345678.har",
    baseline="baseline/crm/lookup-12345678.har",
)
REPORT = RunReport(
    run_id="20261122T085800Z-ab12cd",
    command="check",
    started=START,
    finished=START + timedelta(seconds=2),
    vendors=("crm",),
    results=(
        Result("crm", "a-1", "quiet", Outcome.SAME, evidence="runs/R/crm/a-1.har"),
        Result("crm", "b-2", "first", Outcome.NO_BASELINE, evidence="runs/R/crm/b-2.har"),
        Result(
            "crm", "c-3", "gone", Outcome.VENDOR_DOWN, reason="refused", fix="is it up?", evidence="runs/R/crm/c-3.har"
        ),
        Result("crm", "d-4", "a write", Outcome.NOT_RUN, reason="POST is not sent"),
        DRIFTED,
    ),
    skipped=(Skipped("crm", "m.json", "$.messages[0]", "an event", "it is a message"),),
    closed_runs=("20261121T000000Z-000000",),
    exit_code=1,
    exit_reasons=("1 drift at or above breaking in 1 interaction", "1 interaction vendor_down"),
)
TEXT = """\
DRIFTED (breaking)  crm: look up \\x1b[31mred\\x1b[0m
  breaking
    Expected: customerId (String) at $.customerId
    Actual: Key 'customerId' not found in response body
    New key 'customer_id' found at $.customer_id
  note: key 'a' stands twice
  against:  recordings/baseline/crm/lookup-12345678.har
  evidence: recordings/runs/R/crm/lookup-12345678.har
VENDOR DOWN  crm: gone
    refused
    is it up?
  evidence: recordings/runs/R/crm/c-3.har
NOT RUN  crm: a write
    POST is not sent
NO BASELINE  crm: first
  evidence: recordings/runs/R/crm/b-2.har
SAME  crm: quiet
SKIPPED  crm: an event
    it is a message
closed interrupted run 20261121T000000Z-000000
crm: 1 interaction without a baseline, so structure was not compared; approve one: monitor approve --vendor crm
run 20261122T085800Z-ab12cd: 5 interactions in 2.0 s: 1 drifted, 1 vendor_down, 1 not_run, 1 no_baseline, 1 same
exit 1: 1 drift at or above breaking in 1 interaction; 1 interaction vendor_down
"""


def test_what_a_terminal_shows() -> None:
    assert find("text").render(REPORT, Options()) == TEXT


def test_colours_change_nothing_else() -> None:
    colored = find("text").render(REPORT, Options(color=True))
    assert "\x1b[31;1m" in colored
    for code in ("31;1", "35;1", "32", "2", "0"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == TEXT


def test_json_is_the_report_itself() -> None:
    told = json.loads(find("json").render(REPORT, Options()))
    assert told["version"] == 1
    assert [result["outcome"] for result in told["results"]] == [result.outcome for result in REPORT.results]
    assert told["results"][4]["findings"][0]["detail"]["kind"] == "renamed"
    assert told["exit_reasons"] == list(REPORT.exit_reasons)


@pytest.mark.parametrize("name", formats())
@pytest.mark.parametrize("report", [REPORT, replace(REPORT, results=(), skipped=(), closed_runs=(), exit_code=3)])
def test_every_format_renders_any_report(name: str, report: RunReport) -> None:
    text = find(name).render(report, Options())
    assert text.endswith("\n")
    assert "\x1b" not in text


ACCEPTED = "accepted by ada until 2 Dec 2026: they promised it back"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("text", ["DRIFTED (accepted)  crm: ", "  breaking, accepted\n", f"    {ACCEPTED}\n"]),
        ("markdown", ["#### DRIFTED (accepted) `crm`", "breaking, accepted\n", f"  {ACCEPTED}\n"]),
        ("junit", ['failures="0"', "breaking, accepted\n", f"  {ACCEPTED}\n"]),
        ("json", [f'"accepted": "{ACCEPTED}"', '"accepted": true']),
    ],
)
def test_what_is_accepted_is_told_as_such(name: str, told: list[str]) -> None:
    findings = tuple(replace(finding, accepted=ACCEPTED) for finding in DRIFTED.findings)
    lines = (Told(ROOT, Severity.BREAKING, (ACCEPTED, *LINES), accepted=True),)
    report = replace(REPORT, results=(replace(DRIFTED, findings=findings, told=lines),), exit_code=0)
    text = find(name).render(report, Options())
    assert [one for one in told if one not in text] == []


def test_an_unknown_format_is_told() -> None:
    with pytest.raises(UsageError, match="unknown format 'yaml'"):
        find("yaml")
