"""The one clock of the languages: how long a rendering has taken. No text depends on it, only that it is given up."""

from __future__ import annotations

from time import thread_time

from monitor.languages.velocity.values import GrowthError


class Clock:
    """``most`` seconds of this thread's own work: what else the machine does is no fault of the template."""

    def __init__(self, most: float) -> None:
        self._most, self._start = most, thread_time()

    def spent(self) -> float:
        return thread_time() - self._start

    def left(self) -> float:
        """Seconds that are left. Raises GrowthError where there are none."""
        left = self._most - self.spent()
        if left <= 0:
            raise GrowthError("the template takes too long")
        return left
