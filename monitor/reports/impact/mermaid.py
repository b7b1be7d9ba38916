"""The lineage as a Mermaid flowchart, for Markdown and wikis (https://mermaid.js.org).

Labels stand in quotes, and what is not a plain character in them is written as Mermaid's own entity code (``#34;``):
no name can end a label, begin Markdown or HTML, or be read as a word of the language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from monitor.reports import Options
from monitor.reports.impact import Lineage
from monitor.reports.impact._graph import (
    CONTRACT,
    FIELD,
    KINDS,
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

LONGEST: Final = 50_000  # characters: Mermaid draws no more unless it is told to
_EDGES: Final = (400, 200, 100, 50, 25, 10, 1)  # 500 are drawn, unless it is told to
_PLAIN: Final = re.compile(r"[^\w $:,/()]", re.ASCII)
_DOT: Final = re.compile(r"(?<=[$\w])\.(?=[A-Za-z_])", re.ASCII)  # of a path; "1." would begin a list
_STYLES: Final = {
    FIELD: "fill:#e8f0fe,stroke:#4a6fa5,color:#111",
    PATH: "fill:#ffffff,stroke:#4a6fa5,color:#111",
    CONTRACT: "fill:#f2f2f2,stroke:#777,color:#111",
    OUTPUT: "fill:#ffffff,stroke:#777,color:#111",
    SILENT: "fill:#fff3cd,stroke:#b8860b,stroke-width:2px,color:#111",
    LOUD: "fill:#f8d7da,stroke:#a00,stroke-width:2px,color:#111",
    VARIABLE: "fill:#e6f4ea,stroke:#2e7d32,color:#111",
}


def _escaped(text: str) -> str:
    return ".".join(_PLAIN.sub(lambda match: f"#{ord(match[0])};", part) for part in _DOT.split(text))


def _label(lines: Iterable[str]) -> str:
    return f'"{"<br/>".join(_escaped(line) for line in lines)}"'


def _node(node: Node) -> str:
    opened, closed = ("([", "])") if node.kind == VARIABLE else ("[", "]")
    return f"{node.name}{opened}{_label(node.lines)}{closed}:::{node.kind}"


def _lines(graph: Graph, lineage: Lineage) -> Iterator[str]:
    yield "flowchart LR"
    for group in graph.groups:
        yield f"  subgraph {group.name}[{_label([group.label])}]"
        yield "    direction LR"  # else one that nothing outside is joined to is drawn from the top
        yield from (f"    {_node(node)}" for node in group.nodes)
        yield "  end"
    yield from (f"  {_node(node)}" for node in graph.variables)
    for edge in (edge for group in graph.groups for edge in group.edges):
        said = f"|{_label([edge.label])}|" if edge.label else ""
        yield f"  {edge.start} -->{said} {edge.end}"
    if graph.empty:
        yield f"  nothing[{_label(['nothing reads ' + (lineage.field or 'anything')])}]"
    if graph.left_out:
        yield f"  more[{_label([left_out(graph)])}]"
    yield from (f"  classDef {kind} {_STYLES[kind]}" for kind in KINDS)


def render(lineage: Lineage, options: Options) -> str:  # noqa: ARG001 - one signature for all formats
    """ASCII; as many fields as Mermaid will draw."""
    text = ""
    for most in _EDGES:
        text = "\n".join(_lines(graph_of(lineage, most), lineage)) + "\n"
        if len(text) <= LONGEST:
            break
    return text
