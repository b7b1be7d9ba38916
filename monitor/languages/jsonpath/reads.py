"""What a path reads, from its syntax alone: where it ends, and what its filters and functions look at.

1. A filter is taken to stand on a list and reads of each member. Only behind ``..`` it tests objects themselves.
2. A slice or an index from the end reads every member. So does a step with very many names or indexes.
3. A filter that asks whether ``$.a`` is there asks the member; the paths of a function start at the root.
4. What an aggregate stands on is read, except where that is the whole document: ``$.sum($.a, $.b)``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor.jsonpaths import ANY, DESCENT, ROOT, Path, Step
from monitor.languages.jsonpath.functions import AGGREGATES, COUNTS
from monitor.languages.jsonpath.nodes import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Exists,
    Filter,
    Function,
    Index,
    Not,
    Operand,
    PathNode,
    Property,
    Scan,
    Token,
)

_MOST: Final = 500  # places that one path ends at


def target_of(path: PathNode) -> Path | None:
    """The one place whose value the path hands on; None where it is several, or a function makes it."""
    ends, _ = _walk(path, ROOT)
    return ends[0] if len(ends) == 1 and not any(isinstance(token, Function) for token in path.tokens) else None


def reads_of(path: PathNode) -> tuple[Path, ...]:
    """Every place that the path reads: its own first."""
    ends, others = _walk(path, ROOT)
    return tuple(dict.fromkeys((*ends, *others)))


def _walk(path: PathNode, start: Path) -> tuple[list[Path], list[Path]]:
    """The places where the path ends, and those that its filters and functions read."""
    ends: list[Path] = [start]
    others: list[Path] = []
    for token in path.tokens:
        if isinstance(token, Function):
            others += [read for end in ends for read in _of_function(token, end)]
            if token.name in AGGREGATES and token.parameters:
                ends = [end for end in ends if end != ROOT]
        elif isinstance(token, Filter):
            ends = [end if end[-1:] == (DESCENT,) else (*end, ANY) for end in ends]
            others += [read for end in ends for read in _of_condition(token.condition, end)]
        else:
            steps = _steps(token)
            steps = steps if len(ends) * len(steps) <= _MOST else (ANY,)
            ends = [(*end, step) for end in ends for step in steps]
    return ends, others


def _steps(token: Token) -> tuple[Step, ...]:
    if isinstance(token, Property):
        return token.names
    if isinstance(token, Index):
        return tuple(dict.fromkeys(index if index >= 0 else ANY for index in token.indexes))
    return (DESCENT,) if isinstance(token, Scan) else (ANY,)


def _of_function(function: Function, end: Path) -> Iterator[Path]:
    for parameter in function.parameters:
        if isinstance(parameter, PathNode):
            yield from _of_path(parameter, ROOT)
            if function.name in COUNTS:
                yield from _of_path(parameter, end)


def _of_condition(condition: Condition, member: Path) -> Iterator[Path]:
    match condition:
        case AllOf() | AnyOf():
            for one in condition.conditions:
                yield from _of_condition(one, member)
        case Not():
            yield from _of_condition(condition.condition, member)
        case Exists():
            yield from _of_path(condition.path, member)
        case Comparison():
            for term in (condition.left, condition.right):
                if isinstance(term, Operand):
                    yield from _of_path(term.path, ROOT if term.path.from_root else member)


def _of_path(path: PathNode, start: Path) -> Iterator[Path]:
    ends, others = _walk(path, start)
    yield from ends
    yield from others
