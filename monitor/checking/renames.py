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
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Final, TypeAlias

from monitor.checking.shape import Shape, all_members
from monitor.jsonpaths import ANY, Json, Path

CROWD: Final = 8  # a leaf or spelling that more new keys share than this tells nothing
_COMPARED_NAME: Final = 64  # characters of a name that likeness looks at
_NAMED_PAIRS: Final = 5_000  # more pairs at one place than this are keyed by data, and their names say nothing

_Leaf: TypeAlias = tuple[Path, str | int | float | Decimal]
_Leaves: TypeAlias = Counter[_Leaf]


@dataclass(frozen=True, slots=True)
class Parent:
    """Objects at one place that lost and gained keys. ``before`` and ``after`` are their paths on each side."""

    before: Path
    after: Path
    lost: Mapping[str, Shape]
    gained: Mapping[str, Shape]


@dataclass(frozen=True, slots=True)
class Rename:
    old: str
    new: str
    evidence: str


@dataclass(frozen=True, slots=True)
class _Pair:
    score: float  # of value and spelling; the likeness of names comes on top
    rename: Rename


def renames(parents: Sequence[Parent], before: Json, after: Json) -> tuple[tuple[Rename, ...], ...]:
    """The probable renames of each parent, in the order of ``parents``. ``before`` and ``after`` are whole bodies."""
    both = [parent for parent in parents if parent.lost and parent.gained]
    lost = _objects_at(before, (parent.before for parent in both))
    gained = _objects_at(after, (parent.after for parent in both))
    return tuple(
        _assigned(_pairs(parent, lost.get(parent.before, ()), gained.get(parent.after, ()))) for parent in parents
    )


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
    named = len(pairs) <= _NAMED_PAIRS

    def rank(pair: _Pair) -> tuple[float, str, str]:
        old, new = pair.rename.old, pair.rename.new
        return -(pair.score + (_likeness(old, new) if named else 0)), old, new

    return [pair.rename for pair in sorted(pairs, key=rank)]


# -- pairs and their scores -------------------------------------------------------------------------------


def _pairs(parent: Parent, before: Sequence[Json], after: Sequence[Json]) -> Iterator[_Pair]:
    lost, gained = _leaves_of(before, parent.lost), _leaves_of(after, parent.gained)
    by_leaf = _index((leaf, key) for key, leaves in gained.items() for leaf in leaves)
    by_spelling = _index((_spelling(key), key) for key in parent.gained if _spelling(key))
    for old, shape in parent.lost.items():
        respelled = set(by_spelling.get(_spelling(old), ()))
        for new in sorted(respelled.union(_likely(lost[old], by_leaf))):
            same_spelling = new in respelled
            if not _same_type(shape, parent.gained[new], null_fits=same_spelling):
                continue
            share, evidence = _equal(lost[old], gained[new], one=len(before) == len(after) == 1)
            if share or same_spelling:
                yield _Pair(share + same_spelling, Rename(old, new, evidence or "same name in another spelling"))


def _index(entries: Iterable[tuple[object, str]]) -> dict[object, list[str]]:
    """Keys by what they have; without what more than CROWD keys have."""
    found: dict[object, list[str]] = {}
    for thing, key in entries:
        found.setdefault(thing, []).append(key)
    return {thing: keys for thing, keys in found.items() if len(keys) <= CROWD}


def _likely(leaves: _Leaves, by_leaf: Mapping[object, Sequence[str]]) -> list[str]:
    """The few new keys that share most leaves."""
    tally = Counter(key for leaf in leaves for key in by_leaf.get(leaf, ()))
    return sorted(tally, key=lambda key: (-tally[key], key))[:CROWD]


def _same_type(one: Shape, other: Shape, *, null_fits: bool) -> bool:
    return one.kinds == other.kinds or (null_fits and not (one.kinds and other.kinds))


def _equal(old: _Leaves, new: _Leaves, *, one: bool) -> tuple[float, str]:
    """The share of equal leaves (0: not enough to speak of) and how to say it."""
    fewer, more = sorted((old, new), key=len)
    common = sum(min(count, more[leaf]) for leaf, count in fewer.items() if leaf in more)
    smaller = min(old.total(), new.total())
    if not common or common * 2 < smaller:
        return 0.0, ""
    old_places, new_places = {path for path, _ in old}, {path for path, _ in new}
    if len(old_places & new_places) * 2 < len(old_places | new_places):
        return 0.0, ""
    return common / smaller, _told(common, old.total(), scalar=old_places == {()}, one=one, same=old == new)


def _told(common: int, total: int, *, scalar: bool, one: bool, same: bool) -> str:
    if scalar and not one:
        return f"same value in {common} of {total} members"
    return "same value" if same else f"{common} of {total} values below it are the same"


def _likeness(old: str, new: str) -> float:
    return SequenceMatcher(None, old[:_COMPARED_NAME], new[:_COMPARED_NAME], autojunk=False).ratio()


def _spelling(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


# -- values -----------------------------------------------------------------------------------------------


def _leaves_of(objects: Sequence[Json], keys: Mapping[str, Shape]) -> dict[str, _Leaves]:
    """By key, the leaves below it in all ``objects``."""
    found: dict[str, _Leaves] = {key: Counter() for key in keys}
    for value in objects:
        if isinstance(value, dict):
            for key in value.keys() & keys.keys():
                found[key].update(_leaves(value[key], ()))
    return found


def _leaves(value: Json, path: Path) -> Iterator[_Leaf]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _leaves(child, (*path, key))
    elif isinstance(value, list):
        below = (*path, ANY)
        for member in value:
            yield from _leaves(member, below)
    elif value and value is not True:  # null, true, false, 0 and '' are everywhere
        yield path, value


_Wanted: TypeAlias = "dict[object, _Wanted]"
_END: Final = object()


def _objects_at(value: Json, paths: Iterable[Path]) -> dict[Path, list[Json]]:
    """The values at each of ``paths`` (keys and ANY), found in one walk."""
    wanted: _Wanted = {}
    for path in paths:
        node = wanted
        for step in path:
            node = node.setdefault(step, {})
        node[_END] = {}
    return dict(_gathered([value], wanted, ()))


def _gathered(values: list[Json], wanted: _Wanted, path: Path) -> Iterator[tuple[Path, list[Json]]]:
    if _END in wanted:
        yield path, values
    if ANY in wanted:
        yield from _gathered(all_members(values), wanted[ANY], (*path, ANY))
    columns: dict[str, list[Json]] = {}
    for value in values:
        if isinstance(value, dict):
            for key in value.keys() & wanted.keys():
                columns.setdefault(key, []).append(value[key])
    for key, column in columns.items():
        yield from _gathered(column, wanted[key], (*path, key))
