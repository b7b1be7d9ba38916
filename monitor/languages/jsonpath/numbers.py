"""Numbers as Java writes and compares them."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final

_DECIMAL: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,9})?", re.ASCII)
_BIG: Final = 10**7
_SMALL: Final = 1e-3


def decimal_of(number: int | float) -> Decimal:
    """The decimal that Java makes of the number's text."""
    return Decimal(number) if isinstance(number, int) else Decimal(double_text(number))


def parsed_decimal(text: str) -> Decimal | None:
    """The number that ``text`` is; None where it is none."""
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def number_text(number: Decimal) -> str:
    return str(number)


def double_text(number: float) -> str:
    """A double as Java prints it: ``1.0E7`` from ten million on."""
    if not math.isfinite(number):
        return "0"  # JSON has none: whoever made it has lost it already
    size = abs(number)
    if number == 0 or _SMALL <= size < _BIG:
        return repr(number)
    digits = Decimal(repr(number)).normalize().as_tuple()
    text = "".join(map(str, digits.digits))
    exponent = len(text) - 1 + int(digits.exponent)
    return f"{'-' if digits.sign else ''}{text[0]}.{text[1:] or '0'}E{exponent}"
