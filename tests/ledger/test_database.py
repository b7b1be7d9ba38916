"""One ledger, whatever the database; and one clear error for whatever may be wrong with it."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from monitor.errors import LedgerError
from monitor.ledger.database import Database, connect, open_database, open_existing
from monitor.ledger.faults import postgres_fault
from monitor.ledger.tables import deliveries, facts
from tests.ledger.conftest import NOW
from tests.ledger.postgres import Server

PROJECT = Path(__file__).resolve().parents[2]


def values(database: Database) -> dict[str, str]:
    with database.read() as connection:
        return {row.name: row.value for row in connection.execute(select(facts))}


# -- transactions ------------------------------------------------------------------------------------------


def test_what_is_written_is_there_when_it_is_opened_again(database_url: str) -> None:
    with open_database(database_url, NOW) as database, database.write() as connection:
        connection.execute(insert(facts).values(name="a", value="b"))
    with open_database(database_url, NOW) as database:
        assert values(database) == {"a": "b"}


def test_an_error_within_undoes_all_of_it(database: Database) -> None:
    with pytest.raises(KeyError), database.write() as connection:  # noqa: PT012 - what is before it is undone
        connection.execute(insert(facts).values(name="a", value="b"))
        raise KeyError
    assert values(database) == {}


def test_readers_see_one_moment(database: Database) -> None:
    with database.read() as connection:
        assert connection.execute(select(facts)).all() == []
        with database.write() as writer:
            writer.execute(insert(facts).values(name="a", value="b"))
        assert connection.execute(select(facts)).all() == []
    assert values(database) == {"a": "b"}


def test_what_a_writer_read_still_holds_when_it_writes(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(facts).values(name="count", value="0"))

    def count() -> None:
        for _ in range(5):
            with database.write() as connection:
                found = connection.scalar(select(facts.c.value))
                connection.execute(update(facts).values(value=str(int(found or "0") + 1)))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values(database) == {"count": "20"}


def test_a_row_needs_what_it_belongs_to(database: Database) -> None:
    row = {"intent_id": 7, "at": NOW, "host": "h", "result": "sent"}
    with pytest.raises(LedgerError, match="refused what was asked") as caught, database.write() as connection:
        connection.execute(insert(deliveries).values(row))
    assert "INSERT" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_second_writer_is_told_when_it_waited_too_long(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db?timeout=0.01"
    with open_database(url, NOW) as database, open_database(url, NOW) as other, database.write():  # noqa: SIM117
        with pytest.raises(LedgerError, match="another process has kept it for too long"), other.write():
            pass


# -- SQLite's file -----------------------------------------------------------------------------------------


def test_all_that_is_made_is_private(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with (
            open_database(f"sqlite:///{tmp_path}/a/b/ledger.db", NOW) as database,
            database.write() as connection,
        ):
            connection.execute(insert(facts).values(name="a", value="b"))
            found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a").rglob("*")}
    finally:
        os.umask(old)
    assert found == {"b": 0o700, "ledger.db": 0o600, "ledger.db-wal": 0o600, "ledger.db-shm": 0o600}
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["ledger.db"]


def test_it_is_kept_as_it_says(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/ledger.db", NOW) as database, database.read() as connection:
        found = {
            name: connection.scalar(text(f"pragma {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


@pytest.mark.parametrize("name", ["a b", "ü", "50%25", "a#b", "a@b:c"])
def test_any_folder_will_do(tmp_path: Path, name: str) -> None:
    open_database(f"sqlite:///{tmp_path}/{name}/ledger.db", NOW).close()
    assert (tmp_path / name.replace("%25", "%") / "ledger.db").is_file()


def test_several_at_once_make_one_ledger(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    barrier = threading.Barrier(3)

    def make(number: int) -> None:
        barrier.wait()
        with open_database(url, NOW) as database, database.write() as connection:
            connection.execute(insert(facts).values(name=str(number), value=""))

    threads = [threading.Thread(target=make, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_database(url, NOW) as database:
        assert values(database) == {"0": "", "1": "", "2": ""}
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]


def _overwritten(path: Path) -> None:
    """Damage beyond the first page."""
    open_database(f"sqlite:///{path}", NOW).close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)


def _of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table runs (name text)")


def _newer(path: Path) -> None:
    with open_database(f"sqlite:///{path}", NOW) as database, database.write() as connection:
        connection.execute(text("update ledger_version set version_num = '0999'"))


WRONG: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "no database": (lambda path: path.write_bytes(b"a text " * 1000), "it is no SQLite database", "rebuild, or"),
    "empty": (lambda path: path.write_bytes(b""), "it is empty", "move it away"),
    "a folder": (Path.mkdir, "it is a folder", "name a file"),
    "a pipe": (os.mkfifo, "it is no file", "name a file"),
    "a link to nothing": (lambda path: path.symlink_to("gone"), "there is no such file", "check the name"),
    "damaged": (_overwritten, "it is damaged", "monitor ledger restore"),
    "another program's": (_of_another_program, "tables of another program (runs)", "a database of its own"),
    "a newer monitor's": (_newer, "of a newer monitor (revision 0999, this one knows 0001)", "upgrade monitor"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_ledger(tmp_path: Path, name: str) -> None:
    path = tmp_path / "there" / "ledger.db"
    path.parent.mkdir()
    make, what, fix = WRONG[name]
    make(path)
    for opening in (open_database, open_existing):
        with pytest.raises(LedgerError) as caught:
            opening(f"sqlite:///{path}", NOW)
        assert what in caught.value.what
        assert fix in caught.value.fix
        assert caught.value.where == str(path)
    assert not list(tmp_path.rglob(".tmp-*"))


def test_what_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LedgerError, match="a folder of its path is a file"):
        open_database(f"sqlite:///{tmp_path}/file/ledger.db", NOW)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
@pytest.mark.parametrize("mode", [0o400, 0o000])
def test_what_may_not_be_written(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "ledger.db"
    open_database(f"sqlite:///{path}", NOW).close()
    path.chmod(mode)
    with pytest.raises(LedgerError, match="it may not be written"):
        open_database(f"sqlite:///{path}", NOW)


@pytest.mark.parametrize(
    ("pragma", "what"),
    [
        ("max_page_count=1", "the disk is full"),  # what SQLite says there too
        ("query_only=on", "it may not be written"),
    ],
)
def test_what_cannot_be_written_tears_nothing(tmp_path: Path, pragma: str, what: str) -> None:
    with open_database(f"sqlite:///{tmp_path}/ledger.db", NOW) as database:
        with pytest.raises(LedgerError, match=what), database.write() as connection:  # noqa: PT012 - the pragma first
            connection.exec_driver_sql(f"pragma {pragma}")
            connection.execute(insert(facts).values(name="a", value="b" * 100_000))
        assert values(database) == {}


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("nonsense", "its URL cannot be read"),
        ("mysql://me:s3cr3t@db/a", "it is on neither SQLite nor PostgreSQL"),
        ("sqlite://", "forgets everything"),
        ("sqlite:///:memory:", "forgets everything"),
        ("sqlite:///file:s3cr3t?mode=memory&uri=true", "forgets everything"),
        ("sqlite:////tmp/a.db?mode=ro", "one option"),
        ("sqlite:////tmp/a.db?timeout=s3cr3t", "one option"),
        ("postgresql://me:${s3cr3t}@db/a", "a variable that is not set"),
        ("postgresql://me:s3cr3t@db:port/a", "its URL cannot be read"),
    ],
)
def test_urls_that_name_no_ledger(url: str, what: str) -> None:
    with pytest.raises(LedgerError) as caught:
        connect(url)
    assert what in caught.value.what
    assert caught.value.fix
    assert "s3cr3t" not in str(caught.value)


def test_looking_makes_nothing(tmp_path: Path, postgres: Server) -> None:
    url = postgres.fresh()
    assert open_existing(f"sqlite:///{tmp_path}/ledger.db", NOW) is None
    assert open_existing(url, NOW) is None
    assert list(tmp_path.iterdir()) == []
    with open_database(url, NOW):
        found = open_existing(url, NOW)
        assert found is not None
        found.close()


# -- PostgreSQL --------------------------------------------------------------------------------------------


def test_a_server_that_cannot_be_reached(postgres: Server) -> None:
    for url, what in (
        ("postgresql://me@127.0.0.1:1/ledger?sslmode=s3cr3t", "invalid sslmode value"),
        ("postgresql://me:s3cr3t@127.0.0.1:1/ledger", "refused"),
        (postgres.url("nowhere").replace("postgres@", "postgres:s3cr3t@"), 'database "nowhere" does not exist'),
        (postgres.url("a").replace("postgres@", "nobody:s3cr3t@"), 'role "nobody" does not exist'),
    ):
        with pytest.raises(LedgerError) as caught:
            open_database(url, NOW)
        assert "it cannot be reached" in caught.value.what
        assert what in caught.value.what
        assert caught.value.where.startswith("postgresql://")
        assert "s3cr3t" not in str(caught.value) + repr(connect(url))


class _RefusedError(Exception):
    def __init__(self, state: str) -> None:
        super().__init__("INSERT INTO secrets")
        self.sqlstate = state


@pytest.mark.parametrize(
    ("state", "what"),
    [
        ("28P01", "refuses the login"),
        ("42501", "may not do that there"),
        ("53100", "disk is full"),
        ("55P03", "for too long"),
        ("57P03", "starting or stopping"),
        ("40P01", "gave up"),
        ("22P02", "it refused what was asked (22P02)"),
    ],
)
def test_what_a_server_answers(state: str, what: str) -> None:
    said = str(postgres_fault(_RefusedError(state), "postgresql://db/a", "x"))
    assert what in said
    assert "INSERT" not in said


def test_a_database_of_another_program(postgres: Server) -> None:
    url = postgres.fresh()
    with connect(url) as database, database.write() as connection:
        connection.execute(text("create table alerts (id integer)"))
    with pytest.raises(LedgerError, match=r"another program \(alerts\)"):
        open_database(url, NOW)


def test_a_lost_connection_costs_one_error_at_most(database_url: str) -> None:
    with open_database(database_url, NOW) as database:
        if database.dialect == "sqlite":
            return
        with connect(database_url) as other, other.write() as connection:
            connection.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where pid != pg_backend_pid() and datname = current_database()"
                )
            )
        assert values(database) == {}


PIP = "pip install 'provider-drift-monitor[postgres]'"
OPENING = """
import sys
from datetime import UTC, datetime
sys.modules["psycopg"] = None
from monitor.errors import LedgerError
from monitor.ledger.database import open_database
now = datetime.now(UTC)
open_database(sys.argv[1], now).close()
print("alembic" in sys.modules)
try:
    open_database("postgresql://me:s3cr3t@127.0.0.1/ledger", now)
except LedgerError as error:
    print(error)
"""


def test_what_is_there_needs_no_alembic_and_a_driver_that_is_missing_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    open_database(url, NOW).close()
    done = subprocess.run([sys.executable, "-c", OPENING, url], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "False",
        f"postgresql://127.0.0.1/ledger: PostgreSQL's driver psycopg is not installed; {PIP}",
    ]
