"""When a message that did not go through is tried again, and when it is given up. PURE.

1. The wait doubles with every try in vain, from FIRST to LONGEST. What the channel asked for (Retry-After) is waited
   for where it is longer, but never longer than LONGEST.
2. Up to a quarter is added at random, so that what failed together is not tried together. It is never tried earlier
   than asked for, and no wait is shorter than the one before it.
3. Nothing is given up before PATIENCE has passed and LATER_RUNS runs after its own have tried it too: a machine that
   was asleep for a month tries again. A clock that goes back gives up nothing.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

from monitor.model import Intent

FIRST: Final = timedelta(seconds=30)
LONGEST: Final = timedelta(hours=6)
JITTER: Final = 0.25  # of the wait
PATIENCE: Final = timedelta(days=30)
LATER_RUNS: Final = 2

_DOUBLINGS: Final = math.ceil(math.log2(LONGEST / FIRST))


def _asked(retry_after: float | None) -> timedelta:
    if retry_after is None or math.isnan(retry_after) or retry_after <= 0:
        return timedelta(0)
    return timedelta(seconds=min(retry_after, LONGEST.total_seconds()))


def wait(attempts: int, retry_after: float | None, chance: float) -> timedelta:
    """How long to wait after a try in vain that ``attempts`` others came before.

    ``retry_after``: seconds that the channel asked for; ``chance``: at random, from 0 up to 1.
    """
    doubled: timedelta = min(FIRST * 2 ** min(max(attempts, 0), _DOUBLINGS), LONGEST)
    return max(doubled, _asked(retry_after)) * (1 + JITTER * chance)


def given_up(intent: Intent, now: datetime) -> bool:
    """Whether a passing fault of it is its last."""
    return now - intent.created >= PATIENCE and intent.runs >= LATER_RUNS
