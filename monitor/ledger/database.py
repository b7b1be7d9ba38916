"""The database behind the ledger: opened, brought to our schema, and used in short transactions.

1. What is committed is kept, also when the power goes (SQLite: synchronous=FULL, which costs one sync of the disk a
   transaction; NORMAL could forget an acknowledgement, or that an alert was sent). Readers never wait (WAL).
2. One process writes at a time: ``write`` takes SQLite's write lock, or an advisory lock on PostgreSQL, before it
   reads; so what was read still holds when it is written. Who waits for longer than BUSY gets a LedgerError.
3. ``read`` sees one moment, whatever is written meanwhile.
4. A ledger that is not there is made under another name and then linked to its own, so that no other process ever
   sees half of one, and a file that is empty was cut by something else.
5. Its schema has a revision. An older one is migrated in one transaction (an SQLite file is backed up before), by
   one process, while others wait. One that is not among ours is of a newer monitor and is refused.
6. Alembic is imported only where something is to be migrated.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from json import dumps
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import unquote

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from monitor.errors import LedgerError
from monitor.ledger import sqlitefile
from monitor.ledger.faults import hidden_of, told
from monitor.ledger.tables import metadata
from monitor.printable import printable

VERSION_TABLE: Final = "ledger_version"
BUSY: Final = 30.0  # seconds
_WRITER: Final = 0x6D6F6E69746F7200  # the advisory lock of whoever writes; only our own database's locks count
_CONNECT: Final = 10  # seconds to reach a server


@dataclass(frozen=True, slots=True)
class Schema:
    """The revisions that we know, oldest first, and the folder of Alembic's scripts that make them."""

    revisions: tuple[str, ...]
    scripts: Path

    @property
    def head(self) -> str:
        return self.revisions[-1]


OURS: Final = Schema(("0001",), Path(__file__).parent / "migrations")


@dataclass(frozen=True, slots=True)
class Database:
    """An open ledger; ``where`` is what people may be shown of its URL. Thread-safe. To be closed: it is a context."""

    where: str
    engine: Engine = field(repr=False)
    file: Path | None = None  # of SQLite

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return self.engine.dialect.name

    @contextmanager
    def _connected(self, write: bool) -> Iterator[Connection]:
        with told(self.where, hidden_of(self.engine.url)):  # noqa: SIM117 - what the connection raises is told too
            with self.engine.connect().execution_options(ledger_write=write) as connection, connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One moment of the ledger. Raises LedgerError."""
        with self._connected(write=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The only writer; committed at the end, rolled back on an error. Raises LedgerError."""
        with self._connected(write=True) as connection:
            yield connection

    def revision(self, schema: Schema = OURS) -> str | None:
        """As it is now; None where nothing is in there yet. Raises LedgerError where it is none of ours."""
        with self.read() as connection:
            return known_revision(connection, self.where, schema)

    def close(self) -> None:
        with told(self.where):
            self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_database(url: str, now: datetime, schema: Schema = OURS) -> Database:
    """The ledger at ``url``, made where there is none, at our revision. Raises LedgerError.

    ``sqlite:///path`` (``?timeout=5``: seconds instead of BUSY) or ``postgresql://user:password@host/database``.
    ``now`` names the backup that is made before an older file is migrated.
    """
    path = file_of(url)
    if path is not None and not sqlitefile.exists(path):
        _make(path, schema)
    with ExitStack() as closing:
        database = closing.enter_context(connect(url))
        _bring_to_head(database, database.revision(schema), now, schema)
        closing.pop_all()
    return database


def open_existing(url: str, now: datetime) -> Database | None:
    """As ``open_database``, but None where there is no ledger yet: nothing is made."""
    path = file_of(url)
    if path is not None and not sqlitefile.exists(path):
        return None
    with ExitStack() as closing:
        database = closing.enter_context(connect(url))
        revision = database.revision()
        if revision is None:
            return None
        _bring_to_head(database, revision, now, OURS)
        closing.pop_all()
    return database


def _bring_to_head(database: Database, revision: str | None, now: datetime, schema: Schema) -> None:
    if revision != schema.head:
        from monitor.ledger.migrating import migrate  # noqa: PLC0415 - theory 6

        migrate(database, schema, now)


def connect(url: str) -> Database:
    """The ledger at ``url`` as it is: nothing is made or migrated. Raises LedgerError."""
    parsed, path = parsed_url(url), file_of(url)
    if path is None:
        engine = postgres_engine(parsed)
        event.listen(engine, "begin", _begin_postgres)
        return Database(shown(parsed), engine)
    timeout = _timeout(parsed)
    sqlitefile.check(path)
    return Database(sqlitefile.shown(path), _sqlite_engine(path, timeout), path)


def file_of(url: str) -> Path | None:
    """The file of an SQLite ledger; None: it is on PostgreSQL. Raises LedgerError."""
    parsed = parsed_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    # SQLAlchemy 2.1 decodes the path and 2.0 does not
    name = unquote(url.partition("?")[0].partition(":///")[2])
    if not name or name.startswith((":memory:", "file:")):
        raise LedgerError("a ledger in memory forgets everything", where="ledger", fix="name a file")
    return Path(name)


def known_revision(connection: Connection, where: str, schema: Schema = OURS) -> str | None:
    """The ledger's revision; None where nothing is in there yet. Raises LedgerError where it is none of ours."""
    tables = inspect(connection)
    if not tables.has_table(VERSION_TABLE):
        taken = sorted(set(tables.get_table_names()) & set(metadata.tables))
        if not taken:
            return None
        what = f"it holds tables of another program ({printable(', '.join(taken), 100)})"
        raise LedgerError(what, where=where, fix="give the ledger a database of its own under ledger: in monitor.yaml")
    found = connection.scalar(text(f"select version_num from {VERSION_TABLE}"))  # noqa: S608 - our own name
    if found in schema.revisions:
        return str(found)
    raise LedgerError(
        f"it is of a newer monitor (revision {printable(str(found), 40)}, this one knows {schema.head})",
        where=where,
        fix="upgrade monitor, or name another ledger in monitor.yaml",
    )


# -- URLs --------------------------------------------------------------------------------------------------


def parsed_url(url: str) -> URL:
    """Raises LedgerError, which does not quote it."""
    if "${" in url:
        fix = "set what ledger: in monitor.yaml names"
        raise LedgerError("its URL names a variable that is not set", where="ledger", fix=fix)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise LedgerError("its URL cannot be read", where="ledger", fix="write sqlite:///.monitor/ledger.db") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        fix = "write sqlite:///.monitor/ledger.db or postgresql://user:password@host/database"
        raise LedgerError("it is on neither SQLite nor PostgreSQL", where="ledger", fix=fix)
    return parsed


def shown(url: URL) -> str:
    """What may be shown of a server's URL: neither user nor password nor options."""
    host = url.host or url.query.get("host") or ""
    port = f":{url.port}" if url.port else ""
    return printable(f"postgresql://{host if isinstance(host, str) else ''}{port}/{url.database or ''}", 300)


# -- engines -----------------------------------------------------------------------------------------------


_json: Final = partial(dumps, allow_nan=False, separators=(",", ":"))


def _pragmas(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:  # noqa: ARG001 - an event's form
    connection.execute("pragma foreign_keys=on")
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("ledger_write")
    connection.exec_driver_sql("begin immediate" if write else "begin")


def _begin_postgres(connection: Connection) -> None:
    if connection.get_execution_options().get("ledger_write"):
        connection.exec_driver_sql(f"set local lock_timeout = '{BUSY}s'; select pg_advisory_xact_lock({_WRITER})")
    else:
        connection.exec_driver_sql("set transaction isolation level repeatable read, read only")


def _timeout(url: URL) -> float:
    """Raises LedgerError where the URL has other options."""
    try:
        if set(url.query) <= {"timeout"}:
            return float(str(url.query.get("timeout", BUSY)))
    except ValueError:
        pass
    fix = "write for instance ?timeout=30 (seconds)"
    raise LedgerError("an SQLite ledger's URL has one option, timeout", where="ledger", fix=fix)


def _sqlite_engine(path: Path, timeout: float = BUSY) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": timeout, "isolation_level": None},  # the module's own BEGINs come too late
        json_serializer=_json,
    )
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def postgres_engine(url: URL, **given: object) -> Engine:
    """``given`` goes to the driver, where the URL does not say it. Raises LedgerError where there is no driver."""
    arguments = {"connect_timeout": _CONNECT, "application_name": "monitor", **given}
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={key: value for key, value in arguments.items() if key not in url.query},
            pool_pre_ping=True,  # a daemon's connection may be gone since
            json_serializer=_json,
        )
    except ImportError:
        what, fix = "PostgreSQL's driver psycopg is not installed", "pip install 'provider-drift-monitor[postgres]'"
        raise LedgerError(what, where=shown(url), fix=fix) from None


def _make(path: Path, schema: Schema) -> None:
    """A new file at our revision. Another process may make it meanwhile: then that one is the ledger."""
    from monitor.ledger.migrating import upgrade  # noqa: PLC0415 - theory 6

    with sqlitefile.new(path) as temporary:
        database = Database(sqlitefile.shown(path), _sqlite_engine(temporary), temporary)
        with database, database.write() as connection:
            upgrade(connection, schema)
