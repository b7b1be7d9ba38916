"""Which message belongs under which: of what incidents each intent tells, and what was told of them before.

1. An incident is told as new, or as back: that begins a thread. Whatever is told of it until the next beginning
   belongs there.
2. A message follows where all that it tells of was told before. One that tells of something new as well is its own.
3. What follows goes under the first message since the beginning that the channel took; of several, under the newest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import Connection, exists, select

from monitor.ledger import tables
from monitor.ledger.documents import ANSWER
from monitor.ledger.rows import insert_all
from monitor.model import Intent, IntentState, Message

_ENOUGH: Final = 20  # incidents of a message that are asked where it belongs

_mine: Final = tables.threads.alias("mine")
_earlier: Final = tables.threads.alias("earlier")
_other: Final = tables.intents.alias("other")

_BESIDE: Final = (
    (_earlier.c.fingerprint == _mine.c.fingerprint)
    & (_earlier.c.channel == _mine.c.channel)
    & (_earlier.c.intent_id < _mine.c.intent_id)
)
_PAIRS: Final = _mine.join(_earlier, _BESIDE).join(_other, _other.c.id == _earlier.c.intent_id)

# of an intent: something that it follows is on its way
WAITS: Final = exists(
    select(1)
    .select_from(_PAIRS)
    .where(_mine.c.intent_id == tables.intents.c.id, _mine.c.follows, _other.c.state == IntentState.PENDING.value)
)


def add(connection: Connection, intent_id: int, channel: str, message: Message, new: Collection[str]) -> None:
    """``new``: incidents that the message tells as new, or as back."""
    known = {*message.threads} - {*new}
    follows = known.issuperset(message.incidents)
    rows = (
        {
            "intent_id": intent_id,
            "fingerprint": fingerprint,
            "channel": channel,
            "begins": fingerprint not in known,
            "follows": follows,
        }
        for fingerprint in dict.fromkeys(message.incidents)
    )
    insert_all(connection, tables.threads, rows)


def answer(connection: Connection, intent: Intent) -> Mapping[str, str] | None:
    """What the channel answered to the message that this one belongs under; None: it is its own."""
    asked = select(_mine.c.fingerprint).where(_mine.c.intent_id == intent.id, _mine.c.follows)
    query = select(_earlier.c.fingerprint, _other.c.id, _earlier.c.begins, _other.c.state).select_from(_PAIRS)
    query = query.where(_mine.c.intent_id == intent.id, _mine.c.fingerprint.in_(asked.limit(_ENOUGH)))
    first: dict[str, int | None] = {}
    for fingerprint, earlier, begins, state in connection.execute(query.order_by(_other.c.id)):
        if begins:
            first[fingerprint] = None
        if state == IntentState.SENT.value and first.get(fingerprint) is None:
            first[fingerprint] = earlier
    taken = [earlier for earlier in first.values() if earlier is not None]
    if not taken:
        return None
    kept = connection.scalar(select(tables.intents.c.answer).where(tables.intents.c.id == max(taken)))
    return ANSWER.read(kept) if kept else None
