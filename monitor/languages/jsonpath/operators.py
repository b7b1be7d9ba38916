"""The operators of a filter, as Jayway JsonPath 2.9 has them:

1. ``==`` between a string and a number compares texts where the string stands left, numbers where the number does.
   A JSON literal on the left equals no object or list.
2. ``<`` and its kin compare numbers with numbers and strings with strings. All else is false.
3. A path that is not there is undefined: equal to nothing, not even to itself, so ``!=`` is true of it.
4. A list's members are compared as ``==`` does, with the member that is looked for on the left.
5. A term of the wrong kind makes the whole filter false for this member (an EngineError of kind INVALID).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from regex import Pattern

from monitor.languages.jsonpath.errors import FAILED, INVALID, EngineError
from monitor.languages.jsonpath.members import as_list, is_json, read
from monitor.languages.jsonpath.nodes import JsonText, Undefined, Value
from monitor.languages.jsonpath.numbers import int_of, parsed_decimal
from monitor.languages.jsonpath.regexes import matches


def _same(left: Value, right: Value) -> bool:
    """``left == right``, as the left one sees it."""
    if is_json(left) and is_json(right):
        known = read(right) if isinstance(right, JsonText) else right
        return not isinstance(left, JsonText) and _same_json(left, known)
    return _equals(left, right)


def _equals(left: Value, right: Value) -> bool:
    if isinstance(left, Decimal):
        other = parsed_decimal(right) if isinstance(right, str) else right
        return isinstance(other, Decimal) and left == other
    if isinstance(left, str):
        return left == (str(right) if isinstance(right, Decimal) else right)
    if isinstance(left, Undefined | list | dict):
        return False
    return type(left) is type(right) and left == right


def _same_json(left: object, right: object) -> bool:
    """Equal values of equal types: 1 is not 1.0, nor True."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same_json(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same_json, left, right))
    return type(left) is type(right) and left == right


def _same_kind(left: Value, right: Value) -> bool:
    kinds = ["json" if is_json(value) else type(value).__name__ for value in (left, right)]
    return kinds[0] == kinds[1] and _same(left, right)


def _ordered(test: Callable[[bool, bool], bool]) -> Callable[[Value, Value], bool]:
    """``test`` is told whether the left one is less, and whether they are equal."""

    def compare(left: Value, right: Value) -> bool:
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return test(left < right, left == right)
        if isinstance(left, str) and isinstance(right, str):
            return test(_units(left) < _units(right), left == right)
        return False

    return compare


def _units(text: str) -> bytes:
    """UTF-16, by which Java orders and measures texts."""
    return text.encode("utf-16-be", "surrogatepass")


# -- lists ------------------------------------------------------------------------------------------------


def _wanted_list(value: Value) -> list[Value] | None:
    if not is_json(value):
        raise EngineError(INVALID, "a list is expected")
    return as_list(value)


def _holds(members: list[Value], one: Value) -> bool:
    return any(_equals(one, member) for member in members)


def _in(left: Value, right: Value) -> bool:
    members = _wanted_list(right)
    return members is not None and _holds(members, left)


def _of_lists(test: Callable[[list[Value], list[Value]], bool]) -> Callable[[Value, Value], bool]:
    def compare(left: Value, right: Value) -> bool:
        theirs = _wanted_list(right)
        ours = None if theirs is None else _wanted_list(left)
        return theirs is not None and ours is not None and test(ours, theirs)

    return compare


def _meet(ours: list[Value], theirs: list[Value]) -> bool:
    return any(_holds(theirs, one) for one in ours)


def _contains(left: Value, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return right in left
    members = as_list(left) if is_json(left) else None
    return members is not None and _holds(members, right)


# -- others -----------------------------------------------------------------------------------------------


def _size(left: Value, right: Value) -> bool:
    if not isinstance(right, Decimal):
        return False
    wanted = int_of(right)
    if isinstance(left, str):
        return len(_units(left)) // 2 == wanted
    if not is_json(left):
        return False
    known = read(left) if isinstance(left, JsonText) else left
    return (len(known) if isinstance(known, list) else -1) == wanted


def _empty(left: Value, right: Value) -> bool:
    known = read(left) if isinstance(left, JsonText) else left
    if isinstance(known, dict):
        raise EngineError("ClassCastException", "empty works on strings and lists")
    if not isinstance(known, str | list):
        return False
    return (not known) == _wanted_truth(right)


def _wanted_truth(value: Value) -> bool:
    if not isinstance(value, bool):
        raise EngineError(INVALID, "true or false is expected")
    return value


def _matches(left: Value, right: Value) -> bool:
    if isinstance(left, Pattern) == isinstance(right, Pattern):
        return False
    pattern, value = (left, right) if isinstance(left, Pattern) else (right, left)
    assert isinstance(pattern, Pattern)  # noqa: S101 - one of the two is
    members = as_list(value) if is_json(value) else None
    return any(matches(pattern, _text(one)) for one in ([value] if members is None else members))


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | Decimal) else ""


def _exists(left: Value, right: Value) -> bool:
    if not isinstance(left, bool) and not isinstance(right, bool):
        raise EngineError(FAILED, "exists compares with true or false")
    return _wanted_truth(left) == _wanted_truth(right)


def _never(what: str) -> Callable[[Value, Value], bool]:
    def fail(*_: Value) -> bool:
        raise EngineError(INVALID, what)

    return fail


def _not(test: Callable[[Value, Value], bool]) -> Callable[[Value, Value], bool]:
    return lambda left, right: not test(left, right)


OPERATORS: Final[Mapping[str, Callable[[Value, Value], bool]]] = {
    "==": _same,
    "!=": _not(_same),
    "===": _same_kind,
    "!==": _not(_same_kind),
    "<": _ordered(lambda less, _: less),
    "<=": _ordered(lambda less, equal: less or equal),
    ">": _ordered(lambda less, equal: not less and not equal),
    ">=": _ordered(lambda less, _: not less),
    "IN": _in,
    "NIN": _not(_in),
    "SUBSETOF": _of_lists(lambda ours, theirs: all(_holds(theirs, one) for one in ours)),
    "ANYOF": _of_lists(_meet),
    "NONEOF": _of_lists(lambda ours, theirs: not _meet(ours, theirs)),
    "CONTAINS": _contains,
    "SIZE": _size,
    "EMPTY": _empty,
    "=~": _matches,
    "EXISTS": _exists,
    "ALL": _never("all takes no list that is written or found"),
    "TYPE": _never("type takes a Java class"),
    "MATCHES": _never("matches takes a Java predicate"),
}
