"""A vendor that is down is tried again: what is called, how often, and what is kept of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Exchange, Fault, Outcome, Request, Response, Vendor
from monitor.pipeline.patience import DEFAULT_DELAYS, Patience, call_patiently, delays_of

NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)


def exchange(request: Request, up: bool) -> Exchange:
    if up:
        return Exchange(request, Response(200, "OK", "HTTP/1.1", (), b"{}"), None, NOW, 0.1)
    return Exchange(request, None, Fault(Outcome.VENDOR_DOWN, "connect", "nobody answers"), NOW, 0.1)


@dataclass
class Caller:
    """Answers by what ``up(path, number)`` says of a path's number-th call (from 0)."""

    up: Callable[[str, int], bool]
    called: list[str] = field(default_factory=list)
    concurrency: int = 1
    aborted: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        pass

    def wait_turn(self) -> None: ...

    def abort(self) -> None:
        self.aborted = True

    def call(self, request: Request) -> Exchange:
        with self._lock:
            number = self.called.count(request.url)
            self.called.append(request.url)
        return exchange(request, self.up(request.url, number))


def walk(
    caller: Caller, names: Sequence[str], delays: Sequence[float], ended_after: int = 99
) -> tuple[list[tuple[str, bool, float]], list[float]]:
    """What was kept (key, was it answered, how late), and the delays that were waited."""
    kept: list[tuple[str, bool, float]] = []
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) > ended_after

    patience = Patience(delays, wait, lambda: len(waited) > ended_after, lambda _, one: one.fault is not None)
    requests = {name: Request("GET", name) for name in names}
    call_patiently(caller, requests, patience, lambda key, one, late: kept.append((key, one.fault is None, late)))
    return kept, waited


def test_what_answers_is_never_tried_again() -> None:
    caller = Caller(lambda _path, _number: True)
    assert walk(caller, ["a", "b"], [15, 60]) == ([("a", True, 0.0), ("b", True, 0.0)], [])
    assert caller.called == ["a", "b"]


def test_a_vendor_that_comes_back_is_judged_and_the_rest_with_it() -> None:
    caller = Caller(lambda _path, number: number > 1)
    kept, waited = walk(caller, ["a", "b", "c"], [15, 60, 300])
    assert caller.called == ["a", "b", "c", "a", "a", "b", "c", "b", "c"]
    assert sorted(kept) == [("a", True, 75.0), ("b", True, 375.0), ("c", True, 375.0)]
    assert waited == [15, 60, 300]


def test_only_one_call_asks_whether_it_is_still_down() -> None:
    caller = Caller(lambda _path, _number: False)
    kept, waited = walk(caller, ["a", "b", "c"], [15, 60, 300])
    assert caller.called == ["a", "b", "c", *["a", "a", "a"]]
    assert sorted(kept) == [("a", False, 375.0), ("b", False, 375.0), ("c", False, 375.0)]
    assert waited == [15, 60, 300]


def test_a_run_that_is_told_to_end_keeps_what_there_is() -> None:
    caller = Caller(lambda _path, _number: False)
    kept, waited = walk(caller, ["a", "b"], [15, 60, 300], ended_after=0)
    assert sorted(kept) == [("a", False, 0.0), ("b", False, 0.0)]
    assert (waited, caller.called) == ([15], ["a", "b"])


def test_an_interrupt_keeps_what_there_is() -> None:
    kept: list[str] = []

    def wait(_seconds: float) -> bool:
        raise KeyboardInterrupt

    patience = Patience([15], wait, lambda: False, lambda _, one: one.fault is not None)
    with pytest.raises(KeyboardInterrupt):
        call_patiently(
            Caller(lambda _path, _number: False),
            {"a": Request("GET", "a")},
            patience,
            lambda key, _one, _late: kept.append(key),
        )
    assert kept == ["a"]


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.lists(st.booleans(), max_size=5), min_size=1),
    st.lists(st.sampled_from([15.0, 60.0]), max_size=3),
)
def test_each_is_kept_once_whatever_the_vendor_does(answers: dict[str, list[bool]], delays: list[float]) -> None:
    caller = Caller(lambda path, number: number >= len(answers[path]) or answers[path][number])
    kept, waited = walk(caller, list(answers), delays)
    assert sorted(key for key, _, _ in kept) == sorted(answers)
    assert len(waited) <= len(delays)
    for key, answered, late in kept:
        assert caller.called.count(key) <= 1 + len(delays)
        assert late <= sum(delays)
        assert answered or not delays or late > 0


def test_a_check_by_hand_is_not_patient_unless_monitor_yaml_says_so() -> None:
    vendor = Vendor("crm", "http://crm.example")
    assert delays_of(vendor, notify=False) == ()
    assert delays_of(vendor, notify=True) == DEFAULT_DELAYS
    set_by_hand = Vendor("crm", "http://crm.example", down_retries=(1.0,))
    assert delays_of(set_by_hand, notify=False) == delays_of(set_by_hand, notify=True) == (1.0,)
