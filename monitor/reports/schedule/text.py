"""For a terminal: each vendor's next times, in its own time zone and in UTC.

crm: 17 5 * * 1 (Europe/Berlin), missed after 1h
  Mon 2026-11-30 05:17 CET   2026-11-30 04:17 UTC
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from monitor.model import Schedule
from monitor.printable import printable
from monitor.reports.schedule import Scheduled, SchedulePlan, Written
from monitor.slots import next_slots

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # whatever the locale
_UNITS: Final = ((604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


def duration(seconds: float) -> str:
    """As it may be written in monitor.yaml: ``90m``, ``1h``."""
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size and seconds % size == 0), (1, "s"))
    return f"{seconds / size:g}{unit}"


def _at(moment: datetime, zone: str) -> str:
    here = moment.astimezone(ZoneInfo(zone))
    return f"{_DAYS[here.weekday()]} {here:%Y-%m-%d %H:%M %Z}"


def _about(schedule: Schedule) -> str:
    jitter = f", up to {duration(schedule.jitter)} later at random" if schedule.jitter else ""
    return f"{schedule.cron} ({schedule.timezone}){jitter}, missed after {duration(schedule.grace)}"


def _vendor(one: Scheduled, plan: SchedulePlan) -> Iterator[str]:
    yield f"{one.vendor}: {_about(one.schedule)}"
    slots = next_slots(one.schedule, plan.now, plan.count)
    local = [_at(slot, one.schedule.timezone) for slot in slots]
    width = max(map(len, local), default=0)
    for slot, shown in zip(slots, local, strict=True):
        utc = "" if one.schedule.timezone == "UTC" else f"   {slot.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        yield f"  {shown:<{width}}{utc}".rstrip()


def render(plan: SchedulePlan) -> tuple[Written, ...]:
    lines = [line for one in plan.scheduled for line in _vendor(one, plan)]
    lines += [f"{printable(vendor)}: no schedule" for vendor in plan.unscheduled]
    return (Written("schedule.txt", "".join(f"{line}\n" for line in lines)),)
