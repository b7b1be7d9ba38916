"""Java's texts are of UTF-16 units: a character beyond the first 65,536 has two places there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from monitor.languages.velocity.values import JavaChar

_COUNTED: Final = frozenset(
    {"charAt", "codePointAt", "compareTo", "indexOf", "lastIndexOf", "length", "regionMatches", "startsWith"}
) | {"subSequence", "substring", "toCharArray"}


def in_units(name: str, run: Callable[..., object]) -> Callable[..., object]:
    """``run`` of a method ``name`` of a text, with places counted in units."""
    if name not in _COUNTED:
        return run

    def counted(*arguments: object) -> object:
        if not any(isinstance(one, str) and not one.isascii() and max(one) > "\uffff" for one in arguments):
            return run(*arguments)
        return _joined(run(*map(_split, arguments)))

    return counted


def _split(value: object) -> object:
    if not isinstance(value, str) or isinstance(value, JavaChar):
        return value
    units = memoryview(value.encode("utf-16-le", "surrogatepass")).cast("H")
    return "".join(map(chr, units))


def _joined(value: object) -> object:
    if not isinstance(value, str) or isinstance(value, JavaChar):
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
