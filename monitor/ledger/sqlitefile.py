"""The file of an SQLite ledger: private, whole from its first moment, never made over another.

SQLite gives its companions (-wal, -shm) the mode of the file itself, so 0600 is set once.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from monitor.errors import LedgerError
from monitor.ledger.faults import DAMAGED, file_told
from monitor.printable import printable

TEMPORARY: Final = ".tmp-"
COMPANIONS: Final = ("-wal", "-shm", "-journal")
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def shown(path: Path) -> str:
    return printable(str(path), 500)


def exists(path: Path) -> bool:
    with file_told(shown(path)):
        return os.path.lexists(path)


def check(path: Path) -> None:
    """Raises LedgerError where the file cannot be a ledger that we may write. Nothing is opened."""
    where = shown(path)
    with file_told(where):
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, "")
        if not stat.S_ISREG(status.st_mode):
            raise LedgerError("it is no file", where=where, fix="name a file under ledger: in monitor.yaml")
        if status.st_size == 0:
            raise LedgerError("it is empty, so something has cut it", where=where, fix=DAMAGED)
        if not (os.access(path, os.R_OK | os.W_OK) and os.access(path.parent, os.W_OK)):
            raise PermissionError(errno.EACCES, "")


def make_folder(folder: Path) -> None:
    """``folder`` and its parents, private where they are new."""
    for path in reversed([p for p in (folder, *folder.parents) if not p.exists()]):
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)


def sync_folder(folder: Path) -> None:
    if sys.platform == "win32":  # a folder cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some disks cannot sync a folder
            os.fsync(handle)
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """``path`` and what SQLite may have left beside it."""
    for name in (str(path), *(f"{path}{suffix}" for suffix in COMPANIONS)):
        with suppress(OSError):
            Path(name).unlink()


def _take(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass  # another process was quicker
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if not path.exists():  # no hard links here: the moment in between is the best that there is
            temporary.rename(path)


@contextmanager
def new(path: Path) -> Iterator[Path]:
    """A temporary database in WAL mode, to be filled and closed; then it is ``path``, unless there is one by now."""
    with file_told(shown(path)):
        make_folder(path.parent)
        handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)  # 0600
        os.close(handle)
    temporary = Path(name)
    try:
        with file_told(shown(path)), closing(sqlite3.connect(temporary)) as connection:
            connection.execute("pragma journal_mode=wal")
        yield temporary
        with file_told(shown(path)):
            _take(temporary, path)
    finally:
        remove(temporary)
    with file_told(shown(path)):
        sync_folder(path.parent)


def copy(path: Path, to: Path) -> None:
    """One moment of the database at ``path``, whole, as the new file ``to`` (0600). Raises LedgerError."""
    with file_told(shown(to)):
        handle = os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as target:
                source.backup(target)
            os.fsync(handle)
        except BaseException:
            remove(to)
            raise
        finally:
            os.close(handle)
        sync_folder(to.parent)
