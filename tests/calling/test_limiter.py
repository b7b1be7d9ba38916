from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calling.limiter import Limiter


class Time:
    """A clock that moves only when somebody sleeps or says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_burst_and_then_the_rate() -> None:
    time = Time()
    limiter = Limiter(10.0, 4, time.clock, time.sleep)
    seen = []
    for _ in range(7):
        limiter.acquire()
        seen.append(round(time.now - 100.0, 6))
    assert seen == [0, 0, 0, 0, 0.1, 0.2, 0.3]


def test_zero_is_no_limit() -> None:
    time = Time()
    limiter = Limiter(0.0, 1, time.clock, time.sleep)
    for _ in range(1000):
        limiter.acquire()
    assert time.now == 100.0


@pytest.mark.parametrize("burst", [0, -3])
def test_one_call_is_always_possible(burst: int) -> None:
    time = Time()
    Limiter(1.0, burst, time.clock, time.sleep).acquire()
    assert time.now == 100.0


@given(
    st.floats(0.1, 100.0),
    st.integers(1, 8),
    st.lists(st.floats(0.0, 2.0), min_size=1, max_size=30),
)
def test_no_window_holds_more_than_burst_and_rate(rate: float, burst: int, pauses: list[float]) -> None:
    time = Time()
    limiter = Limiter(rate, burst, time.clock, time.sleep)
    calls = []
    for pause in pauses:
        time.now += pause
        limiter.acquire()
        calls.append(time.now)
    for first in range(len(calls)):
        for last in range(first, len(calls)):
            assert last - first + 1 <= burst + (calls[last] - calls[first]) * rate + 1e-6


def test_threads_share_the_bucket() -> None:
    slept: list[float] = []
    limiter = Limiter(10.0, 2, lambda: 0.0, slept.append)
    threads = [threading.Thread(target=limiter.acquire) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(round(seconds, 6) for seconds in slept) == [round(n / 10, 6) for n in range(1, 11)]
