"""Values as Java has them: how they print, what is true, what is equal, and how they are reckoned with.

A ``dict`` or ``list`` of the context prints as JSON, its keys in the order of a Java HashMap. What the template makes
(`JavaMap`, `JavaList`) prints as Java's collections do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Final

from monitor.languages.jsonpath.numbers import double_text

_WORD: Final = 0xFFFFFFFF


class JavaList(list[object]):
    """A list, array or other collection that Java made."""


class JavaMap(dict[object, object]):
    """A LinkedHashMap."""


class Entry(tuple[object, object]):
    """A map's entry."""

    __slots__ = ()


class Lazy:
    """What ``#define`` made: rendered each time it is printed."""

    def __init__(self, text: object) -> None:
        self.text = text


# -- printing ---------------------------------------------------------------------------------------------


def java_hash(text: str) -> int:
    """String.hashCode, unsigned."""
    value = 0
    for unit in memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H"):
        value = (31 * value + unit) & _WORD
    return value


def hash_ordered(keys: Iterable[str]) -> list[str]:
    """The keys in the order in which a HashMap, filled in the order given, hands them out."""
    listed = list(keys)
    capacity = 16
    while len(listed) > capacity * 3 // 4:
        capacity *= 2

    def bucket(key: str) -> int:
        value = java_hash(key)
        return (value ^ (value >> 16)) & (capacity - 1)

    return sorted(listed, key=bucket)


def text_of(value: object) -> str:  # noqa: PLR0911 one case a type
    """``toString`` of anything but null."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case float():
            return _double(value)
        case JavaMap():
            return "{" + ", ".join(f"{_inner(key)}={_inner(one)}" for key, one in value.items()) + "}"
        case JavaList():
            return "[" + ", ".join(_inner(one) for one in value) + "]"
        case Entry():
            return f"{_inner(value[0])}={_inner(value[1])}"
        case dict() | list():
            return json_of(value)
        case _:
            return str(value)


def _double(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return double_text(value)


def _inner(value: object) -> str:
    return "null" if value is None else text_of(value)


def json_of(value: object) -> str:
    """JSON as json-smart prints it."""
    match value:
        case None:
            return "null"
        case str():
            return _quoted(value)
        case JavaMap():
            return "{" + ",".join(f"{_quoted(_inner(key))}:{json_of(one)}" for key, one in value.items()) + "}"
        case dict():
            return "{" + ",".join(f"{_quoted(key)}:{json_of(value[key])}" for key in hash_ordered(value)) + "}"
        case list():
            return "[" + ",".join(json_of(one) for one in value) + "]"
        case _:
            return text_of(value)


_SHORT: Final = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def _quoted(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\u{code:04X}" if code < 0x20 or 0x7F <= code <= 0x9F or 0x2000 <= code <= 0x20FF else char


def plain_json(value: object) -> str:
    """JSON without blanks, keys in their own order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# -- truth and equality -----------------------------------------------------------------------------------


def truth(value: object) -> bool:
    """Null, false, zero and whatever is empty is false."""
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, int | float | str | list | dict):
        return bool(value)
    return True


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(left: object, right: object) -> bool:
    if left is None or right is None:
        return left is right
    if is_number(left) and is_number(right):
        return left == right
    if type(left) is type(right) or (isinstance(left, list) and isinstance(right, list)):
        return left == right
    if isinstance(left, dict) and isinstance(right, dict):
        return left == right
    for number, text in ((left, right), (right, left)):
        if is_number(number) and isinstance(text, str) and (parsed := _parsed(text)) is not None:
            return number == parsed
    return text_of(left) == text_of(right)


def _parsed(text: str) -> float | None:
    try:
        return float(text) if text.strip() == text else None
    except ValueError:
        return None


# -- arithmetic -------------------------------------------------------------------------------------------


def reckoned(operator: str, left: float, right: float) -> int | float | None:  # noqa: PLR0911 one case an operator
    """Two numbers with an operator; None where there is no result (a division by zero)."""
    whole = isinstance(left, int) and isinstance(right, int)
    try:
        if operator == "+":
            return left + right
        if operator == "-":
            return left - right
        if operator == "*":
            return left * right
        if right == 0:
            return None
        if operator == "/":
            return _quotient(int(left), int(right)) if whole else left / right
        return int(math.fmod(left, right)) if whole and abs(left) < 2**53 else _remainder(left, right)
    except (OverflowError, ValueError):
        return None


def _quotient(left: int, right: int) -> int:
    size = abs(left) // abs(right)
    return size if (left < 0) == (right < 0) else -size


def _remainder(left: float, right: float) -> int | float:
    if isinstance(left, int) and isinstance(right, int):
        return left - right * _quotient(left, right)
    return math.fmod(left, right)


def is_larger(operator: str, left: float, right: float) -> bool:
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def collection_of(value: object) -> Sequence[object] | None:
    """What ``#foreach`` walks over; None where that is nothing to walk over."""
    if isinstance(value, JavaMap):
        return list(value.values())
    if isinstance(value, dict):
        return [value[key] for key in hash_ordered(value)]
    return value if isinstance(value, list) else None
