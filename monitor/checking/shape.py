"""What JSON values teach of their structure: for each path the types seen there and how often.

1. A Shape counts: how many values of each type were seen at a place. The presence of a key is the count of the values
   below it against the count of objects above it, so nothing else need be kept.
2. The members of an array are one place, ``[*]``: their shapes are merged.
3. Merging adds counts, so it is associative and commutative, EMPTY is its neutral element, and a list's shape is the
   merged shape of its parts. That makes a Shape of many recordings the same thing as a Shape of one.
4. Values are taken column by column (all that stand at one path at once), and by their types before they are looked
   at, which leaves most of the walk to C. A Shape is as large as its distinct paths; while learning, at most two more
   references to each value are held.
5. A Learner makes equal Shapes once, and knows them by the identity of their parts. The members of an object that is
   keyed by data have a Shape each, but like ones (objects with the same keys, short arrays) are learned together,
   column by column as in rule 4. So they cost no more than a list's, and what is found out of one Shape holds for all.

Recursion is as deep as the value, which the reader bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate, chain, count, repeat
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias, cast

from monitor.jsonpaths import Json, JsonType, json_type

_SAMPLES: Final[tuple[Json, ...]] = ("", 0, 0.0, Decimal(0), False, None, {}, [])
_TYPES: Final[Mapping[type, JsonType]] = {type(sample): json_type(sample) for sample in _SAMPLES}
_NUMBERS: Final = frozenset({JsonType.INTEGER, JsonType.DECIMAL})
_NULL: Final = frozenset({JsonType.NULL})
_CONTAINERS: Final = frozenset({JsonType.OBJECT, JsonType.ARRAY})


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
    def arrays(self) -> int:
        return self.counts.get(JsonType.ARRAY, 0)

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
        return below(self, {})


_NO_KEYS: Final[Mapping[str, Shape]] = {}
EMPTY: Final = Shape({}, _NO_KEYS, None)
_SCALARS: Final[Mapping[type, Shape]] = {
    kind: Shape({name: 1}, _NO_KEYS, None) for kind, name in _TYPES.items() if kind not in (dict, list)
}
_OBJECT: Final[Mapping[JsonType, int]] = {JsonType.OBJECT: 1}
_ARRAY: Final[Mapping[JsonType, int]] = {JsonType.ARRAY: 1}
_SHORT: Final = 16  # members; a longer list is worth columns of its own
_Shapes: TypeAlias = "Shape | list[Shape]"  # of the values of a column: one Shape where it is that of all
_Likeness: TypeAlias = tuple[str, ...] | int | None


def learn(value: Json) -> Shape:
    """The Shape of one value, in one walk, linear in its size."""
    return Learner().learn(value)


def learn_all(values: Sequence[Json]) -> Shape:
    """The merged Shape of all ``values``."""
    return Learner().learn_all(values)


def merge(one: Shape, other: Shape) -> Shape:
    """What both have seen."""
    return Learner().merged((one, other))


class Learner:
    """Learns Shapes. Equal ones are nearly always one and the same object (rule 5)."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[object, Shape] = {}

    def learn(self, value: Json) -> Shape:
        """The Shape of one value."""
        if isinstance(value, dict):
            if not value:
                return self._object((), ())
            shapes = self._each(list(map(type, value.values())), value.values())
            return self._object(tuple(value), [shapes] * len(value) if isinstance(shapes, Shape) else shapes)
        if isinstance(value, list):
            return self._shape(_ARRAY, _NO_KEYS, self.learn_all(value) if value else None)
        return _SCALARS[type(value)]

    def learn_all(self, values: Sequence[Json]) -> Shape:
        """The merged Shape of all ``values``."""
        return self._all(list(map(type, values)), values)

    def _all(self, kinds: Sequence[type], column: Iterable[Json]) -> Shape:
        """The merged Shape of a column, by its types; its values are looked at only where containers are among them."""
        if len(kinds) == 1:
            return self.learn(*column)
        distinct = set(kinds)
        if len(distinct) == 1 and kinds[0] in _SCALARS:
            return self._scalars(kinds[0], len(kinds))
        counts = _counted(kinds)
        if counts.keys().isdisjoint(_CONTAINERS):
            return self._shape(counts, _NO_KEYS, None)
        values = list(column)
        keys = self._keys([value for value in values if isinstance(value, dict)])
        members = all_members(values) if JsonType.ARRAY in counts else None
        return self._shape(counts, keys, self.learn_all(members) if members else None)

    def _keys(self, objects: Sequence[dict[str, Json]]) -> Mapping[str, Shape]:
        alike = set(map(tuple, objects))
        if len(alike) > 1:
            return {key: self.learn_all(column) for key, column in columns(objects).items()}
        return {key: self._all(kinds, column) for keys in alike for key, kinds, column in _split(keys, objects)}

    def merged(self, shapes: Sequence[Shape]) -> Shape:
        """What all of ``shapes`` have seen."""
        if len(shapes) == 1:
            return shapes[0]
        counts: Counter[JsonType] = Counter()
        keys: dict[str, list[Shape]] = {}
        for shape in shapes:
            counts.update(shape.counts)
            for key, child in shape.keys.items():
                keys.setdefault(key, []).append(child)
        items = [shape.items for shape in shapes if shape.items is not None]
        merged = {key: self.merged(children) for key, children in keys.items()}
        return self._shape(dict(counts), merged, self.merged(items) if items else None)

    # -- one Shape for equal ones -------------------------------------------------------------------------

    def _shape(self, counts: Mapping[JsonType, int], keys: Mapping[str, Shape], items: Shape | None) -> Shape:
        # an id stays that of its part: the part lives as long as the whole, and that as long as the Learner
        parts = (frozenset(counts.items()), *keys, *map(id, keys.values()), id(items))
        return self._known.setdefault(parts, Shape(counts, keys, items))

    def _scalars(self, kind: type, number: int) -> Shape:
        known = self._known.get((kind, number))
        if known is None:
            known = self._known[kind, number] = self._shape({_TYPES[kind]: number}, _NO_KEYS, None)
        return known

    def _object(self, keys: Sequence[str], shapes: Sequence[Shape]) -> Shape:
        return self._shape(_OBJECT, dict(zip(keys, shapes, strict=True)), None)

    # -- many values, a Shape for each --------------------------------------------------------------------

    def _each(self, kinds: Sequence[type], column: Iterable[Json]) -> _Shapes:
        """The Shape of each value of a column, by their types; the values are looked at only if some are containers."""
        distinct = set(kinds)
        if _SCALARS.keys() >= distinct:
            return _SCALARS[kinds[0]] if len(distinct) == 1 else list(map(_SCALARS.__getitem__, kinds))
        values: list[Any] = list(column)
        if len(values) == 1:
            return self.learn(values[0])
        if distinct == {list} and max(map(len, values)) <= _SHORT:
            return self._arrays(values)
        if distinct == {dict} and len(alike := set(map(tuple, values))) == 1:
            return self._objects(alike.pop(), values)
        shapes = [_SCALARS.get(kind, EMPTY) for kind in kinds]
        for likeness, indexes in _alike(values).items():
            found = self._of_like(likeness, [values[index] for index in indexes])
            for index, shape in zip(indexes, repeat(found) if isinstance(found, Shape) else found, strict=False):
                shapes[index] = shape
        return shapes

    def _of_like(self, likeness: _Likeness, values: Sequence[Json]) -> _Shapes:
        if len(values) == 1:
            return self.learn(values[0])
        if isinstance(likeness, tuple):
            return self._objects(likeness, cast("Sequence[dict[str, Json]]", values))
        return self._arrays(cast("Sequence[list[Json]]", values))

    def _objects(self, keys: Sequence[str], objects: Sequence[dict[str, Json]]) -> _Shapes:
        """The Shape of each of ``objects``, which all have these keys."""
        shapes = [self._each(kinds, column) for _, kinds, column in _split(keys, objects)]
        varied = [column for column in shapes if isinstance(column, list)]
        if not varied:
            return self._object(keys, cast("list[Shape]", shapes))
        rows = list(zip(*(map(id, column) for column in varied), strict=True))
        made = {
            row: self._object(keys, [column[index] if isinstance(column, list) else column for column in shapes])
            for row, index in dict(zip(rows, count())).items()
        }
        return list(map(made.__getitem__, rows))

    def _arrays(self, arrays: Sequence[list[Json]]) -> _Shapes:
        """The Shape of each of ``arrays``."""
        lengths = list(map(len, arrays))
        members = list(chain.from_iterable(arrays))
        shapes = self._each(list(map(type, members)), members) if members else EMPTY
        if isinstance(shapes, Shape):
            sized = {length: self._array([shapes] * length) for length in set(lengths)}
            return list(map(sized.__getitem__, lengths)) if len(sized) > 1 else sized[lengths[0]]
        found = []
        made: dict[tuple[int, ...], Shape] = {}
        for end, length in zip(accumulate(lengths), lengths, strict=True):
            row = tuple(map(id, shapes[end - length : end]))
            if row not in made:
                made[row] = self._array(shapes[end - length : end])
            found.append(made[row])
        return found

    def _array(self, members: Sequence[Shape]) -> Shape:
        return self._shape(_ARRAY, _NO_KEYS, self.merged(members) if members else None)


def _alike(values: Sequence[Json]) -> Mapping[_Likeness, Sequence[int]]:
    """The indexes of the objects with the same keys, of all short arrays (None), and of each long one (its index)."""
    found: dict[_Likeness, list[int]] = {}
    for index, value in enumerate(values):
        if isinstance(value, dict):
            found.setdefault(tuple(value), []).append(index)
        elif isinstance(value, list):
            found.setdefault(index if len(value) > _SHORT else None, []).append(index)
    return found


def _counted(kinds: Sequence[type]) -> Mapping[JsonType, int]:
    counts: dict[JsonType, int] = {}
    for kind, number in Counter(kinds).items():  # float and Decimal are both a Decimal
        counts[_TYPES[kind]] = counts.get(_TYPES[kind], 0) + number
    return counts


def _split(
    keys: Sequence[str], objects: Sequence[dict[str, Json]]
) -> Iterator[tuple[str, Sequence[type], Iterable[Json]]]:
    """Each key of ``objects``, which all have these ``keys`` in this order, with its column and that one's types."""
    kinds = list(map(type, chain.from_iterable(map(dict.values, objects))))
    for place, key in enumerate(keys):
        yield key, kinds[place :: len(keys)], map(itemgetter(key), objects)


def columns(values: Sequence[Json]) -> dict[str, list[Json]]:
    """All values of each key of the objects among ``values``."""
    objects = [value for value in values if isinstance(value, dict)]
    alike = set(map(tuple, objects))
    if len(alike) == 1:
        return {key: list(map(itemgetter(key), objects)) for key in alike.pop()}
    found: dict[str, list[Json]] = {}
    for value in objects:
        for key, child in value.items():
            if key in found:
                found[key].append(child)
            else:
                found[key] = [child]
    return found


def all_members(values: Sequence[Json]) -> list[Json]:
    """All members of the arrays among ``values``."""
    return list(chain.from_iterable(value for value in values if isinstance(value, list)))


def is_deeper(shape: Shape, bound: int) -> bool:
    """Whether objects and arrays are nested deeper than ``bound``."""
    level = [shape]
    for _ in range(bound + 1):
        level = [one for one in level if not one.counts.keys().isdisjoint(_CONTAINERS)]
        if not level:
            return False
        below = (one.items for one in level if one.items is not None)
        children = chain(chain.from_iterable(one.keys.values() for one in level), below)
        level = list({id(one): one for one in children}.values())
    return True


def below(shape: Shape, counted: dict[int, int]) -> int:
    """How many keys lie below, at any depth. ``counted`` remembers it by ids: no Shape may be made meanwhile."""
    known = counted.get(id(shape))
    if known is None:
        known = sum(1 + below(child, counted) for child in shape.keys.values())
        known += below(shape.items, counted) if shape.items is not None else 0
        counted[id(shape)] = known
    return known


def type_names(shape: Shape) -> str:
    """The types as people read them, Null last: ``String or Null``; a Decimal covers an Integer."""
    return _spoken(frozenset(shape.counts))


@lru_cache
def _spoken(types: frozenset[JsonType]) -> str:
    covered = {JsonType.INTEGER} if types >= _NUMBERS else set()
    order = [kind for kind in JsonType if kind is not JsonType.NULL]
    return " or ".join(kind.value for kind in (*order, JsonType.NULL) if kind in types - covered)
