"""For a terminal: the open and the worst first, an incident a paragraph.

391fa7bf  BREAKING  crm: a GET request to look up a customer
    at $.customerId, since Mon 02 Nov 2026, 09:58 CET, seen in 5 runs, last Fri 06 Nov 2026, 09:58 CET
    acknowledged by ada@laptop, Tue 03 Nov 2026, 10:00 CET: they roll it back
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from monitor.model import Act, ActKind, Incident, Mute, Person, Severity, Subject
from monitor.model.endings import ending
from monitor.model.moments import shown
from monitor.printable import printable
from monitor.reports.incidents import Listing

_NOTE: Final = 400
_MOST_NAMED: Final = 20
_DONE: Final = {
    ActKind.ACK: "acknowledged",
    ActKind.MUTE: "muted",
    ActKind.UNMUTE: "unmuted",
    ActKind.ACCEPT: "accepted",
}
_SUBJECTS: Final = {
    Subject.DRIFT: "drift",
    Subject.VENDOR_DOWN: "the vendor is down",
    Subject.AUTH_FAILED: "the vendor refuses our login",
    Subject.RATE_LIMITED: "the vendor limits our calls",
    Subject.UNREADABLE: "responses cannot be read",
    Subject.NOT_JUDGED: "responses could not be judged",
    Subject.NOT_RUN: "interactions were not called",
    Subject.MISSED_RUN: "a scheduled run did not happen",
    Subject.CONFIG: "monitor.yaml is wrong",
}


def when(moment: datetime, listing: Listing) -> str:
    return shown(moment, listing.zone)


def _by(person: Person, listing: Listing, *, host: bool = False) -> str:
    note = f": {printable(person.note, _NOTE)}" if person.note else ""
    on = f" on {printable(person.host)}" if host else ""
    return f"by {printable(person.by)}{on}, {when(person.at, listing)}{note}"


def _muted(mute: Mute, listing: Listing) -> str:
    until = f"until {when(mute.until, listing)} " if mute.until else ""
    return f"muted {until}{_by(mute.person, listing)}"


def _times(count: int) -> str:
    return f"{count} run{'' if count == 1 else 's'}"


def _life(incident: Incident, listing: Listing) -> str:
    """Since when, how often; or since when no more, and why."""
    at = f"at {printable(incident.root)}, " if incident.root else ""
    if incident.open:
        again = f" (for the {_ordinal(incident.episode)} time)" if incident.episode > 1 else ""
        last = f", last {when(incident.seen_at, listing)}" if incident.times > 1 else ""
        return f"{at}since {when(incident.opened_at, listing)}{again}, seen in {_times(incident.times)}{last}"
    ended = when(incident.resolved_at, listing) if incident.resolved_at else "an unknown moment"
    return f"{at}no more since {ended}: {ending(incident) or 'nobody knows why'}"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def _state(incident: Incident, listing: Listing) -> Iterator[str]:
    """Why nothing is said of it."""
    if incident.open and incident.acknowledged is not None:
        yield f"acknowledged {_by(incident.acknowledged, listing)}"
    if (mute := listing.mute_of(incident)) is not None:
        yield _muted(mute, listing)


def _told(incident: Incident, listing: Listing) -> str:
    said = incident.said
    if said is None:
        return "nobody was told of it"
    if not said.open:
        return f"told last: that it is no more, {when(said.at, listing)}"
    flapping = ", and comes and goes" if said.flapping else ""
    return f"told last: that it is open ({said.severity}){flapping}, {when(said.at, listing)}"


def _act(act: Act, listing: Listing) -> str:
    until = f" until {when(act.until, listing)}" if act.until else ""
    return f"{_DONE[act.kind]}{until} {_by(act.person, listing, host=True)}"


def _whole(incident: Incident, listing: Listing) -> Iterator[str]:
    """All that is known of it besides."""
    yield from (f"  {printable(line, 2_000)}" for line in incident.lines)
    if incident.evidence:
        yield f"evidence: {printable(f'{listing.recordings}/{incident.evidence}', 500)}"
    if incident.affected:
        more = len(incident.affected) - _MOST_NAMED
        names = ", ".join(map(printable, incident.affected[:_MOST_NAMED]))
        yield f"interactions: {names}{f' and {more} more' if more > 0 else ''}"
    if incident.history:
        seen, runs = sum(incident.history), len(incident.history)
        turns = "".join("x" if one else "." for one in incident.history)
        yield f"seen in {seen} of the last {runs} runs that judged it ({turns}, the newest last)"
    yield _told(incident, listing)
    yield f"fingerprint {incident.fingerprint}, first of this time in run {printable(incident.opened_run)}"
    yield from (_act(act, listing) for act in listing.acts_of(incident))


def _paragraph(incident: Incident, listing: Listing) -> Iterator[str]:
    label = incident.severity.value.upper() if incident.open else "closed"
    what = incident.description if incident.subject is Subject.DRIFT else _SUBJECTS[incident.subject]
    yield f"{incident.id}  {label}  {printable(incident.vendor)}: {printable(what or incident.interaction_id)}"
    yield f"    {_life(incident, listing)}"
    yield from (f"    {line}" for line in _state(incident, listing))
    if listing.whole:
        yield from (f"    {line}" for line in _whole(incident, listing))


def _figures(listing: Listing) -> str:
    counts = Counter(one.severity for one in listing.incidents if one.open)
    total = sum(counts.values())
    closed = len(listing.incidents) - total
    severities = ", ".join(f"{counts[severity]} {severity}" for severity in Severity if counts[severity])
    told = f"{total} open incident{'' if total == 1 else 's'}{f' ({severities})' if severities else ''}"
    quiet = {
        "acknowledged": sum(one.open and one.acknowledged is not None for one in listing.incidents),
        "muted": sum(one.open and listing.mute_of(one) is not None for one in listing.incidents),
        "closed": closed,
    }
    return ", ".join([told, *(f"{count} {word}" for word, count in quiet.items() if count)])


def render(listing: Listing) -> str:
    """Lines for people; vendor text is escaped."""
    lines = [f"all of {printable(vendor)} is {_muted(mute, listing)}" for vendor, mute in listing.mutes.items()]
    for incident in listing.incidents:
        lines += _paragraph(incident, listing)
    return "\n".join([*lines, _figures(listing)]) + "\n"
