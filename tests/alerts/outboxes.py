"""An outbox in memory, channels that tests script, and messages: what delivery's tests share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from monitor.alerts.channels import Channel
from monitor.alerts.delivery import Terms
from monitor.model import (
    DIGEST,
    Alert,
    Answer,
    FinalFault,
    Intent,
    IntentState,
    LastRun,
    Message,
    MessageKind,
    Sent,
    Severity,
)

NOW = datetime(2026, 11, 23, 5, 17, tzinfo=UTC)


def message(title: str = "1 breaking drift", kind: MessageKind = MessageKind.RUN, created: datetime = NOW) -> Message:
    return Message(kind, "crm", title, Severity.BREAKING, created)


def alert(*channels: str, title: str = "1 breaking drift", kind: MessageKind = MessageKind.RUN) -> Alert:
    return Alert(message(title, kind), channels)


@dataclass
class Clock:
    """Stands still until a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@dataclass
class _Row:
    intent: Intent
    run_id: str
    last_run: str
    owner: str = ""
    until: datetime | None = None
    answer: Mapping[str, str] = field(default_factory=dict)


@dataclass
class MemoryOutbox:
    """Does what the ledger says that it does. ``deliveries``: (intent, result) of each try that was kept."""

    rows: dict[int, _Row] = field(default_factory=dict)
    deliveries: list[tuple[int, str]] = field(default_factory=list)
    newest_run: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)
    _alerts: int = 0

    def add(self, alert: Alert, now: datetime = NOW, run_id: str = "") -> tuple[int, ...]:
        with self.lock:
            self._alerts += 1
            ids = []
            for channel in alert.channels:
                number = len(self.rows) + 1
                state = IntentState.WAITING if channel == DIGEST else IntentState.PENDING
                made = Intent(number, self._alerts, channel, alert.message, f"k{number}", now, state, next_at=now)
                self.rows[number] = _Row(made, run_id, run_id)
                ids.append(number)
            return tuple(ids)

    def add_alert(self, alert: Alert, now: datetime) -> tuple[int, ...]:
        return self.add(alert, now)

    def claim(
        self, channel: str, owner: str, now: datetime, lease: timedelta, run_id: str, only: int | None = None
    ) -> Intent | None:
        with self.lock:
            for row in self.rows.values():
                intent = row.intent
                due = intent.state is IntentState.PENDING and (intent.next_at is None or intent.next_at <= now)
                free = row.until is None or row.until <= now
                if intent.channel == channel and due and free and only in (None, intent.id):
                    later = int(run_id not in ("", row.last_run))
                    row.intent = replace(intent, runs=intent.runs + later)
                    row.owner, row.until, row.last_run = owner, now + lease, run_id or row.last_run
                    return row.intent
            return None

    def _held(self, intent: Intent, owner: str, now: datetime) -> _Row | None:
        row = self.rows[intent.id]
        return row if row.owner == owner and row.until is not None else None

    def _end(self, row: _Row, result: str, intent: Intent) -> None:
        row.intent = replace(intent, attempts=intent.attempts + 1)
        row.owner, row.until = "", None
        self.deliveries.append((intent.id, result))

    def sent(self, intent: Intent, owner: str, answer: Mapping[str, str], now: datetime, took: float) -> None:
        with self.lock:
            row = self.rows[intent.id]
            row.answer = answer
            self._end(row, "sent", replace(row.intent, state=IntentState.SENT, next_at=None, error="", fix=""))

    def again(self, intent: Intent, owner: str, what: str, next_at: datetime, now: datetime, took: float) -> None:
        with self.lock:
            if (row := self._held(intent, owner, now)) is not None:
                self._end(row, "passing", replace(row.intent, next_at=next_at, error=what))

    def failed(self, intent: Intent, owner: str, what: str, fix: str, now: datetime, took: float) -> None:
        with self.lock:
            if (row := self._held(intent, owner, now)) is not None:
                ended = replace(row.intent, state=IntentState.FAILED, next_at=None, error=what, fix=fix)
                self._end(row, "final", ended)

    def intents(
        self, states: Collection[IntentState] | None = None, channel: str | None = None, last: int | None = None
    ) -> tuple[Intent, ...]:
        with self.lock:
            found = [
                row.intent
                for row in reversed(self.rows.values())
                if (states is None or row.intent.state in states) and channel in (None, row.intent.channel)
            ]
            return tuple(found[:last])

    def requeue(self, ids: Collection[int] | None, now: datetime) -> int:
        with self.lock:
            failed = [row for row in self.rows.values() if row.intent.state is IntentState.FAILED]
            chosen = [row for row in failed if ids is None or row.intent.id in ids]
            for row in chosen:
                row.intent = replace(row.intent, state=IntentState.PENDING, next_at=now)
            return len(chosen)

    def hurry(self, now: datetime) -> int:
        with self.lock:
            pending = [row for row in self.rows.values() if row.intent.state is IntentState.PENDING]
            for row in pending:
                row.intent = replace(row.intent, next_at=now)
            return len(pending)

    def gather(self, now: datetime) -> tuple[tuple[int, Message], ...]:
        waiting = [row.intent for row in self.rows.values() if row.intent.state is IntentState.WAITING]
        return tuple((intent.id, intent.message) for intent in waiting)

    def gathered(self, ids: Collection[int], alert: Alert | None, now: datetime) -> bool:
        with self.lock:
            rows = [self.rows[number] for number in ids]
            if any(row.intent.state is not IntentState.WAITING for row in rows):
                return False
            for row in rows:
                row.intent = replace(row.intent, state=IntentState.GATHERED)
            if alert is not None:
                self.add(alert, now)
            return True

    def last_run(self, vendor: str) -> LastRun | None:
        return LastRun(self.newest_run, NOW, NOW, True, 1, 0) if self.newest_run else None

    def states(self) -> list[str]:
        return [row.intent.state.value for row in self.rows.values()]


@dataclass
class ScriptedChannel:
    """Answers each message with the next of ``answers``, then that it took it. ``got``: the keys, in order."""

    answers: list[Answer | Callable[[Message], object]] = field(default_factory=list)
    got: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    threads: list[Mapping[str, str] | None] = field(default_factory=list)

    def send(self, message: Message, key: str, thread: Mapping[str, str] | None) -> Answer:
        self.got.append(key)
        self.titles.append(message.title)
        self.threads.append(thread)
        answer = self.answers.pop(0) if self.answers else Sent({"ts": f"{len(self.got)}"})
        if callable(answer):
            return answer(message)  # type: ignore[return-value]  # other people's channels answer anything
        return answer


def terms(clock: Callable[[], datetime], owner: str = "me", run_id: str = "") -> Terms:
    return Terms(clock, lambda: 0.0, lambda: 0.0, owner, run_id)


def elsewhere(name: str) -> Callable[[Intent, FinalFault], Alert | None]:
    """What fails is told on the channel of that name, but for what tells so."""

    def told(intent: Intent, fault: FinalFault) -> Alert | None:
        if intent.message.kind is MessageKind.UNDELIVERED or intent.channel == name:
            return None
        return alert(name, title=f"undelivered: {intent.message.title}", kind=MessageKind.UNDELIVERED)

    return told


def named(**channels: ScriptedChannel) -> Mapping[str, Channel]:
    return channels
