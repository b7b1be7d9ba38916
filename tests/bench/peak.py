"""``python -m tests.bench.peak FILE COMMAND...``: runs ``monitor COMMAND...`` and writes what memory it took to FILE.

A process of its own, for a peak is of a whole process. FILE is JSON: {"parent", "worker"} in bytes; "worker" is the
largest of the processes that it started and waited for.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from monitor.cli.main import run

_STATUS = Path("/proc/self/status")


def _largest(who: int) -> int:
    size = resource.getrusage(who).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024


def _own() -> int:
    """On Linux ru_maxrss begins at what the process that started us held; VmHWM is ours alone."""
    if not _STATUS.exists():
        return _largest(resource.RUSAGE_SELF)
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def main() -> None:
    target, sys.argv = Path(sys.argv[1]), ["monitor", *sys.argv[2:]]
    try:
        run()
    finally:
        found = {"parent": _own(), "worker": _largest(resource.RUSAGE_CHILDREN)}
        target.write_text(json.dumps(found), encoding="ascii")


if __name__ == "__main__":
    main()
