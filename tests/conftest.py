"""One Hypothesis profile for the whole suite: no deadline, for the machines that run it are shared.

The examples are the same in every run, so that a change is what makes a test fail; MONITOR_FUZZ=1 draws new ones.
"""

from __future__ import annotations

import contextlib
import os
import signal

from hypothesis import settings

settings.register_profile("shared", deadline=None, derandomize=os.environ.get("MONITOR_FUZZ") != "1", database=None)
settings.load_profile("shared")

# a shell starts what it puts into the background with Ctrl-C ignored, and children inherit that: tests send it
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, signal.default_int_handler)
