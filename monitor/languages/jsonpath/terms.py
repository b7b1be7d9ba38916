"""Values as a filter compares them, and the operators. As Jayway JsonPath 2.9 does it:

1. ``==`` between a string and a number compares texts where the string stands left, numbers where the number does.
2. ``<`` and its kin compare numbers with numbers and strings with strings. All else is false.
3. A path that is not there is undefined: equal to nothing, not even to itself, so ``!=`` is true of it.
4. A list's members are compared as ``==`` does, with the left value on the left.
5. A term of the wrong kind makes the whole filter false for this member (InvalidPathError, caught by the filter).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Final, TypeAlias

from regex import Pattern

from monitor.errors import NotJudgedError
from monitor.jsonpaths import Json
from monitor.languages.jsonpath.cursor import InvalidPathError
from monitor.languages.jsonpath.numbers import decimal_of, number_text

REGEX_SECONDS: Final = 2.0


class EngineError(Exception):
    """Stays in this package: an evaluation that fails. ``kind`` is the Java exception's name."""

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(what)
        self.kind, self.what = kind, what


class Undefined(Enum):
    UNDEFINED = "undefined"


UNDEFINED: Final = Undefined.UNDEFINED
# a decimal is a number as written; a list or dict a JSON node
Value: TypeAlias = "Json | Pattern[str] | Undefined"


def value_of(found: Json) -> Value:
    """What a path found, as a filter's value."""
    if isinstance(found, int | float) and not isinstance(found, bool):
        return decimal_of(found)
    return found


def _members(value: Value) -> list[Value] | None:
    """The members of a list as values; None where it is another JSON value."""
    if isinstance(value, list):
        return [_member(member) for member in value]
    if isinstance(value, dict):
        return None
    raise InvalidPathError("a list is expected")


def _member(member: Json) -> Value:
    if isinstance(member, dict | list):
        raise EngineError("JsonPathException", "a list in a filter holds objects or lists, which cannot be compared")
    return value_of(member)


def equal(left: Value, right: Value) -> bool:  # noqa: PLR0911 one case a type
    """``left == right``, as the left one sees it."""
    if isinstance(left, Decimal):
        if isinstance(right, str):
            other = _as_number(right)
            return other is not None and left == other
        return isinstance(right, Decimal) and left == right
    if isinstance(left, str):
        if isinstance(right, Decimal):
            return left == number_text(right)
        return isinstance(right, str) and left == right
    if isinstance(left, dict | list):
        return _same_json(left, right)
    if left is UNDEFINED or isinstance(left, Undefined):
        return False
    return type(left) is type(right) and left == right


def _same_json(left: Json, right: object) -> bool:
    """Equal values of equal types: 1 is not 1.0, nor True."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same_json(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same_json, left, right))
    return left == right


def _as_number(text: str) -> Decimal | None:
    from monitor.languages.jsonpath.numbers import parsed_decimal  # noqa: PLC0415

    return parsed_decimal(text)


def _strictly_equal(left: Value, right: Value) -> bool:
    kinds = [_kind(left), _kind(right)]
    return kinds[0] == kinds[1] and equal(left, right)


def _kind(value: Value) -> str:
    return "json" if isinstance(value, dict | list) else type(value).__name__


def _ordered(test: Callable[[object, object], bool]) -> Callable[[Value, Value], bool]:
    def compare(left: Value, right: Value) -> bool:
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return test(left, right)
        if isinstance(left, str) and isinstance(right, str):
            return test(*(one.encode("utf-16-be", "surrogatepass") for one in (left, right)))
        return False

    return compare


def _in(left: Value, right: Value) -> bool:
    members = _members(right)
    return members is not None and any(equal(left, member) for member in members)


def _both_lists(left: Value, right: Value) -> tuple[list[Value], list[Value]] | None:
    theirs = _members(right)
    ours = None if theirs is None else _members(left)
    return None if theirs is None or ours is None else (ours, theirs)


def _subset(left: Value, right: Value) -> bool:
    lists = _both_lists(left, right)
    return lists is not None and all(any(equal(one, other) for other in lists[1]) for one in lists[0])


def _any(left: Value, right: Value) -> bool:
    lists = _both_lists(left, right)
    return lists is not None and any(equal(one, other) for one in lists[0] for other in lists[1])


def _none(left: Value, right: Value) -> bool:
    lists = _both_lists(left, right)
    return lists is not None and not any(equal(one, other) for one in lists[0] for other in lists[1])


def _all(*_: Value) -> bool:
    raise InvalidPathError("a list of a path or literal is none for all")


def _contains(left: Value, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return right in left
    if isinstance(left, list):
        return any(equal(right, _member(member)) for member in left)
    return False


def _size(left: Value, right: Value) -> bool:
    if not isinstance(right, Decimal):
        return False
    if isinstance(left, str):
        return len(left.encode("utf-16-be", "surrogatepass")) // 2 == int(right)
    if isinstance(left, dict | list):
        return (len(left) if isinstance(left, list) else -1) == int(right)
    return False


def _empty(left: Value, right: Value) -> bool:
    if isinstance(left, dict):
        raise EngineError("ClassCastException", "empty works on strings and lists")
    if not isinstance(left, str | list):
        return False
    if not isinstance(right, bool):
        raise InvalidPathError("true or false is expected")
    return (not left) == right


def _matches(left: Value, right: Value) -> bool:
    if isinstance(left, Pattern) == isinstance(right, Pattern):
        return False
    pattern, value = (left, right) if isinstance(left, Pattern) else (right, left)
    assert isinstance(pattern, Pattern)  # noqa: S101 - one of the two is
    if isinstance(value, list):
        return any(_full(pattern, _text(_member(member))) for member in value)
    return _full(pattern, _text(value))


def _text(value: Value) -> str:
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def _full(pattern: Pattern[str], text: str) -> bool:
    try:
        return pattern.fullmatch(text, timeout=REGEX_SECONDS) is not None
    except TimeoutError:
        raise NotJudgedError(
            "a regular expression of a JSONPath takes too long", fix="write it without nested repetitions"
        ) from None


def _exists(left: Value, right: Value) -> bool:
    if not isinstance(left, bool) and not isinstance(right, bool):
        raise EngineError("JsonPathException", "exists compares with true or false")
    if not isinstance(left, bool) or not isinstance(right, bool):
        raise InvalidPathError("true or false is expected")
    return left == right


def _never(*_: Value) -> bool:
    raise InvalidPathError("a path cannot be written here")


COMPARE: Final[Mapping[str, Callable[[Value, Value], bool]]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "===": _strictly_equal,
    "!==": lambda left, right: not _strictly_equal(left, right),
    "<": _ordered(lambda left, right: left < right),  # type: ignore[operator]
    "<=": _ordered(lambda left, right: left <= right),  # type: ignore[operator]
    ">": _ordered(lambda left, right: left > right),  # type: ignore[operator]
    ">=": _ordered(lambda left, right: left >= right),  # type: ignore[operator]
    "IN": _in,
    "NIN": lambda left, right: not _in(left, right),
    "SUBSETOF": _subset,
    "ANYOF": _any,
    "NONEOF": _none,
    "ALL": _all,
    "CONTAINS": _contains,
    "SIZE": _size,
    "EMPTY": _empty,
    "=~": _matches,
    "EXISTS": _exists,
    "TYPE": _never,
    "MATCHES": _never,
}
