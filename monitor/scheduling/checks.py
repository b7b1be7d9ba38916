"""The scheduled check of one vendor: whether it is due, and what becomes of it.

1. A check is due when no whole check of the vendor began since the last slot whose moment has come, by cron, by hand or
   on another host. So one that is asked for twice (a restart, two hosts) is made once, and ten slots that nobody
   served make one check.
2. A run that the ledger dates after now was made while the clock was wrong: it serves no slot that is yet to come.
3. A check that ends without a report (the vendor is locked, the disk is full, a secret is missing) is tried again,
   after a minute first and after an hour at most, until one ends with a report or the next slot comes. People hear of
   a wrong configuration at once, of everything else when the slot counts as missed (pipeline/watching.py).
4. Whatever goes wrong is an event, never the end of the daemon. An error that is none of ours to explain is told by its
   type and place: its text may quote what must not be shown.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Final

from monitor.errors import ConfigError, ContractError, MonitorError
from monitor.model import Settings, Vendor
from monitor.model.moments import stamp
from monitor.scheduling.events import Events
from monitor.scheduling.house import House
from monitor.scheduling.moments import Moments
from monitor.scheduling.stopping import Stop, StoppedError

FIRST_AGAIN: Final = timedelta(minutes=1)
LAST_AGAIN: Final = timedelta(hours=1)
SLACK: Final = timedelta(seconds=2)  # the clock may be set back a little between a moment and the look at it


def told(error: Exception) -> list[str]:
    """An error as events tell it: every fault on its own."""
    if isinstance(error, MonitorError):
        return str(error).splitlines()
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at {PurePath(last[0].filename).name}:{last[0].lineno}" if last else ""
    return [f"internal error: {type(error).__name__}{place}"]


def delay(tries: int) -> timedelta:
    """How long after the ``tries``-th failure in a row (from 1) it is tried again."""
    return min(FIRST_AGAIN * (1 << min(tries - 1, 10)), LAST_AGAIN)


def first_check(moments: Moments, known: datetime, began: Sequence[datetime], now: datetime) -> datetime:
    """When a vendor is to be checked next: now, where the last slot since ``known`` is not served yet (rule 1).

    ``began``: when whole checks began since that slot. One that is dated after now counts here: the clock was set
    back, and what is not made up for at once is made at its next slot.
    """
    last = moments.last(now)
    overdue = last.slot >= known and not any(moment >= last.slot for moment in began)
    return now if overdue else moments.after(now).at


@dataclass
class Checks:
    """Makes the checks of all vendors, each in the thread that it is called in. ``again(vendor, at)`` asks for one."""

    house: House
    stop: Stop
    clock: Callable[[], datetime]
    events: Events
    seed: str
    again: Callable[[str, datetime], None]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _tries: dict[str, int] = field(default_factory=dict)
    _sound: set[str] = field(default_factory=set)  # vendors of whose configuration nobody is told anything bad
    settings: Settings | None = None  # the last that could be read

    def moments(self, vendor: Vendor) -> Moments | None:
        return Moments(vendor.schedule, f"{self.seed}\0{vendor.name}") if vendor.schedule else None

    def check(self, vendor: str) -> None:
        """Checks ``vendor`` if it is due; never raises."""
        if self.stop.asked:
            return
        try:
            self._check(vendor)
        except StoppedError:
            self.events("check_stopped", vendor=vendor)
        except Exception as error:  # noqa: BLE001 - rule 4
            self._failed(vendor, error)
        else:
            with self._lock:
                self._tries.pop(vendor, None)

    def _check(self, name: str) -> None:
        settings = self._fresh(name)
        vendor = settings.vendors.get(name)
        moments = self.moments(vendor) if vendor else None
        if moments is None:  # it was there at the last reload
            return
        now = self.clock() + SLACK
        slot = moments.last(now).slot
        if any(slot <= moment <= now for moment in self.house.began(settings, name, slot)):
            self.events("check_skipped", vendor=name, slot=stamp(slot))
            return
        self.events("check_started", vendor=name, slot=stamp(slot), late=int((now - SLACK - slot).total_seconds()))
        done = self.house.check(settings, name, self.stop)
        notes = {"notes": done.notes} if done.notes else {}
        self.events("check_finished", vendor=name, run=done.run_id, exit=done.exit_code, reasons=done.reasons, **notes)

    def _fresh(self, vendor: str) -> Settings:
        try:
            settings = self.house.fresh()
        except (ConfigError, ContractError) as error:
            self._tell(vendor, error)
            raise
        self.settings = settings
        self._tell(vendor, None)
        return settings

    def _tell(self, vendor: str, error: MonitorError | None) -> None:
        """People hear of a wrong configuration once, and once when it is right again."""
        if self.settings is None or (error is None and vendor in self._sound):
            return
        try:
            self.house.faulty(self.settings, vendor, error)
        except MonitorError as untold:
            self.events("failed", job=f"check:{vendor}", error=told(untold))
            return
        self._sound.discard(vendor) if error else self._sound.add(vendor)

    def _failed(self, vendor: str, error: Exception) -> None:
        with self._lock:
            tries = self._tries[vendor] = self._tries.get(vendor, 0) + 1
        at = self.clock() + delay(tries)
        self.events("check_failed", vendor=vendor, error=told(error), again=stamp(at))
        self.again(vendor, at)
