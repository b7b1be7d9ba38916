"""Incidents as people meet them, and what they decide of them.

1. A mute is an act: the last mute or unmute of an incident, or of a whole vendor, says whether it is muted.
2. An acknowledgement is an act too, but whether it still holds is kept with the incident: it ends with its episode, or
   when it gets worse (lifecycle.py).
3. Acts are never changed or deleted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, update

from monitor.errors import UsageError
from monitor.ledger import tables
from monitor.ledger.documents import INCIDENT, storable
from monitor.ledger.rows import insert_all
from monitor.model import Act, ActKind, Incident, Mute, Person
from monitor.printable import printable

_CANDIDATES: Final = 5  # named where a prefix means several

_ID: Final = re.compile(r"(v[0-9]:)?([0-9a-f]+)")
_ON_MUTES: Final = (ActKind.MUTE.value, ActKind.UNMUTE.value)

_incidents: Final = tables.incidents.c
_acts: Final = tables.acts.c

# -- reading ----------------------------------------------------------------------------------------------


_ACTS: Final = select(
    _acts.kind, _acts.vendor, _acts.fingerprint, _acts.episode, _acts.by, _acts.host, _acts.at, _acts.note, _acts.until
)


def _read_acts(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Act, ...]:
    """The oldest first."""
    rows = connection.execute(_ACTS.where(*conditions).order_by(_acts.id))
    return tuple(
        Act(ActKind(kind), Person(by, host, at, note), vendor, fingerprint or "", episode, until)
        for kind, vendor, fingerprint, episode, by, host, at, note, until in rows
    )


def _mute(act: Act) -> Mute | None:
    return Mute(act.person, act.until) if act.kind is ActKind.MUTE else None


def _mutes(connection: Connection, vendors: Collection[str] | None) -> Mapping[str, Mute | None]:
    """By fingerprint: the last word on each incident that anybody muted."""
    of_vendors = () if vendors is None else (_acts.vendor.in_(vendors),)
    acts = _read_acts(connection, _acts.kind.in_(_ON_MUTES), _acts.fingerprint.is_not(None), *of_vendors)
    return {act.fingerprint: _mute(act) for act in acts}


def incidents(
    connection: Connection, vendors: Collection[str] | None = None, *conditions: ColumnElement[bool]
) -> tuple[Incident, ...]:
    """Those of ``vendors`` (None: of all) that meet the ``conditions``, as they are."""
    query = select(_incidents.document).where(*conditions).order_by(_incidents.fingerprint)
    if vendors is not None:
        query = query.where(_incidents.vendor.in_(vendors))
    mutes = _mutes(connection, vendors)
    read = map(INCIDENT.read, connection.scalars(query))
    return tuple(replace(one, mute=mutes[one.fingerprint]) if one.fingerprint in mutes else one for one in read)


def listed(connection: Connection, vendor: str | None, open_only: bool) -> tuple[Incident, ...]:
    """Open ones and the worst first, then those seen last."""
    conditions = (_incidents.open.is_(True),) if open_only else ()
    found = incidents(connection, None if vendor is None else (vendor,), *conditions)
    newest = sorted(found, key=lambda one: one.seen_at, reverse=True)
    return tuple(sorted(newest, key=lambda one: (not one.open, one.severity.rank)))


def find(connection: Connection, prefix: str) -> Incident:
    """The incident whose id or fingerprint begins so. Raises UsageError: there is none, or several."""
    asked = _ID.fullmatch(prefix.strip().lower())
    begins = _incidents.fingerprint.like(f"{asked[1] or 'v_:'}{asked[2]}%") if asked else None
    found = () if begins is None else incidents(connection, None, begins)
    if len(found) == 1:
        return found[0]
    shown = printable(prefix, 40)
    if not found:
        raise UsageError(f"no incident's id begins with '{shown}'", fix="see: monitor incidents --all")
    named = ", ".join(
        f"{one.fingerprint} ({one.vendor} {printable(one.root or one.subject, 60)})" for one in found[:_CANDIDATES]
    )
    more = f" and {len(found) - _CANDIDATES} more" if len(found) > _CANDIDATES else ""
    raise UsageError(f"the ids of {len(found)} incidents begin with '{shown}': {named}{more}", fix="type more of it")


def vendor_mute(connection: Connection, vendor: str) -> Mute | None:
    """The last one that nobody took back; it may be over."""
    acts = _read_acts(connection, _acts.kind.in_(_ON_MUTES), _acts.fingerprint.is_(None), _acts.vendor == vendor)
    return _mute(acts[-1]) if acts else None


def acts(connection: Connection, vendor: str | None) -> tuple[Act, ...]:
    """The newest first."""
    return _read_acts(connection, *(() if vendor is None else (_acts.vendor == vendor,)))[::-1]


# -- writing ----------------------------------------------------------------------------------------------


def _row(incident: Incident) -> Mapping[str, object]:
    return {
        "fingerprint": incident.fingerprint,
        "vendor": incident.vendor,
        "interaction_id": storable(incident.interaction_id),
        "subject": incident.subject.value,
        "severity": incident.severity.value,
        "open": incident.open,
        "seen_at": incident.seen_at,
        "document": INCIDENT.write(replace(incident, mute=None)),
    }


def add(connection: Connection, new: Iterable[Incident]) -> None:
    insert_all(connection, tables.incidents, map(_row, new))


def change(connection: Connection, known: Iterable[Incident]) -> None:
    """Incidents that are there, as they are now."""
    rows = [{**_row(incident), "of": incident.fingerprint} for incident in known]
    if rows:
        connection.execute(update(tables.incidents).where(_incidents.fingerprint == bindparam("of")), rows)


def keep_act(connection: Connection, act: Act) -> None:
    connection.execute(
        insert(tables.acts).values(
            kind=act.kind.value,
            fingerprint=act.fingerprint or None,
            vendor=act.vendor,
            episode=act.episode,
            by=storable(act.person.by),
            host=storable(act.person.host),
            at=act.person.at,
            note=storable(act.person.note),
            until=act.until,
        )
    )


def acknowledge(connection: Connection, incident: Incident, person: Person) -> None:
    """Raises UsageError where nobody knows of the incident."""
    now = find(connection, incident.fingerprint)
    keep_act(connection, Act(ActKind.ACK, person, now.vendor, now.fingerprint, now.episode))
    change(connection, [replace(now, acknowledged=person)])


def mute(connection: Connection, target: Incident | str, given: Mute) -> None:
    keep_act(connection, _about(target, ActKind.MUTE, given.person, given.until))


def unmute(connection: Connection, target: Incident | str, person: Person) -> bool:
    """Whether it was muted then."""
    if isinstance(target, str):
        muted = vendor_mute(connection, target)
    else:
        muted = _mutes(connection, (target.vendor,)).get(target.fingerprint)
    if muted is None or not muted.holds(person.at):
        return False
    keep_act(connection, _about(target, ActKind.UNMUTE, person))
    return True


def accept(connection: Connection, incident: Incident, person: Person, until: datetime | None) -> None:
    keep_act(connection, _about(incident, ActKind.ACCEPT, person, until))


def _about(target: Incident | str, kind: ActKind, person: Person, until: datetime | None = None) -> Act:
    if isinstance(target, str):
        return Act(kind, person, target, until=until)
    return Act(kind, person, target.vendor, target.fingerprint, until=until)
