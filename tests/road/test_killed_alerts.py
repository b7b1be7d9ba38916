"""SIGKILL at any moment of `monitor check --notify`: what was found is told, and nothing is torn.

Twenty kills; MONITOR_KILLS=100 for more (`make soak`).
"""

from __future__ import annotations

import os

import pytest

from tests.road.killed_alerts import check_what_is_left, kill_at_random, prepare, receiving
from tests.road.scripted import Project, ScriptedVendor

KILLS = int(os.environ.get("MONITOR_KILLS", "20"))


@pytest.mark.long
def test_a_run_that_is_killed_loses_no_alert(project: Project, vendor: ScriptedVendor) -> None:
    with receiving() as inbox:
        drifting = prepare(project, vendor, inbox, KILLS)
        killed = kill_at_random(project, drifting, KILLS, seed=KILLS)
        check_what_is_left(project, inbox)
    assert killed > KILLS // 4  # a busy machine may be too quick or too slow for some
