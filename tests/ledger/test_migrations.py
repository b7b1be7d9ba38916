"""The schema that migrations make is the one that we use; an older one is brought there whole, or stays as it was."""

from __future__ import annotations

import shutil
import stat
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text

from monitor.errors import LedgerError
from monitor.ledger.database import OURS, VERSION_TABLE, Database, Schema, connect, open_database
from monitor.ledger.migrating import config_of
from monitor.ledger.tables import metadata, run_vendors, runs
from tests.ledger.conftest import NOW
from tests.ledger.postgres import Server
from tests.ledger.revising import revise

LATER = NOW + timedelta(days=1)
SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("runs", recreate="{recreate}") as batch:
        batch.add_column(sa.Column("mood", sa.Text(), nullable=False, server_default="calm"))
        batch.alter_column("host", type_=sa.String(300))
    {then}
"""
RUN = {"run_id": "r1", "command": "check", "started": NOW, "finished": NOW, "exit_code": 0, "notify": True, "rules": 1}
VENDOR = {"run_id": "r1", "vendor": "crm", "started": NOW, "whole": True, "judged": 2, "unjudged": 0}


def next_schema(folder: Path, then: str = "", recreate: str = "auto") -> Schema:
    """Ours, and a second revision that makes a table anew to which others refer."""
    scripts = folder / "migrations"
    shutil.copytree(OURS.scripts, scripts)
    (scripts / "versions" / "v0002_mood.py").write_text(SECOND.format(then=then, recreate=recreate))
    return Schema((*OURS.revisions, "0002"), scripts)


def filled(url: str) -> None:
    with open_database(url, NOW) as database, database.write() as connection:
        connection.execute(insert(runs).values(**RUN, document='{"a": 1}'))
        connection.execute(insert(run_vendors).values(VENDOR))


def rows(database: Database) -> list[tuple[str, str]]:
    with database.read() as connection:
        joined = select(runs.c.run_id, run_vendors.c.vendor).join_from(run_vendors, runs)
        return [(row[0], row[1]) for row in connection.execute(joined)]


@pytest.fixture(params=["sqlite", "postgresql"])
def older_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A ledger at our revision, with rows, that may be changed for good."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/ledger.db"
    else:
        server = request.getfixturevalue("postgres")
        assert isinstance(server, Server)
        url = server.fresh()
    filled(url)
    return url


def _other_default(*compared: object) -> bool:
    """Alembic's own comparison takes an empty text in SQLite for another one."""
    found, ours = (str(text or "").partition("::")[0].strip("()'") for text in (compared[3], compared[5]))
    return found != ours and not found.startswith("nextval")


def test_what_migrations_make_is_what_we_use(database: Database) -> None:
    options = {"compare_server_default": _other_default, "version_table": VERSION_TABLE}
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_our_revisions_are_those_of_the_scripts() -> None:
    scripts = ScriptDirectory.from_config(config_of(OURS)).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == OURS.revisions


def test_the_next_migration_is_written_as_they_are(tmp_path: Path) -> None:
    scripts = tmp_path / "migrations"
    shutil.copytree(OURS.scripts, scripts)
    made = revise("moods, and more", Schema(OURS.revisions, scripts), NOW)
    assert made.relative_to(scripts) == Path("versions/v0002_moods_and_more.py")
    text = made.read_text()
    assert 'revision = "0002"\ndown_revision = "0001"\n' in text.replace("'", '"')
    assert "op." not in text.partition("def upgrade")[2]  # the tables are as they were


def test_an_older_one_is_migrated_with_all_that_it_holds(older_url: str, tmp_path: Path) -> None:
    schema = next_schema(tmp_path, recreate="always" if older_url.startswith("sqlite") else "auto")
    with open_database(older_url, LATER, schema) as database:
        assert database.revision(schema) == "0002"
        assert rows(database) == [("r1", "crm")]
        with database.read() as connection:
            assert connection.scalar(text("select mood from runs")) == "calm"
        with pytest.raises(LedgerError, match="of a newer monitor"):
            open_database(older_url, LATER)
        with pytest.raises(LedgerError), database.write() as connection:  # foreign keys are followed again
            connection.execute(insert(run_vendors).values({**VENDOR, "run_id": "gone"}))


def test_an_sqlite_file_is_kept_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    filled(url)
    open_database(url, LATER, next_schema(tmp_path)).close()
    kept = tmp_path / "ledger-0001-20261123T085800Z.db"
    assert {path.name for path in tmp_path.iterdir()} == {"ledger.db", kept.name, "migrations"}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with closing(connect(f"sqlite:///{kept}")) as database:
        assert (database.revision(), rows(database)) == ("0001", [("r1", "crm")])


def test_a_migration_that_fails_changes_nothing(older_url: str, tmp_path: Path) -> None:
    schema = next_schema(tmp_path, then='op.execute("insert into nowhere values (1)")')
    with pytest.raises(LedgerError, match="refused what was asked"):
        open_database(older_url, LATER, schema)
    with open_database(older_url, LATER) as database:
        assert rows(database) == [("r1", "crm")]


def test_rows_that_lose_what_they_belong_to_stop_a_migration(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    filled(url)
    schema = next_schema(tmp_path, then='op.execute("delete from runs")')
    with pytest.raises(LedgerError, match="do not belong together"):
        open_database(url, LATER, schema)
    with open_database(url, LATER) as database:
        assert rows(database) == [("r1", "crm")]


def test_a_backup_that_cannot_be_made_stops_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    filled(url)
    (tmp_path / "ledger-0001-20261123T085800Z.db").mkdir()
    with pytest.raises(LedgerError):
        open_database(url, LATER, next_schema(tmp_path))
    with open_database(url, LATER) as database:
        assert database.revision() == "0001"


def test_of_several_at_once_one_migrates(older_url: str, tmp_path: Path) -> None:
    schema = next_schema(tmp_path)
    barrier = threading.Barrier(3)
    found: list[str | None] = []

    def migrate() -> None:
        barrier.wait()
        with open_database(older_url, LATER, schema) as database:
            found.append(database.revision(schema))

    threads = [threading.Thread(target=migrate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["0002"] * 3


def test_of_several_at_once_one_makes_it(postgres: Server) -> None:
    url = postgres.fresh()
    barrier = threading.Barrier(2)
    found: list[str | None] = []

    def make() -> None:
        barrier.wait()
        with open_database(url, NOW) as database:
            found.append(database.revision())

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [OURS.head] * 2
