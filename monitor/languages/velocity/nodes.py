"""A Velocity template as frozen nodes. Nothing here renders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Place:
    """``line`` and ``column`` count from 1."""

    line: int
    column: int


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
    """``operator`` as a sign: ``and`` is ``&&``. ``literal`` of a side that is null stands in a text."""

    operator: str
    left: Expression
    right: Expression
    place: Place
    literals: tuple[str, str] = ("", "")


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
    """``$root.a.b(...)[0]``. ``text`` as it is written; ``slashes`` before it; ``otherwise``: what ``|`` gives."""

    root: str
    parts: tuple[Part, ...]
    quiet: bool
    text: str
    place: Place
    slashes: int = 0
    otherwise: Expression | None = None


Expression: TypeAlias = Constant | Interpolated | MadeList | MadeMap | Range | Unary | Binary | Ref


# -- what is rendered -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Set:
    target: Ref
    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    """Branches in order; the condition of ``#else`` is None."""

    branches: tuple[tuple[Expression | None, Block], ...]


@dataclass(frozen=True, slots=True)
class Foreach:
    variable: str
    items: Expression
    body: Block
    otherwise: Block | None = None


@dataclass(frozen=True, slots=True)
class Break:
    scope: Expression | None


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


@dataclass(frozen=True, slots=True)
class MacroCall:
    """``text`` is what is printed where there is no such macro. ``body``: of ``#@name() ... #end``."""

    name: str
    arguments: tuple[Expression, ...]
    text: str
    place: Place
    with_brackets: bool = True
    body: Block | None = None
    gobbled: str = ""  # the line's end that stands again where there is no such macro


@dataclass(frozen=True, slots=True)
class Evaluate:
    source: Expression


@dataclass(frozen=True, slots=True)
class Fetch:
    """``#parse`` or ``#include``: there is nothing to fetch from."""

    name: str
    place: Place


Node: TypeAlias = (
    Text | Ref | Set | If | Foreach | Break | Stop | Define | MacroDefinition | MacroCall | Evaluate | Fetch
)


@dataclass(frozen=True, slots=True)
class Block:
    nodes: tuple[Node, ...]
