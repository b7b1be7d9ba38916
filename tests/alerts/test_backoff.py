"""The waits between tries, and when there are no more."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.backoff import FIRST, JITTER, LONGEST, PATIENCE, given_up, wait
from monitor.model import Intent
from tests.alerts.outboxes import NOW, message

CHANCES = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("attempts", "asked", "chance", "seconds"),
    [
        (0, None, 0.0, 30),
        (1, None, 0.0, 60),
        (2, None, 0.0, 120),
        (9, None, 0.0, 15_360),
        (10, None, 0.0, 21_600),
        (1_000_000, None, 0.0, 21_600),
        (-1, None, 0.0, 30),
        (0, None, 0.8, 36),
        (10, None, 0.4, 23_760),
        (0, 10.0, 0.0, 30),  # asked for less than we would wait
        (0, 90.0, 0.0, 90),
        (0, 90.0, 0.4, 99),  # never earlier than asked for
        (0, 1e12, 0.0, 21_600),
        (0, math.inf, 0.0, 21_600),
        (0, math.nan, 0.0, 30),
        (0, -5.0, 0.0, 30),
        (0, 0.0, 0.0, 30),
    ],
)
def test_how_long_is_waited(attempts: int, asked: float | None, chance: float, seconds: float) -> None:
    assert wait(attempts, asked, chance) == timedelta(seconds=seconds)


@given(st.integers(0, 50), CHANCES, CHANCES)
def test_no_wait_is_shorter_than_the_one_before_it_until_the_longest(attempts: int, one: float, other: float) -> None:
    before, after = wait(attempts, None, one), wait(attempts + 1, None, other)
    assert before <= after or after >= LONGEST


@given(st.integers(-5, 10_000), st.none() | st.floats(), CHANCES)
def test_every_wait_has_bounds(attempts: int, asked: float | None, chance: float) -> None:
    assert FIRST <= wait(attempts, asked, chance) <= LONGEST * (1 + JITTER)


@pytest.mark.parametrize(
    ("age", "runs", "over"),
    [
        (PATIENCE, 2, True),
        (PATIENCE * 2, 5, True),
        (PATIENCE - timedelta(seconds=1), 100, False),
        (PATIENCE * 2, 1, False),
        (PATIENCE * 2, 0, False),
        (-PATIENCE * 2, 5, False),  # the clock went back
    ],
)
def test_when_it_is_given_up(age: timedelta, runs: int, over: bool) -> None:
    intent = replace(Intent(1, 1, "slack", message(), "k", NOW), runs=runs)
    assert given_up(intent, NOW + age) is over
