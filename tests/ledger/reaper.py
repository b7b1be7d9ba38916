"""Stops a server of postgres.py whose pytest was killed, and removes what it held: ``python reaper.py FOLDER``.

It waits for the lock that every worker shares for as long as it lives; where all left in order, nothing is left to do.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path


def stop(folder: Path) -> None:
    file = folder / "postmaster.pid"
    with suppress(OSError, ValueError):
        os.kill(int(file.read_text().partition("\n")[0]), signal.SIGQUIT)  # at once: there is nothing to keep
        for _ in range(100):
            if not file.exists():
                break
            time.sleep(0.05)


def reap(folder: Path) -> None:
    with Path(f"{folder}.alive").open("a") as alive:
        fcntl.flock(alive, fcntl.LOCK_EX)
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)
        for name in (f"{folder}.lock", f"{folder}.alive"):
            Path(name).unlink(missing_ok=True)


if __name__ == "__main__":
    reap(Path(sys.argv[1]))
