"""Alerts on their way: an intent is an alert that is to reach one channel.

1. An intent is pending until it was sent or given up. Who has it in hand holds a lease; one that ran out (its holder
   died) is anybody's.
2. Of a channel the oldest that is due comes first. One that waits for its next try, or that somebody has in hand, holds
   up no other: a message that cannot be sent, or that kills who sends it, keeps nobody else from being told.
3. But what belongs under an earlier message of an incident waits while one of that incident is on its way before it.
4. It belongs under the first message that the channel took since the incident was told as new, or as back (threads.py).
5. What was sent, was sent: that is kept even where the lease was lost meanwhile. Whatever else comes of a lost lease is
   the new holder's to say.
6. A clock that was set back makes nobody wait: a time further away than any wait (LONGEST_WAIT) was never meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Select, Table, Update, func, insert, or_, select, update

from monitor.ledger import tables, threads
from monitor.ledger.documents import ANSWER, MESSAGE, storable
from monitor.ledger.rows import MANY
from monitor.model import DIGEST, LONGEST_WAIT, Alert, Intent, IntentState, Message

_OWNER: Final = 200  # characters of a lease's owner

_intents: Final = tables.intents.c
_COLUMNS: Final = (
    _intents.id,
    _intents.alert_id,
    _intents.channel,
    tables.alerts.c.message,
    _intents.key,
    _intents.created,
    _intents.state,
    _intents.attempts,
    _intents.runs,
    _intents.next_at,
    _intents.error,
    _intents.fix,
    _intents.answer,
)
_WHOLE: Final = select(*_COLUMNS).join(tables.alerts)

# -- what there is ----------------------------------------------------------------------------------------


def add(connection: Connection, alert: Alert, now: datetime, new: Collection[str] = ()) -> tuple[int, ...]:
    """The ids of its intents, in the order of its channels. ``new``: incidents that it tells as new, or as back."""
    message = alert.message
    values = {
        "run_id": message.run_id,
        "vendor": message.vendor,
        "kind": message.kind.value,
        "severity": message.severity.value,
        "created": now,
        "message": MESSAGE.write(message),
    }
    alert_id = _insert(connection, tables.alerts, values)
    ids = []
    for channel in dict.fromkeys(alert.channels):
        intent = {
            "alert_id": alert_id,
            "channel": channel,
            "why": storable(alert.why.get(channel, "")),
            "key": uuid4().hex,
            "state": (IntentState.WAITING if channel == DIGEST else IntentState.PENDING).value,
            "created": now,
            "last_run": message.run_id,
        }
        intent_id = _insert(connection, tables.intents, intent)
        threads.add(connection, intent_id, channel, message, new)
        ids.append(intent_id)
    return tuple(ids)


def _insert(connection: Connection, table: Table, values: Mapping[str, object]) -> int:
    """The new row's id."""
    key = connection.execute(insert(table).values(values)).inserted_primary_key
    return int(key[0]) if key else 0


def _read(connection: Connection, query: Select[*tuple[object, ...]]) -> Iterator[Intent]:
    for row in connection.execute(query):
        yield Intent(
            row.id,
            row.alert_id,
            row.channel,
            MESSAGE.read(row.message),
            row.key,
            row.created,
            IntentState(row.state),
            row.attempts,
            row.runs,
            row.next_at,
            row.error,
            row.fix,
            note=ANSWER.read(row.answer).get("note", "") if row.answer else "",
        )


def listed(
    connection: Connection, states: Collection[IntentState] | None, channel: str | None, last: int | None
) -> tuple[Intent, ...]:
    """The newest first."""
    query = _WHOLE.order_by(_intents.id.desc()).limit(last)
    if states is not None:
        query = query.where(_intents.state.in_([state.value for state in states]))
    if channel is not None:
        query = query.where(_intents.channel == channel)
    return tuple(_read(connection, query))


# -- one in hand ------------------------------------------------------------------------------------------


def _passed(moment: ColumnElement[datetime | None], now: datetime) -> ColumnElement[bool]:
    return or_(moment.is_(None), moment <= now, moment > now + LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who takes something in hand, until when, and in which run. ``only``: that intent, whatever is before it."""

    owner: str
    now: datetime
    lease: timedelta
    run_id: str = ""
    only: int | None = None


def claim(connection: Connection, channel: str, wanted: Claim) -> Intent | None:
    """The oldest that is due and that nobody has in hand; it is the owner's now."""
    now = wanted.now
    free = (_intents.state == IntentState.PENDING.value) & _passed(_intents.lease_until, now)
    due = free & _passed(_intents.next_at, now) & (_intents.channel == channel) & ~threads.WAITS
    if wanted.only is not None:
        due &= _intents.id == wanted.only
    while found := [*_read(connection, _WHOLE.where(due).order_by(_intents.id).limit(1))]:
        (intent,) = found
        last_run = connection.scalar(select(_intents.last_run).where(_intents.id == intent.id))
        runs = intent.runs + (wanted.run_id not in ("", last_run))
        taken = update(tables.intents).where(_intents.id == intent.id, free)
        values = {
            "lease_owner": _owner(wanted.owner),
            "lease_until": now + wanted.lease,
            "runs": runs,
            "last_run": wanted.run_id or last_run,
        }
        if connection.execute(taken.values(values)).rowcount:
            return replace(intent, runs=runs, thread=threads.answer(connection, intent))
    return None


def _owner(name: str) -> str:
    return storable(name)[:_OWNER]


@dataclass(frozen=True, slots=True)
class Try:
    """One try to send an intent. ``took`` in seconds; ``host``: the machine that tried."""

    intent: Intent
    owner: str
    now: datetime
    took: float
    host: str


def sent(connection: Connection, done: Try, answer: Mapping[str, str]) -> None:
    """Kept even where the lease was lost. Where another one sent it too, the first answer stays."""
    values = {
        "state": IntentState.SENT.value,
        "attempts": _intents.attempts + 1,
        "sent_at": done.now,
        "answer": ANSWER.write(answer),
        "error": "",
        "fix": "",
    }
    first = update(tables.intents).where(_intents.id == done.intent.id, _intents.state != IntentState.SENT.value)
    connection.execute(first.values(**values, **_NO_LEASE))
    _keep(connection, done, "sent")


def again(connection: Connection, done: Try, what: str, next_at: datetime) -> None:
    """Nothing happens where the lease was lost."""
    values = {"attempts": _intents.attempts + 1, "next_at": next_at, "error": storable(what), "fix": ""}
    if connection.execute(_held(done).values(**values, **_NO_LEASE)).rowcount:
        _keep(connection, done, "passing", what)


def failed(connection: Connection, done: Try, what: str, fix: str) -> None:
    """Nothing happens where the lease was lost."""
    values = {
        "state": IntentState.FAILED.value,
        "attempts": _intents.attempts + 1,
        "error": storable(what),
        "fix": storable(fix),
    }
    if connection.execute(_held(done).values(**values, **_NO_LEASE)).rowcount:
        _keep(connection, done, "final", what)


_NO_LEASE: Final[Mapping[str, object]] = {"lease_owner": "", "lease_until": None}


def _held(done: Try) -> Update:
    """The intent, where it is still its owner's: nobody else took it since."""
    return update(tables.intents).where(
        _intents.id == done.intent.id,
        _intents.state == IntentState.PENDING.value,
        _intents.lease_owner == _owner(done.owner),
    )


def _keep(connection: Connection, done: Try, result: str, what: str = "") -> None:
    values = {
        "intent_id": done.intent.id,
        "at": done.now,
        "host": storable(done.host),
        "took": done.took,
        "result": result,
        "what": storable(what),
    }
    connection.execute(insert(tables.deliveries).values(values))


# -- many at once -----------------------------------------------------------------------------------------


def requeue(connection: Connection, ids: Collection[int] | None, now: datetime) -> int:
    """Makes failed ones pending and due, as if no run had tried them; None: all of them. How many."""
    query = update(tables.intents).where(_intents.state == IntentState.FAILED.value)
    if ids is not None:
        query = query.where(_intents.id.in_(ids))
    return connection.execute(query.values(state=IntentState.PENDING.value, runs=0, next_at=now)).rowcount


def hurry(connection: Connection, now: datetime) -> int:
    """Makes all that is pending due. How many."""
    pending = update(tables.intents).where(_intents.state == IntentState.PENDING.value)
    return connection.execute(pending.values(next_at=now)).rowcount


# -- the digest -------------------------------------------------------------------------------------------


def gather(connection: Connection) -> tuple[tuple[int, Message], ...]:
    """What waits for the digest, the oldest first."""
    waiting = _WHOLE.where(_intents.state == IntentState.WAITING.value).order_by(_intents.id)
    return tuple((intent.id, intent.message) for intent in _read(connection, waiting))


def gathered(connection: Connection, ids: Collection[int], alert: Alert | None, now: datetime) -> bool:
    """They are in ``alert`` now. False: one of them waits no more, and nothing was done."""
    wanted = sorted({*ids})
    chunks = [wanted[start : start + MANY] for start in range(0, len(wanted), MANY)]
    waiting = [(_intents.state == IntentState.WAITING.value) & _intents.id.in_(chunk) for chunk in chunks]
    if sum(connection.scalar(select(func.count()).where(condition)) or 0 for condition in waiting) < len(wanted):
        return False
    for condition in waiting:
        connection.execute(update(tables.intents).where(condition).values(state=IntentState.GATHERED.value))
    if alert is not None:
        add(connection, alert, now)
    return True
