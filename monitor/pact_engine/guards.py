"""What has to hold around a call of the official Verifier, which reads the environment and prints.

1. ``PACT_DO_NOT_TRACK`` is the literal ``true``: with anything else it phones home.
2. No proxy stands between it and 127.0.0.1, and no variable chooses an experimental matcher.
3. File descriptor 1 leads nowhere: it prints vendor values there.
4. Its log, which holds such values too, is not passed on.
All of that belongs to the process: this is for one thread at a time, best in a worker process.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
_LOOPBACK: Final = "127.0.0.1,localhost"
_NEEDED: Final[Mapping[str, str | None]] = {
    "PACT_DO_NOT_TRACK": "true",
    "PACT_MATCHING_ENGINE": None,
    "NO_PROXY": _LOOPBACK,  # macOS has proxies that are in no variable
    "no_proxy": _LOOPBACK,
    **dict.fromkeys(_PROXIES),
}
_LOG: Final = "pact.ffi"
_NOTHING: Final = logging.CRITICAL + 1


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def _environment() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _NEEDED}
    _set(_NEEDED)
    try:
        yield
    finally:
        _set(before)


@contextmanager
def _no_output() -> Iterator[None]:
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # it is closed
        kept = None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if nowhere != 1:
        os.dup2(nowhere, 1)
        os.close(nowhere)
    try:
        yield
    finally:
        if kept is None:
            os.close(1)
        else:
            os.dup2(kept, 1)
            os.close(kept)


@contextmanager
def _no_log() -> Iterator[None]:
    logger = logging.getLogger(_LOG)
    before = logger.level
    logger.setLevel(_NOTHING)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def guarded() -> Iterator[None]:
    """All guards hold inside the block; everything is as it was behind it. Not thread-safe."""
    with _environment(), _no_output(), _no_log():
        yield
