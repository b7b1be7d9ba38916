"""What stands in a node and in an expression, one step down."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.languages.velocity.nodes import (
    Binary,
    Block,
    Break,
    Call,
    Define,
    Evaluate,
    Expression,
    Fetch,
    Foreach,
    If,
    Index,
    Interpolated,
    MacroCall,
    MacroDefinition,
    MadeList,
    MadeMap,
    Node,
    Range,
    Ref,
    Set,
    Unary,
)


def bodies_in(node: Node) -> Iterator[Block]:
    match node:
        case If():
            yield from (body for _, body in node.branches)
        case Foreach():
            yield node.body
            if node.otherwise is not None:
                yield node.otherwise
        case Define() | MacroDefinition():
            yield node.body
        case MacroCall(body=body) if body is not None:
            yield body


def expressions_in(node: Node) -> Iterator[Expression]:
    """All but the conditions of ``#if``, and names that are only set."""
    match node:
        case Ref():
            yield node
        case Set():
            yield from _of_set(node)
        case Foreach():
            yield node.items
        case MacroDefinition():
            yield from (default for _, default in node.parameters if default is not None)
        case MacroCall():
            yield from node.arguments
        case Evaluate():
            yield node.source
        case Fetch():
            yield from node.sources
        case Break(scope=scope) if scope is not None:
            yield scope


def _of_set(node: Set) -> Iterator[Expression]:
    if isinstance(node.target, Ref) and node.target.parts:
        yield node.target
    yield node.value


def conditions_in(node: Node) -> Iterator[Expression]:
    if isinstance(node, If):
        yield from (condition for condition, _ in node.branches if condition is not None)


def inner(expression: Expression) -> Iterator[Expression]:
    match expression:
        case Ref():
            yield from _of_reference(expression)
        case Binary():
            yield from (expression.left, expression.right)
        case Unary():
            yield expression.operand
        case MadeList():
            yield from expression.members
        case MadeMap():
            yield from (one for entry in expression.entries for one in entry)
        case Range():
            yield from (expression.first, expression.last)


def _of_reference(ref: Ref) -> Iterator[Expression]:
    for part in ref.parts:
        if isinstance(part, Call):
            yield from part.arguments
        elif isinstance(part, Index):
            yield part.key
    if ref.otherwise is not None:
        yield ref.otherwise


def macros_in(block: Block) -> Iterator[MacroDefinition]:
    """The macros that are defined anywhere, also in strings that are rendered; what is within a macro comes first."""
    for node in block.nodes:
        for expression in (*conditions_in(node), *expressions_in(node)):
            yield from _macros_within(expression)
        for body in bodies_in(node):
            yield from macros_in(body)
        if isinstance(node, MacroDefinition):
            yield node


def _macros_within(expression: Expression) -> Iterator[MacroDefinition]:
    if isinstance(expression, Interpolated):
        yield from macros_in(expression.block)
    for one in inner(expression):
        yield from _macros_within(one)
