"""Where something stands in a template, as Velocity counts it: tabs reach to the next multiple of eight."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

_TAB: Final = 8
_IRREGULAR: Final = re.compile("\r\n|\n|\r|\t|[\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Place:
    """``line`` and ``column`` count from 1."""

    line: int
    column: int


class ParseError(Exception):
    """Stays in this package."""

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(what)
        self.what, self.offset = what, offset


class Places:
    """The places of one text. What ``base`` is given for is a string that begins there."""

    def __init__(self, text: str, base: Place | None = None) -> None:
        self._text, self._base = text, base
        self._offsets = [0]
        self._reached = [(1, 0)]  # line and columns gone at each of those offsets
        for match in _IRREGULAR.finditer(text):
            line, columns = self._reached[-1]
            columns += match.start() - self._offsets[-1]
            if match[0] == "\t":
                reached = (line, columns + _TAB - columns % _TAB)
            elif match[0] in "\r\n":
                reached = (line + 1, 0)
            else:
                reached = (line, columns + 2)  # two UTF-16 units
            self._offsets.append(match.end())
            self._reached.append(reached)

    def __call__(self, offset: int) -> Place:
        index = bisect_right(self._offsets, offset) - 1
        line, columns = self._reached[index]
        column = columns + offset - self._offsets[index] + 1
        if self._text.startswith("\t", offset):
            column = self._reached[index + 1][1]  # a tab stands where it ends
        if self._base is None:
            return Place(line, column)
        return Place(line + self._base.line - 1, column + self._base.column if line == 1 else column)
