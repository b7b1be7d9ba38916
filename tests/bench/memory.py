"""Peaks of memory: of many recordings, and of one large body. Each in a process of its own."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.model import Response
from tests.bench.bodies import Body, members, records, renamed, response
from tests.bench.measuring import MEGABYTE, Row, Scale, megabytes
from tests.bench.processes import python
from tests.bench.projects import BenchProject, approve, interaction, open_interaction, project, quiet, record

FLAT: Final = 1.25  # times the peak of a tenth of the recordings
TIMES_ITS_SIZE: Final = 12


@dataclass(frozen=True, slots=True)
class _Peak:
    """Bytes at most, of ``monitor`` itself and of its largest worker."""

    parent: int
    worker: int
    outcomes: str

    def __str__(self) -> str:
        return f"parent {megabytes(self.parent)}, worker {megabytes(self.worker)}"


def _recheck(made: BenchProject, *options: str) -> _Peak:
    target, report = made.folder / "peak.json", made.folder / "report.json"
    command = ["-m", "tests.bench.peak", str(target), "recheck", "--format", "json", "--output", str(report)]
    spent = python(*command, *options, folder=made.folder, more=made.environment, quiet=True)
    assert spent.code in {0, 1, 3}, spent.output[-500:]
    told = json.loads(target.read_bytes())
    outcomes = Counter(result["outcome"] for result in json.loads(report.read_bytes())["results"])
    shown = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))
    return _Peak(told["parent"], told["worker"], shown)


def _many(folder: Path, count: int) -> Iterator[Row]:
    made = project(folder, count)
    approve(made, quiet)
    record(made, quiet)
    few = _recheck(made, "--all")
    record(made, quiet, runs=10)
    many = _recheck(made, "--all")
    ratio = max(many.parent / few.parent, many.worker / few.worker)
    yield Row(f"recheck of {count:,} recordings of 1 KB", str(few), few.outcomes)
    yield Row(
        f"recheck of {10 * count:,} recordings of 1 KB",
        str(many),
        many.outcomes,
        f"{ratio:.2f}x",
        f"flat: at most {FLAT:g}x",
        ratio <= FLAT,
    )


def _large(what: str, folder: Path, size: int, make: Callable[[int], Body]) -> Row:
    def now(number: int) -> Response:
        bodies = records(size)
        return response({"members": [*bodies[:-1], renamed(bodies[-1])]})

    made = project(folder, 1, make=make)
    approve(made, lambda number: response({"members": records(size)}))
    record(made, now)
    length = len(now(0).body)
    peak = _recheck(made)
    ratio = max(peak.parent, peak.worker) / length
    goal = f"below {TIMES_ITS_SIZE}x its size"
    label = f"recheck of one body of {megabytes(length)}, {what}"
    return Row(label, str(peak), peak.outcomes, f"{ratio:.1f}x", goal, ratio < TIMES_ITS_SIZE)


def rows(scale: Scale) -> Iterator[Row]:
    """Recheck of 1,000 and of 10,000 recordings; of one body of 50 MB, with a contract on it and without."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from _many(folder / "many", scale.count(1_000, least=5))
        size = scale.count(50 * MEGABYTE, least=len(json.dumps(members(4))))
        yield _large("with a contract on it", folder / "contract", size, interaction)
        yield _large("without", folder / "open", size, open_interaction)
