"""What is said of an incident after a run, and why. PURE. What is so: episodes.py.

1. People were told nothing, that it is open, or that it is over. The table has what they are to be told now. So what
   a silent run changed is told by the next one that speaks: nothing is lost by silence.
2. A run that did not judge what the incident is about says nothing of it.
3. Open and told so, it speaks again when it is worse than what was told (a vendor's trouble also when it is twice as
   wide), and when ``remind_every`` has passed since (less a twenty-fourth: a schedule's runs are not that punctual, and
   a day may have 23 hours).
4. Then silencers are asked, in this order; each lets pass what is not its own: new rules speak in a word of their own;
   some troubles wait for the next run; what flaps waits no more, and is said once; an acknowledgement keeps
   reminders; a mute keeps all. The last one that held something back is the reason. So no mute is named where
   nothing was to be said.
5. It flaps from when it was closed ``flap_turns`` times in ``flap_window`` runs until it has stood still for half of
   them. That is said once, as open; then opening and closing are damped, worse severity is not, and reminders come
   ``flap_turns`` times as seldom. When it stands still and is closed, that is told as resolved.
6. A clock that goes back makes nothing due: what was told in the future was told now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum, auto
from itertools import pairwise
from typing import Final, TypeAlias

from monitor.ledger.episodes import after, spread
from monitor.ledger.wording import detail_of
from monitor.model import Decision, Incident, Judged, Policy, Reason, Said, Sighting, Subject


def decide(
    previous: Incident | None, found: Sighting | None, judged: Judged, now: datetime, policy: Policy
) -> Decision | None:
    """One incident after one run; None where there is nothing to keep (nobody knew of it, and it was not found)."""
    incident = after(previous, found, judged, policy)
    if incident is None:
        return None
    if found is None and (not judged.seen or incident.affected):
        return Decision(Reason.NOT_SEEN, incident, previous, judged.why)
    incident = replace(incident, said=_told_by(incident, now, policy))
    reason = _TABLE[_told(incident), _so(incident, found, now, policy)]
    for silencer in _SILENCERS:
        reason = silencer(reason, incident, now, policy)
    spoken = replace(incident, said=_said(reason, incident, now))
    return Decision(reason, spoken, previous, detail_of(reason, incident, previous, now, policy))


# -- what is said: the table ------------------------------------------------------------------------------


class _Told(Enum):
    NOTHING = auto()
    OPEN = auto()
    OVER = auto()


class _So(Enum):
    OPEN = auto()
    WORSE = auto()  # than what was told
    DUE = auto()  # open, as was told long ago
    CLOSED = auto()
    ACCEPTED = auto()  # closed by that, though it is there


_TABLE: Final[Mapping[tuple[_Told, _So], Reason]] = {
    (_Told.NOTHING, _So.OPEN): Reason.FIRST_DRIFT,
    (_Told.OVER, _So.OPEN): Reason.REOPENED,
    (_Told.OPEN, _So.OPEN): Reason.NOTHING_NEW,
    (_Told.OPEN, _So.WORSE): Reason.WORSE,
    (_Told.OPEN, _So.DUE): Reason.REMINDER_DUE,
    (_Told.NOTHING, _So.CLOSED): Reason.NOTHING_NEW,
    (_Told.OVER, _So.CLOSED): Reason.NOTHING_NEW,
    (_Told.OPEN, _So.CLOSED): Reason.RESOLVED,
    (_Told.NOTHING, _So.ACCEPTED): Reason.ACCEPTED,
    (_Told.OVER, _So.ACCEPTED): Reason.ACCEPTED,
    (_Told.OPEN, _So.ACCEPTED): Reason.RESOLVED,
}


def _told(incident: Incident) -> _Told:
    if incident.said is None:
        return _Told.NOTHING
    return _Told.OPEN if incident.said.open else _Told.OVER


def _so(incident: Incident, found: Sighting | None, now: datetime, policy: Policy) -> _So:
    said = incident.said
    if not incident.open:
        return _So.ACCEPTED if found is not None else _So.CLOSED
    if said is None or not said.open:
        return _So.OPEN
    if incident.severity.rank < said.severity.rank or spread(said, len(incident.affected)):
        return _So.WORSE
    return _So.DUE if _is_due(said, now, policy) else _So.OPEN


def _is_due(said: Said, now: datetime, policy: Policy) -> bool:
    if policy.remind_every is None:
        return False
    every = policy.remind_every * (max(policy.flap_turns, 1) if said.flapping else 1)
    return now - said.at >= every * 23 / 24


# -- what is said: silencers ------------------------------------------------------------------------------

_Silencer: TypeAlias = Callable[[Reason, Incident, datetime, Policy], Reason]

_OPENS: Final = frozenset({Reason.FIRST_DRIFT, Reason.REOPENED})
_PATIENT: Final = frozenset({Subject.VENDOR_DOWN, Subject.RATE_LIMITED})


def _by_new_rules(reason: Reason, _: Incident, __: datetime, policy: Policy) -> Reason:
    if not policy.adopting:
        return reason
    if reason is Reason.REMINDER_DUE:
        return Reason.NOTHING_NEW  # the next run reminds
    return Reason.ADOPTED if reason in _OPENS or reason is Reason.WORSE else reason


def _waiting(reason: Reason, incident: Incident, _: datetime, policy: Policy) -> Reason:
    waits = incident.subject in _PATIENT and incident.times < policy.alert_after
    return Reason.WAITING if waits and reason in _OPENS else reason


def _damped(reason: Reason, incident: Incident, _: datetime, policy: Policy) -> Reason:
    if not _flaps(incident, policy):
        return reason
    if incident.said is not None and incident.said.flapping:
        return Reason.DAMPED if reason in (Reason.RESOLVED, Reason.NOTHING_NEW) else reason
    turned = reason in _OPENS or reason in (Reason.RESOLVED, Reason.REMINDER_DUE, Reason.WAITING)
    return Reason.FLAPPING if turned else reason


def _acknowledged(reason: Reason, incident: Incident, _: datetime, __: Policy) -> Reason:
    kept = reason is Reason.REMINDER_DUE and incident.acknowledged is not None
    return Reason.ACKNOWLEDGED if kept else reason


def _muted(reason: Reason, incident: Incident, now: datetime, policy: Policy) -> Reason:
    mutes = (incident.mute, policy.vendor_mute)
    return Reason.MUTED if reason.speaks and any(mute and mute.holds(now) for mute in mutes) else reason


_SILENCERS: Final[tuple[_Silencer, ...]] = (_by_new_rules, _waiting, _damped, _acknowledged, _muted)


def _flaps(incident: Incident, policy: Policy) -> bool:
    last = incident.history[-max(policy.flap_window, 1) :]
    half = max(policy.flap_window // 2, 1)
    if not last or (len(last) >= half and len(set(last[-half:])) == 1):
        return False
    turns = sum(1 for was, now in pairwise(last) if was and not now)
    return turns >= policy.flap_turns or (incident.said is not None and incident.said.flapping)


# -- what was said ----------------------------------------------------------------------------------------


def _told_by(incident: Incident, now: datetime, policy: Policy) -> Said | None:
    """What people were told, by the clock of ``now`` (rule 6); that it flaps only as long as it does."""
    said = incident.said
    if said is None:
        return None
    return replace(said, at=min(said.at, now), flapping=said.flapping and _flaps(incident, policy))


def _said(reason: Reason, incident: Incident, now: datetime) -> Said | None:
    if not reason.speaks:
        return incident.said
    flapping = reason is Reason.FLAPPING or (incident.said is not None and incident.said.flapping)
    if reason is Reason.RESOLVED:
        return Said(now, False, incident.severity)
    return Said(now, True, incident.severity, flapping, len(incident.affected))
