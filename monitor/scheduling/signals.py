"""Signals as values: what is sent to the process waits in an inbox until the main thread takes it.

The second signal that asks for the end does not wait: whatever the main thread is busy with, ``now`` is called.
"""

from __future__ import annotations

import queue
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_ENDING: Final = ("SIGTERM", "SIGINT")
_KNOWN: Final = (*_ENDING, "SIGHUP")


class SignalInbox:
    """An Inbox of the daemon. ``now`` ends the process."""

    def __init__(self, now: Callable[[], None]) -> None:
        self._now = now
        self._names: queue.SimpleQueue[str] = queue.SimpleQueue()  # may be filled from within a signal's handler
        self._ending = False

    def put(self, name: str) -> None:
        if name in _ENDING and self._ending:
            self._now()
        self._ending = self._ending or name in _ENDING
        self._names.put(name)

    def take(self, seconds: float) -> str | None:
        try:
            return self._names.get(timeout=seconds)
        except queue.Empty:
            return None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Takes the process's signals in within the block; to be entered in the main thread."""
        numbers = [getattr(signal, name) for name in _KNOWN if hasattr(signal, name)]
        before = {number: signal.signal(number, self._handle) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle(self, number: int, _: FrameType | None) -> None:
        self.put(signal.Signals(number).name)
