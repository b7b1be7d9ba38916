"""A ledger brought to our schema by Alembic, in one transaction: it is migrated whole or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from monitor.errors import LedgerError
from monitor.ledger import sqlitefile
from monitor.ledger.database import VERSION_TABLE, Database, Schema, known_revision
from monitor.ledger.faults import DAMAGED, hidden_of, told

_alembic: Final = threading.Lock()  # its context is one for the whole process


def config_of(schema: Schema) -> Config:
    config = Config()
    config.set_main_option("script_location", str(schema.scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection, schema: Schema) -> None:
    """To the newest revision, within the transaction of ``connection``."""
    config = config_of(schema)
    config.attributes["connection"] = connection
    config.attributes["version_table"] = VERSION_TABLE
    with _alembic:
        command.upgrade(config, "head")


def backup_name(file: Path, revision: str, now: datetime) -> Path:
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return file.with_name(f"{file.stem}-{revision}-{moment}{file.suffix}")


@contextmanager
def _changing(database: Database) -> Iterator[Connection]:
    """The only writer. SQLite follows no foreign keys meanwhile: a table made anew would take others' rows along."""
    sqlite = database.dialect == "sqlite"
    with told(database.where, hidden_of(database.engine.url)), database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        if sqlite and raw is not None:
            raw.execute("pragma foreign_keys=off")  # within a transaction it would do nothing
        try:
            with connection.execution_options(ledger_write=True).begin():
                yield connection
                if sqlite and connection.exec_driver_sql("pragma foreign_key_check").first():
                    raise LedgerError("its rows do not belong together", where=database.where, fix=DAMAGED)
        finally:
            connection.detach()  # its pragma goes with it


def migrate(database: Database, schema: Schema, now: datetime) -> None:
    """To the newest revision; an SQLite file is kept beside itself as it was. Raises LedgerError.

    Of several processes one does it, and the others find it done.
    """
    with _changing(database) as connection:
        revision = known_revision(connection, database.where, schema)
        if revision == schema.head:
            return
        if database.file is not None and revision is not None:
            sqlitefile.copy(database.file, backup_name(database.file, revision, now))
        upgrade(connection, schema)
