"""When the time of day jumped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.scheduling.clock import Look, jump
from tests.scheduling.fakes import MONDAY


@pytest.mark.parametrize(
    ("wall", "steady", "jumped"),
    [
        (15, 15, None),
        (15.4, 15, None),  # a time server
        (45, 15, None),
        (46, 15, 31),
        (3600 * 8, 15, 3600 * 8 - 15),  # it slept, and the other clock stood still
        (3600 * 8, 3600 * 8, None),  # it slept, and the other clock did not: waiting was only long
        (15 - 3600, 15, -3600),  # set back
        (-20, 15, -35),
        (0, 15, None),
    ],
)
def test_a_look_at_both_clocks(wall: float, steady: float, jumped: float | None) -> None:
    now = Look(MONDAY + timedelta(seconds=wall), 100.0 + steady)
    found = jump(Look(MONDAY, 100.0), now)
    assert found == (None if jumped is None else timedelta(seconds=jumped))
