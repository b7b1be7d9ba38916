"""What the road needs from outside: live objects made by wiring, and what it is asked to do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from monitor.model import Case, Judgement, Limits, Result, RunReport, Severity, StoredCase, Vendor
from monitor.recordings.masking import Masker
from monitor.recordings.store import Store

if TYPE_CHECKING:
    from monitor.calling.pool import Calls


class Judges(Protocol):
    """Judges cases elsewhere, each within ``limits``. A judgement is always a value."""

    def submit(self, case: Case | StoredCase, limits: Limits) -> Future[Judgement]: ...


class Listener(Protocol):
    """Told of progress, from any thread; must not raise."""

    def planned(self, count: int) -> None: ...

    def done(self, result: Result) -> None: ...


class Book(Protocol):
    """What keeps a run's report beside its folder: the ledger, or nothing. Called while the vendors' locks are held."""

    def keep(self, report: RunReport) -> None:
        """The report is on disk. Must not raise: what was found is told whatever becomes of the ledger."""

    def held(self) -> frozenset[str] | None:
        """Ids of the runs that must not be deleted: evidence of what is open. None: it cannot tell."""


class NoBook:
    """Keeps nothing."""

    def keep(self, report: RunReport) -> None: ...

    def held(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Tools:
    """``judges(cases)`` opens a pool fit for that many cases.

    ``lock(vendor)`` waits as the user said, then raises LockHeldError; ``try_lock`` never waits. Once ``stopping`` is
    set no call is begun: exchanges under way end, and the run is closed with what there is.
    """

    store: Store
    masker: Masker
    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]
    caller: Callable[[Vendor], Calls]
    judges: Callable[[int], AbstractContextManager[Judges]]
    lock: Callable[[str], AbstractContextManager[None]]
    try_lock: Callable[[str], AbstractContextManager[None]]
    listener: Listener
    book: Book = field(default_factory=NoBook)
    stopping: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which vendors (empty: all) and which interaction (id or description; None: all).

    ``official``: contracts are judged by the official Verifier as well (recheck). ``notify``: people are told.
    """

    vendors: tuple[str, ...] = ()
    interaction: str | None = None
    fail_on: Severity = Severity.BREAKING
    official: bool = False
    notify: bool = False
