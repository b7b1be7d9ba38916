"""What is told to people: a message, the channels that it goes to, and what became of each try to send it.

No vendor text in a Message is safe for a channel as it stands: each renderer escapes for its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from monitor.model.incidents import Reason, Subject
from monitor.model.judging import Severity

DIGEST: Final = "digest"  # in routes: not one by one, but gathered
LONGEST_WAIT: Final = timedelta(hours=8)  # what a message is ever put off by; beyond it, the clock was set back


class MessageKind(StrEnum):
    RUN = "run"  # what one run changed of a vendor's incidents
    DIGEST = "digest"  # what was gathered since the last one
    SUMMARY = "summary"  # what new rules see in what was recorded before
    UNDELIVERED = "undelivered"  # another channel could not be reached
    DRILL = "drill"  # practice: nothing is wrong
    TEST = "test"  # monitor channels test


@dataclass(frozen=True, slots=True)
class Command:
    """Something to paste where the monitor runs: ``see`` -> ``monitor show recordings/runs/...``."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One root as a message tells it. Identical ones of several interactions are one topic.

    ``interactions`` are descriptions; ``lines`` the finding in words; ``since`` and ``outcome`` are whole phrases
    (``since Mon 23 Nov, 05:17 CET (6 days)``; ``recovered``, ``approved by ada``). ``incidents``: ids, as typed.
    ``severity`` of one that is over is what people were told last.
    """

    reason: Reason
    subject: Subject
    severity: Severity
    root: str
    interactions: tuple[str, ...]
    lines: tuple[str, ...]
    since: str
    outcome: str = ""  # why it is no more
    evidence: str = ""
    incidents: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    vendor: str = ""

    @property
    def over(self) -> bool:
        return self.reason is Reason.RESOLVED


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, whatever the channel. ``topics`` the worst first; ``more`` counts those that are not spelled out.

    ``threads``: fingerprints of incidents that were told before; where all that is said is about them, it belongs
    under their first message. ``incidents``: the fingerprints of all that is told here.
    """

    kind: MessageKind
    vendor: str  # empty: of several, or of none
    title: str
    severity: Severity
    created: datetime
    when: str = ""  # ``created`` as people read it, in their time zone
    run_id: str = ""
    topics: tuple[Topic, ...] = ()
    more: Mapping[str, int] = field(default_factory=dict)  # severity or "resolved" -> how many
    notes: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()  # for the message as a whole
    run_url: str = ""
    runbook: str = ""
    incidents: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class Alert:
    """A message and where it goes. Kept in the ledger in the same transaction as what it tells."""

    message: Message
    channels: tuple[str, ...]
    why: Mapping[str, str] = field(default_factory=dict)  # channel -> by which route


class IntentState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    WAITING = "waiting"  # for the next digest
    GATHERED = "gathered"  # into a digest


@dataclass(frozen=True, slots=True)
class Intent:
    """An alert that is to reach one channel: a row of the outbox. ``key`` is the same at every try.

    ``thread`` is what the channel answered to the first message of the incident that this one belongs under; None:
    a message of its own. ``runs``: how many later runs have tried it.
    """

    id: int
    alert_id: int
    channel: str
    message: Message
    key: str
    created: datetime
    state: IntentState = IntentState.PENDING
    attempts: int = 0
    runs: int = 0
    next_at: datetime | None = None
    error: str = ""  # of the last try
    fix: str = ""
    thread: Mapping[str, str] | None = None
    note: str = ""  # what the channel that took it said of it


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel took it. ``answer`` is what a later message needs to belong under it (Slack ts, Message-ID)."""

    answer: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PassingFault:
    """It may go through later. ``retry_after``: seconds that the channel asked for."""

    what: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class FinalFault:
    """It will not go through before a person does something: ``fix``."""

    what: str
    fix: str


Answer: TypeAlias = Sent | PassingFault | FinalFault
