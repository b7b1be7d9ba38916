"""accept: a drift that people live with, written to accepted.yaml. Nothing is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import ConfigOption, shown_path, write
from monitor.cli.incidents import ByOption, IdsArgument, all_found, named, opened, person_of
from monitor.cli.moments import UntilOption, moment_to_come

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.model import Accepted, Incident, Settings


def _check_acceptable(settings: Settings, found: Incident, entry: Accepted, now: datetime) -> None:
    """Raises UsageError where an entry of its place holds, or the incident is over; not where its entry ran out."""
    from zoneinfo import ZoneInfo

    from monitor.errors import UsageError
    from monitor.model import Resolution
    from monitor.model.moments import day
    from monitor.pipeline import acceptance

    zone = ZoneInfo(settings.alerts.timezone)
    if (known := acceptance.standing(entry, settings, now)) is not None:
        kinds = f" ({', '.join(known.kinds)})" if not set(entry.kinds) <= set(known.kinds or entry.kinds) else ""
        end = f" until {day(known.until.astimezone(zone))}" if known.until else ""
        what = f"already accepted{kinds} at {shown_path(settings.accepted_file)}:{known.line}{end}"
        raise UsageError(what, where=found.id, fix="change the entry there")
    if not found.open and found.resolution is not Resolution.ACCEPTED:
        since = f" since {day(found.resolved_at.astimezone(zone))}" if found.resolved_at else ""
        raise UsageError(f"it is over{since}; nothing to accept", where=found.id)


def accept(
    ids: IdsArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why you live with it.", show_default=False)],
    until: UntilOption = None,
    by: ByOption = "",
    config: ConfigOption = None,
) -> int:
    """Live with a drift: write it to accepted.yaml, which you commit. It alerts nobody, and fails no run.

    The next run closes the incident as accepted. After --until it opens again.

    Examples:

      monitor accept 391fa7bf --reason "no flow reads it" --until 2027-05-31
    """
    from monitor.errors import UsageError
    from monitor.pipeline import acceptance

    with opened(config) as (settings, ledger):
        found = all_found(ledger, ids)
        if not reason.strip():
            raise UsageError("an entry needs a reason", fix='add --reason "why"')
        person = person_of(by, reason)
        end = moment_to_come(settings, None, until, person.at) if until is not None else None
        entries = [acceptance.entry_of(one, person.by, reason, end) for one in found]
        for one, entry in zip(found, entries, strict=True):
            _check_acceptable(settings, one, entry, person.at)
        lines = acceptance.accept(entries, settings)
        for one in found:
            ledger.accept(one, person, end)
    file = shown_path(settings.accepted_file)
    for one, line in zip(found, lines, strict=True):
        write(f"accepted {named(one)} in {file}:{line}; commit it. The next run closes the incident.\n")
    return 0


def register(app: typer.Typer) -> None:
    app.command()(accept)
