"""A message as plain text: what mails, webhooks and notifications carry, and what a screen reader reads. PURE.

crm: 1 breaking drift in look up customer by phone
Mon 23 Nov, 05:17 CET; run 20261123T041700Z-ab12cd

BREAKING, first drift: a GET request to look up customer by phone
  Expected: customerId (String) at $.customerId
  ...
  since Mon 23 Nov, 05:17 CET
  evidence: recordings/runs/.../x.har
  see: monitor incidents 1a2b3c4d

Every line of a message is one line here: vendor text is escaped and cut, and no line of it can pass for one of ours,
for a topic's are indented.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from monitor.alerts.wording import ACCEPTED, plural
from monitor.model import Command, Message, Reason, Subject, Topic
from monitor.printable import printable

LINE: Final = 400  # characters of a line
_LINK: Final = 2000  # of what is to be followed or pasted
_NAME: Final = 120
_NAMES: Final = 3  # interactions that a heading names; the rest is counted

_REASONS: Final[Mapping[Reason, str]] = {
    Reason.REMINDER_DUE: "still so",
    Reason.WORSE: "worse than before",
    Reason.REOPENED: "here again",
    Reason.FLAPPING: "comes and goes",
    Reason.ADOPTED: "seen by new rules",
}


def shown(text: str, limit: int = LINE) -> str:
    """Vendor text on one line, safe to show, within ``limit``: escapes are longer than what they stand for."""
    return printable(printable(text, limit), limit)


def plain(message: Message) -> str:
    """The whole message; ends with a line end."""
    return "\n".join(lines(message)) + "\n"


def lines(message: Message) -> Iterator[str]:
    yield shown(message.title)
    if told := when(message):
        yield told
    yield from (shown(note) for note in message.notes)
    for topic in message.topics:
        yield ""
        yield from _topic(topic, heading(topic, message))
    if message.more:
        yield ""
        yield more(message.more)
    tail = [*_tail(message)]
    yield from ("", *tail) if tail else ()


def when(message: Message) -> str:
    """When it was told, and by which run; empty where neither is known."""
    run = f"run {shown(message.run_id)}" if message.run_id else ""
    return "; ".join(filter(None, (shown(message.when), run)))


def heading(topic: Topic, message: Message) -> str:
    """``BREAKING, first drift: a GET request to ...``; the vendor too where a message is of several."""
    of = f"{topic.vendor}: " if topic.vendor and topic.vendor != message.vendor else ""
    return f"{state(topic)}: {of}{names(topic)}".rstrip(": ")


def state(topic: Topic) -> str:
    """How bad it is, and why it is said: ``RESOLVED, recovered``, ``ACCEPTED by ada: known``."""
    word, told = state_of(topic)
    return f"{word}{' ' if word == ACCEPTED.upper() else ', '}{told}" if told else word


def state_of(topic: Topic) -> tuple[str, str]:
    """The word for how bad it is, and why it is said or is no more."""
    if topic.over and topic.outcome.startswith(ACCEPTED):  # it is there still
        return ACCEPTED.upper(), shown(topic.outcome.removeprefix(ACCEPTED).strip())
    if topic.over:
        return "RESOLVED", shown(topic.outcome)
    told = _REASONS.get(topic.reason, "")
    if topic.subject is not Subject.DRIFT:
        told = ", ".join(filter(None, (topic.subject.value.replace("_", " "), told)))
    return topic.severity.value.upper(), told or topic.reason.value


def names(topic: Topic) -> str:
    """The interactions, the first few by name; of a vendor's trouble how many, for its lines name them."""
    if topic.subject is not Subject.DRIFT:
        return plural(len(topic.interactions), "interaction") if topic.interactions else ""
    named = [shown(name, _NAME) for name in topic.interactions[:_NAMES]]
    rest = len(topic.interactions) - len(named)
    return f"{', '.join(named)}{f' and {rest} more' if rest > 0 else ''}"


def more(counts: Mapping[str, int]) -> str:
    """What is not spelled out: ``and 20 more: 3 breaking, 17 info``."""
    told = ", ".join(f"{count} {shown(name)}" for name, count in counts.items())
    return f"and {sum(counts.values())} more: {told}"


def pasted(commands: Iterable[Command]) -> list[str]:
    """What is to be pasted, whole: half a command, a quote of it open perhaps, is worse than none."""
    return [shown(command.text, _LINK) for command in commands if len(command.text) <= _LINK]


def _commands(commands: Iterable[Command]) -> Iterator[str]:
    for command in commands:
        yield from (f"{shown(command.label)}: {text}" for text in pasted([command]))


def _topic(topic: Topic, head: str) -> Iterator[str]:
    yield head
    yield from (f"  {shown(line)}" for line in topic.lines)
    if topic.since:
        yield f"  {shown(topic.since)}"
    if topic.evidence:
        yield f"  evidence: {shown(topic.evidence)}"
    yield from (f"  {line}" for line in _commands(topic.commands))


def _tail(message: Message) -> Iterator[str]:
    yield from _commands(message.commands)
    if message.run_url:
        yield f"run: {shown(message.run_url, _LINK)}"
    if message.runbook:
        yield f"runbook: {shown(message.runbook, _LINK)}"
