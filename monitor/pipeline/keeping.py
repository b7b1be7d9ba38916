"""Looking after recordings: old runs go, what is there is verified, and no run begins on a full disk.

Pruning takes the locks of a run's vendors, never waiting, and only for the renames that take runs out of the way:
a check that begins meanwhile is hardly ever turned away. What another run holds stays until next time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.errors import ConfigError, LockHeldError, MonitorError, RecordingError
from monitor.model import Retention, Settings
from monitor.pipeline.planning import plan_jobs
from monitor.pipeline.tools import Selection, Tools
from monitor.recordings import inspecting
from monitor.recordings.inspecting import Remark, State
from monitor.recordings.names import HAR
from monitor.recordings.retention import Doomed, RunFacts, doomed
from monitor.recordings.sizes import shown_size
from monitor.recordings.space import require_free
from monitor.recordings.upkeep import Survey, newest_evidence, remove, set_aside, settle, survey

NOTHING_HELD: Final[frozenset[str]] = frozenset()


def require_room(settings: Settings) -> None:
    """Raises StorageError where less than ``min_free`` is free where recordings or state are kept."""
    least = settings.retention.min_free
    require_free(Path(settings.recordings_dir), least, "recordings are")
    require_free(Path(settings.state_dir), least, "state is")


def figure(count: int, noun: str) -> str:
    """``1 run``, ``1,200 runs``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


# -- pruning ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pruned:
    """What pruning did, or would do. ``busy``: lines on runs left to another run; ``failed``: a line on each fault."""

    deleted: tuple[Doomed, ...]
    kept: tuple[RunFacts, ...]
    leftovers: int = 0
    busy: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def freed(self) -> int:
        return sum(one.run.size for one in self.deleted)

    @property
    def kept_size(self) -> int:
        return sum(run.size for run in self.kept)


def _going(tools: Tools, found: Survey, retention: Retention, held: frozenset[str]) -> tuple[Doomed, ...]:
    now = tools.clock()
    if not doomed(found.runs, retention, now, held):  # mostly; then no report need be read
        return ()
    return doomed(found.runs, retention, now, held | newest_evidence(tools.store, found.runs))


def _try_locks(tools: Tools, locks: ExitStack, vendors: Iterable[str]) -> dict[str, MonitorError]:
    """Takes the vendors' locks; why, where one cannot be had."""
    refused: dict[str, MonitorError] = {}
    for vendor in sorted(vendors):
        try:
            locks.enter_context(tools.try_lock(vendor))
        except MonitorError as error:
            refused[vendor] = error
    return refused


@dataclass(slots=True)
class _Taken:
    """Runs that were taken out of the way, with where they are now, and what could not be: busy by reason."""

    runs: list[tuple[Doomed, str]]
    busy: Counter[str]
    failed: list[str]


def _take(tools: Tools, going: Sequence[Doomed], locked: frozenset[str]) -> _Taken:
    taken = _Taken([], Counter(), [])
    with ExitStack() as locks:
        vendors = {vendor for one in going for vendor in one.run.vendors}
        refused = _try_locks(tools, locks, vendors - locked)
        for one in going:
            run_id = one.run.run_id
            error = next((refused[vendor] for vendor in sorted(one.run.vendors) if vendor in refused), None)
            if isinstance(error, LockHeldError):
                taken.busy[error.what] += 1
                continue
            try:
                if error is not None:
                    raise error
                taken.runs.append((one, set_aside(tools.store, run_id)))
            except MonitorError as fault:
                taken.failed.append(f"run {run_id} cannot be deleted: {fault}")
        if taken.runs:
            settle(tools.store)
    return taken


def _removed(tools: Tools, leftovers: Iterable[str], failed: list[str]) -> int:
    """How many of the leftovers were removed; a line in ``failed`` on each other."""
    count = 0
    for leftover in leftovers:
        try:
            remove(tools.store, leftover)
            count += 1
        except MonitorError as error:
            failed.append(f"{leftover} cannot be deleted: {error}")
    return count


def prune(
    tools: Tools,
    retention: Retention,
    *,
    locked: frozenset[str] = NOTHING_HELD,
    held: frozenset[str] = NOTHING_HELD,
    dry_run: bool = False,
) -> Pruned:
    """Deletes the runs that may go (recordings/retention.py), and what interrupted writes left over.

    ``locked``: vendors whose locks the caller has; ``held``: ids of runs that stay for the caller's reasons.
    What cannot be deleted stops nothing else.
    """
    found = survey(tools.store, tools.clock())
    going = _going(tools, found, retention, held)
    if dry_run:
        gone = {one.run.run_id for one in going}
        kept = tuple(run for run in found.runs if run.run_id not in gone)
        return Pruned(going, kept, len(found.leftovers), failed=found.faults)
    taken = _take(tools, going, locked)
    failed = [*found.faults, *taken.failed]
    _removed(tools, (aside for _, aside in taken.runs), failed)
    leftovers = _removed(tools, found.leftovers, failed)
    gone = {one.run.run_id for one, _ in taken.runs}
    kept = tuple(run for run in found.runs if run.run_id not in gone)
    busy = tuple(f"{figure(count, 'run')} left for now: {why}" for why, count in taken.busy.items())
    return Pruned(tuple(one for one, _ in taken.runs), kept, leftovers, busy, tuple(failed))


def prune_after_run(
    settings: Settings, tools: Tools, locked: frozenset[str], held: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Deletes what monitor.yaml says may go, if it says so; notes on what went and on what could not. Never raises.

    ``held``: runs that stay this time.
    """
    retention = settings.retention
    if retention.keep_days is None and retention.max_size is None:
        return ()
    try:
        pruned = prune(tools, retention, locked=locked, held=held)
    except MonitorError as error:
        return (f"old runs were not deleted: {error}",)
    notes = []
    if pruned.deleted:
        notes.append(f"deleted {figure(len(pruned.deleted), 'old run')}: {shown_size(pruned.freed)} freed")
    if pruned.failed:
        more = f" (and {len(pruned.failed) - 1} more)" if len(pruned.failed) > 1 else ""
        notes.append(f"{pruned.failed[0]}{more}; see: monitor recordings prune")
    return tuple(map(tools.masker.text, notes))


# -- verifying --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verified:
    """What was read, and what is to be said of it, in the order it was found."""

    runs: int
    recordings: int
    baselines: int
    remarks: tuple[Remark, ...]

    def count(self, state: State) -> int:
        return sum(1 for remark in self.remarks if remark.state is state)


def _of_no_contract(settings: Settings, baselines: Sequence[str]) -> Iterator[Remark]:
    """Baselines that nothing is compared with any more."""
    try:
        jobs = plan_jobs(settings, Selection())
    except ConfigError as error:
        what = f"the contracts cannot be read, so baselines of none are not told: {error.faults[0]}"
        yield Remark("", State.NOTE, what, "see: monitor config check")
        return
    known = {job.key for job in jobs.jobs} | {(one.vendor, one.interaction_id) for one in jobs.skipped}
    for path in baselines:
        _, vendor, name = path.split("/")
        if (vendor, name.removesuffix(HAR)) not in known:
            fix = "delete it, or mend the contract"
            yield Remark(path, State.NOTE, "no contract has this interaction any more", fix)


def _run(tools: Tools, run_id: str, vendor: str | None) -> tuple[int, list[Remark]]:
    """How many recordings the run holds, and what is to be said of it."""
    try:
        paths = frozenset(tools.store.recordings(run_id, vendor))
    except RecordingError:  # a link in its place, which is told with the tree
        return 0, []
    if vendor is not None and not paths:
        return 0, []
    remarks = [remark for path in sorted(paths) for remark in inspecting.of_recording(tools.store, path)]
    remarks += inspecting.of_run(tools.store, run_id, paths, vendor)
    if remarks and not (tools.store.root / "runs" / run_id).exists():  # pruned since we began
        return 0, []
    return len(paths), remarks


def _leftovers(tools: Tools, mend: bool) -> Iterator[Remark]:
    what = "it was left over by a writer that was interrupted"
    for path in survey(tools.store, tools.clock()).leftovers:
        failed: list[str] = []
        if mend and _removed(tools, [path], failed):
            yield Remark(path, State.MENDED, what)
        else:
            fix = "remove it: monitor recordings verify --mend, or monitor recordings prune"
            yield Remark(path, State.NOTE, what, failed[0] if failed else fix)


def verify(settings: Settings, tools: Tools, vendor: str | None, mend: bool) -> Verified:
    """Reads every recording, plan, report and baseline (of ``vendor``, if one is named).

    Writes nothing, except that ``mend`` makes pretty files anew and removes leftovers.
    """
    baselines = tuple(tools.store.baselines(vendor))
    remarks = [remark for path in baselines for remark in inspecting.of_baseline(tools.store, path, mend)]
    remarks += _of_no_contract(settings, baselines)
    runs, recordings = 0, 0
    for run_id in tools.store.runs():
        count, found = _run(tools, run_id, vendor)
        runs, recordings = runs + bool(count or vendor is None), recordings + count
        remarks += found
    told = {remark.path for remark in remarks}
    remarks += [remark for remark in inspecting.of_tree(tools.store) if remark.path not in told]
    remarks += _leftovers(tools, mend)
    return Verified(runs, recordings, len(baselines), tuple(remarks))
