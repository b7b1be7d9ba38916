"""HCL (Terraform's language) as blocks and plain values, with the place of each. Nothing is evaluated.

1. python-hcl2's grammar makes the tree; its own conversion is not used, for it loses what was quoted and where.
2. What Terraform would have to work out (``var.x``, ``"${...}"``, a function other than jsonencode) is no plain value:
   an error at its line, or a hole where the caller takes holes.
3. ``$${`` is a literal ``${``, ``%%{`` a literal ``%{``. Backslash escapes stand in quoted texts, not in heredocs.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn

from monitor.contracts.hcl.grammar import fault, tree_of
from monitor.errors import ContractError
from monitor.jsonpaths import Json
from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.contracts.hcl.grammar import Node


_HEREDOC: Final = re.compile(r"<<-?(?P<mark>[\w.-]+)\r?\n(?P<body>(?:.*\n)??)[ \t]*(?P=mark)\s*", re.DOTALL)
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_SPECIAL: Final = re.compile(r"\$\$\{|%%\{|\$\{|%\{")
_QUOTED: Final = re.compile(
    rf"{_SPECIAL.pattern}|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}}|\\.",
    re.DOTALL,
)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_WORDS: Final[Mapping[str, Json]] = {"true": True, "false": False, "null": None}
_SURROGATES: Final = frozenset(map(chr, range(0xD800, 0xE000)))
_EXACT: Final = 2**53


@dataclass(frozen=True, slots=True)
class Hole:
    """What Terraform would work out, as it is written, in a text that is plain otherwise."""

    written: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Expression:
    line: int
    column: int
    _node: Node = field(repr=False)
    _source: str = field(repr=False)

    def value(self) -> Json:
        """Raises ContractError (``where``: ``line L, column C``) where it is no plain value."""
        return _Reader(self._source).value(self._node)

    def parts(self) -> tuple[str | Hole, ...]:
        """A text and its holes. Raises ContractError where it is neither text nor a number."""
        return tuple(_Reader(self._source).parts(self._node))

    def members(self) -> tuple[tuple[str, Expression], ...]:
        """The members of an object. Raises ContractError where it is none."""
        return tuple(_Reader(self._source).members(self._node))


@dataclass(frozen=True, slots=True)
class Block:
    """``kind "label" "label" { ... }``"""

    kind: str
    labels: tuple[str, ...]
    line: int
    column: int
    attributes: Mapping[str, Expression]
    blocks: tuple[Block, ...]

    def within(self, kind: str) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.kind == kind)


def parse_hcl(text: str) -> tuple[Block, ...]:
    """The blocks of a file. Raises ContractError (``where``: ``line L, column C``)."""
    source, tree = tree_of(text)
    return tuple(_Reader(source).blocks(tree))


class _Reader:
    """Reads the nodes of one file."""

    def __init__(self, source: str) -> None:
        self._source = source

    # -- blocks --------------------------------------------------------------------------------------------

    def blocks(self, parent: Node) -> Iterator[Block]:
        """The blocks in a body, or in the file."""
        for node in self._body(parent):
            if node.data == "block":
                names = [part for part in _trees(node) if part.data not in ("body", "new_line_or_comment")]
                kind, *labels = (self._name(name) for name in names)
                attributes = dict(self._attributes(node))
                yield Block(kind, tuple(labels), *_place(node), attributes, tuple(self.blocks(node)))

    def _body(self, node: Node) -> Iterator[Node]:
        for child in _trees(node):
            if child.data == "body":
                yield from _trees(child)

    def _attributes(self, block: Node) -> Iterator[tuple[str, Expression]]:
        for node in self._body(block):
            if node.data == "attribute":
                name, value = _trees(node)
                yield self._name(name), self._expression(value)

    def _expression(self, node: Node) -> Expression:
        return Expression(*_place(node), node, self._source)

    def _name(self, node: Node) -> str:
        if node.data == "string":
            return self._text(node)
        return str(node.children[0])

    # -- values --------------------------------------------------------------------------------------------

    def value(self, node: Node) -> Json:
        node = _inner(node)
        readers: Mapping[str, Callable[[Node], Json]] = {
            "string": self._text,
            "heredoc_template": self._text,
            "heredoc_template_trim": self._text,
            "literal_value": lambda word: _WORDS[str(word.children[0])],
            "int_lit": self._number,
            "float_lit": self._number,
            "unary_op": self._negative,
            "tuple": lambda one: [self.value(child) for child in _values(one)],
            "object": lambda one: {name: self.value(child) for name, child in self._members(one)},
            "function_call": self._called,
        }
        read = readers.get(node.data, self._no_value)
        return read(node)

    def parts(self, node: Node) -> Iterator[str | Hole]:
        node = _inner(node)
        if node.data == "string":
            yield from self._quoted(node)
        elif node.data in ("heredoc_template", "heredoc_template_trim"):
            yield from self._decoded(_heredoc(str(node.children[0])), node, _SPECIAL)
        else:
            try:
                value = self.value(node)
            except ContractError:
                yield self._hole(node)
                return
            if isinstance(value, dict | list | None):
                raise self._error(node, "a text should stand here", "write a text in quotes")
            yield value if isinstance(value, str) else json.dumps(value)

    def members(self, node: Node) -> Iterator[tuple[str, Expression]]:
        node = _inner(node)
        if node.data != "object":
            self._no_value(node)
        for name, child in self._members(node):
            yield name, self._expression(child)

    def _members(self, node: Node) -> Iterator[tuple[str, Node]]:
        for element in _values(node):
            key, value = _trees(element)
            yield self._key(next(_trees(key))), value

    def _key(self, node: Node) -> str:
        if node.data == "keyword":
            return str(node.children[0])
        inner = next(_trees(node), node)
        if len(node.children) == 1 and inner.data in ("identifier", "literal_value", "int_lit"):
            return str(inner.children[0])
        return self._text(node)

    def _text(self, node: Node) -> str:
        pieces: list[str] = []
        for part in self.parts(node):
            if isinstance(part, Hole):
                raise _no_plain(part)
            pieces.append(part)
        return "".join(pieces)

    def _number(self, node: Node) -> Json:
        text = str(node.children[0])
        try:
            if node.data == "int_lit":
                return int(text)
            number = float(text)
        except ValueError:  # Python reads no integer of thousands of digits
            number = math.inf
        if math.isinf(number):
            raise self._error(node, "this number is too large", "write it as a text")
        return int(number) if number.is_integer() and abs(number) < _EXACT else number

    def _negative(self, node: Node) -> Json:
        sign, operand = node.children
        value = self.value(operand) if str(sign) == "-" and not isinstance(operand, str) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self._no_value(node)
        return -value

    def _called(self, node: Node) -> Json:
        """What jsonencode makes: compact, keys sorted, ``<>&`` escaped (https://developer.hashicorp.com/terraform)."""
        name, *arguments = _values(node)
        given = [value for argument in arguments for value in _values(argument)]
        if str(name.children[0]) != "jsonencode" or len(given) != 1:
            return self._no_value(node)
        text = json.dumps(self.value(given[0]), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return re.sub("[<>&\u2028\u2029]", lambda match: f"\\u{ord(match[0]):04x}", text)

    # -- texts ---------------------------------------------------------------------------------------------

    def _quoted(self, node: Node) -> Iterator[str | Hole]:
        raw = ""
        for part in _trees(node):
            inner = part.children[0]
            if isinstance(inner, str):
                raw += inner
                continue
            yield from self._decoded(raw, node, _QUOTED)
            yield self._hole(inner if inner.data == "interpolation" else part)
            raw = ""
        yield from self._decoded(raw, node, _QUOTED)

    def _decoded(self, raw: str, node: Node, special: re.Pattern[str]) -> Iterator[str | Hole]:
        end = 0
        for match in special.finditer(raw):
            if match.start() < end:  # within a hole
                continue
            yield self._literal(raw[end : match.start()], node, special)
            end = match.end()
            if match[0] in ("${", "%{"):
                end = raw.find("}", end) + 1 or len(raw)
                line, column = _place(node)
                below = raw.count("\n", 0, match.start()) + 1 if special is _SPECIAL else 0
                yield Hole(printable(raw[match.start() : end], 60), line + below, 1 if below else column)
            else:
                yield self._character(match[0], node)
        yield self._literal(raw[end:], node, special)

    def _literal(self, text: str, node: Node, special: re.Pattern[str]) -> str:
        if special is _QUOTED and ('"' in text or "\n" in text):  # the grammar looks for the } of $${ beyond the quote
            raise self._error(node, "this text has no end: a quote is missing, or the } of a $${", "close it")
        return text

    def _character(self, written: str, node: Node) -> str:
        if not written.startswith("\\"):
            return written[1:]
        if (one := _ESCAPES.get(written[1:])) is not None:
            return one
        code = int(written[2:], 16) if len(written) > len("\\u") else -1
        if code < 0 or code > sys.maxunicode or chr(code) in _SURROGATES:
            raise self._error(node, f"{printable(written, 20)} is no escape", "double the backslash")
        return chr(code)

    # -- errors --------------------------------------------------------------------------------------------

    def _hole(self, node: Node) -> Hole:
        meta = node.meta
        written = self._source[meta.start_pos : meta.end_pos] if not meta.empty else ""
        return Hole(printable(written.strip(), 60), *_place(node))

    def _error(self, node: Node, what: str, fix: str) -> ContractError:
        return fault(what, *_place(node), fix)

    def _no_value(self, node: Node) -> NoReturn:
        raise _no_plain(self._hole(node))


def _no_plain(hole: Hole) -> ContractError:
    what = f"{hole.written} is no plain value: only Terraform can work it out"
    return fault(what, hole.line, hole.column, "write the value itself here, in a copy of the file")


def _place(node: Node) -> tuple[int, int]:
    return (0, 0) if node.meta.empty else (node.meta.line, node.meta.column)


def _trees(node: Node) -> Iterator[Node]:
    for child in node.children:
        if not isinstance(child, str):
            yield child


def _values(node: Node) -> Iterator[Node]:
    return (child for child in _trees(node) if child.data != "new_line_or_comment")


def _inner(node: Node) -> Node:
    """Without the brackets and wrappers around it."""
    while node.data == "expr_term":
        (node,) = _values(node)
    return node


def _heredoc(token: str) -> str:
    """The body of ``<<MARK``, and for ``<<-MARK`` without the indentation that its lines share."""
    match = _HEREDOC.fullmatch(token)
    body = match["body"] if match else ""
    if not token.startswith("<<-"):
        return body
    lines = [line[0] for line in _LINE.finditer(body)]
    widths = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()]
    shared = min(widths, default=0)
    return "".join(line[min(shared, len(line) - len(line.lstrip(" \t"))) :] for line in lines)
