"""The timetable on the real APScheduler: what is due runs once, nothing twice at the same time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Schedule
from monitor.scheduling.moments import Moments
from monitor.scheduling.timetable import AfterTrigger, ApTimetable, Job, every

NOW = datetime.now(UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
FAR = 300 * DAY


@pytest.fixture
def told() -> queue.SimpleQueue[str]:
    return queue.SimpleQueue()


@pytest.fixture
def table(told: queue.SimpleQueue[str]) -> Iterator[ApTimetable]:
    made = ApTimetable(lambda name: told.put(f"overlapped {name}"))
    yield made
    made.end()


def job(name: str, first: datetime, run: Callable[[], None], *, check: bool = True) -> Job:
    return Job(name, first, every(FAR), run, check=check)


@pytest.mark.parametrize(
    ("previous", "now", "following"),
    [
        (None, "2026-11-23T05:30", "2026-11-23T06:00"),
        ("2026-11-23T05:00", "2026-11-23T05:00", "2026-11-23T06:00"),
        ("2026-11-22T05:00", "2026-11-23T05:30", "2026-11-23T06:00"),  # a day of slots went by: one
        ("2026-11-23T06:00", "2026-11-23T05:59", "2026-11-23T07:00"),  # the clock went back a little: not twice
    ],
)
def test_a_trigger_gives_the_first_moment_after_now(previous: str | None, now: str, following: str) -> None:
    trigger = AfterTrigger(lambda at: Moments(Schedule("0 * * * *")).after(at).at)
    read = [datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None for text in (previous, now, following)]
    assert read[1] is not None
    assert trigger.get_next_fire_time(read[0], read[1]) == read[2]


def test_a_job_that_was_due_a_year_ago_runs_once(table: ApTimetable, told: queue.SimpleQueue[str]) -> None:
    moments = Moments(Schedule("* * * * *"))
    after = lambda at: moments.after(at + 2 * HOUR).at  # noqa: E731 - not within this test
    table.put([Job("check:crm", NOW - 365 * DAY, after, lambda: told.put("crm"), check=True)])
    table.start()
    assert told.get(timeout=10) == "crm"
    table.put([job("deliver", NOW, lambda: told.put("deliver"), check=False)])
    assert told.get(timeout=10) == "deliver"
    assert told.empty()


def test_a_job_is_put_off_sooner_and_away(table: ApTimetable, told: queue.SimpleQueue[str]) -> None:
    table.start()
    table.put([job("a", NOW + FAR, lambda: told.put("a")), job("b", NOW + FAR, lambda: told.put("b"))])
    table.sooner("a", NOW)
    assert told.get(timeout=10) == "a"
    table.sooner("b", NOW + 2 * FAR)
    table.put([job("c", NOW + FAR, lambda: told.put("c"))])
    table.sooner("b", NOW)  # it is gone
    table.sooner("c", NOW)
    assert told.get(timeout=10) == "c"
    assert told.empty()


def test_a_job_that_still_runs_is_passed_over_and_chores_have_room(
    table: ApTimetable, told: queue.SimpleQueue[str]
) -> None:
    go = threading.Event()

    def slow() -> None:
        told.put("slow")
        assert go.wait(10)

    table.put([job(f"check:{number}", NOW, slow) for number in range(4)])
    table.start()
    assert [told.get(timeout=10) for _ in range(4)] == ["slow"] * 4
    table.sooner("check:2", NOW)
    assert told.get(timeout=10) == "overlapped check:2"
    table.put([job("deliver", NOW, lambda: told.put("deliver"), check=False)])  # checks have all their threads in use
    assert told.get(timeout=10) == "deliver"
    go.set()


def test_a_job_that_raises_prints_nothing_and_ends_nothing(
    table: ApTimetable, told: queue.SimpleQueue[str], capfd: pytest.CaptureFixture[str]
) -> None:
    def bad() -> None:
        told.put("bad")
        raise ValueError("s3cr3t-canary-key")

    table.put([job("a", NOW, bad)])
    table.start()
    assert told.get(timeout=10) == "bad"
    table.put([job("b", NOW, lambda: told.put("b"))])
    assert told.get(timeout=10) == "b"
    assert "s3cr3t" not in "".join(capfd.readouterr())
