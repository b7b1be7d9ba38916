"""Messages as Slack's blocks: what people see, that Slack takes it, and that no vendor's text means anything in it.

Whether Slack takes it is judged by blockkit, which knows Slack's limits: each block is built anew with it, which
raises where one is broken, and must come out the same. What blockkit does not know is judged beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import blockkit
import blockkit.core
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from monitor.alerts.channels._blocks import WHOLE, Block, blocks, cut, escaped, fallback
from monitor.jsonpaths import Json
from monitor.model import Command, Message
from tests.alerts.decisions import HOSTILE
from tests.alerts.examples import FIRST, HOSTILE_APART, MESSAGES, MIXED, RECOVERY
from tests.alerts.slack_server import as_text

_ENTITIES = re.compile("&(amp|lt|gt);")


# -- the independent validator ----------------------------------------------------------------------------


def _list(of: Json) -> list[Block]:
    assert isinstance(of, list)
    return [_block(one) for one in of]


def _block(one: Json) -> Block:
    assert isinstance(one, dict)
    return one


def _str(text: Json) -> str:
    assert isinstance(text, str)
    return text


def _text(of: Json) -> blockkit.Text:
    block = _block(of)
    assert set(block) == {"type", "text", "emoji"}
    return blockkit.Text(_str(block["text"]), emoji=False, type="plain_text")


def _leaf(block: Block) -> blockkit.RichTextEl | blockkit.RichLinkEl:
    if block["type"] == "link":
        return blockkit.RichLinkEl(_str(block["url"]), _str(block["text"]))
    style = blockkit.RichStyle(bold=True) if "style" in block else None
    return blockkit.RichTextEl(_str(block["text"]), style)


def _rich(block: Block) -> blockkit.RichTextSection | blockkit.RichTextPreformatted:
    leaves: list[blockkit.core.RichTextElement] = [_leaf(leaf) for leaf in _list(block["elements"])]
    if block["type"] == "rich_text_preformatted":
        return blockkit.RichTextPreformatted(leaves)
    assert block["type"] == "rich_text_section"
    return blockkit.RichTextSection(leaves)


def _built(block: Block) -> blockkit.Header | blockkit.Context | blockkit.Divider | blockkit.RichText:
    match block["type"]:
        case "header":
            return blockkit.Header(_text(block["text"]))
        case "context":
            return blockkit.Context([_text(one) for one in _list(block["elements"])])
        case "divider":
            return blockkit.Divider()
        case _:
            return blockkit.RichText([_rich(one) for one in _list(block["elements"])])


def check(made: list[Block]) -> None:
    """Raises where Slack would not take the blocks."""
    assert [_built(block).build() for block in made] == made  # type: ignore[no-untyped-call]
    assert 0 < len(made) <= 50
    assert len(json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()) <= WHOLE
    for leaf in _leaves([*made]):
        text = _str(leaf["text"])
        assert 0 < len(text) <= 3000
        if leaf["type"] == "plain_text":  # the only one in which Slack reads characters of its own
            assert not set("<>") & set(text)
            assert "&" not in _ENTITIES.sub("", text)
        assert all(char.isprintable() or char == "\n" for char in text)


def _leaves(of: Json) -> Iterator[Block]:
    if isinstance(of, list):
        for one in of:
            yield from _leaves(one)
    elif isinstance(of, dict):
        if isinstance(of.get("text"), str):
            yield of
        yield from _leaves(list(of.values()))


# -- what people see --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_takes_it_and_people_see(name: str, snapshot: SnapshotAssertion) -> None:
    made = blocks(MESSAGES[name])
    check(made)
    assert as_text({"blocks": [*made]}) == snapshot


def test_the_blocks_themselves(snapshot: SnapshotAssertion) -> None:
    assert json.dumps(blocks(FIRST), indent=1, ensure_ascii=False) == snapshot


def test_of_a_short_message_nothing_is_cut() -> None:
    shown = as_text({"blocks": [*blocks(FIRST)]})
    (topic,) = FIRST.topics
    for line in (*topic.lines, topic.since, topic.evidence, *(command.text for command in topic.commands)):
        assert line in shown


def test_of_a_usual_long_message_nothing_is_cut_but_what_is_counted() -> None:
    shown = as_text({"blocks": [*blocks(MIXED)]})
    assert "more line" not in shown
    assert all(command.text in shown for topic in MIXED.topics for command in topic.commands)
    assert "and 3 more: 2 warning, 1 resolved" in shown


def test_where_it_is_cut_it_says_so() -> None:
    shown = as_text({"blocks": [*blocks(HOSTILE_APART)]})
    assert shown.count("more lines") == 10  # one a topic
    assert "and 20 more: 20 breaking" in shown


# -- whatever comes ---------------------------------------------------------------------------------------

_NASTY = (
    st.text(max_size=30) | st.text("<>&`*_~!@#:|\"'\\\n\x00\u202e\ud800\U0001f4a5e", max_size=30) | st.just(HOSTILE)
)


def _message(text: str, lines: int, topics: int) -> Message:
    """A message that is ``text`` wherever it may be."""
    many = tuple(f"{text}{n}" for n in range(lines))
    commands = tuple(Command(text, line) for line in many)
    one = replace(RECOVERY.topics[0], interactions=many, lines=many, commands=commands, since=text, outcome=text)
    one = replace(one, evidence=text, vendor=text)
    message = replace(FIRST, title=text, when=text, run_id=text, run_url=text, runbook=f"https://wiki.example/{text}")
    return replace(message, notes=many, topics=(one,) * topics, more={text: 3}, commands=commands)


@settings(max_examples=25)
@given(_NASTY, st.sampled_from([1, 9, 300]), st.sampled_from([0, 1, 7, 60]), st.sampled_from([0, 1, 12]))
def test_slack_takes_whatever_a_vendor_sends(text: str, times: int, lines: int, topics: int) -> None:
    message = _message(text * times, lines, topics)
    check(blocks(message))
    told = fallback(message)
    assert len(told) <= 3000
    assert not set("<>") & set(told)
    assert "&" not in _ENTITIES.sub("", told)


@given(st.text("&<>;ab"), st.integers(1, 30))
def test_no_entity_is_halved(text: str, limit: int) -> None:
    kept = cut(escaped(text), limit)
    assert len(kept) <= limit
    assert "&" not in _ENTITIES.sub("", kept)
