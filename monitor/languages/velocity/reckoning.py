"""What is true, what is equal, and what comes of two values with an operator, as Velocity 2 has it."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_DOWN, Context, Decimal, DecimalException
from typing import Final

from monitor.languages.velocity.hashes import hash_ordered
from monitor.languages.velocity.printing import text_of
from monitor.languages.velocity.tool import Tool
from monitor.languages.velocity.values import Entry, GrowthError, JavaIterator, JavaMap, Number, Walk, is_number

_MOST_BITS: Final = 10_000  # of a whole number
_MOST_DIGITS: Final = 400  # of a number in a text
_NUMERIC: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")
_EXACT: Final = Context(prec=5_000, rounding=ROUND_HALF_DOWN, Emin=-100_000, Emax=100_000)
_ORDERS: Final[Mapping[str, Callable[[Number, Number], object]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WHOLE: Final[Mapping[str, Callable[[int, int], int]]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_DOUBLES: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
}


def truth(value: object) -> bool:
    """Null, false, zero and whatever is empty is false."""
    if isinstance(value, Tool):
        return value.is_true
    if value is None or isinstance(value, bool | int | float | Decimal | str | list | dict):
        return bool(value)
    return True


def equal(left: object, right: object, walk: Walk) -> bool:
    """``==`` of a template: a number equals a text that is that number; other types are compared as texts."""
    if left is None or right is None:
        return left is right
    if is_number(left) and is_number(right):
        return left == right
    if _of_one_class(left, right):
        return same(left, right, walk)
    for number, text in ((left, right), (right, left)):
        if is_number(number) and (parsed := number_in(text)) is not None:
            return number == parsed
    return text_of(left, walk) == text_of(right, walk)


def _of_one_class(left: object, right: object) -> bool:
    return type(left) is type(right) or any(isinstance(left, kind) and isinstance(right, kind) for kind in (list, dict))


def same(left: object, right: object, walk: Walk) -> bool:
    """Java's ``equals``: of one class, and of one value."""
    walk.go()
    if left is right:
        return True
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(*pair, walk) for pair in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(one, right[key], walk) for key, one in left.items())
    if isinstance(left, Entry) and isinstance(right, Entry):
        return same(left[0], right[0], walk) and same(left[1], right[1], walk)
    return type(left) is type(right) and left == right


def number_in(text: object) -> Decimal | None:
    """The number that a text is; a text that is a number stays exact."""
    if not isinstance(text, str) or not _NUMERIC.fullmatch(text):
        return None
    number = Decimal(text)
    if abs(number.adjusted()) > _MOST_DIGITS or len(text) > _MOST_DIGITS:
        raise GrowthError("a number becomes too large")
    return number


def compared(sign: str, left: Number, right: Number) -> bool:
    return bool(_ORDERS[sign](left, right))


# -- arithmetic -------------------------------------------------------------------------------------------


def reckoned(sign: str, left: Number, right: Number) -> Number | None:
    """Two numbers with an operator; None where there is no result (a division by zero).

    Raises GrowthError, and ArithmeticError where Java does.
    """
    if sign in "/%" and right == 0:
        return None
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        return _exactly(sign, _decimal(left), _decimal(right))
    if isinstance(left, int) and isinstance(right, int):
        return _wholly(sign, left, right)
    try:
        return _DOUBLES[sign](float(left), float(right))
    except OverflowError:
        return None


def _wholly(sign: str, left: int, right: int) -> int:
    if left.bit_length() + right.bit_length() > _MOST_BITS:
        raise GrowthError("a number becomes too large")
    if sign == "/":
        return _quotient(left, right)
    return left - right * _quotient(left, right) if sign == "%" else _WHOLE[sign](left, right)


def _quotient(left: int, right: int) -> int:
    """Towards zero."""
    size = abs(left) // abs(right)
    return size if (left < 0) == (right < 0) else -size


def _exactly(sign: str, left: Decimal, right: Decimal) -> Decimal:
    """As BigDecimal does it: a quotient has as many places as what is divided."""
    if sign == "%":
        raise ArithmeticError
    try:
        if sign == "/":
            return _EXACT.divide(left, right).quantize(left, context=_EXACT)
        return {"+": _EXACT.add, "-": _EXACT.subtract, "*": _EXACT.multiply}[sign](left, right)
    except DecimalException:
        raise GrowthError("a number becomes too large") from None


def _decimal(number: Number) -> Decimal:
    if isinstance(number, Decimal):
        return number
    try:
        return Decimal(repr(float(number)))
    except OverflowError:
        return Decimal(number)


def collection_of(value: object) -> Sequence[object] | None:
    """What ``#foreach`` walks over; None where that is nothing to walk over."""
    if isinstance(value, JavaMap):
        return list(value.values())
    if isinstance(value, dict):
        return [value[key] for key in hash_ordered(value)]
    if isinstance(value, JavaIterator):
        left = value.members[value.position :]
        value.position = len(value.members)
        return left
    return list(value) if isinstance(value, list) else None
