"""What the daemon works with, as it sees it: made by the command line, and by tests in another way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.errors import MonitorError
from monitor.model import Settings, Vendor
from monitor.pipeline.watching import Missed
from monitor.scheduling.stopping import Stop


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check that has its report. ``notes`` are what else a person should know."""

    run_id: str
    exit_code: int
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class House(Protocol):
    """Everything outside of the daemon. Called from several threads; every method may raise MonitorError."""

    def load(self) -> Settings:
        """monitor.yaml as it is now, from here on. Where it raises, the one before stays."""
        ...

    def fresh(self) -> Settings:
        """monitor.yaml as it was last loaded, with its secrets and the files that it names as they are now."""
        ...

    def known_since(self, settings: Settings, vendor: Vendor, now: datetime) -> datetime:
        """Since when the vendor's schedule is known."""
        ...

    def began(self, settings: Settings, vendor: str, since: datetime) -> Sequence[datetime]:
        """When whole checks of the vendor began, from ``since`` on."""
        ...

    def check(self, settings: Settings, vendor: str, stop: Stop) -> Checked:
        """A whole check that tells what it finds. Raises StoppedError where it was left because of ``stop``."""
        ...

    def deliver(self, settings: Settings, stop: Stop) -> Mapping[str, int]:
        """Sends what is due, digests included; what came of it, counted. Empty: nothing was due."""
        ...

    def missed(self, settings: Settings, busy: Collection[str]) -> tuple[Missed, ...]:
        """Tells people of missed slots and of those that are made up for. ``busy`` vendors are being checked."""
        ...

    def faulty(self, settings: Settings, vendor: str, error: MonitorError | None) -> None:
        """Tells people that monitor.yaml, or what it names for ``vendor`` (empty: any), is wrong; None: no more."""
        ...
