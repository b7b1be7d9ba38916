"""Messages that no run makes: a channel that cannot be reached, the digest, a test. PURE."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from monitor.alerts.composing import MOST, Voice, marked, ordered, overview, rest, worst
from monitor.alerts.wording import command, filled, plural
from monitor.model import FinalFault, Message, MessageKind, Severity, Topic
from monitor.printable import printable

_LONGEST: Final = 400  # characters of what a channel answered
_SEVERAL: Final = "several vendors"


def undelivered(channel: str, fault: FinalFault, original: Message, voice: Voice, now: datetime) -> Message:
    """Tells on another channel that ``channel`` could not be reached, and what it was to tell.

    What was to be told is told here: it must not be lost with the channel.
    """
    links = voice.alerts.links
    notes = (
        f"{channel} did not take: {printable(original.title)}",
        f"why: {printable(fault.what, _LONGEST)}",
        *((f"fix: {printable(fault.fix, _LONGEST)}",) if fault.fix else ()),
    )
    commands = (
        command("see what failed", ("alerts", "--failed"), links),
        command("try the channel", ("channels", "test", channel), links),
        command("send it again", ("alerts", "retry", "--failed"), links),
        *original.commands,
    )
    return replace(
        original,
        kind=MessageKind.UNDELIVERED,
        title=f"{channel} cannot be reached: an alert{f' of {original.vendor}' if original.vendor else ''} failed",
        created=now,
        when=voice.when(now),
        notes=(*notes, *original.notes),
        commands=commands,
        threads=(),
    )


def digest(messages: Sequence[Message], voice: Voice, now: datetime) -> Message:
    """What was gathered (``messages``, at least one, oldest first) as one message.

    Of each incident the last that was said counts: one that came and went in between is told as gone.
    """
    topics = sorted(_newest(messages), key=lambda topic: (topic.over, topic.severity.rank))
    counts: dict[str, Counter[str]] = {}
    for topic in topics:
        counts.setdefault(topic.vendor, Counter()).update(rest([topic]))
    for message in messages:
        if message.more:
            counts.setdefault(message.vendor or _SEVERAL, Counter()).update(message.more)
    total = sum(counts.values(), Counter[str]())
    shown = Counter(rest(topics[:MOST]))
    vendor = next(iter(counts), "") if len(counts) == 1 else ""
    return Message(
        kind=MessageKind.DIGEST,
        vendor=vendor if vendor != _SEVERAL else "",
        title=f"digest: {_counts(total)} from {vendor or plural(len(counts), 'vendor')}",
        severity=worst(topics),
        created=now,
        when=voice.when(now),
        topics=tuple(topics[:MOST]),
        more=ordered(total - shown),
        notes=tuple(f"{name}: {_counts(counts[name])}" for name in counts) if not vendor else (),
        commands=overview(vendor, total.total(), voice),
        runbook=filled(voice.alerts.links.runbook, "", vendor),
        incidents=tuple(dict.fromkeys(one for message in messages for one in message.incidents)),
    )


def _newest(messages: Iterable[Message]) -> list[Topic]:
    """Each topic that tells of an incident for the last time."""
    listed = [topic for message in messages for topic in message.topics]
    last = {one: index for index, topic in enumerate(listed) for one in topic.incidents}
    return [
        topic
        for index, topic in enumerate(listed)
        if not topic.incidents or any(last[one] == index for one in topic.incidents)
    ]


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in ordered(counts).items()) or "nothing"


def trial(channel: str, voice: Voice, now: datetime) -> Message:
    """What ``monitor channels test`` sends."""
    return marked(
        Message(
            kind=MessageKind.TEST,
            vendor="",
            title=f"monitor reaches {channel}",
            severity=Severity.INFO,
            created=now,
            when=voice.when(now),
            notes=(f"Sent by monitor channels test {channel}: whoever reads this is told of drift here.",),
        )
    )
