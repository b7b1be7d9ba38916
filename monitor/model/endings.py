"""Why an incident is no more, in the words in which it is told everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from monitor.model.incidents import Incident, Resolution
from monitor.printable import printable

_LONGEST: Final = 400  # characters of what people wrote
_WORDS: Final[Mapping[Resolution, str]] = {
    Resolution.RECOVERED: "recovered",
    Resolution.APPROVED: "approved",
    Resolution.CONTRACT_CHANGED: "contract or translation changed",
    Resolution.INTERACTION_REMOVED: "no longer checked",
    Resolution.ACCEPTED: "accepted",
    Resolution.RULES_CHANGED: "no drift by the rules of this version",
}


def ending(incident: Incident) -> str:
    """``approved by ada``, ``accepted by ada until 2 Dec 2026: known``; empty while it is open."""
    if incident.resolution is None:
        return ""
    why = printable(incident.resolved_why, _LONGEST)
    if incident.resolution is Resolution.ACCEPTED and why:
        return why  # the entry's own words
    return f"{_WORDS[incident.resolution]}{f' by {why}' if why else ''}"
