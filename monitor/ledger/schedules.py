"""Since when schedules are known, and single values."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from monitor.ledger import tables
from monitor.ledger.documents import storable


def since(connection: Connection, vendor: str, schedule: tuple[str, str], now: datetime) -> datetime:
    """Since when ``schedule`` (cron and time zone) is known; ``now``, where it is new or was changed."""
    table = tables.schedules
    cron, timezone = schedule
    same = (table.c.vendor == vendor) & (table.c.cron == cron) & (table.c.timezone == timezone)
    known: datetime | None = connection.scalar(select(table.c.since).where(same))
    if known is not None:
        return known
    connection.execute(delete(table).where(table.c.vendor == vendor))
    connection.execute(insert(table).values(vendor=vendor, cron=cron, timezone=timezone, since=now))
    return now


def fact(connection: Connection, name: str) -> str | None:
    return connection.scalar(select(tables.facts.c.value).where(tables.facts.c.name == name))


def keep_fact(connection: Connection, name: str, value: str) -> None:
    connection.execute(delete(tables.facts).where(tables.facts.c.name == name))
    connection.execute(insert(tables.facts).values(name=name, value=storable(value)))
