"""Java's regular expressions, by the ``regex`` package, each bounded in time, and all of a rendering together.

1. What is written otherwise there is translated: ``\\Q..\\E``, ``\\h``, ``\\e``, ``\\cA``, ``\\z``, ``\\Z``; ``.`` and
   ``$``, which know more line ends; ``\\d``, ``\\w``, ``\\s`` and the POSIX classes (``\\p{Alpha}``), which are ASCII.
2. What Java refuses is refused: ``(?P<``, ``{`` that repeats nothing.
3. After an empty match the next one begins a character further on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, TypeVar

import regex

from monitor.languages.jsonpath.repetitions import repeats_too_much
from monitor.languages.velocity.values import GrowthError, Walk

SECONDS: Final = 0.2  # and more for a long text
_PER_CHARACTER: Final = 2e-6
_LONGEST: Final = 10_000
_T = TypeVar("_T")
_TOKEN: Final = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|\Z)"
    r"|(?P<escaped>\\(?:[pPxN]\{[^}]*\}|c.|.))"
    r"|(?P<opening>\[\^?\]?)|(?P<closing>\])"
    r"|(?P<repeated>(?<=[^(|])\{[0-9]+(?:,[0-9]*)?\})"
    r"|(?P<char>.)",
    re.DOTALL,
)
_ANY: Final = "[^\\n\\r\\x85\\u2028\\u2029]"
_BEFORE_END: Final = "(?=(?:\\r\\n|[\\n\\r\\x85\\u2028\\u2029])?\\Z)"
_DOT_ALL: Final = re.compile(r"\(\?[a-z]*s")
_LITERAL: Final = re.compile(r"[^.$|()\[{^?*+\\]|\\[^0-9A-Za-z]")
_PUNCTUATION: Final = "!-/:-@\\[-`{-~"
_CLASSES: Final = {
    "\\d": "0-9",
    "\\w": "a-zA-Z0-9_",
    "\\s": " \\t\\n\\x0b\\f\\r",
    "\\h": " \\t\\xA0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000",
    "\\p{Lower}": "a-z",
    "\\p{Upper}": "A-Z",
    "\\p{Alpha}": "a-zA-Z",
    "\\p{Digit}": "0-9",
    "\\p{Alnum}": "a-zA-Z0-9",
    "\\p{Punct}": _PUNCTUATION,
    "\\p{Graph}": "!-~",
    "\\p{Print}": " -~",
    "\\p{Blank}": " \\t",
    "\\p{Cntrl}": "\\x00-\\x1f\\x7f",
    "\\p{XDigit}": "0-9a-fA-F",
    "\\p{Space}": " \\t\\n\\x0b\\f\\r",
    "\\p{ASCII}": "\\x00-\\x7f",
}
_ESCAPES: Final = {"\\e": "\\x1b", "\\z": "\\Z", "\\Z": _BEFORE_END}


class PatternError(Exception):
    """Stays in this package: the expression is wrong."""


@lru_cache(256)
def compiled(pattern: str) -> regex.Pattern[str]:
    """Raises PatternError, and GrowthError where it repeats too much."""
    if len(pattern) > _LONGEST:
        raise PatternError
    if repeats_too_much(pattern):
        raise GrowthError("a regular expression repeats too much")
    try:
        return regex.compile("".join(_translated(pattern)), regex.V1)
    except (RecursionError, MemoryError):  # ours, not Java's
        raise GrowthError("a regular expression is nested too deeply, or too large") from None
    except (regex.error, OverflowError, ValueError):
        raise PatternError from None


def _translated(pattern: str) -> Iterator[str]:
    dot_all = _DOT_ALL.search(pattern) is not None
    depth = 0  # of classes
    for match in _TOKEN.finditer(pattern):
        text = match[0]
        match match.lastgroup:
            case "quoted":
                yield regex.escape(match["quoted"])
            case "escaped":
                yield _escaped(text, inside=depth > 0)
            case "opening":
                depth += 1
                yield text
            case "closing":
                depth = max(depth - 1, 0)
                yield text
            case "char" if depth:
                yield "\\:" if text == ":" else text
            case "char":
                yield _char(text, pattern, match.start(), dot_all=dot_all)
            case _:
                yield text


def _escaped(text: str, *, inside: bool) -> str:
    if text in _CLASSES:
        return _CLASSES[text] if inside else f"[{_CLASSES[text]}]"
    positive = text[:1] + text[1:2].lower() + text[2:]
    if positive in _CLASSES:
        return f"[^{_CLASSES[positive]}]"
    if text == "\\N":
        raise PatternError
    if text.startswith("\\c"):
        return f"\\x{ord(text[2:3] or '@') & 0xFF ^ 64:02x}"
    return text if inside else _ESCAPES.get(text, text)


def _char(text: str, pattern: str, place: int, *, dot_all: bool) -> str:
    if text == "{" or pattern.startswith("(?P", place):
        raise PatternError
    if text == "." and not dot_all:
        return _ANY
    return _BEFORE_END if text == "$" and "(?m" not in pattern else text


def literal(pattern: str) -> str | None:
    """The one character that the whole pattern stands for; None where it is more than that."""
    return pattern[-1] if _LITERAL.fullmatch(pattern) else None


def full_match(walk: Walk, text: str, pattern: str) -> bool:
    return bounded(lambda: compiled(pattern).fullmatch(text, timeout=_seconds(text, walk))) is not None


def matches(pattern: str, text: str, walk: Walk) -> Iterator[regex.Match[str]]:
    """Rule 3. To be run within `bounded`."""
    empty = -1
    for match in compiled(pattern).finditer(text, timeout=_seconds(text, walk)):
        if match.start() == empty:
            continue
        empty = match.start() if match.start() == match.end() else -1
        yield match


def _seconds(text: str, walk: Walk) -> float:
    return min(SECONDS + len(text) * _PER_CHARACTER, walk.seconds())


def bounded(run: Callable[[], _T]) -> _T:
    """The result of ``run``, which has a timeout. Raises GrowthError."""
    try:
        return run()
    except TimeoutError:
        raise GrowthError("a regular expression takes too long: write it without nested repetitions") from None


# -- replacements -----------------------------------------------------------------------------------------

_PLAIN: Final = re.compile(r"[^\\$]+")
_NAME: Final = re.compile(r"\{([A-Za-z][A-Za-z0-9]*)\}")
_NAMED: Final = "\0"  # begins a group's name, which is no text


def replacement(text: str, groups: int) -> tuple[str | int, ...]:
    """A replacement as texts and groups: ``$1``, ``${name}`` and ``\\$`` of Java. Raises PatternError, IndexError."""
    parts: list[str | int] = []
    place = 0
    while place < len(text):
        if plain := _PLAIN.match(text, place):
            parts.append(plain[0])
            place = plain.end()
            continue
        char = text[place]
        place += 1
        if char == "\\":
            if place >= len(text):
                raise PatternError
            parts.append(text[place])
            place += 1
        else:
            part, place = _group(text, place, groups)
            parts.append(part)
    return tuple(parts)


def _group(text: str, place: int, groups: int) -> tuple[str | int, int]:
    if match := _NAME.match(text, place):
        return _NAMED + match[1], match.end()
    if not text[place : place + 1].isdecimal():
        raise PatternError
    number = int(text[place])
    place += 1
    while text[place : place + 1].isdecimal() and number * 10 + int(text[place]) <= groups:
        number = number * 10 + int(text[place])
        place += 1
    if number > groups:
        raise IndexError
    return number, place


def length_filled(parts: tuple[str | int, ...], match: regex.Match[str]) -> int:
    """How long `filled` becomes: a long group may stand in it many times. Raises PatternError."""
    lengths: dict[str | int, int] = {part: len(_filled(part, match)) for part in set(parts)}
    return sum(lengths[part] for part in parts)


def filled(parts: tuple[str | int, ...], match: regex.Match[str]) -> str:
    """Raises PatternError where there is no group of a name."""
    return "".join(_filled(part, match) for part in parts)


def _filled(part: str | int, match: regex.Match[str]) -> str:
    if isinstance(part, str) and not part.startswith(_NAMED):
        return part
    try:
        return match[part if isinstance(part, int) else part[1:]] or ""
    except IndexError:
        raise PatternError from None
