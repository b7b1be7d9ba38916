"""When a schedule's times are: cron's five fields in a time zone.

1. A slot is a moment that a schedule names, to the minute. Slots are given in UTC: two moments of one time zone are
   compared and subtracted by Python as the wall clock shows them, which is wrong twice a year.
2. The fields mean what Debian's cron takes them for: minute, hour, day of the month, month, day of the week (0 and 7
   are Sunday; names as MON and JAN; lists, ranges and steps). A day must match both day fields where one of them begins
   with ``*``, and either of them where none does. What only some crons know (seconds, @weekly, L, #) is refused, for
   the same five fields are printed for cron, systemd and Kubernetes.
3. Where the clocks change, a schedule whose minute and hour both begin with something else than ``*`` keeps to its
   times of day: a time that the clocks jump over is due at the first minute after the jump, one that comes twice is
   due the first time, and times that fall together are one slot. So such a schedule leaves out no day.
4. Any other schedule (``*/10 * * * *``, ``0 */2 * * *``) follows the clock as it goes: what is jumped over is not
   there, and what comes twice is due twice.
5. Work is bounded: a schedule that names no day within 50 years is refused when it is read.
"""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from typing import Final, Protocol
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from monitor.errors import UsageError
from monitor.printable import printable

FIELDS: Final = (
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31"),
    ("month", "1 to 12, or JAN to DEC"),
    ("day of the week", "0 to 7 (0 and 7 are Sunday), or SUN to SAT"),
)
MACROS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_MAX_CRON: Final = 200  # characters
_PLAIN: Final = re.compile(r"[0-9A-Za-z*,/-]+", re.ASCII)
_STEP: Final = re.compile(r"/0*([0-9]+)", re.ASCII)
_VALUES: Final = (60, 24, 31, 12, 8)  # of each field; a longer step takes the first only
_DAY: Final = timedelta(days=1)
_SHIFT: Final = timedelta(days=1, hours=1)  # more than clocks were ever changed by at once
# each wider than what a schedule can leave out if the one before it was empty; a 29 February on one weekday: 40 years
_WINDOWS: Final = (timedelta(hours=2), timedelta(days=2), timedelta(days=40), timedelta(days=400), 18_600 * _DAY)
_LOOKED_AT: Final = 1_000  # slots, for the shortest gap


class Timed(Protocol):
    """The part of a schedule that says when: five fields, and an IANA time zone."""

    @property
    def cron(self) -> str: ...
    @property
    def timezone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SlotFault:
    """What is wrong with a schedule; ``part`` is ``cron`` or ``timezone``."""

    part: str
    what: str
    fix: str


# -- reading -----------------------------------------------------------------------------------------------


def check_cron(cron: str, timezone: str) -> tuple[SlotFault, ...]:
    """Whatever is wrong with the five fields and the time zone; nothing where both will do."""
    return tuple(fault for fault in (cron_fault(cron), zone_fault(timezone)) if fault)


def zone_fault(timezone: str) -> SlotFault | None:
    """Why ``timezone`` is none of the IANA database."""
    if _zone(timezone) is not None:
        return None
    return SlotFault("timezone", f"'{printable(timezone, 60)}' is no time zone", _near_zone(timezone))


def cron_fault(cron: str) -> SlotFault | None:
    """Why ``cron`` is not five fields of cron, or can never be due."""
    fields = cron.split()
    if cron.strip().lower() in MACROS:
        return _cron_fault(f"{cron.strip()} is not taken", f"write {MACROS[cron.strip().lower()]}")
    if len(cron) > _MAX_CRON:
        return _cron_fault(f"is longer than {_MAX_CRON} characters", "write fewer, or ranges")
    if len(fields) != len(FIELDS):
        fix = "write minute, hour, day of the month, month and day of the week, for instance 17 5 * * 1"
        return _cron_fault(f"has {len(fields)} field{'s'[: len(fields) != 1]}, cron has five", fix)
    for place, field in enumerate(fields):
        if not _is_field(field, place):
            name, range_ = FIELDS[place]
            what = f"its {name} '{printable(field, 40)}' is wrong"
            return _cron_fault(what, f"write {range_}; or a list (1,3), a range (1-5), a step (*/2)")
    try:
        next(CronSim(cron, datetime(2000, 1, 1)))  # noqa: DTZ001 - days only
    except (CronSimError, StopIteration):
        return _cron_fault("names a day that never comes", "check the day of the month against the month")
    return None


def _cron_fault(what: str, fix: str) -> SlotFault:
    return SlotFault("cron", what, fix)


def _is_field(field: str, place: int) -> bool:
    only_some_crons = place in (2, 4) and "L" in field.upper()
    too_far = any(len(step) > 2 or int(step) > _VALUES[place] for step in _STEP.findall(field))
    if not _PLAIN.fullmatch(field) or only_some_crons or too_far:
        return False
    others = ["*"] * len(FIELDS)
    others[place] = field
    try:
        CronSim(" ".join(others), datetime(2000, 1, 1))  # noqa: DTZ001 - only whether it can be read
    except CronSimError:
        return False
    return True


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there; a path or a NUL; a folder such as Europe
        return None


def _near_zone(name: str) -> str:
    zones = {zone.lower(): zone for zone in sorted(available_timezones())}
    wanted = name.lower().strip().replace(" ", "_")[:64]
    cities = [zone for lower, zone in zones.items() if lower.rpartition("/")[2] == wanted]
    is_abbreviation = len(wanted) <= 5 and wanted.isalpha()  # CEST is near to EST, and an ocean away
    close = [] if is_abbreviation else difflib.get_close_matches(wanted, zones, n=1, cutoff=0.7)
    near = cities or [zones[found] for found in close]
    return f"did you mean '{near[0]}'?" if near else "write for instance Europe/Berlin, America/New_York or UTC"


# -- slots -------------------------------------------------------------------------------------------------


def next_slots(schedule: Timed, after: datetime, count: int) -> tuple[datetime, ...]:
    """The first ``count`` slots after ``after``, in UTC. Raises UsageError for a schedule that cannot be."""
    return tuple(islice(_slots(schedule, after), count))


def last_slot(schedule: Timed, at: datetime) -> datetime:
    """The newest slot that is not after ``at``, in UTC. Raises UsageError for a schedule that cannot be."""
    for window in _WINDOWS:
        found = slots_between(schedule, at - window, at)
        if found:
            return found[-1]
    raise _never(schedule)


def slots_between(schedule: Timed, after: datetime, until: datetime) -> tuple[datetime, ...]:
    """The slots after ``after`` and not after ``until``, in UTC. Raises UsageError for a schedule that cannot be."""
    return tuple(takewhile(lambda slot: slot <= until, _slots(schedule, after)))


def shortest_gap(schedule: Timed, at: datetime) -> timedelta:
    """The least time from one slot to the next, of those in the year after ``at`` (or of the next two).

    By the wall clock: a daily schedule's is a day, also where the clocks change. Raises UsageError as the others do.
    """
    zone = _read(schedule)
    begin = at.astimezone(zone).replace(tzinfo=None)
    walls = islice(_walls(schedule.cron, begin), _LOOKED_AT)
    first = list(islice(walls, 2))
    if len(first) < 2:
        raise _never(schedule)
    near = takewhile(lambda wall: wall <= begin + 366 * _DAY, walls)
    return min(later - earlier for earlier, later in pairwise((*first, *near)))


def _never(schedule: Timed) -> UsageError:
    return UsageError(f"the schedule '{printable(schedule.cron, 60)}' has no time", fix="correct it in monitor.yaml")


def _read(schedule: Timed) -> ZoneInfo:
    faults = check_cron(schedule.cron, schedule.timezone)
    zone = _zone(schedule.timezone)
    if faults or zone is None:
        what, fix = (faults[0].what, faults[0].fix) if faults else ("no time zone", "")
        raise UsageError(f"the schedule '{printable(schedule.cron, 60)}': {what}", fix=fix)
    return zone


def _walls(cron: str, after: datetime) -> Iterator[datetime]:
    """What matches by the wall clock, as if clocks never changed: naive, ascending."""
    walls = CronSim(cron, after)
    while True:
        try:
            wall = next(walls)
        except (StopIteration, OverflowError, ValueError):
            return
        if wall.year == MAXYEAR:  # a moment elsewhere may lie in the year 10000, which there is not
            return
        yield wall


def _slots(schedule: Timed, after: datetime) -> Iterator[datetime]:
    """Ascending, after ``after``. Two walls may come in another order as moments, where a wall comes twice."""
    zone = _read(schedule)
    keeps = not any(field.startswith("*") for field in schedule.cron.split()[:2])
    waiting: list[datetime] = []
    last = after.astimezone(UTC)
    for wall in _walls(schedule.cron, after.astimezone(zone).replace(tzinfo=None) - _SHIFT):
        first = _first(wall, zone)
        for moment in (first,) if keeps else _moments(wall, zone):
            heapq.heappush(waiting, moment)
        while waiting and waiting[0] <= first:  # no later wall can come before
            moment = heapq.heappop(waiting)
            if moment > last:
                last = moment
                yield moment
    yield from (moment for moment in sorted(waiting) if moment > last)


def _moments(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """When the clocks of ``zone`` show ``wall``: never, once or twice."""
    found = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(moment for moment in found if moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall))


def _first(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks first show ``wall``, or jump over it."""
    moments = _moments(wall, zone)
    if moments:
        return moments[0]
    # within a jump the later offset gives a moment before it, and the earlier one a moment after it
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        early, late = (middle, late) if middle.astimezone(zone).utcoffset() == before else (early, middle)
    return late
