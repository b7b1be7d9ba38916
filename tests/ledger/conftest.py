"""The ledger's tests run on both databases: each test that takes ``database`` or ``database_url`` runs twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table

from monitor.ledger.database import Database, open_database
from monitor.ledger.ledger import Ledger
from monitor.ledger.tables import metadata
from tests.ledger.postgres import Server, serving

NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Server]:
    worker = getattr(request.config, "workerinput", {})
    with serving(worker.get("testrunuid"), worker.get("workerid", "main")) as server:
        yield server


@pytest.fixture(scope="session")
def _postgres_ledger(postgres: Server) -> Iterator[tuple[str, Database]]:
    url = postgres.fresh()
    with open_database(url, NOW) as database:
        yield url, database


@pytest.fixture(scope="session")
def _sqlite_ledger(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    open_database(f"sqlite:///{path}", NOW).close()
    return path.read_bytes()


def _emptied(database: Database) -> None:
    """All rows deleted, and ids begin at 1 again: much quicker than a new database or TRUNCATE."""
    tables = reversed(metadata.sorted_tables)
    ids = [table for table in metadata.sorted_tables if "id" in table.columns]
    statements = [f"delete from {table.name}" for table in tables] + [_restarted(table) for table in ids]
    with database.write() as connection:
        connection.exec_driver_sql("; ".join(statements))


def _restarted(table: Table) -> str:
    return f"select setval(pg_get_serial_sequence('{table.name}', 'id'), 1, false)"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty ledger at our revision."""
    if request.param == "sqlite":
        path = tmp_path / "ledger.db"
        path.write_bytes(request.getfixturevalue("_sqlite_ledger"))
        path.chmod(0o600)
        return f"sqlite:///{path}"
    url, database = request.getfixturevalue("_postgres_ledger")
    _emptied(database)
    assert isinstance(url, str)
    return url


@pytest.fixture
def database(request: pytest.FixtureRequest, database_url: str) -> Iterator[Database]:
    """An empty ledger."""
    if database_url.startswith("postgresql"):
        yield request.getfixturevalue("_postgres_ledger")[1]
        return
    with open_database(database_url, NOW) as opened:
        yield opened


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """An empty one, on this machine."""
    return Ledger(database, "host-1")
