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
from itertools import accumulate
from typing import Final, TypeAlias

from monitor.alerts.plain import LINE, heading, more, pasted, plain, shown, when
from monitor.jsonpaths import Json
from monitor.model import Message, MessageKind, Severity, Topic

Block: TypeAlias = dict[str, Json]

TITLE: Final = 150  # characters of a header
TEXT: Final = 2_900  # of a text, below Slack's 3,000
FALLBACK: Final = 3_000  # of the text beside the blocks
WHOLE: Final = 12_000  # bytes of all blocks as JSON
_TOPICS: Final = 10
_URL: Final = 2_000
_NOTES: Final = 10
_COMMANDS: Final = 6  # for the message as a whole
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


_DIVIDER: Final[Block] = {"type": "divider"}

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
    for count in range(min(len(message.topics), _TOPICS), 0, -1):
        made = _made(message, count)
        if weight(made) <= WHOLE:
            return made
    return _made(message, 0)


def _made(message: Message, count: int) -> list[Block]:
    """The message with its first ``count`` topics, which share the room that all else leaves."""
    head = [_header(message), *_context(message), *_notes(message)]
    tail = [*_rest(message, count), *_tail(message)]
    room = WHOLE - weight(head) - weight(tail)
    told: list[Block] = []
    for index, topic in enumerate(message.topics[:count]):
        told.append(_DIVIDER)
        told.append(_topic(topic, message, room // (count - index) - weight([_DIVIDER])))
        room -= weight(told[-2:])
    return [*head, *told, *tail]


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
    return {"type": "header", "text": _text(f"{_mark(message)} {shown(message.title, TITLE)}", TITLE)}


def _mark(message: Message) -> str:
    if message.kind in (MessageKind.DRILL, MessageKind.TEST):
        return _PRACTICE
    over = message.topics and all(topic.over for topic in message.topics) and not set(message.more) & {*Severity}
    return _OVER if over else _MARKS[message.severity]


def _context(message: Message) -> Iterator[Block]:
    if told := when(message):
        yield {"type": "context", "elements": [_text(told, LINE)]}


def _notes(message: Message) -> Iterator[Block]:
    if kept := _lines(message.notes, _NOTES):
        yield _rich(_section(_plain("\n".join(kept))))


def _topic(topic: Topic, message: Message, room: int) -> Block:
    """A topic with as much detail as there is room for; the least there is where there is none."""
    told = (_detailed(topic, message, detail) for detail in _DETAILS)
    last: Block = {}
    for last in told:
        if weight([last]) <= room:
            return last
    return last


def _detailed(topic: Topic, message: Message, detail: _Detail) -> Block:
    elements = [_section(_bold(shown(heading(topic, message), detail.width)))]
    if lines := _lines(topic.lines, detail.lines, detail.width):
        elements.append(_preformatted(lines))
    evidence = f"evidence: {topic.evidence}" if topic.evidence and detail.evidence else ""
    facts = [shown(fact, detail.width) for fact in (topic.since, evidence) if fact]
    if facts:
        elements.append(_section(_plain("\n".join(facts))))
    if commands := _fitting(pasted(topic.commands[: detail.commands])):
        elements.append(_preformatted(commands))
    return _rich(*elements)


def _lines(lines: Iterable[str], most: int, width: int = LINE) -> list[str]:
    """The first ``most`` lines, as far as one text holds them; the rest is counted."""
    listed = [line for line in lines if line]
    kept = _fitting([shown(line, width) for line in listed[:most]])
    left = len(listed) - len(kept)
    return [*kept, f"… {left} more line{'' if left == 1 else 's'}"] if left else kept


def _fitting(lines: Sequence[str]) -> list[str]:
    """The first lines that one text holds, with room for one more that tells of the rest."""
    sizes = accumulate(len(line) + 1 for line in lines)
    return [line for line, size in zip(lines, sizes, strict=True) if size <= TEXT]


def _rest(message: Message, told: int) -> Iterator[Block]:
    counts = Counter(message.more)
    counts.update("resolved" if topic.over else topic.severity.value for topic in message.topics[told:])
    if counts:
        yield _rich(_section(_bold(shown(more(counts)))))


def _tail(message: Message) -> Iterator[Block]:
    kept = _fitting(pasted(message.commands[:_COMMANDS]))
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
