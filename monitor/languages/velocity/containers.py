"""The methods of lists, arrays, maps, their entries, and iterators.

What changes a value changes it in place: the renderer has given the template values of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from monitor.languages.velocity.calling import VOID, JavaError, Method, method
from monitor.languages.velocity.hashes import hash_of, keys_of
from monitor.languages.velocity.printing import key_of, text_of
from monitor.languages.velocity.reckoning import same
from monitor.languages.velocity.values import Entry, JavaIterator, JavaList, Walk, value_of

_OUTSIDE: Final = "java.lang.IndexOutOfBoundsException"
_SET: Final = "java.util.Set"
List = list[object]
Map = dict[object, object]


def _same(one: object, other: object) -> bool:
    return same(one, other, Walk())


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


def _found(items: List, wanted: object, places: Iterable[int] | None = None) -> int:
    walk = Walk()
    return next((at for at in places or range(len(items)) if same(items[at], wanted, walk)), -1)


def _found_last(items: List, wanted: object) -> int:
    return _found(items, wanted, range(len(items) - 1, -1, -1))


def _removed(items: List, wanted: object) -> bool:
    place = _found(items, wanted)
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


def _without(items: List, other: List) -> bool:
    kept = [one for one in items if _found(other, one) < 0]
    changed = len(kept) != len(items)
    items[:] = kept
    return changed


def _within(items: List, other: List) -> bool:
    kept = [one for one in items if _found(other, one) >= 0]
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
    "contains": (method("Object", lambda items, wanted: _found(items, wanted) >= 0),),
    "containsAll": (method("Collection", lambda items, wanted: all(_found(items, one) >= 0 for one in wanted)),),
    "equals": (method("Object", _same),),
    "get": (method("int", lambda items, place: items[_inside(items, place)]),),
    "hashCode": (method("", lambda items: hash_of(items, Walk())),),
    "indexOf": (method("Object", _found),),
    "isEmpty": (method("", lambda items: not items),),
    "iterator": (method("", lambda items: JavaIterator(list(items))),),
    "lastIndexOf": (method("Object", _found_last),),
    "listIterator": (method("", lambda items: JavaIterator(list(items))),),
    "remove": (method("int", _remove_at), method("Object", _removed)),
    "removeAll": (method("Collection", _without),),
    "retainAll": (method("Collection", _within),),
    "set": (method("int Object", _put_at),),
    "size": (method("", len),),
    "subList": (method("int int", _slice),),
    "toArray": (method("", lambda items: JavaList(items, "[Ljava.lang.Object;")),),
    "toString": (method("", text_of),),
}

# -- maps -------------------------------------------------------------------------------------------------


def _key(key: object) -> object:
    return key_of(key, Walk())


def _put(mapping: Map, key: object, value: object) -> object:
    before = mapping.get(_key(key))
    mapping[_key(key)] = value
    return before


def _put_all(mapping: Map, other: Map) -> str:
    mapping.update(dict(other))
    return VOID


def _put_if_absent(mapping: Map, key: object, value: object) -> object:
    before = mapping.get(_key(key))
    if before is None:
        mapping[_key(key)] = value
    return before


def _replaced(mapping: Map, key: object, value: object) -> object:
    return _put(mapping, key, value) if _key(key) in mapping else None


def _entries(mapping: Map) -> JavaList:
    return JavaList((Entry((value_of(key), mapping[key])) for key in keys_of(mapping)), _SET, mapping)


def _keys(mapping: Map) -> JavaList:
    return JavaList(map(value_of, keys_of(mapping)), _SET, mapping)


def _values(mapping: Map) -> JavaList:
    return JavaList((mapping[key] for key in keys_of(mapping)), "java.util.Collection", mapping)


MAP: Final[Mapping[str, tuple[Method, ...]]] = {
    "clear": (method("", _cleared),),
    "containsKey": (method("Object", lambda mapping, key: _key(key) in mapping),),
    "containsValue": (method("Object", lambda mapping, value: _found(list(mapping.values()), value) >= 0),),
    "entrySet": (method("", _entries),),
    "equals": (method("Object", _same),),
    "get": (method("Object", lambda mapping, key: mapping.get(_key(key))),),
    "getOrDefault": (method("Object Object", lambda mapping, key, other: mapping.get(_key(key), other)),),
    "hashCode": (method("", lambda mapping: hash_of(mapping, Walk())),),
    "isEmpty": (method("", lambda mapping: not mapping),),
    "keySet": (method("", _keys),),
    "put": (method("Object Object", _put),),
    "putAll": (method("Map", _put_all),),
    "putIfAbsent": (method("Object Object", _put_if_absent),),
    "remove": (method("Object", lambda mapping, key: mapping.pop(_key(key), None)),),
    "replace": (method("Object Object", _replaced),),
    "size": (method("", len),),
    "toString": (method("", text_of),),
    "values": (method("", _values),),
}

ENTRY: Final[Mapping[str, tuple[Method, ...]]] = {
    "equals": (method("Object", _same),),
    "getKey": (method("", lambda entry: entry[0]),),
    "getValue": (method("", lambda entry: entry[1]),),
    "toString": (method("", text_of),),
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
