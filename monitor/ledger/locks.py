"""One run at a time for each vendor, across all hosts whose ledger is one PostgreSQL.

1. The lock is an advisory one, of a connection that does nothing else. It goes with its connection, so with its
   process, however that ends; where a whole host goes, the server's keepalives notice within a minute.
2. Who holds it is that connection's application_name (63 bytes). It only explains.
3. It comes beside the lock of recordings/locks.py, which is this host's alone. It is a session's: a pooler that hands
   one connection to several clients by turns (PgBouncer's transaction mode) breaks it.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from monitor.errors import LockHeldError
from monitor.ledger.database import parsed_url, postgres_engine, shown
from monitor.ledger.faults import hidden_of, told
from monitor.printable import printable

_NAME: Final = re.compile(r"(?P<pid>\d+)@(?P<host>\S+) (?P<command>.+)")
_LOCK_NOT_AVAILABLE: Final = "55P03"
_LONGEST: Final = 2**31 - 1  # milliseconds
# whatever of this the server knows: a newer one may end idle connections, a local one has no keepalives
_SETTINGS: Final = text("""select set_config(name, value, false) from pg_settings join (values
    ('idle_session_timeout', '0'), ('statement_timeout', '0'), ('lock_timeout', :timeout),
    ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3'))
    as ours (name, value) using (name)""")
_HOLDER: Final = text("""select application_name, state_change from pg_stat_activity join pg_locks using (pid)
    where locktype = 'advisory' and granted and objsubid = 1
    and database = (select oid from pg_database where datname = current_database())
    and classid::bigint = :high and objid::bigint = :low""")


def key_of(vendor: str) -> int:
    """The lock's number: 64 bits with a sign, so that no two vendors share one."""
    digest = hashlib.blake2b(vendor.encode(), digest_size=8, person=b"monitor vendor").digest()
    return int.from_bytes(digest, signed=True)


def _name(holder: str) -> str:
    return f"{os.getpid()}@{socket.gethostname()[:30]} {holder}"


def _held(connection: Connection, vendor: str, where: str) -> LockHeldError:
    key = key_of(vendor) % 2**64
    row = connection.execute(_HOLDER, {"high": key >> 32, "low": key % 2**32}).first()
    found = _NAME.fullmatch(row[0] or "") if row else None
    holder = "another run"
    if row and found:
        since = row[1].astimezone(UTC) if isinstance(row[1], datetime) else None
        holder = f"'{printable(found['command'])}' (process {found['pid']} on {printable(found['host'])})"
        holder += f" since {since:%Y-%m-%dT%H:%M:%SZ}" if since else ""
    return LockHeldError(
        f"vendor {printable(vendor)} is in use by {holder}", where=where, fix="let it end, or wait for it with --wait"
    )


def _acquired(connection: Connection, vendor: str, wait: float | None) -> bool:
    milliseconds = 0 if wait is None else min(_LONGEST, max(1, round(wait * 1000)))  # 0: for ever
    connection.execute(_SETTINGS, {"timeout": str(milliseconds)})
    if wait is not None and wait <= 0:
        return bool(connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": key_of(vendor)}))
    try:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": key_of(vendor)})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


@contextmanager
def advisory_lock(url: str, vendor: str, holder: str, wait: float | None) -> Iterator[None]:
    """Holds the vendor's lock in the PostgreSQL ledger at ``url``. ``holder`` is the command, as others are told it.

    ``wait``: seconds to wait for another run to end, 0 not at all, None for as long as it takes.
    Raises LockHeldError that says who holds it, LedgerError where the ledger cannot be reached.
    """
    parsed = parsed_url(url)
    where = shown(parsed)
    engine = postgres_engine(parsed, application_name=_name(holder), keepalives_idle=30)
    with ExitStack() as closing:
        closing.callback(engine.dispose)
        with told(where, hidden_of(parsed)):
            opened = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection = closing.enter_context(opened)
            if not _acquired(connection, vendor, wait):
                raise _held(connection, vendor, where)
        yield
