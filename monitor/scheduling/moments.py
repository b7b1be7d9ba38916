"""When a schedule's checks begin: its slots, each later by its own jitter. PURE.

1. The moment of a slot is the slot and its jitter: a share of the schedule's ``jitter``, or of the time to the next
   slot where that is less. So a moment lies before the next slot, moments come in the order of their slots, and the
   slot of any moment is the last slot before it.
2. The share is a digest of the slot and of ``seed`` (the vendor and this host), not a throw of dice: a restart between
   slot and moment finds the same moment again, and two hosts do not call one vendor in the same second.
3. All is in UTC; what a time zone's clocks do is the slots' affair.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.model import Schedule
from monitor.slots import last_slot, next_slots

_RANGE: Final = 2**32


@dataclass(frozen=True, slots=True)
class Moment:
    """A slot, and when it is to begin (``at``, not before the slot)."""

    slot: datetime
    at: datetime


def _share(seed: str, slot: datetime) -> float:
    """0 or more, less than 1."""
    digest = hashlib.sha256(f"{seed}\0{slot.timestamp():.0f}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") / _RANGE


@dataclass(frozen=True, slots=True)
class Moments:
    """The moments of one schedule. Raises UsageError, whatever is asked, for a schedule that cannot be."""

    schedule: Schedule
    seed: str = ""

    def after(self, at: datetime) -> Moment:
        """The first moment after ``at``."""
        last = self._of(last_slot(self.schedule, at))
        return last if last.at > at else self._of(next_slots(self.schedule, at, 1)[0])

    def last(self, at: datetime) -> Moment:
        """The newest moment that is not after ``at``."""
        last = self._of(last_slot(self.schedule, at))
        return last if last.at <= at else self._of(last_slot(self.schedule, last.slot - timedelta(seconds=1)))

    def _of(self, slot: datetime) -> Moment:
        if not self.schedule.jitter:
            return Moment(slot, slot)
        gap = next_slots(self.schedule, slot, 1)[0] - slot
        room = min(timedelta(seconds=self.schedule.jitter), gap)
        whole = int(room.total_seconds() * _share(self.seed, slot))
        return Moment(slot, slot + timedelta(seconds=whole))
