"""Leaves that say when and how long: durations, cron's five fields, time zones."""

from __future__ import annotations

import math
import re
from typing import Final

from pydantic_core import PydanticUseDefault

from monitor.config.leaves import fail, kind_of, known, must_be, text, wrong
from monitor.config.tree import Kind, Scalar
from monitor.printable import printable
from monitor.slots import cron_fault, zone_fault

NEVER: Final = "never"
_UNITS: Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_DURATION: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*([smhdw]?)")
_WANTED: Final = "a duration such as 90s, 15m, 1h, 7d or 2w"


def parse_duration(written: str) -> float | None:
    """Seconds of ``90s``, ``15m``, ``1h``, ``7d``, ``2w`` or ``90``; None where it is no duration."""
    match = _DURATION.fullmatch(written)
    return float(match[1]) * _UNITS[match[2]] if match else None


def duration(tree: object, low: str, high: str) -> float:
    """Seconds, from ``low`` to ``high``: a number of them, or text as ``15m``."""
    if not isinstance(tree, Scalar):
        raise wrong(must_be(_WANTED, kind_of(tree)))
    if not tree.known:
        raise PydanticUseDefault
    if tree.kind not in (Kind.STRING, Kind.WHOLE, Kind.NUMBER):
        raise wrong(must_be(_WANTED, tree.kind))
    written = str(tree.value) if tree.kind is Kind.STRING else tree.written
    seconds = parse_duration(written.strip())
    shown = "what it stands for is not" if tree.expanded else f"is '{printable(tree.written, 40)}'"
    if seconds is None:
        raise fail(f"must be {_WANTED}, {shown}", "write one number and one unit")
    if not (parse_duration(low) or 0) <= seconds <= (parse_duration(high) or math.inf):
        raise fail(f"must be from {low} to {high}, {shown}")
    return seconds


def duration_or_never(tree: object, low: str, high: str) -> float | None:
    """As ``duration``; None for ``never``."""
    if isinstance(tree, Scalar) and tree.kind is Kind.STRING and tree.value == NEVER:
        return None
    return duration(tree, low, high)


def cron(tree: object) -> str:
    """Cron's five fields. They are known offline too: `monitor schedule` and `monitor status` need no secrets."""
    value = " ".join(_known_text(tree).split())
    if fault := cron_fault(value):
        raise fail(fault.what, fault.fix)
    return value


def timezone(tree: object) -> str:
    """The name of an IANA time zone."""
    value = _known_text(tree)
    if fault := zone_fault(value):
        raise fail(fault.what, fault.fix)
    return value


def _known_text(tree: object) -> str:
    known(tree)
    return text(tree)
