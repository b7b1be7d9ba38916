"""The messages that people see most, as a run makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from monitor.alerts.composing import compose
from monitor.alerts.notices import digest, trial, undelivered
from monitor.model import Decision, FinalFault, Message, MessageKind, Reason, Resolution, Severity
from tests.alerts.decisions import NOW, RUN, first, goes_on, hostile, incident, resolved, trouble, voice


def _composed(*decisions: Decision, kind: MessageKind = MessageKind.RUN) -> Message:
    return compose(RUN, decisions, voice(), NOW, kind)[0].message


FIRST: Final = _composed(first(incident()))
RECOVERY: Final = _composed(resolved(incident()))
REMINDER: Final = _composed(goes_on(Reason.REMINDER_DUE, incident()))
MIXED: Final = _composed(
    first(trouble()),
    *(first(incident(n, Severity.WARNING)) for n in range(2, 13)),
    resolved(incident(20), Resolution.APPROVED, "ada"),
)
HOSTILE: Final = _composed(*(first(hostile(n)) for n in range(1, 31)))
HOSTILE_APART: Final = compose(
    RUN, [first(hostile(n, apart=True)) for n in range(1, 31)], voice(prefix="ssh mon1"), NOW
)[0].message

MESSAGES: Final[Mapping[str, Message]] = {
    "first drift": FIRST,
    "recovery": RECOVERY,
    "accepted": _composed(
        resolved(incident(), Resolution.ACCEPTED, "accepted by ada until 29 Nov 2026: no flow, none at all, reads it")
    ),
    "vendor down": _composed(first(trouble())),
    "mixed": MIXED,
    "digest": digest(
        [_composed(first(incident(n, Severity.INFO, vendor))) for n, vendor in ((1, "crm"), (2, "crm"), (3, "pay"))],
        voice(),
        NOW,
    ),
    "drill": _composed(first(incident()), kind=MessageKind.DRILL),
    "undelivered": undelivered("slack", FinalFault("Slack answered invalid_auth", "renew it"), FIRST, voice(), NOW),
    "trial": trial("slack", voice(), NOW),
    "30 hostile topics": HOSTILE_APART,
    "30 hostile interactions": HOSTILE,
}
