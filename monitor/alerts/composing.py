"""Decisions -> messages and where they go. PURE."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model import Alert, Alerts, Decision, MessageKind, Severity


@dataclass(frozen=True, slots=True)
class Voice:
    """How messages are told. ``routes``: by vendor, in the place of those of ``alerts``.

    ``when`` tells a moment in the readers' time zone; ``recordings`` is the recordings folder as people type it.
    """

    alerts: Alerts
    when: Callable[[datetime], str]
    routes: Mapping[str, Mapping[Severity, tuple[str, ...]]] = field(default_factory=dict)
    recordings: str = "recordings"


def compose(
    run_id: str, decisions: Sequence[Decision], voice: Voice, now: datetime, kind: MessageKind = MessageKind.RUN
) -> tuple[Alert, ...]:
    """The alerts of one run: for each vendor one message a group of channels that are told the same.

    What speaks and is routed to DIGEST comes as an Alert whose only channel is DIGEST.
    """
    raise NotImplementedError
