"""The structural difference of two bodies from their bytes, beside json.loads of one, and beside DeepDiff."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from deepdiff import DeepDiff

from monitor.checking.shape import Learner
from monitor.checking.structure import changes
from monitor.jsonpaths import read_value
from monitor.model import Response
from tests.bench.bodies import (
    Pair,
    every_member_renamed,
    every_record_renamed,
    one_member_renamed,
    one_record_renamed,
    other_records,
    response,
    same_map,
    same_records,
)
from tests.bench.measuring import KILOBYTE, MEGABYTE, Row, Scale, faster, phase, quickest, within, worked, working

# (what, bodies before and after, how many times as long as json.loads of one of them it may take)
CASES: Final[tuple[tuple[str, Callable[[int], Pair], float], ...]] = (
    ("records, other bytes", same_records, 5),
    ("records, one renamed key", one_record_renamed, 5),
    ("records, the key renamed in each", every_record_renamed, 5),
    ("map keyed by data, other bytes", same_map, 6),
    ("map keyed by data, one renamed key", one_member_renamed, 6),
    ("map keyed by data, the key renamed in each", every_member_renamed, 6),
)
# for DeepDiff: order says nothing of structure
BESIDE: Final[Mapping[str, Callable[[int], Pair]]] = {
    "records in another order, every fourth with other values": other_records,
    "records, the key renamed in each": every_record_renamed,
    "map keyed by data, the key renamed in each": every_member_renamed,
}
PATIENCE: Final = 20.0  # seconds that DeepDiff may take
STEP: Final = 4  # from one size that it is tried on to the next


def responses(pair: Pair) -> tuple[Response, Response]:
    """Both as responses of different bytes, also where the values are equal."""
    before, after = map(response, pair)
    return before, replace(after, body=after.body + b"\n")


def _beside_loads(what: str, make: Callable[[int], Pair], at_most: float, scale: Scale) -> Iterator[Row]:
    before, after = responses(make(scale.count(10 * MEGABYTE, least=5 * KILOBYTE)))
    works = {"loads": working(lambda: json.loads(before.body)), "changes": working(lambda: changes(before, after))}
    taken = quickest(works, scale.runs(3))
    label = f"{what}, {len(before.body) / MEGABYTE:.3g} MB"
    yield within(label, taken["changes"], "json.loads of one", taken["loads"], at_most)
    yield from _phases(before, after, taken["changes"], scale)


def _phases(before: Response, after: Response, whole: float, scale: Scale) -> Iterator[Row]:
    bodies = before.body, after.body

    # one body after the other, as changes() has them: more that is held makes Python's collector slower
    def reading() -> None:
        for body in bodies:
            read_value(body)

    def reading_and_learning() -> None:
        learner = Learner()
        for body in bodies:
            learner.learn(read_value(body))

    taken = quickest({"reading": working(reading), "both": working(reading_and_learning)}, scale.runs(2))
    yield phase("reading both", taken["reading"], whole)
    yield phase("learning the shapes of both", max(0.0, taken["both"] - taken["reading"]), whole)
    yield phase("comparing", max(0.0, whole - taken["both"]), whole)


def _deepdiff(pair: Pair) -> float:
    return worked(lambda: DeepDiff(*pair, ignore_order=True))


def largest(make: Callable[[int], Pair], patience: float, most: int) -> tuple[int, float]:
    """The largest size, of some growing ones, that DeepDiff finishes within ``patience`` seconds, and what it took."""
    size, taken = 5 * KILOBYTE, 0.0
    while True:
        before, taken = taken, _deepdiff(make(size))
        growth = max(STEP, taken / before) if before else STEP
        if taken * growth > patience or STEP * size > most:
            return size, taken
        size *= STEP


def _beside_deepdiff(what: str, make: Callable[[int], Pair], scale: Scale) -> Row:
    size, slow = largest(make, PATIENCE * min(1.0, scale.factor), 10 * MEGABYTE)
    before, after = responses(make(size))
    ours = quickest({"ours": working(lambda: changes(before, after))}, scale.runs(5))["ours"]
    label = f"{what}, {len(before.body) / KILOBYTE:,.0f} KB"
    return faster(label, ours, "DeepDiff (ignore_order) of the parsed bodies", slow, 100)


def rows(scale: Scale) -> Iterator[Row]:
    """10 MB beside json.loads, with phases; then beside DeepDiff at the largest size that it can finish."""
    for what, make, at_most in CASES:
        yield from _beside_loads(what, make, at_most, scale)
    for what, make in BESIDE.items():
        yield _beside_deepdiff(what, make, scale)
