"""How a check under way ends when the daemon is told to: the exchange in hand is finished, and nothing new begins.

1. The road itself begins no call once ``event`` is set, and what it waits for then (a vendor that is down) it waits for
   no longer; calls under way go on to their end, and their recordings are kept.
2. Where a request was left unasked, closing the caller raises StoppedError: the run has no report then, and the next
   run over its vendor closes it (what was recorded is judged). A report of it would count as the slot's check, and tell
   people that requests were not made, which is no news to them: the run that makes up for it makes them all again.
3. A run that asked for everything is judged and told as ever.
4. ``abort`` drops what is under way: for those who wait no longer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from monitor.errors import NotJudgedError
from monitor.model import Exchange, Request, Result, Vendor

if TYPE_CHECKING:
    from monitor.calling.pool import Calls


class StoppedError(Exception):
    """The run was left before all was asked; its recordings are kept."""


class Progress:
    """A Listener of one run over one vendor, that only counts. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = 0

    def planned(self, count: int) -> None:
        with self._lock:
            self._left += count

    def done(self, result: Result) -> None:  # noqa: ARG002 - it counts
        with self._lock:
            self._left -= 1

    @property
    def left(self) -> int:
        """How many requests have no answer yet."""
        with self._lock:
            return self._left


class Stop:
    """Whether the end was asked for, and who calls meanwhile. Thread-safe."""

    def __init__(self) -> None:
        self.event = threading.Event()  # set once the end was asked for
        self._lock = threading.Lock()
        self._callers: dict[int, Calls] = {}

    @property
    def asked(self) -> bool:
        return self.event.is_set()

    def ask(self) -> None:
        self.event.set()

    def abort(self) -> None:
        """Ends all calls under way at once."""
        self.event.set()
        with self._lock:
            callers = tuple(self._callers.values())
        for caller in callers:
            caller.abort()

    def guard(self, make: Callable[[Vendor], Calls], progress: Progress) -> Callable[[Vendor], Calls]:
        """Callers like those of ``make`` that end as said above; ``progress`` is their run's."""
        return lambda vendor: _Guarded(make(vendor), self, progress)

    def entered(self, caller: Calls) -> None:
        with self._lock:
            self._callers[id(caller)] = caller
        if self.asked:  # perhaps it was aborted meanwhile
            caller.abort()

    def left(self, caller: Calls) -> None:
        with self._lock:
            self._callers.pop(id(caller), None)


class _Guarded:
    """A caller of one vendor; see the rules above."""

    def __init__(self, inner: Calls, stop: Stop, progress: Progress) -> None:
        self._inner = inner
        self._stop = stop
        self._progress = progress

    def __enter__(self) -> Self:
        self._inner.__enter__()
        self._stop.entered(self._inner)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._stop.left(self._inner)
        self._inner.__exit__(kind, error, trace)
        if error is None and self._stop.asked and self._progress.left:
            raise StoppedError

    @property
    def concurrency(self) -> int:
        return self._inner.concurrency

    @property
    def aborted(self) -> bool:
        return self._inner.aborted

    def wait_turn(self) -> None:
        self._check()
        self._inner.wait_turn()
        self._check()

    def abort(self) -> None:
        self._inner.abort()

    def call(self, request: Request) -> Exchange:
        return self._inner.call(request)

    def _check(self) -> None:
        if self._stop.asked:
            raise NotJudgedError("the daemon is ending")  # ends this one of the caller's threads, and no other
