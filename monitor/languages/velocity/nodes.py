"""A Velocity template as frozen nodes. Nothing here renders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from monitor.languages.velocity.places import Place

# -- expressions ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, true, false, or a string without references."""

    value: int | float | bool | str


@dataclass(frozen=True, slots=True)
class Interpolated:
    """A double-quoted string with references or directives in it."""

    block: Block


@dataclass(frozen=True, slots=True)
class MadeList:
    members: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class MadeMap:
    entries: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, slots=True)
class Range:
    first: Expression
    last: Expression


@dataclass(frozen=True, slots=True)
class Unary:
    """``operator`` is ``!`` or ``-``."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """``operator`` as a sign: ``and`` is ``&&``. ``texts`` of the sides as they are written; ``place`` of the right."""

    operator: str
    left: Expression
    right: Expression
    place: Place
    texts: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word as an argument of a directive: it has no value."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Expression, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Index:
    key: Expression
    place: Place


Part: TypeAlias = Property | Call | Index


@dataclass(frozen=True, slots=True)
class Ref:
    """``$root.a.b(...)[0]``. ``text`` as it is written; ``otherwise``: what ``|`` gives.

    ``asked``: strict mode lets it be unset. So it is with a bare name that is a whole expression, or a side of ``&&``,
    ``||`` and ``!``, in a condition of ``#if`` and anywhere within its branches.
    ``slashes`` stand before it, and ``before`` is what else is printed there (``#`` of ``#$x``). ``start`` is the
    offset of ``text``.
    """

    root: str
    parts: tuple[Part, ...]
    quiet: bool
    text: str
    place: Place
    slashes: int = 0
    before: str = ""
    otherwise: Expression | None = None
    start: int = 0
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Runt:
    """What looks like a reference behind a dot and is none: printed as it is written, null as a value."""

    text: str


Expression: TypeAlias = Constant | Interpolated | MadeList | MadeMap | Range | Unary | Binary | Word | Ref | Runt


# -- what is rendered -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Set:
    target: Ref | Runt
    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    """Branches in order; the condition of ``#else`` is None."""

    branches: tuple[tuple[Expression | None, Block], ...]


@dataclass(frozen=True, slots=True)
class Foreach:
    """``text`` and ``place`` are of the items."""

    variable: str
    items: Expression
    text: str
    place: Place
    body: Block
    otherwise: Block | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """``text`` is of the scope."""

    scope: Expression | None
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Stop:
    """``#stop``."""


@dataclass(frozen=True, slots=True)
class Define:
    name: str
    body: Block


@dataclass(frozen=True, slots=True)
class MacroDefinition:
    name: str
    parameters: tuple[tuple[str, Expression | None], ...]
    body: Block
    place: Place


@dataclass(frozen=True, slots=True)
class MacroCall:
    """``text`` is what is printed where there is no such macro. ``body``: of ``#@name() ... #end``.

    ``certain``: it can be nothing else but a macro's call.
    """

    name: str
    arguments: tuple[Expression, ...]
    text: str
    place: Place
    certain: bool
    body: Block | None = None


@dataclass(frozen=True, slots=True)
class Evaluate:
    source: Expression


@dataclass(frozen=True, slots=True)
class Fetch:
    """``#parse`` or ``#include``: there is nothing to fetch from."""

    name: str
    sources: tuple[Expression, ...]
    place: Place


Node: TypeAlias = (
    Text | Ref | Runt | Set | If | Foreach | Break | Stop | Define | MacroDefinition | MacroCall | Evaluate | Fetch
)


@dataclass(frozen=True, slots=True)
class Block:
    nodes: tuple[Node, ...]
