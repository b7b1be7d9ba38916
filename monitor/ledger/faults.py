"""Every foreign error of a database, mapped in one place to one LedgerError.

No text of a driver is passed on but PostgreSQL's reason for refusing a connection, and that without its password: SQL,
parameters and URLs may hold what must not be shown.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from monitor.errors import LedgerError
from monitor.printable import printable

DAMAGED: Final = "move it away, then: monitor ledger rebuild, or monitor ledger restore FILE"
_BUSY: Final = ("another process has kept it for too long", "let it end, and try again")
_FULL: Final = ("the disk is full", "free some space")
_READ_ONLY: Final = ("it may not be written", "give this user the right to write it and its folder")
_SQLITE: Final = {
    "BUSY": _BUSY,
    "LOCKED": _BUSY,
    "PROTOCOL": _BUSY,
    "FULL": _FULL,
    "READONLY": _READ_ONLY,
    "PERM": _READ_ONLY,
    "CANTOPEN": ("it cannot be opened", "check that its folder is there, and that this user may write it"),
    "NOTADB": ("it is no SQLite database", DAMAGED),
    "CORRUPT": ("it is damaged", DAMAGED),
    "IOERR": ("the disk cannot be read or written", "check the disk; a network disk cannot hold a ledger"),
    "NOMEM": ("there is no memory left", "free some memory"),
    "TOOBIG": ("something is too large for it", "please report it"),
}
_POSTGRES: Final = {  # by SQLSTATE, or its class
    "28": ("it refuses the login", "check user and password in the URL under ledger: in monitor.yaml"),
    "3D": ("there is no such database", "make it: createdb, or check its name under ledger: in monitor.yaml"),
    "42501": ("this user may not do that there", "give it the right to make and write tables in that database"),
    "53100": ("its disk is full", "free some space there"),
    "53300": ("it has no connection left", "try again, or raise its max_connections"),
    "55P03": _BUSY,
    "57014": ("it gave up what was asked", "raise its statement_timeout"),
    "57P": ("it is starting or stopping", "try again"),
    "25006": ("it is read-only", "name the primary server under ledger: in monitor.yaml"),
    "40": ("it gave up what was asked, because of another process", "try again"),
    "08": ("its connection was lost", "try again"),
    "XX": ("it is damaged", "see the server's log"),
}
_REPORT: Final = "please report it"


def storage_fault(error: OSError, where: str) -> LedgerError:
    """What the system said about the file of a ledger."""
    said: dict[int, tuple[str, str]] = {
        errno.ENOSPC: _FULL,
        errno.EDQUOT: ("the disk quota is used up", "free some space"),
        errno.EROFS: ("the disk is read-only", "mount it for writing, or name another file under ledger:"),
        errno.EACCES: _READ_ONLY,
        errno.EPERM: _READ_ONLY,
        errno.ENOTDIR: ("a folder of its path is a file", "name another file under ledger: in monitor.yaml"),
        errno.EISDIR: ("it is a folder", "name a file under ledger: in monitor.yaml"),
        errno.ENOENT: ("there is no such file", "check the name"),
    }
    number = error.errno or 0
    reason = f"it cannot be read or written: {os.strerror(number)}" if number else "it cannot be read or written"
    what, fix = said.get(number, (reason, "check the disk"))
    return LedgerError(what, where=where, fix=fix)


def sqlite_fault(error: sqlite3.Error, where: str) -> LedgerError:
    name = getattr(error, "sqlite_errorname", "") or ""
    word = name.removeprefix("SQLITE_").partition("_")[0]
    what, fix = _SQLITE.get(word, (f"it refused what was asked ({name or type(error).__name__})", _REPORT))
    return LedgerError(what, where=where, fix=fix)


def _refusal(error: BaseException, hidden: Sequence[str]) -> str:
    """Why libpq did not connect, as it says itself: the first line of its text."""
    lines = str(error).strip().splitlines() or [""]
    text = lines[0].removeprefix("connection failed: ")
    for secret in hidden:
        text = text.replace(secret, "***")
    return printable(text, 300)


def hidden_of(url: URL) -> tuple[str, ...]:
    """What stands in a URL and in no text: the password and the values of options, the longest first."""
    options = [value for given in url.query.values() for value in ((given,) if isinstance(given, str) else given)]
    return tuple(sorted(filter(None, (url.password, *options)), key=len, reverse=True))


def postgres_fault(error: BaseException, where: str, hidden: Sequence[str]) -> LedgerError:
    state = getattr(error, "sqlstate", None) or ""
    for length in (5, 3, 2):
        if state and state[:length] in _POSTGRES:
            what, fix = _POSTGRES[state[:length]]
            return LedgerError(what, where=where, fix=fix)
    if not state and type(error).__name__ in ("OperationalError", "ConnectionTimeout"):
        reason = _refusal(error, hidden)
        return LedgerError(
            f"it cannot be reached: {reason}", where=where, fix="check the URL under ledger: and the server"
        )
    return LedgerError(f"it refused what was asked ({state or type(error).__name__})", where=where, fix=_REPORT)


def ledger_fault(error: SQLAlchemyError, where: str, hidden: Sequence[str] = ()) -> LedgerError:
    """What went wrong at the ledger ``where``, as a person can act on it."""
    original = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(original, sqlite3.Error):
        return sqlite_fault(original, where)
    if isinstance(original, BaseException):
        return postgres_fault(original, where, hidden)
    if isinstance(error, PoolTimeout):
        return LedgerError("too many of its connections are in use at once", where=where, fix=_REPORT)
    return LedgerError(f"it could not be asked ({type(error).__name__})", where=where, fix=_REPORT)


@contextmanager
def told(where: str, hidden: Sequence[str] = ()) -> Iterator[None]:
    """Turns what a database refuses within into a LedgerError."""
    try:
        yield
    except SQLAlchemyError as error:
        raise ledger_fault(error, where, hidden) from None
    except UnicodeDecodeError:  # a name of a table that is none any more, say
        what, fix = _SQLITE["CORRUPT"]
        raise LedgerError(what, where=where, fix=fix) from None


@contextmanager
def file_told(where: str) -> Iterator[None]:
    """Turns what SQLite or the disk refuses within into a LedgerError about a file."""
    try:
        yield
    except sqlite3.Error as error:
        raise sqlite_fault(error, where) from None
    except OSError as error:
        raise storage_fault(error, where) from None
    except ValueError:  # a NUL in the path
        raise LedgerError("this is no path", where=where, fix="name another file") from None
