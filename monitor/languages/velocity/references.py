"""Every reference of a template, in the order in which they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.languages.velocity.nodes import (
    Binary,
    Block,
    Break,
    Call,
    Define,
    Evaluate,
    Expression,
    Foreach,
    If,
    Index,
    Interpolated,
    MacroCall,
    MacroDefinition,
    MadeList,
    MadeMap,
    Node,
    Property,
    Range,
    Ref,
    Set,
    Unary,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """``members`` are the plain properties that follow the root at once; ``text`` as it is written.

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


def references_of(block: Block) -> tuple[Reference, ...]:
    own = frozenset(_assigned(block))
    found = (_reference(ref, guarded=guarded, own=own) for ref, guarded in _in_block(block))
    return tuple(sorted(found, key=lambda one: (one.line, one.column, -len(one.text))))


def _reference(ref: Ref, *, guarded: bool, own: frozenset[str]) -> Reference:
    members: list[str] = []
    for part in ref.parts:
        if not isinstance(part, Property):
            break
        members.append(part.name)
    place = ref.place
    return Reference(
        ref.root, tuple(members), ref.text, place.line, place.column, ref.quiet, guarded, assigned=ref.root in own
    )


def _assigned(block: Block) -> Iterator[str]:
    for node in block.nodes:
        match node:
            case Set() if not node.target.parts:
                yield node.target.root
            case Foreach():
                yield node.variable
                yield "foreach"
                yield from _assigned(node.body)
            case Define():
                yield node.name
                yield from _assigned(node.body)
            case MacroDefinition():
                yield from (name for name, _ in node.parameters)
                yield "bodyContent"
                yield from _assigned(node.body)
            case If():
                for _, body in node.branches:
                    yield from _assigned(body)
            case _:
                continue


def _in_block(block: Block) -> Iterator[tuple[Ref, bool]]:
    for node in block.nodes:
        yield from _in_node(node)


def _in_node(node: Node) -> Iterator[tuple[Ref, bool]]:  # noqa: C901 one case a node
    match node:
        case Ref():
            yield from _in(node)
        case Set():
            yield from _in(node.target) if node.target.parts else ()
            yield from _in(node.value)
        case If():
            for condition, body in node.branches:
                yield from _in(condition, guarded=True) if condition is not None else ()
                yield from _in_block(body)
        case Foreach():
            yield from _in(node.items)
            yield from _in_block(node.body)
            yield from _in_block(node.otherwise) if node.otherwise else ()
        case Define() | MacroDefinition():
            yield from _in_block(node.body)
        case MacroCall():
            for one in node.arguments:
                yield from _in(one)
            yield from _in_block(node.body) if node.body else ()
        case Evaluate():
            yield from _in(node.source)
        case Break():
            yield from _in(node.scope) if node.scope is not None else ()
        case _:
            return


def _in(  # noqa: C901, PLR0912 one case a node
    expression: Expression, *, guarded: bool = False
) -> Iterator[tuple[Ref, bool]]:
    match expression:
        case Ref():
            yield expression, guarded and not expression.parts
            for part in expression.parts:
                if isinstance(part, Call):
                    for one in part.arguments:
                        yield from _in(one)
                elif isinstance(part, Index):
                    yield from _in(part.key)
            yield from _in(expression.otherwise) if expression.otherwise is not None else ()
        case Binary():
            still = guarded and expression.operator in ("&&", "||")
            yield from _in(expression.left, guarded=still)
            yield from _in(expression.right, guarded=still)
        case Unary():
            yield from _in(expression.operand, guarded=guarded and expression.operator == "!")
        case Interpolated():
            yield from _in_block(expression.block)
        case MadeList():
            for one in expression.members:
                yield from _in(one)
        case MadeMap():
            for key, value in expression.entries:
                yield from _in(key)
                yield from _in(value)
        case Range():
            yield from _in(expression.first)
            yield from _in(expression.last)
        case _:
            return
