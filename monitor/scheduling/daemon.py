"""The daemon: checks when they are due, deliveries, missed slots, and how it is told to reload and to end.

1. One thread, the main one, waits for signals and looks at the clock; the timetable's threads do everything else.
2. SIGHUP: monitor.yaml is read again. Only where all of it is right do its schedules take the place of the old ones;
   else nothing changes, every fault is an event, and people are told (an incident that the next good reload ends).
3. SIGTERM, SIGINT: nothing new begins; the exchanges and deliveries in hand are finished, for ``SOFT`` seconds at most,
   then calls are broken off. What is left then is left as a crash would leave it: recordings are kept, the next run
   closes the plan, what was not marked as sent is sent again. A second such signal ends the process at once.
4. Where the time of day jumped (the machine slept, the clock was set), all jobs are made anew from monitor.yaml and the
   ledger, as at the start: what is overdue is due now, once, and nothing waits for a time that will not come.
5. Chores fail without end where a disk or the ledger is gone: of each the error is told once, and that it is over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from monitor.errors import ConfigError, LedgerError, MonitorError
from monitor.model import Settings
from monitor.model.moments import stamp
from monitor.scheduling.checks import Checks, first_check, told
from monitor.scheduling.clock import Look, jump
from monitor.scheduling.events import Events
from monitor.scheduling.house import House
from monitor.scheduling.moments import Moments
from monitor.scheduling.stopping import Stop
from monitor.scheduling.timetable import Job, Timetable, every

TICK: Final = 15.0  # seconds from one look at the clock to the next
SOFT: Final = 10.0  # seconds for exchanges in hand
HARD: Final = 5.0  # and for what was broken off to end
DELIVER_EVERY: Final = timedelta(minutes=1)
LOOK_EVERY: Final = timedelta(minutes=5)  # for missed slots
TERM, INT, HUP = "SIGTERM", "SIGINT", "SIGHUP"
INTERRUPTED: Final = 130


class Inbox(Protocol):
    """Signals as they come in."""

    def take(self, seconds: float) -> str | None:
        """The next one's name; None where none came for so long."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """What the daemon has from outside. ``steady`` counts seconds and is never set; ``seed`` is this host's.

    ``ready`` and ``stopping`` tell whoever started it (systemd) how far it is. ``soft`` and ``hard``: rule 3.
    """

    house: House
    events: Events
    clock: Callable[[], datetime]
    steady: Callable[[], float]
    inbox: Inbox
    seed: str = ""
    ready: Callable[[], None] = lambda: None
    stopping: Callable[[], None] = lambda: None
    soft: float = SOFT
    hard: float = HARD


@dataclass(frozen=True, slots=True)
class Ended:
    """``clean``: nothing is left running in a thread."""

    exit_code: int
    clean: bool


class Daemon:
    """Runs until it is told to end. ``timetable`` is given what to call where a job still runs when it is due."""

    def __init__(self, world: World, timetable: Callable[[Callable[[str], None]], Timetable]) -> None:
        self._world = world
        self._house = world.house
        self._events = world.events
        self._stop = Stop()
        self._timetable = timetable(self._overlapped)
        self._checks = Checks(self._house, self._stop, world.clock, world.events, world.seed, self._again)
        self._busy: set[str] = set()  # names of jobs that run
        self._idle = threading.Condition()
        self._ailing: dict[str, list[str]] = {}  # chore -> what went wrong
        self._missed: dict[str, datetime] = {}  # vendor -> the slot that was told
        self._look = Look(world.clock(), world.steady())
        self._stale = False  # the jobs are not those of the settings, for want of the ledger

    def run(self) -> Ended:
        """Raises MonitorError where it cannot begin: monitor.yaml is wrong, or the ledger is out of reach."""
        settings = self._house.load()
        self._put(settings)
        self._guarded("config", lambda: self._house.faulty(settings, "", None))
        self._timetable.start()
        self._events("started", vendors=self._scheduled(settings))
        self._world.ready()
        while True:
            name = self._world.inbox.take(TICK)
            if name in (TERM, INT):
                return self._end(name)
            if name == HUP:
                self._reload()
            self._look_at_clock()

    # -- jobs --------------------------------------------------------------------------------------------------

    @staticmethod
    def _scheduled(settings: Settings) -> list[str]:
        return [name for name, vendor in settings.vendors.items() if vendor.schedule]

    def _put(self, settings: Settings) -> None:
        """Makes all jobs, from the settings and the ledger as they are now."""
        now = self._world.clock()
        self._checks.settings = settings
        self._stale = True
        self._timetable.put([*self._check_jobs(settings, now), *self._chores(now)])
        self._stale = False

    def _check_jobs(self, settings: Settings, now: datetime) -> Iterator[Job]:
        for name, vendor in settings.vendors.items():
            moments = self._checks.moments(vendor)
            if moments is None:
                continue
            known = self._house.known_since(settings, vendor, now)
            began = self._house.began(settings, name, moments.last(now).slot)
            yield self._check_job(name, moments, first_check(moments, known, began, now))

    def _check_job(self, vendor: str, moments: Moments, first: datetime) -> Job:
        return Job(f"check:{vendor}", first, lambda at: moments.after(at).at, lambda: self._check(vendor), check=True)

    def _chores(self, now: datetime) -> Iterator[Job]:
        yield Job("deliver", now, every(DELIVER_EVERY), lambda: self._chore("deliver", self._deliver))
        # later than the checks that are overdue now begin
        yield Job(
            "missed", now + DELIVER_EVERY, every(LOOK_EVERY), lambda: self._chore("missed", self._look_for_missed)
        )

    def _again(self, vendor: str, at: datetime) -> None:
        if not self._stop.asked:
            self._timetable.sooner(f"check:{vendor}", at)

    def _overlapped(self, job: str) -> None:
        kind, _, vendor = job.partition(":")
        if kind == "check":
            self._events("check_overlapped", vendor=vendor)

    @contextmanager
    def _working(self, job: str) -> Iterator[None]:
        with self._idle:
            self._busy.add(job)
        try:
            yield
        finally:
            with self._idle:
                self._busy.discard(job)
                self._idle.notify_all()

    def _check(self, vendor: str) -> None:
        with self._working(f"check:{vendor}"):
            self._checks.check(vendor)

    def _chore(self, name: str, work: Callable[[], None]) -> None:
        if not self._stop.asked:
            with self._working(name):
                self._guarded(name, work)

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        """Does ``work``; what goes wrong is an event, once as long as it stays the same (rule 5)."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - a chore that fails must not end the daemon
            faults = told(error)
            if self._ailing.get(name) != faults:
                self._ailing[name] = faults
                self._events("failed", job=name, error=faults)
        else:
            if self._ailing.pop(name, None):
                self._events("mended", job=name)

    def _deliver(self) -> None:
        done = self._house.deliver(self._current(), self._stop)
        if done:
            self._events("delivered", **done)

    def _current(self) -> Settings:
        """The settings with their secrets as they are now; where those cannot be had, alerts go out with the last."""
        try:
            return self._house.fresh()
        except ConfigError:
            if self._checks.settings is None:
                raise
            return self._checks.settings

    def _look_for_missed(self) -> None:
        with self._idle:
            busy = {job.partition(":")[2] for job in self._busy if job.startswith("check:")}
        for missed in self._house.missed(self._current(), busy):
            if self._missed.get(missed.vendor) != missed.slot:
                self._missed[missed.vendor] = missed.slot
                self._events("check_missed", vendor=missed.vendor, slot=stamp(missed.slot), slots=missed.slots)

    # -- reload, clock, end ------------------------------------------------------------------------------------

    def _reload(self) -> None:
        before = self._checks.settings
        try:
            settings = self._house.load()
            self._put(settings)
        except LedgerError as error:  # nothing wrong with monitor.yaml: tried again at the next look at the clock
            self._events("failed", job="timetable", error=told(error))
        except Exception as error:  # noqa: BLE001 - rule 2
            self._events("reload_failed", faults=told(error))
            if before is not None and isinstance(error, MonitorError):
                wrong = error
                self._guarded("config", lambda: self._house.faulty(before, "", wrong))
        else:
            self._events("reloaded", vendors=self._scheduled(settings))
            self._guarded("config", lambda: self._house.faulty(settings, "", None))

    def _look_at_clock(self) -> None:
        look = Look(self._world.clock(), self._world.steady())
        jumped = jump(self._look, look)
        self._look = look
        settings = self._checks.settings
        if jumped is not None:
            self._events("clock_jumped", seconds=round(jumped.total_seconds()))
        if settings is not None and (jumped is not None or self._stale):
            self._guarded("timetable", lambda: self._put(settings))

    def _end(self, name: str) -> Ended:
        self._stop.ask()  # before anybody hears of it
        self._events("stopping", signal=name)
        self._world.stopping()
        self._timetable.end()
        clean = self._wait(self._world.soft)
        if not clean:
            self._stop.abort()
            clean = self._wait(self._world.hard)
        self._events("stopped", clean=clean)
        return Ended(0 if name == TERM else INTERRUPTED, clean)

    def _wait(self, seconds: float) -> bool:
        """Whether all that runs ended within so long."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._busy, seconds)
