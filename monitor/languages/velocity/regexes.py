"""Java's regular expressions, by the ``regex`` package, each bounded in time.

What is written otherwise there is translated: ``\\Q..\\E``, ``\\h``, ``\\z``, ``\\Z``, and ``.``, which stops at more line
ends. ``\\d``, ``\\w``, ``\\s`` and ``(?i)`` are of ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, TypeVar

import regex

from monitor.errors import NotJudgedError

SECONDS: Final = 0.2  # and more for a long text
_PER_CHARACTER: Final = 2e-6
_LONGEST: Final = 10_000
_TOKEN: Final = re.compile(
    r"\\Q(.*?)(?:\\E|$)|(\\[pPxN]\{[^}]*\}|\\.)|(\[\^?\]?)|(\])|((?<![(|])(?<=.)\{[0-9]+(?:,[0-9]*)?\}|.)", re.DOTALL
)
_ESCAPES: Final = {"\\h": "[ \\t\\xA0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000]", "\\z": "\\Z"}
_ANY: Final = "[^\\n\\r\\x85\\u2028\\u2029]"
_BEFORE_END: Final = "(?=(?:\\r\\n|[\\n\\r\\x85\\u2028\\u2029])?\\Z)"
_DOT_ALL: Final = re.compile(r"\(\?[a-z]*s")
_LITERAL: Final = re.compile(r"[^.$|()\[{^?*+\\]|\\[^0-9A-Za-z]")

_T = TypeVar("_T")


class PatternError(Exception):
    """Stays in this package: the expression is wrong."""


@lru_cache(256)
def compiled(pattern: str) -> regex.Pattern[str]:
    if len(pattern) > _LONGEST:
        raise PatternError
    try:
        return regex.compile("".join(_translated(pattern)), regex.V1 | regex.ASCII)
    except (regex.error, RecursionError, OverflowError, ValueError, MemoryError):
        raise PatternError from None


def _translated(pattern: str) -> Iterator[str]:
    dot_all = _DOT_ALL.search(pattern) is not None
    depth = 0  # of classes
    for match in _TOKEN.finditer(pattern):
        quoted, escaped, opening, closing, char = match.groups()
        if quoted is not None:
            yield regex.escape(quoted)
        elif escaped:
            known = _ESCAPES.get(escaped, escaped) if not depth else escaped
            yield _BEFORE_END if escaped == "\\Z" and not depth else known
        elif opening:
            depth += 1
            yield opening
        elif closing:
            depth = max(depth - 1, 0)
            yield closing
        elif not depth and char == "{":
            raise PatternError
        elif not depth and char == "." and not dot_all:
            yield _ANY
        else:
            yield _BEFORE_END if not depth and char == "$" and "(?m" not in pattern else char


def literal(pattern: str) -> str | None:
    """The one character that the whole pattern stands for; None where it is more than that."""
    return pattern[-1] if _LITERAL.fullmatch(pattern) else None


def seconds(text: str) -> float:
    return SECONDS + len(text) * _PER_CHARACTER


def full_match(pattern: str, text: str) -> bool:
    return bounded(lambda: compiled(pattern).fullmatch(text, timeout=seconds(text))) is not None


def bounded(run: Callable[[], _T]) -> _T:
    """The result of ``run``, which has a timeout. Raises NotJudgedError."""
    try:
        return run()
    except TimeoutError:
        what = "a regular expression of a template takes too long"
        raise NotJudgedError(what, fix="write it without nested repetitions") from None


def replacement(text: str, groups: int) -> tuple[str | int, ...]:
    """A replacement as texts and groups: ``$1``, ``${name}`` and ``\\$`` of Java. Raises PatternError."""
    parts: list[str | int] = []
    place = 0
    while place < len(text):
        char = text[place]
        place += 1
        if char == "\\":
            if place >= len(text):
                raise PatternError
            parts.append(text[place])
            place += 1
        elif char == "$":
            part, place = _group(text, place, groups)
            parts.append(part)
        else:
            parts.append(char)
    return tuple(parts)


_NAME: Final = re.compile(r"\{([A-Za-z][A-Za-z0-9]*)\}")


def _group(text: str, place: int, groups: int) -> tuple[str | int, int]:
    """A named group is its name behind NUL."""
    if match := _NAME.match(text, place):
        return f"\0{match[1]}", match.end()
    if not text[place : place + 1].isdecimal():
        raise PatternError
    number = int(text[place])
    place += 1
    while text[place : place + 1].isdecimal() and number * 10 + int(text[place]) <= groups:
        number = number * 10 + int(text[place])
        place += 1
    if number > groups:
        raise PatternError
    return number, place
