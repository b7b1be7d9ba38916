"""What was judged before: verdicts by the digest of all that they rest on, in an SQLite file below state_dir.

1. It is a cache: whatever is wrong with the file (cut, another program's, a full disk, locked) costs time and nothing
   else. A file that cannot be read is made anew.
2. Only whole verdicts are kept (same, drifted, no_baseline), after masking. A row carries a digest of itself, so that a
   damaged one is no verdict.
3. What is new is written once, at the end; rows that were not used for longest go first.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from pydantic import TypeAdapter, ValidationError

from monitor.model import Case, Judgement, Limits, StoredCase
from monitor.pipeline.keys import is_repeatable, key_of
from monitor.pipeline.tools import Judges

MAX_ROWS: Final = 20_000
LARGEST: Final = 10_000  # bytes of a judgement that is kept
MOST_FINDINGS: Final = 50  # of a judgement that is kept: a hostile vendor could fill disk and memory
_WAIT: Final = 2.0  # seconds for another process to let go of the file
_TABLE: Final = "create table if not exists verdicts (key blob primary key, run integer, seal blob, judgement blob)"
_COLUMNS: Final = ("key", "run", "seal", "judgement")
_FORGET: Final = """delete from verdicts where key in (
    select key from verdicts order by run limit max(0, (select count(*) from verdicts) - ?))"""
_judgements: Final = TypeAdapter(Judgement)


def _seal(key: bytes, judgement: bytes) -> bytes:
    return hashlib.blake2b(judgement, key=key, digest_size=16).digest()


class VerdictCache:
    """The file at ``path`` with at most ``most`` verdicts; what is new is written by ``close``. Thread-safe."""

    def __init__(self, path: Path, most: int = MAX_ROWS) -> None:
        self._path = path
        self._most = most
        self._lock = threading.Lock()
        self._new: dict[bytes, Judgement] = {}
        self._used: set[bytes] = set()
        self._connection = self._opened()

    def _opened(self) -> sqlite3.Connection | None:
        try:
            return self._connected()
        except (OSError, sqlite3.OperationalError):  # locked, or not to be written: another time
            return None
        except sqlite3.DatabaseError:
            with suppress(OSError, sqlite3.Error):
                self._path.unlink()
                return self._connected()
            return None

    def _connected(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("pragma synchronous=off")  # a torn file is noticed and made anew
            connection.execute(_TABLE)
            columns = tuple(row[1] for row in connection.execute("pragma table_info(verdicts)"))
            if columns != _COLUMNS:
                raise sqlite3.DatabaseError("another program's table")
            connection.execute("select * from verdicts limit 1").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def get(self, key: bytes) -> Judgement | None:
        with self._lock:
            if self._connection is None:
                return None
            try:
                row = self._connection.execute("select seal, judgement from verdicts where key = ?", (key,)).fetchone()
            except sqlite3.Error:
                return None
        if row is None or not isinstance(row[1], bytes) or _seal(key, row[1]) != row[0]:
            return None
        try:
            found = _judgements.validate_json(row[1])
        except ValidationError:
            return None
        self._used.add(key)
        return found

    def put(self, key: bytes, judgement: Judgement) -> None:
        with self._lock:
            self._new[key] = judgement

    def _rows(self, run: int) -> Iterator[tuple[bytes, int, bytes, bytes]]:
        for key, judgement in self._new.items():
            data = _judgements.dump_json(judgement)
            if len(data) <= LARGEST:
                yield key, run, _seal(key, data), data

    def _write(self, connection: sqlite3.Connection) -> None:
        connection.execute("begin immediate")
        (run,) = connection.execute("select coalesce(max(run), 0) + 1 from verdicts").fetchone()
        connection.executemany("insert or replace into verdicts values (?, ?, ?, ?)", self._rows(run))
        connection.executemany("update verdicts set run = ? where key = ?", [(run, key) for key in self._used])
        connection.execute(_FORGET, (self._most,))
        connection.execute("commit")

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is None:
                return
            with closing(connection), suppress(sqlite3.Error):
                if self._new or self._used:
                    self._write(connection)


class RememberingJudges:
    """Judges what is not in the cache. The pool behind it is opened only when something is to be judged.

    ``program`` stands for the version of all that judges; ``clean`` masks what is kept.
    """

    def __init__(
        self,
        pool: Callable[[], AbstractContextManager[Judges]],
        cache: VerdictCache,
        program: bytes,
        clean: Callable[[Judgement], Judgement],
    ) -> None:
        self._open_pool = pool
        self._cache = cache
        self._program = program
        self._clean = clean
        self._judges: Judges | None = None
        self._closing = ExitStack()

    def submit(self, case: Case | StoredCase, limits: Limits) -> Future[Judgement]:
        repeatable = is_repeatable(case)
        key = key_of(case, self._program) if repeatable else b""
        known = self._cache.get(key) if repeatable else None
        if known is not None:
            done: Future[Judgement] = Future()
            done.set_result(known)
            return done
        if self._judges is None:
            self._judges = self._closing.enter_context(self._open_pool())
        future = self._judges.submit(case, limits)
        if repeatable:
            future.add_done_callback(lambda judged: self._keep(key, judged))
        return future

    def _keep(self, key: bytes, judged: Future[Judgement]) -> None:
        if judged.cancelled() or judged.exception() is not None or not judged.result().outcome.judged:
            return
        if len(judged.result().findings) <= MOST_FINDINGS:
            self._cache.put(key, self._clean(judged.result()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing.__exit__(kind, error, at)


@contextmanager
def remembering(
    path: Path,
    pool: Callable[[], AbstractContextManager[Judges]],
    program: bytes,
    clean: Callable[[Judgement], Judgement],
) -> Iterator[Judges]:
    """Judges with the cache at ``path``; what is new is kept however this ends."""
    with closing(VerdictCache(path)) as cache, RememberingJudges(pool, cache, program, clean) as judges:
        yield judges
