"""A token bucket: how fast a vendor may be called.

The bucket holds up to ``burst`` tokens and gains ``per_second`` of them a second; a call takes one. A caller takes
its token at once, into debt if need be, and sleeps its own debt off: callers are served in the order they came,
and nobody holds the lock while sleeping.
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class Limiter:
    """Thread-safe. ``clock`` gives seconds and never runs backwards; ``sleep`` waits that many seconds."""

    def __init__(
        self, per_second: float, burst: int, clock: Callable[[], float], sleep: Callable[[float], object]
    ) -> None:
        self._rate = per_second
        self._burst = float(max(1, burst))
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._tokens = self._burst
        self._seen = clock()

    def acquire(self) -> None:
        """Returns when the caller may call. At once where ``per_second`` is 0 (no limit)."""
        if self._rate <= 0:
            return
        with self._lock:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._seen) * self._rate) - 1
            self._seen = now
            debt = -self._tokens
        if debt > 0:
            self._sleep(debt / self._rate)
