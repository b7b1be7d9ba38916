"""String.format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from monitor.languages.velocity.calling import JavaError
from monitor.languages.velocity.hashes import hash_of
from monitor.languages.velocity.printing import text_of
from monitor.languages.velocity.values import LONGEST, GrowthError, JavaChar, Walk

_SPECIFIER: Final = re.compile(r"%(?:(\d+)\$)?([-#+ 0,(<]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])", re.ASCII)
_WIDEST: Final = 10_000
_EXCEPTIONS: Final = "java.util."


def formatted(walk: Walk, pattern: str, values: Sequence[object]) -> str:
    """One null for all is all of them null. Raises JavaError, GrowthError."""
    all_null = len(values) == 1 and values[0] is None
    out: list[str] = []
    place = ordinary = last = length = 0
    for match in re.finditer("%", pattern):
        if match.start() < place:
            continue
        specifier = _SPECIFIER.match(pattern, match.start())
        if specifier is None:
            raise JavaError(f"{_EXCEPTIONS}UnknownFormatConversionException")
        walk.go()
        out.append(pattern[place : match.start()])
        place = specifier.end()
        index, flags, _, _, kind = specifier.groups()
        if kind in "%n":
            out.append(_padded("%" if kind == "%" else "\n", specifier))
            length = _fitting(length + len(out[-1]))
            continue
        if index:
            last = int(index) - 1
        elif "<" not in flags:
            last, ordinary = ordinary, ordinary + 1
        if not all_null and not 0 <= last < len(values):
            raise JavaError(f"{_EXCEPTIONS}MissingFormatArgumentException")
        out.append(_one(None if all_null else values[last], specifier, walk))
        length = _fitting(length + len(out[-1]))
    _fitting(length + len(pattern))
    return "".join([*out, pattern[place:]])


def _fitting(length: int) -> int:
    if length > LONGEST:
        raise GrowthError("a text becomes too long")
    return length


def _one(value: object, specifier: re.Match[str], walk: Walk) -> str:
    kind = specifier[5]
    made = _made(value, kind.lower(), specifier, walk)
    return _padded(made.upper() if kind.isupper() else made, specifier)


def _made(value: object, kind: str, specifier: re.Match[str], walk: Walk) -> str:
    """Without padding, but for zeros."""
    if kind == "b":
        return "true" if value is True or (value is not None and not isinstance(value, bool)) else "false"
    if kind == "s":
        text = "null" if value is None else text_of(value, walk)
        return text[: int(specifier[4])] if specifier[4] else text
    if kind not in "dxoefgch":
        raise JavaError(f"{_EXCEPTIONS}UnknownFormatConversionException")
    if value is None:
        return "null"[: int(specifier[4])] if specifier[4] else "null"
    if kind == "h":
        return f"{hash_of(value, walk) & 0xFFFFFFFF:x}"
    if kind == "c":
        return _character(value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole if kind in "dxo" else isinstance(value, float):
        return _number(value, kind, specifier)  # type: ignore[arg-type]
    raise JavaError(f"{_EXCEPTIONS}IllegalFormatConversionException")


def _character(value: object) -> str:
    if isinstance(value, JavaChar):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 0x110000:
        return chr(value)
    raise JavaError(f"{_EXCEPTIONS}IllegalFormatConversionException")


def _number(value: float, kind: str, specifier: re.Match[str]) -> str:
    flags, width = specifier[2], min(int(specifier[3] or 0), _WIDEST)
    if int(specifier[3] or 0) > _WIDEST or int(specifier[4] or 0) > _WIDEST:
        raise GrowthError("a text becomes too long")
    if kind in "xo" and value < 0:
        value += 2**32 if value >= -(2**31) else 2**64
    grouped = "," if "," in flags and kind in "dfg" else ""
    digits = _digits(abs(value), kind, int(specifier[4] or 6), grouped)
    if "#" in flags and kind in "xo":
        digits = ("0x" if kind == "x" else "0") + digits
    before, after = "", ""
    if value < 0:
        before, after = ("(", ")") if "(" in flags else ("-", "")
    elif "+" in flags or " " in flags:
        before = "+" if "+" in flags else " "
    if "0" in flags:
        digits = digits.rjust(width - len(before) - len(after), "0")
    return before + digits + after


def _digits(size: float, kind: str, precision: int, grouped: str) -> str:
    if kind in "dxo":
        return format(size, f"{grouped}{kind}")
    if kind == "g":
        precision = max(precision, 1)
        exponent = int(f"{size:.{precision - 1}e}".partition("e")[2])
        kind, precision = ("f", precision - 1 - exponent) if -4 <= exponent < precision else ("e", precision - 1)
    return format(size, f"{grouped if kind == 'f' else ''}.{precision}{kind}")


def _padded(text: str, specifier: re.Match[str]) -> str:
    width = int(specifier[3] or 0)
    if width > _WIDEST:
        raise GrowthError("a text becomes too long")
    return text.ljust(width) if "-" in specifier[2] else text.rjust(width)
