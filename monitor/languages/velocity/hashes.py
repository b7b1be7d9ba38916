"""Java's hashCode: what it prints, and the order in which a HashMap hands out its keys."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

_WORD: Final = 0xFFFFFFFF
_INT: Final = 2**31


def text_hash(text: str) -> int:
    """String.hashCode, unsigned."""
    value = 0
    for unit in memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H"):
        value = (31 * value + unit) & _WORD
    return value


def signed(value: int) -> int:
    """An int of Java."""
    value &= _WORD
    return value - 2**32 if value >= _INT else value


def number_hash(number: float) -> int:
    if isinstance(number, int) and -_INT <= number < _INT:
        return number
    (bits,) = (number,) if isinstance(number, int) else struct.unpack("<q", struct.pack("<d", number))
    bits &= 2**64 - 1
    return signed(bits ^ bits >> 32)


def list_hash(hashes: Iterable[int]) -> int:
    value = 1
    for one in hashes:
        value = (31 * value + one) & _WORD
    return signed(value)
