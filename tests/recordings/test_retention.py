"""Which runs may go: laws over any runs, and a table of what each rule does alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Retention
from monitor.recordings.names import moment_of
from monitor.recordings.retention import RunFacts, doomed, protected
from monitor.recordings.store import new_run_id

NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
KEYS = ("a/x", "a/y", "b/x", "c/z")


def run(days: float, recordings: str = "a/x", size: int = 100, *, finished: bool = True) -> RunFacts:
    """A run of so many days ago; ``recordings`` separated by blanks."""
    started = NOW - timedelta(days=days)
    return RunFacts(new_run_id(started, b"\0"), started, size, finished, tuple(recordings.split()))


def ages(runs: tuple[RunFacts, ...], retention: Retention, held: frozenset[str] = frozenset()) -> list[int]:
    """How many days old what may go is."""
    return [(NOW - one.run.started).days for one in doomed(runs, retention, NOW, held)]


RUNS = st.lists(
    st.builds(
        run,
        st.integers(-2, 40),
        st.lists(st.sampled_from(KEYS), max_size=3, unique=True).map(" ".join),
        st.integers(0, 1000),
        finished=st.booleans() | st.just(True),
    ),
    max_size=30,
    unique_by=lambda one: one.run_id,
).map(tuple)
BOUND = st.none() | st.integers(0, 40)
RETENTIONS = st.builds(Retention, BOUND, st.integers(0, 4), BOUND.map(lambda bound: bound and bound * 200))
HELD = st.lists(st.integers(0, 29), max_size=3)


def left_of(runs: tuple[RunFacts, ...], retention: Retention, held: frozenset[str]) -> tuple[RunFacts, ...]:
    gone = {one.run.run_id for one in doomed(runs, retention, NOW, held)}
    return tuple(one for one in runs if one.run_id not in gone)


def held_of(runs: tuple[RunFacts, ...], chosen: list[int]) -> frozenset[str]:
    return frozenset(runs[number].run_id for number in chosen if number < len(runs))


@given(RUNS, RETENTIONS, HELD)
def test_what_always_stays(runs: tuple[RunFacts, ...], retention: Retention, chosen: list[int]) -> None:
    held = held_of(runs, chosen)
    left = {one.run_id for one in left_of(runs, retention, held)}
    finished = sorted((one for one in runs if one.finished), key=lambda one: one.run_id, reverse=True)
    assert {one.run_id for one in runs if not one.finished} <= left
    assert held <= left
    assert {one.run_id for one in finished[:1]} <= left
    for vendor in "abc":
        of_vendor = [one.run_id for one in finished if vendor in one.vendors]
        assert set(of_vendor[: retention.keep_last]) <= left
    for key in KEYS:
        assert {one.run_id for one in [one for one in finished if key in one.recordings][:1]} <= left


@given(RUNS, RETENTIONS, HELD)
def test_pruning_again_deletes_nothing_more(
    runs: tuple[RunFacts, ...], retention: Retention, chosen: list[int]
) -> None:
    held = held_of(runs, chosen)
    left = left_of(runs, retention, held)
    assert left_of(left, retention, held) == left


@given(RUNS, RETENTIONS, HELD)
def test_what_is_left_is_within_the_bounds_or_protected(
    runs: tuple[RunFacts, ...], retention: Retention, chosen: list[int]
) -> None:
    held = held_of(runs, chosen)
    left = left_of(runs, retention, held)
    stay = protected(runs, retention.keep_last, held)
    free = [one for one in left if one.run_id not in stay]
    if retention.max_size is not None:
        assert sum(one.size for one in left) <= retention.max_size or not free
    if retention.keep_days is not None:
        assert all(NOW - one.started <= timedelta(days=retention.keep_days) for one in free)


@given(RUNS, RETENTIONS, HELD)
def test_nothing_goes_without_need(runs: tuple[RunFacts, ...], retention: Retention, chosen: list[int]) -> None:
    """What goes is too old; or, if it had stayed with all that is newer, too large."""
    held = held_of(runs, chosen)
    going = doomed(runs, retention, NOW, held)
    assert [one.run.run_id for one in going] == sorted(one.run.run_id for one in going)
    left = left_of(runs, retention, held)
    for one in going:
        old = retention.keep_days is not None and NOW - one.run.started > timedelta(days=retention.keep_days)
        assert ("older" in one.reason) == old
        if not old:
            assert retention.max_size is not None
            newer = sum(o.run.size for o in going if o.run.run_id > one.run.run_id)
            assert sum(o.size for o in left) + one.run.size + newer > retention.max_size


@given(RUNS, st.integers(0, 4), HELD)
def test_nothing_goes_that_nobody_asked_for(runs: tuple[RunFacts, ...], keep_last: int, chosen: list[int]) -> None:
    assert doomed(runs, Retention(keep_last=keep_last), NOW, held_of(runs, chosen)) == ()


@given(RUNS, RETENTIONS)
def test_the_order_of_the_folder_decides_nothing(runs: tuple[RunFacts, ...], retention: Retention) -> None:
    assert doomed(runs, retention, NOW) == doomed(tuple(reversed(runs)), retention, NOW)


TEN = tuple(run(days) for days in range(10))


@pytest.mark.parametrize(
    ("runs", "retention", "gone"),
    [
        (TEN, Retention(keep_days=5, keep_last=2), [9, 8, 7, 6]),
        (TEN, Retention(keep_days=5, keep_last=8), [9, 8]),
        (TEN, Retention(keep_days=5, keep_last=0, max_size=300), [9, 8, 7, 6, 5, 4, 3]),
        (TEN, Retention(keep_last=2, max_size=0), [9, 8, 7, 6, 5, 4, 3, 2]),
        (TEN, Retention(keep_last=0, max_size=0), [9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (TEN, Retention(keep_days=100, max_size=1000), []),
        # of several vendors: kept if one needs it
        ((run(9, "a/x b/x"), run(8), run(7)), Retention(keep_days=1, keep_last=1), [8]),
        # the newest recording of an interaction, although the vendor has newer runs
        ((run(9, "a/y"), run(8, "a/x a/y"), run(7)), Retention(keep_days=1, keep_last=1), [9]),
        # one without a report neither goes nor stands for the newest
        ((run(9), run(8), run(7, finished=False)), Retention(keep_days=1, keep_last=1), [9]),
        # a clock that was ahead
        ((run(9), run(-300), run(-301)), Retention(keep_days=1, keep_last=1), [9]),
        # nothing but a report
        ((run(9, ""), run(8, "a/x"), run(7, "a/x")), Retention(keep_days=1, keep_last=1), [9, 8]),
        ((run(9, "a/x"), run(8, "")), Retention(keep_last=0, max_size=0), []),
        ((), Retention(keep_days=1, max_size=0), []),
    ],
)
def test_rules(runs: tuple[RunFacts, ...], retention: Retention, gone: list[int]) -> None:
    assert ages(runs, retention) == gone


def test_what_is_held_stays() -> None:
    assert ages(TEN, Retention(keep_days=5, keep_last=2), frozenset({TEN[8].run_id})) == [9, 7, 6]


def test_reasons_are_told() -> None:
    going = doomed(TEN, Retention(keep_days=8, keep_last=0, max_size=800), NOW)
    assert [one.reason for one in going] == ["older than 8 days", "all runs take more than 800 B"]
    assert replace(TEN[0], recordings=("a/x", "b/y")).vendors == {"a", "b"}


@pytest.mark.parametrize("odd", ["20261322T085800Z-ab12cd", "99999999T999999Z-000000", "20261122", "", "../x"])
def test_an_id_that_names_no_moment(odd: str) -> None:
    assert moment_of(odd) is None
    assert moment_of("20261122T085800Z-ab12cd") == NOW
