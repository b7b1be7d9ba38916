"""The text of a filter ``(...)`` -> a condition, as Jayway JsonPath 2.9 reads it.

or := and ('||' and)*; and := operand ('&&' operand)*; operand := '!' operand | '(' or ')' | comparison | path.
``!`` before a path asks that it is not there. What follows a path and is no operator ends the comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from monitor.languages.jsonpath.cursor import MAX_NESTING, Cursor
from monitor.languages.jsonpath.nodes import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Exists,
    JsonText,
    Literal,
    Not,
    Operand,
    Term,
)
from monitor.languages.jsonpath.numbers import parsed_decimal
from monitor.languages.jsonpath.operators import OPERATORS
from monitor.languages.jsonpath.parse import parse_jsonpath
from monitor.languages.jsonpath.regexes import FLAGS, PatternError, compiled

_RELATIONAL: Final = "<>=~!"


def parse_filter(text: str, base: int, nesting: int) -> Condition:
    """``text`` begins with ``(`` and ends with ``)``. Raises InvalidPathError."""
    cursor = Cursor(text, base, nesting)
    condition = _either(cursor)
    cursor.skip_blanks()
    if cursor.inside():
        raise cursor.fail("the filter should end here")
    return condition


def _joined(cursor: Cursor, sign: str, read: Callable[[Cursor], Condition]) -> tuple[Condition, ...]:
    found = [read(cursor)]
    while True:
        saved = cursor.position
        cursor.skip_blanks()
        if cursor.text[cursor.position : min(cursor.position + 2, cursor.end)] != sign:
            cursor.position = saved
            return tuple(found)
        cursor.position += 2
        found.append(read(cursor))


def _either(cursor: Cursor) -> Condition:
    found = _joined(cursor, "||", _both)
    return found[0] if len(found) == 1 else AnyOf(found)


def _both(cursor: Cursor) -> Condition:
    found = _joined(cursor, "&&", _operand)
    return found[0] if len(found) == 1 else AllOf(found)


def _operand(cursor: Cursor) -> Condition:
    saved = cursor.skip_blanks().position
    if cursor.current == "!":
        cursor.position += 1
        if cursor.skip_blanks().current in "$@":
            cursor.position = saved
        else:
            return Not(_nested(cursor, _operand))
    if cursor.skip_blanks().current == "(":
        cursor.position += 1
        inner = _nested(cursor, _either)
        _expect(cursor, ")")
        return inner
    return _comparison(cursor)


def _nested(cursor: Cursor, read: Callable[[Cursor], Condition]) -> Condition:
    cursor.nesting += 1
    if cursor.nesting > MAX_NESTING:
        raise cursor.fail("it is nested too deeply")
    found = read(cursor)
    cursor.nesting -= 1
    return found


def _expect(cursor: Cursor, char: str) -> None:
    if cursor.skip_blanks().current != char:
        raise cursor.fail(f"an operator, &&, || or {char} is expected")
    cursor.position += 1


def _comparison(cursor: Cursor) -> Condition:
    left, wanted = _term(cursor)
    saved = cursor.position
    operator = _operator(cursor)
    if operator in OPERATORS:
        return Comparison(left, operator, _term(cursor)[0])
    cursor.position = saved
    if not isinstance(left, Operand):
        raise cursor.fail("a path is expected")
    return Exists(left.path, wanted)


def _operator(cursor: Cursor) -> str:
    """What stands where an operator may stand, in capitals."""
    begin = cursor.skip_blanks().position
    relational = cursor.current in _RELATIONAL
    while cursor.inside() and ((cursor.current in _RELATIONAL) if relational else cursor.current != " "):
        cursor.position += 1
    return cursor.text[begin : cursor.position].upper()


# -- terms ------------------------------------------------------------------------------------------------


def _term(cursor: Cursor) -> tuple[Term, bool]:
    """A term, and whether it is wanted to be there (no ``!`` before it)."""
    char = cursor.skip_blanks().current
    if char == "!":
        cursor.position += 1
        if cursor.skip_blanks().current not in "$@":
            raise cursor.fail("! is not expected here")
        char = cursor.current
    if char in "$@":
        return _path(cursor)
    return _literal(cursor, char), True


def _path(cursor: Cursor) -> tuple[Operand, bool]:
    wanted = cursor.previous_significant() != "!"
    begin = cursor.position
    cursor.position += 1
    while cursor.inside():
        if cursor.current == "[":
            closed = cursor.closing(cursor.position, "[", "]", regexes=False)
            if closed == -1:
                raise cursor.fail("the closing ] is missing")
            cursor.position = closed + 1
        if not cursor.inside() or cursor.current in _RELATIONAL or cursor.current == " ":
            break
        if cursor.current == ")" and not _closes_function(cursor, begin):
            break
        cursor.position += 1
    text = cursor.text[begin : cursor.position]
    return Operand(parse_jsonpath(text, cursor.base + begin, cursor.nesting + 1)), wanted


def _closes_function(cursor: Cursor, begin: int) -> bool:
    place = cursor.position - 1
    while cursor.inside(place) and cursor.text[place] == " ":
        place -= 1
    return cursor.inside(place) and cursor.text[place] == "(" and "." in cursor.text[begin + 1 : place]


def _literal(cursor: Cursor, char: str) -> Term:
    if char in "'\"":
        return Literal(_string(cursor, char))
    if char in "tf":
        return Literal(_word(cursor, "true" if char == "t" else "false") == "true")
    if char == "n":
        _word(cursor, "null")
        return Literal(None)
    if char in "{[":
        closed = cursor.closing(cursor.position, char, "]" if char == "[" else "}", regexes=False)
        if closed == -1:
            raise cursor.fail("the JSON is not closed")
        text = cursor.text[cursor.position : closed + 1]
        cursor.position = closed + 1
        return Literal(JsonText(text))
    return _regex(cursor) if char == "/" else _number(cursor)


def _word(cursor: Cursor, word: str) -> str:
    if cursor.text[cursor.position : min(cursor.position + len(word), cursor.end)] != word:
        raise cursor.fail(f"{word} is expected")
    cursor.position += len(word)
    return word


def _string(cursor: Cursor, quote: str) -> str:
    closed = cursor.find_unescaped(quote)
    if closed == -1:
        raise cursor.fail(f"the closing {quote} is missing")
    text = cursor.unescaped(cursor.position + 1, closed)
    cursor.position = closed + 1
    return text


def _number(cursor: Cursor) -> Literal:
    begin = cursor.position
    while cursor.inside() and (cursor.current.isdecimal() or cursor.current in "-.Ee"):
        cursor.position += 1
    number = parsed_decimal(cursor.text[begin : cursor.position])
    if number is None:
        raise cursor.fail("a value is expected", begin)
    return Literal(number)


def _regex(cursor: Cursor) -> Literal:
    begin = cursor.position
    closed = cursor.find_unescaped("/")
    if closed == -1:
        raise cursor.fail("the closing / is missing")
    cursor.position = closed + 1
    while cursor.inside() and cursor.current in FLAGS:
        cursor.position += 1
    try:
        return Literal(compiled(cursor.text[begin + 1 : closed], cursor.text[closed + 1 : cursor.position]))
    except PatternError as error:
        raise cursor.fail(str(error), begin) from None
