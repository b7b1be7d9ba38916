"""Inputs that stand unescaped in the texts of a JSON request body: one with a quote or a line break breaks it.

1. Only what is printed as it is counts: ``${input.x}``, plain or quiet, not as an argument of a call.
2. Whether it stands in a text is told by the quotes of the template's own text before it. The branches of ``#if`` begin
   where it begins; what follows goes on where the first of them ends.
3. An input that can hold no quote (a number, a boolean, one of an enum's words) needs no escape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from monitor.contracts.actions.inputs import declared
from monitor.contracts.actions.rendering import INPUT
from monitor.jsonpaths import Json
from monitor.languages.velocity.nodes import Block, Foreach, If, Property, Ref, Text

_QUOTE: Final = re.compile(r'\\.|(")', re.DOTALL)
_BREAKS: Final = re.compile(r'["\\\x00-\x1f]')


def unescaped(block: Block, input_schema: Json) -> Iterator[tuple[str, str]]:
    """Each such input of a body's template once: its name, and what to write for it."""
    schemas = declared(input_schema)
    if not _is_json(block):
        return
    texts: dict[str, str] = {}
    for reference in _in_texts(block):
        name = _input(reference)
        if name and _may_break(schemas.get(name)):
            texts.setdefault(name, _escaped(reference))
    yield from texts.items()


def _is_json(block: Block) -> bool:
    first = next((node.text.lstrip() for node in block.nodes if isinstance(node, Text) and node.text.strip()), "")
    return first[:1] in ("{", "[")


def _in_texts(block: Block) -> Iterator[Ref]:
    found: list[Ref] = []
    _walk(block, found, is_open=False)
    yield from found


def _walk(block: Block, found: list[Ref], *, is_open: bool) -> bool:
    """Whether a text is open at the end."""
    for node in block.nodes:
        if isinstance(node, Text):
            is_open ^= sum(1 for match in _QUOTE.finditer(node.text) if match[1]) % 2 == 1
        elif isinstance(node, Ref) and is_open:
            found.append(node)
        elif isinstance(node, If):
            ends = [_walk(body, found, is_open=is_open) for _, body in node.branches]
            is_open = ends[0] if ends else is_open
        elif isinstance(node, Foreach):
            is_open = _walk(node.body, found, is_open=is_open)
    return is_open


def _input(reference: Ref) -> str:
    parts = reference.parts
    is_one = reference.root == INPUT and len(parts) == 1 and reference.otherwise is None
    return parts[0].name if is_one and isinstance(parts[0], Property) else ""


def _may_break(schema: Json) -> bool:
    if not isinstance(schema, dict) or schema.get("type") not in ("string", ["string", "null"], ["null", "string"]):
        return False
    words = schema.get("enum")
    return not isinstance(words, list) or any(isinstance(word, str) and _BREAKS.search(word) for word in words)


def _escaped(reference: Ref) -> str:
    """A quiet one in quotes: without the input the call would be printed as it is written."""
    text = f'"{reference.text}"' if reference.quiet else reference.text
    return f"$esc.jsonEncode({text})"
