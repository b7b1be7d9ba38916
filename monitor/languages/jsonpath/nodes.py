"""A JSONPath as frozen nodes. Nothing here evaluates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

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
class Function:
    """``.name(...)``. A parameter is a path, or JSON text."""

    name: str
    parameters: tuple[PathNode | str, ...] = ()


Token: TypeAlias = Property | Index | Slice | Wildcard | Scan | Filter | Function


@dataclass(frozen=True, slots=True)
class PathNode:
    """A path with what is known of it. ``upstream[i]``: all tokens before the i-th are definite.

    ``from_root`` is False for ``@``.
    """

    from_root: bool
    tokens: tuple[Token, ...]
    upstream: tuple[bool, ...]
    definite: bool


# -- filters ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Operand:
    """A path of a filter."""

    path: PathNode


@dataclass(frozen=True, slots=True)
class JsonText:
    """A JSON literal, read when it is needed: a wrong one is an error of the evaluation."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, number (as text, for it is compared as a decimal), true, false or null."""

    value: Json


@dataclass(frozen=True, slots=True)
class Number:
    text: str


@dataclass(frozen=True, slots=True)
class Regex:
    pattern: Pattern[str]
    text: str


Term: TypeAlias = Operand | JsonText | Literal | Number | Regex


@dataclass(frozen=True, slots=True)
class Comparison:
    """``operator`` in capitals (``==``, ``IN``). EXISTS asks whether the left path is there, as ``right`` wants it."""

    left: Term
    operator: str
    right: Term


@dataclass(frozen=True, slots=True)
class Exists:
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


def path_node(from_root: bool, tokens: tuple[Token, ...]) -> PathNode:
    """``$..a.sum()`` is turned into ``$.sum($..a)``, as Jayway does it."""
    if len(tokens) > 1 and isinstance(tokens[0], Scan) and isinstance(tokens[-1], Function):
        first = next(place for place, token in enumerate(tokens) if isinstance(token, Function))
        function, rest = tokens[first], tokens[first + 1 :]
        if isinstance(function, Function):
            scanned = path_node(from_root=True, tokens=tokens[:first])
            return path_node(from_root=True, tokens=(Function(function.name, (scanned,)), *rest))
    upstream = [True]
    for place, token in enumerate(tokens):
        upstream.append(upstream[-1] and _is_definite(token, last=place == len(tokens) - 1))
    return PathNode(from_root, tokens, tuple(upstream), upstream[-1])


def _is_definite(token: Token, *, last: bool) -> bool:
    if isinstance(token, Property):
        return len(token.names) == 1 or last
    return isinstance(token, Function) or (isinstance(token, Index) and len(token.indexes) == 1)
