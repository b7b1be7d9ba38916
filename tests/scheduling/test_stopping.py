"""How calls under way end: those in hand are finished, none begins, and the run is left for the next to close."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import pytest

from monitor.calling.pool import call_all
from monitor.errors import NotJudgedError
from monitor.model import Exchange, Outcome, Request, Result, Vendor
from monitor.scheduling.stopping import Progress, Stop, StoppedError

REQUESTS = [(f"r{number}", Request("GET", f"http://127.0.0.1/{number}")) for number in range(6)]


@dataclass
class Slow:
    """A caller of two calls at once, each of which waits until it is let go or aborted."""

    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    go: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    closed: bool = False
    concurrency: int = 2

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.closed = True

    @property
    def aborted(self) -> bool:
        return self.ended.is_set()

    def wait_turn(self) -> None:
        """There is no limit."""

    def abort(self) -> None:
        self.ended.set()
        self.go.set()

    def call(self, request: Request) -> Exchange:
        self.begun.release()
        assert self.go.wait(10)
        if self.aborted:
            raise NotJudgedError("the call was stopped")
        return Exchange(request, None, None, datetime(2026, 1, 1, tzinfo=UTC), 0.0)


class Run:
    """``call_all`` in a thread, as a check makes it."""

    def __init__(self, slow: Slow, stop: Stop, count: int) -> None:
        self.done: list[str] = []
        self.error: BaseException | None = None
        self._progress = Progress()
        self._progress.planned(count)
        self._make = stop.guard(lambda vendor: slow, self._progress)
        self._count = count
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            with self._make(Vendor("crm", "")) as caller:
                call_all(caller, REQUESTS[: self._count], self._keep)
        except BaseException as error:  # noqa: BLE001 - what came out is what is looked at
            self.error = error

    def _keep(self, key: str, exchange: Exchange) -> None:
        self.done.append(key)
        self._progress.done(Result("crm", key, key, Outcome.SAME))


@pytest.mark.parametrize(
    ("count", "kept", "left"),
    [(6, 2, True), (3, 2, True), (2, 2, False), (1, 1, False)],  # all had begun: the run goes on to its report
)
def test_calls_in_hand_are_finished_and_none_begins(count: int, kept: int, left: bool) -> None:
    slow, stop = Slow(), Stop()
    run = Run(slow, stop, count)
    for _ in range(min(count, 2)):
        assert slow.begun.acquire(timeout=10)
    stop.ask()
    slow.go.set()
    run.thread.join(10)
    assert len(run.done) == kept
    assert isinstance(run.error, StoppedError) is left
    assert slow.closed
    assert not slow.aborted


def test_who_waits_no_longer_drops_them() -> None:
    slow, stop = Slow(), Stop()
    run = Run(slow, stop, 2)
    for _ in range(2):
        assert slow.begun.acquire(timeout=10)
    stop.abort()
    run.thread.join(10)
    assert run.done == []
    assert isinstance(run.error, StoppedError)


def test_without_an_end_nothing_is_different() -> None:
    slow, stop = Slow(), Stop()
    slow.go.set()
    run = Run(slow, stop, 6)
    run.thread.join(10)
    assert (sorted(run.done), run.error) == ([key for key, _ in REQUESTS], None)
    stop.abort()
    assert not slow.aborted  # it is long closed
