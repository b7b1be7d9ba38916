"""Incidents as JSON (version 1), for machines. Moments are UTC, as ISO 8601 has them.

{"version": 1, "now", "incidents": [INCIDENT ...], "vendor_mutes": {VENDOR: MUTE}}
INCIDENT  id, fingerprint, vendor, subject (drift, vendor_down ...), severity, open; interaction_id, description, root
          and kinds of a drift, affected (interaction ids) of a vendor's trouble; lines, evidence; episode, opened_at,
          opened_run, seen_at, seen_run, times (runs that saw it in this episode), history (of the last runs that judged
          it, whether each saw it); resolution, resolved_at, resolved_run, resolved_why; said (null: nobody was told):
          at, open, severity, flapping; acknowledged (null, or PERSON); mute (null, or a MUTE that holds); acts: what
          was decided of it, the newest first: kind, PERSON's keys, until, episode
PERSON    by, host, at, note
MUTE      PERSON's keys, until (null: until somebody unmutes it)
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from monitor.jsonpaths import Json
from monitor.model import Act, Incident, Mute, Person
from monitor.reports.incidents import Listing


def _at(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def _person(person: Person) -> dict[str, Json]:
    return {"by": person.by, "host": person.host, "at": _at(person.at), "note": person.note}


def _mute(mute: Mute | None) -> Json:
    return {**_person(mute.person), "until": _at(mute.until)} if mute else None


def _act(act: Act) -> dict[str, Json]:
    return {"kind": act.kind.value, **_person(act.person), "until": _at(act.until), "episode": act.episode}


def _said(incident: Incident) -> Json:
    said = incident.said
    if said is None:
        return None
    return {"at": _at(said.at), "open": said.open, "severity": said.severity.value, "flapping": said.flapping}


def _incident(incident: Incident, listing: Listing) -> dict[str, Json]:
    return {
        "id": incident.id,
        "fingerprint": incident.fingerprint,
        "vendor": incident.vendor,
        "subject": incident.subject.value,
        "severity": incident.severity.value,
        "open": incident.open,
        "interaction_id": incident.interaction_id,
        "description": incident.description,
        "root": incident.root,
        "kinds": [*incident.kinds],
        "affected": [*incident.affected],
        "lines": [*incident.lines],
        "evidence": incident.evidence,
        "episode": incident.episode,
        "opened_at": _at(incident.opened_at),
        "opened_run": incident.opened_run,
        "seen_at": _at(incident.seen_at),
        "seen_run": incident.seen_run,
        "times": incident.times,
        "history": [*incident.history],
        "resolution": incident.resolution.value if incident.resolution else None,
        "resolved_at": _at(incident.resolved_at),
        "resolved_run": incident.resolved_run,
        "resolved_why": incident.resolved_why,
        "said": _said(incident),
        "acknowledged": _person(incident.acknowledged) if incident.acknowledged else None,
        "mute": _mute(listing.mute_of(incident)),
        "acts": [_act(act) for act in listing.acts_of(incident)],
    }


def render(listing: Listing) -> str:
    """Indented ASCII JSON and a line end."""
    document: dict[str, Json] = {
        "version": 1,
        "now": _at(listing.now),
        "incidents": [_incident(incident, listing) for incident in listing.incidents],
        "vendor_mutes": {vendor: _mute(mute) for vendor, mute in listing.mutes.items()},
    }
    return json.dumps(document, indent=2) + "\n"
