"""Which names of the template fill which output, and which places of the response that reads.

1. The template is JSON with references in it. With a marker in the place of each it can be parsed, and an output's own
   path leads to its marker.
2. A reference that is a value as a whole hands its members on: where ``${contact}`` is ``$.value``, the output
   ``contact.id`` reads ``$.value.id``; so does ``firstFromArray``, of the list's first member. One that is only a part
   of a text, or goes through a method, is read as a whole.
3. A directive with a block (``#if ... #end``) is one marker, which reads all that stands in it. A name that a directive
   sets reads all that such directives read.
4. Where that gives no JSON, or the template ends or makes itself as it runs, every output reads all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from monitor.jsonpaths import ANY, ROOT, Json, Path, format_path
from monitor.languages.data_action.definition import RAW_RESULT
from monitor.languages.jsonpath import CompiledPath
from monitor.languages.velocity import Template
from monitor.languages.velocity.nodes import (
    Block,
    Call,
    Constant,
    Define,
    Expression,
    Interpolated,
    MacroDefinition,
    Node,
    Property,
    Ref,
    Set,
    Text,
)
from monitor.languages.velocity.references import references_of

FIRST: Final = "firstFromArray"
_UTILS: Final = "successTemplateUtils"
_RESTLESS: Final = re.compile("#\\{?(stop|evaluate|parse|include)\\b|\ue000")  # or it holds what we mark with
_MARK: Final = re.compile("\ue000(\\d+)\ue001")


@dataclass(frozen=True, slots=True)
class Source:
    """What one marker hands on.

    ``whole``: the value of the one name (or, with ``first``, the first member of its list) is all that stands there.
    ``default``: the text that ``firstFromArray`` gives where the list is empty, None where it has none; ``spare`` are
    the names in it.
    """

    names: tuple[str, ...]
    whole: bool = False
    first: bool = False
    default: str | None = None
    spare: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filling:
    """What fills one output: sources, and the rest of the output's path below each.

    ``exact``: they are known by the output's place; else they are all that the template has.
    """

    sources: tuple[tuple[Source, Path], ...]
    exact: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for source, _ in self.sources for name in (*source.names, *source.spare)))


def fillings(template: Template, outputs: Mapping[str, Path], known: frozenset[str]) -> Mapping[str, Filling]:
    """Per output what fills it; an output without sources is a constant, or is never filled."""
    marked = _marked(template, known)
    skeleton = None if _RESTLESS.search(template.source) else _parsed(marked.text)
    if skeleton is None:
        every = tuple((replace(source, whole=False), ROOT) for source in marked.sources if source.names)
        return dict.fromkeys(outputs, Filling((*every, (Source(marked.hidden), ROOT)), exact=False))
    return {name: Filling(tuple(_at(skeleton[0], path, marked.sources))) for name, path in outputs.items()}


# -- markers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Marked:
    """The template's text with marker N where the source N stands. ``hidden`` is what set names may be made of."""

    text: str
    sources: tuple[Source, ...]
    hidden: tuple[str, ...]


def _marked(template: Template, known: frozenset[str]) -> _Marked:
    own = frozenset(one.root for one in template.references if one.assigned)
    hidden = _names((node for node in template.block.nodes if not isinstance(node, Text | Ref)), known) if own else ()
    parts: list[str] = []
    sources: list[Source] = []
    quoted = False
    for node in template.block.nodes:
        if isinstance(node, Set | Define | MacroDefinition):
            continue  # they print nothing
        text = '"' if _is_quote(node) else node.text if isinstance(node, Text) else None
        if text is None:
            mark = f"\ue000{len(sources)}\ue001"
            sources.append(_source(node, known, own, hidden))
            parts.append(mark if quoted else f'"{mark}"')
        else:
            parts.append(text)
            quoted = _quoted_after(text, quoted=quoted)
    return _Marked("".join(parts), tuple(sources), hidden)


def _quoted_after(text: str, *, quoted: bool) -> bool:
    for match in re.finditer(r'\\.|"', text, re.DOTALL):
        quoted = quoted != (match[0] == '"')
    return quoted


def _names(nodes: Iterable[Node], known: frozenset[str]) -> tuple[str, ...]:
    roots = dict.fromkeys(one.root for one in references_of(Block(tuple(nodes))))
    return tuple(root for root in roots if root in known)


def _source(node: Node, known: frozenset[str], own: frozenset[str], hidden: tuple[str, ...]) -> Source:
    if isinstance(node, Ref):
        if _is_bare(node) and node.root in known - own:
            return Source((node.root,), whole=True)
        if (first := _first(node, known - own)) is not None:
            return first
        made = not own.isdisjoint(one.root for one in references_of(Block((node,))))
    else:
        made = True  # what a directive prints may rest on whatever directives set
    names = _names((node,), known)
    return Source(tuple(dict.fromkeys((*names, *hidden))) if made else names)


def _is_bare(node: Expression | Node) -> bool:
    return isinstance(node, Ref) and not node.parts and node.otherwise is None


def _is_quote(node: Expression | Node) -> bool:
    return isinstance(node, Ref) and node.root == "esc" and _plain(node) == ("quote",)


def _plain(ref: Ref) -> tuple[str, ...]:
    return tuple(part.name if isinstance(part, Property) else "" for part in ref.parts)


def _first(ref: Ref, known: frozenset[str]) -> Source | None:
    """``$successTemplateUtils.firstFromArray("${x}", "default")``; None for anything else."""
    call = ref.parts[0] if len(ref.parts) == 1 and ref.root == _UTILS and ref.otherwise is None else None
    if not isinstance(call, Call) or call.name != FIRST or not 1 <= len(call.arguments) <= 2:
        return None
    inner = _alone(call.arguments[0])
    if not isinstance(inner, Ref) or not _is_bare(inner) or inner.root not in known:
        return None
    if len(call.arguments) == 1:
        return Source((inner.root,), whole=True, first=True)
    text, spare = _default(call.arguments[1], known)
    return Source((inner.root,), whole=True, first=True, default=text, spare=spare)


def _alone(argument: Expression) -> Expression | Node:
    """``"${x}"`` is ``${x}``."""
    if isinstance(argument, Interpolated) and len(argument.block.nodes) == 1:
        return argument.block.nodes[0]
    return argument


def _default(argument: Expression, known: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """The default's text, as far as it is written in the template; and the names in it."""
    if isinstance(argument, Constant):
        value = argument.value
        return (str(value).lower() if isinstance(value, bool) else str(value)), ()
    nodes: tuple[Node, ...] = ()
    if isinstance(argument, Interpolated):
        nodes = argument.block.nodes
    elif isinstance(argument, Ref):
        nodes = (argument,)
    texts = ['"' if _is_quote(node) else node.text if isinstance(node, Text) else None for node in nodes]
    return "".join(text for text in texts if text) if None not in texts else "", _names(nodes, known)


# -- the skeleton -----------------------------------------------------------------------------------------


def _parsed(text: str) -> tuple[Json] | None:
    """The first JSON value of the text with markers; None where there is none."""
    try:
        return (json.JSONDecoder(strict=False).raw_decode(text.lstrip())[0],)
    except (ValueError, RecursionError):
        return None


def _at(value: Json, path: Path, sources: Sequence[Source]) -> Iterator[tuple[Source, Path]]:
    """The sources that fill what stands at ``path``, each with the steps that are left below it."""
    if isinstance(value, str):
        marks = [sources[int(number)] for number in _MARK.findall(value)]
        if len(marks) == 1 and _MARK.fullmatch(value):
            yield marks[0], path
        else:
            yield from ((replace(mark, whole=False), ROOT) for mark in marks)
    elif not path:
        members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for member in members:
            yield from _at(member, (), sources)
    elif isinstance(value, dict) and isinstance(path[0], str):
        if path[0] in value:
            yield from _at(value[path[0]], path[1:], sources)
        for key in filter(_MARK.search, value):  # a name that the template makes may be this one
            yield from _at(key, (), sources)
            yield from ((replace(source, whole=False), ROOT) for source, _ in _at(value[key], (), sources))
    elif isinstance(value, list) and path[0] is ANY:
        for member in value:
            yield from _at(member, path[1:], sources)


# -- places of the response -------------------------------------------------------------------------------


def reads_of(filling: Filling, paths: Mapping[str, CompiledPath]) -> tuple[Path, ...]:
    """What an output reads of the response."""
    return tuple(dict.fromkeys(path for source, rest in filling.sources for path in _reads(source, rest, paths)))


def _reads(source: Source, rest: Path, paths: Mapping[str, CompiledPath]) -> Iterator[Path]:
    for name in source.names:
        if name == RAW_RESULT and name not in paths:
            yield _below(ROOT, source, rest) if source.whole else ROOT
        elif (path := paths.get(name)) is not None:
            yield from _through(path, source, rest)
    for name in source.spare:
        yield from paths[name].reads if name in paths else ()


def written(filling: Filling, paths: Mapping[str, CompiledPath]) -> Mapping[str, tuple[Path, ...]]:
    """The map's paths that fill an output, each with what is taken below it, and what that reads."""
    found: dict[str, tuple[Path, ...]] = {}
    for source, rest in filling.sources:
        for name in source.names:
            reads = tuple(_reads(replace(source, names=(name,), spare=()), rest, paths))
            text = f"{paths[name].text}{_tail(paths[name], source, rest)}" if name in paths else ""
            found |= {text or format_path(read): reads if text else (read,) for read in reads}
        found |= {paths[name].text: paths[name].reads for name in source.spare if name in paths}
    return found


def _tail(path: CompiledPath, source: Source, rest: Path) -> str:
    if path.target is None or not source.whole:
        return ""
    if path.definite and source.first:
        return format_path((0, *rest))[1:]
    return format_path(rest if path.definite or source.first or rest[:1] != (ANY,) else rest[1:])[1:]


def _below(leaf: Path, source: Source, rest: Path) -> Path:
    return (*leaf, ANY, *rest) if source.first else (*leaf, *rest)


def _through(path: CompiledPath, source: Source, rest: Path) -> Iterator[Path]:
    """The path's own leaf with what the output takes below it, then whatever else the path reads (its filters)."""
    leaf = path.target
    if leaf is None or not source.whole:
        yield from path.reads
        return
    if path.definite:
        yield _below(leaf, source, rest)
    elif source.first or rest[:1] != (ANY,):
        yield (*leaf, *rest)  # the first of the matches
    else:
        yield (*leaf, *rest[1:])  # an indefinite path's list is the list of its matches
    yield from (read for read in path.reads if read != leaf)


def copied(filling: Filling, paths: Mapping[str, CompiledPath]) -> Path | None:
    """The one place of the response whose value fills an output as it is; None where more is made of it."""
    if len(filling.sources) != 1:
        return None
    source, rest = filling.sources[0]
    if not source.whole or len(source.names) != 1:
        return None
    path = paths.get(source.names[0])
    if path is None:
        return rest if source.names[0] == RAW_RESULT else None
    return None if path.target is None else next(_through(path, source, rest))
