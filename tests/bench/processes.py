"""Other processes: what they take in wall and CPU seconds."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of one process and all that it started and waited for."""

    wall: float
    cpu: float
    code: int
    output: str


def environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **more}


def cpu_of(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def cpu() -> float:
    """CPU seconds of this process and of those that it has waited for."""
    return cpu_of(resource.RUSAGE_SELF) + cpu_of(resource.RUSAGE_CHILDREN)


def run(
    command: Sequence[str], folder: Path | None = None, more: Mapping[str, str] | None = None, *, quiet: bool = False
) -> Spent:
    """Runs ``command`` to its end, whatever its exit code is. One at a time: CPU seconds are told by difference.

    ``quiet``: what it says on standard error is part of its output.
    """
    before, start = cpu_of(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run(
        command,
        cwd=folder,
        env=environment(more or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        check=False,
    )
    return Spent(time.perf_counter() - start, cpu_of(resource.RUSAGE_CHILDREN) - before, ended.returncode, ended.stdout)


def python(
    *arguments: str, folder: Path | None = None, more: Mapping[str, str] | None = None, quiet: bool = False
) -> Spent:
    return run([sys.executable, *arguments], folder, more, quiet=quiet)


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """A server in a process of its own, which prints its URL as its first line."""
    command = [sys.executable, "-m", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment({}), cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            assert url, "the server did not start"
            yield url
        finally:
            process.terminate()
