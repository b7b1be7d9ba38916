"""When schedules are due, the changes of clocks included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.slots import check_cron, last_slot, next_slots, shortest_gap, slots_between

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"


@dataclass(frozen=True)
class At:
    cron: str
    timezone: str = "UTC"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shown(schedule: At, after: str, count: int) -> list[str]:
    """As the clocks there show them, with the offset."""
    zone = ZoneInfo(schedule.timezone)
    slots = next_slots(schedule, utc(after), count)
    assert all(slot.tzinfo is UTC for slot in slots)
    return [f"{slot.astimezone(zone):%d %H:%M %z}" for slot in slots]


# 2026: Berlin +1 -> +2 on 29 March 02:00, back on 25 October 03:00; New York -5 -> -4 on 8 March 02:00, back on
# 1 November 02:00; Lord Howe +11 -> +10:30 on 5 April 02:00, back on 4 October 02:00
CLOCKS = [
    # what keeps to its time of day: jumped over is due right after, twice is due the first time
    ("30 2 * * *", BERLIN, "2026-03-28T00:00", ["28 02:30 +0100", "29 03:00 +0200", "30 02:30 +0200"]),
    ("30 2 * * *", BERLIN, "2026-10-24T00:00", ["24 02:30 +0200", "25 02:30 +0200", "26 02:30 +0100"]),
    ("0,30 2,3 * * *", BERLIN, "2026-03-29T00:00", ["29 03:00 +0200", "29 03:30 +0200", "30 02:00 +0200"]),
    ("45 2 * * *", BERLIN, "2026-10-25T00:50", ["26 02:45 +0100"]),  # between the two 02:45
    ("15 2 * * *", NEW_YORK, "2026-03-07T12:00", ["08 03:00 -0400", "09 02:15 -0400"]),
    ("15 1 * * *", NEW_YORK, "2026-10-31T12:00", ["01 01:15 -0400", "02 01:15 -0500"]),
    ("15 2 * * *", LORD_HOWE, "2026-10-02T20:00", ["04 02:30 +1100", "05 02:15 +1100"]),
    ("45 1 * * *", LORD_HOWE, "2026-04-04T12:00", ["05 01:45 +1100", "06 01:45 +1030"]),
    # what follows the clock: jumped over is not there, twice is due twice
    ("*/30 2 * * *", BERLIN, "2026-03-28T12:00", ["30 02:00 +0200", "30 02:30 +0200"]),
    ("*/30 2 * * *", BERLIN, "2026-10-24T12:00", ["25 02:00 +0200", "25 02:30 +0200", "25 02:00 +0100"]),
    ("0 * * * *", NEW_YORK, "2026-03-08T06:00", ["08 03:00 -0400", "08 04:00 -0400"]),
    ("0 * * * *", NEW_YORK, "2026-11-01T04:30", ["01 01:00 -0400", "01 01:00 -0500", "01 02:00 -0500"]),
    ("0 */2 * * *", LORD_HOWE, "2026-04-04T12:00", ["05 00:00 +1100", "05 02:00 +1030", "05 04:00 +1030"]),
    ("*/15 * * * *", LORD_HOWE, "2026-04-04T14:40", ["05 01:45 +1100", "05 01:30 +1030", "05 01:45 +1030"]),
    ("*/15 * * * *", LORD_HOWE, "2026-10-03T15:10", ["04 01:45 +1030", "04 02:30 +1100"]),
    # the day that Samoa left out
    ("0 5 * * *", "Pacific/Apia", "2011-12-29T00:00", ["29 05:00 -1000", "31 00:00 +1400", "31 05:00 +1400"]),
]


@pytest.mark.parametrize(("cron", "zone", "after", "expected"), CLOCKS)
def test_where_the_clocks_change(cron: str, zone: str, after: str, expected: list[str]) -> None:
    assert shown(At(cron, zone), after, len(expected)) == expected


DAYS = [
    ("0 0 13 * 5", ["02 00:00", "09 00:00", "13 00:00", "16 00:00"]),  # either field
    ("0 0 */13 * 5", ["27 00:00"]),  # both: a star begins one
    ("0 0 * * 7", ["04 00:00", "11 00:00"]),
    ("0 0 * * sun-mon", None),
    ("0 0 * * MON-fri/2", ["02 00:00", "05 00:00", "07 00:00"]),
    ("5/20 1 * JAN *", ["01 01:05", "01 01:25", "01 01:45"]),
]


@pytest.mark.parametrize(("cron", "expected"), DAYS)
def test_the_fields_are_those_of_debians_cron(cron: str, expected: list[str] | None) -> None:
    if expected is None:
        expected = ["04 00:00", "05 00:00"]
    assert [told[:-6] for told in shown(At(cron), "2026-01-01T00:00", len(expected))] == expected


REFUSED = [
    ("0 0 30 2 *", "names a day that never comes"),
    ("0 0 31 4,6 *", "names a day that never comes"),
    ("", "has 0 fields, cron has five"),
    ("5 * * *", "has 4 fields, cron has five"),
    ("0 5 * * * *", "has 6 fields, cron has five"),
    ("@Weekly", "@Weekly is not taken"),
    ("60 * * * *", "its minute '60' is wrong"),
    ("0 24 * * *", "its hour '24' is wrong"),
    ("0 0 0 * *", "its day of the month '0' is wrong"),
    ("0 0 L * *", "its day of the month 'L' is wrong"),
    ("0 0 * 13 *", "its month '13' is wrong"),
    ("0 0 * * 8", "its day of the week '8' is wrong"),
    ("0 0 * * 5L", "its day of the week '5L' is wrong"),
    ("0 0 * * 1#2", "its day of the week '1#2' is wrong"),
    ("*/0 * * * *", "its minute '*/0' is wrong"),
    ("*/61 * * * *", "its minute '*/61' is wrong"),
    ("*/99999999999999999999 * * * *", "its minute '*/9"),
    ("5-1 * * * *", "its minute '5-1' is wrong"),
    ("\u0661 * * * *", "is wrong"),
    ("\x1b[1m * * * *", "is wrong"),
    ("1," * 200 + "1 * * * *", "is longer than 200 characters"),
    ("9" * 190 + " * * * *", "is wrong"),
]


@pytest.mark.parametrize(("cron", "what"), REFUSED)
def test_what_cannot_be_is_refused(cron: str, what: str) -> None:
    (fault,) = check_cron(cron, BERLIN)
    assert fault.part == "cron"
    assert what in fault.what
    assert fault.fix
    assert "\x1b" not in fault.what
    with pytest.raises(UsageError):
        next_slots(At(cron), utc("2026-01-01T00:00"), 1)


@pytest.mark.parametrize(
    ("zone", "fix"),
    [
        ("Berlin", "did you mean 'Europe/Berlin'?"),
        ("new york", "did you mean 'America/New_York'?"),
        ("Europe/Berln", "did you mean 'Europe/Berlin'?"),
        ("CEST", "write for instance Europe/Berlin, America/New_York or UTC"),
        ("Europe", None),
        ("", None),
        ("../zone", None),
        ("a\0b", None),
    ],
)
def test_a_time_zone_that_is_none(zone: str, fix: str | None) -> None:
    (fault,) = check_cron("17 5 * * 1", zone)
    assert fault.part == "timezone"
    assert fix is None or fault.fix == fix
    with pytest.raises(UsageError):
        last_slot(At("17 5 * * 1", zone), utc("2026-01-01T00:00"))


def test_both_may_be_wrong() -> None:
    assert [fault.part for fault in check_cron("x", "y")] == ["cron", "timezone"]


@pytest.mark.parametrize(
    ("cron", "at", "expected"),
    [
        ("17 5 * * 1", "2026-11-23T04:17", "2026-11-23T04:17"),  # at the slot itself
        ("17 5 * * 1", "2026-11-23T04:16:59", "2026-11-16T04:17"),
        ("0 0 29 2 *", "2027-01-01T00:00", "2024-02-28T23:00"),
        ("0 0 29 2 */7", "2043-01-01T00:00", "2032-02-28T23:00"),  # the 29th, and a Sunday
        ("* * * * *", "2026-11-23T04:16:59", "2026-11-23T04:16"),
    ],
)
def test_the_last_slot(cron: str, at: str, expected: str) -> None:
    assert last_slot(At(cron, BERLIN), utc(at)) == utc(expected)


@pytest.mark.parametrize(
    ("cron", "gap"),
    [
        ("0 5 * * *", timedelta(days=1)),  # 23 hours once a year, which is no shorter day
        ("17 5 * * 1", timedelta(days=7)),
        ("0 0 29 2 *", timedelta(days=1461)),
        ("0 5 1,2 1 *", timedelta(days=1)),
        ("0 6,18 * * 1", timedelta(hours=12)),
        ("*/10 * * * *", timedelta(minutes=10)),
    ],
)
def test_the_shortest_gap(cron: str, gap: timedelta) -> None:
    assert shortest_gap(At(cron, BERLIN), utc("2026-03-01T00:00")) == gap


@pytest.mark.parametrize("zone", ["UTC", NEW_YORK, "Pacific/Kiritimati"])
def test_at_the_end_of_time_there_are_no_more(zone: str) -> None:
    assert len(next_slots(At("0 0 1 * *", zone), utc("9998-11-15T00:00"), 5)) == 1
    assert next_slots(At("* * * * *", zone), utc("9999-12-30T23:00"), 5) == ()


zones = st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, "UTC", "Africa/Casablanca"])
crons = st.sampled_from(
    ["30 2 * * *", "*/20 * * * *", "0 */3 * * *", "15,45 1-3 * * *", "17 5 * * 1", "0 0 1 * *", "*/45 2 * * *"]
)
seconds = st.integers(0, 10 * 366 * 86_400)
moments = seconds.map(lambda after: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=after))


@settings(max_examples=25, deadline=None)
@given(schedule=st.builds(At, crons, zones), at=moments)
def test_slots_hang_together(schedule: At, at: datetime) -> None:
    """The next ones follow upon the last; a cut anywhere loses and doubles none; each is what the clock shows."""
    last, coming = last_slot(schedule, at), next_slots(schedule, at, 12)
    assert last <= at < coming[0]
    assert list(coming) == sorted(set(coming))
    assert next_slots(schedule, last, 3) == coming[:3]
    assert slots_between(schedule, last, coming[-1]) == coming
    middle = at + (coming[-1] - at) / 2
    assert slots_between(schedule, at, middle) + slots_between(schedule, middle, coming[-1]) == coming
    minutes = {slot.astimezone(ZoneInfo(schedule.timezone)).minute for slot in coming}
    assert minutes <= {0, 15, 17, 20, 30, 40, 45}


@settings(max_examples=12, deadline=None)
@given(zone=zones, at=moments)
def test_a_daily_time_comes_once_on_each_day(zone: str, at: datetime) -> None:
    days = [slot.astimezone(ZoneInfo(zone)).date() for slot in next_slots(At("30 2 * * *", zone), at, 5)]
    assert days == [days[0] + timedelta(days=n) for n in range(5)]
