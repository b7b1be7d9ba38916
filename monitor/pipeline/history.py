"""What became of a vendor's interactions, run by run: out of the ledger, and of folders where it does not know the run.

1. Runs come newest first, and no more of them are read than it takes: ``last`` runs that are about what was asked for,
   and those before them until each interaction met one that judged it. That search ends after BEHIND runs. The ledger
   finds an interaction's verdicts by themselves: after NEAR runs those still missing are asked of it, one by one.
2. Findings are the same by root and kind. A finding is new where the run before that judged the interaction has it
   not, and gone where only that one has it; runs that did not judge it lie in between and say nothing.
3. After another status nothing else of a response is told: then nothing else is gone, and the run after it is compared
   with what was known before it.
4. Where there was no baseline, structure was not compared: then no change is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import Final, Protocol, TypeAlias

from monitor.errors import RecordingError
from monitor.model import STATUS_ROOT, Change, Finding, Plan, Result, RunReport
from monitor.recordings.names import REPORT, RUNS
from monitor.recordings.store import Store
from monitor.reports.history import Run, Turn, key_of

BEHIND: Final = 200  # runs read past those that are shown
NEAR: Final = 2  # of them, those that are read whole where the ledger can be asked

Record = RunReport | Plan  # what a run left: its report, or only its plan
Search: TypeAlias = Callable[[str], Iterator[Result]]  # an interaction's id -> its verdicts, the newest first


class Known(Protocol):
    """The ledger, as far as history asks it."""

    def unknown(self, run_ids: Iterable[str]) -> tuple[str, ...]: ...
    def records(self, vendor: str, interaction: str | None = None) -> Iterator[RunReport]: ...
    def earlier(self, vendor: str, interaction_id: str, before: str) -> Iterator[tuple[str, Result]]: ...


# -- reading ----------------------------------------------------------------------------------------------


def _left(store: Store, run_id: str) -> Record:
    try:
        return store.read_report(run_id)
    except RecordingError:
        if store.bytes_of(f"{RUNS}/{run_id}/{REPORT}") is not None:
            raise
    return store.read_plan(run_id)


def _read(store: Store, run_ids: Iterable[str], damaged: Callable[[str], None]) -> Iterator[Record]:
    for run_id in run_ids:
        try:
            yield _left(store, run_id)
        except RecordingError as error:
            damaged(f"run {run_id} is passed over: {error}")


def records(store: Store, damaged: Callable[[str], None]) -> Iterator[Record]:
    """What each run left, the newest first, read when it is asked for. ``damaged`` is told of what cannot be read."""
    return _read(store, reversed(store.runs()), damaged)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a vendor's past is read. ``others``: runs that only their folders tell of, the newest first."""

    store: Store
    damaged: Callable[[str], None]
    vendor: str
    ledger: Known | None
    others: tuple[str, ...]

    def records(self, interaction: str | None) -> Iterator[Record]:
        """What runs left, the newest first, read when it is asked for; those that are not about it may be left out."""
        folders = _read(self.store, self.others, self.damaged)
        if self.ledger is None:
            return folders
        known: Iterable[Record] = self.ledger.records(self.vendor, interaction)
        return merge(known, folders, key=lambda record: record.run_id, reverse=True)

    def search(self, before: str) -> Search | None:
        """How verdicts are found in runs before ``before``; None: they must be read."""
        if self.ledger is None or any(run_id < before for run_id in self.others):
            return None
        ledger = self.ledger
        return lambda interaction_id: (result for _, result in ledger.earlier(self.vendor, interaction_id, before))


def source(store: Store, damaged: Callable[[str], None], vendor: str, ledger: Known | None = None) -> Source:
    """``damaged`` is told of what cannot be read. Without a ledger all is read from folders."""
    run_ids = tuple(reversed(store.runs()))
    return Source(store, damaged, vendor, ledger, run_ids if ledger is None else ledger.unknown(run_ids))


# -- comparing --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """An interaction in a run, until the run before that judged it is found. ``known``: what was found in those met."""

    result: Result
    known: tuple[Finding, ...] | None = None

    def meet(self, older: Result) -> bool:
        """Takes an older result that was judged; whether no older one is needed."""
        self.known = older.findings if self.known is None else (*self.known, *older.findings)
        return not _hides(older)

    def turn(self) -> Turn:
        if self.known is None:
            return Turn(self.result, new=self.result.findings, compared=False)
        if self.known == self.result.findings:  # as mostly: out of the ledger they are the very same values
            return Turn(self.result)
        before = {key_of(finding): finding for finding in reversed(self.known)}  # each as it was found last
        now = {key_of(finding) for finding in self.result.findings}
        new = tuple(finding for finding in self.result.findings if key_of(finding) not in before)
        gone = tuple(f for key, f in before.items() if key not in now and _is_gone(f, self.result))
        return Turn(self.result, new, gone)


def _hides(result: Result) -> bool:
    """Another status is told alone: what else was found before is not known to be gone."""
    return any(finding.root == STATUS_ROOT for finding in result.findings)


def _is_gone(finding: Finding, result: Result) -> bool:
    """Whether ``result`` would have told ``finding`` if it were there still."""
    if not result.outcome.judged or _hides(result):
        return False
    return bool(result.baseline) or not isinstance(finding.detail, Change)


@dataclass(frozen=True, slots=True)
class _Begun:
    run: Run
    opened: tuple[_Open, ...] = ()

    def whole(self) -> Run:
        run = self.run
        turns = tuple(opened.turn() for opened in self.opened)
        return Run(run.run_id, run.started, run.command, run.finished, turns, run.planned)


def _begun(record: Record, wanted: Callable[[str, str, str], bool]) -> _Begun | None:
    """The run as far as it is about what is wanted; None where it is not."""
    if isinstance(record, Plan):
        planned = tuple(
            (p.interaction_id, p.description)
            for p in record.interactions
            if wanted(p.vendor, p.interaction_id, p.description)
        )
        run = Run(record.run_id, record.created, record.command, finished=False, planned=planned)
        return _Begun(run) if planned else None
    results = [r for r in record.results if wanted(r.vendor, r.interaction_id, r.description)]
    if not results:
        return None
    return _Begun(Run(record.run_id, record.started, record.command), tuple(map(_Open, results)))


def _met(waiting: list[_Open], opened: Iterable[_Open]) -> list[_Open]:
    """Those that still wait after an older run was met."""
    judged = {one.result.interaction_id: one.result for one in opened if one.result.outcome.judged}
    return [
        one
        for one in waiting
        if one.result.interaction_id not in judged or not one.meet(judged[one.result.interaction_id])
    ]


@dataclass(slots=True)
class _Walk:
    """From the newest run back. ``behind`` counts the runs past those that are shown."""

    wanted: Callable[[str, str, str], bool]
    last: int
    shown: list[_Begun] = field(default_factory=list)
    waiting: list[_Open] = field(default_factory=list)
    behind: int = 0

    def take(self, record: Record) -> None:
        begun = _begun(record, self.wanted)
        opened = begun.opened if begun else ()
        self.waiting = _met(self.waiting, opened)
        if begun and len(self.shown) < self.last:
            self.shown.append(begun)
            self.waiting += [one for one in opened if one.result.outcome.judged or one.result.findings]
        elif len(self.shown) >= self.last:
            self.behind += 1

    def over(self) -> bool:
        return len(self.shown) >= self.last and (not self.waiting or self.behind >= BEHIND)

    def search(self, search: Search) -> None:
        """Finds for each that waits what it is compared with."""
        for interaction_id in dict.fromkeys(one.result.interaction_id for one in self.waiting):
            waiting = [one for one in self.waiting if one.result.interaction_id == interaction_id]
            for older in islice(search(interaction_id), BEHIND):
                if self.wanted(older.vendor, older.interaction_id, older.description):
                    waiting = [one for one in waiting if not one.meet(older)]
                if not waiting:
                    break


def _no_search(_: str) -> None:
    return None


def history(
    runs: Iterable[Record],
    vendor: str,
    interaction: str | None,
    last: int,
    search: Callable[[str], Search | None] = _no_search,
) -> tuple[Run, ...]:
    """The newest ``last`` runs that are about ``interaction`` (id or description; None: any) of ``vendor``.

    ``runs`` come newest first. ``search`` is asked, with a run's id, how verdicts before it are found.
    """

    def wanted(of: str, name: str, description: str) -> bool:
        return of == vendor and interaction in (None, name, description)

    walk = _Walk(wanted, last)
    for record in runs:
        walk.take(record)
        if walk.over():
            break
        if walk.behind == NEAR and (found := search(record.run_id)):
            walk.search(found)
            break
    return tuple(begun.whole() for begun in walk.shown)
