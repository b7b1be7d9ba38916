"""One Hypothesis profile for the whole suite: no deadline, for the machines that run it are shared.

The examples are the same in every run, so that a change is what makes a test fail; MONITOR_FUZZ=1 draws new ones.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("shared", deadline=None, derandomize=os.environ.get("MONITOR_FUZZ") != "1", database=None)
settings.load_profile("shared")
