"""When vendors are checked, for people, and as files for what starts programs: cron, systemd, Kubernetes.

One file a format: ``render(plan) -> (Written, ...)``. ``--format NAME`` names a module of this package (or an entry
point of the group ``drift_monitor.schedules``). All of it comes from monitor.yaml, which is the one source.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, cast

from monitor.errors import UsageError
from monitor.model import Schedule
from monitor.reports import Shelf
from monitor.reports.schedule._fields import fields_of

GROUP: Final = "drift_monitor.schedules"
EVERY_TEN_MINUTES: Final = Schedule(cron="*/10 * * * *")  # alerts are tried again, and missed runs are noticed
SECRETS_FILE: Final = "secrets.env"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the jobs will run. All but ``image`` and ``config`` are absolute paths there, POSIX.

    ``folder`` holds monitor.yaml; ``config`` is its name if that is another one. ``program`` is the command monitor.
    """

    folder: str
    program: str
    recordings: str
    state: str
    config: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Scheduled:
    vendor: str
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class SchedulePlan:
    """``unscheduled`` are vendors without a schedule; of each other one, text tells ``count`` times after ``now``."""

    scheduled: tuple[Scheduled, ...]
    unscheduled: tuple[str, ...]
    place: Place
    now: datetime
    count: int = 3


@dataclass(frozen=True, slots=True)
class Written:
    """A file to write: its name, and its text. Where it is shown with others, its name is told."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to start: ``name`` (a-z, 0-9 and -), what it is for, monitor's arguments, and when."""

    name: str
    what: str
    arguments: tuple[str, ...]
    schedule: Schedule


class Format(Protocol):
    def render(self, plan: SchedulePlan) -> tuple[Written, ...]: ...


_SHELF: Final = Shelf(__name__, tuple(__path__), GROUP)


def formats() -> tuple[str, ...]:
    """The names of all formats, ours and others'."""
    return _SHELF.names()


def find(name: str) -> Format:
    """The format called ``name``. Raises UsageError for an unknown one."""
    return cast("Format", _SHELF.load(name))


def jobs_of(plan: SchedulePlan) -> tuple[Job, ...]:
    """A check of each vendor, then what is done every ten minutes. Raises UsageError where nothing is scheduled."""
    if not plan.scheduled:
        fix = 'add to a vendor: schedule: {cron: "17 5 * * 1", timezone: Europe/Berlin}'
        raise UsageError("no vendor has a schedule", fix=fix)
    config = ("--config", plan.place.config) if plan.place.config else ()
    checks = (
        Job(
            f"check-{one.vendor}",
            f"check the API of {one.vendor} for drift",
            ("check", "--vendor", one.vendor, "--notify", "--wait", "--quiet", *config),
            one.schedule,
        )
        for one in plan.scheduled
    )
    return (
        *checks,
        Job("alerts", "send what could not be sent before", ("alerts", "retry", *config), EVERY_TEN_MINUTES),
        Job("status", "fail where a run was missed, or an alert", ("status", "--quiet", *config), EVERY_TEN_MINUTES),
    )


def jumped(schedule: Schedule) -> str:
    """What is to be said of times of day that the clocks may jump over, which only cron makes up for; or nothing.

    Clocks are changed in the first hours of a day.
    """
    minute, hour, *_ = schedule.cron.split()
    early = min(fields_of(schedule.cron).hour.values()) < 4
    if schedule.timezone == "UTC" or minute.startswith("*") or hour.startswith("*") or not early:
        return ""
    return "a time that the clocks jump over is left out, and told as missed: take an hour from 4 on"
