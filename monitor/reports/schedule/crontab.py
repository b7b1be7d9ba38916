"""A crontab: one line a job. What cron cannot do is said in it: the time zone of a line, jitter, runs made up for."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from monitor.errors import UsageError
from monitor.reports.schedule import EVERY_TEN_MINUTES, SECRETS_FILE, Job, Place, SchedulePlan, Written, jobs_of
from monitor.reports.schedule._fields import fields_of
from monitor.reports.schedule.text import duration

_HEAD: Final = """\
# Made by: monitor schedule --format crontab. Change monitor.yaml, and print it again.
# Install it with: crontab crontab    (in the place of this user's whole crontab)
# Secrets come from {secrets}, which only this user may read (chmod 600); it may be missing.
# Nothing is printed while all is well (README, "Exit codes"); cron mails whatever is printed to this address:
# MAILTO=integration-team@example.com
SHELL=/bin/sh
MONITOR_ALERTS=true
"""
_ZONES: Final = """\
# CRON_TZ holds for the lines below it with cronie (Fedora, RHEL, Arch, Alpine's cronie). The cron of Debian and Ubuntu
# does not know it and takes the machine's own time zone: use the systemd timers there, or monitor daemon.
"""
_CHECKS: Final = """\
# A run whose time passes while the machine is off is not made up for: monitor tells that it was missed.
"""
_UTC: Final = "UTC"


def _shell(word: str) -> str:
    """``word`` for sh within a line of a crontab, where % would end the command."""
    return shlex.quote(word).replace("%", "\\%")


def _command(job: Job, place: Place) -> str:
    program = " ".join(map(_shell, (place.program, *job.arguments)))
    secrets = f"set -a && {{ [ ! -f {SECRETS_FILE} ] || . ./{SECRETS_FILE}; }} && set +a"
    return f"cd {_shell(place.folder)} && {secrets} && {program}"


def _line(job: Job, place: Place) -> Iterator[str]:
    if job.schedule.jitter:
        yield f"# cron knows no jitter: that of {duration(job.schedule.jitter)} is left out"
    yield f"{fields_of(job.schedule.cron)}  {_command(job, place)}"


def render(plan: SchedulePlan) -> tuple[Written, ...]:
    """Raises UsageError for a folder that no crontab can name."""
    jobs, place = jobs_of(plan), plan.place
    if any(char < " " for path in (place.folder, place.program, place.config) for char in path):
        raise UsageError("a crontab cannot name a path with a line break or control character", fix="rename it")
    often = [job for job in jobs if job.schedule is EVERY_TEN_MINUTES]
    lines = [line for job in often for line in _line(job, place)]
    zoned: dict[str, list[Job]] = {}
    for job in jobs:
        if job not in often:
            zoned.setdefault(job.schedule.timezone, []).append(job)
    checks: list[str] = []
    for zone, there in zoned.items():
        checks += ["", f"CRON_TZ={zone}", *(line for job in there for line in _line(job, place))]
    head = _HEAD.format(secrets=f"{place.folder}/{SECRETS_FILE}") + "\n"
    body = "\n".join(lines) + "\n\n" + _CHECKS + (_ZONES if zoned else "") + "\n".join(checks).lstrip("\n")
    return (Written("crontab", f"{head}{body}\n"),)
