"""The daemon in a world where time passes when a test says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.errors import ConfigError, ConfigFault, LedgerError
from monitor.model import Schedule
from monitor.pipeline.watching import Missed
from monitor.scheduling.daemon import INTERRUPTED, Daemon, Ended
from monitor.scheduling.stopping import Stop
from tests.scheduling.fakes import DAILY, MONDAY, Clocks, FakeHouse, FakeTimetable, Told, settings_of, world_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SLOT = MONDAY.replace(minute=17)
WRONG = ConfigError(
    [
        ConfigFault("monitor.yaml", 3, 5, "vendors.crm.schedule", "its minute '99' is wrong", "write 0 to 59"),
        ConfigFault("monitor.yaml", 9, 5, "alerts", "unknown channel 'slak'", "did you mean 'slack'?"),
    ]
)
HOURLY = Schedule("0 * * * *")


class Scene:
    """A daemon that is sent ``signals`` one after another; functions among them happen in between."""

    def __init__(self, **schedules: Schedule) -> None:
        self.clocks = Clocks()
        self.house = FakeHouse(self.clocks, settings_of(**schedules or {"crm": DAILY}))
        self.house.runs = {name: [MONDAY - DAY + HOUR] for name in schedules or ["crm"]}
        self.table = FakeTimetable(self.clocks)
        self.told = Told()
        self.overlapped: Callable[[str], None] = lambda name: None
        self.soft = 10.0

    def _table(self, overlapped: Callable[[str], None]) -> FakeTimetable:
        self.overlapped = overlapped
        return self.table

    def run(self, *signals: str | Callable[[], None] | None) -> Ended:
        world = world_of(self.house, self.clocks, self.told, *signals)
        return Daemon(replace(world, soft=self.soft, hard=self.soft), self._table).run()

    def days(self, days: float) -> Callable[[], None]:
        return lambda: self.table.pass_until(self.clocks.now + timedelta(days=days), "check:")

    def sleep(self, time: timedelta) -> Callable[[], None]:
        return lambda: self.clocks.jump(time)

    def now(self) -> None:
        self.table.run_due()

    def checks(self, vendor: str = "crm") -> list[str]:
        return [str(fields["slot"])[:16] for fields in self.told.of("check_started") if fields["vendor"] == vendor]


def test_it_checks_at_every_slot_until_it_is_told_to_end() -> None:
    scene = Scene()
    assert scene.run(scene.days(3), "SIGTERM") == Ended(0, clean=True)
    assert scene.checks() == ["2026-11-23T05:17", "2026-11-24T05:17", "2026-11-25T05:17"]
    assert scene.told.events[0] == ("started", {"vendors": ["crm"]})
    assert scene.told.names()[-2:] == ["stopping", "stopped"]
    assert scene.table.ended


def test_ctrl_c_ends_it_too() -> None:
    assert Scene().run("SIGINT") == Ended(INTERRUPTED, clean=True)


@pytest.mark.parametrize("asleep", [10 * HOUR, 100 * DAY])
def test_ten_slots_that_it_slept_through_are_one_check(asleep: timedelta) -> None:
    scene = Scene(crm=HOURLY)
    scene.house.runs["crm"] = [MONDAY]
    scene.run(scene.sleep(asleep), scene.now, scene.now, scene.days(1 / 12), "SIGTERM")
    first = MONDAY + asleep
    assert [slot[11:] for slot in scene.checks()] == [f"{(first + n * HOUR):%H}:00" for n in range(3)]
    assert scene.told.of("clock_jumped") == [{"seconds": round(asleep.total_seconds())}]


def test_a_restart_makes_up_for_one_slot_and_not_for_one_that_is_served() -> None:
    scene = Scene(crm=HOURLY, billing=HOURLY)
    scene.house.runs = {"crm": [MONDAY - 9 * HOUR], "billing": [MONDAY]}
    scene.run(scene.now, "SIGTERM")
    assert (scene.checks("crm"), scene.checks("billing")) == (["2026-11-23T05:00"], [])


def test_a_clock_set_back_an_hour_brings_no_storm_and_stops_nothing() -> None:
    scene = Scene(crm=Schedule("*/30 * * * *"))
    scene.house.runs["crm"] = [MONDAY]
    scene.run(scene.days(1 / 24), scene.sleep(-HOUR), scene.now, scene.days(1.5 / 24), "SIGTERM")
    assert [slot[11:] for slot in scene.checks()] == ["05:30", "06:00", "06:30"]


def test_a_clock_that_was_years_ahead_stops_nothing() -> None:
    scene = Scene()
    scene.run(scene.sleep(3650 * DAY), scene.now, scene.sleep(-3650 * DAY), scene.now, scene.days(1), "SIGTERM")
    assert [slot[:4] for slot in scene.checks()] == ["2036", "2026"]
    assert scene.checks()[1] == "2026-11-23T05:17"


def test_sighup_takes_new_schedules() -> None:
    scene = Scene()

    def edit() -> None:
        scene.clocks.pass_(timedelta(minutes=1))
        scene.house.settings = settings_of(crm=Schedule("0 12 * * *"), billing=HOURLY)

    scene.run(edit, "SIGHUP", scene.days(1 / 12), "SIGTERM")
    assert scene.told.of("reloaded") == [{"vendors": ["crm", "billing"]}]
    assert (scene.checks("crm"), len(scene.checks("billing"))) == ([], 2)  # nothing at once: it is new


def test_a_bad_file_keeps_the_old_one_and_is_told_until_it_is_good() -> None:
    scene = Scene()
    good = scene.house.settings

    def spoil() -> None:
        scene.house.settings = WRONG

    def mend() -> None:
        scene.house.settings = good

    scene.run(spoil, "SIGHUP", scene.days(1), mend, "SIGHUP", "SIGTERM")
    (failed,) = scene.told.of("reload_failed")
    assert failed["faults"] == str(WRONG).splitlines()
    assert scene.checks() == ["2026-11-23T05:17"]
    assert [told for told in scene.house.told if not told[0]] == [("", ""), ("", str(WRONG)), ("", "")]


def test_a_reload_without_a_ledger_is_made_up_for() -> None:
    scene = Scene()

    def edit() -> None:
        scene.house.settings = settings_of(crm=HOURLY)
        scene.house.fails["began"] = LedgerError("it is locked")

    scene.run(edit, "SIGHUP", None, scene.house.fails.clear, scene.days(1 / 24), "SIGTERM")
    assert [fields["job"] for fields in scene.told.of("failed")] == ["timetable", "timetable"]
    assert scene.told.of("reload_failed") == []
    assert len(scene.checks()) == 2


def test_it_does_not_begin_with_a_bad_file() -> None:
    scene = Scene()
    scene.house.settings = WRONG
    with pytest.raises(ConfigError):
        scene.run()
    assert scene.told.events == []


def test_an_error_of_a_chore_is_told_once_and_when_it_is_over() -> None:
    scene = Scene()
    scene.house.fails["deliver"] = LedgerError("it is locked")

    def minutes() -> None:
        scene.table.pass_until(scene.clocks.now + timedelta(minutes=4), "deliver")

    def mend() -> None:
        del scene.house.fails["deliver"]
        scene.house.delivered = {"sent": 2}

    scene.run(minutes, mend, minutes, "SIGTERM")
    assert scene.told.of("failed") == [{"job": "deliver", "error": ["it is locked"]}]
    assert scene.told.names().count("mended") == 1
    assert scene.told.of("delivered")[0] == {"sent": 2}


def test_alerts_go_out_while_the_configuration_is_wrong() -> None:
    scene = Scene()
    scene.house.fails["fresh"] = WRONG
    scene.run(scene.now, "SIGTERM")
    assert scene.house.delivered_with == [scene.house.settings]


def test_a_missed_slot_is_an_event_once() -> None:
    scene = Scene()
    scene.house.late = (Missed("crm", DAILY, SLOT - DAY, 3, SLOT - 9 * DAY, None),)
    scene.run(lambda: scene.table.pass_until(MONDAY + timedelta(minutes=12), "missed"), "SIGTERM")
    assert scene.told.of("check_missed") == [{"vendor": "crm", "slot": "2026-11-22T05:17:00Z", "slots": 3}]


def test_a_check_that_is_still_under_way_is_told_and_passed_over() -> None:
    scene = Scene()
    scene.run(lambda: scene.overlapped("check:crm"), lambda: scene.overlapped("deliver"), "SIGTERM")
    assert scene.told.of("check_overlapped") == [{"vendor": "crm"}]


def test_the_end_waits_for_a_check_in_hand_and_those_who_look_know_of_it() -> None:
    scene = Scene()
    reached = threading.Event()

    def checking(vendor: str, stop: Stop) -> None:
        scene.table.jobs["missed"].run()
        reached.set()
        assert stop.event.wait(10)  # the end is asked for while it runs

    scene.house.on_check = checking
    scene.clocks.pass_(HOUR)
    thread = threading.Thread(target=lambda: scene.table.run_due("check:"))

    def begin() -> None:
        thread.start()
        assert reached.wait(10)

    ended = scene.run(begin, "SIGTERM")
    thread.join()
    assert ended == Ended(0, clean=True)
    assert scene.house.busy == {"crm"}
    assert scene.told.names()[-3:] == ["stopping", "check_finished", "stopped"]


def test_what_does_not_end_is_left(threads: list[threading.Thread]) -> None:
    scene = Scene()
    scene.soft = 0.0
    reached, go = threading.Event(), threading.Event()

    def checking(vendor: str, stop: Stop) -> None:
        reached.set()
        assert go.wait(10)

    scene.house.on_check = checking
    scene.clocks.pass_(HOUR)
    threads.append(threading.Thread(target=lambda: scene.table.run_due("check:")))

    def begin() -> None:
        threads[0].start()
        assert reached.wait(10)

    assert scene.run(begin, "SIGTERM") == Ended(0, clean=False)
    assert scene.told.of("stopped") == [{"clean": False}]
    go.set()


@pytest.fixture
def threads() -> Iterator[list[threading.Thread]]:
    begun: list[threading.Thread] = []
    yield begun
    for thread in begun:
        thread.join()
