"""Regular expressions for texts: of an enumeration, or of a format that every text seen has.

1. They are for Pact's engine (Rust's regex): anchored, without look-around, linear in time.
2. A format is a rule only where all texts have it; in doubt there is none, for a rule too many is a false alarm.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from monitor.errors import JsonError
from monitor.jsonpaths import Json, read_value

_DATE: Final = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)([.,][0-9]+)?"
_HEX: Final = "[0-9a-fA-F]"
FORMATS: Final[Mapping[str, str]] = {
    "date-time": f"^{_DATE}[Tt ]{_TIME}([Zz]|[+-][0-9]{{2}}:?[0-9]{{2}})$",
    "local date-time": f"^{_DATE}[Tt ]{_TIME}$",
    "date": f"^{_DATE}$",
    "time": f"^{_TIME}([Zz]|[+-][0-9]{{2}}:?[0-9]{{2}})?$",
    "uuid": f"^{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}$",
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    "url": r"^https?://\S+$",
}
_COMPILED: Final = {pattern: re.compile(pattern, re.ASCII) for pattern in FORMATS.values()}
_MOST: Final = 200  # values of an enumeration
_LONGEST: Final = 5_000  # characters of an expression
_SPECIAL: Final = re.compile(r"[\\.^$|?*+()\[\]{}]")


def escaped(text: str) -> str:
    """An expression of ``text`` itself."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def format_of(texts: Collection[str]) -> str:
    """The expression of the format that all ``texts`` have; empty where there is none."""
    for pattern, compiled in _COMPILED.items():
        if texts and all(compiled.fullmatch(text) for text in texts):
            return pattern
    return ""


def enumeration_of(texts: Collection[str], allowed: Collection[str]) -> str:
    """The expression of ``allowed``; empty where ``texts`` are not all among them, or they are too many."""
    if not texts or not allowed or len(allowed) > _MOST or not frozenset(allowed).issuperset(texts):
        return ""
    pattern = f"^({'|'.join(map(escaped, dict.fromkeys(allowed)))})$"
    return pattern if len(pattern) <= _LONGEST and pattern.isprintable() else ""


def matchers_of(texts: Collection[str], allowed: Collection[str]) -> list[Json]:
    """The matchers that hold for all ``texts``, together."""
    pattern = enumeration_of(texts, allowed) or format_of(texts)
    if not pattern:
        return [{"match": "type"}]
    regex: Json = {"match": "regex", "regex": pattern}
    # the engine holds a number's own text against an expression: without the type, 1 would stand for "1"
    return [{"match": "type"}, regex] if any(map(_is_scalar, allowed)) else [regex]


def _is_scalar(text: str) -> bool:
    """Whether ``text`` is also how a number, a boolean or null is written."""
    try:
        return not isinstance(read_value(text), str | list | dict)
    except JsonError:
        return False
