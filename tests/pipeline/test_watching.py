"""Whether scheduled checks happen, and what people are told where they do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import ConfigError, ConfigFault
from monitor.model import (
    Alert,
    Alerts,
    ChannelSource,
    Decision,
    Incident,
    LastRun,
    Plan,
    Policy,
    Reason,
    Schedule,
    Settings,
    Severity,
    Sighting,
    Subject,
    Vendor,
    trouble_fingerprint,
)
from monitor.pipeline.watching import (
    Missed,
    Service,
    Telling,
    config_sighting,
    is_under_way,
    look,
    missed,
    sighting_of,
    watch,
)
from monitor.recordings.locks import vendor_lock
from monitor.recordings.store import Store

WEEKLY = Schedule("17 5 * * 1", "Europe/Berlin")
MONDAY = datetime(2026, 11, 23, 4, 17, tzinfo=UTC)  # 05:17 in Berlin
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MINUTE = timedelta(minutes=1)
ID = trouble_fingerprint("crm", Subject.MISSED_RUN)


@dataclass
class FakeBooks:
    """``runs``: when whole checks began. What is told is written down, and kept as the ledger would."""

    known: datetime = MONDAY - 10 * WEEK
    runs: list[datetime] = field(default_factory=list)
    open: dict[str, Incident] = field(default_factory=dict)
    told: list[tuple[str, Sighting | None]] = field(default_factory=list)

    def schedule_since(self, vendor: str, cron: str, timezone: str, now: datetime) -> datetime:
        return self.known

    def runs_of(self, vendor: str, since: datetime) -> tuple[datetime, ...]:
        return tuple(moment for moment in self.runs if moment >= since)

    def last_run(self, vendor: str) -> LastRun | None:
        return LastRun("r", max(self.runs), max(self.runs), True, 1, 0) if self.runs else None

    def incidents(self, vendor: str | None = None, open_only: bool = True) -> tuple[Incident, ...]:
        return tuple(self.open.values())

    def trouble(  # noqa: PLR0917 - the ledger's own
        self,
        subject: Subject,
        vendor: str,
        sighting: Sighting | None,
        policy: Policy,
        compose: Callable[[Sequence[Decision]], Sequence[Alert]],
        now: datetime,
        run_id: str = "",
    ) -> Decision | None:
        self.told.append((vendor, sighting))
        known = self.open.pop(vendor, None)
        if sighting is None:
            return Decision(Reason.RESOLVED, known) if known else None
        opened = Incident(ID, vendor, subject, sighting.severity, True, now, run_id, now, run_id)
        self.open[vendor] = replace(known, seen_at=now) if known else opened
        return Decision(Reason.NOTHING_NEW if known else Reason.FIRST_DRIFT, self.open[vendor], known)


def settings_of(schedule: Schedule | None = WEEKLY, folder: Path = Path("/w")) -> Settings:
    vendors = {"crm": Vendor("crm", "", schedule=schedule), "other": Vendor("other", "")}
    state, recordings = str(folder / ".monitor"), str(folder / "recordings")
    alerts = Alerts(channels={"team": ChannelSource("team", "slack", {})})
    return Settings(
        str(folder / "monitor.yaml"), str(folder), vendors, recordings, state, "sqlite:///l.db", alerts=alerts
    )


def nobody(vendor: str, since: datetime) -> bool:
    return False


TELLING = Telling(lambda vendor: Policy(), lambda decisions: ())


# -- what counts as missed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("runs", "known", "now", "slots"),
    [
        # in time
        ([MONDAY], -10 * WEEK, MONDAY + 2 * HOUR, 0),
        ([MONDAY + 59 * MINUTE], -10 * WEEK, MONDAY + 2 * HOUR, 0),
        ([MONDAY - 30 * timedelta(seconds=1)], -10 * WEEK, MONDAY + 2 * HOUR, 0),  # another host's clock is behind
        ([MONDAY - WEEK], -10 * WEEK, MONDAY + 59 * MINUTE, 0),  # its grace is not over
        # late, and that is what makes up for it
        ([MONDAY + 3 * DAY], -10 * WEEK, MONDAY + 4 * DAY, 0),
        # not at all
        ([MONDAY - WEEK], -10 * WEEK, MONDAY + HOUR, 1),
        ([MONDAY - 2 * MINUTE], -10 * WEEK, MONDAY + 2 * HOUR, 1),
        ([MONDAY - 3 * WEEK], -10 * WEEK, MONDAY + 2 * HOUR, 3),
        ([MONDAY - 3 * WEEK - 2 * MINUTE], -10 * WEEK, MONDAY + 2 * HOUR, 4),
        # never: from the first slot since the schedule is known
        ([], -DAY, MONDAY + 2 * HOUR, 1),
        ([], -WEEK, MONDAY + 2 * HOUR, 2),
        ([], timedelta(0), MONDAY + 2 * HOUR, 1),
        ([], MINUTE, MONDAY + 2 * HOUR, 0),
        ([], MINUTE, MONDAY + WEEK + 2 * HOUR, 1),
        ([MONDAY - 5 * WEEK], MINUTE, MONDAY + WEEK + 2 * HOUR, 1),  # before it was known nothing was missed
        # clocks
        ([MONDAY], -10 * WEEK, MONDAY - HOUR, 0),  # set back after the run: last week's is what counts
        ([MONDAY + 50 * DAY], -10 * WEEK, MONDAY + 2 * HOUR, 10),  # a run of a clock far ahead serves nothing
        ([MONDAY, MONDAY + 50 * DAY], -10 * WEEK, MONDAY + 2 * HOUR, 0),
    ],
)
def test_missed_slots(runs: list[datetime], known: timedelta, now: datetime, slots: int) -> None:
    books = FakeBooks(MONDAY + known, runs)
    (found,) = look(settings_of(), books, now, nobody)
    assert found.service is (Service.MISSED if slots else Service.SERVED)
    assert (found.missed.slots if found.missed else 0) == slots
    if found.missed:
        assert found.missed.slot == (MONDAY + WEEK if now > MONDAY + WEEK else MONDAY)


@pytest.mark.parametrize(
    ("cron", "now", "slot"),
    [
        ("30 2 * * *", "2026-03-29T02:30", "2026-03-29T01:00"),  # the clocks jump over 02:30: due at 03:00
        ("30 2 * * *", "2026-10-25T01:40", "2026-10-25T00:30"),  # it comes twice: the first is the slot
        ("0 * * * *", "2026-10-25T02:10", "2026-10-25T01:00"),
    ],
)
def test_slots_where_clocks_change(cron: str, now: str, slot: str) -> None:
    at, due = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, slot))
    settings = settings_of(Schedule(cron, "Europe/Berlin"))
    known = datetime(2026, 1, 1, tzinfo=UTC)
    (found,) = look(settings, FakeBooks(known, [due - HOUR]), at, nobody)
    assert found.missed is not None
    assert found.missed.slot == due
    (served,) = look(settings, FakeBooks(known, [due]), at, nobody)
    assert served.missed is None


def test_a_year_of_minutes_is_counted_up_to_a_bound() -> None:
    books = FakeBooks(MONDAY - 400 * DAY)
    (found,) = missed(settings_of(Schedule("* * * * *")), books, MONDAY)
    assert found.slots == 100
    assert "100 or more scheduled checks were missed" in sighting_of(found).lines


def test_without_a_schedule_nothing_is_missed() -> None:
    assert missed(settings_of(None), FakeBooks(), MONDAY) == ()


# -- a run under way ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("created", "vendor", "command", "selection", "runs"),
    [
        (MONDAY, "crm", "check", "", True),
        (MONDAY - 30 * timedelta(seconds=1), "crm", "check", "", True),
        (MONDAY - HOUR, "crm", "check", "", False),
        (MONDAY, "other", "check", "", False),
        (MONDAY, "crm", "record", "", False),
        (MONDAY, "crm", "check", "a lookup", False),
    ],
)
def test_a_run_whose_process_lives_is_under_way(
    tmp_path: Path, created: datetime, vendor: str, command: str, selection: str, runs: bool
) -> None:
    settings = settings_of(folder=tmp_path)
    plan = Plan(f"{created:%Y%m%dT%H%M%SZ}-ab12cd", created, command, (vendor,), (), selection)
    Store(Path(settings.recordings_dir)).write_plan(plan)
    now, since = MONDAY + 2 * HOUR, MONDAY - MINUTE
    with vendor_lock(Path(settings.state_dir), "crm", "monitor check", 0):
        assert is_under_way(settings, "crm", since, now) is runs
        assert is_under_way(settings, "crm", since, now + 2 * DAY) is False
        assert bool(missed(settings, FakeBooks(), now)) is not runs
    assert is_under_way(settings, "crm", since, now) is False  # killed: nobody holds the vendor
    assert missed(settings, FakeBooks(), now)


# -- what is told ---------------------------------------------------------------------------------------------------


def test_it_is_told_once_a_slot_and_taken_back_by_the_run_that_makes_up_for_it() -> None:
    books = FakeBooks(runs=[MONDAY - WEEK])
    at = MONDAY
    for _ in range(8 * 9):  # every three hours for nine days
        watch(settings_of(), books, TELLING, at, nobody)
        at += 3 * HOUR
    first = [sighting.lines for _, sighting in books.told if sighting]
    assert 9 <= len(first) <= 11  # once a day, for reminders, and for the second slot
    assert first[0][0].startswith("Expected: a check on Mon 23 Nov 2026, 05:17 CET")
    assert first[-1][-1] == "2 scheduled checks were missed"
    books.runs.append(at)
    watch(settings_of(), books, TELLING, at + MINUTE, nobody)
    assert books.told[-1] == ("crm", None)
    told = len(books.told)
    watch(settings_of(), books, TELLING, at + 2 * MINUTE, nobody)
    assert len(books.told) == told


def test_while_the_run_that_makes_up_for_it_is_under_way_nothing_is_told_or_taken_back() -> None:
    books = FakeBooks(runs=[MONDAY - WEEK])
    (found,) = watch(settings_of(), books, TELLING, MONDAY + 2 * HOUR, lambda vendor, since: True)
    assert (found.service, books.told) == (Service.UNDER_WAY, [])
    watch(settings_of(), books, TELLING, MONDAY + 2 * HOUR, nobody)
    watch(settings_of(), books, TELLING, MONDAY + 3 * HOUR, lambda vendor, since: True)
    assert len(books.told) == 1


@pytest.mark.parametrize("back", [HOUR, DAY, 400 * DAY])
def test_a_clock_that_jumps_makes_no_storm(back: timedelta) -> None:
    books = FakeBooks(runs=[MONDAY - WEEK])
    for moment in (MONDAY + 2 * HOUR, MONDAY + 2 * HOUR - back, MONDAY + 2 * HOUR):
        for minutes in range(5):
            watch(settings_of(), books, TELLING, moment + minutes * MINUTE, nobody)
    assert len(books.told) <= 3


@pytest.mark.parametrize("settings", [settings_of(None), replace(settings_of(), vendors={})])
def test_of_a_schedule_that_is_gone_nothing_is_missed_any_more(settings: Settings) -> None:
    books = FakeBooks()
    watch(settings_of(), books, TELLING, MONDAY + 2 * HOUR, nobody)
    watch(settings, books, TELLING, MONDAY + 3 * HOUR, nobody)
    assert [sighting is None for _, sighting in books.told] == [False, True]


def test_how_it_is_told() -> None:
    found = Missed("crm", WEEKLY, MONDAY, 3, MONDAY - 10 * WEEK, MONDAY - 3 * WEEK)
    told = sighting_of(found)
    assert (told.fingerprint, told.subject, told.severity) == (ID, Subject.MISSED_RUN, Severity.BREAKING)
    assert told.lines == (
        "Expected: a check on Mon 23 Nov 2026, 05:17 CET (schedule 17 5 * * 1, Europe/Berlin)",
        "Actual: none has begun",
        "the last check began on Mon 02 Nov 2026, 05:17 CET",
        "3 scheduled checks were missed",
    )
    never = sighting_of(replace(found, slots=1, last=None))
    assert never.lines[1:] == ("Actual: none has begun, and none ever has",)


def test_a_wrong_configuration_is_told_fault_by_fault() -> None:
    error = ConfigError([ConfigFault("monitor.yaml", n, 1, "", f"fault {n}", "") for n in (1, 2)])
    told = config_sighting("", error)
    assert (told.vendor, told.subject) == ("", Subject.CONFIG)
    assert told.lines == ("monitor.yaml:1:1: fault 1", "monitor.yaml:2:1: fault 2")
    assert told.fingerprint != config_sighting("crm", error).fingerprint
