"""What a path reads, from its syntax alone. A filter's paths are read too, and so are a function's."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.jsonpaths import ANY, DESCENT, ROOT, Path, Step
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
)


def target_of(path: PathNode) -> Path | None:
    """The one place whose value the path hands on; None where it is several, or a function makes it."""
    ends, _ = _walk(path, ROOT, ROOT)
    return ends[0] if len(ends) == 1 and not any(isinstance(token, Function) for token in path.tokens) else None


def reads_of(path: PathNode) -> tuple[Path, ...]:
    """Every place that the path reads: its own first."""
    ends, others = _walk(path, ROOT, ROOT)
    return tuple(dict.fromkeys((*ends, *others)))


def _walk(path: PathNode, root: Path, here: Path) -> tuple[list[Path], list[Path]]:
    """The places where the path ends, and those that its filters and functions read."""
    ends: list[Path] = [root if path.from_root else here]
    others: list[Path] = []
    for token in path.tokens:
        if isinstance(token, Function):
            for parameter in token.parameters:
                if isinstance(parameter, PathNode):
                    inner, further = _walk(parameter, ROOT, ROOT)
                    others += [*inner, *further]
            if token.parameters and len(path.tokens) == 1:
                ends = []
            continue
        if isinstance(token, Filter):
            ends = [(*end, ANY) for end in ends]
            others += [read for end in ends for read in _of_condition(token.condition, end)]
            continue
        steps: tuple[Step, ...] = _steps(token)
        ends = [(*end, step) for end in ends for step in steps]
    return ends, others


def _steps(token: object) -> tuple[Step, ...]:
    if isinstance(token, Property):
        return token.names
    if isinstance(token, Index):
        return tuple(index if index >= 0 else ANY for index in token.indexes)
    return (DESCENT,) if isinstance(token, Scan) else (ANY,)


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
                    yield from _of_path(term.path, member)


def _of_path(path: PathNode, member: Path) -> Iterator[Path]:
    ends, others = _walk(path, ROOT, member)
    yield from ends
    yield from others
