"""A JSONPath as frozen nodes. Nothing here evaluates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final, TypeAlias

from regex import Pattern

from monitor.jsonpaths import Json


@dataclass(frozen=True, slots=True)
class Property:
    """``.name`` or ``['a', 'b']``. Several at the end give one object; before the end each is followed."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """``[0]``, ``[-1]``, ``[0, 2]``."""

    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """``[1:3]``; None: an open end."""

    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """``*``."""


@dataclass(frozen=True, slots=True)
class Scan:
    """``..``: what follows, at every depth."""


@dataclass(frozen=True, slots=True)
class Filter:
    """``[?(...)]``."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class JsonText:
    """JSON written in a path. It is read when it is needed: a wrong one is an error of the evaluation."""

    text: str


@dataclass(frozen=True, slots=True)
class Function:
    """``.name(...)``."""

    name: str
    parameters: tuple[PathNode | JsonText, ...] = ()


Token: TypeAlias = Property | Index | Slice | Wildcard | Scan | Filter | Function


@dataclass(frozen=True, slots=True)
class PathNode:
    """A path with what is known of it. ``upstream[i]``: all tokens before the i-th are definite.

    ``from_root`` is False for ``@``. ``straight``: the steps of a path that names one place, None for any other.
    """

    from_root: bool
    tokens: tuple[Token, ...]
    upstream: tuple[bool, ...]
    definite: bool
    straight: tuple[str | int, ...] | None


def path_node(from_root: bool, tokens: tuple[Token, ...]) -> PathNode:
    """``$..a.sum()`` is turned into ``$.sum($..a)``, and ``@..a.sum()`` into ``@.sum($..a)``, as Jayway does it."""
    if len(tokens) > 1 and isinstance(tokens[0], Scan) and isinstance(tokens[-1], Function):
        first = next(place for place, token in enumerate(tokens) if isinstance(token, Function))
        function, rest = tokens[first], tokens[first + 1 :]
        if isinstance(function, Function):
            scanned = path_node(from_root=True, tokens=tokens[:first])
            return path_node(from_root, (Function(function.name, (scanned,)), *rest))
    upstream = [True]
    for place, token in enumerate(tokens):
        upstream.append(upstream[-1] and _is_definite(token, last=place == len(tokens) - 1))
    return PathNode(from_root, tokens, tuple(upstream), upstream[-1], _straight(tokens))


def _is_definite(token: Token, *, last: bool) -> bool:
    if isinstance(token, Property):
        return len(token.names) == 1 or last
    return isinstance(token, Function) or (isinstance(token, Index) and len(token.indexes) == 1)


def _straight(tokens: tuple[Token, ...]) -> tuple[str | int, ...] | None:
    steps: list[str | int] = []
    for token in tokens:
        written = token.names if isinstance(token, Property) else token.indexes if isinstance(token, Index) else ()
        if len(written) != 1:
            return None
        steps.append(written[0])
    return tuple(steps)


# -- filters ----------------------------------------------------------------------------------------------


class Undefined(Enum):
    UNDEFINED = "undefined"


UNDEFINED: Final = Undefined.UNDEFINED  # a path that is not there: it equals nothing
# what a filter compares: a Decimal is a number, a list or dict JSON that a path found
Value: TypeAlias = "Json | Pattern[str] | JsonText | Undefined"


@dataclass(frozen=True, slots=True)
class Operand:
    """A path of a filter."""

    path: PathNode


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, a number, true, false, null, JSON, or a regular expression."""

    value: str | Decimal | bool | JsonText | Pattern[str] | None


Term: TypeAlias = Operand | Literal


@dataclass(frozen=True, slots=True)
class Comparison:
    """``operator`` in capitals (``==``, ``IN``)."""

    left: Term
    operator: str
    right: Term


@dataclass(frozen=True, slots=True)
class Exists:
    """Whether the path is there, as ``wanted`` wants it."""

    path: PathNode
    wanted: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


Condition: TypeAlias = Comparison | Exists | AllOf | AnyOf | Not
