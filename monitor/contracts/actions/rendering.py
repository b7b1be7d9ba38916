"""The templates of an action's request: URL, headers and body, rendered together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from monitor.contracts.actions.export import RAW_REQUEST, REQUEST, WITH_BODY, DataAction
from monitor.errors import ContractError
from monitor.jsonpaths import Path, format_path
from monitor.languages.velocity import BOUND, Bounds, Reference, RenderFault, Spent, Template, parse_template, render
from monitor.languages.velocity.tools import GENESYS
from monitor.model import Headers

INPUT: Final = "input"
CREDENTIALS: Final = "credentials"
AUTH_RESPONSE: Final = "authResponse"
_GIVEN: Final = (INPUT, CREDENTIALS, AUTH_RESPONSE)
BOUNDS: Final = Bounds(steps=20_000, text=1_000_000)  # a request is small, and is rendered in our own process
TOGETHER: Final = Bounds(steps=200_000, seconds=3.0)  # all renderings that the request of one action takes

_NAMED: Final = re.compile(rf"\b({INPUT}|{CREDENTIALS}|{AUTH_RESPONSE})\.([A-Za-z][\w-]*)")
_BRACED: Final = re.compile(r"\$!?\{([A-Za-z][\w-]*)\}")
_CONTROL: Final = "transfer-encoding"  # a word to Genesys Cloud: buffered or chunked

Name: TypeAlias = tuple[str, str]  # of a variable: root and member; a member is empty where the root stands alone
Context: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Piece:
    """One template of the request. ``header`` is empty for URL and body; ``at`` is the JSON path in the export."""

    at: Path
    template: Template
    header: str = ""

    def names(self) -> frozenset[Name]:
        """Every variable that may be read, and has to be given from outside."""
        source = self.template.source
        found = {(match[1], match[2]) for match in _NAMED.finditer(source)}
        found.update((match[1], "") for match in _BRACED.finditer(source) if match[1] not in (*_GIVEN, *GENESYS))
        members = ((one.root, one.members[0]) for one in self.template.references if one.members)
        return frozenset(found.union(name for name in members if name[0] in _GIVEN))


@dataclass(frozen=True, slots=True)
class Pieces:
    url: Piece
    headers: tuple[Piece, ...]
    body: Piece | None

    def __iter__(self) -> Iterator[Piece]:
        yield self.url
        yield from self.headers
        if self.body is not None:
            yield self.body

    def names(self) -> frozenset[Name]:
        return frozenset(name for piece in self for name in piece.names())


def pieces_of(action: DataAction) -> Pieces:
    """Raises ContractError (``where``: the JSON path in the export) for a template that cannot be parsed."""
    body = RAW_REQUEST if action.body is None else action.body
    return Pieces(
        url=_piece((*REQUEST, "requestUrlTemplate"), action.url),
        headers=tuple(
            _piece((*REQUEST, "headers", name), text, name) for name, text in action.headers if name.lower() != _CONTROL
        ),
        body=None if action.method not in WITH_BODY or not body else _piece((*REQUEST, "requestTemplate"), body),
    )


def _piece(at: Path, text: str, header: str = "") -> Piece:
    try:
        return Piece(at, parse_template(text, str(at[-1])), header)
    except ContractError as error:
        what = f"{error.what} ({error.where} of the template)" if error.where else error.what
        raise ContractError(what, where=format_path(at), fix=error.fix) from None


@dataclass(frozen=True, slots=True)
class Made:
    """What the templates give. ``body`` is None where there is none."""

    url: str
    headers: Headers
    body: str | None


@dataclass(slots=True)
class Allowance:
    """What is left for all renderings of one action together."""

    steps: int = TOGETHER.steps
    seconds: float = TOGETHER.seconds

    def bounds(self) -> Bounds:
        """Of the next rendering."""
        return replace(BOUNDS, steps=min(BOUNDS.steps, self.steps), seconds=min(BOUNDS.seconds, self.seconds))

    def take(self, spent: Spent) -> None:
        self.steps = max(self.steps - spent.steps, 0)
        self.seconds = max(self.seconds - spent.seconds, 0.0)


def made(pieces: Pieces, context: Context, allowance: Allowance) -> Made:
    """Raises ContractError (``where``: the JSON path) where a template fails on what is given, or has no end."""
    body = None if pieces.body is None else _text(pieces.body, context, allowance)
    headers = tuple((piece.header, _text(piece, context, allowance)) for piece in pieces.headers)
    return Made(_text(pieces.url, context, allowance), headers, body or None)


def _text(piece: Piece, context: Context, allowance: Allowance) -> str:
    bounds = allowance.bounds()
    answer = render(piece.template, {**GENESYS, **context}, strict=False, bounds=bounds)
    if not isinstance(answer, RenderFault):
        allowance.take(answer.spent)
        return answer.text
    if answer.kind == BOUND and bounds != BOUNDS:
        what = "its templates take too long together: they are rendered once more for each variable that is not given"
        raise ContractError(what, where=format_path(piece.at), fix="shorten the templates, or give more inputs")
    what = f"its template fails at line {answer.line}, column {answer.column}: {answer.message}"
    raise ContractError(what, where=format_path(piece.at), fix="correct the template, or the inputs")


def with_value(context: Context, name: Name, value: str) -> Context:
    """``context`` with one more variable."""
    root, member = name
    if not member:
        return {**context, root: value}
    inner = context.get(root)
    return {**context, root: {**(inner if isinstance(inner, Mapping) else {}), member: value}}


def has(context: Context, name: Name) -> bool:
    root, member = name
    inner = context.get(root)
    return root in context and (not member or (isinstance(inner, Mapping) and member in inner))


def unset_references(piece: Piece) -> Iterator[Reference]:
    """What the template reads that nothing sets: ``${INPUT.x}`` is not ``${input.x}``. Calls may be macros that Genesys
    Cloud has and we do not."""
    for one in piece.template.references:
        if one.root not in (*_GIVEN, *GENESYS) and not (one.assigned or one.guarded or "(" in one.text):
            yield one


def unknown_macros(piece: Piece, text: str, *, is_whole: bool) -> Iterator[str]:
    """Calls and properties of things that nobody knows, which stand in ``text`` as they are written, or quietly leave
    nothing. ``is_whole``: nothing of it is replaced."""
    for one in piece.template.references:
        is_call = "(" in one.text
        is_quiet = is_whole and one.quiet and is_call and one.root not in GENESYS and not one.assigned
        if one.root not in _GIVEN and (one.members or is_call) and (one.text in text or is_quiet):
            yield one.text
