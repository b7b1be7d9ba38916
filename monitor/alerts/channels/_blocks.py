"""A message as Slack's Block Kit. PURE.

1. Nothing of a message goes through Slack's markup. What tells stands in ``rich_text``, whose text is shown as it is:
   no ``<!channel>``, link, emoji or backtick in it means anything, so there is nothing to escape and nothing to forget.
   Its lines and commands are preformatted, so that paths line up and commands can be copied.
2. The title and the line below it are ``plain_text``, which Slack reads for ``&``, ``<`` and ``>`` only: those are
   escaped. So is the fallback text, which notifications show and screen readers read instead of the blocks.
3. Slack takes 50 blocks, 150 characters of a header, 3,000 of a text, and of all blocks together some 12,000 characters
   that nobody documents (msg_blocks_too_long). Here all of it counts, the JSON around the text too.
4. What does not fit is cut where people see it: lines first, then commands, then the evidence; then topics are counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from monitor.alerts.plain import LINE, heading, more, plain, when
from monitor.jsonpaths import Json
from monitor.model import Message, MessageKind, Severity, Topic
from monitor.printable import printable

Block: TypeAlias = dict[str, Json]

TITLE: Final = 150  # characters of a header
TEXT: Final = 2_900  # of a text, below Slack's 3,000
FALLBACK: Final = 3_000  # of the text beside the blocks
WHOLE: Final = 12_000  # bytes of all blocks as JSON
_TOPICS: Final = 10
_URL: Final = 2_000
_NOTES: Final = 10
_TAIL: Final = 4_000  # bytes of what follows the topics, at the most
_MARKS: Final = {
    Severity.BREAKING: "\N{LARGE RED CIRCLE}",
    Severity.WARNING: "\N{LARGE ORANGE CIRCLE}",
    Severity.INFO: "\N{LARGE BLUE CIRCLE}",
}
_OVER: Final = "\N{WHITE HEAVY CHECK MARK}"
_PRACTICE: Final = "\N{TEST TUBE}"


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much of a topic is told. ``lines``, ``commands``: how many at the most."""

    lines: int
    commands: int
    evidence: bool
    width: int = LINE


# from all to the least that makes sense
_DETAILS: Final = (
    *(_Detail(lines, 99, evidence=True) for lines in (999, 20, 12, 8, 6)),
    _Detail(6, 1, evidence=True),
    *(_Detail(lines, 1, evidence=False) for lines in (6, 4, 3)),
    _Detail(3, 1, evidence=False, width=120),
    _Detail(2, 0, evidence=False, width=80),
)


def blocks(message: Message) -> list[Block]:
    """The message in blocks that Slack takes, whatever it holds."""
    head = [_header(message), *_context(message), *_notes(message)]
    tail = [*_tail(message)]
    shown = message.topics[:_TOPICS]
    room = WHOLE - weight(head) - weight(tail) - 300  # for the count of the rest
    told: list[Block] = []
    for index, topic in enumerate(shown):
        told.append({"type": "divider"})
        told.append(_topic(topic, message, room // (len(shown) - index)))
        room -= weight(told[-2:])
    return [*head, *told, *_rest(message), *tail]


def fallback(message: Message) -> str:
    """What is shown where blocks are not, with Slack's three characters escaped."""
    return cut(escaped(plain(message)), FALLBACK)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    """``text`` within ``limit``, no entity of it halved; where it was cut, it says so."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    entity = kept.rfind("&")
    return f"{kept[:entity] if entity > len(kept) - 5 and ';' not in kept[entity:] else kept}…"


def weight(of: Sequence[Block]) -> int:
    """Bytes of blocks as JSON."""
    return len(json.dumps(of, ensure_ascii=False, separators=(",", ":")).encode())


# -- the pieces -------------------------------------------------------------------------------------------


def _header(message: Message) -> Block:
    return {"type": "header", "text": _text(f"{_mark(message)} {printable(message.title, TITLE)}", TITLE)}


def _mark(message: Message) -> str:
    if message.kind in (MessageKind.DRILL, MessageKind.TEST):
        return _PRACTICE
    over = message.topics and all(topic.over for topic in message.topics) and not set(message.more) & {*Severity}
    return _OVER if over else _MARKS[message.severity]


def _context(message: Message) -> Iterator[Block]:
    if told := when(message):
        yield {"type": "context", "elements": [_text(told, TEXT)]}


def _notes(message: Message) -> Iterator[Block]:
    notes = [printable(note, LINE) for note in message.notes if note]
    left = len(notes) - _NOTES
    kept = [*notes[:_NOTES], *([f"… {left} more"] if left > 0 else [])]
    if kept:
        yield _rich(_section(_plain("\n".join(kept)[:TEXT])))


def _topic(topic: Topic, message: Message, room: int) -> Block:
    """A topic with as much detail as there is room for; the least there is where there is none."""
    told = (_detailed(topic, message, detail) for detail in _DETAILS)
    last: Block = {}
    for last in told:
        if weight([last]) <= room:
            return last
    return last


def _detailed(topic: Topic, message: Message, detail: _Detail) -> Block:
    elements = [_section(_bold(printable(heading(topic, message), detail.width)))]
    if lines := _shortened([printable(line, detail.width) for line in topic.lines if line], detail.lines):
        elements.append(_preformatted(lines))
    evidence = f"evidence: {topic.evidence}" if topic.evidence and detail.evidence else ""
    facts = [printable(fact, detail.width) for fact in (topic.since, evidence) if fact]
    if facts:
        elements.append(_section(_plain("\n".join(facts))))
    commands = [printable(command.text, _URL) for command in topic.commands[: detail.commands]]
    if commands:
        elements.append(_preformatted(_shortened(commands, detail.commands)))
    return _rich(*elements)


def _shortened(lines: Sequence[str], most: int) -> list[str]:
    """The first ``most`` lines, as far as one text holds them; the rest is counted."""
    kept: list[str] = []
    size = 0
    for line in lines[:most]:
        size += len(line) + 1
        if size > TEXT - 40:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    return [*kept, f"… {left} more line{'' if left == 1 else 's'}"] if left else kept


def _rest(message: Message) -> Iterator[Block]:
    counts = Counter(message.more)
    counts.update("resolved" if topic.over else topic.severity.value for topic in message.topics[_TOPICS:])
    if counts:
        yield _rich(_section(_bold(printable(more(counts)))))


def _tail(message: Message) -> Iterator[Block]:
    commands = [printable(command.text, _URL) for command in message.commands]
    kept = _shortened(commands, 6)
    links = [*_links(message)]
    parts = [*([_preformatted(kept)] if kept else []), *([_section(*links)] if links else [])]
    if parts and weight([_rich(*parts)]) <= _TAIL:
        yield _rich(*parts)


def _links(message: Message) -> Iterator[Block]:
    for name, url in (("run", message.run_url), ("runbook", message.runbook)):
        if url.lower().startswith(("https://", "http://")) and len(url) <= _URL and url.isprintable():
            yield {"type": "link", "url": url, "text": name}
            yield _plain("  ")


# -- Slack's forms ----------------------------------------------------------------------------------------


def _text(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": cut(escaped(text), limit), "emoji": False}


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": [*elements]}


def _section(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": [*elements]}


def _preformatted(lines: Iterable[str]) -> Block:
    return {"type": "rich_text_preformatted", "elements": [_plain("\n".join(lines))]}


def _plain(text: str) -> Block:
    return {"type": "text", "text": text}


def _bold(text: str) -> Block:
    return {"type": "text", "text": text, "style": {"bold": True}}
