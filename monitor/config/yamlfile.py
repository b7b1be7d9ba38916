"""A YAML file as a tree that knows its places, with all that is wrong with it as YAML.

1. The file is composed into nodes (SafeLoader's resolution), never constructed: no tag makes an object.
2. Nodes and depth are bounded while composing, and again while aliases and merges are followed.
3. YAML 1.1 reads ``on``, ``010`` or ``12:30`` otherwise than people do. Leaves keep what was written, so that
   whoever wants a string, or a number, can say what happened.
4. Only values are expanded, never keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml

from monitor.config.expansion import Expander
from monitor.config.reading import MAX_FILE, decode, mark_at, read_bounded
from monitor.config.tree import Kind, Mark, Plain, Problem, Scalar, Spot, Tree, fault_at
from monitor.config.yamlwords import syntax_problem
from monitor.errors import ConfigFault
from monitor.jsonpaths import Path as Steps
from monitor.printable import printable

MAX_NODES: Final = 50_000
MAX_DEPTH: Final = 60

_PREFIX: Final = "tag:yaml.org,2002:"
_MERGE: Final = f"{_PREFIX}merge"
_KINDS: Final = {
    "str": Kind.STRING,
    "int": Kind.WHOLE,
    "float": Kind.NUMBER,
    "bool": Kind.BOOLEAN,
    "timestamp": Kind.DATE,
    "null": Kind.EMPTY,
    "map": Kind.MAPPING,
    "seq": Kind.LIST,
    "value": Kind.STRING,  # a lone "=", of no use in YAML 1.1 either
}
# YAML 1.1 reads 1e3 as a string, YAML 1.2 and everybody else as a number
_EXPONENT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[eE][+-]?[0-9]+")
_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _TooBigError(Exception):
    """Internal: past a bound. Never leaves this module."""

    def __init__(self, problem: Problem, mark: Mark) -> None:
        super().__init__(problem.what)
        self.problem = problem
        self.mark = mark


def _mark(node: yaml.Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)


class _Composer(yaml.SafeLoader):
    """SafeLoader's composer with bounds."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._nodes = 0
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._nodes += 1
        self._depth += 1
        if self._depth > MAX_DEPTH:
            what = f"it is nested deeper than {MAX_DEPTH} levels"
            raise _TooBigError(Problem(what), Mark(self.line + 1, self.column + 1))
        if self._nodes > MAX_NODES:
            what = f"it holds more than {MAX_NODES:,} values"
            raise _TooBigError(Problem(what, "split it into several files"), Mark(self.line + 1, self.column + 1))
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


@dataclass(frozen=True, slots=True)
class Document:
    """A file read. ``tree`` is None where it could not be read at all; then ``faults`` says why."""

    tree: dict[str, Tree] | None
    spots: dict[Steps, Spot] = field(default_factory=dict)
    faults: tuple[ConfigFault, ...] = ()
    told: frozenset[Steps] = frozenset()  # paths whose value is known to be wrong


def composed(text: str) -> yaml.Node | tuple[Problem, Mark | None] | None:
    """The root node (None: nothing there), or what is wrong with the text as YAML."""
    odd = _UNPRINTABLE.search(text)
    if odd:
        what = "it holds a NUL character" if odd[0] == "\0" else f"it holds the character U+{ord(odd[0]):04X}"
        return Problem(what, "remove it; is this a text file?"), mark_at(text, odd.start())
    try:
        return _Composer(text).get_single_node()
    except _TooBigError as error:
        return error.problem, error.mark
    except yaml.MarkedYAMLError as error:
        return syntax_problem(error, text)
    except (yaml.YAMLError, ValueError, OverflowError, IndexError):
        # PyYAML lets these out for escapes past Unicode and for absurd %YAML versions
        return Problem("it is not YAML", "check its escapes (\\U...) and % directives"), None


def parse(text: str, shown: str, expander: Expander, keys: str = "version:, vendors:") -> Document:
    """``text`` as a tree; ``shown`` is the file's name in faults, ``keys`` what it is to hold."""
    root = composed(text)
    if isinstance(root, tuple):
        return Document(None, faults=(fault_at(shown, root[1], (), root[0]),))
    if root is None:
        fix = "run `monitor init` to make one, or begin with version: 1"
        return Document(None, faults=(fault_at(shown, None, (), Problem("it is empty", fix)),))
    walker = _Walker(shown, expander)
    try:
        tree = walker.walk(root, ())
    except _TooBigError as error:
        return Document(None, faults=(fault_at(shown, error.mark, (), error.problem),))
    if isinstance(tree, dict):
        return Document(tree, walker.spots, tuple(walker.faults), frozenset(walker.told))
    what = f"it must be a mapping ({keys}), is {walker.spots[()].kind}"
    return Document(None, faults=(fault_at(shown, _mark(root), (), Problem(what, "begin it with version: 1")),))


def read_document(path: Path, shown: str, expander: Expander) -> Document:
    data = read_bounded(path, MAX_FILE)
    if isinstance(data, Problem):
        fix = data.fix or "run `monitor init` to make one, or name yours with --config FILE"
        return Document(None, faults=(fault_at(shown, None, (), Problem(data.what, fix)),))
    text = decode(data)
    if isinstance(text, str):
        return parse(text, shown, expander)
    return Document(None, faults=(fault_at(shown, text[1], (), text[0]),))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One key of a mapping, merged ones included."""

    name: str
    key: yaml.Node
    value: yaml.Node
    odd_key: Problem | None = None


class _Walker:
    """Makes the tree of one file; collects spots and faults by path."""

    def __init__(self, shown: str, expander: Expander) -> None:
        self.spots: dict[Steps, Spot] = {}
        self.faults: list[ConfigFault] = []
        self.told: set[Steps] = set()
        self._shown = shown
        self._expander = expander
        self._seen: set[tuple[Mark, Problem]] = set()
        self._budget = MAX_NODES
        self._open: set[int] = set()  # nodes that we are within: an alias to one of them has no end
        self._leaves: dict[int, tuple[Scalar, tuple[Problem, ...]]] = {}

    def walk(self, node: yaml.Node, path: Steps, key: yaml.Node | None = None) -> Tree:
        self._spend(node)
        name = node.tag.removeprefix(_PREFIX)
        kind = _KINDS.get(name) if node.tag.startswith(_PREFIX) else None
        shape = Kind.MAPPING if isinstance(node, yaml.MappingNode) else Kind.LIST
        if isinstance(node, yaml.ScalarNode):
            shape = kind if kind not in (None, Kind.MAPPING, Kind.LIST) else Kind.STRING
        self.spots[path] = Spot(_mark(node), _mark(key or node), shape)
        if kind is not shape:
            shown = printable(node.tag.replace(_PREFIX, "!!"), limit=60)
            return self._unusable(path, Problem(f"the tag {shown} is not taken", "remove it"))
        if isinstance(node, yaml.ScalarNode):
            return self._leaf(node, shape, path)
        self._enter(node)
        try:
            return self._mapping(node, path) if isinstance(node, yaml.MappingNode) else self._list(node, path)
        finally:
            self._open.discard(id(node))

    def _list(self, node: yaml.Node, path: Steps) -> Tree:
        return [self.walk(item, (*path, index)) for index, item in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, path: Steps) -> Tree:
        result: dict[str, Tree] = {}
        for entry in self._entries(node, path):
            here = (*path, entry.name)
            result[entry.name] = self.walk(entry.value, here, entry.key)
            if entry.odd_key:
                self.told.add(here)
                self._tell(_mark(entry.key), path, entry.odd_key)
        return result

    # -- keys ----------------------------------------------------------------------------------------------

    def _entries(self, node: yaml.MappingNode, path: Steps) -> list[_Entry]:
        """What the mapping holds; own keys win over merged ones, earlier merges over later ones."""
        own: dict[str, _Entry] = {}
        merged: dict[str, _Entry] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                for entry in self._merged(value, path):
                    merged.setdefault(entry.name, entry)
                continue
            named = self._entry(key, value, path)
            if named and named.name in own:
                first = _mark(own[named.name].key).line
                what = f"the key '{printable(named.name, 60)}' is there twice, first on line {first}"
                self._tell(_mark(key), path, Problem(what, "remove one of them"))
            elif named:
                own[named.name] = named
        return [*own.values(), *(entry for name, entry in merged.items() if name not in own)]

    def _entry(self, key: yaml.Node, value: yaml.Node, path: Steps) -> _Entry | None:
        if not isinstance(key, yaml.ScalarNode):
            kind = Kind.MAPPING if isinstance(key, yaml.MappingNode) else Kind.LIST
            self._tell(
                _mark(key), path, Problem(f"a key must be a string, is {kind}", "quote it if it is meant as text")
            )
            return None
        kind = _KINDS.get(key.tag.removeprefix(_PREFIX), Kind.STRING)
        shown = printable(key.value, 60)
        if any("\ud800" <= char <= "\udfff" for char in key.value):
            self._tell(_mark(key), path, Problem("a key holds half a character (\\uD800 to \\uDFFF)", "write it whole"))
            return None
        if kind is Kind.STRING:
            return _Entry(key.value, key, value)
        odd = Problem(f"the key {shown} is read by YAML as {kind}", f'quote it: "{shown}"')
        if kind is Kind.EMPTY:
            odd = Problem("a key is empty", "write a name before the colon")
        return _Entry(key.value, key, value, odd)

    def _merged(self, node: yaml.Node, path: Steps) -> Iterator[_Entry]:
        """The entries that ``<<: *anchor`` or ``<<: [*a, *b]`` brings in."""
        self._spend(node)
        members = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for member in members:
            if not isinstance(member, yaml.MappingNode):
                self._tell(_mark(member), path, Problem("<< takes only mappings", "write for instance <<: *defaults"))
                continue
            self._enter(member)
            for entry in self._entries(member, path):
                self._spend(member)
                yield entry
            self._open.discard(id(member))

    # -- leaves --------------------------------------------------------------------------------------------

    def _leaf(self, node: yaml.ScalarNode, kind: Kind, path: Steps) -> Scalar:
        if id(node) not in self._leaves:
            self._leaves[id(node)] = self._read(node, kind)
        scalar, problems = self._leaves[id(node)]
        for problem in problems:
            self.told.add(path)
            self._tell(_mark(node), path, problem)
        return scalar

    def _read(self, node: yaml.ScalarNode, kind: Kind) -> tuple[Scalar, tuple[Problem, ...]]:
        text, quoted = node.value, node.style is not None
        if kind is Kind.STRING:
            if any("\ud800" <= char <= "\udfff" for char in text):
                problem = Problem("it holds half a character (\\uD800 to \\uDFFF)", "write the character itself")
                return Scalar(kind, "", "", known=False), (problem,)
            if not quoted and _EXPONENT.fullmatch(text):
                return Scalar(Kind.NUMBER, float(text), text), ()
            expansion = self._expander.expand(text)
            scalar = Scalar(kind, expansion.text, text, quoted, expansion.expanded, expansion.known)
            return scalar, expansion.problems
        try:
            return Scalar(kind, _plain(node, kind), text, quoted), ()
        except (ValueError, KeyError, IndexError, OverflowError):
            return Scalar(kind, None, text, known=False), (Problem(f"YAML cannot read it as {kind}", "quote it"),)

    # -- faults and bounds ---------------------------------------------------------------------------------

    def _tell(self, mark: Mark, path: Steps, problem: Problem) -> None:
        # what stands behind an anchor is met once for each alias, and told once
        if (mark, problem) not in self._seen:
            self._seen.add((mark, problem))
            self.faults.append(fault_at(self._shown, mark, path, problem))

    def _unusable(self, path: Steps, problem: Problem) -> Scalar:
        self.told.add(path)
        self._tell(self.spots[path].value, path, problem)
        return Scalar(Kind.STRING, "", "", known=False)

    def _spend(self, node: yaml.Node) -> None:
        self._budget -= 1
        if self._budget < 0:
            what = f"its aliases (*name) expand to more than {MAX_NODES:,} values"
            raise _TooBigError(Problem(what, "write fewer aliases of aliases"), _mark(node))

    def _enter(self, node: yaml.Node) -> None:
        if id(node) in self._open:
            raise _TooBigError(Problem("an alias (*name) stands within what it names", "remove the alias"), _mark(node))
        if len(self._open) >= MAX_DEPTH:
            raise _TooBigError(Problem(f"its aliases nest deeper than {MAX_DEPTH} levels"), _mark(node))
        self._open.add(id(node))


def _plain(node: yaml.ScalarNode, kind: Kind) -> Plain:
    """The value that YAML 1.1 reads. Dates stay text: nothing in monitor.yaml is one."""
    if kind is Kind.EMPTY:
        return None
    if kind is Kind.DATE:
        return str(node.value)
    reader = yaml.constructor.SafeConstructor()
    if kind is Kind.BOOLEAN:
        return reader.construct_yaml_bool(node)
    return reader.construct_yaml_int(node) if kind is Kind.WHOLE else reader.construct_yaml_float(node)
