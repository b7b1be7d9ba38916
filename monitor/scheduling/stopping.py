"""How a check under way ends when the daemon is told to: the exchange in hand is finished, and nothing new begins.

1. A caller that is guarded lets no further call begin once the end was asked for; calls under way go on to their end,
   and their recordings are kept.
2. Where a call was kept from beginning, closing the caller raises StoppedError: the run has no report then, and the
   next run over its vendor closes it (what was recorded is judged). A report of ours would tell people that the vendor
   was not asked, which is no news to them: the run that makes up for it asks all again.
3. A run whose calls had all begun is judged and told as ever.
4. ``abort`` drops what is under way: for those who wait no longer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from monitor.errors import NotJudgedError
from monitor.model import Exchange, Request, Vendor

if TYPE_CHECKING:
    from monitor.calling.pool import Calls


class StoppedError(Exception):
    """The run was left before all was asked; its recordings are kept."""


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

    def guard(self, make: Callable[[Vendor], Calls]) -> Callable[[Vendor], Calls]:
        """Callers like those of ``make`` that end as said above."""
        return lambda vendor: _Guarded(make(vendor), self)

    def entered(self, caller: Calls) -> None:
        with self._lock:
            self._callers[id(caller)] = caller

    def left(self, caller: Calls) -> None:
        with self._lock:
            self._callers.pop(id(caller), None)


class _Guarded:
    """A caller of one vendor; see the rules above."""

    def __init__(self, inner: Calls, stop: Stop) -> None:
        self._inner = inner
        self._stop = stop
        self._refused = False

    def __enter__(self) -> Self:
        self._inner.__enter__()
        self._stop.entered(self._inner)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._stop.left(self._inner)
        self._inner.__exit__(kind, error, trace)
        if self._refused and error is None:
            raise StoppedError

    @property
    def concurrency(self) -> int:
        return self._inner.concurrency

    @property
    def aborted(self) -> bool:
        gone = self._inner.aborted
        self._refused = self._refused or (gone and self._stop.asked)  # whoever asks was about to call
        return gone

    def wait_turn(self) -> None:
        self._check()
        self._inner.wait_turn()
        self._check()

    def abort(self) -> None:
        self._inner.abort()

    def call(self, request: Request) -> Exchange:
        try:
            return self._inner.call(request)
        except NotJudgedError:  # aborted: its answer is lost
            self._refused = self._refused or self._stop.asked
            raise

    def _check(self) -> None:
        if self._stop.asked:
            self._refused = True
            raise NotJudgedError("the daemon is ending")  # ends this one of the caller's threads, and no other
