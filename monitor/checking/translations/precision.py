"""Whether a body holds numbers that the translation engines cannot hold."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from monitor.errors import JsonError
from monitor.jsonpaths import Json, read_json
from monitor.model import Response

# only a number of 16 or more digits, or with a large exponent, can be lost in a double
_SUSPECT: Final = re.compile(rb"\d[\d.]{15}|\d[eE][+-]?\d{2}")
_EXACT: Final = 2**53


def precision_note(response: Response) -> str:
    """What to say about numbers that translations see rounded; empty if there are none. Cheap on ordinary bodies."""
    if not _SUSPECT.search(response.body):
        return ""
    try:
        count = sum(1 for number in _numbers(read_json(response.body).value) if not _survives(number))
    except JsonError:
        return ""
    if not count:
        return ""
    numbers = "1 number" if count == 1 else f"{count} numbers"
    return f"{numbers} of the body (integers beyond 2^53, long decimals) cannot be held exactly by a translation"


def _numbers(value: Json) -> Iterator[int | Decimal]:
    if isinstance(value, dict):
        for member in value.values():
            yield from _numbers(member)
    elif isinstance(value, list):
        for member in value:
            yield from _numbers(member)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield value


def _survives(number: int | Decimal) -> bool:
    """Whether a double prints as the same number again."""
    if isinstance(number, int):
        return abs(number) <= _EXACT
    double = float(number)
    return math.isfinite(double) and Decimal(repr(double)) == number
