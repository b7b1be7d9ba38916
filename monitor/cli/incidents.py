"""incidents, ack, mute, unmute: what is wrong, and what people decide about it. Nothing is called."""

from __future__ import annotations

import difflib
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli import completing
from monitor.cli.console import ConfigOption, note, settings_of, shown_path, who, write
from monitor.cli.looking import LookFormat, LookFormatOption
from monitor.cli.moments import ForOption, UntilOption, moment_to_come
from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.ledger.ledger import Ledger
    from monitor.model import Incident, Person, Settings
    from monitor.reports.incidents import Listing

IdsArgument = Annotated[list[str], typer.Argument(metavar="ID...", help="Incidents' ids, or their beginnings.")]
IdsOrNone = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID...]", help="Incidents' ids, or their beginnings.", show_default=False),
]
OneOrNone = Annotated[
    str | None, typer.Argument(metavar="ID", help="An incident's id, or the beginning of it.", show_default=False)
]
AVendorOption = Annotated[
    str | None,
    typer.Option("--vendor", "-v", help="All of this vendor's.", autocompletion=completing.vendors, show_default=False),
]
NoteOption = Annotated[str, typer.Option("--note", help="Why; it is kept, and told.", show_default=False)]
ByOption = Annotated[str, typer.Option("--by", help="Who decides.", envvar="MONITOR_APPROVER", show_default="you@host")]
_NEAR: Final = 3  # incidents that are named where an id is wrong
_LONGEST: Final = 1_000  # characters of a note


@contextmanager
def opened(config: Path | None) -> Iterator[tuple[Settings, Ledger]]:
    from monitor.wiring import ledger_of

    settings = settings_of(config, offline=True)
    ledger = ledger_of(settings)
    try:
        yield settings, ledger
    finally:
        ledger.database.close()


def person_of(by: str, text: str) -> Person:
    from monitor.errors import UsageError
    from monitor.model import Person
    from monitor.wiring import now

    if len(text) > _LONGEST:
        raise UsageError(f"a note of {len(text):,} characters is too long", fix=f"at most {_LONGEST:,}")
    return Person(who(by), socket.gethostname(), now(), text)


def _found(ledger: Ledger, prefix: str) -> Incident:
    """Raises UsageError, with incidents of nearly that id."""
    from monitor.errors import UsageError

    try:
        return ledger.find(prefix)
    except UsageError as error:
        known = {one.id: one for one in ledger.incidents(open_only=False)}
        wanted = prefix.partition(":")[2] or prefix
        near = difflib.get_close_matches(wanted[:8].lower(), known, n=_NEAR, cutoff=0.5)
        if not near or any(one.fingerprint.partition(":")[2].startswith(wanted.lower()) for one in known.values()):
            raise
        raise UsageError(error.what, fix=f"did you mean {' or '.join(named(known[one]) for one in near)}?") from None


def all_found(ledger: Ledger, prefixes: Iterable[str]) -> tuple[Incident, ...]:
    """Each of them once, all looked up before anything is written. Raises UsageError for the first unknown one."""
    found = [_found(ledger, prefix) for prefix in prefixes]
    return tuple({one.fingerprint: one for one in found}.values())


def named(incident: Incident) -> str:
    place = incident.root or incident.subject.value
    return f"{incident.id} ({printable(incident.vendor)} {printable(place, 60)})"


def _check_vendor(settings: Settings, ledger: Ledger, vendor: str) -> None:
    """Raises UsageError for a vendor that neither monitor.yaml nor the ledger knows."""
    from monitor.pipeline.planning import chosen_vendors

    if vendor not in settings.vendors and not ledger.incidents(vendor, open_only=False):
        chosen_vendors(settings, (vendor,))


# -- looking ----------------------------------------------------------------------------------------------


def _listing(settings: Settings, ledger: Ledger, incidents: tuple[Incident, ...], vendor: str | None) -> Listing:
    from zoneinfo import ZoneInfo

    from monitor.reports.incidents import Listing
    from monitor.wiring import now

    vendors = (vendor,) if vendor else tuple(dict.fromkeys([*settings.vendors, *(one.vendor for one in incidents)]))
    moment = now()
    mutes = {name: mute for name in vendors if (mute := ledger.vendor_mute(name)) and mute.holds(moment)}
    return Listing(
        incidents=incidents,
        now=moment,
        zone=ZoneInfo(settings.alerts.timezone),
        recordings=shown_path(settings.recordings_dir),
        acts=ledger.acts(vendor),
        mutes=mutes,
    )


def incidents(
    one: OneOrNone = None,
    open_or_all: Annotated[bool, typer.Option("--open/--all", help="Open ones only, or closed ones too.")] = True,
    vendor: AVendorOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="All that is known of each.")] = False,
    form: LookFormatOption = LookFormat.TEXT,
    config: ConfigOption = None,
) -> int:
    """List what is wrong, the worst first: since when, how often it was seen, and who keeps alerts back.

    With an ID: all that is known of one, and who decided what.

    Examples:

      monitor incidents --vendor crm

      monitor incidents 391fa7bf
    """
    from monitor.reports.incidents import json, text

    with opened(config) as (settings, ledger):
        if one is not None:
            found = _found(ledger, one)
            listing = _listing(settings, ledger, (found,), found.vendor)
        else:
            if vendor is not None:
                _check_vendor(settings, ledger, vendor)
            listing = _listing(settings, ledger, ledger.incidents(vendor, open_or_all), vendor)
        is_new = ledger.is_new()
    if form is LookFormat.JSON:
        write(json.render(listing))
    else:
        write(text.render(replace(listing, whole=verbose or one is not None)))
        if is_new:
            note("the ledger has no run yet; make one: monitor check")
    return 0


# -- deciding ---------------------------------------------------------------------------------------------


def ack(
    ids: IdsArgument,
    text: NoteOption,
    by: ByOption = "",
    config: ConfigOption = None,
) -> int:
    """Say that somebody works on an incident: no more reminders, unless it gets worse or comes back.

    Examples:

      monitor ack 391fa7bf --note "the vendor rolls it back on Monday"
    """
    from monitor.errors import UsageError

    with opened(config) as (_, ledger):
        found = all_found(ledger, ids)
        if closed := next((one for one in found if not one.open), None):
            raise UsageError("it is not open, so there is nothing to acknowledge", where=closed.id)
        _check_note(text)
        person = person_of(by, text)
        for one in found:
            ledger.acknowledge(one, person)
    for one in found:
        write(f"acknowledged {named(one)}: no reminders, unless it gets worse or comes back\n")
    return 0


def _check_note(text: str) -> None:
    from monitor.errors import UsageError

    if not text.strip():
        raise UsageError("others need to know why", fix='add --note "why"')


def _targets(
    settings: Settings, ledger: Ledger, ids: Sequence[str], vendor: str | None
) -> tuple[Incident, ...] | tuple[str]:
    """Raises UsageError unless exactly one of the two is given, and known."""
    from monitor.errors import UsageError

    if (not ids) == (vendor is None):
        raise UsageError("name an incident, or else a --vendor", fix="see: monitor incidents")
    if vendor is None:
        return all_found(ledger, ids)
    _check_vendor(settings, ledger, vendor)
    return (vendor,)


def _told(target: Incident | str) -> str:
    return f"all of {printable(target)}" if isinstance(target, str) else named(target)


def mute(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
    text: NoteOption,
    ids: IdsOrNone = None,
    vendor: AVendorOption = None,
    duration: ForOption = None,
    until: UntilOption = None,
    by: ByOption = "",
    config: ConfigOption = None,
) -> int:
    """Say nothing of an incident, or of all of a vendor's, for a while. What is so then is told when it is over.

    Examples:

      monitor mute 391fa7bf --for 3d --note "known to the vendor"

      monitor mute --vendor crm --until 2026-12-31 --note "they rebuild staging"
    """
    from zoneinfo import ZoneInfo

    from monitor.model import Mute
    from monitor.model.moments import day

    with opened(config) as (settings, ledger):
        targets = _targets(settings, ledger, ids or (), vendor)
        _check_note(text)
        person = person_of(by, text)
        end = moment_to_come(settings, duration, until, person.at)
        for target in targets:
            ledger.mute(target, Mute(person, end))
        shown = day(end.astimezone(ZoneInfo(settings.alerts.timezone)))
    for target in targets:
        write(f"muted {_told(target)} until {shown}\n")
    return 0


def unmute(
    one: OneOrNone = None,
    vendor: AVendorOption = None,
    text: NoteOption = "",
    by: ByOption = "",
    config: ConfigOption = None,
) -> int:
    """Take a mute back: the next run that alerts tells what is so.

    Examples:

      monitor unmute 391fa7bf

      monitor unmute --vendor crm
    """
    with opened(config) as (settings, ledger):
        (target,) = _targets(settings, ledger, () if one is None else (one,), vendor)
        was = ledger.unmute(target, person_of(by, text))
    write(f"unmuted {_told(target)}\n" if was else f"{_told(target)} was not muted\n")
    return 0


def register(app: typer.Typer) -> None:
    for command in (incidents, ack, mute, unmute):
        app.command()(command)
