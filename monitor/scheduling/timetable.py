"""What is done when, on APScheduler.

1. Its job store is its memory. What must outlast a restart is not when a job was to run next but whether a check began
   since the last slot, and that the ledger knows: from it, and from monitor.yaml as it is now, the daemon makes its
   jobs at every start. A pickled job store would be a second truth: it keeps schedules that were changed meanwhile,
   breaks with an upgrade of what it pickles, and knows nothing of the checks that cron or another host made.
2. A trigger gives the first moment after now, so a job that was due ten times while the machine slept is due once,
   however late that is (no misfire grace, and coalescing in the trigger itself: no list of a week of minutes is made).
3. One job is never run twice at the same time. Checks have a few threads of their own, so that a slow vendor keeps no
   alert waiting, and chores (deliveries, missed slots) have theirs.
4. APScheduler asks the trigger by the time of day, and waits by a clock that stands still while the machine sleeps: who
   owns the timetable puts the jobs anew when the time of day jumps (clock.py).
5. A job that raises is told by whoever made it: nothing here prints, and no traceback, which may quote a secret, is
   logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent  # type: ignore[import-untyped]
from apscheduler.executors.pool import ThreadPoolExecutor  # type: ignore[import-untyped]
from apscheduler.jobstores.base import JobLookupError  # type: ignore[import-untyped]
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.base import BaseTrigger  # type: ignore[import-untyped]

CHECKS_AT_ONCE: Final = 4
CHORES_AT_ONCE: Final = 2
After = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True)
class Job:
    """``after`` gives the first moment after another at which ``run`` is due; ``first`` is when it is due next.

    ``check``: it calls a vendor, so that it has its threads among those of checks.
    """

    name: str
    first: datetime
    after: After
    run: Callable[[], None]
    check: bool = False


class Timetable(Protocol):
    """Runs jobs in threads of its own when they are due."""

    def start(self) -> None: ...

    def put(self, jobs: Sequence[Job]) -> None:
        """These, in the place of all others. What runs already goes on."""
        ...

    def sooner(self, name: str, at: datetime) -> None:
        """The job of that name, if there is one, is due at ``at`` unless it is before."""
        ...

    def end(self) -> None:
        """Nothing begins any more; what runs goes on."""
        ...


def every(period: timedelta) -> After:
    """Again and again, from whenever it was last."""
    return lambda at: at + period


class AfterTrigger(BaseTrigger):  # type: ignore[misc]
    """The first moment after now, whatever was missed before."""

    __slots__ = ("_after",)

    def __init__(self, after: After) -> None:
        self._after = after

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """``previous_fire_time`` may be a little after ``now``, where the clock was corrected meanwhile."""
        at = now.astimezone(UTC)
        before = previous_fire_time.astimezone(UTC) if previous_fire_time else at
        return self._after(max(at, before))


class ApTimetable:
    """A Timetable on APScheduler. ``overlapped`` is told the name of a job that was due while it still ran."""

    def __init__(self, overlapped: Callable[[str], None]) -> None:
        logging.getLogger("apscheduler").addHandler(logging.NullHandler())  # rule 5: else it prints on standard error
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"checks": ThreadPoolExecutor(CHECKS_AT_ONCE), "chores": ThreadPoolExecutor(CHORES_AT_ONCE)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        self._scheduler.add_listener(lambda event: self._skipped(event, overlapped), EVENT_JOB_MAX_INSTANCES)

    @staticmethod
    def _skipped(event: JobSubmissionEvent, overlapped: Callable[[str], None]) -> None:
        overlapped(str(event.job_id))

    def start(self) -> None:
        self._scheduler.start()

    def put(self, jobs: Sequence[Job]) -> None:
        names = {job.name for job in jobs}
        for old in self._scheduler.get_jobs():
            if old.id not in names:
                with suppress(JobLookupError):
                    old.remove()
        for job in jobs:
            self._scheduler.add_job(
                job.run,
                AfterTrigger(job.after),
                id=job.name,
                executor="checks" if job.check else "chores",
                next_run_time=job.first,
                replace_existing=True,
            )

    def sooner(self, name: str, at: datetime) -> None:
        job = self._scheduler.get_job(name)
        if job is not None and job.next_run_time > at:
            with suppress(JobLookupError):
                job.modify(next_run_time=at)

    def end(self) -> None:
        self._scheduler.shutdown(wait=False)
