"""JSON literals of a path, read as leniently as json-smart 2.5 reads them, which Jayway uses:

1. A text that no quote begins runs to the next comma or closing bracket, a key to the colon; ``true``, ``false``,
   ``null``, ``NaN`` and numbers among them are values. ``01`` and ``1.`` are numbers, ``-`` is 0, ``.5`` is a text.
2. A quote is ``"`` or ``'``. Behind a backslash stands one of ``tnrfb\\/'"``, ``uXXXX`` or ``xXX``; any other character
   is dropped with it, and so are control characters in a text that has a backslash.
3. Commas count for nothing, except between the members of an object. What follows the value is ignored.
"""

from __future__ import annotations

import re
from typing import Final

from monitor.jsonpaths import Json
from monitor.languages.jsonpath.cursor import joined

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_CONTROL: Final = re.compile(r"[\x00- ]*")
_NUMBER: Final = re.compile(r"([0-9]|-)[0-9]*(?P<fraction>\.[0-9]*)?(?P<exponent>[eE][+-]?)?", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9]*", re.ASCII)
_FLOAT: Final = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_WORDS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None, "NaN": float("nan")}
_ESCAPES: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b", "\\": "\\", "/": "/", "'": "'", '"': '"'}
_HEX: Final = {"u": 4, "x": 2}
_PLAIN_END: Final = "~"  # a number ends before any character from here on, whatever may follow it
_END: Final = ""
_IN_LIST, _IN_OBJECT, _AS_KEY, _ALONE = ",]", ",}", ":", ""


def permissive(text: str) -> Json:
    """Raises ValueError where even so it is no JSON, RecursionError where it is nested too deeply."""
    return _Reader(text).value(_ALONE)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def fail(self) -> ValueError:
        return ValueError(f"no JSON from character {self.place} on")

    def next(self) -> str:
        """The character here, ``_END`` past the last one."""
        return self.text[self.place : self.place + 1]

    def skip(self, blank: re.Pattern[str] = _BLANK) -> str:
        match = blank.match(self.text, self.place)
        self.place = match.end() if match else self.place
        return self.next()

    def value(self, stops: str) -> Json:
        match self.skip():
            case "{":
                return self.object()
            case "[":
                return self.list()
            case "'" | '"':
                return self.quoted()
            case ":" | "}" | "]":
                raise self.fail()
            case char if char == _END and stops:
                raise self.fail()
            case char if char == "-" or (char.isascii() and char.isdigit()):
                return self.number(stops)
        word = self.word(stops)
        return _WORDS.get(word, word)

    def list(self) -> Json:
        found: list[Json] = []
        self.place += 1
        while (char := self.skip()) != "]":
            if char == ",":
                self.place += 1
            else:
                found.append(self.value(_IN_LIST))
        self.place += 1
        return found

    def object(self) -> Json:
        found: dict[str, Json] = {}
        while True:
            self.place += 1
            char = self.skip()
            if char == "}":
                break
            if char == ",":
                continue
            key = self.key(char)
            self.place += 1
            found[key] = self.value(_IN_OBJECT)
            char = self.skip(_CONTROL)
            if char == "}":
                break
            if char != ",":
                raise self.fail()
        self.place += 1
        return found

    def key(self, char: str) -> str:
        if char in ":[]{" or char == _END:
            raise self.fail()
        key = self.quoted() if char in "'\"" else self.word(_AS_KEY)
        if self.skip(_CONTROL) != ":":
            raise self.fail()
        return key

    def word(self, stops: str, start: int | None = None) -> str:
        start = self.place if start is None else start
        while self.place < len(self.text) and self.text[self.place] not in stops:
            self.place += 1
        return self.text[start : self.place].strip()

    def number(self, stops: str) -> Json:
        start = self.place
        match = _NUMBER.match(self.text, start)
        if match is None:
            raise self.fail()
        self.place = match.end()
        if match["exponent"]:
            digits = _DIGITS.match(self.text, self.place)
            self.place = digits.end() if digits else self.place
            if len(match["exponent"]) == 1 and self.place == match.end():
                return self.word(stops, start)
        char = self.skip(_CONTROL)
        if char != _END and char < _PLAIN_END and char not in stops:
            return self.word(stops, start)
        written = self.text[start : self.place].strip()
        if match["fraction"] is None and not match["exponent"]:
            return 0 if written == "-" else int(written)
        if not _FLOAT.fullmatch(written):
            raise self.fail()
        return float(written)

    def quoted(self) -> str:
        quote, start = self.next(), self.place + 1
        end = self.text.find(quote, start)
        if end == -1:
            raise self.fail()
        if "\\" not in self.text[start:end]:
            self.place = end + 1
            return self.text[start:end]
        self.place = start
        out: list[str] = []
        while (char := self.next()) != quote:
            if char == _END:
                raise self.fail()
            self.place += 1
            if char == "\\":
                out.append(self.escape())
            elif char >= " " and char != "\x7f":
                out.append(char)
        self.place += 1
        return joined("".join(out))

    def escape(self) -> str:
        char = self.next()
        self.place += 1
        width = _HEX.get(char)
        if width is None:
            return _ESCAPES.get(char, "")
        digits = self.text[self.place : self.place + width]
        if not re.fullmatch(f"[0-9a-fA-F]{{{width}}}", digits):
            raise self.fail()
        self.place += width
        return chr(int(digits, 16))
