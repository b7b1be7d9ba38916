"""Whether a filter accepts a member.

A path that is compared and not found is undefined. A filter that only asks whether a path is there asks it of the
member, even a path from the root; and then every key that the path names must be there, also behind ``[*]``.
"""

from __future__ import annotations

from typing import Protocol

from monitor.jsonpaths import Json
from monitor.languages.jsonpath.errors import FAILED, INVALID, EngineError, NotFoundError
from monitor.languages.jsonpath.functions import Keys
from monitor.languages.jsonpath.members import value_of
from monitor.languages.jsonpath.nodes import (
    UNDEFINED,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Exists,
    Literal,
    Not,
    PathNode,
    Term,
    Value,
)
from monitor.languages.jsonpath.operators import OPERATORS


class Paths(Protocol):
    """Evaluates the paths of a filter."""

    known: dict[int, Value]  # of paths from the root, by identity: they are the same for every member

    def of_operand(self, path: PathNode, member: Json) -> Json:
        """Raises NotFoundError."""
        ...

    def of_question(self, path: PathNode, member: Json) -> Json:
        """Like ``of_operand``, where every key must be there."""
        ...


def accepts(condition: Condition, member: Json, paths: Paths) -> bool:
    try:
        return _holds(condition, member, paths)
    except EngineError as error:
        if error.kind == INVALID:
            return False
        raise


def _holds(condition: Condition, member: Json, paths: Paths) -> bool:
    match condition:
        case Comparison():
            left = _value(condition.left, member, paths)
            return OPERATORS[condition.operator](left, _value(condition.right, member, paths))
        case AllOf():
            return all(_holds(one, member, paths) for one in condition.conditions)
        case AnyOf():
            return any(_holds(one, member, paths) for one in condition.conditions)
        case Not():
            return not _holds(condition.condition, member, paths)
        case Exists():
            return _is_there(condition.path, member, paths) == condition.wanted


def _is_there(path: PathNode, member: Json, paths: Paths) -> bool:
    try:
        paths.of_question(path, member)
    except NotFoundError:
        return False
    return True


def _value(term: Term, member: Json, paths: Paths) -> Value:
    if isinstance(term, Literal):
        return term.value
    path = term.path
    if path.from_root and id(path) in paths.known:
        return paths.known[id(path)]
    try:
        found = paths.of_operand(path, member)
    except NotFoundError:
        return UNDEFINED
    if isinstance(found, Keys):
        raise EngineError(FAILED, "keys() cannot be compared")
    value = value_of(found)
    if path.from_root:
        paths.known[id(path)] = value
    return value
