"""Many requests to one vendor at once, a bounded number of them under way.

Worker threads call; the thread that called ``call_all`` is told of each exchange as it ends, so that whoever
records and judges there needs no lock. While it is busy at most a few finished exchanges wait for it: then the
workers wait too, and bodies do not pile up in memory.

Ctrl-C, an error in ``on_done`` or ``Calls.abort`` from another thread end it: sockets are shut down, exchanges
under way are dropped, threads joined. They are daemon threads, so that nothing can hold the interpreter up.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Final, Protocol, Self

from monitor.errors import NotJudgedError
from monitor.model import Exchange, Request

JOIN_SECONDS: Final = 5.0  # after an abort threads end at once; this is a last resort


class Calls(Protocol):
    """What gives a response to a request: a ``client.Caller``, or whatever stands in its place. Thread-safe."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    @property
    def concurrency(self) -> int: ...

    @property
    def aborted(self) -> bool: ...

    def wait_turn(self) -> None: ...

    def abort(self) -> None: ...

    def call(self, request: Request) -> Exchange: ...


_Done = tuple[str, Exchange] | BaseException | None  # None: one worker has ended


class _Workers:
    def __init__(
        self, caller: Calls, requests: Iterable[tuple[str, Request]], count: int, stopping: Callable[[], bool]
    ) -> None:
        self._caller = caller
        self._stopping = stopping
        self._work = iter(requests)
        self._lock = threading.Lock()
        self._room = threading.Semaphore(2 * count)
        self.done: queue.SimpleQueue[_Done] = queue.SimpleQueue()
        self.stop = threading.Event()
        self.threads = [
            threading.Thread(target=self._run, name=f"calling {index}", daemon=True) for index in range(count)
        ]

    def taken(self) -> None:
        """One finished exchange was handled: there is room for another."""
        self._room.release()

    def _next(self) -> tuple[str, Request] | None:
        with self._lock:
            return None if self.stop.is_set() or self._stopping() else next(self._work, None)

    def _run(self) -> None:
        try:
            while (job := self._next()) is not None:
                self._caller.wait_turn()
                self._room.acquire()
                if self.stop.is_set() or self._caller.aborted:
                    return
                self.done.put((job[0], self._caller.call(job[1])))
        except NotJudgedError:  # aborted: there is nothing to tell
            return
        except BaseException as error:  # noqa: BLE001 - a bug of ours: raised in the calling thread
            self.done.put(error)
        finally:
            self.done.put(None)

    def end(self) -> None:
        """Drops whatever is under way and joins the threads."""
        self.stop.set()
        self._caller.abort()
        for _ in self.threads:
            self._room.release()
        for thread in self.threads:
            thread.join(JOIN_SECONDS)


def _never() -> bool:
    return False


def call_all(
    caller: Calls,
    requests: Sequence[tuple[str, Request]],
    on_done: Callable[[str, Exchange], None],
    stopping: Callable[[], bool] = _never,
) -> None:
    """Sends ``requests`` (key, request), as many at once as the vendor's concurrency, no faster than its per_second.

    ``on_done(key, exchange)`` is called in this thread, once for each, in the order in which they end; what it
    raises ends everything and comes out. Once ``stopping()`` is true no other request is begun. After
    ``caller.abort()`` from another thread it returns early, the rest untold. The caller cannot be used again after
    an early end.
    """
    if not requests:
        return
    workers = _Workers(caller, requests, min(caller.concurrency, len(requests)), stopping)
    running = 0
    try:
        for thread in workers.threads:
            thread.start()
            running += 1
        while running:
            done = workers.done.get()
            if done is None:
                running -= 1
            elif isinstance(done, BaseException):
                raise done
            else:
                on_done(*done)
                workers.taken()
    finally:
        if running:
            workers.end()
    for thread in workers.threads:
        thread.join()
