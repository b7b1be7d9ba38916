"""Whether scheduled checks happen: a slot that nobody served is told by whoever looks next.

1. A slot counts from when its schedule is known on; a changed schedule is a new one. The ledger keeps since when, and a
   schedule that is seen for the first time has missed nothing yet. One that is known and has never been served is
   missed as soon as its first slot is past its grace.
2. A slot is past its grace when ``grace`` went by since (jitter is less, says monitor.yaml). It is served by a whole
   check of the vendor that began at it or after it, or up to ``EARLY`` before (a host whose clock is a little behind).
   A check of one interaction serves none: of the others it says nothing. Nor does one that was killed before it asked
   for all. One that judged nothing does: it happened, and people hear of what kept it from judging.
3. Only the newest slot past its grace is looked at, and slots before it are counted. So ten slots that a host slept
   through are one trouble, and the run that makes up for them ends it.
4. A run is known to the ledger when it has ended. One whose plan is there without a report, and whose process holds the
   vendor, is under way: until it ends nothing is told and nothing is taken back. That holds for ``LONGEST`` at most; a
   process that was killed holds nothing, and its slot is missed.
5. Clocks are set back: a run dated up to ``AHEAD`` after now serves like any other. One further ahead was made by a
   clock that was wrong, and serves nothing, or no slot would count as missed until then.
6. What is known is told again only when another slot is missed or a day went by; whether a reminder is due then,
   the ledger decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from monitor.errors import MonitorError
from monitor.model import (
    Alert,
    Decision,
    Incident,
    LastRun,
    Policy,
    Schedule,
    Settings,
    Severity,
    Sighting,
    Subject,
    trouble_fingerprint,
)
from monitor.model.moments import shown
from monitor.recordings.locks import holder_of
from monitor.recordings.store import Store
from monitor.slots import last_slot, next_slots

EARLY: Final = timedelta(minutes=1)
AHEAD: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=1)
TOLD_AGAIN: Final = timedelta(days=1)
MAX_COUNTED: Final = 100  # slots


class Books(Protocol):
    """The part of the ledger that knows of schedules and troubles."""

    def schedule_since(self, vendor: str, cron: str, timezone: str, now: datetime) -> datetime: ...

    def runs_of(self, vendor: str, since: datetime) -> tuple[datetime, ...]: ...

    def last_run(self, vendor: str) -> LastRun | None: ...

    def incidents(self, vendor: str | None = None, open_only: bool = True) -> tuple[Incident, ...]: ...

    def trouble(  # noqa: PLR0913, PLR0917 - the ledger's own
        self,
        subject: Subject,
        vendor: str,
        sighting: Sighting | None,
        policy: Policy,
        compose: Callable[[Sequence[Decision]], Sequence[Alert]],
        now: datetime,
        run_id: str = "",
    ) -> Decision | None: ...


@dataclass(frozen=True, slots=True)
class Telling:
    """How what is met outside of a run is told: see ledger.ledger."""

    policy_of: Callable[[str], Policy]
    compose: Callable[[Sequence[Decision]], Sequence[Alert]]
    run_id: str = ""  # of the run that looks


class Service(StrEnum):
    """How a vendor's schedule is served."""

    SERVED = "served"  # or no slot is past its grace yet
    UNDER_WAY = "under_way"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Missed:
    """``slot`` is the newest that is past its grace and was not served; ``slots`` how many, at most MAX_COUNTED.

    ``known``: since when the schedule is. ``last``: when the newest check began, whatever it was of; None: never.
    """

    vendor: str
    schedule: Schedule
    slot: datetime
    slots: int
    known: datetime
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Looked:
    vendor: str
    service: Service
    missed: Missed | None = None


UnderWay = Callable[[str, datetime], bool]  # vendor, since: whether a whole check of it that began since then runs


def is_served(began: Sequence[datetime], slot: datetime, now: datetime) -> bool:
    """Whether one of the checks that ``began`` serves the slot (rules 2 and 5)."""
    return any(slot - EARLY <= moment <= now + AHEAD for moment in began)


def _looked(vendor: str, schedule: Schedule, books: Books, now: datetime, under_way: UnderWay) -> Looked:
    known = books.schedule_since(vendor, schedule.cron, schedule.timezone, now)
    slot = last_slot(schedule, now - timedelta(seconds=schedule.grace))
    if slot < known or is_served(books.runs_of(vendor, slot - EARLY), slot, now):
        return Looked(vendor, Service.SERVED)
    if under_way(vendor, slot - EARLY):
        return Looked(vendor, Service.UNDER_WAY)
    return Looked(vendor, Service.MISSED, _counted(vendor, schedule, books, known, slot))


def _counted(vendor: str, schedule: Schedule, books: Books, known: datetime, slot: datetime) -> Missed:
    """How many slots there were since the last check before ``slot``, or since the schedule is known."""
    before = [moment for moment in books.runs_of(vendor, known) if moment < slot]
    begin = before[-1] + EARLY if before else known - timedelta(seconds=1)  # slots after that
    some = next_slots(schedule, begin, 5)  # mostly enough, and finding slots takes its time
    if some[-1] <= slot:
        some = next_slots(schedule, begin, MAX_COUNTED)
    slots = sum(1 for one in some if one <= slot)
    last = before[-1] if before else _started(books.last_run(vendor), slot)
    return Missed(vendor, schedule, slot, slots, known, last)


def _started(run: LastRun | None, before: datetime) -> datetime | None:
    return run.started if run is not None and run.started < before else None


def look(settings: Settings, books: Books, now: datetime, under_way: UnderWay) -> tuple[Looked, ...]:
    """How each vendor that has a schedule is served."""
    return tuple(
        _looked(name, vendor.schedule, books, now, under_way)
        for name, vendor in settings.vendors.items()
        if vendor.schedule is not None
    )


def missed(settings: Settings, books: Books, now: datetime) -> tuple[Missed, ...]:
    """The vendors whose scheduled check did not happen (rules 1 to 5)."""
    found = look(settings, books, now, lambda vendor, since: is_under_way(settings, vendor, since, now))
    return tuple(one.missed for one in found if one.missed is not None)


def is_under_way(settings: Settings, vendor: str, since: datetime, now: datetime) -> bool:
    """Whether a process here makes a whole check of ``vendor`` that began at ``since`` or later (rule 4)."""
    if holder_of(Path(settings.state_dir), vendor) is None:
        return False
    store = Store(Path(settings.recordings_dir))
    for run_id in store.orphaned():
        try:
            plan = store.read_plan(run_id)
        except MonitorError:  # damaged: the next run says so
            continue
        whole = plan.command == "check" and not plan.selection and vendor in plan.vendors
        if whole and max(since, now - LONGEST) <= plan.created <= now + AHEAD:
            return True
    return False


# -- telling ---------------------------------------------------------------------------------------------------


def _lines(missed: Missed) -> Iterator[str]:
    zone = ZoneInfo(missed.schedule.timezone)
    yield f"Expected: a check on {shown(missed.slot, zone)} (schedule {missed.schedule.cron}, {zone})"
    yield "Actual: none has begun" + ("" if missed.last else ", and none ever has")
    if missed.last:
        yield f"the last check began on {shown(missed.last, zone)}"
    if missed.slots > 1:
        more = " or more" if missed.slots == MAX_COUNTED else ""
        yield f"{missed.slots}{more} scheduled checks were missed"


def sighting_of(missed: Missed) -> Sighting:
    """A vendor's missed checks, as an incident is told of."""
    return Sighting(
        fingerprint=trouble_fingerprint(missed.vendor, Subject.MISSED_RUN),
        vendor=missed.vendor,
        subject=Subject.MISSED_RUN,
        severity=Severity.BREAKING,  # while nobody looks, nothing is known of the vendor
        lines=tuple(_lines(missed)),
    )


def _news(found: Missed, known: Incident | None, now: datetime) -> bool:
    """Whether the ledger is to hear of it (rule 6)."""
    if known is None:
        return True
    missed_at = found.slot + timedelta(seconds=found.schedule.grace)
    return missed_at > known.seen_at or not timedelta(0) <= now - known.seen_at < TOLD_AGAIN


def tell(looked: Sequence[Looked], books: Books, telling: Telling, now: datetime) -> tuple[Decision, ...]:
    """Opens, keeps and ends the incidents of missed runs; what was decided of each that there was something to say of.

    Of a vendor whose schedule is gone, nothing is missed any more.
    """
    known = {one.vendor: one for one in books.incidents() if one.subject is Subject.MISSED_RUN}
    wrong = {one.vendor: one.missed for one in looked if one.missed is not None}
    under_way = {one.vendor for one in looked if one.service is Service.UNDER_WAY}
    decided: list[Decision | None] = []
    for vendor in sorted({*known, *wrong} - under_way):
        found = wrong.get(vendor)
        if found is None or _news(found, known.get(vendor), now):
            sighting = sighting_of(found) if found else None
            decided.append(_trouble(Subject.MISSED_RUN, vendor, sighting, books, telling, now))
    return tuple(decision for decision in decided if decision is not None)


def _trouble(
    subject: Subject, vendor: str, sighting: Sighting | None, books: Books, telling: Telling, now: datetime
) -> Decision | None:
    policy = telling.policy_of(vendor)
    return books.trouble(subject, vendor, sighting, policy, telling.compose, now, telling.run_id)


def watch(
    settings: Settings, books: Books, telling: Telling, now: datetime, under_way: UnderWay | None = None
) -> tuple[Looked, ...]:
    """Looks at every schedule and tells of it: what cron's ``alerts retry``, the daemon and every run call.

    ``under_way``: who knows better than the disk what runs. A run calls it with the time of its own beginning, before
    the ledger has it (what it makes up for is told) and after (it is over).
    """
    found = look(settings, books, now, under_way or (lambda vendor, since: is_under_way(settings, vendor, since, now)))
    if settings.alerts.channels:  # else nobody is told, and nothing may count as told
        tell(found, books, telling, now)
    return found


# -- a configuration that is wrong -----------------------------------------------------------------------------


def config_sighting(vendor: str, error: MonitorError) -> Sighting:
    """monitor.yaml, or what it names for ``vendor`` (empty: any), is wrong: as an incident is told of."""
    return Sighting(
        fingerprint=trouble_fingerprint(vendor, Subject.CONFIG),
        vendor=vendor,
        subject=Subject.CONFIG,
        severity=Severity.BREAKING,  # nothing is checked as it should be
        lines=tuple(str(error).splitlines()),
    )


def tell_config(books: Books, telling: Telling, vendor: str, error: MonitorError | None, now: datetime) -> None:
    """Tells people of a wrong configuration; ``error`` None: it is right again."""
    _trouble(Subject.CONFIG, vendor, config_sighting(vendor, error) if error else None, books, telling, now)
