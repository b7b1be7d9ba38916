"""What comes of two values with an operator, and how values print, with the faults that Velocity would tell of.

1. A text with a number is a text. Of a null that is joined to a text stands what is written.
2. A text that is a number is reckoned with as that number, and compared as that number with a number.
3. What cannot be reckoned with or compared is null or false; in strict mode a comparison with it is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

from monitor.languages.velocity.faults import VELOCITY, Budget, RenderError
from monitor.languages.velocity.nodes import (
    Binary,
    Block,
    Constant,
    Expression,
    Interpolated,
    Ref,
    Unary,
)
from monitor.languages.velocity.places import Place
from monitor.languages.velocity.printing import text_of
from monitor.languages.velocity.reckoning import compared, equal, number_in, reckoned
from monitor.languages.velocity.values import GrowthError, Lazy, Number, is_number

_T = TypeVar("_T")
_SIDES: Final = ("Left", "Right")

Blocks: TypeAlias = Callable[[Block, bool], str]


class Operators:
    """``blocks`` renders a block to a text of its own, which ``#break`` may end (True) or not.

    ``name`` is the template's, for messages.
    """

    def __init__(self, name: str, budget: Budget, blocks: Blocks, *, strict: bool) -> None:
        self.name, self.strict = name, strict
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
            return self._lazy(value) if isinstance(value, Lazy) else text_of(value, self._budget.walk)
        except GrowthError as error:
            raise self._budget.exceeded(str(error)) from None

    def _lazy(self, lazy: Lazy) -> str:
        lazy.within += 1
        try:
            return self._blocks(lazy.block, True)
        finally:
            lazy.within -= 1

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
        return self._grown(lambda: equal(left, right, self._budget.walk))

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
