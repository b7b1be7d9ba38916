"""Which lost key lives on under which new name: always a guess, told with its evidence.

1. Only a key lost and a key gained by the same objects, of the same type, are a pair.
2. Evidence is an equal value that is no commonplace (null, true, false, 0, '' and empty containers are), or the same
   name in another spelling (customerId, customer_id, CustomerID).
3. A value is the bag of its leaves, each with its path from the key: so a scalar, an object, and a key in all the
   members of a list are compared alike, and the order of keys and members does not count. At least half of the
   smaller bag must be in the larger one, and half of the kinds of places too.
4. Every pair with evidence is scored by equal share, spelling and likeness of name; the best take their keys first.
5. No value is compared with more than a few keys: a leaf that many new keys have says nothing. Names are compared only
   while pairs are few enough for names to be names. So the work is linear in the values below lost and gained keys.
6. Places that lost and gained the same keys are judged together. Where each has one object and all values are scalars,
   the pairs depend on nothing but which old value equals which new one: they are found once for each such pattern.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import reduce
from itertools import repeat
from operator import getitem, itemgetter
from typing import Any, Final, TypeAlias, cast

from monitor.checking.shape import Shape, all_members, columns
from monitor.jsonpaths import ANY, Json, Path

CROWD: Final = 8  # a leaf or spelling that more new keys share than this tells nothing
_COMPARED_NAME: Final = 64  # characters of a name that likeness looks at
_NAMED_PAIRS: Final = 5_000  # more pairs at one place than this are keyed by data, and their names say nothing
_PATTERN: Final = 64  # pairs of keys; patterns of more hardly repeat
_CONTAINERS: Final = frozenset({dict, list})

_Leaf: TypeAlias = "tuple[Path, Json] | Json"  # with its path, unless it is the value of the key itself
_Column: TypeAlias = Sequence[Json]  # of one key, by place: its value, or the list of all its values


@dataclass(frozen=True, slots=True)
class Parents:
    """Objects that lost and gained the same keys, by their paths on each side; ``single``: one object at each path."""

    lost: Mapping[str, Shape]
    gained: Mapping[str, Shape]
    befores: Sequence[Path]
    afters: Sequence[Path]
    single: bool


@dataclass(frozen=True, slots=True)
class Rename:
    old: str
    new: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """The probable renames, and at which of the places."""

    renames: tuple[Rename, ...]
    befores: Sequence[Path]
    afters: Sequence[Path]


@dataclass(frozen=True, slots=True)
class _Pair:
    score: float  # of value and spelling; the likeness of names comes on top
    rename: Rename


def renames(
    parents: Sequence[Parents], before: Callable[[], Json], after: Callable[[], Json]
) -> list[Sequence[Renamed]]:
    """The probable renames of each of ``parents``.

    ``before`` and ``after`` give whole bodies: they are asked if need be, and one is let go before the other is asked.
    """
    both = [one for one in parents if one.lost and one.gained]
    if not both:
        return [_none(one) for one in parents]
    values = _Values(after())
    gained = [values.columns(one.afters, one.gained, single=one.single) for one in both]
    del values
    values = _Values(before())
    lost = [values.columns(one.befores, one.lost, single=one.single) for one in both]
    found = map(_grouped, both, lost, gained)
    return [next(found) if one.gained and one.lost else _none(one) for one in parents]


def _none(parents: Parents) -> Sequence[Renamed]:
    return (Renamed((), parents.befores, parents.afters),)


def _grouped(parents: Parents, lost: Sequence[_Column], gained: Sequence[_Column]) -> Sequence[Renamed]:
    """The places by what was renamed there."""
    guess = _Guess(parents)
    groups: dict[tuple[Rename, ...], tuple[list[Path], list[Path]]] = {}
    known: dict[object, tuple[list[Path], list[Path]]] = {}
    places = enumerate(zip(parents.befores, parents.afters, _patterns(parents, lost, gained), strict=True))
    for index, (before, after, pattern) in places:
        group = known.get(pattern)
        if group is None:
            pairs = guess.pairs([column[index] for column in lost], [column[index] for column in gained])
            group = groups.setdefault(_assigned(pairs), ([], []))
            if pattern is not None:
                known[pattern] = group
        group[0].append(before)
        group[1].append(after)
    return [Renamed(pairs, *places) for pairs, places in groups.items()]


def _patterns(
    parents: Parents, lost: Sequence[_Column], gained: Sequence[_Column]
) -> Iterable[tuple[bool, ...] | None]:
    """For each place which old and new scalar are equal; None where that does not tell all."""
    shapes = (*parents.lost.values(), *parents.gained.values())
    comparisons = len(lost) * len(gained)
    if not parents.single or comparisons > _PATTERN or any(shape.objects or shape.arrays for shape in shapes):
        return repeat(None, len(parents.befores))
    return zip(*(map(_say_the_same, old, new) for old in lost for new in gained), strict=True)


def _say_the_same(old: Json, new: Json) -> bool:
    return old == new and _matters(old) and _matters(new)


def _assigned(pairs: Iterable[_Pair]) -> tuple[Rename, ...]:
    """The best pairs, each key once."""
    chosen: list[Rename] = []
    old: set[str] = set()
    new: set[str] = set()
    for rename in _ranked(list(pairs)):
        if rename.old not in old and rename.new not in new:
            chosen.append(rename)
            old.add(rename.old)
            new.add(rename.new)
    return tuple(sorted(chosen, key=lambda rename: rename.old))


def _ranked(pairs: Sequence[_Pair]) -> list[Rename]:
    named = 1 < len(pairs) <= _NAMED_PAIRS

    def rank(pair: _Pair) -> tuple[float, str, str]:
        old, new = pair.rename.old, pair.rename.new
        return -(pair.score + (_likeness(old, new) if named else 0)), old, new

    return [pair.rename for pair in sorted(pairs, key=rank)]


# -- pairs and their scores -------------------------------------------------------------------------------


class _Guess:
    """Guesses at what became of the keys that some objects lost."""

    __slots__ = ("_parents", "_respelled")

    def __init__(self, parents: Parents) -> None:
        by_spelling = _index((_spelling(key), key) for key in parents.gained if _spelling(key))
        self._respelled = {key: frozenset(by_spelling.get(_spelling(key), ())) for key in parents.lost}
        self._parents = parents

    def pairs(self, lost: Sequence[Json], gained: Sequence[Json]) -> Iterator[_Pair]:
        """The pairs with evidence at one place, by the value of each of its keys (or the list of all of its values)."""
        parents = self._parents
        old_bags = dict(zip(parents.lost, map(self._bag, lost), strict=True))
        new_bags = dict(zip(parents.gained, map(self._bag, gained), strict=True))
        likely = _likely(new_bags)
        for old, shape in parents.lost.items():
            respelled = self._respelled[old]
            for new in sorted(respelled.union(likely(old_bags[old]))):
                same_spelling = new in respelled
                if not _same_type(shape, parents.gained[new], null_fits=same_spelling):
                    continue
                share, evidence = _equal(old_bags[old], new_bags[new], one=parents.single)
                if share or same_spelling:
                    yield _Pair(share + same_spelling, Rename(old, new, evidence or "same name in another spelling"))

    def _bag(self, value: Json) -> _Bag:
        return _bag_of([value] if self._parents.single else cast("list[Json]", value))


def _index(entries: Iterable[tuple[object, str]]) -> dict[object, list[str]]:
    """Keys by what they have; without what more than CROWD keys have."""
    found: dict[object, list[str]] = {}
    for thing, key in entries:
        found.setdefault(thing, []).append(key)
    return {thing: keys for thing, keys in found.items() if len(keys) <= CROWD}


def _likely(gained: Mapping[str, _Bag]) -> Callable[[_Bag], Iterable[str]]:
    """Tells the few new keys that share most leaves with an old one."""
    if len(gained) <= CROWD:
        return lambda _: gained
    by_leaf = _index((leaf, key) for key, bag in gained.items() for leaf in bag.leaves)

    def likely(bag: _Bag) -> list[str]:
        tally = Counter(key for leaf in bag.leaves for key in by_leaf.get(leaf, ()))
        return sorted(tally, key=lambda key: (-tally[key], key))[:CROWD]

    return likely


def _same_type(one: Shape, other: Shape, *, null_fits: bool) -> bool:
    return one.kinds == other.kinds or (null_fits and not (one.kinds and other.kinds))


def _equal(old: _Bag, new: _Bag, *, one: bool) -> tuple[float, str]:
    """The share of equal leaves (0: not enough to speak of) and how to say it."""
    smaller = min(old.total, new.total)
    same = dict.__eq__(old.leaves, new.leaves)  # the Counter's own comparison is ten times as slow
    common = smaller if same else _common(old.leaves, new.leaves)
    if not common or common * 2 < smaller or len(old.places & new.places) * 2 < len(old.places | new.places):
        return 0.0, ""
    return common / smaller, _told(common, old.total, scalar=old.places == {()}, one=one, same=same)


def _common(old: Counter[_Leaf], new: Counter[_Leaf]) -> int:
    fewer, more = sorted((old, new), key=len)
    return sum(min(count, more[leaf]) for leaf, count in fewer.items() if leaf in more)


def _told(common: int, total: int, *, scalar: bool, one: bool, same: bool) -> str:
    if scalar and not one:
        return f"same value in {common} of {total} members"
    return "same value" if same else f"{common} of {total} values below it are the same"


def _likeness(old: str, new: str) -> float:
    return SequenceMatcher(None, old[:_COMPARED_NAME], new[:_COMPARED_NAME], autojunk=False).ratio()


def _spelling(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


# -- values -----------------------------------------------------------------------------------------------


def _matters(value: Json) -> bool:
    """Whether an equal scalar says anything: null, true, false, 0 and '' are everywhere."""
    return bool(value) and value is not True


@dataclass(frozen=True, slots=True)
class _Bag:
    """The leaves below one key, how many they are, and the paths at which they are."""

    leaves: Counter[_Leaf]
    total: int
    places: Set[Path]


def _bag_of(column: Sequence[Json]) -> _Bag:
    """The leaves of all values of one key."""
    if _CONTAINERS.isdisjoint(map(type, column)):
        leaves = Counter[_Leaf]([value for value in column if _matters(value)])
        return _Bag(leaves, leaves.total(), {()} if leaves else set())
    found: list[_Leaf] = []
    for value in column:
        _gather(value, (), found)
    leaves = Counter(found)
    return _Bag(leaves, leaves.total(), {leaf[0] if isinstance(leaf, tuple) else () for leaf in leaves})


def _gather(value: Json, path: Path, found: list[_Leaf]) -> None:
    if isinstance(value, dict):
        for key, child in value.items():
            if isinstance(child, dict | list):
                _gather(child, (*path, key), found)
            elif _matters(child):
                found.append(((*path, key), child))
    elif isinstance(value, list):
        below = (*path, ANY)
        for member in value:
            _gather(member, below, found)
    elif _matters(value):
        found.append((path, value) if path else value)


class _Values:
    """The values at each path of one body. What stands on the way is walked once, however many paths there are."""

    __slots__ = ("_at", "_body", "_columns")

    def __init__(self, body: Json) -> None:
        self._body = body
        self._at: dict[Path, list[Json]] = {(): [body]}
        self._columns: dict[Path, dict[str, list[Json]]] = {}

    def columns(self, paths: Sequence[Path], keys: Collection[str], *, single: bool) -> list[_Column]:
        """Of each of ``keys``, at each of ``paths``, the value (``single``: there is just one), or the list of all."""
        if single:
            body: Any = self._body
            objects: list[Any] = [
                self._values(path)[0] if ANY in path else reduce(getitem, path, body) for path in paths
            ]
            return [list(map(itemgetter(key), objects)) for key in keys]
        return [list(column) for column in zip(*(self._row(path, keys) for path in paths), strict=True)]

    def _values(self, path: Path) -> list[Json]:
        found = self._at.get(path)
        if found is None:
            step = path[-1]
            found = self._column(path[:-1], step) if isinstance(step, str) else all_members(self._values(path[:-1]))
            self._at[path] = found
        return found

    def _row(self, path: Path, keys: Collection[str]) -> list[list[Json]]:
        values = self._values(path)
        if len(keys) > CROWD:
            return [self._column(path, key) for key in keys]
        return [[value[key] for value in values if isinstance(value, dict) and key in value] for key in keys]

    def _column(self, path: Path, key: str) -> list[Json]:
        values = self._values(path)
        if len(values) == 1:
            (value,) = values
            return [value[key]] if isinstance(value, dict) and key in value else []
        if path not in self._columns:
            self._columns[path] = columns(values)
        return self._columns[path].get(key, [])
