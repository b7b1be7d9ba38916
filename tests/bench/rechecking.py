"""Recheck end to end, beside the official Verifier, and where its time goes; verdicts that are known."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.model import RunReport
from monitor.pipeline.planning import plan_jobs
from monitor.pipeline.tools import Selection
from monitor.wiring import tools_of
from monitor.workers.pool import JudgePool
from tests.bench import official
from tests.bench.measuring import Row, Scale, faster, phase, quickest, within, working
from tests.bench.phases import phases, tools_with, walked
from tests.bench.processes import Spent, cpu, python
from tests.bench.projects import BenchProject, approve, pact_of, project, quiet, record, some_drifted
from tests.bench.silent import Silent


def rechecked(made: BenchProject, workers: int) -> RunReport:
    with JudgePool(workers) as pool:
        return walked(made, tools_with(made, lambda: pool))


def numbers_that_fail(report: RunReport) -> frozenset[int]:
    """The interactions that their contract forbids."""
    failed = [r for r in report.results if any(f.detail.type == "mismatch" for f in r.findings)]
    return frozenset(int(result.description.removeprefix("lookup ")) for result in failed)


# -- beside the official Verifier -------------------------------------------------------------------------


def _command(made: BenchProject, *options: str) -> Spent:
    spent = python("-m", "monitor", "recheck", *options, folder=made.folder, more=made.environment)
    assert spent.code in {0, 1}, spent.output[-500:]
    return spent


@dataclass(frozen=True, slots=True)
class _Judged:
    """What one judging of everything took, and which interactions it says are forbidden."""

    seconds: float
    cpu: float
    forbidden: frozenset[int]


@dataclass
class _Comparison:
    """The same recordings judged by us and by the official Verifier, in turn."""

    made: BenchProject
    folder: Path
    count: int
    judged: dict[str, list[_Judged]] = field(default_factory=dict)
    processes: dict[str, list[Spent]] = field(default_factory=dict)

    def _ours(self, workers: int) -> _Judged:
        before, start = cpu(), time.perf_counter()
        report = rechecked(self.made, workers)
        return _Judged(time.perf_counter() - start, cpu() - before, numbers_that_fail(report))

    def _official(self, *options: str) -> _Judged:
        found = official.verified(self.folder, official.BATCH, *options)
        if not options:
            self.processes.setdefault("official", []).append(found.spent)
        return _Judged(found.seconds, found.cpu, found.failed)

    def once(self) -> None:
        for name, judged in (
            ("one", self._ours(1)),
            ("official", self._official()),
            ("two", self._ours(2)),
            ("bare", self._official(official.ONE_CERTIFICATE)),
        ):
            self.judged.setdefault(name, []).append(judged)
        self.processes.setdefault("ours", []).append(_command(self.made, "--no-cache"))

    def seconds(self, name: str) -> float:
        return min(judged.seconds for judged in self.judged[name])

    def cpu(self, name: str) -> float:
        return min(judged.cpu for judged in self.judged[name])

    def forbidden(self) -> frozenset[int]:
        """The one verdict of all."""
        found = {judged.forbidden for every in self.judged.values() for judged in every}
        assert len(found) == 1, "verdicts differ"
        (forbidden,) = found
        assert forbidden, "no verdict tells drift"
        return forbidden


def _official_rows(compared: _Comparison, scale: Scale) -> Iterator[Row]:
    for _ in range(scale.runs(3)):
        compared.once()
    count, one, other = compared.count, compared.seconds("one"), "official Verifier over loopback"
    what = f"recheck of {count:,} recordings of 1 KB, one worker"
    yield faster(what, one, f"{other}, pact files of {official.BATCH}", compared.seconds("official"), 8)
    yield faster("- CPU seconds of parent and worker", compared.cpu("one"), "CPU seconds", compared.cpu("official"))
    yield from phases(compared.made, scale, one)
    forbidden = f"{len(compared.forbidden())} of {count:,} forbidden, the same ones"
    yield Row("- verdicts", forbidden, other, goal="equal", met=True)
    yield faster("the same", one, f"{other}, only one CA certificate on the machine", compared.seconds("bare"))
    yield faster("two workers", compared.seconds("two"), "one worker", one, 1.7)
    ours, theirs = compared.processes["ours"], compared.processes["official"]
    what = f"`monitor recheck`, the whole process, {os.cpu_count()} cores"
    yield faster(what, min(one.wall for one in ours), other, min(one.wall for one in theirs))
    yield faster("- CPU seconds", min(one.cpu for one in ours), "CPU seconds", min(one.cpu for one in theirs))


def _batches_row(folder: Path, count: int) -> Row:
    """That files of many interactions are not what makes the official Verifier slow, nor those of few."""
    official.prepare(folder, pact_of(count), [quiet(number).body for number in range(count)])
    one, many = (official.verified(folder, batch).seconds / count for batch in (count, official.BATCH))
    other = f"in pact files of {official.BATCH}"
    return within(f"official Verifier, an interaction of {count} in one pact file", one, other, many)


# -- verdicts that are known ------------------------------------------------------------------------------


def _cached_rows(made: BenchProject, scale: Scale) -> Iterator[Row]:
    first, second = [], []
    for number in range(scale.runs(3)):
        fresh = replace(made, state=f".state-{number}")
        first.append(_command(fresh))
        second.append(_command(fresh))
    taken = min(spent.wall for spent in second)
    yield faster("second `monitor recheck`, verdicts known", taken, "the first", min(one.wall for one in first), 5)
    yield faster("- CPU seconds", min(one.cpu for one in second), "CPU seconds", min(one.cpu for one in first))
    known = replace(made, state=".state-0")
    tools = tools_of(known.settings(), Silent(), "recheck")
    works = {
        "whole": working(lambda: walked(known, tools)),
        "planning": working(lambda: plan_jobs(known.settings(), Selection())),
    }
    inside = quickest(works, scale.runs(3))
    yield phase("in process, without start-up", inside["whole"], taken)
    yield phase("- settings, contracts, plan", inside["planning"], taken)


def rows(scale: Scale) -> Iterator[Row]:
    """Recheck beside the official Verifier, by phase; two workers; known verdicts."""
    count = scale.count(1_000, least=20)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = project(folder / "watch", count)
        record(made, some_drifted)
        approve(made, quiet)
        official.prepare(folder / "official", pact_of(count), [some_drifted(number).body for number in range(count)])
        yield from _official_rows(_Comparison(made, folder / "official", count), scale)
        yield _batches_row(folder / "batches", scale.count(200, least=2))
        yield from _cached_rows(made, scale)
