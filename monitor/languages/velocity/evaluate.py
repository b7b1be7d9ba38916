"""References and expressions with a context -> values.

1. Of a null, and of what the value has not, everything is null. In strict mode that is an error, and so is a name that
   is not in the context, unless it is asked for (`Ref`) or has ``|`` behind it.
2. What Java would throw is a fault in Velocity's words; none quotes a value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from monitor.languages.velocity.calling import ABSENT, NUMBER_FORMAT, JavaError
from monitor.languages.velocity.faults import INVOCATION, VELOCITY, Budget
from monitor.languages.velocity.members import SizeError, at, call, get, put, put_property
from monitor.languages.velocity.nodes import (
    Binary,
    Call,
    Constant,
    Expression,
    Index,
    Interpolated,
    MadeList,
    MadeMap,
    Part,
    Property,
    Range,
    Ref,
    Runt,
    Unary,
    Word,
)
from monitor.languages.velocity.operators import Blocks, Operators
from monitor.languages.velocity.printing import key_of
from monitor.languages.velocity.reckoning import truth
from monitor.languages.velocity.values import JavaList, JavaMap, Lazy, class_name

_MATH: Final = frozenset("+-*/%")
_NUMBERS: Final = frozenset({"<", "<=", ">", ">="})
_RANGE: Final = "org.apache.velocity.runtime.parser.node.ASTIntegerRange$IntegerRange"


class Evaluator(Operators):
    def __init__(self, name: str, context: dict[str, object], budget: Budget, blocks: Blocks, *, strict: bool) -> None:
        super().__init__(name, budget, blocks, strict=strict)
        self.context = context

    # -- references ---------------------------------------------------------------------------------------

    def reference(self, ref: Ref) -> object:
        self._budget.place = ref.place
        value = self._root(ref, exempt=ref.asked or ref.otherwise is not None)
        for part in ref.parts:
            if value is None:
                if self.strict:
                    raise self.fault(VELOCITY, f"Attempted to access '{_named(part)}' on a null value", part.place)
                break
            value = self.part(value, part)
        if ref.otherwise is not None and not truth(value):
            return self.value(ref.otherwise)
        return value

    def _root(self, ref: Ref, *, exempt: bool) -> object:
        if self.strict and not exempt and ref.root not in self.context:
            raise self.fault(INVOCATION, f"Variable ${ref.root} has not been set", ref.place)
        return self.context.get(ref.root)

    def part(self, value: object, part: Part) -> object:
        self._budget.step()
        if isinstance(value, Lazy) and isinstance(part, Call) and part.name == "toString" and not part.arguments:
            return self.text(value)
        match part:
            case Property():
                found = self._thrown(value, part, lambda: get(value, part.name, self._budget))
                missing = f"property '{part.name}'"
            case Call():
                arguments = [self.value(one) for one in part.arguments]
                found = self._thrown(value, part, lambda: call(value, part.name, arguments, self._budget))
                missing = f"method {part.name}({', '.join(map(class_name, arguments))})"
            case Index():
                key = self.value(part.key)
                found = self._thrown(value, part, lambda: at(value, key, self._budget))
                missing = f"method get({class_name(key)})"
        if found is not ABSENT:
            return found
        if self.strict:
            what = f"Object '{class_name(value)}' does not contain {missing}"
            raise self.fault(INVOCATION, what, part.place)
        return None

    def _thrown(self, value: object, part: Part, run: Callable[[], object]) -> object:
        """The result of ``run``; what Java would throw, in Velocity's words."""
        try:
            return run()
        except SizeError as error:
            raise self.fault(VELOCITY, f"{error} '{class_name(value)}'", part.place) from None
        except JavaError as error:
            if isinstance(part, Index) and error.kind == NUMBER_FORMAT:
                raise self.fault("NumberFormatException", "a place in a list is a number", part.place) from None
            if isinstance(part, Index):
                what = f"Error invoking method 'get(java.lang.Integer)' in {class_name(value)}"
                raise self.fault(VELOCITY, what, part.place) from None
            what = f"Invocation of method '{part.name}' in  class {class_name(value)} threw exception {error.kind}"
            raise self.fault(INVOCATION, what, part.place) from None

    def assign(self, ref: Ref, value: object) -> None:
        """``#set``. What has no such place is left alone, but not in strict mode."""
        if not ref.parts:
            self.context[ref.root] = value
            return
        owner = self._root(ref, exempt=False)
        for part, following in zip(ref.parts, ref.parts[1:], strict=False):
            if owner is None:
                return
            owner = self.part(owner, part)
            if owner is None and self.strict:
                what = f"Attempted to access '{_named(following)}' on a null value"
                raise self.fault(INVOCATION, what, following.place)
        if owner is not None:
            self._put(ref, owner, ref.parts[-1], value)

    def _put(self, ref: Ref, owner: object, part: Part, value: object) -> None:
        self._budget.step()
        if isinstance(part, Index):
            key = self.value(part.key)
            types = f"({class_name(key)},{class_name(value)})"
            try:
                done = put(owner, key, value, self._budget)
            except SizeError as error:
                raise self.fault(VELOCITY, f"{error} '{class_name(owner)}'", part.place) from None
            except JavaError:
                what = f"Exception calling method 'set{types}' in  class {class_name(owner)}"
                raise self.fault(INVOCATION, what, part.place) from None
            if not done and self.strict:
                what = (
                    f"Found neither a 'set' or 'put' method with param types '{types}' on class '{class_name(owner)}'"
                )
                raise self.fault(VELOCITY, what, part.place)
            return
        if not put_property(owner, part.name, value) and self.strict:
            what = f"Object '{class_name(owner)}' does not contain property '{part.name}'"
            raise self.fault(INVOCATION, what, ref.place)

    # -- expressions --------------------------------------------------------------------------------------

    def truth(self, expression: Expression) -> bool:
        """Of a condition. What is reckoned with, and a range, is false there whatever it is."""
        match expression:
            case Unary(operator="!"):
                return not self.truth(expression.operand)
            case Binary(operator="&&"):
                return self.truth(expression.left) and self.truth(expression.right)
            case Binary(operator="||"):
                return self.truth(expression.left) or self.truth(expression.right)
            case Binary(operator=sign) if sign in _MATH:
                return False
            case Range():
                return False
            case _:
                return truth(self.value(expression))

    def value(self, expression: Expression) -> object:  # noqa: PLR0911 one case a node
        match expression:
            case Constant():
                return expression.value
            case Ref():
                return self.reference(expression)
            case Interpolated():
                return self._blocks(expression.block, False)
            case Binary():
                return self._binary(expression)
            case Unary():
                return self._unary(expression)
            case MadeList():
                self._budget.step(len(expression.members))
                return JavaList(self.value(one) for one in expression.members)
            case MadeMap():
                return self._map(expression)
            case Range():
                return self._range(expression)
            case Word() | Runt():
                return None

    def _map(self, expression: MadeMap) -> JavaMap:
        self._budget.step(len(expression.entries))
        made = JavaMap()
        for key, value in expression.entries:
            made[key_of(self.value(key), self._budget.walk)] = self.value(value)
        return made

    def _unary(self, expression: Unary) -> object:
        if expression.operator == "!":
            return not self.truth(expression.operand)
        number = self._number(self.value(expression.operand))
        if number is None:
            self.told(expression.operand)
        return None if number is None else -number

    def _range(self, expression: Range) -> object:
        first, last = (self._number(self.value(one)) for one in (expression.first, expression.last))
        if first is None or last is None:
            return None
        try:
            begin, end = int(first), int(last)
        except (OverflowError, ValueError):
            return None
        self._budget.step(abs(end - begin) + 1)
        step = 1 if begin <= end else -1
        return JavaList(range(begin, end + step, step), _RANGE)

    def _binary(self, expression: Binary) -> object:
        self._budget.step()
        sign = expression.operator
        if sign in ("&&", "||"):
            return self.truth(expression)
        left, right = self.value(expression.left), self.value(expression.right)
        if sign in ("==", "!="):
            return self._equal(left, right) == (sign == "==")
        if sign in _NUMBERS:
            return self._compared(expression, left, right)
        if sign == "+" and (isinstance(left, str) or isinstance(right, str)):
            return self._joined(expression, left, right)
        return self._reckoned(expression, left, right)


def _named(part: Part) -> str:
    """As Velocity calls it, which has a name for properties only."""
    return part.name if isinstance(part, Property) else "null"
