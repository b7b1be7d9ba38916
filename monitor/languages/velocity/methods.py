"""The Java methods and properties that templates use, by the type of the value.

`call` and `get` answer `ABSENT` where Java has no such method or property; `JavaError` is what Java would throw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Final, TypeAlias

from monitor.languages.velocity.regexes import SECONDS, PatternError, bounded, compiled, java_replacement
from monitor.languages.velocity.values import (
    Entry,
    JavaList,
    JavaMap,
    equal,
    hash_ordered,
    is_number,
    java_hash,
    text_of,
)

MAX_TEXT: Final = 5_000_000


class Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Arguments: TypeAlias = Sequence[object]
Method: TypeAlias = "Callable[..., object]"


class JavaError(Exception):
    """Stays in this package: what the method throws."""


class Tool:
    """An object of the context with properties and methods of its own, by name."""

    def __init__(self, name: str, properties: Mapping[str, object], methods: Mapping[str, Method]) -> None:
        self.name, self.properties, self.methods = name, properties, methods

    def __str__(self) -> str:
        return self.name


def _index(value: object, length: int) -> int:
    """A place in a list; from the end where negative. Raises JavaError past either end."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise JavaError("an index is a whole number")
    place = value + length if value < 0 else value
    if not 0 <= place < length:
        raise JavaError(f"Index {value} out of bounds for length {length}")
    return place


def _part(text: str, begin: int, end: int | None = None) -> str:
    upto = len(text) if end is None else end
    if not 0 <= begin <= upto <= len(text):
        raise JavaError(f"begin {begin}, end {upto}, length {len(text)}")
    return text[begin:upto]


def _split(text: str, pattern: str, limit: int = 0) -> JavaList:
    found = bounded(lambda: _pieces(text, pattern, limit))
    if limit == 0:
        while len(found) > 1 and not found[-1]:
            found.pop()
        if found == [""] and text:
            found = []
    return JavaList(found)


def _pieces(text: str, pattern: str, limit: int) -> list[str]:
    out: list[str] = []
    begin = 0
    for match in compiled(pattern).finditer(text, timeout=SECONDS):
        if limit > 0 and len(out) == limit - 1:
            break
        if match.end() == 0:
            continue
        out.append(text[begin : match.start()])
        begin = match.end()
    return [*out, text[begin:]]


def _char(text: str, place: int) -> str:
    if not 0 <= place < len(text):
        raise JavaError(f"Index {place} out of bounds for length {len(text)}")
    return text[place]


def _repeat(text: str, count: int) -> str:
    if count < 0 or len(text) * count > MAX_TEXT:
        raise JavaError("the count is wrong")
    return text * count


def _replaced(text: str, pattern: str, replacement: str, count: int = 0) -> str:
    new = java_replacement(replacement)
    return bounded(lambda: compiled(pattern).sub(new, text, count=count, timeout=SECONDS))


def _compare(left: str, right: str) -> int:
    for one, other in zip(left, right, strict=False):
        if one != other:
            return ord(one) - ord(other)
    return len(left) - len(right)


def _format(_: str, pattern: str, *values: object) -> str:
    try:
        return pattern % tuple(text_of(one) if isinstance(one, bool | list | dict) else one for one in values)
    except (TypeError, ValueError, OverflowError, MemoryError):
        raise JavaError("the format does not fit the values") from None


def _signed(value: int) -> int:
    return value - 2**32 if value >= 2**31 else value


_STRING: Final[Mapping[str, Method]] = {
    "charAt": _char,
    "compareTo": _compare,
    "compareToIgnoreCase": lambda text, other: _compare(text.lower(), other.lower()),
    "concat": lambda text, other: text + other,
    "contains": lambda text, other: other in text,
    "contentEquals": lambda text, other: text == other,
    "endsWith": lambda text, other: text.endswith(other),
    "equals": lambda text, other: isinstance(other, str) and text == other,
    "equalsIgnoreCase": lambda text, other: isinstance(other, str) and text.lower() == other.lower(),
    "format": _format,
    "getBytes": lambda text: JavaList(text.encode("utf-8", "replace")),
    "hashCode": lambda text: _signed(java_hash(text)),
    "indexOf": lambda text, other, begin=0: text.find(other, max(begin, 0)),
    "isBlank": lambda text: not text.strip(),
    "isEmpty": lambda text: not text,
    "join": lambda _, other, values: other.join(text_of(one) for one in values),
    "lastIndexOf": lambda text, other: text.rfind(other),
    "length": len,
    "matches": lambda text, pattern: bounded(lambda: compiled(pattern).fullmatch(text, timeout=SECONDS)) is not None,
    "parseInt": lambda _, text: _parsed(text, int),
    "repeat": _repeat,
    "replace": lambda text, old, new: text.replace(old, new),
    "replaceAll": _replaced,
    "replaceFirst": lambda text, pattern, new: _replaced(text, pattern, new, 1),
    "split": _split,
    "startsWith": lambda text, other, begin=0: text.startswith(other, begin),
    "strip": lambda text: text.strip(),
    "stripLeading": lambda text: text.lstrip(),
    "stripTrailing": lambda text: text.rstrip(),
    "substring": _part,
    "subSequence": _part,
    "toCharArray": JavaList,
    "toLowerCase": lambda text: text.lower(),
    "toString": lambda text: text,
    "toUpperCase": lambda text: text.upper(),
    "trim": lambda text: text.strip("".join(map(chr, range(33)))),
    "valueOf": lambda _, other: text_of(other),
}


def _parsed(text: str, kind: Callable[[str], object]) -> object:
    try:
        return kind(text)
    except ValueError:
        raise JavaError("it is no number") from None


# -- collections ------------------------------------------------------------------------------------------


def _put_at(items: list[object], index: int, value: object) -> object:
    place = _strict_index(index, len(items))
    before = items[place]
    items[place] = value
    return before


def _strict_index(index: object, length: int) -> int:
    if isinstance(index, int) and index < 0:
        raise JavaError(f"Index {index} out of bounds for length {length}")
    return _index(index, length)


def _add(items: list[object], *values: object) -> object:
    if len(values) == 1:
        items.append(values[0])
        return True
    place = values[0]
    if not isinstance(place, int) or not 0 <= place <= len(items):
        raise JavaError(f"Index: {place}, Size: {len(items)}")
    items.insert(place, values[1])
    return None


def _remove(items: list[object], what: object) -> object:
    if isinstance(what, int) and not isinstance(what, bool):
        return items.pop(_strict_index(what, len(items)))
    for place, one in enumerate(items):
        if one == what and type(one) is type(what):
            del items[place]
            return True
    return False


def _find(items: list[object], wanted: object) -> int:
    return next((place for place, one in enumerate(items) if one == wanted and type(one) is type(wanted)), -1)


def _slice(items: list[object], begin: int, end: int) -> JavaList:
    if not 0 <= begin <= end <= len(items):
        raise JavaError(f"fromIndex = {begin}, toIndex = {end}")
    return JavaList(items[begin:end])


def _extend(items: list[object], other: list[object]) -> bool:
    items.extend(other)
    return bool(other)


def _clear(items: list[object] | dict[object, object]) -> None:
    items.clear()


_LIST: Final[Mapping[str, Method]] = {
    "add": _add,
    "addAll": _extend,
    "clear": _clear,
    "contains": lambda items, wanted: _find(items, wanted) >= 0,
    "containsAll": lambda items, wanted: all(_find(items, one) >= 0 for one in wanted),
    "equals": lambda items, other: items == other,
    "get": lambda items, index: items[_strict_index(index, len(items))],
    "indexOf": _find,
    "isEmpty": lambda items: not items,
    "lastIndexOf": lambda items, wanted: next(
        (place for place in range(len(items) - 1, -1, -1) if items[place] == wanted), -1
    ),
    "remove": _remove,
    "set": _put_at,
    "size": len,
    "subList": _slice,
    "toArray": JavaList,
    "toString": text_of,
    "iterator": JavaList,
}


def keys_of(mapping: dict[object, object]) -> list[object]:
    """In the order that Java hands them out."""
    if isinstance(mapping, JavaMap):
        return list(mapping)
    return list(hash_ordered(map(str, mapping)))


def _put(mapping: dict[object, object], key: object, value: object) -> object:
    before = mapping.get(key)
    mapping[key] = value
    return before


def _put_all(mapping: dict[object, object], other: dict[object, object]) -> None:
    mapping.update(other)


_MAP: Final[Mapping[str, Method]] = {
    "clear": _clear,
    "containsKey": lambda mapping, key: key in mapping,
    "containsValue": lambda mapping, value: any(one == value and type(one) is type(value) for one in mapping.values()),
    "entrySet": lambda mapping: JavaList(Entry((key, mapping[key])) for key in keys_of(mapping)),
    "equals": lambda mapping, other: mapping == other,
    "get": lambda mapping, key: mapping.get(key),
    "getOrDefault": lambda mapping, key, default: mapping.get(key, default),
    "isEmpty": lambda mapping: not mapping,
    "keySet": lambda mapping: JavaList(keys_of(mapping)),
    "put": _put,
    "putAll": _put_all,
    "putIfAbsent": lambda mapping, key, value: _put(mapping, key, value) if mapping.get(key) is None else mapping[key],
    "remove": lambda mapping, key: mapping.pop(key, None),
    "size": len,
    "toString": text_of,
    "values": lambda mapping: JavaList(mapping[key] for key in keys_of(mapping)),
}

# -- numbers, booleans, entries ---------------------------------------------------------------------------


def _order(left: float, right: float) -> int:
    return (left > right) - (left < right)


_NUMBER: Final[Mapping[str, Method]] = {
    "byteValue": lambda number: (int(number) + 128) % 256 - 128,
    "compareTo": _order,
    "doubleValue": float,
    "equals": lambda number, other: type(number) is type(other) and number == other,
    "floatValue": float,
    "hashCode": int,
    "intValue": int,
    "longValue": int,
    "parseInt": lambda _, text: _parsed(text, int),
    "parseDouble": lambda _, text: _parsed(text, float),
    "max": lambda _, left, right: max(left, right),
    "min": lambda _, left, right: min(left, right),
    "abs": lambda _, number: abs(number),
    "toString": lambda number, *other: text_of(other[0] if other else number),
    "valueOf": lambda _, text: _parsed(text, int) if isinstance(text, str) else text,
}
_BOOLEAN: Final[Mapping[str, Method]] = {
    "booleanValue": lambda value: value,
    "compareTo": lambda value, other: value - other,
    "equals": lambda value, other: isinstance(other, bool) and value == other,
    "hashCode": lambda value: 1231 if value else 1237,
    "parseBoolean": lambda _, text: text.lower() == "true",
    "toString": text_of,
}
_ENTRY: Final[Mapping[str, Method]] = {
    "getKey": lambda entry: entry[0],
    "getValue": lambda entry: entry[1],
    "toString": text_of,
}


def _methods(value: object) -> Mapping[str, Method]:  # noqa: PLR0911 one case a type
    match value:
        case Tool():
            return value.methods
        case bool():
            return _BOOLEAN
        case str():
            return _STRING
        case int() | float():
            return _NUMBER
        case list():
            return _LIST
        case dict():
            return _MAP
        case Entry():
            return _ENTRY
        case _:
            return {}


def call(value: object, name: str, arguments: Arguments) -> object:
    """The method's result; `ABSENT` where the value has none of that name for those arguments. Raises JavaError."""
    method = _methods(value).get(name)
    if method is None:
        return ABSENT
    if isinstance(value, str) and not _fits(name, arguments):
        return ABSENT
    try:
        result = method(*arguments) if isinstance(value, Tool) else method(value, *arguments)
    except (TypeError, AttributeError):
        return ABSENT
    except (PatternError, OverflowError, ValueError, IndexError, KeyError) as error:
        raise JavaError(type(error).__name__) from None
    if isinstance(result, str) and len(result) > MAX_TEXT:
        raise JavaError("the text is too long")
    return result


_ANY_ARGUMENT: Final = frozenset({"equals", "equalsIgnoreCase", "format", "join", "valueOf"})
_NUMBERS: Final = frozenset({"charAt", "substring", "subSequence", "repeat"})


def _fits(name: str, arguments: Arguments) -> bool:
    """Whether a string's method takes those arguments: texts, and whole numbers where places are meant."""
    if name in _ANY_ARGUMENT:
        return True
    if name in _NUMBERS:
        return all(isinstance(one, int) and not isinstance(one, bool) for one in arguments)
    if not arguments:
        return True
    if arguments[0] is None:
        raise JavaError("NullPointerException")
    rest = all(isinstance(one, int | str) and not isinstance(one, bool) for one in arguments[1:])
    return isinstance(arguments[0], str) and rest


# -- properties -------------------------------------------------------------------------------------------


def get(value: object, name: str) -> object:
    """A property's value: a map's key, ``getX()`` or ``isX()``; `ABSENT` where there is none."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, Tool):
        return value.properties.get(name, ABSENT)
    if name == "class":
        return _class(value)
    for prefix in ("get", "is"):
        found = call(value, f"{prefix}{name[:1].upper()}{name[1:]}", ())
        if found is not ABSENT:
            return found
    if isinstance(value, Entry) and name in ("key", "value"):
        return value[0 if name == "key" else 1]
    return ABSENT


def _class(value: object) -> str:
    names = {bool: "Boolean", str: "String", int: "Integer", float: "Double"}
    return f"class java.lang.{names.get(type(value), 'Object')}"


def at(value: object, key: object) -> object:
    """``value[key]``; `ABSENT` where that means nothing. Raises JavaError past the end of a list."""
    if isinstance(value, list):
        place = int(key) if isinstance(key, str) and key.isdecimal() else key
        return value[_index(place, len(value))] if is_number(place) else ABSENT
    if isinstance(value, dict):
        return value.get(key)
    return ABSENT


def is_same(left: object, right: object) -> bool:
    return equal(left, right)
