"""Files that are whole or not there.

1. Bytes go to a temporary file (``.tmp-...``) in the same folder, are synced, and only then get their name; the
   folder is synced last. A crash leaves temporary files, which readers pass over, and never half a recording.
2. ``write_new`` takes a name by a hard link, which fails where the name is taken: no recording is ever overwritten.
3. Everything is private: files 0600, folders 0700.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from monitor.errors import RecordingError, StorageError
from monitor.printable import printable

TEMPORARY: Final = ".tmp-"
MAX_FILE: Final = 2_000_000_000  # bytes; what claims to be larger is not read
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_NO_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF})
_FIXES: Final = {
    errno.ENOSPC: ("the disk is full", "free some space"),
    errno.EDQUOT: ("the disk quota is used up", "free some space"),
    errno.EFBIG: ("the file would be larger than this system allows", "raise the limit (ulimit -f)"),
    errno.EROFS: ("the disk is read-only", "mount it for writing, or choose another folder in monitor.yaml"),
    errno.EACCES: ("it may not be written", "give this user the right to write there"),
    errno.EPERM: ("it may not be written", "give this user the right to write there"),
    errno.ENAMETOOLONG: ("the name is too long for this disk", "use a shorter vendor name or folder"),
    errno.ENOTDIR: ("a folder of its path is a file", "move that file away"),
    errno.EISDIR: ("a folder is in its place", "move that folder away"),
    errno.EEXIST: ("there is one already, and recordings are never overwritten", "see why one name came up twice"),
    errno.EMFILE: ("too many files are open", "raise the limit (ulimit -n)"),
    errno.ELOOP: ("its path is a loop of symbolic links", "remove the links"),
}

_PUBLIC: Final = 0o644  # the mode of files that a repository holds


def shown(path: Path) -> str:
    return printable(str(path), 500)


def storage_error(error: OSError, path: Path) -> StorageError:
    """What the system said about ``path``, as a person can act on it."""
    what, fix = _FIXES.get(error.errno or 0, (f"it cannot be written: {error.strerror}", "check the disk"))
    return StorageError(what, where=shown(path), fix=fix)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns what the system refuses within into a StorageError about ``path``."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, path) from None
    except ValueError:  # a NUL in the path
        raise StorageError("this is no path", where=shown(path), fix="choose another name") from None


def sync_folder(folder: Path) -> None:
    """What was made, renamed or deleted in the folder outlasts a loss of power."""
    if sys.platform == "win32":  # a folder cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_SYNC:  # some network disks cannot sync a folder
            raise
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """``folder`` and its parents, private where they are new. Raises StorageError."""
    with told(folder):
        missing = [folder, *folder.parents]
        for path in reversed([p for p in missing if not p.exists()]):
            with suppress(FileExistsError):  # made by another run meanwhile
                path.mkdir(mode=0o700)
                sync_folder(path.parent)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))


def _take_new(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if path.exists() or path.is_symlink():  # no hard links here: the vendor's lock keeps other runs away
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        temporary.rename(path)
    else:
        temporary.unlink()


def _take(temporary: Path, path: Path) -> None:
    temporary.replace(path)


def _write(path: Path, data: bytes, take: Callable[[Path, Path], None], mode: int | None = None) -> None:
    make_folder(path.parent)
    with told(path):
        handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)  # 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if mode is not None:
                Path(name).chmod(mode)
            take(Path(name), path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        sync_folder(path.parent)


def write_new(path: Path, data: bytes) -> None:
    """Writes ``data`` to ``path``, whole and durable, or not at all. Raises StorageError, also where it exists."""
    _write(path, data, _take_new)


def replace(path: Path, data: bytes, mode: int | None = None) -> None:
    """The same, and an older file of the name is replaced in one step. ``mode`` is for files that are not private."""
    _write(path, data, _take, mode)


def publish(path: Path, data: bytes) -> None:
    """A file that a repository holds: a link stays one, and so does its mode; a new one may be read by all."""
    with told(path):
        file = path.resolve()
        file.parent.mkdir(parents=True, exist_ok=True)
        mode = file.stat().st_mode & 0o777 if file.exists() else _PUBLIC
    replace(file, data, mode)


def _without_waiting(path: str, flags: int) -> int:
    # Windows has neither; there nothing blocks and nothing is inherited
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))


def read(path: Path, limit: int | None = None) -> bytes:
    """All of a regular file, or its first ``limit`` bytes. Raises RecordingError.

    A pipe or device is refused, and opening it does not wait: reading it could last for ever.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise RecordingError("it is no file", where=shown(path), fix="name a .har file")
            if limit is None and status.st_size > MAX_FILE:
                raise RecordingError("it is too large for a recording", where=shown(path), fix="name a .har file")
            return file.read(-1 if limit is None else limit)
    except IsADirectoryError:
        raise RecordingError("it is a folder", where=shown(path), fix="name a .har file") from None
    except FileNotFoundError:
        raise RecordingError("there is no such file", where=shown(path), fix="check the name") from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "this is no path"
        raise RecordingError(f"it cannot be read: {reason}", where=shown(path), fix="check its permissions") from None
