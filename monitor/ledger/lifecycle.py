"""What a run makes of one incident, and what is said of it. PURE."""

from __future__ import annotations

from datetime import datetime

from monitor.model import Decision, Incident, Judged, Policy, Sighting


def decide(
    previous: Incident | None, found: Sighting | None, judged: Judged, now: datetime, policy: Policy
) -> Decision | None:
    """One incident after one run; None where there is nothing to keep (nobody knew of it, and it was not found)."""
    raise NotImplementedError
