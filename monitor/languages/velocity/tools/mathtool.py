"""``$math``: Velocity's MathTool.

It reckons with doubles. The result is a double where one of the numbers is one, or where it is broken; else whole.
What is no number, and a division by zero, make it null. A text is a number as far as it reads like one (``5abc``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Final, TypeAlias

from monitor.languages.velocity.values import is_number

Tool: TypeAlias = Callable[..., object]

_LONG: Final = 2**63
_INT: Final = 2**32
_PREFIX: Final = re.compile(r"-?(?:[0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)(?:E-?[0-9]{1,3})?", re.ASCII)
_PLACES: Final = 15  # that a double has: nothing is rounded beyond


def _number(value: object) -> int | float | None:
    if is_number(value):
        return float(value) if isinstance(value, Decimal) else value
    if not isinstance(value, str) or (match := _PREFIX.match(value)) is None:
        return None
    number = float(match[0].replace(",", ""))
    return int(number) if number.is_integer() and abs(number) < _LONG else number


def _numbers(values: Sequence[object]) -> list[int | float] | None:
    found = [_number(value) for value in values]
    known = [number for number in found if number is not None]
    return known if len(known) == len(found) else None


def _matched(result: float, numbers: Sequence[float]) -> int | float:
    """``result`` as a whole number if all of them are."""
    broken = math.isnan(result) or (math.isfinite(result) and not result.is_integer())
    if broken or any(isinstance(one, float) for one in numbers):
        return result
    return int(min(max(result, -_LONG), _LONG - 1)) if math.isfinite(result) else _LONG - 1


def _folded(apply: Callable[[float, float], float], empty: int) -> Tool:
    def run(*values: object) -> object:
        numbers = _numbers(values)
        if numbers is None:
            return None
        if not numbers:
            return empty
        try:
            result = float(numbers[0])
            for number in numbers[1:]:
                result = apply(result, float(number))
        except (ZeroDivisionError, OverflowError):
            return None
        return _matched(result, numbers)

    return run


def _fixed(count: int, apply: Callable[..., object]) -> Tool:
    """Of ``count`` numbers."""

    def run(*values: object) -> object:
        if len(values) != count:
            raise TypeError
        numbers = _numbers(values)
        try:
            return None if numbers is None else apply(*numbers)
        except (ZeroDivisionError, OverflowError, ValueError):
            return None

    return run


def _int(number: float) -> int:
    """As a cast to int does it."""
    return (math.trunc(number) + _INT // 2) % _INT - _INT // 2


def _clamped(number: int) -> int:
    return min(max(number, -_INT // 2), _INT // 2 - 1)


def _idiv(left: float, right: float) -> int:
    return math.trunc(_int(left) / _int(right))


def _mod(left: float, right: float) -> int:
    return int(math.fmod(_int(left), _int(right)))


def _pow(left: float, right: float) -> int | float:
    try:
        result = math.pow(left, right)
    except (OverflowError, ZeroDivisionError):
        result = math.inf
    except ValueError:
        result = math.nan if left else math.inf
    return _matched(result, (left, right))


def _round_to(places: float, number: float) -> float:
    if not 0 < int(places) <= _PLACES or not math.isfinite(number):
        return float(number)
    shifted = Decimal(repr(float(number))).scaleb(int(places)) + Decimal("0.5")
    return float(shifted.to_integral_value(ROUND_FLOOR).scaleb(-int(places)))


def _listed(values: Sequence[object]) -> list[object]:
    """The numbers of a list, the field of its members, or the arguments themselves."""
    first = values[0] if values else None
    if not isinstance(first, list):
        return list(values)
    if len(values) > 1:
        return [one.get(values[1]) if isinstance(one, dict) else None for one in first]
    return list(first)


def _total(*values: object) -> object:
    return _ADD(*_listed(values))


def _average(*values: object) -> object:
    numbers = _numbers(_listed(values))
    if numbers is None:
        return None
    return _matched(math.fsum(numbers) / len(numbers), numbers) if numbers else math.nan


_ADD: Final = _folded(lambda left, right: left + right, 0)
METHODS: Final[Mapping[str, Tool]] = {
    "add": _ADD,
    "sub": _folded(lambda left, right: left - right, 0),
    "mul": _folded(lambda left, right: left * right, 1),
    "div": _folded(lambda left, right: left / right, 1),
    "max": _folded(max, 0),
    "min": _folded(min, 0),
    "idiv": _fixed(2, _idiv),
    "mod": _fixed(2, _mod),
    "pow": _fixed(2, _pow),
    "abs": _fixed(1, abs),
    "ceil": _fixed(1, lambda number: _clamped(math.ceil(number))),
    "floor": _fixed(1, lambda number: _clamped(math.floor(number))),
    "round": _fixed(1, lambda number: _clamped(round(number))),
    "roundTo": _fixed(2, _round_to),
    "toInteger": _fixed(1, _int),
    "toLong": _fixed(1, math.trunc),
    "toDouble": _fixed(1, float),
    "toNumber": _fixed(1, lambda number: number),
    "getTotal": _total,
    "getAverage": _average,
}
