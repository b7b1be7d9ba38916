"""The lineage as a graph: field, path by which it is read, output, variable of a flow; and the contract that names it.

1. Edges lead that way only, so there is no circle. Where an output's path is the field itself, no path stands between.
2. What becomes of an output depends on the field that is gone: path and output are nodes of their field.
3. Outputs that fail with another one are one node of their field.

An interaction is a group of its own; variables stand outside, for several may fill one. Labels are lines of text, not
yet escaped for any language. A graph of thousands of edges is of no use to anybody: fields that are past the bound
are left out, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from textwrap import wrap
from typing import Final

from monitor.model import Use
from monitor.printable import printable
from monitor.reports.impact import Field, Lineage, Output, Traced
from monitor.reports.impact._words import OTHER_MEMBER, becomes, branch, label, leads, place_of, step, whole_fails

FIELD: Final = "field"
PATH: Final = "path"
CONTRACT: Final = "contract"
OUTPUT: Final = "output"  # or, by what becomes of it, silent or loud
SILENT: Final = "silent"
LOUD: Final = "loud"
VARIABLE: Final = "variable"
KINDS: Final = (FIELD, PATH, CONTRACT, OUTPUT, SILENT, LOUD, VARIABLE)
_LINE: Final = 60  # characters of a line of a label
_NARROW: Final = 30  # Mermaid breaks longer ones itself


@dataclass(frozen=True, slots=True)
class Node:
    """``name`` is safe in every language."""

    name: str
    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    start: str
    end: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """An interaction: the nodes that are its own, and its edges."""

    name: str
    label: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """``variables`` belong to no group. ``left_out`` fields are not there."""

    groups: tuple[Group, ...]
    variables: tuple[Node, ...]
    left_out: int

    @property
    def empty(self) -> bool:
        return not self.groups


def graph_of(lineage: Lineage, most: int) -> Graph:
    """Field by field, until there are ``most`` edges or more; one field is always there."""
    names = _Names()
    groups: list[Group] = []
    edges = left = 0
    for number, traced in enumerate(lineage.interactions):
        drawn = _Drawn(names)
        room = [field for field in traced.fields if drawn.added(traced, field, most - edges)]
        left += len(traced.fields) - len(room)
        edges += len(drawn.edges)
        if room:
            title = _shown(f"{lineage.vendor}: {traced.description}")
            groups.append(Group(f"g{number}", title, tuple(drawn.nodes.values()), tuple(drawn.edges)))
    return Graph(tuple(groups), tuple(names.variables.values()), left)


def left_out(graph: Graph) -> str:
    """What is said in place of what is not drawn; empty where all is."""
    plural = "" if graph.left_out == 1 else "s"
    return f"{graph.left_out:,} more field{plural}: name one with --field" if graph.left_out else ""


def _shown(text: str) -> str:
    return printable(printable(text, _LINE), _LINE)  # escapes are longer than what they stand for


class _Names:
    """Numbers for nodes, and the variables that every interaction shares."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.variables: dict[tuple[str, str, str], Node] = {}

    def new(self, kind: str, *lines: str) -> Node:
        return Node(f"n{next(self._numbers)}", kind, tuple(_shown(line) for line in lines if line))

    def variable(self, use: Use) -> Node:
        key = (use.file, use.flow, use.variable)
        if key not in self.variables:
            self.variables[key] = self.new(VARIABLE, use.variable, f'in "{use.flow}"')
        return self.variables[key]


class _Drawn:
    """One interaction on its way to a group."""

    def __init__(self, names: _Names) -> None:
        self._names = names
        self.nodes: dict[tuple[str, ...], Node] = {}
        self.edges: dict[Edge, None] = {}

    def added(self, traced: Traced, field: Field, room: int) -> bool:
        """Draws ``field`` while there is ``room`` for edges; whether it did."""
        if len(self.edges) >= room:
            return False
        self._field(traced, field)
        return True

    def _node(self, key: tuple[str, ...], kind: str, *lines: str) -> Node:
        if key not in self.nodes:
            self.nodes[key] = self._names.new(kind, *lines)
        return self.nodes[key]

    def _join(self, start: Node, end: Node, said: str = "") -> None:
        self.edges[Edge(start.name, end.name, _shown(said))] = None

    def _field(self, traced: Traced, field: Field) -> None:
        root = self._node(("field", place_of(field.path)), FIELD, field.path, field.unknown)
        if field.contract:
            contract = self._node(("contract",), CONTRACT, "contract", traced.contract)
            self._join(root, contract, "broken without it" if field.forbidden else "")
        for reader in field.readers:
            name = f"{reader.kind} {reader.name}"
            for output in reader.reading:
                self._output(root, field, output, name)
            if too := whole_fails(reader):
                node = self._node(("too", field.path, name), LOUD, *wrap(too, _NARROW), name)
                self._join(root, node)
                for use in (use for output in reader.failing_too for use in output.uses):
                    self._join(node, self._names.variable(use))

    def _output(self, root: Node, field: Field, output: Output, reader: str) -> None:
        kind = label(output.effect) or OUTPUT
        # what becomes of it depends on the field that is gone
        node = self._node(("output", field.path, reader, output.name), kind, output.name, reader, becomes(output))
        for path in output.shown if leads(output, field) else ():
            between = self._node(("path", field.path, path), PATH, path, OTHER_MEMBER if output.other_member else "")
            self._join(root, between)
            self._join(between, node)
        if not leads(output, field):
            self._join(root, node)
        for use in output.uses:
            said = ", ".join(filter(None, (step(use), branch(use))))
            self._join(node, self._names.variable(use), said)
