"""What a JSONata expression reads, found by running it on places instead of values.

Theory. The interpreter walks the syntax tree as an evaluator would, but a value is a `Source` (where it comes
from) and both ways of a choice are taken. So
1. variables, lambdas, blocks, chains and contexts need no rules of their own beyond those of evaluation;
2. what is bound and never used is not read, and what is built and then picked from is read only where picked;
3. a loop is run until it says nothing new, at most twice, a recursion two calls deep: then its result is
   opaque, anything below its arguments;
4. arrays are passed through unnamed, as JSONata does, so an index or a position is no step;
5. when the walk costs too much, everything is read. The answer is never too small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import singledispatchmethod
from typing import Final

from jsonata2py.parser import ast_nodes as ast

from monitor.languages.jsonata.builtins import call_builtin, takes_context
from monitor.languages.jsonata.places import Place, Scope
from monitor.languages.jsonata.sources import DOCUMENT, NOTHING, Function, Source, together

_BUDGET: Final = 20_000  # nodes visited; a 6 KB expression takes some 3,000
_RECURSION: Final = 2
_OPEN: Final = (
    ast.PathExpr,
    ast.PredicateExpr,
    ast.ArraySubscript,
    ast.SortExpr,
    ast.GroupByExpr,
    ast.ForceArray,
)
_LITERALS: Final = (
    ast.NumberLiteral,
    ast.BooleanLiteral,
    ast.NullLiteral,
    ast.RegexLiteral,
    ast.PartialPlaceholder,
)


class _TooCostlyError(Exception):
    """Stays in this module: the answer is then that everything is read."""


def source_of(tree: ast.AstNode) -> Source:
    """Where the expression's result comes from."""
    try:
        return _Walk().run(tree)
    except (_TooCostlyError, RecursionError):
        return DOCUMENT


@dataclass(slots=True)
class _Walk:
    """One analysis. ``active`` are the functions being called, for recursion."""

    left: int = _BUDGET
    active: list[object] = field(default_factory=list)

    def run(self, tree: ast.AstNode) -> Source:
        return self.of(tree, Place(DOCUMENT, Scope({})))

    def of(self, node: ast.AstNode, place: Place) -> Source:
        """Where the value of ``node`` comes from."""
        return self._rule(node, place.inside(block=False) if isinstance(node, _OPEN) else place)

    def _all(self, nodes: Sequence[ast.AstNode], place: Place) -> list[Source]:
        return [self.of(node, place) for node in nodes]

    # -- functions

    def call(self, functions: Sequence[Function], arguments: Sequence[Source], context: Source) -> Source:
        return together(self._call(function, arguments, context) for function in functions)

    def _call(self, function: Function, arguments: Sequence[Source], context: Source) -> Source:
        self._spend()
        if self.active.count(function.key) >= _RECURSION:
            return together(arguments or (context,)).opaque()
        self.active.append(function.key)
        try:
            return function.call(arguments, context)
        finally:
            self.active.pop()

    def _spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _TooCostlyError

    def _named(self, name: str, place: Place) -> Source:
        """A variable, or else the built-in function of that name."""
        found = place.scope.find(name)
        if found is not None:
            return found

        def call(arguments: Sequence[Source], context: Source) -> Source:
            return call_builtin(name, self.call, arguments, context)

        return Source(functions=(Function(object(), call, name),))

    def _applied(self, callee: Source, arguments: Sequence[Source], context: Source) -> Source:
        """A call of whatever ``callee`` may be."""
        if not callee.functions:  # a regular expression, or nothing that can be called
            return together((callee, *arguments)).consumed()
        result = self.call(callee.functions, arguments, context)
        return replace(callee, fields={}, functions=()).consumed().deciding(result)

    def _called(self, node: ast.FunctionCall, first: Sequence[Source], place: Place) -> Source:
        arguments = [*first, *self._all(node.args, place)]
        callee = self._named(node.name, place) if node.is_variable else place.context.member(node.name)
        result = self._applied(callee, arguments, place.context)
        built_in = node.is_variable and place.scope.find(node.name) is None
        if built_in and takes_context(node.name, len(arguments), "any" if first else _written_type(node.args)):
            return place.context.consumed().deciding(result)
        return result

    # -- rules

    @singledispatchmethod
    def _rule(self, node: ast.AstNode, _place: Place) -> Source:
        """Literals, and whatever a later engine may add: then everything around it is read."""
        self._spend()
        if isinstance(node, ast.StringLiteral):
            return Source(literal=node.value)
        return NOTHING if isinstance(node, _LITERALS) else DOCUMENT.consumed()

    @_rule.register
    def _(self, _node: ast.ContextRef, place: Place) -> Source:
        return place.context

    @_rule.register
    def _(self, _node: ast.RootRef, _place: Place) -> Source:
        return DOCUMENT

    @_rule.register
    def _(self, node: ast.VariableRef, place: Place) -> Source:
        return self._named(node.name, place)

    @_rule.register
    def _(self, node: ast.FieldRef, place: Place) -> Source:
        self._spend()
        return place.context.member(node.name)

    @_rule.register
    def _(self, _node: ast.WildcardStep, place: Place) -> Source:
        return replace(place.context.any_member(), many=True)

    @_rule.register
    def _(self, _node: ast.DescendantStep, place: Place) -> Source:
        return replace(place.context.descendants(), many=True)

    @_rule.register
    def _(self, _node: ast.ParentStep, place: Place) -> Source:
        # what the expression made itself has no place: its parent is one of the contexts around
        above = place.context.parent()
        return above if place.context.paths and not place.context.fields else above | place.around

    @_rule.register
    def _(self, node: ast.PathExpr, place: Place) -> Source:
        current = before = place.context
        tests = NOTHING
        for index, step in enumerate(node.steps):
            here = place.at(current) if index else place
            if isinstance(step, ast.PositionBinding):
                place.scope.variables[step.var_name] = current.tested()
            elif isinstance(step, ast.ContextBinding):
                place.scope.variables[step.var_name] = current
                tests |= current.tested()
                current = before
            else:
                # what a step binds is seen by the steps after it, so they share one scope
                before, value = current, self._rule(step, here)
                current = current.mapped(value) if index else value
        return tests.deciding(replace(current, many=True))

    @_rule.register
    def _(self, node: ast.PredicateExpr, place: Place) -> Source:
        value = self._rule(node.source, place)
        return self._test(node.predicate, place.at(value)).deciding(value)

    @_rule.register
    def _(self, node: ast.ArraySubscript, place: Place) -> Source:
        value = self._rule(node.source, place)
        return self.of(node.index, place.at(value)).consumed().deciding(value)

    @_rule.register
    def _(self, node: ast.SortExpr, place: Place) -> Source:
        value = self._rule(node.source, place)
        keys = together(self.of(key.key, place.at(value)) for key in node.keys)
        return keys.consumed().deciding(value)

    @_rule.register
    def _(self, node: ast.ForceArray, place: Place) -> Source:
        return replace(self._rule(node.source, place), many=True)

    @_rule.register
    def _(self, node: ast.GroupByExpr, place: Place) -> Source:
        value = self._rule(node.source, place)
        return replace(value.mapped(self._object(node.pairs, place.at(value))), many=False)

    @_rule.register
    def _(self, node: ast.ObjectConstructor, place: Place) -> Source:
        return self._object(node.pairs, place)

    def _object(self, pairs: Sequence[ast.KeyValuePair], place: Place) -> Source:
        fields: dict[str | None, Source] = {}
        keys = NOTHING
        for pair in pairs:
            key = self.of(pair.key, place)
            name = key.literal
            keys |= key
            fields[name] = fields.get(name, NOTHING) | self.of(pair.value, place)
        return keys.consumed().deciding(Source(fields=fields))

    @_rule.register
    def _(self, node: ast.ArrayConstructor, place: Place) -> Source:
        return replace(together(self._all(node.elements, place)), many=True)

    @_rule.register
    def _(self, node: ast.RangeExpr, place: Place) -> Source:
        return together(self._all((node.from_, node.to), place)).consumed()

    @_rule.register
    def _(self, node: ast.BinaryOp, place: Place) -> Source:
        if node.op in ("and", "or"):
            return self._test(node.left, place) | self._test(node.right, place)
        return together(self._all((node.left, node.right), place)).consumed()

    @_rule.register
    def _(self, node: ast.UnaryMinus, place: Place) -> Source:
        return self.of(node.operand, place).consumed()

    def _test(self, node: ast.AstNode, place: Place) -> Source:
        """``node`` as a condition."""
        return self.of(node, place).tested()

    @_rule.register
    def _(self, node: ast.ConditionalExpr, place: Place) -> Source:
        condition = self._test(node.condition, place)
        ways = [node.then] if node.otherwise is None else [node.then, node.otherwise]
        return condition.deciding(together(self._all(ways, place)))

    @_rule.register
    def _(self, node: ast.ElvisExpr, place: Place) -> Source:
        left, right = self._all((node.left, node.right), place)
        return left.tested().deciding(left | right)

    @_rule.register
    def _(self, node: ast.CoalesceExpr, place: Place) -> Source:
        left, right = self._all((node.left, node.right), place)
        return left.tested().deciding(left | right)

    @_rule.register
    def _(self, node: ast.Parenthesized, place: Place) -> Source:
        return self.of(node.inner, place.inside(block=True))

    @_rule.register
    def _(self, node: ast.Block, place: Place) -> Source:
        inside = place.inside(block=True)
        result = effects = NOTHING
        for index, expression in enumerate(node.expressions):
            result = self.of(expression, inside)
            # a statement that binds nothing is there to fail ($assert): it decides all that follows
            if index < len(node.expressions) - 1 and not isinstance(expression, ast.VariableBinding):
                effects |= result.consumed()
        return effects.deciding(result)

    @_rule.register
    def _(self, node: ast.VariableBinding, place: Place) -> Source:
        value = self.of(node.value, place)
        place.scope.assign(node.name, value)
        return value

    @_rule.register
    def _(self, node: ast.Lambda, place: Place) -> Source:
        def call(arguments: Sequence[Source], context: Source) -> Source:
            given = list(arguments)
            if node.signature and "-" in node.signature and len(given) < len(node.params):
                given.insert(0, context)
            missing = len(node.params) - len(given)
            variables = dict(zip(node.params, [*given, *[NOTHING] * missing], strict=False))
            return self.of(node.body, replace(place, scope=Scope(variables, place.scope)))

        return Source(functions=(Function(id(node), call),))

    @_rule.register
    def _(self, node: ast.LambdaCall, place: Place) -> Source:
        return self._applied(self.of(node.lambda_, place), self._all(node.args, place), place.context)

    @_rule.register
    def _(self, node: ast.FunctionCall, place: Place) -> Source:
        self._spend()
        return self._called(node, (), place)

    @_rule.register
    def _(self, node: ast.PartialApplication, place: Place) -> Source:
        callee = self._named(node.name, place)
        fixed = [None if isinstance(arg, ast.PartialPlaceholder) else self.of(arg, place) for arg in node.args]

        def call(arguments: Sequence[Source], context: Source) -> Source:
            given = iter(arguments)
            full = [next(given, NOTHING) if part is None else part for part in fixed]
            return self._applied(callee, full, context)

        return Source(functions=(Function(id(node), call),))

    @_rule.register
    def _(self, node: ast.ChainExpr, place: Place) -> Source:
        value = self.of(node.steps[0], place)
        for step in node.steps[1:]:
            value = self._chained(value, step, place)
        return value

    def _chained(self, value: Source, step: ast.AstNode, place: Place) -> Source:
        if isinstance(step, ast.FunctionCall):
            return self._called(step, [value], place)
        callee = self.of(step, place)
        result = self._applied(callee, [value], place.context)
        if not value.functions:
            return result

        def call(arguments: Sequence[Source], context: Source) -> Source:
            return self._applied(callee, [self._applied(value, arguments, context)], context)

        composed = Source(functions=(Function(id(step), call),))
        return composed if not (value.paths or value.fields) else composed | result

    @_rule.register
    def _(self, node: ast.TransformExpr, place: Place) -> Source:
        return self._transformed(self.of(node.source, place), node, place)

    @_rule.register
    def _(self, node: ast.TransformLambda, place: Place) -> Source:
        def call(arguments: Sequence[Source], context: Source) -> Source:
            return self._transformed(arguments[0] if arguments else context, node, place)

        return Source(functions=(Function(id(node), call),))

    def _transformed(self, value: Source, node: ast.TransformExpr | ast.TransformLambda, place: Place) -> Source:
        """A copy with some objects updated: the update may stand anywhere in it, so it decides the whole."""
        matched = self.of(node.pattern, place.at(value))
        updates = [node.update] if node.delete is None else [node.update, node.delete]
        changed = together(self._all(updates, place.at(matched)))
        return (changed.consumed() | matched.tested()).deciding(value)


def _written_type(arguments: Sequence[ast.AstNode]) -> str:
    """The type of the first argument, where the source itself tells."""
    first = arguments[0] if arguments else None
    if isinstance(first, ast.NumberLiteral | ast.UnaryMinus):
        return "number"
    if isinstance(first, ast.BinaryOp):
        return {"&": "string", "+": "number", "-": "number", "*": "number", "/": "number"}.get(first.op, "any")
    return "string" if isinstance(first, ast.StringLiteral | ast.RegexLiteral) else "any"
