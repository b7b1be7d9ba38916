"""Whether a template may change a value of its context: then it is given values of its own."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Final

from monitor.languages.velocity.nodes import Block, Call, Evaluate, Expression, Interpolated, Property, Ref, Set
from monitor.languages.velocity.walking import bodies_in, conditions_in, expressions_in, inner

_CHANGING: Final = frozenset(
    {"add", "addAll", "clear", "put", "putAll", "putIfAbsent", "remove", "removeAll", "replace", "retainAll", "set"}
)


def may_change(block: Block) -> bool:
    return any(_changes(block))


def _changes(block: Block) -> Iterator[bool]:
    for node in block.nodes:
        yield isinstance(node, Evaluate)  # whatever that is
        yield isinstance(node, Set) and isinstance(node.target, Ref) and bool(node.target.parts)
        for expression in (*conditions_in(node), *expressions_in(node)):
            yield from _within(expression)
        for body in bodies_in(node):
            yield from _changes(body)


def _within(expression: Expression) -> Iterator[bool]:
    if isinstance(expression, Ref):
        yield any(isinstance(part, Call | Property) and part.name in _CHANGING for part in expression.parts)
    if isinstance(expression, Interpolated):
        yield from _changes(expression.block)
    for one in inner(expression):
        yield from _within(one)


def own_values(context: Mapping[str, object], *, changing: bool) -> dict[str, object]:
    """The context for one rendering, which then may change everything in it."""
    return {
        name: copy.deepcopy(value) if changing and isinstance(value, dict | list) else value
        for name, value in context.items()
    }
