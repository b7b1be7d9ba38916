"""References and expressions: ``$a.b(1)``, ``"text $x"``, ``[1..3]``, ``$n > 3 && !$done``.

Lists, maps and their members are values, not expressions: ``[1 + 2]`` is an error, ``[$x, "a"]`` is not.
Of a binary operator the place is where its right side begins, blanks included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from monitor.languages.velocity.nodes import (
    Binary,
    Call,
    Constant,
    Expression,
    Index,
    MadeList,
    MadeMap,
    Part,
    Property,
    Range,
    Ref,
    Runt,
    Unary,
)
from monitor.languages.velocity.places import ParseError
from monitor.languages.velocity.spelling import spelling
from monitor.languages.velocity.stream import BLANK, Stream
from monitor.languages.velocity.tokens import Kind, Token

MAX_DIGITS: Final = 400
MAX_OPERATORS: Final = 100  # of one rank in a row
_LEVELS: Final[Mapping[Kind, tuple[int, str]]] = {
    Kind.OR: (0, "||"),
    Kind.PIPES: (0, "||"),
    Kind.AND: (1, "&&"),
    Kind.EQUAL: (2, "=="),
    Kind.UNEQUAL: (2, "!="),
    Kind.LESS: (3, "<"),
    Kind.GREATER: (3, ">"),
    Kind.AT_MOST: (3, "<="),
    Kind.AT_LEAST: (3, ">="),
    Kind.PLUS: (4, "+"),
    Kind.MINUS: (4, "-"),
    Kind.TIMES: (5, "*"),
    Kind.OVER: (5, "/"),
    Kind.MODULO: (5, "%"),
}
_LOGICAL: Final = 1
_VALUES: Final = frozenset(
    {Kind.STRING, Kind.NAME, Kind.BRACE_OPEN, Kind.INTEGER, Kind.FLOAT, Kind.LIST_OPEN, Kind.MAP_OPEN, Kind.TRUE}
) | {Kind.FALSE}
_ARGUMENT: Final = _VALUES | BLANK | {Kind.NOT, Kind.MINUS, Kind.BRACKET_OPEN, Kind.CALL_CLOSE}
_CLOSED: Final = (Kind.BRACE_CLOSE, Kind.MAP_CLOSE)

Strings = Callable[[Token], Expression]


class Expressions:
    """Reads references and expressions from one stream. ``strings`` makes an expression of a string's token."""

    def __init__(self, stream: Stream, strings: Strings) -> None:
        self._stream = stream
        self._strings = strings
        self.conditional = 0  # how many ``#if`` are around
        self._span = (0, 0)  # the tokens of the expression that was read last

    # -- references ---------------------------------------------------------------------------------------

    def begins_reference(self) -> bool:
        kind = self._stream.kind()
        return kind is Kind.NAME or (kind is Kind.BRACE_OPEN and self._stream.kind(1) is Kind.NAME)

    def reference(self) -> Ref | Runt:
        stream = self._stream
        begin = stream.index
        first = stream.peek()
        place = stream.place()
        braced = stream.taken(Kind.BRACE_OPEN) is not None
        name = stream.expect(Kind.NAME)
        parts = self._parts()
        otherwise = None
        if braced:
            otherwise = self.expression() if stream.taken(Kind.PIPE) else None
            stream.expect(*_CLOSED)
        self._span = (begin, stream.index)
        found = spelling(first.image, name.image)
        if not found.spoilt:
            stream.respell(begin, found.image)
        text = first.before + found.image + stream.literal(begin + 1, stream.index)
        if found.root is None:
            return Runt(text)
        if found.spoilt:
            return Ref(found.root, (), False, found.root, place, start=stream.origin + first.start)
        return Ref(
            found.root,
            parts,
            found.quiet,
            text,
            place,
            found.slashes,
            found.before,
            otherwise,
            stream.origin + first.start + found.slashes + len(found.before),
        )

    def _parts(self) -> tuple[Part, ...]:
        stream = self._stream
        parts: list[Part] = []
        while True:
            if stream.kind() is Kind.INDEX_OPEN:
                parts.append(self._index())
            elif stream.kind() is Kind.DOT and stream.kind(1) is Kind.NAME:
                stream.take()
                parts.append(self._member())
            else:
                return tuple(parts)

    def _member(self) -> Part:
        stream = self._stream
        place = stream.place()
        name = stream.take().image
        if stream.kind() is not Kind.BRACKET_OPEN or stream.kind(1) not in _ARGUMENT:
            return Property(name, place)
        stream.take()
        if stream.taken(Kind.CALL_CLOSE):
            return Call(name, (), place)
        arguments = [self.expression()]
        while stream.taken(Kind.COMMA):
            arguments.append(self.expression())
        stream.expect(Kind.CALL_CLOSE)
        return Call(name, tuple(arguments), place)

    def _index(self) -> Index:
        stream = self._stream
        place = stream.place()
        stream.take()
        stream.blanks()
        key = self.expression()
        stream.blanks()
        stream.expect(Kind.INDEX_CLOSE)
        return Index(key, place)

    # -- expressions --------------------------------------------------------------------------------------

    def expression(self) -> Expression:
        with self._stream.deeper():
            begin = self._stream.index
            found = self._asked(self._binary(0))
            self._span = (begin, self._stream.index)
            return found

    def _asked(self, found: Expression) -> Expression:
        if isinstance(found, Ref) and not found.parts and self.conditional:
            return replace(found, asked=True)
        return found

    def _binary(self, lowest: int) -> Expression:
        stream = self._stream
        left = self._unary()
        length = 0
        while (operator := _LEVELS.get(stream.kind())) is not None and operator[0] >= lowest:
            left_text = self._written(left)
            stream.take()
            length += 1
            if length > MAX_OPERATORS:
                raise ParseError("the expression is too long", stream.peek().start)
            begin, place = stream.index, stream.place()
            right = self._binary(operator[0] + 1)
            texts = (left_text, self._written(right))
            if operator[0] <= _LOGICAL:
                left, right = self._asked(left), self._asked(right)
            left = Binary(operator[1], left, right, place, texts)
            self._span = (begin, stream.index)
        return left

    def _written(self, last: Expression) -> str:
        """As Velocity writes it where it has no value: of what is reckoned without the right side."""
        match last:
            case Ref():
                return last.text
            case Binary():
                return f"{last.texts[0]} {last.operator} "
            case Unary():
                return last.operator + self._written(last.operand)
        return self._stream.literal(*self._span).strip(" \t\r\n")

    def _unary(self) -> Expression:
        stream = self._stream
        stream.blanks()
        if stream.taken(Kind.NOT):
            with stream.deeper():
                return Unary("!", self._asked(self._unary()))
        if stream.taken(Kind.MINUS):
            begin = stream.index
            operand = self._primary()
            self._span = (begin, stream.index)
            return Unary("-", operand)
        return self._primary()

    def _primary(self) -> Expression:
        stream = self._stream
        stream.blanks()
        if stream.taken(Kind.BRACKET_OPEN):
            found = self.expression()
            span = self._span
            stream.expect(Kind.BRACKET_CLOSE)
            self._span = span
        else:
            found = self.value()
        stream.blanks()
        return found

    def value(self) -> Expression:
        """A literal or a reference, without the blanks around it."""
        stream = self._stream
        begin = stream.index
        kind = stream.kind()
        if kind in (Kind.NAME, Kind.BRACE_OPEN):
            return self.reference()
        if kind is Kind.LIST_OPEN:
            found: Expression = self._list()
        elif kind is Kind.MAP_OPEN:
            found = self._map()
        else:
            found = self._constant(stream.expect(*_VALUES))
        self._span = (begin, stream.index)
        return found

    def _constant(self, token: Token) -> Expression:
        if token.kind is Kind.STRING:
            return self._strings(token)
        if token.kind in (Kind.TRUE, Kind.FALSE):
            return Constant(token.kind is Kind.TRUE)
        if len(token.image) > MAX_DIGITS:
            raise ParseError("the number is too long", token.start)
        if "#" in token.image:
            raise ParseError("a number does not begin with #", token.start)
        return Constant(int(token.image) if token.kind is Kind.INTEGER else float(token.image))

    # -- lists, ranges, maps ------------------------------------------------------------------------------

    def _parameter(self) -> Expression:
        self._stream.blanks()
        with self._stream.deeper():
            found = self.value()
        self._stream.blanks()
        return found

    def _list(self) -> MadeList | Range:
        stream = self._stream
        stream.take()
        if stream.taken(Kind.LIST_CLOSE):
            return MadeList(())
        members = [self._parameter()]
        if stream.kind() is Kind.DOTS and _is_bound(members[0]):
            stream.take()
            return self._range(members[0])
        while stream.taken(Kind.COMMA):
            members.append(self._parameter())
        stream.expect(Kind.LIST_CLOSE)
        return MadeList(tuple(members))

    def _range(self, first: Expression) -> Range:
        stream = self._stream
        stream.blanks()
        if stream.kind() not in (Kind.NAME, Kind.BRACE_OPEN, Kind.INTEGER):
            raise stream.unexpected()
        last = self.value()
        stream.blanks()
        stream.expect(Kind.LIST_CLOSE)
        return Range(first, last)

    def _map(self) -> MadeMap:
        stream = self._stream
        stream.take()
        stream.blanks()
        entries: list[tuple[Expression, Expression]] = []
        if stream.kind() not in _CLOSED:
            entries.append(self._entry())
            while stream.taken(Kind.COMMA):
                entries.append(self._entry())
        stream.expect(*_CLOSED)
        return MadeMap(tuple(entries))

    def _entry(self) -> tuple[Expression, Expression]:
        key = self._parameter()
        self._stream.expect(Kind.COLON)
        return key, self._parameter()


def _is_bound(member: Expression) -> bool:
    if isinstance(member, Constant):
        return isinstance(member.value, int) and not isinstance(member.value, bool)
    return isinstance(member, Ref | Runt)
