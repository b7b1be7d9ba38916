"""Java's hashCode: what it prints, and the order in which a HashMap hands out its keys."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from monitor.languages.velocity.values import Entry, JavaChar, JavaMap, Walk, value_of

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


def hash_ordered(keys: Iterable[object]) -> list[object]:
    """The keys in the order in which a HashMap, filled in the order given, hands them out."""
    listed = list(keys)
    capacity = 16
    while len(listed) > capacity * 3 // 4:
        capacity *= 2

    def bucket(key: object) -> int:
        value = hash_of(value_of(key), Walk()) & _WORD
        return (value ^ (value >> 16)) & (capacity - 1)

    return sorted(listed, key=bucket)


def hash_of(value: object, walk: Walk) -> int:  # noqa: PLR0911 one case a type
    """Its hashCode."""
    walk.go(len(value) if isinstance(value, str) else 0)
    match value:
        case None:
            return 0
        case bool():
            return 1231 if value else 1237
        case JavaChar():
            return ord(value)
        case str():
            return signed(text_hash(value))
        case int() | float():
            return number_hash(value)
        case list():
            return list_hash(hash_of(one, walk) for one in value)
        case dict():
            return signed(sum(hash_of(value_of(key), walk) ^ hash_of(one, walk) for key, one in value.items()))
        case Entry():
            return hash_of(value[0], walk) ^ hash_of(value[1], walk)
        case _:
            return signed(text_hash(str(value)))


def keys_of(mapping: dict[object, object]) -> list[object]:
    """In the order that Java hands them out."""
    return list(mapping) if isinstance(mapping, JavaMap) else hash_ordered(mapping)
