"""Every error that leaves a room, with what a person needs to act on it.

    MonitorError                 what, where, fix; culprit; exit code
    |- UsageError           2    the command line asks for what cannot be
    |- ConfigError          2    monitor.yaml or a file it names is wrong (all faults at once)
    |- ContractError        2    a contract, translation or schema is wrong
    |- JsonError            -    bytes that are not the JSON they should be
    |- CaptureError         2    a HAR capture cannot be read, or holds nothing to take
    |- RecordingError       3    a stored recording, plan, report or baseline cannot be read
    |- NotJudgedError       3    our engine failed, was too slow or too big for this one case
    |- LockHeldError        3    another run holds the vendor
    |- LedgerError         70    the ledger cannot be reached, read or written, or is a newer monitor's
    `- StorageError        70    the disk is full, read-only or gone

Outcomes are values; an exception means that something could not be judged at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Culprit(StrEnum):
    """Whose fault it is, so that the right person is asked to mend it."""

    USER = "user"
    VENDOR = "vendor"
    EDGE = "edge"  # the network, the disk, the machine
    OURS = "ours"


class MonitorError(Exception):
    """A fault told as one line: ``where: what; fix``.

    ``what`` says what is wrong, ``where`` is a ``file:line:col``, a path or a name (may be empty),
    ``fix`` is what the person can do (may be empty). None of them ever holds a secret.
    """

    culprit: Culprit = Culprit.OURS
    exit_code: int = 70

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}; {self.fix}" if self.fix else text


class UsageError(MonitorError):
    culprit = Culprit.USER
    exit_code = 2


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """One thing wrong in a user's file. ``line`` and ``column`` count from 1; 0 means unknown."""

    file: str
    line: int
    column: int
    path: str
    what: str
    fix: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        path = f" {self.path}:" if self.path else ""
        fix = f"; {self.fix}" if self.fix else ""
        return f"{place}:{path} {self.what}{fix}"


class ConfigError(MonitorError):
    """All faults of a configuration at once, in file order."""

    culprit = Culprit.USER
    exit_code = 2

    def __init__(self, faults: Sequence[ConfigFault]) -> None:
        super().__init__("; ".join(fault.what for fault in faults))
        self.faults = tuple(sorted(faults, key=lambda f: (f.file, f.line, f.column)))

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class ContractError(MonitorError):
    culprit = Culprit.USER
    exit_code = 2


class JsonError(MonitorError):
    """Bytes that are not JSON, or JSON past our bounds. ``where`` is ``line L, column C`` if known."""

    culprit = Culprit.VENDOR
    exit_code = 3


class CaptureError(MonitorError):
    """``where`` is the file, and the JSON path in it if known."""

    culprit = Culprit.USER
    exit_code = 2


class RecordingError(MonitorError):
    culprit = Culprit.EDGE
    exit_code = 3


class NotJudgedError(MonitorError):
    culprit = Culprit.OURS
    exit_code = 3


class LockHeldError(MonitorError):
    culprit = Culprit.USER
    exit_code = 3


class LedgerError(MonitorError):
    culprit = Culprit.EDGE
    exit_code = 70


class StorageError(MonitorError):
    culprit = Culprit.EDGE
    exit_code = 70
