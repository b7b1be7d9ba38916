"""Work in our own process that may never end: a user's template, path or regular expression on any body.

The alarm interrupts Python wherever it is; `_Late` is no Exception, so that nothing on the way takes it for its own.
Without alarms (Windows, another thread than the main one) the work is not bounded.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from monitor.errors import NotJudgedError


class _Late(BaseException):
    """The time is up."""


def _ring(_: int, __: FrameType | None) -> None:
    raise _Late


@contextmanager
def within(seconds: float, what: str, fix: str) -> Iterator[None]:
    """Raises NotJudgedError, ``what`` takes more than ``seconds``, where the work in the block does."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _Late:
        raise NotJudgedError(f"{what} takes more than {seconds:g} seconds", fix=fix) from None
    finally:
        signal.signal(signal.SIGALRM, before)
