"""How values print: what Java made as Java's own collections do, what json-smart made of JSON as JSON."""

from __future__ import annotations

import math
from typing import Final

from monitor.languages.jsonpath.numbers import double_text
from monitor.languages.velocity.hashes import keys_of
from monitor.languages.velocity.values import (
    Entry,
    JavaChar,
    JavaClass,
    JavaIterator,
    JavaList,
    JavaMap,
    Key,
    Walk,
    class_name,
    value_of,
)


def text_of(value: object, walk: Walk | None = None) -> str:
    """``toString`` of anything but null. Raises GrowthError."""
    if isinstance(value, str):
        return str(value)
    out: list[str] = []
    _print(value, out, walk or Walk())
    return "".join(out)


def _print(value: object, out: list[str], walk: Walk) -> None:
    """As Java's own collections do it; what json-smart made, as JSON."""
    walk.go(len(value) if isinstance(value, str) else 0)
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
    walk.go(len(value) if isinstance(value, str) else 0)
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


def key_of(value: object, walk: Walk) -> object:
    """``value`` as the key of a map."""
    if value is None or (isinstance(value, str) and not isinstance(value, JavaChar)):
        return value
    return Key(class_name(value), text_of(value, walk), value)
