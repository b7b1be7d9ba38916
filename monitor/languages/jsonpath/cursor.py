"""A place in the text of a path or filter. Blanks are spaces only; what stands past the end is an error."""

from __future__ import annotations

import re
from typing import Final

from monitor.languages.jsonpath.errors import InvalidPathError

MAX_NESTING: Final = 50


class Cursor:
    """``text`` from ``position`` on; ``base`` is where the text itself stands in the whole source."""

    def __init__(self, text: str, base: int = 0, nesting: int = 0) -> None:
        self.text = text
        self.end = len(text)
        self.position = 0
        self.base = base
        self.nesting = nesting
        if nesting > MAX_NESTING:
            raise InvalidPathError("it is nested too deeply", base)

    def fail(self, what: str, place: int | None = None) -> InvalidPathError:
        return InvalidPathError(what, self.base + (self.position if place is None else place))

    def at(self, place: int) -> str:
        if not 0 <= place < self.end:
            raise self.fail("it ends too early", min(max(place, 0), self.end))
        return self.text[place]

    @property
    def current(self) -> str:
        return self.at(self.position)

    def inside(self, place: int | None = None) -> bool:
        return 0 <= (self.position if place is None else place) < self.end

    @property
    def is_tail(self) -> bool:
        return not self.inside(self.position + 1)

    def trim_end(self) -> None:
        while self.end > self.position and self.text[self.end - 1] == " ":
            self.end -= 1

    def skip_blanks(self) -> Cursor:
        while self.inside() and self.current == " ":
            self.position += 1
        return self

    def next_significant(self, place: int) -> int:
        """The place of the first character after ``place`` that is no blank; the end if there is none."""
        place += 1
        while self.inside(place) and self.text[place] == " ":
            place += 1
        return place

    def significant_is(self, place: int, char: str) -> bool:
        found = self.next_significant(place)
        return self.inside(found) and self.text[found] == char

    def previous_significant(self) -> str:
        place = self.position - 1
        while self.inside(place) and self.text[place] == " ":
            place -= 1
        return self.text[place] if self.inside(place) else " "

    def find(self, char: str, start: int) -> int:
        return self.text.find(char, start, self.end)

    def find_unescaped(self, char: str) -> int:
        """The next ``char`` after the current place that no single backslash stands before; -1 if there is none."""
        place = self.position + 1
        while self.inside(place):
            before = self.text[place - 1] if place >= 1 else " "
            second = self.text[place - 2] if place >= 2 else " "
            if self.text[place] == char and (before != "\\" or second == "\\"):
                return place
            place += 1
        return -1

    def unescaped(self, start: int, end: int) -> str:
        return unescaped(self.text[start:end], self.base + start)

    def closing(self, start: int, opened: str, closed: str, *, regexes: bool) -> int:
        """Where the bracket at ``start`` closes, past strings and, if asked, past regexes; or -1."""
        if self.at(start) != opened:
            raise self.fail(f"{opened} is expected", start)
        depth, place = 1, start + 1
        while self.inside(place):
            if self.text[place] in "'\"":
                place = self._past_string(place)
            if regexes and self.at(place) == "/":
                place = self._past_regex(place)
            char = self.at(place)
            if char == opened:
                depth += 1
            if char == closed:
                depth -= 1
                if depth == 0:
                    return place
            place += 1
        return -1

    def _past_string(self, place: int) -> int:
        escaped, quote = False, self.text[place]
        while True:
            place += 1
            char = self.at(place)
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == quote:
                return place + 1

    def _past_regex(self, place: int) -> int:
        while True:
            place += 1
            if self.at(place) == "/" and self.text[place - 1] != "\\":
                return place + 1


_ESCAPES: Final = {"r": "\r", "f": "\f", "t": "\t", "n": "\n", "b": "\b"}
_HALVES: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_ESCAPED: Final = re.compile(r"\\(?:u(.{0,4})|(.))", re.DOTALL)
_HEX: Final = re.compile(r"[0-9a-fA-F]{4}")


def unescaped(text: str, place: int = 0) -> str:
    """Backslash escapes undone; ``\\uXXXX`` included. Raises InvalidPathError for one without four digits."""
    if "\\" not in text:
        return text
    try:
        return joined(_ESCAPED.sub(_character, text))
    except ValueError:
        raise InvalidPathError("an escape \\u needs four hexadecimal digits", place) from None


def joined(text: str) -> str:
    """Halves of a surrogate pair, as escapes write them, made one character."""
    return _HALVES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _character(match: re.Match[str]) -> str:
    digits, char = match.groups()
    if digits is None:
        return _ESCAPES.get(char, char)
    if len(digits) < 4:
        return ""
    if not _HEX.fullmatch(digits):
        raise ValueError(digits)
    return chr(int(digits, 16))
