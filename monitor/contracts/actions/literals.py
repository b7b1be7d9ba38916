"""Text that an author wrote into a template, beside what the template puts in, and members of a body. PURE.

1. A value with ``${input.x}`` in it may still hold a secret: as text that touches the reference (``KEY$!{input.x}``).
2. A body is no JSON before it is rendered: members are found as they are written, of JSON (also within a text), of a
   form and of XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_plus

_REFERENCE: Final = re.compile(r"\$!?(?:\{[^{}]*\}|[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*)")
_LONG_ENOUGH: Final = 2  # literal characters beside a reference that nothing sets
_HOLE: Final = "\0"
_RUN: Final = r"[\w.~+/-]{6}"  # shorter ones are words like v1
_BESIDE: Final = re.compile(rf"{_HOLE}[:\"']*{_RUN}|{_RUN}[:\"']*{_HOLE}")
_MEMBER: Final = re.compile(
    r'"(?P<json>[^"\\$#]{1,80})"\s*:\s*(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>\d[\d.]*))'
    r'|\\"(?P<inner>[^"\\$#]{1,80})\\"\s*:\s*\\"(?P<quoted>[^"\\]*)\\"'
    r"|<(?P<element>[\w.:-]{1,80})(?:\s[^<>]*)?>(?P<content>[^<>]*)</"
    r"|(?:\A\s*|(?<=[?&\n])|(?<=\))|(?<=#end)|(?<=#else)|(?<=\{end\})|(?<=\{else\}))"
    r"(?P<field>[A-Za-z_][\w.%\[\]-]{0,79})=(?P<value>[^&\s\"'<>\\]*)"
)
_NAMES: Final = ("json", "inner", "element", "field")
_VALUES: Final = ("text", "number", "quoted", "content", "value")


def stands_beside(text: str) -> bool:
    """Whether literal text touches a reference, and so makes one value with it."""
    return _BESIDE.search(_REFERENCE.sub(_HOLE, text)) is not None


def is_literal(text: str, template: str) -> bool:
    """Whether the author wrote ``text``, or a part that touches a reference. ``pa$s`` is: nothing sets ``$s``."""
    if "$" not in text or stands_beside(text):
        return True
    names = [match[0][1:] for match in _REFERENCE.finditer(text)]
    unset = all(
        re.fullmatch(r"[A-Za-z][\w-]*", name) and not re.search(rf"\(\s*\${re.escape(name)}\b", template)
        for name in names
    )
    return unset and len(without_references(text)) >= _LONG_ENOUGH and "(" not in text


def without_references(text: str) -> str:
    """The literal text of a template's piece."""
    return _REFERENCE.sub("", text)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a body with a value of its own. ``written`` is the value as it stands there, at ``span``."""

    name: str
    written: str = field(repr=False)
    span: tuple[int, int]


def members(body: str) -> Iterator[Member]:
    """The members of a body's template, in its order; one may stand in another's value."""
    position = 0
    while (match := _MEMBER.search(body, position)) is not None:
        name = next(match[group] for group in _NAMES if match[group] is not None)
        group = next(group for group in _VALUES if match[group] is not None)
        if match["element"]:
            name = name.rpartition(":")[2]
        elif match["field"]:
            name = unquote_plus(name)
        yield Member(name, match[group], match.span(group))
        position = match.start(group)
