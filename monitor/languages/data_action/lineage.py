"""Which names of the template fill which output, and which places of the response that reads.

The template is JSON with references in it. With a marker in the place of each reference it can be parsed, and the
output's own path leads to its marker. A reference that fills a value as a whole hands its own members on: where
``${contact}`` is ``$.value``, the output ``contact.id`` reads ``$.value.id``. One that is only a part of a text, or
goes through a method, is read as a whole. A template with directives is not taken apart: every output reads all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.jsonpaths import ANY, ROOT, Json, Path
from monitor.languages.data_action.definition import RAW_RESULT
from monitor.languages.jsonpath import CompiledPath
from monitor.languages.velocity import Reference, Template

_DIRECTIVE: Final = re.compile(r"#(\{?\w+\}?\s*\(|\{?(else|end|stop|break)\b|\[\[|@|#|\*)")
_MARK: Final = re.compile("\ue000(\\d+)\ue001")
_FIRST: Final = re.compile(r"firstFromArray\(\s*\"?\$!?\{?(?P<name>[A-Za-z][\w-]*)\}?\"?\s*(?P<default>,)?")
_QUOTE: Final = ("esc", ("quote",))


@dataclass(frozen=True, slots=True)
class Source:
    """What one reference of the template hands on: the names in it, and how.

    ``whole``: the value of one name (or its first member, with ``first``) is the output, and nothing is added to it.
    ``defaulted``: ``firstFromArray`` has a default of its own, which an empty list leaves.
    """

    names: tuple[str, ...]
    whole: bool = False
    first: bool = False
    defaulted: bool = False


@dataclass(frozen=True, slots=True)
class Filling:
    """What fills one output: sources, and the rest of the output's path below each."""

    sources: tuple[tuple[Source, Path], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for source, _ in self.sources for name in source.names))


def fillings(template: Template, outputs: Mapping[str, Path], known: frozenset[str]) -> Mapping[str, Filling]:
    """Per output what fills it; an output without sources is a constant, or is never filled."""
    tops = _tops(template)
    sources = [_source(top, inner, known) for top, inner in tops]
    skeleton = None if _DIRECTIVE.search(template.source) else _skeleton(template.source, [top for top, _ in tops])
    if skeleton is None:
        every = Filling(tuple((Source(source.names), ROOT) for source in sources if source.names))
        return dict.fromkeys(outputs, every)
    return {name: Filling(tuple(_at(skeleton[0], path, sources))) for name, path in outputs.items()}


# -- references -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    reference: Reference


def _spans(template: Template) -> list[_Span]:
    starts = [0]
    for line in template.source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    offsets = ((starts[one.line - 1] + one.column - 1, one) for one in template.references)
    return sorted((_Span(start, start + len(one.text), one) for start, one in offsets), key=lambda span: span.start)


def _tops(template: Template) -> list[tuple[_Span, list[_Span]]]:
    """The references that stand in the template's own text, each with those in its arguments."""
    tops: list[tuple[_Span, list[_Span]]] = []
    for span in _spans(template):
        if tops and span.start < tops[-1][0].end:
            tops[-1][1].append(span)
        else:
            tops.append((span, []))
    return tops


def _source(top: _Span, inner: Sequence[_Span], known: frozenset[str]) -> Source:
    reference = top.reference
    roots = dict.fromkeys(span.reference.root for span in (top, *inner))
    names = tuple(root for root in roots if root in known)
    if not inner and reference.root in known and _is_bare(reference):
        return Source(names, whole=True)
    first = _FIRST.search(reference.text)
    if first and names and first["name"] == names[0]:
        return Source(names, whole=len(names) == 1, first=True, defaulted=first["default"] is not None)
    return Source(names)


def _is_bare(reference: Reference) -> bool:
    return reference.text.lstrip("$!").strip("{}") == reference.root


# -- the skeleton -----------------------------------------------------------------------------------------


def _skeleton(text: str, tops: Sequence[_Span]) -> tuple[Json] | None:
    """The template as JSON with markers; None where that is no JSON."""
    parts: list[str] = []
    position, quoted = 0, False
    for index, top in enumerate(tops):
        literal = text[position : top.start]
        quoted = _quoted_after(literal, quoted=quoted)
        mark = f"\ue000{index}\ue001"
        if (top.reference.root, top.reference.members) == _QUOTE:
            mark, quoted = '"', not quoted
        elif not quoted:
            mark = f'"{mark}"'
        parts += [literal, mark]
        position = top.end
    parts.append(text[position:])
    try:
        return (json.JSONDecoder(strict=False).raw_decode("".join(parts).lstrip())[0],)
    except (ValueError, RecursionError):
        return None


def _quoted_after(literal: str, *, quoted: bool) -> bool:
    for match in re.finditer(r'\\.|"', literal, re.DOTALL):
        quoted = quoted != (match[0] == '"')
    return quoted


def _at(value: Json, path: Path, sources: Sequence[Source]) -> Iterator[tuple[Source, Path]]:
    """The sources that fill what stands at ``path``, each with the steps that are left below it."""
    if isinstance(value, str):
        marks = [sources[int(number)] for number in _MARK.findall(value)]
        if len(marks) == 1 and _MARK.fullmatch(value):
            yield marks[0], path
        else:
            yield from ((Source(mark.names), ROOT) for mark in marks)
    elif not path:
        members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for member in members:
            yield from _at(member, (), sources)
    elif isinstance(value, dict) and isinstance(path[0], str) and path[0] in value:
        yield from _at(value[path[0]], path[1:], sources)
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
            yield rest if source.whole else ROOT
        elif (path := paths.get(name)) is not None:
            yield from _through(path, source, rest)


def _through(path: CompiledPath, source: Source, rest: Path) -> Iterator[Path]:
    """The path's own leaf with what the output takes below it, then whatever else the path reads (its filters)."""
    leaf = path.target
    if leaf is None or not source.whole:
        yield from path.reads
        return
    if not path.definite and not source.first and rest[:1] == (ANY,):
        rest = rest[1:]  # an indefinite path's list is the list of its matches
    yield (*leaf, *rest)
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
