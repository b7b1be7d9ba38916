"""Incidents and what people decided of them, as values -> what people and machines read. One file a format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from monitor.model import Act, Incident, Mute


@dataclass(frozen=True, slots=True)
class Listing:
    """``incidents`` in the order in which they are told; ``acts`` the newest first, of all that are listed or more.

    ``mutes`` are of whole vendors, those that hold. ``zone`` is the readers', ``recordings`` the recordings folder as
    they type it. ``whole``: each is told with all that is known of it.
    """

    incidents: tuple[Incident, ...]
    now: datetime
    zone: tzinfo
    recordings: str
    acts: tuple[Act, ...] = ()
    mutes: Mapping[str, Mute] = field(default_factory=dict)
    whole: bool = False

    def acts_of(self, incident: Incident) -> tuple[Act, ...]:
        return tuple(act for act in self.acts if act.fingerprint == incident.fingerprint)

    def mute_of(self, incident: Incident) -> Mute | None:
        """Its own mute, if that holds."""
        return incident.mute if incident.mute is not None and incident.mute.holds(self.now) else None
