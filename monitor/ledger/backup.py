"""The whole ledger in one file (portable.py, gzip'd), which either database takes back: it also moves from one to the
other.

1. A backup is one moment of the ledger. It is written under a temporary name and then renamed: an older one of the
   name is kept until the new one is whole.
2. It is restored in one transaction, and only after all of it was read once and found whole: else nothing changes.
3. What is replaced is backed up before, in the same transaction.
4. Ids are kept, and PostgreSQL's sequences go on after them.
"""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, Final, cast

from sqlalchemy import Connection, delete, func, insert, select, text

from monitor.errors import StorageError, UsageError
from monitor.ledger.database import Database
from monitor.ledger.portable import BATCH, Reader, lines_of
from monitor.ledger.sqlitefile import TEMPORARY, make_folder, sync_folder
from monitor.ledger.tables import metadata
from monitor.printable import printable

_GO_ON: Final = """select setval(
    pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1), coalesce(max(id), 0) > 0) from {table}"""


@dataclass(frozen=True, slots=True)
class Contents:
    """How many rows each table has, by name; those without any are left out."""

    rows: Mapping[str, int]

    def __str__(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in self.rows.items()) or "no rows"


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes a backup, and when."""

    version: str  # of monitor
    now: datetime


def contents(connection: Connection) -> Contents:
    counted = ((t.name, connection.scalar(select(func.count()).select_from(t)) or 0) for t in metadata.sorted_tables)
    return Contents({name: count for name, count in counted if count})


# -- writing -----------------------------------------------------------------------------------------------


def _compressed(lines: Iterable[bytes], file: BinaryIO) -> None:
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as packed:
        for line in lines:
            packed.write(line)


def _save(path: Path, lines: Iterable[bytes]) -> None:
    if path.exists() and not path.is_file():  # a pipe or device, /dev/stdout for one
        with path.open("wb") as file:
            _compressed(lines, file)
        return
    handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            _compressed(lines, file)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    sync_folder(path.parent)


def _back_up(connection: Connection, path: Path, maker: Maker, *, anew: bool = False) -> None:
    """``anew``: its folder is ours, and made where it is not there; a folder that a person named is not."""
    where = printable(str(path), 500)
    try:
        if anew:
            make_folder(path.parent)
        _save(path, lines_of(connection, maker.now, maker.version))
    except FileNotFoundError:
        fix = "make the folder, or name another file"
        raise UsageError("its folder is not there", where=where, fix=fix) from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "this is no path"
        raise StorageError(f"it cannot be written: {reason}", where=where, fix="name another file") from None


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except (OSError, ValueError):  # not there, or no path
        return False


def back_up(database: Database, path: Path, maker: Maker) -> Contents:
    """Writes the whole ledger to ``path`` (0600). Raises UsageError, StorageError, LedgerError."""
    if database.file is not None and _same(path, database.file):
        raise UsageError("this is the ledger itself", where=printable(str(path), 500), fix="name another file")
    with database.read() as connection:
        _back_up(connection, path, maker)
        return contents(connection)


# -- restoring ---------------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[Reader]:
    where = printable(str(path), 500)
    try:
        file = gzip.open(path)  # noqa: SIM115 - closed below, and only this may be told so
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "this is no path"
        fix = "name a file of monitor ledger backup"
        raise UsageError(f"it cannot be read: {reason}", where=where, fix=fix) from None
    with file:
        yield Reader(cast("BinaryIO", file), where)


def _check(path: Path) -> None:
    with _opened(path) as reader:
        for _ in reader.rows():
            pass


def _replace(connection: Connection, path: Path) -> None:
    for table in reversed(metadata.sorted_tables):
        connection.execute(delete(table))
    with _opened(path) as reader:
        for table, pairs in groupby(reader.rows(), itemgetter(0)):
            rows = map(itemgetter(1), pairs)
            while batch := list(islice(rows, BATCH)):
                connection.execute(insert(table), batch)
    if connection.dialect.name == "postgresql":
        for table in metadata.sorted_tables:
            if table.autoincrement_column is not None:
                connection.execute(text(_GO_ON.format(table=table.name)))


def restore(database: Database, path: Path, maker: Maker, aside: Path | None) -> Contents:
    """Fills the ledger from the backup at ``path``. ``aside``: where what it holds now is backed up before that.

    Raises UsageError where it holds something and ``aside`` is None, or where the backup is not whole or not ours,
    StorageError where ``aside`` cannot be written. Then nothing has changed.
    """
    _check(path)
    with database.write() as connection:
        present = contents(connection)
        if present.rows:
            if aside is None:
                raise UsageError(
                    f"the ledger is not empty ({present})", where=database.where, fix="--force replaces it"
                )
            if aside.exists():  # it might be the very file that is to be restored
                what = "there is a file of that name already"
                raise StorageError(what, where=printable(str(aside), 500), fix="move it away")
            _back_up(connection, aside, maker, anew=True)
        _replace(connection, path)
        return contents(connection)
