"""Taking times, and the rows that they become.

1. What is compared is measured in turn (A B A B ...), so that a busy machine is as busy for both.
2. Work within this process is told in CPU seconds, so that other people's work does not count; what takes several
   processes, a disk or a vendor in seconds of the clock. Of runs that wait for nothing the quickest counts, for what
   else a machine does only ever adds to it; of the others (start-up, disks, vendors) the median.
3. ``Scale`` shrinks a benchmark: at a scale below 1 everything runs once and on little, to see that it still works.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

KILOBYTE: Final = 1_000
MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Scale:
    """1.0 is the whole benchmark."""

    factor: float = 1.0

    def count(self, whole: int, least: int = 1) -> int:
        return max(least, round(whole * self.factor))

    def runs(self, whole: int) -> int:
        return whole if self.factor >= 1 else 1


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. ``met``: whether the goal was; None where there is none."""

    what: str
    measured: str = ""
    beside: str = ""
    ratio: str = ""
    goal: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        met = "" if self.met is None else "yes" if self.met else "NO"
        return f"| {self.what} | {self.measured} | {self.beside} | {self.ratio} | {self.goal} | {met} |"


HEAD: Final = "| what | measured | beside | ratio | goal | met |\n|---|---|---|---|---|---|"


# -- taking times -----------------------------------------------------------------------------------------


def once(work: Callable[[], object]) -> float:
    """Seconds of one run by the clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def worked(work: Callable[[], object]) -> float:
    """CPU seconds of one run within this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _in_turn(works: Mapping[str, Callable[[], float]], runs: int) -> dict[str, list[float]]:
    told: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            told[name].append(work())
    return told


def quickest(works: Mapping[str, Callable[[], float]], runs: int) -> dict[str, float]:
    """The least of what each work tells (seconds, mostly), measured in turn."""
    return {name: min(found) for name, found in _in_turn(works, runs).items()}


def medians(works: Mapping[str, Callable[[], float]], runs: int) -> dict[str, float]:
    """The median of what each work tells, measured in turn."""
    return {name: statistics.median(found) for name, found in _in_turn(works, runs).items()}


def timed(work: Callable[[], object]) -> Callable[[], float]:
    return lambda: once(work)


def working(work: Callable[[], object]) -> Callable[[], float]:
    return lambda: worked(work)


# -- rows -------------------------------------------------------------------------------------------------


def shown(taken: float) -> str:
    """Seconds for people."""
    if taken >= 1:
        return f"{taken:.2f} s"
    return f"{taken * 1000:.3g} ms" if taken >= 0.001 else f"{taken * 1_000_000:.3g} µs"


def megabytes(size: float) -> str:
    return f"{size / MEGABYTE:,.0f} MB"


def _beside(other: str, taken: float) -> str:
    return f"{other}: {shown(taken)}"


def faster(what: str, taken: float, other: str, compared: float, at_least: float | None = None) -> Row:
    """``what`` beside a slower ``other``; the ratio says how many times faster it is."""
    ratio = compared / taken
    goal = f"at least {at_least:g}x faster" if at_least else ""
    met = ratio >= at_least if at_least else None
    return Row(what, shown(taken), _beside(other, compared), f"{ratio:.1f}x faster", goal, met)


def within(what: str, taken: float, other: str, compared: float, at_most: float | None = None) -> Row:
    """``what`` beside what it cannot beat; the ratio says how many times as long it takes."""
    ratio = taken / compared
    goal = f"at most {at_most:g}x" if at_most else ""
    return Row(
        what, shown(taken), _beside(other, compared), f"{ratio:.2f}x", goal, ratio <= at_most if at_most else None
    )


def under(what: str, taken: float, limit: float | None = None) -> Row:
    """``what`` by itself, against a limit in seconds."""
    goal = f"under {shown(limit)}" if limit else ""
    return Row(what, shown(taken), goal=goal, met=taken < limit if limit else None)


def phase(what: str, taken: float, whole: float) -> Row:
    """A part of the row above."""
    return Row(f"- {what}", shown(taken), ratio=f"{taken / whole:.0%}")
