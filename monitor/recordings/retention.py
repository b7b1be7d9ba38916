"""Which runs may go. PURE.

1. Nothing goes unless somebody asked for it, by ``keep_days`` or ``max_size``; ``keep_last`` only protects.
2. Whatever was asked, these stay:
   - a run without a report: a living run's, or evidence that the next run over its vendors will close;
   - of each vendor the newest ``keep_last`` runs that hold a recording of it;
   - the run that holds the newest recording of an interaction: approve and recheck start from it;
   - the newest run of all, which may hold nothing but a report;
   - what the caller holds: the evidence of the newest verdict on an interaction, of an open incident.
   Only runs with a report count as newest: one without may never come to have a verdict. A run of several vendors
   stays where one of them needs it.
3. Of the others those go that are older than ``keep_days``; then, the oldest first, as many more as bring all runs,
   those that stay included, down to ``max_size``.
4. A run's age is what its id says; the disk's times change with every copy. Size is the bytes of its files.

What stays is judged the same next time: pruning twice deletes nothing more. Baselines are no runs and never go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Retention
from monitor.recordings.sizes import shown_size


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What lies in a run's folder. ``recordings`` are ``vendor/interaction id``; ``size`` is in bytes."""

    run_id: str
    started: datetime
    size: int
    finished: bool  # there is a report
    recordings: tuple[str, ...]

    @property
    def vendors(self) -> frozenset[str]:
        return frozenset(recording.partition("/")[0] for recording in self.recordings)


@dataclass(frozen=True, slots=True)
class Doomed:
    """A run that may go, and why."""

    run: RunFacts
    reason: str


def _newest_first(runs: Sequence[RunFacts]) -> list[RunFacts]:
    return sorted((run for run in runs if run.finished), key=lambda run: run.run_id, reverse=True)


def protected(runs: Sequence[RunFacts], keep_last: int, held: frozenset[str] = frozenset()) -> frozenset[str]:
    """The ids of the runs that stay, whatever their age and size (rule 2)."""
    stay = {run.run_id for run in runs if not run.finished or run.run_id in held}
    kept: Counter[str] = Counter()
    seen: set[str] = set()
    for number, run in enumerate(_newest_first(runs)):
        if (
            number == 0
            or not seen.issuperset(run.recordings)
            or any(kept[vendor] < keep_last for vendor in run.vendors)
        ):
            stay.add(run.run_id)
        seen.update(run.recordings)
        kept.update(run.vendors)
    return frozenset(stay)


def _too_old(runs: Sequence[RunFacts], days: int | None, now: datetime) -> list[Doomed]:
    if days is None:
        return []
    age = timedelta(days=days)
    return [Doomed(run, f"older than {days} days") for run in runs if now - run.started > age]


def _beyond(runs: Sequence[RunFacts], size: int, bound: int | None) -> list[Doomed]:
    """The oldest of ``runs``, until ``size``, what all take, is within ``bound``."""
    beyond: list[Doomed] = []
    if bound is None:
        return beyond
    for run in sorted(runs, key=lambda run: run.run_id):
        if size <= bound:
            break
        beyond.append(Doomed(run, f"all runs take more than {shown_size(bound)}"))
        size -= run.size
    return beyond


def doomed(
    runs: Sequence[RunFacts], retention: Retention, now: datetime, held: frozenset[str] = frozenset()
) -> tuple[Doomed, ...]:
    """The runs that may go, the oldest first. ``held``: ids of runs that stay for the caller's reasons."""
    stay = protected(runs, retention.keep_last, held)
    free = [run for run in runs if run.run_id not in stay]
    old = _too_old(free, retention.keep_days, now)
    gone = {one.run.run_id for one in old}
    left = sum(run.size for run in runs if run.run_id not in gone)
    beyond = _beyond([run for run in free if run.run_id not in gone], left, retention.max_size)
    return tuple(sorted((*old, *beyond), key=lambda one: one.run.run_id))
