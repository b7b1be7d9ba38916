"""The text of a path -> nodes, as Jayway JsonPath 2.9 reads it, oddities included.

1. A path that begins with neither ``$`` nor ``@`` gets ``$.`` before it: ``.total`` is ``$..total``.
2. Blanks at the end are dropped; blanks in a name are an error, in brackets they stand anywhere.
3. ``name(`` begins a function. After a function without arguments the closing bracket begins a property's name.
"""

from __future__ import annotations

import re
from typing import Final

from monitor.languages.jsonpath.cursor import Cursor
from monitor.languages.jsonpath.nodes import (
    Filter,
    Function,
    Index,
    JsonText,
    PathNode,
    Property,
    Scan,
    Slice,
    Token,
    Wildcard,
    path_node,
)

_INDEXES: Final = re.compile(r"[0-9, -]+", re.ASCII)
_SLICE: Final = re.compile(r"[0-9:-]+", re.ASCII)
_INTEGER: Final = re.compile(r"-?[0-9]+", re.ASCII)
_INT_MAX: Final = 2**31 - 1
_WHITE: Final = " \t\n\r"


def parse_jsonpath(text: str, base: int = 0, nesting: int = 0) -> PathNode:
    """Raises InvalidPathError."""
    cursor = Cursor(text, base, nesting)
    cursor.skip_blanks().trim_end()
    if text[:1] not in ("$", "@"):
        cursor = Cursor(f"$.{text}", base - 2, nesting)
        cursor.trim_end()
    cursor.position = 0
    if cursor.end and cursor.at(cursor.end - 1) == ".":
        raise cursor.fail("a path must not end with '.' or '..'", cursor.end - 1)
    return read_path(cursor)


def read_path(cursor: Cursor) -> PathNode:
    while cursor.inside() and cursor.current in _WHITE:
        cursor.position += 1
    root = cursor.current
    if root not in "$@":
        raise cursor.fail("a path begins with $ or @")
    tokens: list[Token] = []
    if not cursor.is_tail:
        cursor.position += 1
        if cursor.current not in ".[":
            raise cursor.fail("'.' or '[' is expected")
        _read_token(cursor, tokens)
        while not cursor.is_tail:
            _read_token(cursor, tokens)
    return path_node(root == "$", tuple(tokens))


def _read_token(cursor: Cursor, tokens: list[Token]) -> None:
    """Reads one step; leaves the cursor behind it."""
    if cursor.current == ".":
        _read_dot(cursor, tokens)
    match cursor.current:
        case "[":
            tokens.append(_bracket(cursor))
        case "*":
            cursor.position += 1
            tokens.append(Wildcard())
        case _:
            tokens.append(_named(cursor))


def _read_dot(cursor: Cursor, tokens: list[Token]) -> None:
    if cursor.inside(cursor.position + 1) and cursor.at(cursor.position + 1) == ".":
        tokens.append(Scan())
        cursor.position += 2
    elif not cursor.inside(cursor.position + 1):
        raise cursor.fail("a path must not end with '.'")
    else:
        cursor.position += 1
    if cursor.current == ".":
        raise cursor.fail("'.' is not valid here")


# -- brackets ---------------------------------------------------------------------------------------------


def _bracket(cursor: Cursor) -> Token:
    for read in (_quoted, _array, _wildcard, _filter):
        if (token := read(cursor)) is not None:
            return token
    if cursor.significant_is(cursor.position, "?"):
        raise cursor.fail("a filter is written [?(...)]")
    raise cursor.fail("a bracket holds a quoted name, an index, a slice, * or ?(...)")


def _quoted(cursor: Cursor) -> Property | None:  # noqa: C901 one case a character
    start = cursor.next_significant(cursor.position)
    quote = cursor.text[start] if cursor.inside(start) else ""
    if quote not in ("'", '"'):
        return None
    names: list[str] = []
    place, begun, escaped, comma, end = cursor.position + 1, -1, False, False, 0
    while cursor.inside(place):
        char = cursor.text[place]
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "]" and begun < 0:
            break
        elif char == quote and begun >= 0:
            end = _end_of_name(cursor, place)
            names.append(cursor.unescaped(begun, end))
            begun = -1
        elif char == quote:
            begun, comma = place + 1, False
        elif char == "," and begun < 0:
            if comma:
                raise cursor.fail("a name is empty", place)
            comma = True
        place += 1
    if begun >= 0:
        raise cursor.fail(f"the closing {quote} is missing", place)
    if comma:
        raise cursor.fail("a name is empty", place)
    if not cursor.significant_is(end, "]"):
        raise cursor.fail("the closing ] is missing", end)
    cursor.position = cursor.next_significant(end) + 1
    return Property(tuple(names))


def _end_of_name(cursor: Cursor, place: int) -> int:
    if not (cursor.significant_is(place, "]") or cursor.significant_is(place, ",")):
        raise cursor.fail("names are separated by a comma", place)
    return place


def _array(cursor: Cursor) -> Index | Slice | None:
    start = cursor.next_significant(cursor.position)
    if not cursor.inside(start) or not (cursor.text[start].isdecimal() or cursor.text[start] in "-:"):
        return None
    end = cursor.find("]", cursor.position + 1)
    if end == -1:
        return None
    written = cursor.text[cursor.position + 1 : end].strip()
    if any(not (char.isdecimal() or char in ",-: ") for char in written):
        return None
    token = _slice(cursor, written) if ":" in written else _indexes(cursor, written)
    cursor.position = end + 1
    return token


def _slice(cursor: Cursor, written: str) -> Slice:
    if not _SLICE.fullmatch(written):
        raise cursor.fail("a slice is written [1:3]")
    first, _, rest = written.partition(":")
    second = rest.partition(":")[0]
    start = _integer(cursor, first) if first else None
    end = _integer(cursor, second) if second else None
    if start is None and end is None:
        raise cursor.fail("a slice needs a beginning or an end")
    return Slice(start, end)


def _indexes(cursor: Cursor, written: str) -> Index:
    if not _INDEXES.fullmatch(written):
        raise cursor.fail("an index is a number")
    parts = [part.strip() for part in written.split(",")]
    return Index(tuple(_integer(cursor, part) for part in parts))


def _integer(cursor: Cursor, written: str) -> int:
    if not _INTEGER.fullmatch(written) or len(written) > 11 or not -_INT_MAX - 1 <= int(written) <= _INT_MAX:
        raise cursor.fail("an index is a whole number of 32 bits")
    return int(written)


def _wildcard(cursor: Cursor) -> Wildcard | None:
    if not cursor.significant_is(cursor.position, "*"):
        return None
    star = cursor.next_significant(cursor.position)
    if not cursor.significant_is(star, "]"):
        raise cursor.fail("] is expected after *", star + 1)
    cursor.position = cursor.next_significant(star) + 1
    return Wildcard()


def _filter(cursor: Cursor) -> Filter | None:
    from monitor.languages.jsonpath.filters import parse_filter  # noqa: PLC0415 - filters hold paths and paths filters

    question = cursor.next_significant(cursor.position)
    if not cursor.inside(question) or cursor.text[question] != "?" or not cursor.significant_is(question, "("):
        return None
    opened = cursor.next_significant(question)
    closed = cursor.closing(opened, "(", ")", regexes=True)
    if closed == -1 or not cursor.significant_is(closed, "]"):
        return None
    condition = parse_filter(cursor.text[opened : closed + 1], cursor.base + opened, cursor.nesting + 1)
    cursor.position = cursor.next_significant(closed) + 1
    return Filter(condition)


# -- names and functions ----------------------------------------------------------------------------------


def _named(cursor: Cursor) -> Property | Function:
    start = cursor.position
    if cursor.current == " ":
        raise cursor.fail("a step begins with a name, not with a blank")
    place = start
    while cursor.inside(place) and cursor.text[place] not in ".[(":
        if cursor.text[place] == " ":
            raise cursor.fail("a name with blanks is written ['my name']", place)
        place += 1
    name = cursor.text[start:place]
    if not (cursor.inside(place) and cursor.text[place] == "("):
        cursor.position = place
        return Property((name,))
    return _function(cursor, name, place)


def _function(cursor: Cursor, name: str, opened: int) -> Function:
    _require_closed(cursor, name, opened)
    if cursor.inside(opened + 1) and cursor.text[opened + 1] != ")":
        cursor.position = opened + 1
        return Function(name, _Parameters(cursor).read(name))
    cursor.position = opened + 1
    return Function(name)


def _require_closed(cursor: Cursor, name: str, opened: int) -> None:
    depth = 0
    for place in range(opened, cursor.end):
        depth += {"(": 1, ")": -1}.get(cursor.text[place], 0)
        if depth == 0:
            return
    raise cursor.fail(f"the brackets of {name}( are not closed", opened)


class _Parameters:
    """The text between the brackets of a function, from the cursor on; it is left behind the closing one.

    A parameter that begins with ``$`` or ``@`` is a path, with a digit, ``-``, ``"`` or ``{`` JSON; others are none.
    A comma or bracket counts where no quote and no other bracket is open. Behind a backslash a quote opens one more.
    """

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.open = {"(": 1, "[": 0, "{": 0, '"': 0}
        self.kind = ""
        self.before = ""
        self.written: list[str] = []
        self.found: list[PathNode | JsonText] = []

    def read(self, name: str) -> tuple[PathNode | JsonText, ...]:
        ended = False
        while self.cursor.inside() and not ended:
            char = self.cursor.current
            self.cursor.position += 1
            if not self.kind:
                if char in _WHITE:
                    continue
                self.kind = "json" if char.isdecimal() or char in '{"-' else "path" if char in "$@" else ""
            ended = self.see(char)
            if self.kind and not (char == "," and not self.open["["] and not self.open["{"] and self.open["("] == 1):
                self.written.append(char)
            self.before = char
        if any(self.open[char] for char in "([{"):
            raise self.cursor.fail(f"the brackets of {name}( are not closed")
        return tuple(self.found)

    def see(self, char: str) -> bool:
        """Whether ``char`` ends the last parameter."""
        if char == '"':
            self.open[char] += -1 if self.before != "\\" and self.open[char] else 1
        elif char in self.open:
            self.open[char] += 1
        elif char in "]}":
            opened = "[" if char == "]" else "{"
            if not self.open[opened]:
                raise self.cursor.fail(f"{char} closes nothing", self.cursor.position - 1)
            self.open[opened] -= 1
        elif char in "),":
            return self.separate(char)
        return False

    def separate(self, char: str) -> bool:
        if char == ")":
            self.open["("] -= 1
            if self.open["("] < 0 or self.before == "(":
                self.written.append(char)
        depth = self.open["("]
        if any(self.open[one] for one in '[{"') or not (depth == 1 or (depth == 0 and char == ")")):
            return False
        if self.kind:
            self.found.append(self.parameter("".join(self.written)))
            self.written, self.kind = [], ""
        return depth == 0

    def parameter(self, written: str) -> PathNode | JsonText:
        if self.kind == "json":
            return JsonText(written)
        base = self.cursor.base + self.cursor.position - 1 - len(written)
        return read_path(Cursor(written, base, self.cursor.nesting + 1))
