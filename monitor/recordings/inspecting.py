"""What is wrong in the recordings folder, file by file. Nothing is written here.

Damaged is what a verdict may not rest on any more: a file that cannot be read, was changed, lies in another's place, or
is gone although a report rests on it; a baseline that nobody approved; a link out of the folder, behind which nothing
is read. All else is a note. One file is open at a time, and nothing of it is kept: memory stays flat.
"""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from monitor.errors import MonitorError, RecordingError
from monitor.model import Plan, RunReport
from monitor.printable import printable
from monitor.recordings.fields import RESTORE
from monitor.recordings.names import BASELINE, HAR, PLAN, PRETTY, REPORT, RUNS
from monitor.recordings.store import Store
from monitor.recordings.upkeep import Entry, run_folder, walk

_OTHERS: Final = 0o077  # what a group and everybody else may do
_DAMAGED_RUN: Final = "restore it from a backup, or delete the run's folder"


class State(StrEnum):
    DAMAGED = "damaged"
    NOTE = "note"
    MENDED = "mended"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the file or folder at ``path``, below the recordings folder (may be empty: of no one file)."""

    path: str
    state: State
    what: str
    fix: str = ""


def _damaged(path: str, error: MonitorError) -> Remark:
    return Remark(printable(path, 500), State.DAMAGED, error.what, error.fix)


def of_recording(store: Store, path: str) -> Iterator[Remark]:
    """What is wrong with the recording of a run."""
    try:
        recording = store.read(path)
    except RecordingError as error:
        yield _damaged(path, error)
        return
    if path.split("/")[1] != recording.run_id:
        what = f"it is a recording of run {printable(recording.run_id, 60)}"
        yield Remark(path, State.DAMAGED, what, "put it in its own place")


def of_baseline(store: Store, path: str, mend: bool) -> Iterator[Remark]:
    """What is wrong with a baseline and the pretty file beside it; ``mend`` makes that anew."""
    try:
        baseline = store.read(path)
    except RecordingError as error:
        yield _damaged(path, error)
        return
    if baseline.approval is None:
        yield Remark(path, State.DAMAGED, "nobody approved it", "approve a recording again: monitor approve")
    what = store.stale_pretty(baseline)
    if not what:
        return
    pretty = path.removesuffix(HAR) + PRETTY
    if not mend:
        yield Remark(pretty, State.NOTE, what, "make it anew: monitor recordings verify --mend")
        return
    try:
        store.write_pretty(baseline)
    except MonitorError as error:
        yield Remark(pretty, State.NOTE, f"{what}, and cannot be made anew: {error.what}", error.fix)
    else:
        yield Remark(pretty, State.MENDED, what)


# -- plans and reports ------------------------------------------------------------------------------------

T = TypeVar("T", Plan, RunReport)


def _read(path: str, run_id: str, read: Callable[[str], T]) -> tuple[T | None, list[Remark]]:
    """A run's plan or report, or what is wrong with it."""
    try:
        found = read(run_id)
    except RecordingError as error:
        fix = _DAMAGED_RUN if error.fix == RESTORE else error.fix
        return None, [Remark(path, State.DAMAGED, error.what, fix)]
    if found.run_id != run_id:
        what = f"it is of run {printable(found.run_id, 60)}"
        return None, [Remark(path, State.DAMAGED, what, "put it in its own place")]
    return found, []


def _gone(report: RunReport, recorded: frozenset[str], vendor: str | None) -> Iterator[Remark]:
    """Evidence that the run's report names and that is no more."""
    for result in report.results:
        own = result.evidence.startswith(f"{RUNS}/{report.run_id}/")
        if own and result.evidence not in recorded and vendor in (None, result.vendor):
            what = "it is gone, and the run's report rests on it"
            yield Remark(printable(result.evidence, 500), State.DAMAGED, what, "restore it from a backup")


def of_run(store: Store, run_id: str, recorded: frozenset[str], vendor: str | None) -> Iterator[Remark]:
    """What is wrong with a run's plan and report. ``recorded``: the paths of its recordings."""
    at = f"{RUNS}/{run_id}"
    folder = run_folder(store, run_id)
    if folder is None:
        yield Remark(at, State.DAMAGED, "it is no folder", "move it away")
        return
    planned, reported = ((folder / name).exists() for name in (PLAN, REPORT))
    if planned:
        yield from _read(f"{at}/{PLAN}", run_id, store.read_plan)[1]
    elif reported:
        yield Remark(f"{at}/{PLAN}", State.DAMAGED, "it is gone", _DAMAGED_RUN)
    else:
        yield Remark(at, State.NOTE, "it has neither plan nor report, so it is never deleted", "delete it if it is old")
    if reported:
        report, remarks = _read(f"{at}/{REPORT}", run_id, store.read_report)
        yield from remarks
        yield from _gone(report, recorded, vendor) if report else ()
    elif planned:
        what = "it has no report: it is still going, or it was interrupted"
        yield Remark(at, State.NOTE, what, "the next run over its vendors closes it")


# -- links and permissions --------------------------------------------------------------------------------


def _leads_out(path: Path, root: Path) -> bool:
    try:
        return not path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a loop
        return True


def _open_to_others(entry: Entry) -> bool:
    mode = entry.status.st_mode
    return not stat.S_ISLNK(mode) and bool(mode & _OTHERS) and sys.platform != "win32"


def of_tree(store: Store) -> Iterator[Remark]:
    """Links that lead out, and runs that others may read (baselines are committed: a checkout is open to all)."""
    root = store.root.resolve()
    opened, first = 0, ""
    for top in (RUNS, BASELINE):
        if (store.root / top).is_symlink():
            yield Remark(top, State.DAMAGED, "it is a symbolic link", "put a folder in its place")
            continue
        for entry in walk(store.root / top):
            path = f"{top}/{entry.relative}"
            if entry.is_link and _leads_out(store.root / path, root):
                what = "it is a symbolic link out of the recordings folder: nothing behind it is read"
                yield Remark(printable(path, 500), State.DAMAGED, what, "put what it means in its place")
            if top == RUNS and _open_to_others(entry):
                opened, first = opened + 1, first or path
    if opened:
        what = f"other users may read or write {opened:,} files and folders of runs, this one for instance"
        yield Remark(printable(first, 500), State.NOTE, what, f"chmod -R go= {printable(str(store.root / RUNS), 300)}")
