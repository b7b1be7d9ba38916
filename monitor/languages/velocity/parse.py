"""The text of a template -> nodes, with the white space of Velocity 2's mode ``lines``.

1. A directive that stands first on its line (after blanks) loses those blanks, and what is blank up to the line's end
   after it, that end included.
2. A block's beginning loses the line's end behind it wherever it stands; ``#else``, ``#elseif`` and ``#end`` lose the
   blanks before them where they stand first on their line. Behind ``#end`` rule 1 holds for where the block begins.
3. One backslash before a directive makes it text; two are one, and the directive works (``#set`` keeps both).
4. ``##`` takes the rest of its line with its end; ``#* *#`` only itself; ``#[[ ]]#`` is text as it stands.
"""

from __future__ import annotations

import re
from typing import Final

from monitor.languages.velocity.expressions import Expressions
from monitor.languages.velocity.nodes import (
    Block,
    Break,
    Define,
    Evaluate,
    Expression,
    Fetch,
    Foreach,
    If,
    MacroCall,
    MacroDefinition,
    Node,
    Ref,
    Set,
    Stop,
    Text,
)
from monitor.languages.velocity.reader import ParseError, Reader

_SPECIAL: Final = re.compile(r"\\*[$#]")
_DIRECTIVE: Final = re.compile(
    r"#(?:\{(?P<braced>@?[A-Za-z_][A-Za-z0-9_]*)\}|(?P<bare>@?[A-Za-z_][A-Za-z0-9_]*))", re.ASCII
)
_COMMENT: Final = re.compile(r"##[^\n\r]*(\r\n|\n|\r)?")
_OPENING: Final = re.compile(r"[ \t]*\(")
_ENDS: Final = frozenset({"end", "else", "elseif"})
_BLOCKS: Final = frozenset({"if", "foreach", "macro", "define"})
_KNOWN: Final = _ENDS | _BLOCKS | {"set", "break", "stop", "evaluate", "parse", "include"}


def parse_block(reader: Reader) -> Block:
    """The whole of what ``reader`` has. Raises ParseError."""
    parser = _Parser(reader)
    block, ended = parser.block(frozenset())
    assert not ended  # noqa: S101 - nothing may end it
    return block


class _Parser:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._begin = reader.position
        self._expressions = Expressions(reader, parse_block)

    # -- text and what stands in it -----------------------------------------------------------------------

    def block(self, ends: frozenset[str]) -> tuple[Block, str]:
        """Everything up to one of the directives ``ends``, whose name it gives; empty at the end of the text."""
        reader = self._reader
        reader.depth += 1
        if reader.depth > 60:
            raise reader.fail("it is nested too deeply")
        nodes: list[Node] = []
        text: list[str] = []
        ended = ""
        while reader.position < reader.end and not ended:
            match = _SPECIAL.search(reader.text, reader.position, reader.end)
            upto = match.start() if match else reader.end
            text.append(reader.text[reader.position : upto])
            reader.position = upto
            if match:
                ended = self._special(match[0], nodes, text, ends)
        if ends and not ended:
            raise reader.fail("#end is missing")
        _flush(nodes, text)
        reader.depth -= 1
        return Block(tuple(nodes)), ended

    def _special(self, found: str, nodes: list[Node], text: list[str], ends: frozenset[str]) -> str:
        reader = self._reader
        slashes = len(found) - 1
        start = reader.position
        reader.position += slashes
        if found[-1] == "$":
            self._reference(slashes, start, nodes, text)
            return ""
        if slashes == 0 and self._comment(text):
            return ""
        match = _DIRECTIVE.match(reader.text, reader.position, reader.end)
        name = (match["braced"] or match["bare"]) if match else ""
        if match is None or (
            name == "set" and not slashes and not _OPENING.match(reader.text, match.end(), reader.end)
        ):
            reader.position += 1
            text.append(reader.text[start : reader.position])
            return ""
        if slashes % 2:
            reader.position = match.end()
            text.append("\\" * (slashes // 2 if name in _KNOWN else slashes) + match[0])
            return ""
        text.append("\\" * (slashes if name == "set" else slashes // 2))
        return self._directive(name, match, nodes, text, ends)

    def _reference(self, slashes: int, start: int, nodes: list[Node], text: list[str]) -> None:
        reader = self._reader
        found = self._expressions.reference()
        if found is None:
            reader.position += 1
            text.append(reader.text[start : reader.position])
            return
        _flush(nodes, text)
        nodes.append(Ref(found.root, found.parts, found.quiet, found.text, found.place, slashes, found.otherwise))

    def _comment(self, text: list[str]) -> bool:
        reader = self._reader
        if match := _COMMENT.match(reader.text, reader.position, reader.end):
            reader.position = match.end()
            return True
        for opening, closing, keeps in (("#*", "*#", False), ("#[[", "]]#", True)):
            if reader.looking_at(opening):
                end = reader.text.find(closing, reader.position + len(opening), reader.end)
                if end == -1:
                    raise reader.fail(f"{closing} is missing")
                if keeps:
                    text.append(reader.text[reader.position + len(opening) : end])
                reader.position = end + len(closing)
                return True
        return False

    # -- directives ---------------------------------------------------------------------------------------

    def _first_on_line(self, offset: int) -> bool:
        before = max(
            self._reader.text.rfind("\n", self._begin, offset), self._reader.text.rfind("\r", self._begin, offset)
        )
        return not self._reader.text[max(before + 1, self._begin) : offset].strip(" \t")

    def _directive(
        self, name: str, match: re.Match[str], nodes: list[Node], text: list[str], ends: frozenset[str]
    ) -> str:
        reader = self._reader
        offset = reader.position
        alone = self._first_on_line(offset)
        reader.position = match.end()
        if name in _ENDS:
            if name not in ends:
                raise reader.fail(f"#{name} has nothing to end", offset)
            if alone:
                _strip(text)
            return name
        if name in _KNOWN:
            if alone:
                _strip(text)
            _flush(nodes, text)
            nodes.append(getattr(self, f"_{name}")())
            if alone:
                reader.line_end()
            return ""
        self._macro_call(name, offset, nodes, text, alone=alone)
        return ""

    def _open(self) -> None:
        match = _OPENING.match(self._reader.text, self._reader.position, self._reader.end)
        if match is None:
            raise self._reader.fail("'(' is expected")
        self._reader.position = match.end()

    def _close(self) -> None:
        self._reader.blanks()
        self._reader.expect(")")

    def _condition(self) -> Expression:
        self._open()
        found = self._expressions.expression()
        self._close()
        return found

    def _body(self, ends: frozenset[str]) -> tuple[Block, str]:
        self._reader.line_end()
        return self.block(ends)

    def _set(self) -> Set:
        reader = self._reader
        self._open()
        reader.blanks()
        target = self._expressions.reference() if reader.current == "$" else None
        if target is None:
            raise reader.fail("#set begins with a reference")
        reader.blanks()
        reader.expect("=")
        value = self._expressions.expression()
        self._close()
        return Set(target, value)

    def _if(self) -> If:
        branches: list[tuple[Expression | None, Block]] = []
        condition: Expression | None = self._condition()
        while True:
            last = condition is None
            body, ended = self._body(frozenset({"end"}) if last else _ENDS)
            branches.append((condition, body))
            if ended == "end":
                return If(tuple(branches))
            condition = self._condition() if ended == "elseif" else None

    def _variable(self) -> str:
        reader = self._reader
        reader.blanks()
        found = self._expressions.reference() if reader.current == "$" else None
        if found is None or found.parts:
            raise reader.fail("a variable is expected")
        return found.root

    def _foreach(self) -> Foreach:
        reader = self._reader
        self._open()
        variable = self._variable()
        reader.blanks()
        reader.expect("in")
        items = self._expressions.expression()
        self._close()
        body, ended = self._body(frozenset({"end", "else"}))
        otherwise = self._body(frozenset({"end"}))[0] if ended == "else" else None
        return Foreach(variable, items, body, otherwise)

    def _break(self) -> Break:
        if not _OPENING.match(self._reader.text, self._reader.position, self._reader.end):
            return Break(None)
        arguments = self._arguments()
        return Break(arguments[0] if arguments else None)

    def _stop(self) -> Stop:
        if _OPENING.match(self._reader.text, self._reader.position, self._reader.end):
            self._arguments()
        return Stop()

    def _define(self) -> Define:
        self._open()
        name = self._variable()
        self._close()
        return Define(name, self._body(frozenset({"end"}))[0])

    def _evaluate(self) -> Evaluate:
        return Evaluate(self._condition())

    def _parse(self) -> Fetch:
        place = self._reader.place()
        self._arguments()
        return Fetch("parse", place)

    def _include(self) -> Fetch:
        place = self._reader.place()
        self._arguments()
        return Fetch("include", place)

    # -- macros -------------------------------------------------------------------------------------------

    def _macro(self) -> MacroDefinition:
        reader = self._reader
        self._open()
        reader.blanks()
        name = reader.identifier()
        if not name:
            raise reader.fail("a macro needs a name")
        parameters: list[tuple[str, Expression | None]] = []
        while True:
            reader.blanks()
            reader.take(",")
            reader.blanks()
            if reader.take(")"):
                break
            variable = self._variable()
            reader.blanks()
            default = self._expressions.expression() if reader.take("=") else None
            parameters.append((variable, default))
        return MacroDefinition(name, tuple(parameters), self._body(frozenset({"end"}))[0])

    def _arguments(self) -> tuple[Expression, ...]:
        """Separated by blanks or commas."""
        reader = self._reader
        self._open()
        found: list[Expression] = []
        while True:
            reader.blanks()
            reader.take(",")
            reader.blanks()
            if reader.take(")"):
                return tuple(found)
            found.append(self._expressions.expression())

    def _macro_call(self, name: str, offset: int, nodes: list[Node], text: list[str], *, alone: bool) -> None:
        reader = self._reader
        place = reader.place(offset)
        with_brackets = bool(_OPENING.match(reader.text, reader.position, reader.end))
        arguments: tuple[Expression, ...] = ()
        if with_brackets:
            arguments = self._arguments()
        body = self._body(frozenset({"end"}))[0] if name.startswith("@") else None
        written = reader.text[offset : reader.position]
        before = _strip(text) if alone else ""
        _flush(nodes, text)
        gobbled = reader.line_end() if alone else ""
        nodes.append(
            MacroCall(name.removeprefix("@"), arguments, before + written, place, with_brackets, body, gobbled)
        )


def _strip(text: list[str]) -> str:
    """Takes the blanks from the end of the text, and gives them."""
    whole = "".join(text)
    kept = whole.rstrip(" \t")
    text[:] = [kept]
    return whole[len(kept) :]


def _flush(nodes: list[Node], text: list[str]) -> None:
    if whole := "".join(text):
        nodes.append(Text(whole))
    text.clear()


__all__ = ["ParseError", "parse_block"]
