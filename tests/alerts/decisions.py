"""Incidents, decisions and voices, for the tests of what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from monitor.alerts.composing import Voice
from monitor.model import (
    Alerts,
    ChannelSource,
    Decision,
    Digest,
    Incident,
    Links,
    Reason,
    Resolution,
    Said,
    Severity,
    Subject,
)

NOW: Final = datetime(2026, 11, 29, 4, 17, tzinfo=UTC)
EARLIER: Final = NOW - timedelta(days=6)
RUN: Final = "20261129T041700Z-ab12cd"
HOSTILE: Final = (
    "<!channel> <https://e.example|here> *b* `c` ``` & &amp; @here :bomb: "
    "\x1b[31m \u202e\r\n# d \ud800 $(id) '; rm -rf ~"
)


def when(at: datetime) -> str:
    return at.strftime("%a %d %b, %H:%M UTC")


def voice(*, routes: dict[Severity, tuple[str, ...]] | None = None, prefix: str = "", digest: str = "") -> Voice:
    """Two channels, ``slack`` and ``mail``."""
    sources = {name: ChannelSource(name, "slack", {}) for name in ("slack", "mail")}
    links = Links(prefix, "https://ci.example/runs/{run}", "https://wiki.example/{vendor}")
    alerts = Alerts(
        channels=sources, routes=routes or {}, links=links, digest=Digest(channels=(digest,) if digest else ())
    )
    return Voice(alerts, when)


def incident(number: int = 1, severity: Severity = Severity.BREAKING, vendor: str = "crm") -> Incident:
    """A rename, found by this run."""
    return Incident(
        fingerprint=f"v1:{number:08x}00000000",
        vendor=vendor,
        subject=Subject.DRIFT,
        severity=severity,
        open=True,
        opened_at=NOW,
        opened_run=RUN,
        seen_at=NOW,
        seen_run=RUN,
        interaction_id="look-up-customer-by-phone-1a2b3c4d",
        description="a GET request to look up customer by phone",
        root=f"$.customerId{number if number > 1 else ''}",
        kinds=("renamed", "loss"),
        lines=(
            "Expected: customerId (String) at $.customerId",
            "Actual: Key 'customerId' not found in response body",
            "New key 'customer_id' found at $.customer_id",
            "output customerId: String -> missing",
            "silent: Genesys will report success; the flow gets a blank",
        ),
        evidence=f"runs/{RUN}/{vendor}/look-up-customer-by-phone-1a2b3c4d.har",
    )


def first(one: Incident) -> Decision:
    return Decision(Reason.FIRST_DRIFT, one)


def told_before(one: Incident, severity: Severity | None = None) -> Incident:
    """``one`` as it was six days ago, when people were told."""
    return replace(one, opened_at=EARLIER, said=Said(EARLIER, open=True, severity=severity or one.severity))


def goes_on(reason: Reason, one: Incident, severity: Severity | None = None) -> Decision:
    before = told_before(one, severity)
    return Decision(reason, replace(one, opened_at=EARLIER), before)


def resolved(one: Incident, resolution: Resolution = Resolution.RECOVERED, why: str = "") -> Decision:
    before = told_before(one)
    now = replace(before, open=False, resolution=resolution, resolved_at=NOW, resolved_run=RUN, resolved_why=why)
    return Decision(Reason.RESOLVED, now, before)


def trouble(subject: Subject = Subject.VENDOR_DOWN, vendor: str = "crm") -> Incident:
    return replace(
        incident(99, vendor=vendor),
        subject=subject,
        root=f"outcome:{subject}",
        interaction_id="",
        description="",
        kinds=(),
        lines=("connect: 10.0.0.7:443: connection refused",),
        evidence="",
        affected=("look-up-customer-by-phone-1a2b3c4d", "create-ticket-5e6f7a8b"),
    )


def hostile(number: int, *, apart: bool = False) -> Incident:
    """What a vendor would send that wants to be read as ours; ``apart``: each a topic of its own."""
    return replace(
        incident(number),
        description=f"{HOSTILE} {number}",
        root=f"$['{HOSTILE}']",
        lines=tuple(f"Expected: {HOSTILE} {line}.{number if apart else 0}" for line in range(40)),
        evidence=f"runs/{HOSTILE}.har",
    )
