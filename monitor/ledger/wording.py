"""Why something is said of an incident or is not, in words. PURE.

Moments are told as the policy does: in the readers' time zone, or in UTC where nobody said which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from monitor.model import Incident, Mute, Person, Policy, Reason, Resolution
from monitor.model.endings import ending
from monitor.printable import printable

NOTE: Final = 200  # characters of a person's note that are told


def by(person: Person) -> str:
    """``by ada: the note``."""
    note = f": {printable(person.note, NOTE)}" if person.note else ""
    return f"by {printable(person.by)}{note}"


def muted(mute: Mute, when: Callable[[datetime], str]) -> str:
    until = f" until {when(mute.until)}" if mute.until else ""
    return f"muted{until} {by(mute.person)}"


def comes_and_goes(incident: Incident) -> str:
    return f"comes and goes: seen in {sum(incident.history)} of the last {len(incident.history)} runs"


_Words: TypeAlias = Callable[[Incident, datetime, Policy], str]


def _worse(incident: Incident, _: datetime, __: Policy) -> str:
    said = incident.said
    if said is None:
        return ""
    if said.severity is incident.severity:  # a vendor's trouble that spread
        return f"{said.affected} interaction{'' if said.affected == 1 else 's'} before, {len(incident.affected)} now"
    return f"{said.severity} before, {incident.severity} now"


def _due(incident: Incident, now: datetime, _: Policy) -> str:
    if incident.said is None:
        return ""
    days = max((now - incident.said.at).days, 0)
    return f"last told {days} day{'' if days == 1 else 's'} ago" if days else "last told today"


def _waiting(incident: Incident, _: datetime, policy: Policy) -> str:
    left = policy.alert_after - incident.times
    return "told when the next run meets it too" if left == 1 else f"told when the next {left} runs meet it too"


def _muted(incident: Incident, now: datetime, policy: Policy) -> str:
    mutes = (mute for mute in (incident.mute, policy.vendor_mute) if mute and mute.holds(now))
    return next((muted(mute, policy.when) for mute in mutes), "")


def _acknowledged(incident: Incident, _: datetime, __: Policy) -> str:
    return f"acknowledged {by(incident.acknowledged)}" if incident.acknowledged else ""


_WORDS: Final[Mapping[Reason, _Words]] = {
    Reason.WORSE: _worse,
    Reason.REMINDER_DUE: _due,
    Reason.RESOLVED: lambda incident, _, __: ending(incident),
    Reason.FLAPPING: lambda incident, _, __: comes_and_goes(incident),
    Reason.DAMPED: lambda incident, _, __: comes_and_goes(incident),
    Reason.ADOPTED: lambda _, __, ___: "a newer monitor sees it in what was recorded before",
    Reason.ACKNOWLEDGED: _acknowledged,
    Reason.MUTED: _muted,
    Reason.ACCEPTED: lambda incident, _, __: ending(incident),
    Reason.WAITING: _waiting,
}


def detail_of(reason: Reason, incident: Incident, previous: Incident | None, now: datetime, policy: Policy) -> str:
    """The reason in words; empty where its name says it all. ``incident.said`` is what was told before this run."""
    if reason is Reason.REOPENED:
        return _over(previous)
    words = _WORDS.get(reason)
    return words(incident, now, policy) if words else ""


def _over(previous: Incident | None) -> str:
    """How it was over until now."""
    if previous is None or previous.resolved_at is None:
        return ""
    if previous.resolution is Resolution.ACCEPTED:
        by_whom = ending(previous).partition(": ")[0]  # the reason that was given for it is none for this
        return f"its entry in accepted.yaml is gone or has ended ({by_whom} before)"
    return f"it was over in between: {ending(previous)}"  # when, is told elsewhere in the readers' own time zone
