"""Every reference of a template, in the order in which they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.languages.velocity.nodes import (
    Binary,
    Block,
    Define,
    Expression,
    Foreach,
    Interpolated,
    MacroDefinition,
    Property,
    Ref,
    Set,
    Unary,
)
from monitor.languages.velocity.walking import bodies_in, conditions_in, expressions_in, inner


@dataclass(frozen=True, slots=True)
class Reference:
    """``members`` are the plain properties that follow the root at once; ``text`` as it is written.

    ``start`` is the offset of ``text`` in the template (in a string with doubled quotes before it a few less).
    ``guarded``: it is only asked whether it is there. ``assigned``: the template itself sets the name.
    """

    root: str
    members: tuple[str, ...]
    text: str
    line: int
    column: int
    quiet: bool
    guarded: bool = False
    assigned: bool = False
    start: int = 0


def references_of(block: Block) -> tuple[Reference, ...]:
    own = frozenset(_assigned(block))
    found = (_reference(ref, guarded=guarded, own=own) for ref, guarded in _in_block(block))
    return tuple(sorted(found, key=lambda one: (one.start, -len(one.text))))


def _reference(ref: Ref, *, guarded: bool, own: frozenset[str]) -> Reference:
    members: list[str] = []
    for part in ref.parts:
        if not isinstance(part, Property):
            break
        members.append(part.name)
    return Reference(
        ref.root,
        tuple(members),
        ref.text,
        ref.place.line,
        ref.place.column,
        ref.quiet,
        guarded,
        assigned=ref.root in own,
        start=ref.start,
    )


def _assigned(block: Block) -> Iterator[str]:
    for node in block.nodes:
        match node:
            case Set():
                if isinstance(node.target, Ref) and not node.target.parts:
                    yield node.target.root
            case Foreach():
                yield from (node.variable, "foreach")
            case Define():
                yield node.name
            case MacroDefinition():
                yield from (name for name, _ in node.parameters)
                yield "bodyContent"
            case _:
                pass
        for body in bodies_in(node):
            yield from _assigned(body)


def _in_block(block: Block) -> Iterator[tuple[Ref, bool]]:
    for node in block.nodes:
        for condition in conditions_in(node):
            yield from _in(condition, guarded=True)
        for expression in expressions_in(node):
            yield from _in(expression)
        for body in bodies_in(node):
            yield from _in_block(body)


def _in(expression: Expression, *, guarded: bool = False) -> Iterator[tuple[Ref, bool]]:
    """``guarded`` goes through what only asks: ``!``, ``&&`` and ``||``."""
    match expression:
        case Ref():
            yield expression, guarded and not expression.parts
            guarded = False
        case Interpolated():
            yield from _in_block(expression.block)
        case Binary():
            guarded = guarded and expression.operator in ("&&", "||")
        case Unary():
            guarded = guarded and expression.operator == "!"
        case _:
            guarded = False
    for one in inner(expression):
        yield from _in(one, guarded=guarded)
