"""The one place where live objects are made from settings: store, masker, clock, workers, locks, callers."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from monitor.calling.client import Caller
from monitor.model import Secret, Settings, Vendor
from monitor.pipeline.tools import Judges, Listener, Tools
from monitor.recordings.locks import vendor_lock
from monitor.recordings.masking import Masker
from monitor.recordings.store import Store
from monitor.workers import JudgePool


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock of the whole program


def workers_for(cases: int) -> int:
    """As many workers as there are processors and cases: a worker costs a third of a second to start."""
    return max(1, min(cases, os.cpu_count() or 1, 4))


def known_secrets(settings: Settings) -> tuple[Secret, ...]:
    """Every value to mask, in lower and upper case too: vendors fold the case of keys and media types in echoes."""
    spelt = ((s.name, value) for s in settings.secrets for value in (s.value, s.value.lower(), s.value.upper()))
    return tuple(Secret(name, value) for name, value in dict.fromkeys(spelt))


def tools_of(settings: Settings, listener: Listener, command: str, wait: float | None = 0) -> Tools:
    """Everything the road needs. ``wait`` is how many seconds to wait for another run's lock, None for ever."""
    holder = f"monitor {command}"
    state = Path(settings.state_dir)

    @contextmanager
    def judges(cases: int) -> Iterator[Judges]:
        with JudgePool(workers_for(cases)) as pool:
            yield pool

    def lock(vendor: str) -> AbstractContextManager[None]:
        return vendor_lock(state, vendor, holder, wait)

    def try_lock(vendor: str) -> AbstractContextManager[None]:
        return vendor_lock(state, vendor, holder, 0)

    def caller(vendor: Vendor) -> Caller:
        return Caller(vendor, now)

    return Tools(
        store=Store(Path(settings.recordings_dir)),
        masker=Masker(known_secrets(settings)),
        clock=now,
        entropy=secrets.token_bytes,
        caller=caller,
        judges=judges,
        lock=lock,
        try_lock=try_lock,
        listener=listener,
    )
