"""The lineage in Graphviz' language (https://graphviz.org/doc/info/lang.html): ``dot -Tsvg``.

In a quoted string a quote ends the string, a backslash begins an escape (``\\N`` is the node's name) and an ampersand
an HTML entity; nothing else means anything there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from monitor.reports import Options
from monitor.reports.impact import Lineage
from monitor.reports.impact._graph import (
    CONTRACT,
    FIELD,
    LOUD,
    OUTPUT,
    PATH,
    SILENT,
    VARIABLE,
    Graph,
    Node,
    graph_of,
    left_out,
)

_EDGES: Final = 2_000
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "&": "&amp;"})
_STYLES: Final = {
    FIELD: 'fillcolor="#e8f0fe", color="#4a6fa5"',
    PATH: 'fillcolor="#ffffff", color="#4a6fa5"',
    CONTRACT: 'fillcolor="#f2f2f2", color="#777777"',
    OUTPUT: 'fillcolor="#ffffff", color="#777777"',
    SILENT: 'fillcolor="#fff3cd", color="#b8860b", penwidth=2',
    LOUD: 'fillcolor="#f8d7da", color="#aa0000", penwidth=2',
    VARIABLE: 'fillcolor="#e6f4ea", color="#2e7d32", style="filled,rounded"',
}


def _label(lines: Iterable[str]) -> str:
    return '"{}"'.format("\\n".join(line.translate(_ESCAPES) for line in lines))


def _node(node: Node) -> str:
    return f"{node.name} [label={_label(node.lines)}, {_STYLES[node.kind]}];"


def _lines(graph: Graph, lineage: Lineage) -> Iterator[str]:
    yield "digraph impact {"
    yield "  rankdir=LR;"
    yield '  graph [fontname="Helvetica", fontsize=12, color="#999999"];'
    yield '  node [shape=box, style="filled", fontname="Helvetica", fontsize=11];'
    yield '  edge [fontname="Helvetica", fontsize=9, color="#666666"];'
    for group in graph.groups:
        yield f"  subgraph cluster_{group.name} {{"
        yield f"    label={_label([group.label])};"
        yield from (f"    {_node(node)}" for node in group.nodes)
        yield "  }"
    yield from (f"  {_node(node)}" for node in graph.variables)
    for edge in (edge for group in graph.groups for edge in group.edges):
        said = f" [label={_label([edge.label])}]" if edge.label else ""
        yield f"  {edge.start} -> {edge.end}{said};"
    if graph.empty:
        yield f"  nothing [label={_label(['nothing reads ' + (lineage.field or 'anything')])}];"
    if graph.left_out:
        yield f"  more [label={_label([left_out(graph)])}];"
    yield "}"


def render(lineage: Lineage, options: Options) -> str:  # noqa: ARG001 - one signature for all formats
    """UTF-8; as many fields as a person may still look at."""
    return "\n".join(_lines(graph_of(lineage, _EDGES), lineage)) + "\n"
