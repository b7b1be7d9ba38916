"""Runs, and what is told of them, for the ledger's tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.model import (
    Alert,
    Basis,
    Change,
    ChangeKind,
    Decision,
    Finding,
    Message,
    MessageKind,
    Outcome,
    Policy,
    Reason,
    Result,
    RunReport,
    Severity,
    Told,
    fingerprint,
)

START = datetime(2026, 11, 2, 8, 58, tzinfo=UTC)
DAY = timedelta(days=1)
B, W, I = Severity.BREAKING, Severity.WARNING, Severity.INFO  # noqa: E741 - as the tables have them
BASIS = Basis("terms-1", "baseline-1", "ada", START - DAY)
CUSTOMER = fingerprint("crm", "lookup", "$.customerId")
LINK = fingerprint("crm", "lookup", "$.link")


def finding(root: str, severity: Severity = B, name: str = "lookup", vendor: str = "crm") -> Finding:
    detail = Change(root, ChangeKind.REMOVED, "String")
    return Finding(root, severity, True, detail, fingerprint(vendor, name, root))


def result(*roots: str, severity: Severity = B, name: str = "lookup", vendor: str = "crm") -> Result:
    """A verdict with something removed at each of ``roots``."""
    found = tuple(finding(root, severity, name, vendor) for root in roots)
    told = tuple(Told(root, severity, (f"removed: {root}",)) for root in roots)
    return Result(
        vendor,
        name,
        f"a {name}",
        Outcome.DRIFTED if roots else Outcome.SAME,
        findings=found,
        told=told,
        evidence=f"runs/R/{vendor}/{name}.har",
        baseline=f"baseline/{vendor}/{name}.har",
        elapsed=0.25,
        basis=BASIS,
    )


def down(name: str = "lookup", vendor: str = "crm") -> Result:
    return Result(vendor, name, f"a {name}", Outcome.VENDOR_DOWN, reason="connection refused")


def run_id(day: float) -> str:
    return f"{START + day * DAY:%Y%m%dT%H%M%SZ}-000000"


def report(
    day: float, *results: Result, notify: bool = True, command: str = "check", selection: str = "", rules: int = 1
) -> RunReport:
    began = START + day * DAY
    vendors = tuple(dict.fromkeys(one.vendor for one in results)) or ("crm",)
    return RunReport(
        run_id(day),
        command,
        began,
        began + timedelta(minutes=1),
        vendors,
        results,
        selection=selection,
        notify=notify,
        rules=rules,
    )


def policy_of(_: str) -> Policy:
    return Policy()


def compose(decisions: Sequence[Decision]) -> tuple[Alert, ...]:
    """One message to slack and email of all that speaks."""
    told = tuple(decision.incident.fingerprint for decision in decisions)
    before = tuple(
        decision.incident.fingerprint
        for decision in decisions
        if decision.reason not in (Reason.FIRST_DRIFT, Reason.REOPENED)
    )
    title = ", ".join(dict.fromkeys(decision.reason for decision in decisions))
    at = decisions[0].incident.seen_at
    message = Message(MessageKind.RUN, "crm", title, B, at, incidents=told, threads=before)
    return (Alert(message, ("slack", "email"), {"slack": "breaking"}),)
