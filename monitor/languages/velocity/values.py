"""Values as Java has them: what they are called, and how they print.

1. A ``dict`` or ``list`` of the context is what json-smart makes of JSON: it prints as JSON, its keys in the order of
   a HashMap. What the template makes (`JavaMap`, `JavaList`) prints as Java's own collections do.
2. Keys of maps are texts; of another type they are a `Key`, for 1, 1.0 and true are three keys to Java.
3. A list may hold itself, or another one many times over: whatever walks over values is told how far (`Walk`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeAlias, TypeGuard

from monitor.languages.jsonpath.numbers import double_text
from monitor.languages.velocity.hashes import list_hash, number_hash, signed, text_hash
from monitor.languages.velocity.nodes import Block

_WORD: Final = 0xFFFFFFFF
_INT: Final = 2**31
_LONG: Final = 2**63
LONGEST: Final = 5_000_000  # characters, and members, of one value


class GrowthError(Exception):
    """Stays in this package: a value becomes too large, or is walked over too long."""


class JavaChar(str):
    """A Character."""

    __slots__ = ()


class JavaList(list[object]):
    """A list that Java made. ``kind`` is its class; ``source`` the map whose keys, values or entries it is."""

    def __init__(
        self, members: Iterable[object] = (), kind: str = "java.util.ArrayList", source: object = None
    ) -> None:
        super().__init__(members)
        self.kind, self.source = kind, source


class JavaMap(dict[object, object]):
    """A LinkedHashMap."""


class Entry(tuple[object, object]):
    """A map's entry."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a map that is no text."""

    kind: str
    text: str
    value: object = field(compare=False)


class JavaObject:
    """Anything else. ``name`` is of its class."""

    name: str


@dataclass(frozen=True, slots=True)
class JavaClass:
    name: str


@dataclass(slots=True)
class JavaIterator:
    members: list[object]
    position: int = 0


@dataclass(slots=True)
class Lazy:
    """What ``#define`` made, or the body of a block macro: rendered each time it is printed.

    Within itself it is rendered ``most`` times; then it is null.
    """

    block: Block
    most: int
    within: int = 0


@dataclass(slots=True)
class Walk:
    """How much more of values may be walked over."""

    left: int = LONGEST

    def go(self, count: int = 1) -> None:
        self.left -= count
        if self.left < 0:
            raise GrowthError("a value becomes too large")


# -- classes ----------------------------------------------------------------------------------------------

_CLASSES: Final[tuple[tuple[type, str], ...]] = (
    (bool, "java.lang.Boolean"),
    (JavaChar, "java.lang.Character"),
    (str, "java.lang.String"),
    (float, "java.lang.Double"),
    (JavaMap, "java.util.LinkedHashMap"),
    (dict, "net.minidev.json.JSONObject"),
    (list, "net.minidev.json.JSONArray"),
    (Entry, "java.util.HashMap$Node"),
    (JavaClass, "java.lang.Class"),
    (JavaIterator, "java.util.Iterator"),
    (Lazy, "org.apache.velocity.runtime.directive.Block$Reference"),
)


def class_name(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, JavaObject):
        return value.name
    if isinstance(value, JavaList):
        return value.kind
    if isinstance(value, int) and not isinstance(value, bool):
        return f"java.{_whole_class(value)}"
    if isinstance(value, Decimal):
        return "java.math.BigDecimal"
    return next((name for kind, name in _CLASSES if isinstance(value, kind)), str(value))


def _whole_class(value: int) -> str:
    if -_INT <= value < _INT:
        return "lang.Integer"
    return "lang.Long" if -_LONG <= value < _LONG else "math.BigInteger"


Number: TypeAlias = int | float | Decimal


def is_number(value: object) -> TypeGuard[Number]:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def key_of(value: object, walk: Walk) -> object:
    """``value`` as the key of a map."""
    if value is None or (isinstance(value, str) and not isinstance(value, JavaChar)):
        return value
    return Key(class_name(value), text_of(value, walk), value)


def value_of(key: object) -> object:
    return key.value if isinstance(key, Key) else key


# -- the order of a HashMap -------------------------------------------------------------------------------


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


def hash_of(value: object, walk: Walk) -> int:
    """Its hashCode."""
    walk.go()
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
            return signed(text_hash(text_of(value, walk)))


def keys_of(mapping: dict[object, object]) -> list[object]:
    """In the order that Java hands them out."""
    return list(mapping) if isinstance(mapping, JavaMap) else hash_ordered(mapping)


# -- printing ---------------------------------------------------------------------------------------------


def text_of(value: object, walk: Walk | None = None) -> str:
    """``toString`` of anything but null. Raises GrowthError."""
    if isinstance(value, str):
        return str(value)
    out: list[str] = []
    _print(value, out, walk or Walk())
    return "".join(out)


def _print(value: object, out: list[str], walk: Walk) -> None:
    """As Java's own collections do it; what json-smart made, as JSON."""
    walk.go(len(value) if isinstance(value, str) else 1)
    match value:
        case None:
            out.append("null")
        case str():
            out.append(value)
        case JavaMap():
            _listed("{}", [(value_of(key), one) for key, one in value.items()], out, walk)
        case JavaList():
            _listed("[]", list(value), out, walk)
        case Entry():
            _print(value[0], out, walk)
            out.append("=")
            _print(value[1], out, walk)
        case dict() | list():
            _print_json(value, out, walk)
        case _:
            out.append(_scalar(value))


def _listed(brackets: str, members: list[object], out: list[str], walk: Walk) -> None:
    out.append(brackets[0])
    for place, one in enumerate(members):
        if place:
            out.append(", ")
        _print(Entry(one) if isinstance(one, tuple) else one, out, walk)
    out.append(brackets[1])


def _scalar(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return _double(value)
        case JavaClass():
            return f"class {value.name}"
        case JavaIterator():
            return "java.util.Iterator"
        case _:
            return str(value)


def _double(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return double_text(value)


def _print_json(value: object, out: list[str], walk: Walk) -> None:
    """As json-smart does it."""
    walk.go(len(value) if isinstance(value, str) else 1)
    match value:
        case None:
            out.append("null")
        case str():
            out.append(_quoted(value))
        case dict():
            for place, key in enumerate(keys_of(value)):
                out.append("," if place else "{")
                out.append(_quoted(text_of(value_of(key), walk)))
                out.append(":")
                _print_json(value[key], out, walk)
            out.append("}" if value else "{}")
        case list():
            for place, one in enumerate(value):
                out.append("," if place else "[")
                _print_json(one, out, walk)
            out.append("]" if value else "[]")
        case _:
            _print(value, out, walk)


_SHORT: Final = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def _quoted(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\u{code:04X}" if code < 0x20 or 0x7F <= code <= 0x9F or 0x2000 <= code <= 0x20FF else char
