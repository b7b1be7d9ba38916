"""One thing looked at, and a guard that lets the rest be looked at whatever happens to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from monitor.calling.client import Caller
from monitor.errors import ConfigError, ConfigFault, MonitorError
from monitor.model import Settings, Vendor
from monitor.pipeline.tools import Judges
from monitor.recordings.masking import Masker


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """What was found out about ``name``; ``fix`` is what the person can do, empty where there is nothing to do."""

    name: str
    state: State
    what: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """What doctor needs from outside. ``config`` is the file that the user names, ``folder`` the working folder."""

    config: Path | None
    folder: Path
    environ: Mapping[str, str] = field(repr=False)
    clock: Callable[[], datetime]
    judges: Callable[[], AbstractContextManager[Judges]]
    caller: Callable[[Vendor], Caller]
    masker: Callable[[Settings], Masker]


def ok(name: str, what: str) -> Check:
    return Check(name, State.OK, what)


def warning(name: str, what: str, fix: str = "") -> Check:
    return Check(name, State.WARNING, what, fix)


def failed(name: str, what: str, fix: str = "") -> Check:
    return Check(name, State.FAILED, what, fix)


def skipped(name: str, what: str) -> Check:
    return Check(name, State.SKIPPED, what)


def of_fault(name: str, fault: ConfigFault) -> Check:
    place = f"{fault.file}:{fault.line}:{fault.column}" if fault.line else fault.file
    path = f" {fault.path}:" if fault.path else ""
    return failed(name, f"{place}:{path} {fault.what}", fault.fix)


def of_error(name: str, error: MonitorError) -> Iterator[Check]:
    """One check for each fault that ``error`` tells."""
    if isinstance(error, ConfigError):
        yield from (of_fault(name, fault) for fault in error.faults)
        return
    yield failed(name, f"{error.where}: {error.what}" if error.where else error.what, error.fix)


def guarded(name: str, look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """What ``look`` finds; where it breaks, that is what was found out about ``name``."""
    try:
        yield from look()
    except MonitorError as error:
        yield from of_error(name, error)
    except Exception as error:  # noqa: BLE001 - a bug or an odd machine must not hide the other checks
        yield failed(name, f"it could not be looked at ({type(error).__name__})", "please report it")
