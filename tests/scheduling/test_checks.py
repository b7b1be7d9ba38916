"""Whether a scheduled check is due, and what becomes of one that cannot be made."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.errors import ConfigError, ConfigFault, LedgerError, LockHeldError
from monitor.model import Schedule
from monitor.scheduling.checks import Checks, delay, first_check, told
from monitor.scheduling.moments import Moments
from monitor.scheduling.stopping import Stop, StoppedError
from tests.scheduling.fakes import DAILY, MONDAY, Clocks, FakeHouse, Told, settings_of

SLOT = MONDAY.replace(minute=17)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WRONG = ConfigError([ConfigFault("monitor.yaml", 3, 5, "vendors.crm", "CRM_KEY is not set", "set it")])


# -- after a start: the ledger says whether a slot is to be made up for -----------------------------------------


@pytest.mark.parametrize(
    ("known", "began", "now", "at"),
    [
        (SLOT - 9 * DAY, [SLOT], SLOT + HOUR, SLOT + DAY),  # served
        (SLOT - 9 * DAY, [SLOT + HOUR], SLOT + 2 * HOUR, SLOT + DAY),  # served late
        (SLOT - 9 * DAY, [], SLOT + HOUR, SLOT + HOUR),  # missed while it was down: now, and once
        (SLOT - 9 * DAY, [], SLOT + 23 * HOUR, SLOT + 23 * HOUR),
        (SLOT + HOUR, [], SLOT + 2 * HOUR, SLOT + DAY),  # the schedule is newer than the slot
        (SLOT, [], SLOT, SLOT),
        (SLOT - 9 * DAY, [SLOT + HOUR], SLOT - HOUR, SLOT),  # the clock was set back after a run
        (SLOT - 9 * DAY, [SLOT + 900 * DAY], SLOT + HOUR, SLOT + DAY),  # and here it was far ahead
    ],
)
def test_when_a_vendor_is_checked_first(known: datetime, began: list[datetime], now: datetime, at: datetime) -> None:
    moments = Moments(DAILY)
    since = moments.last(now).slot
    assert first_check(moments, known, [moment for moment in began if moment >= since], now) == at


def test_jitter_is_waited_for_after_a_start_too() -> None:
    moments = Moments(Schedule("17 5 * * *", jitter=1800.0), "crm")
    at = moments.after(SLOT - HOUR).at
    assert at > SLOT
    assert first_check(moments, SLOT - 9 * DAY, [SLOT - DAY + timedelta(minutes=40)], SLOT) == at


# -- one check ----------------------------------------------------------------------------------------------------


class Scene:
    def __init__(self, now: datetime = SLOT) -> None:
        self.clocks = Clocks(now)
        self.house = FakeHouse(self.clocks, settings_of(crm=DAILY, other=None))
        self.events, self.stop = Told(), Stop()
        self.again: list[tuple[str, timedelta]] = []
        self.checks = Checks(
            self.house,
            self.stop,
            self.clocks.wall,
            self.events,
            "host",
            lambda vendor, at: self.again.append((vendor, at - self.clocks.now)),
        )
        self.checks.settings = self.house.load()


def test_a_check_that_is_due_is_made_and_told() -> None:
    scene = Scene(SLOT + timedelta(seconds=3))
    scene.checks.check("crm")
    assert scene.events.events == [
        ("check_started", {"vendor": "crm", "slot": "2026-11-23T05:17:00Z", "late": 3}),
        (
            "check_finished",
            {
                "vendor": "crm",
                "run": "run-1",
                "exit": 1,
                "reasons": ("1 drift at or above breaking in 1 interaction",),
            },
        ),
    ]


@pytest.mark.parametrize(
    ("began", "made"),
    [
        ([SLOT - timedelta(minutes=2)], True),  # before the slot
        ([SLOT], False),  # cron, or another host, was quicker
        ([SLOT + timedelta(minutes=1)], False),
        ([SLOT + HOUR], True),  # dated after now: it serves no slot that is yet to come
    ],
)
def test_a_slot_that_is_served_is_not_served_again(began: list[datetime], made: bool) -> None:
    scene = Scene(SLOT + timedelta(minutes=2))
    scene.house.runs["crm"] = began
    scene.checks.check("crm")
    assert ("check_finished" in scene.events.names()) is made
    assert ("check_skipped" in scene.events.names()) is not made


def test_a_clock_that_is_a_moment_behind_its_alarm_skips_nothing() -> None:
    scene = Scene(SLOT - timedelta(milliseconds=20))
    scene.house.runs["crm"] = [SLOT - DAY]
    scene.checks.check("crm")
    assert scene.events.names() == ["check_started", "check_finished"]


@pytest.mark.parametrize("vendor", ["other", "gone"])
def test_a_vendor_without_a_schedule_is_not_checked(vendor: str) -> None:
    scene = Scene()
    scene.checks.check(vendor)
    assert scene.events.events == []


def test_a_check_that_cannot_be_made_is_tried_again_ever_more_seldom() -> None:
    scene = Scene()
    scene.house.fails["crm"] = LockHeldError("vendor crm is in use by 'monitor record'", fix="let it end")
    for _ in range(9):
        scene.checks.check("crm")
    minutes = [wait.total_seconds() / 60 for _, wait in scene.again]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert scene.events.of("check_failed")[0]["error"] == ["vendor crm is in use by 'monitor record'; let it end"]
    del scene.house.fails["crm"]
    scene.checks.check("crm")
    scene.clocks.pass_(DAY)
    scene.house.fails["crm"] = LedgerError("it is locked")
    scene.checks.check("crm")
    assert scene.again[-1] == ("crm", timedelta(minutes=1))  # a new series


def test_a_bug_of_ours_is_an_event_that_quotes_nothing() -> None:
    scene = Scene()
    scene.house.fails["crm"] = ValueError("s3cr3t-canary-key")
    scene.checks.check("crm")
    (failed,) = scene.events.of("check_failed")
    assert str(failed["error"]).startswith("['internal error: ValueError at fakes.py:")
    assert scene.again == [("crm", timedelta(minutes=1))]


def test_people_hear_at_once_of_a_configuration_that_is_wrong_and_when_it_is_right_again() -> None:
    scene = Scene()
    scene.house.fails["fresh"] = WRONG
    scene.checks.check("crm")
    assert scene.house.told == [("crm", str(WRONG))]
    del scene.house.fails["fresh"]
    scene.checks.check("crm")
    scene.checks.check("crm")
    assert scene.house.told == [("crm", str(WRONG)), ("crm", "")]


def test_that_people_cannot_be_told_hinders_no_check() -> None:
    scene = Scene()
    scene.house.fails["faulty"] = LedgerError("the disk is full")
    scene.checks.check("crm")
    assert scene.events.names() == ["failed", "check_started", "check_finished"]


def test_after_the_end_was_asked_for_nothing_begins() -> None:
    scene = Scene()
    scene.stop.ask()
    scene.checks.check("crm")
    assert scene.events.events == []


def test_a_check_that_was_left_is_not_asked_for_again() -> None:
    scene = Scene()
    scene.house.fails["crm"] = StoppedError()
    scene.checks.check("crm")
    assert scene.events.names() == ["check_started", "check_stopped"]
    assert scene.again == []


def test_waits_have_a_bound() -> None:
    assert delay(1_000_000) == HOUR


def test_every_fault_is_told_on_its_own() -> None:
    two = ConfigError([ConfigFault("a.yaml", 1, 1, "", "one", ""), ConfigFault("b.yaml", 2, 1, "", "two", "")])
    assert told(two) == ["a.yaml:1:1: one", "b.yaml:2:1: two"]
