"""systemd: a service and a timer for each job.

A timer's OnCalendar is made from the five fields: where a day may match either of its fields, there are two of them.
A run whose time passed while the machine was off is made up for (Persistent).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from monitor.errors import UsageError
from monitor.model import Schedule
from monitor.reports.schedule import SECRETS_FILE, Job, Place, SchedulePlan, Written, jobs_of, jumped
from monitor.reports.schedule._fields import Field, Fields, fields_of

PREFIX: Final = "vendor-drift"
USER: Final = "vendor-drift"
_HEAD: Final = """\
# Made by: monitor schedule --format systemd. Change monitor.yaml, and print it again.
"""
_SERVICE: Final = """\
# It runs as the user {user} (useradd --system {user}), who owns the folders of ReadWritePaths;
# both must be there.
# Secrets come from {secrets}, which only root need read; it may be missing.
[Unit]
Description=monitor: {what}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={user}
WorkingDirectory={folder}
EnvironmentFile=-{secrets}
Environment=MONITOR_ALERTS=true {state}
ExecStart={command}
UMask=0077
NoNewPrivileges=true
CapabilityBoundingSet=
ProtectSystem=strict
ReadWritePaths={writable}
ProtectHome=read-only
PrivateTmp=true
PrivateDevices=true
ProtectClock=true
ProtectControlGroups=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
SystemCallArchitectures=native
"""
_TIMER: Final = """\
[Unit]
Description=monitor: {what}

[Timer]
{calendar}
{jitter}AccuracySec=30s
Persistent=true

[Install]
WantedBy=timers.target
"""
_INSTALL: Final = """\
# Install: monitor schedule --format systemd --output /etc/systemd/system && systemctl daemon-reload
#          systemctl enable --now {timers}
"""
_DAYS: Final = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


# -- calendars ---------------------------------------------------------------------------------------------


def _component(field: Field) -> str:
    """``*``, or each value: systemd 252 leaves out January where a day is written with a repetition (``01/13``)."""
    return "*" if field.is_any else ",".join(_spans(field.values()))


def _spans(values: Iterable[int]) -> Iterator[str]:
    """``01..03,05``: neighbours together."""
    for _, grouped in groupby(enumerate(values), key=lambda pair: pair[1] - pair[0]):
        run = [value for _, value in grouped]
        yield from (f"{run[0]:02}..{run[-1]:02}",) if len(run) > 2 else (f"{value:02}" for value in run)


def _weekdays(fields: Fields) -> str:
    """From Monday on, which is how systemd counts."""
    monday_first = sorted(fields.weekdays, key=lambda day: (day + 6) % 7)
    return ",".join(_DAYS[day] for day in monday_first)


def calendars(schedule: Schedule) -> tuple[str, ...]:
    """What stands after OnCalendar=: one expression, or two where either day field will do."""
    fields = fields_of(schedule.cron)
    month, day = _component(fields.month), _component(fields.day)
    at = f"{_component(fields.hour)}:{_component(fields.minute)}:00"
    zone = f" {schedule.timezone}"
    on = f"{_weekdays(fields)} " if len(fields.weekdays) < 7 else ""
    if fields.both_days:
        return (f"{on}*-{month}-{day} {at}{zone}",)
    return f"*-{month}-{day} {at}{zone}", f"{on}*-{month}-* {at}{zone}"


# -- units -------------------------------------------------------------------------------------------------


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _word(text: str) -> str:
    """One word of a line that systemd splits; in a command a $ would begin a variable."""
    text = _percent(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"' if any(char in text for char in " \t'\"\\;") else text


def _service(job: Job, place: Place) -> str:
    command = " ".join(_word(word).replace("$", "$$") for word in (place.program, *job.arguments))
    return _HEAD + _SERVICE.format(
        what=job.what,
        user=USER,
        folder=_percent(place.folder),
        secrets=_percent(f"{place.folder}/{SECRETS_FILE}"),
        state=_word(f"MONITOR_STATE_DIR={place.state}"),
        command=command,
        writable=" ".join(dict.fromkeys(_word(path) for path in (place.recordings, place.state))),
    )


def _timer(job: Job, timers: str) -> str:
    lines = [f"OnCalendar={expression}" for expression in calendars(job.schedule)]
    calendar = "\n".join((f"# {note}", *lines) if (note := jumped(job.schedule)) else lines)
    jitter = f"RandomizedDelaySec={job.schedule.jitter:g}\n" if job.schedule.jitter else ""
    install = _INSTALL.format(timers=timers)
    return _HEAD + install + _TIMER.format(what=job.what, calendar=calendar, jitter=jitter)


def render(plan: SchedulePlan) -> tuple[Written, ...]:
    """Raises UsageError for a folder that no unit can name."""
    jobs, place = jobs_of(plan), plan.place
    if any(char < " " for path in (place.folder, place.program, place.state, place.recordings) for char in path):
        raise UsageError("a unit cannot name a path with a line break or control character", fix="rename it")
    timers = " ".join(f"{PREFIX}-{job.name}.timer" for job in jobs)
    return tuple(
        Written(f"{PREFIX}-{job.name}.{kind}", text)
        for job in jobs
        for kind, text in (("service", _service(job, place)), ("timer", _timer(job, timers)))
    )
