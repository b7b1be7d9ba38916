"""One run at a time for each vendor and state_dir, across processes.

1. The lock is the operating system's, on ``<state_dir>/locks/<vendor>.lock``: it goes with its process, however that
   ends, so it is never stale.
2. ``<vendor>.json`` beside it says who holds it. It only explains: nobody waits for a file left by the dead.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from monitor.errors import LockHeldError, RecordingError, StorageError
from monitor.printable import printable
from monitor.recordings import files
from monitor.recordings.fields import Field, read_document
from monitor.recordings.names import checked_name


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock. ``since`` is ISO UTC; no user's name: state may be an artefact of a CI job."""

    pid: int
    host: str
    since: str
    command: str

    def __str__(self) -> str:
        return (
            f"'{printable(self.command)}' (process {self.pid} on {printable(self.host)}) since {printable(self.since)}"
        )


def _touched(path: Path) -> str:
    """Now, by the disk's clock."""
    os.utime(path)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _alive(pid: int) -> bool:
    if sys.platform == "win32":  # a signal 0 would interrupt it there
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _read_holder(info: Path) -> Holder | None:
    """Who the file says holds the lock; None where it says nothing, or names a process of this host that is gone."""
    try:
        document: Field = read_document(files.read(info), str(info))
        found = Holder(
            document["pid"].integer(),
            document["host"].text(),
            document["since"].text(),
            document["command"].text(),
        )
    except RecordingError:
        return None
    gone = found.host == socket.gethostname() and not (found.pid > 0 and _alive(found.pid))
    return None if gone else found


def holder_of(state_dir: Path, vendor: str) -> Holder | None:
    """Who holds the vendor's lock, as far as its holder says; the lock is not touched. None: nobody that lives."""
    return _read_holder(state_dir / "locks" / f"{checked_name(vendor, 'a vendor')}.json")


def _acquired(lock: FileLock, path: Path, wait: float | None) -> bool:
    with files.told(path):
        try:
            lock.acquire(timeout=-1 if wait is None else max(0.0, wait))
        except Timeout:
            return False
        except NotImplementedError:
            raise StorageError(
                "this disk has no file locks", where=files.shown(path), fix="set state_dir to a folder on a local disk"
            ) from None
        except RuntimeError:  # this very thread holds it, and would wait for itself
            return False
    return True


@contextmanager
def vendor_lock(state_dir: Path, vendor: str, holder: str, wait: float | None) -> Iterator[None]:
    """Holds the vendor's lock. ``holder`` is the command, as others are told it.

    ``wait``: seconds to wait for another run to end, 0 not at all, None for as long as it takes.
    Raises LockHeldError that says who holds it, StorageError where state_dir cannot be written.
    """
    name = checked_name(vendor, "a vendor")
    with _lock(state_dir / "locks", name, holder, wait) as other:
        if other is not None:
            what = f"vendor {printable(vendor)} is in use by {other.holder or 'another run'}"
            raise LockHeldError(what, where=other.where, fix="let it end, or wait for it with --wait")
        yield


@contextmanager
def daemon_lock(state_dir: Path, holder: str) -> Iterator[None]:
    """Held by the one daemon of a state_dir for as long as it runs. Raises LockHeldError and StorageError as above."""
    with _lock(state_dir, "daemon", holder, 0) as other:
        if other is not None:
            what = f"a daemon runs with this state_dir: {other.holder or 'another process'}"
            raise LockHeldError(what, where=other.where, fix="end that one first, or give this one its own state_dir")
        yield


@dataclass(frozen=True, slots=True)
class _Other:
    holder: Holder | None
    where: str


@contextmanager
def _lock(folder: Path, name: str, holder: str, wait: float | None) -> Iterator[_Other | None]:
    """Gives None while it is held, or who holds it instead."""
    files.make_folder(folder)
    path, info = folder / f"{name}.lock", folder / f"{name}.json"
    lock = FileLock(path, mode=0o600, thread_local=False)
    if not _acquired(lock, path, wait):
        yield _Other(_read_holder(info), files.shown(path))
        return
    try:
        with files.told(path):
            since = _touched(path)
        told = Holder(os.getpid(), socket.gethostname(), since, holder)
        with suppress(StorageError):  # it only explains, and a full disk must not keep prune from making room
            files.replace(info, json.dumps(asdict(told)).encode("ascii"))
        yield None
    finally:
        with suppress(OSError):
            info.unlink()
        lock.release()
