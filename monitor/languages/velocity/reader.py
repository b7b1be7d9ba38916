"""The text of a template, and a place in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

from monitor.languages.velocity.nodes import Place

IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LINE_END: Final = re.compile(r"[ \t]*(\r\n|\n|\r)")
_BLANKS: Final = re.compile(r"[ \t\r\n]*")
MAX_DEPTH: Final = 60


class ParseError(Exception):
    """Stays in this package."""

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(what)
        self.what, self.offset = what, offset


@dataclass(slots=True)
class Reader:
    """``text[position:end]`` is still to be read. A string has a reader of its own."""

    text: str
    position: int = 0
    end: int = -1
    depth: int = 0
    lines: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.end < 0:
            self.end = len(self.text)
        if not self.lines:
            self.lines = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", self.text))]

    def within(self, start: int, end: int) -> Reader:
        """A reader of a part, which knows its places in the whole."""
        if self.depth >= MAX_DEPTH:
            raise self.fail("it is nested too deeply")
        return Reader(self.text, start, end, self.depth + 1, self.lines)

    def fail(self, what: str, offset: int | None = None) -> ParseError:
        return ParseError(what, self.position if offset is None else offset)

    def place(self, offset: int | None = None) -> Place:
        at = self.position if offset is None else offset
        line = bisect_right(self.lines, at)
        return Place(line, at - self.lines[line - 1] + 1)

    @property
    def current(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.position] if self.position < self.end else ""

    def at(self, offset: int) -> str:
        return self.text[offset] if offset < self.end else ""

    def looking_at(self, text: str) -> bool:
        return self.text.startswith(text, self.position, self.end)

    def take(self, text: str) -> bool:
        """Goes past ``text`` if it stands here."""
        if not self.looking_at(text):
            return False
        self.position += len(text)
        return True

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise self.fail(f"'{text}' is expected")

    def identifier(self) -> str:
        """The name here, gone past; empty where none begins."""
        match = IDENTIFIER.match(self.text, self.position, self.end)
        if match is None:
            return ""
        self.position = match.end()
        return match[0]

    def blanks(self) -> None:
        match = _BLANKS.match(self.text, self.position, self.end)
        self.position = match.end() if match else self.position

    def line_end(self) -> str:
        """Blanks and the line's end, gone past; empty where something else stands first."""
        match = _LINE_END.match(self.text, self.position, self.end)
        if match is None:
            return ""
        self.position = match.end()
        return match[0]
