"""What a report says of incidents. PURE."""

from __future__ import annotations

from monitor.model import Incident, Judged, RunReport, Sighting


def sightings(report: RunReport) -> tuple[Sighting, ...]:
    """What the run found, by fingerprint: every root of a verdict, and every trouble of a vendor."""
    raise NotImplementedError


def judged(report: RunReport, incident: Incident) -> Judged:
    """How far the run judged what a known incident is about."""
    raise NotImplementedError
