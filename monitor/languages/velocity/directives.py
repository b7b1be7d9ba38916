"""What a directive with a name takes between its brackets, and the node that comes of it.

Arguments are separated by blanks, with one comma at most; each is a value (no expression) or a bare word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from monitor.languages.velocity.expressions import Expressions
from monitor.languages.velocity.nodes import (
    Block,
    Break,
    Constant,
    Define,
    Evaluate,
    Expression,
    Fetch,
    Foreach,
    Interpolated,
    MacroCall,
    MacroDefinition,
    Node,
    Ref,
    Runt,
    Stop,
    Word,
)
from monitor.languages.velocity.places import ParseError, Place
from monitor.languages.velocity.stream import Stream
from monitor.languages.velocity.tokens import Kind, Token

BLOCKS: Final = frozenset({"foreach", "macro", "define"})
DIRECTIVES: Final = BLOCKS | {"break", "stop", "evaluate", "parse", "include"}
_ARGUMENTS: Final = frozenset(
    {Kind.NAME, Kind.BRACE_OPEN, Kind.WORD, Kind.STRING, Kind.INTEGER, Kind.FLOAT, Kind.LIST_OPEN, Kind.MAP_OPEN}
) | {Kind.TRUE, Kind.FALSE}


def is_known(name: str) -> bool:
    return name in DIRECTIVES


@dataclass(frozen=True, slots=True)
class Argument:
    """``default``: what stands behind ``=`` in a macro's definition."""

    value: Expression
    text: str
    place: Place
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A directive without its body. ``arguments`` is None where it has no brackets."""

    name: str
    opening: Token
    place: Place
    arguments: tuple[Argument, ...] | None

    @property
    def values(self) -> tuple[Expression, ...]:
        return tuple(one.value for one in self.arguments or ())

    def fail(self, what: str) -> ParseError:
        return ParseError(what, self.opening.start)

    def macro_name(self) -> str:
        first = self.values[0] if self.values else None
        return first.text if isinstance(first, Word) else ""


class Arguments:
    def __init__(self, stream: Stream, expressions: Expressions) -> None:
        self._stream = stream
        self._expressions = expressions

    def read(self, name: str) -> tuple[Argument, ...] | None:
        """Those of the directive ``name``, whose word has been taken; None where no bracket follows."""
        stream = self._stream
        stream.lexer.modes.enter_directive()
        if not stream.lexer.bracket_follows():
            stream.lexer.modes.pop()
            return None
        stream.blanks()
        stream.expect(Kind.BRACKET_OPEN)
        found: list[Argument] = []
        while not stream.lexer.closes(stream.peek()):
            stream.blanks()
            if stream.taken(Kind.COMMA):
                stream.blanks()
            if stream.kind() in _ARGUMENTS:
                found.append(self._argument(macro=name == "macro"))
            elif name == "macro":
                stream.expect(Kind.LINE_COMMENT_OPEN)
                stream.taken(Kind.LINE_COMMENT_END)
            else:
                raise stream.unexpected()
        stream.blanks()
        stream.expect(Kind.BRACKET_CLOSE)
        return tuple(found)

    def _argument(self, *, macro: bool) -> Argument:
        stream = self._stream
        begin, place = stream.index, stream.place()
        assigned = macro and stream.lexer.assigns()
        if not assigned:
            value = self._value()
            return Argument(value, _written(value, stream.literal(begin, stream.index)), place)
        target: Expression = self._expressions.reference()
        stream.blanks()
        stream.expect(Kind.ASSIGN)
        stream.blanks()
        return Argument(target, "", place, self._value())

    def _value(self) -> Expression:
        stream = self._stream
        if stream.kind() is Kind.WORD:
            place = stream.place()
            return Word(stream.take().image, place)
        return self._expressions.value()


def _written(value: Expression, text: str) -> str:
    return value.text if isinstance(value, Ref) else text


# -- nodes ------------------------------------------------------------------------------------------------


def directive(head: Head, bodies: tuple[Block, ...], text: str, *, ended: bool) -> Node:
    """``text`` as it is written, body and all. ``ended``: the line's end behind it does not belong to it."""
    make = _MAKERS.get(head.name)
    if make is not None:
        return make(head, bodies)
    brackets = head.arguments is not None
    return MacroCall(
        head.name.removeprefix("@") if bodies else head.name,
        head.values,
        text,
        head.place,
        certain=ended and (brackets or bool(bodies)),
        body=bodies[0] if bodies else None,
    )


def _plain_name(head: Head, value: Expression) -> str:
    """Of a parameter or a #define. A brace or ``!`` behind ``$`` is taken for the name, which nobody can write then."""
    if not isinstance(value, Ref):
        raise head.fail(f"#{head.name} takes a reference here")
    return value.text[1] if value.text[1:2] in ("{", "!") else value.root


def _foreach(head: Head, bodies: tuple[Block, ...]) -> Foreach:
    arguments = head.arguments or ()
    if len(arguments) < 3:
        raise head.fail("too few arguments to #foreach")
    if not isinstance(arguments[1].value, Word):
        raise head.fail("the word 'in' is expected at argument position 2 of #foreach")
    items = arguments[2]
    if isinstance(items.value, Word):
        raise head.fail("argument 3 of #foreach is of the wrong type")
    if not isinstance(arguments[0].value, Ref):
        raise head.fail("argument 1 of #foreach is a reference")
    return Foreach(arguments[0].value.root, items.value, items.text, items.place, *bodies)


def _macro(head: Head, bodies: tuple[Block, ...]) -> MacroDefinition:
    arguments = head.arguments or ()
    if not arguments:
        raise head.fail("a macro definition requires a name")
    if not isinstance(arguments[0].value, Word):
        raise head.fail("the name of a macro is a bare word")
    parameters = tuple((_plain_name(head, one.value), one.default) for one in arguments[1:])
    defaulted = [default is not None for _, default in parameters]
    if defaulted != sorted(defaulted):
        raise head.fail("a parameter of a macro without a default follows one with a default")
    return MacroDefinition(head.macro_name(), parameters, bodies[0], head.place)


def _define(head: Head, bodies: tuple[Block, ...]) -> Define:
    if len(head.values) != 1:
        raise head.fail("#define requires one argument")
    return Define(_plain_name(head, head.values[0]), bodies[0])


def _break(head: Head, _: tuple[Block, ...]) -> Break:
    arguments = head.arguments or ()
    if len(arguments) > 1:
        raise head.fail("#break takes one argument at most")
    if not arguments:
        return Break(None, "", head.place)
    return Break(arguments[0].value, arguments[0].text, head.place)


def _stop(head: Head, _: tuple[Block, ...]) -> Stop:
    if len(head.values) > 1:
        raise head.fail("#stop takes one argument at most")
    return Stop()


def _evaluate(head: Head, _: tuple[Block, ...]) -> Evaluate:
    if len(head.values) != 1:
        raise head.fail("#evaluate requires exactly one argument")
    value = head.values[0]
    text = isinstance(value, Interpolated) or (isinstance(value, Constant) and isinstance(value.value, str))
    if not text and not isinstance(value, Ref | Runt):
        raise head.fail("the argument of #evaluate must be a string or a reference")
    return Evaluate(value)


def _fetch(head: Head, _: tuple[Block, ...]) -> Fetch:
    if head.name == "parse" and (len(head.values) != 1 or isinstance(head.values[0], Word)):
        raise head.fail("#parse requires one argument, which is no bare word")
    return Fetch(head.name, head.values, head.place)


_MAKERS: Final[Mapping[str, Callable[[Head, tuple[Block, ...]], Node]]] = {
    "foreach": _foreach,
    "macro": _macro,
    "define": _define,
    "break": _break,
    "stop": _stop,
    "evaluate": _evaluate,
    "parse": _fetch,
    "include": _fetch,
}
