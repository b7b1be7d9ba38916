"""Names that become files and folders: checked, because they come from disk, contracts and command lines."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from monitor.errors import RecordingError
from monitor.printable import printable

RUNS: Final = "runs"
BASELINE: Final = "baseline"
PLAN: Final = "plan.json"
REPORT: Final = "report.json"
HAR: Final = ".har"
PRETTY: Final = ".pretty.json"

_FORBIDDEN: Final = re.compile(r'[/\\:<>"|?*\x00-\x1f\x7f-\x9f\ud800-\udfff]')
_RUN_ID: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}")
_RESERVED: Final = frozenset({PLAN, REPORT})  # our own files, beside vendors' folders


def is_run_id(text: str) -> bool:
    return _RUN_ID.fullmatch(text) is not None


def checked_run_id(text: str) -> str:
    """``text``, if it is a run id; else raises RecordingError."""
    if is_run_id(text):
        return text
    raise RecordingError(f"'{printable(text)}' is no run id", fix="one looks like 20261122T085800Z-ab12cd")


def moment_of(run_id: str) -> datetime | None:
    """When the run of this id began; None where the id is none, or names no moment."""
    if is_run_id(run_id):
        with suppress(ValueError):
            return datetime.strptime(run_id[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return None


def is_name(text: str) -> bool:
    """May ``text`` be the name of a file or folder of ours? One path segment, visible, without control characters."""
    return text != "" and not text.startswith(".") and text not in _RESERVED and not _FORBIDDEN.search(text)


def checked_name(text: str, what: str) -> str:
    """``text``, if it can be a file's name; ``what`` says what it names. Raises RecordingError."""
    if is_name(text):
        return text
    raise RecordingError(
        f"'{printable(text)}' cannot be the name of {what}", fix="use letters, digits, blanks, - and _"
    )
