"""``make bench``: how fast, as ratios of times measured in one run, so that they hold on a noisy machine.

``python -m tests.bench.bench [GROUP...]`` prints the named groups' tables, all by default, each measured in a process
of its own. ``--scale 0.01`` runs them on a hundredth, to see that they work. How figures are taken: measuring.py.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Final

from tests.bench.measuring import HEAD, Row, Scale
from tests.bench.processes import ROOT

GROUPS: Final[Mapping[str, tuple[str, str]]] = {
    "recheck": ("tests.bench.rechecking", "Recheck"),
    "structure": ("tests.bench.comparing", "Structural difference of two bodies"),
    "calls": ("tests.bench.calling", "Calling and recording"),
    "memory": ("tests.bench.memory", "Memory"),
    "start": ("tests.bench.starting", "Start-up"),
    "judge": ("tests.bench.judging", "One judgement"),
    "jsonpath": ("tests.bench.translating", "JSONPath"),
    "actions": ("tests.bench.acting", "Data actions"),
    "ledger": ("tests.bench.remembering", "The ledger"),
}


TAKEN: Final = "work within one process in CPU seconds, anything else by the clock"


def rows_of(group: str, scale: Scale) -> Iterator[Row]:
    rows: Callable[[Scale], Iterator[Row]] = import_module(GROUPS[group][0]).rows
    return rows(scale)


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(names), platform.processor() or platform.machine())


def machine() -> str:
    today = datetime.now(UTC).date().isoformat()
    return (
        f"on {today} with Python {platform.python_version()}, {os.cpu_count()} cores of {_processor()}, {sys.platform}"
    )


def _print_group(group: str, scale: Scale) -> None:
    start = time.perf_counter()
    print(f"\n### {GROUPS[group][1]}\n\n{HEAD}", flush=True)
    for row in rows_of(group, scale):
        print(row, flush=True)
    print(f"\n({group}: measured in {time.perf_counter() - start:.0f} s)", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)  # already in its own process
    options = parser.parse_args()
    if unknown := {*options.groups} - {*GROUPS}:
        parser.error(f"no group {', '.join(sorted(unknown))}; there are: {', '.join(GROUPS)}")
    if options.inside:
        _print_group(options.groups[0], Scale(options.scale))
        return 0
    print(f"Measured {machine()}, in turn in one run: {TAKEN}.", flush=True)
    command = [sys.executable, "-m", "tests.bench.bench", "--inside", "--scale", str(options.scale)]
    ended = [subprocess.run([*command, group], cwd=ROOT, check=False) for group in options.groups or GROUPS]
    return max(one.returncode for one in ended)


if __name__ == "__main__":
    sys.exit(main())
