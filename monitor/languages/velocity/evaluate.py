"""References and expressions with a context -> values.

1. Of a null, and of what the value has not, everything is null. In strict mode that is an error, and so is a name that
   is not in the context, unless it is asked for (`Ref`) or has ``|`` behind it.
2. A text with a number is a text. Of a null that is joined to a text stands what is written.
3. What cannot be reckoned with or compared is null or false; in strict mode a comparison with it is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

from monitor.languages.velocity.calling import ABSENT, NUMBER_FORMAT, JavaError
from monitor.languages.velocity.faults import INVOCATION, VELOCITY, Budget, RenderError
from monitor.languages.velocity.members import SizeError, at, call, get, put, put_property
from monitor.languages.velocity.nodes import (
    Binary,
    Block,
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
from monitor.languages.velocity.places import Place
from monitor.languages.velocity.reckoning import compared, equal, number_in, reckoned, truth
from monitor.languages.velocity.values import (
    GrowthError,
    JavaList,
    JavaMap,
    Lazy,
    Number,
    Walk,
    class_name,
    is_number,
    key_of,
    text_of,
)

_T = TypeVar("_T")
_SIDES: Final = ("Left", "Right")
_MATH: Final = frozenset("+-*/%")
_NUMBERS: Final = frozenset({"<", "<=", ">", ">="})
_RANGE: Final = "org.apache.velocity.runtime.parser.node.ASTIntegerRange$IntegerRange"

Blocks: TypeAlias = "Callable[[Block, bool], str]"


class Evaluator:
    """``blocks`` renders a block to a text of its own, which ``#break`` may end (True) or not.

    ``name`` is the template's, for messages.
    """

    def __init__(
        self, name: str, context: dict[str, object], budget: Budget, blocks: Blocks, *, strict: bool
    ) -> None:
        self.name, self.context, self.strict = name, context, strict
        self._budget, self._blocks = budget, blocks

    def where(self, place: Place) -> str:
        return f" at {self.name}[line {place.line}, column {place.column}]"

    def fault(self, kind: str, what: str, place: Place) -> RenderError:
        return RenderError(kind, what + self.where(place), place)

    def text(self, value: object) -> str | None:
        """How ``value`` prints; nothing of it is written yet. None where it is null."""
        if value is None or (isinstance(value, Lazy) and value.within >= value.most):
            return None
        try:
            return self._lazy(value) if isinstance(value, Lazy) else text_of(value)
        except GrowthError as error:
            raise self._budget.exceeded(str(error)) from None

    def _lazy(self, lazy: Lazy) -> str:
        lazy.within += 1
        try:
            return self._blocks(lazy.block, True)
        finally:
            lazy.within -= 1

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
                what = f"Found neither a 'set' or 'put' method with param types '{types}' on class '{class_name(owner)}'"
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
            made[key_of(self.value(key), Walk())] = self.value(value)
        return made

    def _unary(self, expression: Unary) -> object:
        if expression.operator == "!":
            return not self.truth(expression.operand)
        number = self._number(self.value(expression.operand))
        if number is None:
            self.told(expression.operand)
        return None if number is None else -number

    def _number(self, value: object) -> Number | None:
        """The number that ``value`` is, or that it is as a text."""
        return value if is_number(value) else self._grown(lambda: number_in(value))

    def _grown(self, run: Callable[[], _T]) -> _T:
        try:
            return run()
        except GrowthError as error:
            raise self._budget.exceeded(str(error)) from None

    def told(self, operand: Expression) -> None:
        """Velocity tells its log of an operand that is no number, and stumbles over what has no text of its own."""
        while isinstance(operand, Binary | Unary):
            operand = operand.left if isinstance(operand, Binary) else operand.operand
        named = isinstance(operand, Ref | Interpolated)
        if not named and not (isinstance(operand, Constant) and isinstance(operand.value, str)):
            raise self.fault("NullPointerException", "an operand is no number", self._budget.place)

    def _range(self, expression: Range) -> object:
        first, last = (self._number(self.value(one)) for one in (expression.first, expression.last))
        if first is None or last is None:
            return None
        begin, end = int(first), int(last)
        self._budget.step(abs(end - begin) + 1)
        step = 1 if begin <= end else -1
        return JavaList(range(begin, end + step, step), _RANGE)

    def _binary(self, expression: Binary) -> object:
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

    def _joined(self, expression: Binary, left: object, right: object) -> str:
        texts: list[str] = []
        for operand, value, written in zip(_sides(expression), (left, right), expression.texts, strict=True):
            text = self.text(value)
            if text is None:
                self.told(operand)
            texts.append(written if text is None else text)
        self._budget.text(sum(map(len, texts)))
        return "".join(texts)

    def _equal(self, left: object, right: object) -> bool:
        if isinstance(left, Lazy):
            left = self.text(left)
        if isinstance(right, Lazy):
            right = self.text(right)
        return self._grown(lambda: equal(left, right, Walk()))

    def _compared(self, expression: Binary, left: object, right: object) -> bool:
        """A text is compared as a number only with a number."""
        for side, operand, value in zip(range(2), _sides(expression), (left, right), strict=True):
            if value is None:
                self.told(operand)
                if self.strict:
                    what = f"{_SIDES[side]} side ({expression.texts[side]}) of comparison operation has null value"
                    raise self.fault(VELOCITY, what, expression.place)
                return False
        first = self._number(left) if is_number(right) else left
        second = self._number(right) if is_number(left) else right
        if is_number(first) and is_number(second):
            return compared(expression.operator, first, second)
        if self.strict:
            what = f"{_SIDES[not is_number(right)]} side of comparison operation is not a number"
            raise self.fault(VELOCITY, what, expression.place)
        return False

    def _reckoned(self, expression: Binary, left: object, right: object) -> Number | None:
        first, second = self._number(left), self._number(right)
        if first is None or second is None:
            self.told(expression.left if first is None else expression.right)
            return None
        try:
            return self._grown(lambda: reckoned(expression.operator, first, second))
        except ArithmeticError:
            what = "the remainder of a number that is a text cannot be reckoned"
            raise self.fault("ArithmeticException", what, expression.place) from None


def _sides(expression: Binary) -> tuple[Expression, Expression]:
    return expression.left, expression.right


def _named(part: Part) -> str:
    """As Velocity calls it, which has a name for properties only."""
    return part.name if isinstance(part, Property) else "null"
