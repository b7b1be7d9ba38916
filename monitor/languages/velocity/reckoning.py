"""What is true, what is equal, and what comes of two values with an operator, as Velocity 2 has it."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from monitor.languages.velocity.values import (
    Entry,
    JavaIterator,
    JavaMap,
    Walk,
    hash_ordered,
    is_number,
    text_of,
)

_EXACT: Final = 2**53
_ORDERS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def truth(value: object) -> bool:
    """Null, false, zero and whatever is empty is false."""
    if value is None or isinstance(value, bool | int | float | str | list | dict):
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
        if is_number(number) and isinstance(text, str) and (parsed := _number(text)) is not None:
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


def _number(text: str) -> float | None:
    try:
        return float(text) if text.strip() == text and "_" not in text else None
    except ValueError:
        return None


def compared(sign: str, left: float, right: float) -> bool:
    return _ORDERS[sign](left, right)


def reckoned(sign: str, left: float, right: float) -> int | float | None:
    """Two numbers with an operator; None where there is no result (a division by zero)."""
    whole = isinstance(left, int) and isinstance(right, int)
    try:
        match sign:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
        if right == 0:
            return None
        if sign == "/":
            return _quotient(int(left), int(right)) if whole else left / right
        return int(left) - int(right) * _quotient(int(left), int(right)) if whole else math.fmod(left, right)
    except (OverflowError, ValueError):
        return None


def _quotient(left: int, right: int) -> int:
    """Towards zero."""
    size = abs(left) // abs(right)
    return size if (left < 0) == (right < 0) else -size


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
