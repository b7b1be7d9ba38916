"""Values as Java has them, and what they are called.

1. A ``dict`` or ``list`` of the context is what json-smart makes of JSON: it prints as JSON, its keys in the order of
   a HashMap. What the template makes (`JavaMap`, `JavaList`) prints as Java's own collections do.
2. Keys of maps are texts; of another type they are a `Key`, for 1, 1.0 and true are three keys to Java.
3. A list may hold itself, or another one many times over: whatever walks over values is told how far (`Walk`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeAlias, TypeGuard

from monitor.languages.velocity.nodes import Block

_INT: Final = 2**31
_LONG: Final = 2**63
_A_VALUE: Final = 10  # characters' worth of work
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
    """How much more of values may be walked over: their members, and the characters of their texts.

    ``seconds`` are those that are left for what cannot be counted; it raises GrowthError where there are none.
    """

    left: int = LONGEST
    seconds: Callable[[], float] = lambda: math.inf

    def go(self, characters: int = 0) -> None:
        """One value further."""
        self.left -= _A_VALUE + characters
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
    return next((name for kind, name in _CLASSES if isinstance(value, kind)), type(value).__name__)


def _whole_class(value: int) -> str:
    if -_INT <= value < _INT:
        return "lang.Integer"
    return "lang.Long" if -_LONG <= value < _LONG else "math.BigInteger"


Number: TypeAlias = int | float | Decimal


def is_number(value: object) -> TypeGuard[Number]:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def value_of(key: object) -> object:
    return key.value if isinstance(key, Key) else key
