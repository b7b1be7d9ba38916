"""What lives across runs: an incident, what a run saw of it, and what is to be said about it and why.

An incident is a finding's root in one interaction, or a trouble of a whole vendor (it is down, its login fails, its
scheduled run did not happen). It has one fingerprint for ever; each time that it opens anew is an episode of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from monitor.model.judging import Severity
from monitor.model.moments import day
from monitor.model.runs import NO_BASIS, Basis


class Subject(StrEnum):
    """What an incident is about. All but DRIFT and CONFIG are a vendor's: its outcomes that are no verdict."""

    DRIFT = "drift"
    VENDOR_DOWN = "vendor_down"
    AUTH_FAILED = "auth_failed"
    RATE_LIMITED = "rate_limited"
    UNREADABLE = "unreadable"
    NOT_JUDGED = "not_judged"
    NOT_RUN = "not_run"
    MISSED_RUN = "missed_run"  # the schedule named a time, and no run began
    CONFIG = "config"  # the daemon was told to read monitor.yaml again, and it is wrong


class Resolution(StrEnum):
    """Why an incident is no more."""

    RECOVERED = "recovered"
    APPROVED = "approved"  # by a new baseline
    CONTRACT_CHANGED = "contract_changed"  # contract or translation
    INTERACTION_REMOVED = "interaction_removed"  # or skipped
    ACCEPTED = "accepted"  # accepted.yaml names it
    RULES_CHANGED = "rules_changed"  # monitor itself was upgraded


class Reason(StrEnum):
    """Why something is said of an incident, or is not."""

    FIRST_DRIFT = "first drift"
    REOPENED = "reopened"
    WORSE = "worse severity"
    REMINDER_DUE = "reminder due"
    RESOLVED = "resolved"
    FLAPPING = "flapping"  # said once; then it is damped
    ADOPTED = "adopted"  # new rules see it in what was recorded before
    # silence:
    NOTHING_NEW = "nothing new"
    ACKNOWLEDGED = "acknowledged"
    MUTED = "muted"
    ACCEPTED = "accepted"
    DAMPED = "damped"  # it flaps, and that was said
    WAITING = "waiting"  # a vendor's trouble is told when the next run meets it too
    NOT_SEEN = "not judged by this run"

    @property
    def speaks(self) -> bool:
        return self in _SPEAKING


_SPEAKING: Final = frozenset(
    {
        Reason.FIRST_DRIFT,
        Reason.REOPENED,
        Reason.WORSE,
        Reason.REMINDER_DUE,
        Reason.RESOLVED,
        Reason.FLAPPING,
        Reason.ADOPTED,
    }
)


@dataclass(frozen=True, slots=True)
class Person:
    """Who decided something, where, when and why."""

    by: str
    host: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mute:
    """Nothing is said of an incident, or of all of a vendor's; ``until`` None: until somebody unmutes it."""

    person: Person
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Said:
    """What people were last told of an incident: that it is open, how bad, or that it is no more.

    ``affected``: in how many interactions, of a vendor's trouble.
    """

    at: datetime
    open: bool
    severity: Severity
    flapping: bool = False
    affected: int = 0


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one run found under one fingerprint.

    ``lines`` tell it in words (vendor text is escaped in them); ``kinds`` are those of its findings (a change's kind,
    mismatch, loss). ``accepted`` says by whom, until when and why, where accepted.yaml names it.
    ``affected``: the interactions that a vendor's trouble kept from being judged.
    """

    fingerprint: str
    vendor: str
    subject: Subject
    severity: Severity
    interaction_id: str = ""  # empty: it is about the whole vendor
    description: str = ""
    root: str = ""
    kinds: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    evidence: str = ""
    basis: Basis = NO_BASIS
    accepted: str = ""
    affected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """How far a run judged what an incident is about.

    ``seen``: it would have seen the incident, had it been there; only then its absence means anything.
    ``planned``: the interaction is still asked for. ``cleared``: of a vendor's trouble, the interactions that do not
    have it any more. ``why`` tells why it was not seen.
    """

    run_id: str
    at: datetime
    seen: bool
    basis: Basis = NO_BASIS
    planned: bool = True
    rules: int = 0  # the version of the rules that judged
    cleared: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """One fingerprint and its life. ``history``: of the last runs that judged it, whether each saw it, oldest first.

    ``said`` is what people were told, which may be older than what is so. ``id`` is what they type.
    """

    fingerprint: str
    vendor: str
    subject: Subject
    severity: Severity
    open: bool
    opened_at: datetime  # this episode's beginning
    opened_run: str
    seen_at: datetime  # when a run last saw it
    seen_run: str
    interaction_id: str = ""
    description: str = ""
    root: str = ""
    kinds: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    evidence: str = ""
    basis: Basis = NO_BASIS
    rules: int = 0
    affected: tuple[str, ...] = ()
    episode: int = 1
    times: int = 1  # how many runs saw it in this episode
    history: tuple[bool, ...] = ()
    resolution: Resolution | None = None
    resolved_at: datetime | None = None
    resolved_run: str = ""
    resolved_why: str = ""  # by whom a baseline was approved, by what finding was accepted
    said: Said | None = None
    acknowledged: Person | None = None
    mute: Mute | None = None

    @property
    def id(self) -> str:
        """Eight hex digits of the fingerprint; any beginning that only one incident has will do."""
        return self.fingerprint.partition(":")[2][:8]


def _in_utc(moment: datetime) -> str:
    return day(moment.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides when something is said. ``remind_every`` None: never again.

    ``alert_after``: how many runs in a row must meet a vendor's trouble (see lifecycle) before it is told.
    ``when`` tells a moment in a reason's words; it decides nothing.
    """

    remind_every: timedelta | None = timedelta(days=7)
    alert_after: int = 1
    vendor_mute: Mute | None = None
    adopting: bool = False  # what is found was there before: new rules see it
    flap_window: int = 10  # runs
    flap_turns: int = 3  # times opened and closed within them
    when: Callable[[datetime], str] = field(default=_in_utc, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is said of an incident in a run, and why; silence has its reason too. ``incident`` is how it is now.

    ``before`` is how it was; None: nobody knew of it. ``detail`` says the reason in words (muted until when, by whom).
    """

    reason: Reason
    incident: Incident
    before: Incident | None = None
    detail: str = ""


class ActKind(StrEnum):
    ACK = "ack"
    MUTE = "mute"
    UNMUTE = "unmute"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody decided. ``fingerprint`` empty: of all of the vendor's. ``episode`` is an acknowledgement's."""

    kind: ActKind
    person: Person
    vendor: str
    fingerprint: str = ""
    episode: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """An entry of accepted.yaml: findings that people live with. Empty ``kinds``: whatever is found at the path.

    ``interaction`` is a description or id; empty: any. ``until``: it holds before that moment.
    """

    vendor: str
    path: str
    reason: str
    by: str
    interaction: str = ""
    kinds: tuple[str, ...] = ()
    until: datetime | None = None
    line: int = field(default=0, compare=False)  # in the file; 0: not known
