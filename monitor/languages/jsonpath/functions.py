"""The functions of a path: ``.length()``, ``.sum()`` and the others of Jayway JsonPath 2.9.

1. A parameter is what a path found, or JSON that is read only where the function looks at it. Lists among the
   parameters count as their members.
2. min, max, avg, sum and stddev work on the numbers among the list's members and the parameters, as doubles.
3. first, last and index take a member of a list. One that is counted from the end must not be the very first.
4. concat joins the strings of a list and whatever the parameters are, as Java prints it.
5. append gives a longer list. (Jayway changes the list itself, which a path can only see that comes to it twice.)
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from monitor.jsonpaths import Json
from monitor.languages.jsonpath.errors import FAILED, OUT_OF_BOUNDS, EngineError
from monitor.languages.jsonpath.nodes import JsonText
from monitor.languages.jsonpath.numbers import decimal_of, double_of, double_text, int_of, is_number
from monitor.languages.jsonpath.permissive import permissive

Parameters: TypeAlias = "Sequence[Json | JsonText]"
Apply: TypeAlias = "Callable[[Json, Parameters], Json]"
_TINY: Final = math.ulp(0.0)  # Java's Double.MIN_VALUE, from which max begins
COUNTS: Final = ("length", "size")  # with a parameter they evaluate its path once more: see Walk
AGGREGATES: Final = ("min", "max", "avg", "stddev", "sum", "concat")  # of an object they take nothing


class Keys(list[Json]):
    """What keys() finds: a set to Java, so that no function or operator takes it for a list."""


def plain(value: Json) -> Json:
    return list(value) if isinstance(value, Keys) else value


def _value(parameter: Json | JsonText) -> Json:
    if not isinstance(parameter, JsonText):
        return parameter
    try:
        return permissive(parameter.text)
    except ValueError:
        raise EngineError("InvalidJsonException", "a parameter is no JSON") from None


def _members(parameters: Parameters) -> Iterator[Json]:
    for parameter in parameters:
        value = _value(parameter)
        if isinstance(value, list) and not isinstance(value, Keys):
            yield from value
        else:
            yield value


# -- numbers ----------------------------------------------------------------------------------------------


def _numbers(model: Json, parameters: Parameters) -> list[float]:
    """Raises EngineError where there is none."""
    members = [*(model if isinstance(model, list) else ()), *_members(parameters)]
    found = [double_of(member) for member in members if is_number(member)]
    if not found:
        raise EngineError(FAILED, "an aggregate function has no numbers to work on")
    return found


def _total(numbers: Sequence[float]) -> float:
    total = 0.0
    for number in numbers:  # sum() rounds otherwise
        total += number
    return total


def _sum(model: Json, parameters: Parameters) -> Json:
    return _total(_numbers(model, parameters))


def _average(model: Json, parameters: Parameters) -> Json:
    numbers = _numbers(model, parameters)
    return _total(numbers) / len(numbers)


def _deviation(model: Json, parameters: Parameters) -> Json:
    numbers = _numbers(model, parameters)
    count, total = len(numbers), _total(numbers)
    variance = _total([number * number for number in numbers]) / count - total * total / count / count
    return math.sqrt(variance) if variance >= 0 else None  # Java's NaN, which JSON has not


def _minimum(model: Json, parameters: Parameters) -> Json:
    return min(sys.float_info.max, *_numbers(model, parameters))


def _maximum(model: Json, parameters: Parameters) -> Json:
    return max(_TINY, *_numbers(model, parameters))


# -- others -----------------------------------------------------------------------------------------------


def count(model: Json) -> Json:
    return len(model) if isinstance(model, dict | list) and not isinstance(model, Keys) else None


def _keys(model: Json, _: Parameters) -> Json:
    return Keys(model) if isinstance(model, dict) else None


def _concat(model: Json, parameters: Parameters) -> Json:
    texts = [member for member in model if isinstance(member, str)] if isinstance(model, list) else []
    return "".join([*texts, *(printed(member) for member in _members(parameters) if member is not None)])


def printed(value: Json) -> str:
    """As Java's toString() prints a value of JSON: an object as ``{a=1}``, a list as JSON."""
    if isinstance(value, Keys):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}={printed(member)}' for key, member in value.items())}}}"
    return value if isinstance(value, str) else _json(value)


def _json(value: Json) -> str:
    if isinstance(value, dict):
        return f"{{{','.join(f'{_json(key)}:{_json(member)}' for key, member in value.items())}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_json, value))}]"
    if isinstance(value, float):
        return double_text(value)
    return str(decimal_of(value)) if is_number(value) else json.dumps(value, ensure_ascii=False)


def _append(model: Json, parameters: Parameters) -> Json:
    return [*model, *(plain(_value(parameter)) for parameter in parameters)] if isinstance(model, list) else model


def _at(model: Json, index: Callable[[], int]) -> Json:
    if not isinstance(model, list) or isinstance(model, Keys):
        raise EngineError(FAILED, "first, last and index work on lists")
    place = index()
    if place < 0 and place + len(model) <= 0:
        raise EngineError(FAILED, "the list has too few members to count from its end")
    if place >= len(model):
        raise EngineError(OUT_OF_BOUNDS, "the list has fewer members")
    return model[place]


def _index(model: Json, parameters: Parameters) -> Json:
    def place() -> int:
        for member in _members(parameters):
            if is_number(member):
                return int_of(member)
        raise EngineError(OUT_OF_BOUNDS, "index needs a number")

    return _at(model, place)


FUNCTIONS: Final[Mapping[str, Apply]] = {
    "avg": _average,
    "stddev": _deviation,
    "sum": _sum,
    "min": _minimum,
    "max": _maximum,
    "concat": _concat,
    "length": lambda model, _: count(model),
    "size": lambda model, _: count(model),
    "append": _append,
    "keys": _keys,
    "first": lambda model, _: _at(model, lambda: 0),
    "last": lambda model, _: _at(model, lambda: -1),
    "index": _index,
}
