"""How large a regular expression becomes before it is run: each counted repetition copies what it repeats."""

from __future__ import annotations

import math
import re
from typing import Final

_LARGEST: Final = 100_000  # characters: no expression that means something comes near it
_COUNTED: Final = re.compile(r"(.?)\{([0-9]+)", re.ASCII | re.DOTALL)
_SPACED: Final = re.compile(r"\(\?[a-zA-Z]*x")
_OF_ONE: Final = re.compile(r"[^)}?*+\s]")  # before a repetition: what it repeats is one character or class


def repeats_too_much(pattern: str, flags: str = "") -> bool:
    """Never less than it is: groups that are repeated count as if they stood in each other."""
    spaced = "x" in flags or _SPACED.search(pattern) is not None  # then a group may end further before
    size, times = len(pattern), 1
    for match in _COUNTED.finditer(pattern):
        digits = match[2].lstrip("0")
        count = max(int(digits or "0"), 1) if len(digits) < len(str(_LARGEST)) + 1 else math.inf
        if count == math.inf:
            return True
        if _OF_ONE.fullmatch(match[1]) and not spaced:
            size += int(count)
        else:
            times = min(times * int(count), _LARGEST + 1)
    return size * times > _LARGEST
