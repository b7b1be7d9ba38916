"""What accepted.yaml names, in the results of a run, and how an incident comes to be named there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.checking.accepting import accepted_in, holds
from monitor.checking.words import told
from monitor.config.accepted import accepted_in as entries_in
from monitor.config.accepted import with_entry
from monitor.config.files import shown_file
from monitor.config.reading import decode, read_bounded
from monitor.config.tree import Problem
from monitor.errors import StorageError, UsageError
from monitor.model import Accepted, Incident, Result, Settings, Subject
from monitor.recordings.files import publish


def with_accepted(results: Sequence[Result], settings: Settings, now: datetime) -> tuple[Result, ...]:
    """The results, with what is accepted at ``now`` marked and told so: it fails nothing, and alerts nobody."""
    return tuple(_marked(result, settings, now) for result in results)


def _marked(result: Result, settings: Settings, now: datetime) -> Result:
    findings = accepted_in(result, settings.accepted, now) if settings.accepted else result.findings
    return result if findings == result.findings else replace(result, findings=findings, told=told(findings))


# -- a new entry ------------------------------------------------------------------------------------------


def entry_of(incident: Incident, by: str, reason: str, until: datetime | None) -> Accepted:
    """What names the incident as it is now: another kind of finding at its place alerts all the same.

    Raises UsageError where it is no drift.
    """
    if incident.subject is not Subject.DRIFT:
        fix = f'mute it: monitor mute {incident.id} --for 3d --note "why"'
        raise UsageError("only drift can be accepted, and this is a trouble of the vendor", where=incident.id, fix=fix)
    interaction = incident.description or incident.interaction_id
    return Accepted(incident.vendor, incident.root, reason, by, interaction, incident.kinds, until)


def standing(entry: Accepted, settings: Settings, now: datetime) -> Accepted | None:
    """An entry about the same place that is not over; two of them would leave open which one counts."""
    return next((one for one in settings.accepted if _is_of(one, entry) and holds(one, now)), None)


def _is_of(one: Accepted, entry: Accepted) -> bool:
    return (one.vendor, one.path) == (entry.vendor, entry.path) and one.interaction in ("", entry.interaction)


def accept(entries: Sequence[Accepted], settings: Settings) -> tuple[int, ...]:
    """Adds the entries to accepted.yaml, all or none; its other text stays as it is. The line of each.

    Raises StorageError, ConfigError where the file came to be at fault, UsageError
    where no place was found for one.
    """
    file = Path(settings.accepted_file)
    zone, shown = ZoneInfo(settings.alerts.timezone), shown_file(file)
    content = _text(file)
    for entry in entries:
        content = with_entry(content, entry, _written(entry.until, zone) if entry.until else "")
        if content is None:
            raise UsageError("no place was found in it for one more entry", where=shown, fix="write it there yourself")
    read = entries_in(content or "", shown, zone)
    publish(file, (content or "").encode())
    return tuple(next((one.line for one in reversed(read) if one == entry), 0) for entry in entries)


def _written(until: datetime, zone: tzinfo) -> str:
    """A day where it is the beginning of one."""
    here = until.astimezone(zone)
    return here.date().isoformat() if here.time() == time() else until.isoformat()


def _text(file: Path) -> str | None:
    if not file.exists():
        return None
    data = read_bounded(file)
    decoded = (data, None) if isinstance(data, Problem) else decode(data)
    if isinstance(decoded, str):
        return decoded
    raise StorageError(decoded[0].what, where=shown_file(file), fix=decoded[0].fix)
