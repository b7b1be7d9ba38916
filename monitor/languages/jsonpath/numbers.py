"""Numbers as Java writes and compares them."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final, TypeGuard

_DECIMAL: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE](?P<exponent>[+-]?[0-9]{1,10}))?", re.ASCII)
_INT: Final = 2**31
_BIG: Final = 10**7
_SMALL: Final = 1e-3


def is_number(value: object) -> TypeGuard[int | float | Decimal]:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def decimal_of(number: int | float | Decimal) -> Decimal | None:
    """The decimal that Java makes of the number's text; None for infinity, of which it makes none."""
    if isinstance(number, float):
        return Decimal(double_text(number)) if math.isfinite(number) else None
    return Decimal(number)


def parsed_decimal(text: str) -> Decimal | None:
    """The number that ``text`` is; None where it is none."""
    match = _DECIMAL.fullmatch(text)
    if match is None or abs(int(match["exponent"] or 0)) >= _INT:
        return None
    return Decimal(text)


def double_of(number: int | float | Decimal) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def int_of(number: int | float | Decimal) -> int:
    """The whole part in 32 bits: its lowest ones, or of a float the nearest such number."""
    if isinstance(number, float):
        return 0 if math.isnan(number) else int(max(-_INT, min(_INT - 1, number)))
    if isinstance(number, Decimal) and (not number or int(number.as_tuple().exponent) >= 32 or number.adjusted() < 0):
        return 0  # ten to the 32nd ends in 32 bits of zeros; and nobody wants such a number written out
    return (int(number) + _INT) % (2 * _INT) - _INT


def double_text(number: float) -> str:
    """A double as Java prints it: ``1.0E7`` from ten million on."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
    size = abs(number)
    if number == 0 or _SMALL <= size < _BIG:
        return repr(number)
    digits = Decimal(repr(number)).normalize().as_tuple()
    text = "".join(map(str, digits.digits))
    exponent = len(text) - 1 + int(digits.exponent)
    return f"{'-' if digits.sign else ''}{text[0]}.{text[1:] or '0'}E{exponent}"
