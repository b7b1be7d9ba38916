"""The benchmark itself: its generators give the same bytes every time, and every group runs. Nothing is timed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench import bodies
from tests.bench.bench import GROUPS, rows_of
from tests.bench.measuring import Scale, faster, within
from tests.bench.projects import (
    DRIFTS,
    BenchProject,
    approve,
    drifted_at,
    open_interaction,
    pact_of,
    project,
    quiet,
    record,
    some_drifted,
)

TINY = Scale(0.002)


def _written(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _made(folder: Path) -> BenchProject:
    made = project(folder, 4)
    record(made, some_drifted, runs=2)
    approve(made, quiet)
    return made


def test_a_project_is_the_same_every_time(tmp_path: Path) -> None:
    first, second = (_written(_made(tmp_path / name).folder) for name in ("first", "second"))
    assert first == second
    assert len([name for name in first if name.endswith(".har")]) == 4 * 2 + 4


PAIRS: tuple[Callable[[int], bodies.Pair], ...] = (
    bodies.same_records,
    bodies.one_record_renamed,
    bodies.every_record_renamed,
    bodies.other_records,
    bodies.same_map,
    bodies.one_member_renamed,
    bodies.every_member_renamed,
)


@pytest.mark.parametrize("make", PAIRS, ids=lambda make: make.__name__)
def test_bodies_are_the_same_every_time_and_of_the_size_asked_for(make: Callable[[int], bodies.Pair]) -> None:
    first, second = (json.dumps(make(20_000)) for _ in range(2))
    assert first == second
    assert 2 * 15_000 < len(first) < 2 * 25_000


@pytest.mark.parametrize("make", PAIRS, ids=lambda make: make.__name__)
def test_a_body_that_drifts_differs_and_another_does_not(make: Callable[[int], bodies.Pair]) -> None:
    before, after = make(20_000)
    renamed = json.dumps(after).count("full_name")
    assert bool(renamed) == ("renamed" in make.__name__)
    assert (before == after) == make.__name__.startswith("same")


def test_every_drift_is_among_a_thousand_responses() -> None:
    drifts = [drifted_at(number) for number in range(1_000)]
    assert {*drifts} == {"", *DRIFTS}
    assert sum(map(bool, drifts)) == 100
    assert {len(quiet(number).body) // 100 for number in range(0, 1_000, 50)} <= set(range(9, 12))


def test_an_open_contract_says_nothing_of_the_body() -> None:
    (interaction,) = json.loads(pact_of(1, open_interaction))["interactions"]
    assert "body" not in interaction["response"]


def test_a_row_says_whether_its_goal_was_met() -> None:
    assert "| 4.0x faster | at least 5x faster | NO |" in str(faster("a", 1.0, "b", 4.0, 5))
    assert "| 4.00x | at most 5x | yes |" in str(within("a", 4.0, "b", 1.0, 5))
    assert str(within("a", 4.0, "b", 1.0)).endswith("| 4.00x |  |  |")


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_runs(group: str) -> None:
    rows = list(rows_of(group, TINY))
    assert len(rows) >= 4
    assert all(str(row).count(" | ") >= 5 for row in rows)
