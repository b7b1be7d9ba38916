"""What it takes to start, and to check a single interaction."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.measuring import Row, Scale, medians, phase, shown, within
from tests.bench.processes import Spent, python, serving
from tests.bench.projects import BenchProject, approve, project, quiet


def _python(*arguments: str) -> Callable[[], float]:
    return lambda: python(*arguments).wall


def _help_rows(scale: Scale) -> Iterator[Row]:
    works = {
        "help": _python("-m", "monitor", "--help"),
        "click": _python("-c", "import click"),
        "pass": _python("-c", "pass"),
    }
    taken = medians(works, scale.runs(11))
    yield within("`monitor --help`", taken["help"], '`python -c "import click"`', taken["click"])
    yield within("the same", taken["help"], "`python -c pass`", taken["pass"])


def _check(made: BenchProject) -> Spent:
    spent = python("-m", "monitor", "check", "--no-cache", folder=made.folder, more=made.environment)
    assert spent.code == 0, spent.output[-500:]
    return spent


def _check_rows(made: BenchProject, scale: Scale) -> Iterator[Row]:
    told: list[dict[str, float]] = []
    whole: list[Spent] = []

    def steps() -> float:
        spent = python("-m", "tests.bench.one_check", folder=made.folder, more=made.environment)
        told.append(json.loads(spent.output))
        return spent.cpu

    def command() -> float:
        whole.append(_check(made))
        return whole[-1].cpu

    taken = medians(
        {"command": command, "click": lambda: python("-c", "import click").cpu, "steps": steps}, scale.runs(5)
    )
    wall = statistics.median(spent.wall for spent in whole)
    what = f"`monitor check` of one interaction, CPU seconds (wall: {shown(wall)})"
    yield within(what, taken["command"], '`python -c "import click"`', taken["click"])
    for name in told[0]:
        yield phase(name, statistics.median(one[name] for one in told), taken["steps"])


def rows(scale: Scale) -> Iterator[Row]:
    """Start-up beside Python's own; one check by phase, in CPU seconds."""
    yield from _help_rows(scale)
    with tempfile.TemporaryDirectory() as name, serving("tests.bench.vendor", "0") as url:
        made = project(Path(name) / "watch", 1, url)
        approve(made, quiet)
        yield from _check_rows(made, scale)
