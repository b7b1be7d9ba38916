"""What the daemon tells of itself: one line an event, as text or as a JSON object.

    started, stopping, stopped         signal, clean
    reloaded, reload_failed            vendors; faults: every one of them
    check_started                      vendor, slot, late (seconds after it)
    check_finished                     vendor, run, exit, reasons
    check_skipped                      vendor, slot: a check has begun since
    check_failed                       vendor, error, again: it ended without a report, and when it is tried again
    check_stopped                      vendor: the daemon ends; the next run closes this one
    check_overlapped                   vendor: the one before is still under way
    check_missed                       vendor, slot, slots
    delivered                          what came of the alerts that were due
    clock_jumped                       seconds, negative where it went back
    failed                             job, error: something else went wrong; told once, the daemon goes on
    mended                             job: what had failed works again

Every event has ``time`` (UTC) and ``event`` first. No secret is in one: reports are masked, and errors hold none.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from monitor.model.moments import stamp
from monitor.printable import printable

Field: TypeAlias = "str | int | bool | Sequence[str]"
LONGEST = 2_000  # characters of one text in an event


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


class Events(Protocol):
    def __call__(self, event: str, /, **fields: Field) -> None:
        """Tells of an event; never raises, and may be called from any thread."""
        ...


def _safe(value: Field) -> Field:
    if isinstance(value, str):
        return printable(value, LONGEST)
    return value if isinstance(value, int) else [printable(text, LONGEST) for text in value]


def _text(value: Field) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    told = value if isinstance(value, str) else "; ".join(value)
    return told if told and " " not in told and '"' not in told else json.dumps(told, ensure_ascii=False)


def line(form: LogFormat, event: str, at: datetime, fields: Mapping[str, Field]) -> str:
    """One event on one line, without its end."""
    shown = {name: _safe(value) for name, value in fields.items()}
    if form is LogFormat.JSON:
        return json.dumps({"time": stamp(at), "event": event, **shown}, ensure_ascii=False)
    return " ".join([stamp(at), event, *(f"{name}={_text(value)}" for name, value in shown.items())])


class EventLog:
    """Writes events with ``write``, one whole line at a time."""

    def __init__(self, write: Callable[[str], None], form: LogFormat, clock: Callable[[], datetime]) -> None:
        self._write = write
        self._form = form
        self._clock = clock
        self._lock = threading.Lock()

    def __call__(self, event: str, /, **fields: Field) -> None:
        with self._lock:
            self._write(line(self._form, event, self._clock(), fields) + "\n")
