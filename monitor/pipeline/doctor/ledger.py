"""The ledger: can it be reached, is it ours, how large is it, may it lie on its disk? It is not made, nor migrated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from monitor.ledger.database import OURS, Database, connect, file_of, known_revision
from monitor.ledger.tables import incidents
from monitor.model import Settings
from monitor.pipeline.doctor import places
from monitor.pipeline.doctor.checks import Check, failed, ok, skipped, warning
from monitor.recordings.sizes import shown_size

NAME = "ledger"


def ledger(settings: Settings) -> Iterator[Check]:
    if "${" in settings.ledger:
        yield skipped(NAME, "its URL names what is not set; see secrets")
        return
    file = file_of(settings.ledger)
    if file is not None:
        yield from disk(file, places.mounts())
        if not file.exists():
            yield ok(NAME, f"{file}: not there yet; the first check makes it")
            return
        yield from places.private_file(NAME, file)
    with connect(settings.ledger) as database:
        yield _found(database)


def disk(file: Path, mounts: str) -> Iterator[Check]:
    """``mounts`` is what Linux tells in /proc/mounts."""
    if kind := places.network_disk(places.nearest(file).resolve(), mounts):
        what = f"{file}: it lies on a network disk ({kind}), on which SQLite loses what is written"
        yield failed(NAME, what, "name a file on a local disk under ledger: in monitor.yaml, or use PostgreSQL")


def _found(database: Database) -> Check:
    with database.read() as connection:
        revision = known_revision(connection, database.where)
        if revision is None:
            return ok(NAME, f"{database.where}: nothing is in there yet; the first check makes its tables")
        size = shown_size(_size(database, connection))
        told = f"{database.where}: revision {revision}, {size}"
        if revision != OURS.head:
            return warning(NAME, f"{told}; the next command migrates it to {OURS.head}", "back it up first if you wish")
        count = connection.scalar(select(func.count()).select_from(incidents).where(incidents.c.open)) or 0
        return ok(NAME, f"{told}, {count:,} open incident{'s'[: count != 1]}")


def _size(database: Database, connection: Connection) -> int:
    """Bytes on the disk."""
    if database.file is not None:
        return database.file.stat().st_size
    return int(connection.scalar(text("select pg_database_size(current_database())")) or 0)
