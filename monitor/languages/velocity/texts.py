"""The methods of java.lang.String."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from monitor.languages.velocity.calling import JavaError, Method, method, walking
from monitor.languages.velocity.formatting import formatted
from monitor.languages.velocity.hashes import signed, text_hash
from monitor.languages.velocity.printing import text_of
from monitor.languages.velocity.regexes import (
    bounded,
    compiled,
    filled,
    full_match,
    length_filled,
    literal,
    matches,
    replacement,
)
from monitor.languages.velocity.values import LONGEST, GrowthError, JavaChar, JavaList, Walk

_STRINGS: Final = "[Ljava.lang.String;"
_OUTSIDE: Final = "java.lang.StringIndexOutOfBoundsException"
_WHITE: Final = "".join(map(chr, range(33)))


def _char(text: str, place: int) -> JavaChar:
    if not 0 <= place < len(text):
        raise JavaError(_OUTSIDE)
    return JavaChar(text[place])


def _part(text: str, begin: int, end: int | None = None) -> str:
    upto = len(text) if end is None else end
    if not 0 <= begin <= upto <= len(text):
        raise JavaError(_OUTSIDE)
    return text[begin:upto]


def _fits(length: int) -> None:
    if length > LONGEST:
        raise GrowthError("a text becomes too long")


def _repeated(text: str, count: int) -> str:
    if count < 0:
        raise JavaError("java.lang.IllegalArgumentException")
    _fits(len(text) * count)
    return text * count


def _replaced_plainly(text: str, old: str, new: str) -> str:
    _fits(len(text) + text.count(old) * max(len(new) - len(old), 0))
    return text.replace(old, new)


def _replaced(walk: Walk, text: str, pattern: str, new: str | None, count: int = 0) -> str:
    """The first ``count`` matches, or all. A wrong replacement is told only where it is needed."""
    if new is None:
        raise JavaError("java.lang.NullPointerException")
    out: list[str] = []
    parts: tuple[str | int, ...] | None = None
    begin = length = 0
    for match in islice(matches(pattern, text, walk), count or None):
        parts = replacement(new, compiled(pattern).groups) if parts is None else parts
        length += length_filled(parts, match)
        _fits(length)
        out += [text[begin : match.start()], filled(parts, match)]
        begin = match.end()
    return "".join([*out, text[begin:]])


def _all_replaced(walk: Walk, text: str, pattern: str, new: str | None) -> str:
    return bounded(lambda: _replaced(walk, text, pattern, new))


def _first_replaced(walk: Walk, text: str, pattern: str, new: str | None) -> str:
    return bounded(lambda: _replaced(walk, text, pattern, new, 1))


def _split(walk: Walk, text: str, pattern: str, limit: int = 0) -> JavaList:
    char = literal(pattern)
    if char is not None:
        pieces = text.split(char, limit - 1 if limit > 0 else -1)
    else:
        pieces = list(_pieces(text, pattern, limit, walk))
    if limit == 0 and len(pieces) > 1:
        while pieces and not pieces[-1]:
            pieces.pop()
    return JavaList(pieces, _STRINGS)


def _pieces(text: str, pattern: str, limit: int, walk: Walk) -> Iterator[str]:
    begin = made = 0
    for match in matches(pattern, text, walk):
        if limit > 0 and made == limit - 1:
            break
        if match.end() == 0:
            continue  # an empty match at the beginning splits nothing
        yield text[begin : match.start()]
        begin = match.end()
        made += 1
    yield text[begin:]


def _compared(left: str, right: str) -> int:
    for one, other in zip(left, right, strict=False):
        if one != other:
            return ord(one) - ord(other)
    return len(left) - len(right)


def _compared_to(text: str, other: object) -> int:
    if other is None:
        raise JavaError("java.lang.NullPointerException")
    if not isinstance(other, str) or isinstance(other, JavaChar):
        raise JavaError("java.lang.ClassCastException")
    return _compared(text, other)


def _starts(text: str, other: str, begin: int = 0) -> bool:
    return 0 <= begin <= len(text) and text.startswith(other, begin)


def _found(text: str, other: str, begin: int = 0) -> int:
    return text.find(other, min(max(begin, 0), len(text)))


def _found_last(text: str, other: str, upto: int | None = None) -> int:
    """From behind, for rfind may take as long as both lengths multiplied."""
    if upto is not None and upto < 0:
        return -1
    end = len(text) if upto is None else min(upto + len(other), len(text))
    place = text[:end][::-1].find(other[::-1])
    return end - place - len(other) if place >= 0 else -1


def _one(code: int) -> str:
    return chr(code) if 0 <= code < 0x110000 else "\0\0"


def _joined(_: str, between: str, *members: object) -> str:
    listed = members[0] if len(members) == 1 and isinstance(members[0], list) else list(members)
    if not all(one is None or (isinstance(one, str) and not isinstance(one, JavaChar)) for one in listed):
        raise JavaError("java.lang.ClassCastException")
    texts = ["null" if one is None else str(one) for one in listed]
    _fits(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def _bytes(text: str) -> JavaList:
    return JavaList([(byte + 128) % 256 - 128 for byte in text.encode("utf-8", "replace")], "[B")


def _indented(text: str, count: int) -> str:
    lines = text.splitlines()
    _fits(len(text) + len(lines) * max(count, 0) + len(lines))
    if count >= 0:
        return "".join(f"{' ' * count}{line}\n" for line in lines)
    return "".join(f"{line[min(-count, len(line) - len(line.lstrip())) :]}\n" for line in lines)


def _hash(walk: Walk, text: str) -> int:
    walk.go(len(text))
    return signed(text_hash(text))


def _region(text: str, begin: int, other: str, at: int, length: int) -> bool:
    if begin < 0 or at < 0 or begin + length > len(text) or at + length > len(other):
        return False
    return text[begin : begin + length] == other[at : at + length]


TEXT: Final[Mapping[str, tuple[Method, ...]]] = {
    "charAt": (method("int", _char),),
    "codePointAt": (method("int", lambda text, place: ord(_char(text, place))),),
    "compareTo": (method("Object", _compared_to),),
    "compareToIgnoreCase": (method("String", lambda text, other: _compared(text.lower(), other.lower())),),
    "concat": (method("String", lambda text, other: text + other),),
    "contains": (method("CharSequence", lambda text, other: other in text),),
    "contentEquals": (method("CharSequence", lambda text, other: text == other),),
    "endsWith": (method("String", lambda text, other: text.endswith(other)),),
    "equals": (method("Object", lambda text, other: type(other) is type(text) and text == other),),
    "equalsIgnoreCase": (
        method("String", lambda text, other: isinstance(other, str) and text.lower() == other.lower()),
    ),
    "format": (walking("String Object*", lambda walk, _, pattern, *values: formatted(walk, pattern, values)),),
    "formatted": (walking("Object*", lambda walk, text, *values: formatted(walk, text, values)),),
    "getBytes": (method("", _bytes),),
    "hashCode": (walking("", _hash),),
    "indent": (method("int", _indented),),
    "indexOf": (
        method("int", lambda text, code: _found(text, _one(code))),
        method("String", _found),
        method("int int", lambda text, code, begin: _found(text, _one(code), begin)),
        method("String int", _found),
    ),
    "intern": (method("", lambda text: text),),
    "isBlank": (method("", lambda text: not text.strip()),),
    "isEmpty": (method("", lambda text: not text),),
    "join": (method("CharSequence Collection", _joined), method("CharSequence CharSequence*", _joined)),
    "lastIndexOf": (
        method("int", lambda text, code: _found_last(text, _one(code))),
        method("String", _found_last),
        method("int int", lambda text, code, upto: _found_last(text, _one(code), upto)),
        method("String int", _found_last),
    ),
    "length": (method("", len),),
    "matches": (walking("String", full_match),),
    "regionMatches": (method("int String int int", _region),),
    "repeat": (method("int", _repeated),),
    "replace": (method("char char", _replaced_plainly), method("CharSequence CharSequence", _replaced_plainly)),
    "replaceAll": (walking("String String", _all_replaced),),
    "replaceFirst": (walking("String String", _first_replaced),),
    "split": (
        walking("String", lambda walk, *given: bounded(lambda: _split(walk, *given))),
        walking("String int", lambda walk, *given: bounded(lambda: _split(walk, *given))),
    ),
    "startsWith": (method("String", _starts), method("String int", _starts)),
    "strip": (method("", lambda text: text.strip()),),
    "stripLeading": (method("", lambda text: text.lstrip()),),
    "stripTrailing": (method("", lambda text: text.rstrip()),),
    "subSequence": (method("int int", _part),),
    "substring": (method("int", _part), method("int int", _part)),
    "toCharArray": (method("", lambda text: JavaList(map(JavaChar, text), "[C")),),
    "toLowerCase": (method("", lambda text: text.lower()),),
    "toString": (method("", lambda text: text),),
    "toUpperCase": (method("", lambda text: text.upper()),),
    "trim": (method("", lambda text: text.strip(_WHITE)),),
    "valueOf": (walking("Object", lambda walk, _, other: "null" if other is None else text_of(other, walk)),),
}
