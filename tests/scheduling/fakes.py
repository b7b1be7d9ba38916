"""A world for the daemon in which time passes when a test says so, and everything that it calls is written down."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.errors import MonitorError
from monitor.model import Schedule, Settings, Vendor
from monitor.pipeline.watching import Missed
from monitor.scheduling.daemon import World
from monitor.scheduling.events import Field
from monitor.scheduling.house import Checked
from monitor.scheduling.stopping import Stop
from monitor.scheduling.timetable import Job

MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
DAILY = Schedule("17 5 * * *")


def settings_of(**schedules: Schedule | None) -> Settings:
    vendors = {name: Vendor(name, "", schedule=schedule) for name, schedule in schedules.items()}
    return Settings("/w/monitor.yaml", "/w", vendors, "/w/recordings", "/w/.monitor", "sqlite:///l.db")


@dataclass
class Clocks:
    now: datetime = MONDAY
    seconds: float = 1000.0

    def wall(self) -> datetime:
        return self.now

    def steady(self) -> float:
        return self.seconds

    def pass_(self, time: timedelta) -> None:
        self.now += time
        self.seconds += time.total_seconds()

    def jump(self, time: timedelta) -> None:
        """The machine slept, or somebody set the clock: the steady one stands still."""
        self.now += time


@dataclass
class FakeTimetable:
    """Runs what is due in the test's own thread, in the order of its moments."""

    clocks: Clocks
    jobs: dict[str, Job] = field(default_factory=dict)
    due: dict[str, datetime] = field(default_factory=dict)
    ended: bool = False

    def start(self) -> None:
        """Jobs run when a test says so."""

    def put(self, jobs: Sequence[Job]) -> None:
        self.jobs = {job.name: job for job in jobs}
        self.due = {job.name: job.first for job in jobs}

    def sooner(self, name: str, at: datetime) -> None:
        if name in self.due:
            self.due[name] = min(self.due[name], at)

    def end(self) -> None:
        self.ended = True

    def run_due(self, kind: str = "") -> int:
        """Each job that is due by now runs once; how many did."""
        now = self.clocks.now
        ready = sorted((at, name) for name, at in self.due.items() if at <= now and name.startswith(kind))
        for at, name in ready:
            self.due[name] = self.jobs[name].after(max(at, now))
            self.jobs[name].run()
        return len(ready)

    def pass_until(self, until: datetime, kind: str = "") -> None:
        """Time goes by, and whatever is due meanwhile runs when it is."""
        while True:
            waiting = [at for name, at in self.due.items() if name.startswith(kind)]
            following = min(waiting, default=until)
            if following > until:
                break
            self.clocks.pass_(max(timedelta(0), following - self.clocks.now))
            self.run_due(kind)
        self.clocks.pass_(max(timedelta(0), until - self.clocks.now))


@dataclass
class FakeHouse:
    """``settings`` is what stands in monitor.yaml: an error where it is wrong. ``began`` are runs of the ledger."""

    clocks: Clocks
    settings: Settings | Exception
    known: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # vendor -> its schedule, and since when
    runs: dict[str, list[datetime]] = field(default_factory=dict)
    fails: dict[str, Exception] = field(default_factory=dict)  # vendor, or a method's name
    told: list[tuple[str, str]] = field(default_factory=list)  # vendor, error
    late: tuple[Missed, ...] = ()
    busy: frozenset[str] = frozenset()
    delivered: Mapping[str, int] = field(default_factory=dict)
    loaded: Settings | None = None
    delivered_with: list[Settings] = field(default_factory=list)
    on_check: Callable[[str, Stop], None] = lambda vendor, stop: None

    def __post_init__(self) -> None:
        assert isinstance(self.settings, Settings)
        crons = {name: vendor.schedule.cron for name, vendor in self.settings.vendors.items() if vendor.schedule}
        self.known = {name: (cron, MONDAY - timedelta(days=365)) for name, cron in crons.items()}

    def _may_fail(self, name: str) -> None:
        if name in self.fails:
            raise self.fails[name]

    def load(self) -> Settings:
        if isinstance(self.settings, Exception):
            raise self.settings
        self.loaded = self.settings
        return self.settings

    def fresh(self) -> Settings:
        self._may_fail("fresh")
        assert self.loaded is not None
        return self.loaded

    def known_since(self, settings: Settings, vendor: Vendor, now: datetime) -> datetime:
        """Those of the beginning are old; any other is new when it is first met."""
        assert vendor.schedule is not None
        cron, since = self.known.get(vendor.name, ("", now))
        if cron != vendor.schedule.cron:
            since = now
            self.known[vendor.name] = (vendor.schedule.cron, since)
        return since

    def began(self, settings: Settings, vendor: str, since: datetime) -> Sequence[datetime]:
        self._may_fail("began")
        return [moment for moment in self.runs.get(vendor, []) if moment >= since]

    def check(self, settings: Settings, vendor: str, stop: Stop) -> Checked:
        self._may_fail(vendor)
        began = self.clocks.now
        self.on_check(vendor, stop)
        self.runs.setdefault(vendor, []).append(began)
        return Checked(f"run-{len(self.runs[vendor])}", 1, ("1 drift at or above breaking in 1 interaction",))

    def deliver(self, settings: Settings, stop: Stop) -> Mapping[str, int]:
        self._may_fail("deliver")
        self.delivered_with.append(settings)
        return self.delivered

    def missed(self, settings: Settings, busy: Collection[str]) -> tuple[Missed, ...]:
        self.busy = frozenset(busy)
        return self.late

    def faulty(self, settings: Settings, vendor: str, error: MonitorError | None) -> None:
        self._may_fail("faulty")
        self.told.append((vendor, str(error) if error else ""))


@dataclass
class FakeInbox:
    """Signals in order; between them ``meanwhile`` runs, the first of what is left of it each time."""

    signals: list[str | Callable[[], None] | None]

    def take(self, seconds: float) -> str | None:
        following = self.signals.pop(0)
        if callable(following):
            following()
            return None
        return following


@dataclass
class Told:
    """Events, as they came."""

    events: list[tuple[str, dict[str, Field]]] = field(default_factory=list)

    def __call__(self, event: str, /, **fields: Field) -> None:
        self.events.append((event, fields))

    def names(self) -> list[str]:
        return [name for name, _ in self.events]

    def of(self, event: str) -> list[dict[str, Field]]:
        return [fields for name, fields in self.events if name == event]


def world_of(house: FakeHouse, clocks: Clocks, told: Told, *signals: str | Callable[[], None] | None) -> World:
    return World(house, told, clocks.wall, clocks.steady, FakeInbox([*signals]), "host")
