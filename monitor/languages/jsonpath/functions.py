"""The functions at the end of a path: ``.length()``, ``.sum()`` and the others of Jayway JsonPath 2.9."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from monitor.jsonpaths import Json
from monitor.languages.jsonpath.numbers import double_text
from monitor.languages.jsonpath.terms import EngineError

Apply: TypeAlias = "Callable[[Json, Sequence[Json]], Json]"
_FAILED: Final = "JsonPathException"
_TINY: Final = math.ulp(0.0)  # Java's Double.MIN_VALUE, from which max begins


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(model: Json, parameters: Sequence[Json]) -> list[float]:
    """The numbers of a list, then those of the parameters. Raises EngineError where there is none."""
    found = [float(one) for one in model if _is_number(one)] if isinstance(model, list) else []  # type: ignore[arg-type]
    for parameter in parameters:
        members = parameter if isinstance(parameter, list) else [parameter]
        found += [float(one) for one in members if _is_number(one)]  # type: ignore[arg-type]
    if not found:
        raise EngineError(_FAILED, "an aggregate function has no numbers to work on")
    return found


def _sum(model: Json, parameters: Sequence[Json]) -> Json:
    total = 0.0
    for number in _numbers(model, parameters):
        total += number
    return total


def _average(model: Json, parameters: Sequence[Json]) -> Json:
    numbers = _numbers(model, parameters)
    return _sum(numbers, ()) / len(numbers)  # type: ignore[arg-type,operator]


def _deviation(model: Json, parameters: Sequence[Json]) -> Json:
    total = squares = 0.0
    numbers = _numbers(model, parameters)
    for number in numbers:
        total += number
        squares += number * number
    count = len(numbers)
    variance = squares / count - total * total / count / count
    return math.sqrt(variance) if variance >= 0 else None


def _minimum(model: Json, parameters: Sequence[Json]) -> Json:
    return min(sys.float_info.max, *_numbers(model, parameters))


def _maximum(model: Json, parameters: Sequence[Json]) -> Json:
    return max(_TINY, *_numbers(model, parameters))


def _length(model: Json, _: Sequence[Json]) -> Json:
    return len(model) if isinstance(model, dict | list) else None


def _keys(model: Json, _: Sequence[Json]) -> Json:
    return list(model) if isinstance(model, dict) else None


def _concat(model: Json, parameters: Sequence[Json]) -> Json:
    texts = [one for one in model if isinstance(one, str)] if isinstance(model, list) else []
    for parameter in parameters:
        if isinstance(parameter, list):
            texts += [_as_text(one) for one in parameter if one is not None]
        elif parameter is not None:
            texts.append(_as_text(parameter)) if isinstance(parameter, str) else None
    return "".join(texts)


def _as_text(value: Json) -> str:
    if isinstance(value, float):
        return double_text(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _append(model: Json, parameters: Sequence[Json]) -> Json:
    return [*model, *parameters] if isinstance(model, list) else model


def _at(model: Json, index: int) -> Json:
    if not isinstance(model, list):
        raise EngineError(_FAILED, "first, last and index work on lists")
    if index < 0:
        index += len(model)
        if index < 0 or not model:
            raise EngineError(_FAILED, "the list has fewer members")
    if index >= len(model):
        raise EngineError("IndexOutOfBoundsException", "the list has fewer members")
    return model[index]


def _index(model: Json, parameters: Sequence[Json]) -> Json:
    if not isinstance(model, list):
        return _at(model, 0)
    if not parameters or not _is_number(parameters[0]):
        raise EngineError("IndexOutOfBoundsException", "index needs a number")
    return _at(model, int(parameters[0]))  # type: ignore[arg-type]


FUNCTIONS: Final[Mapping[str, Apply]] = {
    "avg": _average,
    "stddev": _deviation,
    "sum": _sum,
    "min": _minimum,
    "max": _maximum,
    "concat": _concat,
    "length": _length,
    "size": _length,
    "append": _append,
    "keys": _keys,
    "first": lambda model, _: _at(model, 0),
    "last": lambda model, _: _at(model, -1),
    "index": _index,
}
