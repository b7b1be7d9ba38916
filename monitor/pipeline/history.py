"""What became of a vendor's interactions, run by run, out of the reports of runs.

1. Runs come newest first, and no more of them are read than it takes: ``last`` runs that are about what was asked for,
   and those before them until each interaction met one that judged it. That search ends after BEHIND runs.
2. Findings are the same by root and kind. A finding is new where the run before that judged the interaction has it
   not, and gone where only that one has it; runs that did not judge it lie in between and say nothing.
3. After another status nothing else of a response is told: then nothing else is gone, and the run after it is compared
   with what was known before it.
4. Where there was no baseline, structure was not compared: then no change is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from monitor.errors import RecordingError
from monitor.model import STATUS_ROOT, Change, Finding, Plan, Result, RunReport
from monitor.recordings.names import REPORT, RUNS
from monitor.recordings.store import Store
from monitor.reports.history import Run, Turn, key_of

BEHIND: Final = 200  # runs read past those that are shown

Record = RunReport | Plan  # what a run left: its report, or only its plan


# -- reading ----------------------------------------------------------------------------------------------


def _left(store: Store, run_id: str) -> Record:
    try:
        return store.read_report(run_id)
    except RecordingError:
        if store.bytes_of(f"{RUNS}/{run_id}/{REPORT}") is not None:
            raise
    return store.read_plan(run_id)


def records(store: Store, damaged: Callable[[str], None]) -> Iterator[Record]:
    """What each run left, the newest first, read when it is asked for. ``damaged`` is told of what cannot be read."""
    for run_id in reversed(store.runs()):
        try:
            yield _left(store, run_id)
        except RecordingError as error:
            damaged(f"run {run_id} is passed over: {error}")


# -- comparing --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Open:
    """An interaction in a run, until the run before that judged it is found. ``known`` is what was found since."""

    result: Result
    known: list[Finding] = field(default_factory=list)
    met: list[Result] = field(default_factory=list)

    def meet(self, older: Result) -> bool:
        """Takes an older result that was judged; whether no older one is needed."""
        self.met.append(older)
        self.known.extend(older.findings)
        return not _hides(older)

    def turn(self) -> Turn:
        if not self.met:
            return Turn(self.result, new=self.result.findings, compared=False)
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


def history(runs: Iterable[Record], vendor: str, interaction: str | None, last: int) -> tuple[Run, ...]:
    """The newest ``last`` runs that are about ``interaction`` (id or description; None: any) of ``vendor``.

    ``runs`` come newest first. PURE.
    """

    def wanted(of: str, name: str, description: str) -> bool:
        return of == vendor and interaction in (None, name, description)

    shown: list[_Begun] = []
    waiting: list[_Open] = []
    behind = 0
    for record in runs:
        begun = _begun(record, wanted)
        opened = begun.opened if begun else ()
        waiting = _met(waiting, opened)
        if begun and len(shown) < last:
            shown.append(begun)
            waiting += [one for one in opened if one.result.outcome.judged or one.result.findings]
        elif len(shown) >= last:
            behind += 1
        if len(shown) >= last and (not waiting or behind >= BEHIND):
            break
    return tuple(begun.whole() for begun in shown)
