"""Decisions -> messages and where they go. PURE.

1. Silence says nothing: only decisions that speak are told.
2. Each topic goes where its severity is routed: by the vendor's routes, else by those of ``alerts``, else breaking
   and warning to every channel and info to the digest. A route that names nobody is obeyed.
3. Channels that are told the same share one message a vendor; what is for the digest is an alert of its own.
4. What only monitor's own upgrade makes different is one message for all vendors: nothing happened at any of them.
5. A message in which all goes on from what was told before belongs under it; one with anything new stands alone.
6. Practice goes to real channels at once, never into a digest, and is nobody's thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from monitor.alerts.topics import Entry, Teller, by_new_rules, entries
from monitor.alerts.wording import command, counted, filled, plural, title_of
from monitor.model import DIGEST, Alert, Alerts, Command, Decision, Message, MessageKind, Severity, Topic

MOST: Final = 10  # topics that a message spells out
RESOLVED: Final = "resolved"  # in Message.more, beside the severities
_SEVERITIES: Final = tuple(severity.value for severity in Severity)
_PRACTICE: Final = frozenset({MessageKind.DRILL, MessageKind.TEST})
_MARKS: Final[Mapping[MessageKind, str]] = {
    MessageKind.DRILL: "DRILL (nothing is wrong): ",
    MessageKind.TEST: "TEST (nothing is wrong): ",
}
_NOTES: Final[Mapping[MessageKind, tuple[str, ...]]] = {
    MessageKind.SUMMARY: ("Nothing happened at the vendors: the new rules judge otherwise what was recorded before.",),
    MessageKind.DRILL: ("This is practice: monitor drill changed a recording in memory. Nothing was kept.",),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """How messages are told. ``routes``: by vendor, in the place of those of ``alerts``.

    ``when`` tells a moment in the readers' time zone; ``recordings`` is the recordings folder as people type it.
    """

    alerts: Alerts
    when: Callable[[datetime], str]
    routes: Mapping[str, Mapping[Severity, tuple[str, ...]]] = field(default_factory=dict)
    recordings: str = "recordings"


@dataclass(frozen=True, slots=True)
class _Run:
    run_id: str
    voice: Voice
    now: datetime
    kind: MessageKind


def compose(
    run_id: str, decisions: Sequence[Decision], voice: Voice, now: datetime, kind: MessageKind = MessageKind.RUN
) -> tuple[Alert, ...]:
    """The alerts of one run: for each vendor one message a group of channels that are told the same.

    What speaks and is routed to DIGEST comes as an Alert whose only channel is DIGEST.
    """
    speaking = [decision for decision in decisions if decision.reason.speaks]
    run = _Run(run_id, voice, now, kind)
    upgraded: list[Decision] = []
    if kind is MessageKind.RUN:
        upgraded = [decision for decision in speaking if by_new_rules(decision)]
        speaking = [decision for decision in speaking if not by_new_rules(decision)]
    alerts: list[Alert] = []
    for vendor in dict.fromkeys(decision.incident.vendor for decision in speaking):
        alerts += _alerts([d for d in speaking if d.incident.vendor == vendor], run)
    return (*alerts, *_alerts(upgraded, replace(run, kind=MessageKind.SUMMARY)))


def _alerts(decisions: Sequence[Decision], run: _Run) -> Iterator[Alert]:
    voice, practice = run.voice, run.kind in _PRACTICE
    found = entries(decisions, Teller(voice.when, voice.alerts.links, voice.recordings, run.now, practice))
    routes = [_routes(entry.topic, voice, practice=practice) for entry in found]
    channels = dict.fromkeys(name for route in routes for name in route)
    groups: dict[tuple[bool, tuple[int, ...]], list[str]] = {}
    for channel in channels:
        told = tuple(index for index, route in enumerate(routes) if channel in route)
        groups.setdefault((channel == DIGEST, told), []).append(channel)
    for (_, told), names in groups.items():
        why = {name: "; ".join(dict.fromkeys(routes[index][name] for index in told)) for name in names}
        yield Alert(_message([found[index] for index in told], run), tuple(names), why)


def route_of(severity: Severity, vendor: str, voice: Voice) -> tuple[tuple[str, ...], str]:
    """The channels (and DIGEST) that a vendor's findings of a severity go to, and by which route."""
    alerts, own = voice.alerts, voice.routes.get(vendor, {})
    if severity in own:
        return own[severity], f"vendors.{vendor}.routes.{severity}"
    if severity in alerts.routes:
        return alerts.routes[severity], f"routes.{severity}"
    if severity is Severity.INFO:
        return (DIGEST,), "the digest, as no route is given"
    return tuple(alerts.channels), "every channel, as no route is given"


def _routes(topic: Topic, voice: Voice, *, practice: bool) -> dict[str, str]:
    """The channels of a topic, and by which route it goes to each."""
    names, why = route_of(topic.severity, topic.vendor, voice)
    if practice and DIGEST in names:
        others = voice.alerts.digest.channels or tuple(voice.alerts.channels)
        names = tuple(dict.fromkeys(name for name in (*names, *others) if name != DIGEST))
    return dict.fromkeys(names, f"{topic.severity} -> {why}")


# -- one message ------------------------------------------------------------------------------------------


def _message(told: Sequence[Entry], run: _Run) -> Message:
    topics = [entry.topic for entry in told]
    summary, practice = run.kind is MessageKind.SUMMARY, run.kind in _PRACTICE
    vendor = "" if summary else topics[0].vendor
    links = run.voice.alerts.links
    fingerprints = () if practice else tuple(dict.fromkeys(one for entry in told for one in entry.fingerprints))
    message = Message(
        kind=run.kind,
        vendor=vendor,
        title=_summary(topics) if summary else title_of(vendor, topics),
        severity=worst(topics),
        created=run.now,
        when=run.voice.when(run.now),
        run_id=run.run_id,
        topics=tuple(topics[:MOST]),
        more=rest(topics[MOST:]),
        notes=_NOTES.get(run.kind, ()),
        commands=() if practice else overview(vendor, len(topics), run.voice),
        run_url=filled(links.run_url, run.run_id, vendor),
        runbook=filled(links.runbook, run.run_id, vendor),
        incidents=fingerprints,
        threads=fingerprints if not summary and all(entry.known for entry in told) else (),
    )
    return marked(message)


def marked(message: Message) -> Message:
    """``message`` with a title that tells practice from what is so; marked once, however often it is asked for."""
    mark = _MARKS.get(message.kind, "")
    return message if message.title.startswith(mark) else replace(message, title=f"{mark}{message.title}")


def worst(topics: Iterable[Topic]) -> Severity:
    """Of what is so; where nothing is, of what was."""
    listed = list(topics)
    of = [topic.severity for topic in listed if not topic.over] or [topic.severity for topic in listed]
    return min(of, key=lambda severity: severity.rank, default=Severity.INFO)


def rest(topics: Iterable[Topic]) -> dict[str, int]:
    """How many there are of each severity, and how many that are over."""
    return ordered(Counter(RESOLVED if topic.over else topic.severity.value for topic in topics))


def ordered(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts as in Message.more, the worst first, without what there is none of."""
    return {name: counts[name] for name in (*_SEVERITIES, RESOLVED) if counts.get(name)}


def overview(vendor: str, topics: int, voice: Voice) -> tuple[Command, ...]:
    """Where there is more than one thing to see."""
    words = ("incidents", "--vendor", vendor) if vendor else ("incidents",)
    return (command("see all", words, voice.alerts.links),) if topics > 1 else ()


def _summary(topics: Sequence[Topic]) -> str:
    new, over = [t for t in topics if not t.over], [t for t in topics if t.over]
    parts = [f"new rules see {counted(t.severity for t in new)}"] if new else []
    if over:
        parts.append(f"{'' if new else 'new rules see '}{plural(len(over), 'drift')} no more")
    return f"monitor was upgraded: {' and '.join(parts)}"
