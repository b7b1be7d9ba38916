"""References and expressions: ``$a.b(1)``, ``"text $x"``, ``[1..3]``, ``$n > 3 && !$done``.

What looks like a reference and is none is text. In ``${...}`` the bracket must be closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Protocol

from monitor.languages.velocity.nodes import (
    Binary,
    Block,
    Call,
    Constant,
    Expression,
    Index,
    Interpolated,
    MadeList,
    MadeMap,
    Part,
    Property,
    Range,
    Ref,
    Unary,
)
from monitor.languages.velocity.reader import IDENTIFIER, Reader

_NUMBER: Final = re.compile(
    r"-?(?:\d+\.(?!\.)\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+)", re.ASCII
)
_UNICODE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_LEVELS: Final = (
    {"||": "||", "or": "||"},
    {"&&": "&&", "and": "&&"},
    {"==": "==", "!=": "!=", "eq": "==", "ne": "!="},
    {"<=": "<=", ">=": ">=", "<": "<", ">": ">", "lt": "<", "gt": ">", "le": "<=", "ge": ">="},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/", "%": "%"},
)
MAX_DIGITS: Final = 400


class Blocks(Protocol):
    """Reads a string's content as a template."""

    def __call__(self, reader: Reader) -> Block: ...


class Expressions:
    """Reads references and expressions with one reader."""

    def __init__(self, reader: Reader, blocks: Blocks) -> None:
        self._reader = reader
        self._blocks = blocks

    # -- references ---------------------------------------------------------------------------------------

    def reference(self) -> Ref | None:
        """The reference that begins at ``$`` here; None where that is only text (the reader stays)."""
        reader = self._reader
        start = reader.position
        slashes = start
        reader.position += 1
        quiet = reader.take("!")
        braced = reader.take("{")
        root = reader.identifier()
        if not root:
            reader.position = start
            return None
        parts = self._parts()
        otherwise = None
        if braced:
            if reader.take("|"):
                otherwise = self.expression()
                reader.blanks()
            reader.expect("}")
        text = reader.text[start : reader.position]
        return Ref(root, parts, quiet, text, reader.place(slashes), otherwise=otherwise)

    def _parts(self) -> tuple[Part, ...]:
        parts: list[Part] = []
        while (part := self._part()) is not None:
            parts.append(part)
        return tuple(parts)

    def _part(self) -> Part | None:
        reader = self._reader
        if reader.current == "[":
            return self._index()
        if reader.current != "." or not IDENTIFIER.match(reader.text, reader.position + 1, reader.end):
            return None
        reader.position += 1
        place = reader.place()
        name = reader.identifier()
        if reader.current == "(" and reader.position + 1 < reader.end:
            return Call(name, self._arguments(), place)
        return Property(name, place)

    def _index(self) -> Index:
        reader = self._reader
        place = reader.place()
        reader.expect("[")
        key = self.expression()
        reader.blanks()
        reader.expect("]")
        return Index(key, place)

    def _arguments(self) -> tuple[Expression, ...]:
        reader = self._reader
        reader.expect("(")
        return self._listed(")")

    def _listed(self, closing: str) -> tuple[Expression, ...]:
        reader = self._reader
        found: list[Expression] = []
        reader.blanks()
        if reader.take(closing):
            return ()
        while True:
            reader.blanks()
            if closing == ")" and reader.current == "(":
                raise reader.fail("an argument does not begin with a bracket")
            found.append(self.expression())
            reader.blanks()
            if reader.take(closing):
                return tuple(found)
            reader.expect(",")

    # -- expressions --------------------------------------------------------------------------------------

    def expression(self) -> Expression:
        reader = self._reader
        if reader.depth >= 60:
            raise reader.fail("it is nested too deeply")
        reader.depth += 1
        try:
            return self._binary(0)
        finally:
            reader.depth -= 1

    def _binary(self, level: int) -> Expression:
        reader = self._reader
        if level == len(_LEVELS):
            return self._unary()
        reader.blanks()
        begun = reader.position
        left = self._binary(level + 1)
        while True:
            left_text = reader.text[begun : reader.position].strip()
            saved = reader.position
            reader.blanks()
            place = reader.place()
            operator = self._operator(_LEVELS[level])
            if not operator:
                reader.position = saved
                return left
            reader.blanks()
            right_at = reader.position
            right = self._binary(level + 1)
            literals = (left_text, reader.text[right_at : reader.position].strip())
            left = Binary(operator, left, right, place, literals)

    def _operator(self, known: dict[str, str]) -> str:
        reader = self._reader
        for written, sign in known.items():
            if not reader.looking_at(written):
                continue
            after = reader.at(reader.position + len(written))
            if written.isalpha() and (after.isalnum() or after == "_"):
                continue
            if written == "-" and after.isdigit():
                raise reader.fail("a blank is expected after '-'")
            reader.position += len(written)
            return sign
        return ""

    def _unary(self) -> Expression:
        reader = self._reader
        reader.blanks()
        if reader.current == "!" or self._is_word("not"):
            reader.position += 1 if reader.current == "!" else 3
            return Unary("!", self._deeper(self._unary))
        if reader.current == "-" and not _NUMBER.match(reader.text, reader.position, reader.end):
            reader.position += 1
            return Unary("-", self._deeper(self._unary))
        return self._primary()

    def _deeper(self, read: Callable[[], Expression]) -> Expression:
        reader = self._reader
        if reader.depth >= 60:
            raise reader.fail("it is nested too deeply")
        reader.depth += 1
        try:
            return read()
        finally:
            reader.depth -= 1

    def _is_word(self, word: str) -> bool:
        after = self._reader.at(self._reader.position + len(word))
        return self._reader.looking_at(word) and not (after.isalnum() or after == "_")

    def _primary(self) -> Expression:
        reader = self._reader
        char = reader.current
        if char == "$":
            found = self.reference()
            if found is None:
                raise reader.fail("a name is expected after $")
            return found
        if char in ("'", '"') and char:
            return self._string(char)
        if char == "(":
            reader.position += 1
            inner = self.expression()
            reader.blanks()
            reader.expect(")")
            return inner
        if char == "[":
            return self._list()
        if char == "{":
            return self._map()
        return self._word_or_number()

    def _word_or_number(self) -> Expression:
        reader = self._reader
        for word, value in (("true", True), ("false", False)):
            if self._is_word(word):
                reader.position += len(word)
                return Constant(value)
        match = _NUMBER.match(reader.text, reader.position, reader.end)
        if match is None:
            raise reader.fail("a value is expected")
        if len(match[0]) > MAX_DIGITS:
            raise reader.fail("the number is too long")
        reader.position = match.end()
        whole = match[0].lstrip("-").isdigit()
        return Constant(int(match[0]) if whole else float(match[0]))

    def _list(self) -> Expression:
        reader = self._reader
        reader.expect("[")
        reader.blanks()
        if reader.take("]"):
            return MadeList(())
        first = self.expression()
        reader.blanks()
        if reader.take(".."):
            last = self.expression()
            reader.blanks()
            reader.expect("]")
            return Range(first, last)
        if reader.take("]"):
            return MadeList((first,))
        reader.expect(",")
        return MadeList((first, *self._listed("]")))

    def _map(self) -> MadeMap:
        reader = self._reader
        reader.expect("{")
        reader.blanks()
        entries: list[tuple[Expression, Expression]] = []
        if reader.take("}"):
            return MadeMap(())
        while True:
            key = self.expression()
            reader.blanks()
            reader.expect(":")
            entries.append((key, self.expression()))
            reader.blanks()
            if reader.take("}"):
                return MadeMap(tuple(entries))
            reader.expect(",")

    # -- strings ------------------------------------------------------------------------------------------

    def _string(self, quote: str) -> Expression:
        """A doubled quote is one quote. In double quotes references and directives are rendered."""
        reader = self._reader
        start = reader.position + 1
        place = start
        while True:
            place = reader.text.find(quote, place, reader.end)
            if place == -1:
                raise reader.fail(f"the closing {quote} is missing")
            if reader.at(place + 1) != quote:
                break
            place += 2
        written = reader.text[start:place]
        reader.position = place + 1
        content = written.replace(quote * 2, quote)
        if quote == "'" or not ("$" in written or "#" in written):
            return Constant(_UNICODE.sub(lambda match: chr(int(match[1], 16)), content))
        if content == written:
            return Interpolated(self._blocks(reader.within(start, place)))
        return Interpolated(self._blocks(Reader(content, depth=reader.depth + 1)))
