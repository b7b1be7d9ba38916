"""Whether the clock was set, or the machine slept. PURE.

The time of day is compared with a clock that is never set. Where they drift apart by more than ``TOLERANCE`` from one
look to the next, the time of day jumped: forward when the machine slept (its other clock may have stood still) or
somebody set it, back when somebody set it. Small corrections, as time servers make them, are no jumps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

TOLERANCE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Look:
    """The two clocks at one time. ``steady`` counts seconds from an unknown beginning."""

    wall: datetime
    steady: float


def jump(before: Look, now: Look) -> timedelta | None:
    """How far the time of day jumped between two looks, back where negative; None: it did not."""
    passed = timedelta(seconds=now.steady - before.steady)
    moved = (now.wall - before.wall) - passed
    return moved if abs(moved) > TOLERANCE else None
