"""How it stands with the monitor itself: whether checks happen, and whether what they find reaches people.

It calls nobody and needs no secrets, so that any watchdog may ask. What it finds is an exit code, the worst first:

    3  a scheduled check did not happen, or never has (watching.py)
    4  an alert was given up within the last ``KEPT`` days, or has waited for longer than ``LATE``: its channel fails,
       or nobody delivers (neither cron's `alerts retry` nor the daemon runs); or alerts are enabled and no channel is
       configured

Drift is no matter of it: whoever is to know was told, or is in one of these two cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from monitor.model import (
    Incident,
    Intent,
    IntentState,
    LastRun,
    MessageKind,
    Mute,
    Schedule,
    Settings,
    Severity,
)
from monitor.pipeline.planning import chosen_vendors
from monitor.pipeline.watching import Books, Looked, Missed, Service, is_under_way, look
from monitor.slots import next_slots

MISSED: Final = 3
UNDELIVERED: Final = 4
LATE: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=30)


class Ledger(Books, Protocol):
    """The part of the ledger that the status rests on."""

    def vendor_mute(self, vendor: str) -> Mute | None: ...

    def intents(
        self, states: Sequence[IntentState] | None = None, channel: str | None = None, last: int | None = None
    ) -> tuple[Intent, ...]: ...


@dataclass(frozen=True, slots=True)
class VendorStatus:
    """``open`` counts open incidents by severity, the worst first; those acknowledged or muted are among them.

    ``last``: the newest check, which may have been of one interaction. ``mute``: of the whole vendor.
    """

    vendor: str
    last: LastRun | None
    schedule: Schedule | None = None
    next: datetime | None = None
    missed: Missed | None = None
    under_way: bool = False
    open: Mapping[Severity, int] = field(default_factory=dict)
    acknowledged: int = 0
    muted: int = 0
    mute: Mute | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """``failed`` was given up, ``late`` waits for too long; ``pending`` is all that waits, ``late`` included."""

    vendors: tuple[VendorStatus, ...]
    pending: tuple[Intent, ...] = ()
    late: tuple[Intent, ...] = ()
    failed: tuple[Intent, ...] = ()
    config: tuple[Incident, ...] = ()  # open ones: monitor.yaml is wrong
    nobody: bool = False  # alerts are enabled, and no channel is configured

    @property
    def exit_code(self) -> int:
        if any(one.missed for one in self.vendors):
            return MISSED
        return UNDELIVERED if self.late or self.failed or self.nobody else 0


def _counts(incidents: Sequence[Incident]) -> Mapping[Severity, int]:
    found = [incident.severity for incident in incidents]
    return {severity: found.count(severity) for severity in Severity if severity in found}


def _vendor(name: str, looked: Looked | None, settings: Settings, ledger: Ledger, now: datetime) -> VendorStatus:
    schedule = settings.vendors[name].schedule
    incidents = ledger.incidents(name)
    mute = ledger.vendor_mute(name)
    return VendorStatus(
        vendor=name,
        last=ledger.last_run(name),
        schedule=schedule,
        next=next_slots(schedule, now, 1)[0] if schedule else None,
        missed=looked.missed if looked else None,
        under_way=looked is not None and looked.service is Service.UNDER_WAY,
        open=_counts(incidents),
        acknowledged=sum(1 for one in incidents if one.acknowledged is not None),
        muted=sum(1 for one in incidents if one.mute is not None and one.mute.holds(now)),
        mute=mute if mute is not None and mute.holds(now) else None,
    )


def _is_late(intent: Intent, now: datetime) -> bool:
    return now - intent.created > LATE


def status(settings: Settings, ledger: Ledger, now: datetime, vendors: Sequence[str] = ()) -> Status:
    """How it stands, with all vendors or those named. Raises UsageError for an unknown one, LedgerError."""
    names = [vendor.name for vendor in chosen_vendors(settings, tuple(vendors))]
    found = look(settings, ledger, now, lambda vendor, since: is_under_way(settings, vendor, since, now))
    looked = {one.vendor: one for one in found}
    intents = ledger.intents((IntentState.PENDING, IntentState.FAILED))
    told = [one for one in intents if one.message.kind is not MessageKind.TEST]  # who tests sees what came of it
    pending = tuple(one for one in told if one.state is IntentState.PENDING)
    return Status(
        vendors=tuple(_vendor(name, looked.get(name), settings, ledger, now) for name in names),
        pending=pending,
        late=tuple(one for one in pending if _is_late(one, now)),
        failed=tuple(one for one in told if one.state is IntentState.FAILED and now - one.created <= KEPT),
        config=ledger.incidents(""),
        nobody=settings.alerts.enabled and not settings.alerts.channels,
    )


def reasons(found: Status) -> Iterator[str]:
    """Why the exit code is not 0, each in a few words."""
    for one in found.vendors:
        if one.missed:
            yield f"{one.vendor}: {_missed(one.missed)}"
    for intents, what in ((found.failed, "failed"), (found.late, "not delivered for over an hour")):
        for channel in sorted({intent.channel for intent in intents}):
            count = sum(1 for intent in intents if intent.channel == channel)
            yield f"{count} alert{'s'[: count != 1]} to {channel} {what}"
    if found.nobody:
        yield "no channel is configured: nobody is told"


def _missed(missed: Missed) -> str:
    if missed.last is None:
        return "a scheduled check has never run"
    return "a scheduled check did not run" if missed.slots == 1 else f"{missed.slots} scheduled checks did not run"
