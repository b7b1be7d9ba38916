"""Java's regular expressions, by the ``regex`` package, each bounded in time."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

import regex

from monitor.errors import NotJudgedError

SECONDS: Final = 2.0
_T = TypeVar("_T")


class PatternError(Exception):
    """Stays in this package: the expression is wrong."""


@lru_cache(256)
def compiled(pattern: str) -> regex.Pattern[str]:
    try:
        return regex.compile(pattern, regex.V0)
    except (regex.error, RecursionError, OverflowError, ValueError):
        raise PatternError(pattern) from None


def bounded(run: Callable[[], _T]) -> _T:
    """The result of ``run``, which has a timeout of `SECONDS`."""
    try:
        return run()
    except TimeoutError:
        what = "a regular expression of a template takes too long"
        raise NotJudgedError(what, fix="write it without nested repetitions") from None


def java_replacement(text: str) -> str:
    """``$1`` and ``\\$`` of a Java replacement as ``regex`` writes them."""
    out: list[str] = []
    place = 0
    while place < len(text):
        char = text[place]
        place += 1
        if char == "\\":
            if place >= len(text):
                raise PatternError(text)
            out.append("\\\\" if text[place] == "\\" else text[place])
            place += 1
        elif char == "$":
            if place >= len(text) or not text[place].isdigit():
                raise PatternError(text)
            out.append(f"\\g<{text[place]}>")
            place += 1
        else:
            out.append(char)
    return "".join(out)
