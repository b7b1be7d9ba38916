"""Decisions of one run -> topics: what people read of one root. PURE.

1. Incidents of one vendor that are told in the same words for the same reason are one topic.
2. An incident that is no more is as bad as people were told last: it goes where they heard of it.
3. The worst first: what is so before what is over, a vendor's own trouble before drift; else as decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.alerts.wording import age, command
from monitor.model import (
    MISMATCH,
    STATUS_ROOT,
    Command,
    Decision,
    Incident,
    Links,
    Reason,
    Resolution,
    Severity,
    Subject,
    Topic,
)
from monitor.model.endings import ending
from monitor.printable import printable

_MOST: Final = 3  # incidents of a topic that commands are spelled out for, one by one
WAS: Final = "it was:"  # before the lines of what is no more
_TO_DO: Final = ("to mend it: ", "met in ")  # lines that matter only while it is so
_HTTP_ERROR: Final = re.compile(r"Actual: status [45]\d\d")  # approve refuses it
_ANSWERED: Final = re.compile(r"\b(answered|status) \d{3}\b")  # in a vendor's trouble: there is a response
_MOST_OVER: Final = 3  # lines of what is no more: what it was is told, and not what it broke

# Something said before goes on, or ends: it belongs under what was said. What opens anew is a new story.
_GOES_ON: Final = frozenset({Reason.REMINDER_DUE, Reason.WORSE, Reason.FLAPPING, Reason.RESOLVED})
_TELLING: Final = frozenset({Reason.FLAPPING, Reason.REOPENED})  # whose detail people should know


@dataclass(frozen=True, slots=True)
class Teller:
    """What telling needs beside the decisions. ``when`` tells a moment; ``recordings`` is that folder as typed."""

    when: Callable[[datetime], str]
    links: Links
    recordings: str
    now: datetime
    practice: bool = False  # nothing is wrong, so there is nothing to do either


@dataclass(frozen=True, slots=True)
class Entry:
    """A topic and whose it is. ``known``: people were told of all its incidents before."""

    topic: Topic
    fingerprints: tuple[str, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class _Alike:
    """What incidents of one topic have in common."""

    vendor: str
    reason: Reason
    subject: Subject
    severity: Severity
    root: str
    lines: tuple[str, ...]
    outcome: str


def entries(decisions: Iterable[Decision], teller: Teller) -> tuple[Entry, ...]:
    """What is said by ``decisions`` (those that speak), the worst first."""
    groups: dict[_Alike, list[Decision]] = {}
    for decision in decisions:
        groups.setdefault(_alike(decision), []).append(decision)
    return tuple(sorted((_entry(alike, group, teller) for alike, group in groups.items()), key=_rank))


def _rank(entry: Entry) -> tuple[bool, int, bool]:
    topic = entry.topic
    return topic.over, topic.severity.rank, topic.subject is Subject.DRIFT


def _alike(decision: Decision) -> _Alike:
    incident = decision.incident
    return _Alike(
        vendor=incident.vendor,
        reason=decision.reason,
        subject=incident.subject,
        severity=_told_severity(decision),
        root=incident.root,
        lines=_was(incident) if _is_gone(decision) else incident.lines,
        outcome=ending(incident) if decision.reason is Reason.RESOLVED else "",
    )


def _was(incident: Incident) -> tuple[str, ...]:
    of_vendor = incident.subject is not Subject.DRIFT
    told = [line for line in incident.lines if not (of_vendor and line.startswith(_TO_DO))]
    return (WAS, *told[:_MOST_OVER]) if told else ()


def _is_gone(decision: Decision) -> bool:
    """Whether it is no more; what was accepted is there."""
    return decision.reason is Reason.RESOLVED and decision.incident.resolution is not Resolution.ACCEPTED


def _told_severity(decision: Decision) -> Severity:
    before = decision.before
    if decision.reason is Reason.RESOLVED and before is not None and before.said is not None:
        return before.said.severity
    return decision.incident.severity


def _entry(alike: _Alike, group: Sequence[Decision], teller: Teller) -> Entry:
    incidents = [decision.incident for decision in group]
    oldest = min(group, key=lambda decision: decision.incident.opened_at)
    topic = Topic(
        vendor=alike.vendor,
        reason=alike.reason,
        subject=alike.subject,
        severity=alike.severity,
        root=alike.root,
        interactions=tuple(dict.fromkeys(name for decision in group for name in _names(decision))),
        lines=alike.lines,
        since=_since(oldest, teller),
        outcome=alike.outcome,
        evidence="" if _is_gone(group[0]) else _evidence(incidents[0], teller),  # else: the last bad response
        incidents=() if teller.practice else tuple(incident.id for incident in incidents),
        commands=() if teller.practice else tuple(_commands(alike, incidents, teller)),
    )
    fingerprints = tuple(incident.fingerprint for incident in incidents)
    return Entry(topic, fingerprints, known=all(_goes_on(decision) for decision in group))


def _names(decision: Decision) -> tuple[str, ...]:
    """The interaction; for a vendor's trouble those that it kept from being judged, until it was over."""
    incident, before = decision.incident, decision.before
    name = incident.description or incident.interaction_id
    return (name,) if name else incident.affected or (before.affected if before is not None else ())


def _evidence(incident: Incident, teller: Teller) -> str:
    return f"{teller.recordings}/{incident.evidence}" if incident.evidence else ""


def _goes_on(decision: Decision) -> bool:
    before = decision.before
    return decision.reason in _GOES_ON and before is not None and before.said is not None


def _since(decision: Decision, teller: Teller) -> str:
    incident = decision.incident
    over = decision.reason is Reason.RESOLVED
    spent = age((incident.resolved_at if over and incident.resolved_at else teller.now) - incident.opened_at)
    lasted = f" ({'lasted ' if over else ''}{spent})" if spent else ""
    aside = _aside(decision)
    return f"since {teller.when(incident.opened_at)}{lasted}{f'; {aside}' if aside else ''}"


def _aside(decision: Decision) -> str:
    """What else the reason says."""
    before = decision.before
    if decision.reason is Reason.WORSE and before is not None and before.said is not None:
        return printable(decision.detail) or f"told as {before.said.severity} before"
    return printable(decision.detail) if decision.reason in _TELLING else ""


# -- what to paste ----------------------------------------------------------------------------------------


def _commands(alike: _Alike, incidents: Sequence[Incident], teller: Teller) -> Iterator[Command]:
    """What can be done about the incidents, each by itself as the command line has it; of many, only where they are."""
    links, ids, evidence = teller.links, [incident.id for incident in incidents], _evidence(incidents[0], teller)
    yield command("see", ("incidents", ids[0]) if len(ids) == 1 else ("incidents", "--vendor", alike.vendor), links)
    if alike.reason is Reason.RESOLVED:  # what it rested on is the last bad response
        return
    if evidence and _has_response(alike):
        raw = ("--raw",) if alike.subject is Subject.UNREADABLE else ()
        yield command("see the response", ("show", evidence, *raw), links)
    few = ids if len(ids) <= _MOST else []
    if alike.subject is Subject.DRIFT:
        yield from _approvals(alike, incidents, links)
        yield from (command("accept", ("accept", one), links, '--reason "..."') for one in few)
    else:
        yield from _mending(alike, links)
    yield from (command("ack", ("ack", one), links, '--note "..."') for one in few)


def _has_response(alike: _Alike) -> bool:
    """Whether anything was answered: a vendor that is down, or a login that fails, may leave only the request."""
    unsure = alike.subject in (Subject.VENDOR_DOWN, Subject.AUTH_FAILED)
    return not unsure or any(_ANSWERED.search(line) for line in alike.lines)


def _approvals(alike: _Alike, incidents: Sequence[Incident], links: Links) -> Iterator[Command]:
    """A new baseline makes no difference to what the contract forbids, and an error's status is never made one."""
    if alike.root == STATUS_ROOT and any(_HTTP_ERROR.fullmatch(line) for line in alike.lines):
        yield from _mending(alike, links)
        return
    approvable = [i for i in incidents if i.interaction_id and not (i.kinds and set(i.kinds) == {MISMATCH})]
    if len(approvable) > _MOST:
        yield command("approve", ("approve", "--vendor", alike.vendor), links)
        return
    for incident in approvable:
        label = "approve, once contract and actions are adapted" if MISMATCH in incident.kinds else "approve"
        yield command(label, ("approve", "--vendor", alike.vendor, incident.interaction_id), links)


def _mending(alike: _Alike, links: Links) -> Iterator[Command]:
    if alike.subject is Subject.MISSED_RUN:
        yield command("run it now", ("check", "--vendor", alike.vendor, "--notify"), links)
    elif alike.subject is Subject.CONFIG:
        yield command("find the fault", ("doctor",), links)
    else:
        yield command("find the fault", ("doctor", "--vendor", alike.vendor), links)


def by_new_rules(decision: Decision) -> bool:
    """Whether monitor's own upgrade is why it is said, and nothing that a vendor did."""
    resolution = decision.incident.resolution
    return decision.reason is Reason.ADOPTED or (
        decision.reason is Reason.RESOLVED and resolution is Resolution.RULES_CHANGED
    )
