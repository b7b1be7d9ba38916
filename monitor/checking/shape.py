"""What JSON values teach of their structure: for each path the types seen there and how often.

1. A Shape counts: how many values of each type were seen at a place. The presence of a key is the count of the values
   below it against the count of objects above it, so nothing else need be kept.
2. The members of an array are one place, ``[*]``: their shapes are merged.
3. Merging adds counts, so it is associative and commutative, EMPTY is its neutral element, and a list's shape is the
   merged shape of its parts. That makes a Shape of many recordings the same thing as a Shape of one.
4. Values are taken column by column (all that stand at one path at once), which leaves most of the walk to C. A Shape
   is as large as its distinct paths; while learning, at most one more reference to each value is held.

Recursion is as deep as the value, which the reader bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Final, NamedTuple

from monitor.jsonpaths import Json, JsonType, json_type

_SAMPLES: Final[tuple[Json, ...]] = ("", 0, 0.0, Decimal(0), False, None, {}, [])
_TYPES: Final[Mapping[type, JsonType]] = {type(sample): json_type(sample) for sample in _SAMPLES}
_NUMBERS: Final = frozenset({JsonType.INTEGER, JsonType.DECIMAL})
_NULL: Final = frozenset({JsonType.NULL})


class Shape(NamedTuple):
    """What was seen at one place: ``counts`` by type, the keys of its objects, its arrays' members (None: no member).

    A NamedTuple since a frozen dataclass takes three times as long to make, and one is made per path.
    """

    counts: Mapping[JsonType, int]
    keys: Mapping[str, Shape]
    items: Shape | None

    @property
    def seen(self) -> int:
        """How many values were seen here."""
        return sum(self.counts.values())

    @property
    def objects(self) -> int:
        return self.counts.get(JsonType.OBJECT, 0)

    @property
    def nullable(self) -> bool:
        return JsonType.NULL in self.counts

    @property
    def kinds(self) -> frozenset[JsonType]:
        """The types but Null, with ``1`` and ``1.0`` as one type (Decimal)."""
        types = frozenset(self.counts) - _NULL
        return types - _NUMBERS | {JsonType.DECIMAL} if types & _NUMBERS else types

    @property
    def below(self) -> int:
        """How many keys lie below, at any depth."""
        return sum(1 + shape.below for shape in self.keys.values()) + (self.items.below if self.items else 0)


_NO_KEYS: Final[Mapping[str, Shape]] = {}
EMPTY: Final = Shape({}, _NO_KEYS, None)
# scalars seen a few times are most of what a document that is keyed by data holds: they share their Shapes
_FEW: Final[Mapping[tuple[type, int], Shape]] = {
    (kind, count): Shape({name: count}, _NO_KEYS, None)
    for kind, name in _TYPES.items()
    if kind not in (dict, list)
    for count in range(1, 17)
}
_ONCE: Final[Mapping[type, Shape]] = {kind: shape for (kind, count), shape in _FEW.items() if count == 1}


def learn(value: Json) -> Shape:
    """The Shape of one value, in one walk, linear in its size."""
    if isinstance(value, dict):
        return Shape(
            {JsonType.OBJECT: 1}, {key: _ONCE.get(type(child)) or learn(child) for key, child in value.items()}, None
        )
    if isinstance(value, list):
        return Shape({JsonType.ARRAY: 1}, _NO_KEYS, learn_all(value) if value else None)
    return _ONCE[type(value)]


def learn_all(values: Sequence[Json]) -> Shape:
    """The merged Shape of all ``values``."""
    if len(values) == 1:
        return learn(values[0])
    kinds = set(map(type, values))
    if len(kinds) == 1:
        kind = kinds.pop()
        if shared := _FEW.get((kind, len(values))):
            return shared
        counts = {_TYPES[kind]: len(values)}
    else:
        counts = dict(_named(Counter(map(type, values))))
    return Shape(
        counts,
        {key: learn_all(column) for key, column in columns(values).items()} if JsonType.OBJECT in counts else _NO_KEYS,
        learn_all(members) if JsonType.ARRAY in counts and (members := all_members(values)) else None,
    )


def _named(counts: Mapping[type, int]) -> Mapping[JsonType, int]:
    named: dict[JsonType, int] = {}
    for kind, count in counts.items():  # float and Decimal are both a Decimal
        named[_TYPES[kind]] = named.get(_TYPES[kind], 0) + count
    return named


def columns(values: Sequence[Json]) -> dict[str, list[Json]]:
    """All values of each key of the objects among ``values``."""
    found: dict[str, list[Json]] = {}
    for value in values:
        if isinstance(value, dict):
            for key, child in value.items():
                if key in found:
                    found[key].append(child)
                else:
                    found[key] = [child]
    return found


def all_members(values: Sequence[Json]) -> list[Json]:
    """All members of the arrays among ``values``."""
    return list(chain.from_iterable(value for value in values if isinstance(value, list)))


def merge(one: Shape, other: Shape) -> Shape:
    """What both have seen."""
    counts = dict(one.counts)
    for kind, count in other.counts.items():
        counts[kind] = counts.get(kind, 0) + count
    keys = dict(one.keys)
    for key, shape in other.keys.items():
        keys[key] = merge(keys[key], shape) if key in keys else shape
    items = merge(one.items, other.items) if one.items and other.items else one.items or other.items
    return Shape(counts, keys, items)


def type_names(shape: Shape) -> str:
    """The types as people read them, Null last: ``String or Null``; a Decimal covers an Integer."""
    types = set(shape.counts)
    if types >= _NUMBERS:
        types.discard(JsonType.INTEGER)
    return " or ".join(kind.value for kind in _spoken_order() if kind in types)


def _spoken_order() -> Iterator[JsonType]:
    yield from (kind for kind in JsonType if kind is not JsonType.NULL)
    yield JsonType.NULL
