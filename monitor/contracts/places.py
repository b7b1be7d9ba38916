"""Where a JSON path stands in a JSON text: line and column.

The text is walked along the path. What lies beside it is skipped by the standard library's own scanner, at C speed,
and what was walked once is kept: many paths into one big file cost little more than one.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from monitor.errors import JsonError
from monitor.jsonpaths import Path as JsonPath
from monitor.jsonpaths import parse_path

Spot: TypeAlias = tuple[int, int]  # line and column, from 1
UNKNOWN: Final[Spot] = (0, 0)

_SPACE: Final = re.compile(r"[ \t\n\r]*")
# float takes an integer of any length, which int refuses; the values are thrown away
_SKIPPER: Final = json.JSONDecoder(parse_int=float)
_SPOT: Final = re.compile(r"line (\d+), column (\d+)")


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of an object or list: where it begins (its key, if it has one), and its value."""

    at: int
    value: int


_Members: TypeAlias = dict[str | int, _Member]


class JsonText:
    """A JSON text whose paths can be found. Text that is no JSON has no places, and that is no error."""

    def __init__(self, data: bytes) -> None:
        self._text = data.decode("utf-8-sig", "replace")
        self._lines = [0, *(match.end() for match in re.finditer("\n", self._text))]
        self._known: dict[int, _Members] = {}

    def find(self, path: JsonPath) -> Spot:
        """Where ``path`` stands, or the nearest above it that is there. Of two same keys the last one counts."""
        try:
            at = value = self._skip_space(0)
            for step in path:
                member = self._members(value).get(step) if isinstance(step, str | int) else None
                if member is None:
                    break
                at, value = member.at, member.value
        except (ValueError, IndexError, StopIteration, RecursionError):
            return UNKNOWN
        line = bisect_right(self._lines, at)
        return line, at - self._lines[line - 1] + 1

    def _skip_space(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        return match.end() if match else at

    def _members(self, at: int) -> _Members:
        if at not in self._known:
            self._known[at] = self._walked(at)
        return self._known[at]

    def _walked(self, at: int) -> _Members:
        opened = self._text[at]
        if opened not in "{[":
            return {}
        members: _Members = {}
        at = self._skip_space(at + 1)
        while self._text[at] not in "}]":
            begin, key = at, len(members)
            if opened == "{":
                name, at = _SKIPPER.raw_decode(self._text, at)
                at = self._skip_space(self._skip_space(at) + 1)  # the colon
                members[name] = _Member(begin, at)
            else:
                members[key] = _Member(begin, at)
            at = self._skip_space(_SKIPPER.raw_decode(self._text, at)[1])
            if self._text[at] == ",":
                at = self._skip_space(at + 1)
        return members


def spot_of(where: str) -> Spot | None:
    """The line and column that ``where`` itself tells (``line 3, column 7``)."""
    match = _SPOT.fullmatch(where)
    return (int(match[1]), int(match[2])) if match else None


def spots_in(file: str, pointers: Iterable[str]) -> Mapping[str, Spot]:
    """Where the JSON paths ``pointers`` stand in the file; UNKNOWN for what cannot be found or read."""
    wanted = dict.fromkeys(pointers, UNKNOWN)
    try:
        text = JsonText(Path(file).read_bytes())
    except (OSError, ValueError):
        return wanted
    for pointer in wanted:
        try:
            wanted[pointer] = text.find(parse_path(pointer))
        except JsonError:
            continue
    return wanted
