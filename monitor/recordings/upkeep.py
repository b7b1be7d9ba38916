"""What lies on disk: how much, what is left over, and how a run goes.

1. No symbolic link is ever followed, and a run's folder that is one is none of ours.
2. A run goes in two steps: its folder is renamed to ``.tmp-<run id>``, then removed. So there are whole runs and
   leftovers, and never half a run; the rename is all that needs the vendors' locks.
3. Leftovers are such folders, and files ``.tmp-...`` (see files.py) of writers that died: an hour is long enough for
   any that lives. Nothing else is touched.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from monitor.errors import RecordingError, StorageError
from monitor.recordings import files
from monitor.recordings.files import TEMPORARY
from monitor.recordings.names import BASELINE, HAR, REPORT, RUNS, is_name, is_run_id, moment_of
from monitor.recordings.retention import RunFacts
from monitor.recordings.store import Store

ABANDONED: Final = timedelta(hours=1)  # the age of a temporary file that nobody writes any more
_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, folder or link below a folder; ``relative`` to that, with ``/``. Of a link: the link itself."""

    relative: str
    status: os.stat_result

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.status.st_mode)

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.status.st_mode)

    @property
    def is_recording(self) -> bool:
        return self.relative.count("/") == 1 and self.relative.endswith(HAR) and not self.is_temporary

    @property
    def is_temporary(self) -> bool:
        return self.relative.rpartition("/")[2].startswith(TEMPORARY)


def _listed(folder: Path, at: str) -> list[Entry]:
    found: list[Entry] = []
    try:
        with os.scandir(folder / at) as entries:
            for entry in entries:
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:  # gone since
                    continue
                found.append(Entry(f"{at}/{entry.name}" if at else entry.name, status))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StorageError(
            f"it cannot be read: {error.strerror}", where=files.shown(folder / at), fix="check its permissions"
        ) from None
    return sorted(found, key=lambda entry: entry.relative)


def walk(folder: Path, depth: int = 20) -> Iterator[Entry]:
    """Everything below ``folder`` down to ``depth`` levels, sorted, each folder before what is in it.

    Raises StorageError where a folder cannot be read.
    """
    waiting = [""]
    while waiting:
        found = _listed(folder, waiting.pop())
        yield from found
        deeper = [entry.relative for entry in found if entry.is_folder and entry.relative.count("/") + 1 < depth]
        waiting.extend(reversed(deeper))


def run_folder(store: Store, run_id: str) -> Path | None:
    """The run's own folder; None where there is none, or a link in its place."""
    path = store.root / RUNS / run_id
    try:
        status = path.lstat()
    except OSError:
        return None
    return path if stat.S_ISDIR(status.st_mode) and not path.parent.is_symlink() else None


@dataclass(frozen=True, slots=True)
class Survey:
    """All runs, the oldest first; leftovers by path below the root; and a line on each folder that cannot be read."""

    runs: tuple[RunFacts, ...]
    leftovers: tuple[str, ...]
    faults: tuple[str, ...]


def _facts(run_id: str, started: datetime, entries: Sequence[Entry]) -> RunFacts:
    vendors = {entry.relative for entry in entries if entry.is_folder and is_name(entry.relative)}
    found = [entry for entry in entries if not entry.is_folder]
    recordings = [entry.relative for entry in found if entry.is_recording and entry.relative.split("/")[0] in vendors]
    return RunFacts(
        run_id=run_id,
        started=started,
        size=sum(entry.status.st_size for entry in found),
        finished=any(entry.relative == REPORT for entry in found),
        # thousands of runs hold the same names: one text for all of them
        recordings=tuple(sys.intern(path.removesuffix(HAR)) for path in recordings),
    )


def _abandoned(entries: Iterable[Entry], at: str, now: datetime) -> Iterator[str]:
    latest = (now - ABANDONED).timestamp()
    for entry in entries:
        if entry.is_temporary and stat.S_ISREG(entry.status.st_mode) and entry.status.st_mtime < latest:
            yield f"{at}/{entry.relative}"


def _set_aside(store: Store) -> Iterator[str]:
    """Folders of runs that were being removed."""
    for entry in walk(store.root / RUNS, depth=1):
        if entry.is_folder and entry.is_temporary and is_run_id(entry.relative.removeprefix(TEMPORARY)):
            yield f"{RUNS}/{entry.relative}"


def survey(store: Store, now: datetime) -> Survey:
    """What lies in the recordings folder. A run whose id names no moment is none of ours."""
    runs: list[RunFacts] = []
    leftovers: list[str] = []
    faults: list[str] = []
    for run_id in store.runs():
        started, folder = moment_of(run_id), run_folder(store, run_id)
        if started is None or folder is None:
            continue
        try:
            entries = list(walk(folder))
        except StorageError as error:
            faults.append(f"run {run_id} is left alone: {error}")
            continue
        runs.append(_facts(run_id, started, entries))
        leftovers += _abandoned(entries, f"{RUNS}/{run_id}", now)
    try:
        leftovers += _set_aside(store)
        leftovers += _abandoned(walk(store.root / BASELINE, depth=2), BASELINE, now)
    except StorageError as error:
        faults.append(str(error))
    return Survey(tuple(runs), tuple(leftovers), tuple(faults))


def newest_evidence(store: Store, runs: Sequence[RunFacts]) -> frozenset[str]:
    """The runs that hold what the newest verdict on each interaction rests on.

    Reports are read from the newest on, and only while a verdict is wanting: mostly one or two.
    """
    finished = [run for run in runs if run.finished]
    wanting = {recording for run in finished for recording in run.recordings}
    held: set[str] = set()
    for run in sorted(finished, key=lambda run: run.run_id, reverse=True):
        if wanting.isdisjoint(run.recordings):
            continue
        try:
            results = store.read_report(run.run_id).results
        except RecordingError:
            continue
        judged = {f"{r.vendor}/{r.interaction_id}": r.evidence for r in results if r.outcome.judged}
        held.update(evidence.split("/")[1] for key, evidence in judged.items() if key in wanting and "/" in evidence)
        wanting -= judged.keys()
    return frozenset(held)


def _remove_folder(folder: Path) -> None:
    for _ in range(_ATTEMPTS):
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:  # another prune removes it as well
            if not folder.exists():
                return
        except RecursionError:
            raise StorageError("it is nested too deeply", where=files.shown(folder), fix="delete it by hand") from None
        else:
            return


def set_aside(store: Store, run_id: str) -> str:
    """Takes a run's folder out of the way, in one step; where it is now, for ``remove``. ``settle`` makes it last.

    Raises StorageError.
    """
    folder = run_folder(store, run_id)
    aside = f"{RUNS}/{TEMPORARY}{run_id}"
    if folder is None:
        raise StorageError("it is gone", where=f"{RUNS}/{run_id}")
    with files.told(folder):
        if os.path.lexists(store.root / aside):
            _remove_folder(store.root / aside)
        folder.rename(store.root / aside)
    return aside


def settle(store: Store) -> None:
    """What was set aside stays so, even after a loss of power: before this nothing of it may be removed."""
    folder = store.root / RUNS
    with files.told(folder):
        files.sync_folder(folder)


def remove(store: Store, leftover: str) -> None:
    """Removes a leftover, by its path below the root. Raises StorageError; one that is gone already is no fault."""
    path = store.root / leftover
    with files.told(path), suppress(FileNotFoundError):
        if stat.S_ISDIR(path.lstat().st_mode):
            _remove_folder(path)
        else:
            path.unlink()
