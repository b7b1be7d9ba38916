"""The text of a template -> nodes, with the white space of Velocity 2's mode ``lines``.

1. A directive that stands first on its line (after blanks) loses those blanks, and what is blank up to the line's end
   after it, that end included.
2. A block's beginning loses the line's end behind it wherever it stands; ``#else``, ``#elseif`` and ``#end`` lose the
   blanks before them where they stand first on their line. Behind ``#end`` rule 1 holds for where the block begins.
3. One backslash before a directive makes it text; two are one, and the directive works (``#set`` keeps both).
4. ``##`` takes the rest of its line with its end; ``#* *#`` only itself; ``#[[ ]]#`` is text as it stands.
5. ``$`` and ``#`` that stand directly before a directive are printed (``$#if``), and then rules 1 and 2 do not hold
   for what is before it and after its end.

``fresh`` is whether a line begins here: it goes through all that reads statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from monitor.languages.velocity.directives import BLOCKS, DIRECTIVES, Arguments, Head, directive, is_known
from monitor.languages.velocity.expressions import Expressions
from monitor.languages.velocity.nodes import (
    Block,
    Constant,
    Expression,
    If,
    Interpolated,
    Node,
    Set,
    Text,
)
from monitor.languages.velocity.places import ParseError, Place, Places
from monitor.languages.velocity.spelling import string_text
from monitor.languages.velocity.stream import Stream
from monitor.languages.velocity.tokens import Kind, Token

_FRESH: Final = frozenset({Kind.LINES, Kind.NEWLINE, Kind.SUFFIX})
_PRINTED: Final = (
    _FRESH
    | frozenset({Kind.DOT, Kind.BRACKET_CLOSE, Kind.BRACKET_OPEN, Kind.INTEGER, Kind.FLOAT, Kind.STRING, Kind.PIPE})
    | frozenset({Kind.BACKSLASH, Kind.BRACE_OPEN, Kind.BRACE_CLOSE, Kind.NO_REFERENCE, Kind.LONE, Kind.PIPES})
    | frozenset({Kind.BLANKS, Kind.COMMENT_END, Kind.END_MARK})
)
_WORDS: Final = (Kind.WORD, Kind.BRACED_WORD)
_CONTROL: Final = frozenset({Kind.IF, Kind.ELSE, Kind.ELSEIF, Kind.END})
_IF_ENDS: Final = (Kind.ELSEIF, Kind.ELSE, Kind.END)
_CONTROL_NAMES: Final = frozenset({"if", "end", "set", "else", "elseif"})


def parse_block(text: str, base: Place | None = None, depth: int = 0, origin: int = 0) -> Block:
    """The whole of ``text``, a string that begins at ``base`` and ``origin`` where it is one. Raises ParseError."""
    return _Parser(Stream(text, Places(text, base), depth, origin)).whole()


@dataclass(frozen=True, slots=True)
class _Body:
    """``closing`` is what ended it; ``fresh``: where a line began."""

    block: Block
    closing: Kind
    fresh: bool


class _Parser:
    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._expressions = Expressions(stream, self._string)
        self._arguments = Arguments(stream, self._expressions)
        self._macros: set[str] = set()

    def whole(self) -> Block:
        nodes: list[Node] = []
        fresh = True
        while self._stream.kind() is not Kind.EOF:
            fresh = self._statement(nodes, fresh=fresh)
        return Block(_joined(nodes))

    def _string(self, token: Token) -> Expression:
        said = string_text(token.image, token.start)
        if not said.rendered:
            return Constant(said.text)
        stream = self._stream
        origin = stream.origin + token.start + 1
        with stream.deeper():
            try:
                block = parse_block(said.text, stream.place(token), stream.depth, origin)
            except ParseError as error:
                raise ParseError(error.what, token.start + 1 + error.offset) from None
        return Interpolated(block)

    # -- statements ---------------------------------------------------------------------------------------

    def _statement(self, nodes: list[Node], *, fresh: bool) -> bool:
        stream = self._stream
        kind = stream.kind(1) if fresh and stream.kind() is Kind.BLANKS else stream.kind()
        if kind is Kind.IF:
            return self._if(nodes, fresh=fresh)
        if kind is Kind.SET:
            return self._set(nodes, fresh=fresh)
        if kind in _WORDS:
            return self._directive(nodes, fresh=fresh)
        if self._expressions.begins_reference():
            nodes.append(self._expressions.reference())
            return False
        if stream.kind() is Kind.BACKSLASHES:
            self._backslashes(nodes)
            return False
        return self._text(nodes, fresh=fresh)

    def _text(self, nodes: list[Node], *, fresh: bool) -> bool:
        """Whether a line begins behind what is only text."""
        stream = self._stream
        token = stream.take()
        match token.kind:
            case Kind.LINE_COMMENT_OPEN:
                nodes.append(Text(token.image[: token.image.index("##")]))
                stream.taken(Kind.LINE_COMMENT_END)
                return True
            case Kind.END_MARK if stream.kind() is Kind.EOF:
                return fresh
            case Kind.PLAIN:
                nodes.append(Text(token.literal))
                more = stream.taken(Kind.LINES)
                nodes.append(Text(more.literal if more else ""))
                return more is not None
        nodes.append(Text(self._printed(token)))
        return token.kind in _FRESH or (fresh and token.kind is Kind.PIPES)

    def _printed(self, token: Token) -> str:
        match token.kind:
            case Kind.VERBATIM_END:
                return token.image[3:-3]
            case Kind.ESCAPED_DIRECTIVE:
                return self._escaped(token)
            case kind if kind in _PRINTED:
                return token.literal
        self._stream.index -= 1
        raise self._stream.unexpected()

    def _escaped(self, token: Token) -> str:
        """Rule 3, of an odd number of backslashes."""
        slashes = token.image.rindex("\\")
        name = token.image[slashes + 1 :]
        bare = name[1:].strip("{}")
        known = bare in _CONTROL_NAMES or is_known(bare) or bare in self._macros
        return "\\" * (slashes // 2) + name if known else token.image

    def _backslashes(self, nodes: list[Node]) -> None:
        """Rule 3, of an even number of them."""
        count = 0
        while self._stream.taken(Kind.BACKSLASHES):
            count += 1
        following = self._stream.peek()
        name = following.image[1:]
        control = following.kind in _CONTROL or is_known(name) or name in self._macros
        nodes.append(Text(("\\" if control else "\\\\") * count))

    # -- set and if ---------------------------------------------------------------------------------------

    def _set(self, nodes: list[Node], *, fresh: bool) -> bool:
        stream = self._stream
        blanks = stream.taken(Kind.BLANKS)
        opening = stream.take()
        stream.blanks()
        target = self._expressions.reference()
        stream.blanks()
        stream.expect(Kind.ASSIGN)
        value = self._expressions.expression()
        stream.expect(Kind.BRACKET_CLOSE)
        line_end = stream.blank_line() if fresh else None
        _around(nodes, Set(target, value), blanks, opening, line_end)
        return line_end is not None

    def _if(self, nodes: list[Node], *, fresh: bool) -> bool:
        stream = self._stream
        blanks = stream.taken(Kind.BLANKS)
        opening = stream.take()
        self._expressions.conditional += 1
        branches: list[tuple[Expression | None, Block]] = []
        condition: Expression | None = self._condition()
        inside = fresh
        while True:
            ends = (Kind.END,) if condition is None else _IF_ENDS
            body = self._body(ends, fresh=inside)
            branches.append((condition, body.block))
            inside = body.fresh
            if body.closing is Kind.END:
                break
            condition = self._condition() if body.closing is Kind.ELSEIF else None
        self._expressions.conditional -= 1
        line_end = stream.blank_line() if fresh else None
        _around(nodes, If(tuple(branches)), blanks, opening, line_end)
        return line_end is not None

    def _condition(self) -> Expression:
        stream = self._stream
        stream.blanks()
        stream.expect(Kind.BRACKET_OPEN)
        found = self._expressions.expression()
        stream.expect(Kind.BRACKET_CLOSE)
        return found

    def _body(self, ends: tuple[Kind, ...], *, fresh: bool, gone: bool = False) -> _Body:
        """Up to one of ``ends``, which is taken. ``gone``: the line's end has been taken already (rule 2)."""
        stream = self._stream
        with stream.deeper():
            fresh = (not gone and stream.blank_line() is not None) or fresh
            nodes: list[Node] = []
            while not (stream.kind() in ends or (fresh and stream.kind() is Kind.BLANKS and stream.kind(1) in ends)):
                fresh = self._statement(nodes, fresh=fresh)
            blanks = stream.taken(Kind.BLANKS)
            closing = stream.take()
            more = closing.image.rfind("#")
            if more > 0:
                nodes.append(Text((blanks.literal if blanks else "") + closing.image[:more]))
            return _Body(Block(_joined(nodes)), closing.kind, fresh)

    # -- directives ---------------------------------------------------------------------------------------

    def _directive(self, nodes: list[Node], *, fresh: bool) -> bool:
        stream = self._stream
        begin = stream.index
        blanks = stream.taken(Kind.BLANKS)
        opening = stream.take()
        name = opening.image[opening.image.rfind("#") + 1 :].strip("{}")
        head = Head(name, opening, stream.place(blanks or opening), self._arguments.read(name))
        block = name in BLOCKS or (name not in DIRECTIVES and name.startswith("@"))
        line_end = stream.blank_line() if block or fresh or name in ("include", "parse") else None
        bodies = self._bodies(name, line_end) if block else ()
        if block:
            line_end = stream.blank_line() if fresh else None
        if name == "macro":
            self._macros.add(head.macro_name())
        more = max(opening.image.rfind("#"), 0)
        text = stream.images(begin, stream.index)
        if more:
            text = text.removeprefix(blanks.image if blanks else "")[more:].removesuffix(line_end or "")
        node = directive(head, bodies, text, ended=line_end is None)
        _around(nodes, node, blanks, opening, line_end)
        return line_end is not None

    def _bodies(self, name: str, line_end: str | None) -> tuple[Block, ...]:
        """The body, and behind ``#else`` of a loop that of an empty one."""
        body = self._body((Kind.END, Kind.ELSE), fresh=line_end is not None, gone=True)
        if body.closing is Kind.END:
            return (body.block,)
        if name != "foreach":
            self._stream.index -= 1
            raise self._stream.unexpected()
        return body.block, self._body((Kind.END,), fresh=body.fresh).block


def _around(nodes: list[Node], inner: Node, blanks: Token | None, opening: Token, line_end: str | None) -> None:
    """Rule 5."""
    more = opening.image[: max(opening.image.rfind("#"), 0)]
    if more:
        nodes += [Text((blanks.literal if blanks else "") + more), inner, Text(line_end or "")]
    else:
        nodes.append(inner)


def _joined(nodes: list[Node]) -> tuple[Node, ...]:
    """Texts that follow each other as one."""
    out: list[Node] = []
    for node in nodes:
        if isinstance(node, Text) and out and isinstance(out[-1], Text):
            out[-1] = Text(out[-1].text + node.text)
        elif not isinstance(node, Text) or node.text:
            out.append(node)
    return tuple(out)


__all__ = ["parse_block"]
