"""When checks begin: slots and their jitter, over a year with its two changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.model import Schedule
from monitor.scheduling.moments import Moment, Moments
from monitor.slots import slots_between

CRONS = ["17 5 * * 1", "30 2 * * *", "*/20 * * * *", "0 */2 * * *", "15 1,13 1 * *"]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
SCHEDULES = st.builds(
    Schedule,
    cron=st.sampled_from(CRONS),
    timezone=st.sampled_from(ZONES),
    jitter=st.sampled_from([0.0, 90.0, 600.0, 86_400.0]),
)
# around the days on which clocks change in those zones, where faults would be
CHANGES = [(3, 29), (10, 25), (3, 8), (11, 1), (4, 5), (10, 4), (7, 15)]
TIMES = st.builds(
    lambda day, minutes: datetime(2026, day[0], day[1], tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-1500, 1500),
)


@given(SCHEDULES, TIMES)
@hypothesis(max_examples=15)
def test_every_slot_has_one_moment_and_they_come_in_order(schedule: Schedule, start: datetime) -> None:
    moments = Moments(schedule, "crm")
    met: list[Moment] = []
    at = start
    for _ in range(5):
        met.append(moments.after(at))
        at = met[-1].at
    assert [moment.slot for moment in met[1:]] == list(slots_between(schedule, met[0].slot, met[-1].slot))
    for earlier, later in pairwise(met):
        assert earlier.slot <= earlier.at < later.slot <= later.at
        assert (earlier.at - earlier.slot).total_seconds() <= schedule.jitter


@given(SCHEDULES, TIMES)
@hypothesis(max_examples=15)
def test_the_last_moment_and_the_next_have_none_between_them(schedule: Schedule, at: datetime) -> None:
    moments = Moments(schedule, "crm")
    last, following = moments.last(at), moments.after(at)
    assert last.at <= at < following.at
    assert moments.after(last.at) == following
    assert moments.last(following.at) == following


def test_moments_of_two_vendors_differ_and_are_found_again() -> None:
    schedule = Schedule("0 6 * * *", jitter=3600.0)
    at = datetime(2026, 11, 23, tzinfo=UTC)
    found = [Moments(schedule, seed).after(at).at for seed in ("crm", "billing", "crm")]
    assert found[0] == found[2] != found[1]


# a time of day that the clocks jump over is due right after the jump, one that comes twice is due once
@pytest.mark.parametrize(
    ("cron", "after", "moments"),
    [
        ("30 2 * * *", "2026-03-28T12:00", ["2026-03-29T01:00", "2026-03-30T00:30"]),
        ("30 2 * * *", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("0 * * * *", "2026-03-29T00:00", ["2026-03-29T01:00", "2026-03-29T02:00"]),
        ("0 * * * *", "2026-10-24T23:30", ["2026-10-25T00:00", "2026-10-25T01:00"]),
        ("17 5 * * 1", "2026-10-19T12:00", ["2026-10-26T04:17", "2026-11-02T04:17"]),
        (
            "17 5 * * 7",
            "2026-10-18T12:00",
            ["2026-10-25T04:17", "2026-11-01T04:17"],
        ),  # cron's Sunday, not APScheduler's
    ],
)
def test_in_berlin(cron: str, after: str, moments: list[str]) -> None:
    of = Moments(Schedule(cron, "Europe/Berlin"))
    first = of.after(datetime.fromisoformat(after).replace(tzinfo=UTC)).at
    assert [first, of.after(first).at] == [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in moments]


def test_a_schedule_that_cannot_be_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        Moments(Schedule("61 * * * *")).after(datetime(2026, 1, 1, tzinfo=UTC))
