"""A listener that tells nobody. By itself, for the benchmark of start-up imports it."""

from __future__ import annotations

from monitor.model import Result


class Silent:
    """Shows no progress."""

    def planned(self, count: int) -> None:
        """Nothing to show."""

    def done(self, result: Result) -> None:
        """Nothing to show."""
