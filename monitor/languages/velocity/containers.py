"""The methods of lists, arrays, maps, their entries, and iterators.

What changes a value changes it in place: the renderer has given the template values of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from monitor.languages.velocity.calling import VOID, JavaError, Method, method, walking
from monitor.languages.velocity.hashes import hash_of, keys_of
from monitor.languages.velocity.printing import key_of, text_of
from monitor.languages.velocity.reckoning import same
from monitor.languages.velocity.values import Entry, JavaIterator, JavaList, Walk, value_of

_OUTSIDE: Final = "java.lang.IndexOutOfBoundsException"
_SET: Final = "java.util.Set"
List = list[object]
Map = dict[object, object]


def _same(walk: Walk, one: object, other: object) -> bool:
    return same(one, other, walk)


def _printed(walk: Walk, value: object) -> str:
    return text_of(value, walk)


def _hash(walk: Walk, value: object) -> int:
    return hash_of(value, walk)


def _inside(items: List, place: int) -> int:
    if not 0 <= place < len(items):
        raise JavaError(_OUTSIDE)
    return place


def _put_at(items: List, place: int, value: object) -> object:
    before = items[_inside(items, place)]
    items[place] = value
    return before


def _add(items: List, value: object) -> bool:
    items.append(value)
    return True


def _insert(items: List, place: int, value: object) -> str:
    if not 0 <= place <= len(items):
        raise JavaError(_OUTSIDE)
    items.insert(place, value)
    return VOID


def _remove_at(items: List, place: int) -> object:
    return items.pop(_inside(items, place))


def _found(walk: Walk, items: List, wanted: object, places: Iterable[int] | None = None) -> int:
    return next((at for at in places or range(len(items)) if same(items[at], wanted, walk)), -1)


def _found_last(walk: Walk, items: List, wanted: object) -> int:
    return _found(walk, items, wanted, range(len(items) - 1, -1, -1))


def _holds(walk: Walk, items: List, wanted: object) -> bool:
    return _found(walk, items, wanted) >= 0


def _holds_all(walk: Walk, items: List, other: List) -> bool:
    return all(_holds(walk, items, one) for one in other)


def _removed(walk: Walk, items: List, wanted: object) -> bool:
    place = _found(walk, items, wanted)
    if place >= 0:
        del items[place]
    return place >= 0


def _slice(items: List, begin: int, end: int) -> JavaList:
    if begin > end:
        raise JavaError("java.lang.IllegalArgumentException")
    if not 0 <= begin <= end <= len(items):
        raise JavaError(_OUTSIDE)
    return JavaList(items[begin:end])


def _extended(items: List, other: List) -> bool:
    items.extend(list(other))
    return bool(other)


def _without(walk: Walk, items: List, other: List) -> bool:
    kept = [one for one in items if not _holds(walk, other, one)]
    changed = len(kept) != len(items)
    items[:] = kept
    return changed


def _within(walk: Walk, items: List, other: List) -> bool:
    kept = [one for one in items if _holds(walk, other, one)]
    changed = len(kept) != len(items)
    items[:] = kept
    return changed


def _cleared(items: List | Map) -> str:
    items.clear()
    return VOID


LIST: Final[Mapping[str, tuple[Method, ...]]] = {
    "add": (method("Object", _add), method("int Object", _insert)),
    "addAll": (method("Collection", _extended),),
    "clear": (method("", _cleared),),
    "contains": (walking("Object", _holds),),
    "containsAll": (walking("Collection", _holds_all),),
    "equals": (walking("Object", _same),),
    "get": (method("int", lambda items, place: items[_inside(items, place)]),),
    "hashCode": (walking("", _hash),),
    "indexOf": (walking("Object", _found),),
    "isEmpty": (method("", lambda items: not items),),
    "iterator": (method("", lambda items: JavaIterator(list(items))),),
    "lastIndexOf": (walking("Object", _found_last),),
    "listIterator": (method("", lambda items: JavaIterator(list(items))),),
    "remove": (method("int", _remove_at), walking("Object", _removed)),
    "removeAll": (walking("Collection", _without),),
    "retainAll": (walking("Collection", _within),),
    "set": (method("int Object", _put_at),),
    "size": (method("", len),),
    "subList": (method("int int", _slice),),
    "toArray": (method("", lambda items: JavaList(items, "[Ljava.lang.Object;")),),
    "toString": (walking("", _printed),),
}

# -- maps -------------------------------------------------------------------------------------------------


def _get(walk: Walk, mapping: Map, key: object, other: object = None) -> object:
    return mapping.get(key_of(key, walk), other)


def _put(walk: Walk, mapping: Map, key: object, value: object) -> object:
    place = key_of(key, walk)
    before = mapping.get(place)
    mapping[place] = value
    return before


def _put_all(mapping: Map, other: Map) -> str:
    mapping.update(dict(other))
    return VOID


def _put_if_absent(walk: Walk, mapping: Map, key: object, value: object) -> object:
    before = _get(walk, mapping, key)
    if before is None:
        _put(walk, mapping, key, value)
    return before


def _has(walk: Walk, mapping: Map, key: object) -> bool:
    return key_of(key, walk) in mapping


def _replaced(walk: Walk, mapping: Map, key: object, value: object) -> object:
    return _put(walk, mapping, key, value) if _has(walk, mapping, key) else None


def _taken(walk: Walk, mapping: Map, key: object) -> object:
    return mapping.pop(key_of(key, walk), None)


def _entries(mapping: Map) -> JavaList:
    return JavaList((Entry((value_of(key), mapping[key])) for key in keys_of(mapping)), _SET, mapping)


def _keys(mapping: Map) -> JavaList:
    return JavaList(map(value_of, keys_of(mapping)), _SET, mapping)


def _values(mapping: Map) -> JavaList:
    return JavaList((mapping[key] for key in keys_of(mapping)), "java.util.Collection", mapping)


MAP: Final[Mapping[str, tuple[Method, ...]]] = {
    "clear": (method("", _cleared),),
    "containsKey": (walking("Object", _has),),
    "containsValue": (walking("Object", lambda walk, mapping, value: _holds(walk, list(mapping.values()), value)),),
    "entrySet": (method("", _entries),),
    "equals": (walking("Object", _same),),
    "get": (walking("Object", _get),),
    "getOrDefault": (walking("Object Object", _get),),
    "hashCode": (walking("", _hash),),
    "isEmpty": (method("", lambda mapping: not mapping),),
    "keySet": (method("", _keys),),
    "put": (walking("Object Object", _put),),
    "putAll": (method("Map", _put_all),),
    "putIfAbsent": (walking("Object Object", _put_if_absent),),
    "remove": (walking("Object", _taken),),
    "replace": (walking("Object Object", _replaced),),
    "size": (method("", len),),
    "toString": (walking("", _printed),),
    "values": (method("", _values),),
}

ENTRY: Final[Mapping[str, tuple[Method, ...]]] = {
    "equals": (walking("Object", _same),),
    "getKey": (method("", lambda entry: entry[0]),),
    "getValue": (method("", lambda entry: entry[1]),),
    "toString": (walking("", _printed),),
}


def _next(iterator: JavaIterator) -> object:
    if iterator.position >= len(iterator.members):
        raise JavaError("java.util.NoSuchElementException")
    iterator.position += 1
    return iterator.members[iterator.position - 1]


ITERATOR: Final[Mapping[str, tuple[Method, ...]]] = {
    "hasNext": (method("", lambda iterator: iterator.position < len(iterator.members)),),
    "next": (method("", _next),),
}
