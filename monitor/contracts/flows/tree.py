"""A flow's YAML as a tree of texts that know their lines: bounded, and nothing is made of tags.

1. ``{{x}}`` (Archy) and ``${x}`` (Terraform) stand where YAML wants something else, unquoted and as keys: they are
   replaced by characters that the file does not hold, and put back into every text that is read.
2. Scalars stay as they are written: YAML 1.1 would make booleans of the branches ``yes`` and ``no``, and numbers of
   names. Archy reads YAML 1.2.
3. Events are taken from the parser one by one (libyaml's where it is there), so that depth and size are bounded before
   anything is built. An alias is the very node that it names: aliases of aliases take no room.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import yaml

from monitor.errors import ContractError
from monitor.printable import printable

MAX_BYTES: Final = 20_000_000
MAX_NODES: Final = 1_000_000
MAX_DEPTH: Final = 500  # steps stand within the branches of steps: six levels each

PLACEHOLDER: Final = re.compile(r"\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}")
SPLIT: Final = "split the flow"
_EXPORT: Final = "export the flow as YAML: Architect, or archy export"
_PRIVATE_USE: Final = range(0xE000, 0xF900)
# the C parser says the same as the Python one, some fifty times as fast
_LOADER: Final[type[yaml.SafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Listed:
    line: int
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapped:
    """``pairs`` in file order; a key may stand there twice, and a key that is no text is left out."""

    line: int
    pairs: list[tuple[str, Node]] = field(default_factory=list)

    def get(self, key: str) -> Node | None:
        """The last value of ``key``."""
        return next((value for name, value in reversed(self.pairs) if name == key), None)

    def below(self, key: str) -> Mapped | None:
        """The value of ``key`` where it is a mapping."""
        found = self.get(key)
        return found if isinstance(found, Mapped) else None

    def text(self, key: str) -> str:
        """The value of ``key`` where it is a text; else empty."""
        found = self.get(key)
        return found.value if isinstance(found, Text) else ""

    def mappings(self) -> Iterator[tuple[str, Mapped]]:
        """The pairs whose values are mappings."""
        yield from ((key, value) for key, value in self.pairs if isinstance(value, Mapped))


Node: TypeAlias = Text | Listed | Mapped


class _Mark(Protocol):
    """The marks of both parsers. They count from 0."""

    line: int
    column: int


def _wrong(what: str, mark: _Mark | None, fix: str = _EXPORT) -> ContractError:
    where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return ContractError(what, where=where, fix=fix)


# -- placeholders -----------------------------------------------------------------------------------------


def _hidden(text: str) -> tuple[str, Callable[[str], str]]:
    """``text`` with every placeholder as one word, and what puts them back into a text of it."""
    used = set(text)
    free = next((chr(code) for code in _PRIVATE_USE if chr(code) not in used), "")
    if not free or not PLACEHOLDER.search(text):
        return text, lambda value: value
    kept: dict[str, int] = {}

    def hide(match: re.Match[str]) -> str:
        number = kept.setdefault(match[0], len(kept))
        return f"{free}{number:0{len(match[0]) - 2}d}{free}"  # as wide as it was: columns stay what they are

    hidden = PLACEHOLDER.sub(hide, text)
    written = tuple(kept)
    mark = re.compile(f"{free}([0-9]+){free}")

    def put_back(match: re.Match[str]) -> str:
        number = match[1].lstrip("0") or "0"  # an escape (\\uE000) may have made one that is none of ours
        return written[int(number)] if len(number) < 9 and int(number) < len(written) else match[0]

    return hidden, lambda value: mark.sub(put_back, value) if free in value else value


# -- the tree ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Builder:
    """Puts events together. ``keys`` are those that wait for their values, one for each open node."""

    shown: Callable[[str], str]
    root: Node | None = None
    nodes: int = 0
    opened: list[Listed | Mapped] = field(default_factory=list)
    keys: list[Node | None] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionEndEvent):
            self.opened.pop()
            self.keys.pop()
            return
        node = self._node(event)
        if node is None:
            return
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _wrong(f"it holds more than {MAX_NODES:,} values", event.start_mark, SPLIT)
        self._add(node)
        if isinstance(event, yaml.CollectionStartEvent) and not isinstance(node, Text):
            if len(self.opened) >= MAX_DEPTH:
                raise _wrong(f"it is nested deeper than {MAX_DEPTH} levels", event.start_mark)
            self.opened.append(node)
            self.keys.append(None)

    def _node(self, event: yaml.Event) -> Node | None:
        if isinstance(event, yaml.AliasEvent):
            return self._named(event)
        line = event.start_mark.line + 1 if event.start_mark else 0
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = Text(self.shown(event.value), line)
        elif isinstance(event, yaml.MappingStartEvent):
            node = Mapped(line)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = Listed(line)
        else:
            if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
                raise _wrong("a second document (---) begins here", event.start_mark, "keep one flow in a file")
            return None
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _named(self, event: yaml.AliasEvent) -> Node:
        name = str(event.anchor)
        if name not in self.anchors:
            fix = "write the anchor, or quote the *"
            raise _wrong(f"the alias *{printable(name, 60)} has no anchor before it", event.start_mark, fix)
        return self.anchors[name]

    def _add(self, node: Node) -> None:
        if not self.opened:
            self.root = node
            return
        above = self.opened[-1]
        if isinstance(above, Listed):
            above.items.append(node)
        elif self.keys[-1] is None:
            self.keys[-1] = node
        else:
            key = self.keys[-1]
            self.keys[-1] = None
            if isinstance(key, Text):
                above.pairs.append((key.value, node))


def decoded(data: bytes) -> str:
    """UTF-8 text, with or without a byte order mark. Raises ContractError."""
    if len(data) > MAX_BYTES:
        raise ContractError(f"it is larger than {MAX_BYTES:,} bytes", fix=SPLIT)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ContractError("it is UTF-16 text", where="line 1, column 1", fix="save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        what = f"it is not UTF-8 text (byte 0x{data[error.start]:02x})"
        raise ContractError(what, where=f"line {line}, column {column}", fix="save it as UTF-8") from None


def parse(data: bytes) -> Node | None:
    """The root; None where nothing is there. Raises ContractError, its ``where`` being ``line L, column C``."""
    text, shown = _hidden(decoded(data))
    builder = _Builder(shown)
    try:
        for event in yaml.parse(text, _LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        problem = shown(f"{error.problem or error.context or 'it cannot be parsed'}")
        raise _wrong(f"it is not YAML: {printable(problem)}", error.problem_mark or error.context_mark) from None
    except yaml.reader.ReaderError as error:
        where = f"line {text.count(chr(10), 0, error.position) + 1}, column 1" if error.position < len(text) else ""
        what = "it holds a character that YAML does not take"
        raise ContractError(what, where=where, fix=f"is this a text file? {_EXPORT}") from None
    except (yaml.YAMLError, ValueError, OverflowError, IndexError):  # absurd escapes and %YAML versions
        raise ContractError("it is not YAML", fix=_EXPORT) from None
    return builder.root
