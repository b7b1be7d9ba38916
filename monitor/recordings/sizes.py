"""Sizes as people read them."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ("KB", "MB", "GB", "TB")


def shown_size(size: int) -> str:
    """``12 MB``, ``1.5 GB`` (1000s), rounded down: what is free or freed is not made more than it is."""
    whole, tenths, unit = size, 0, "B"
    for name in _UNITS:
        if whole < 1000:
            break
        whole, tenths, unit = whole // 1000, whole % 1000 // 100, name
    return f"{whole}.{tenths} {unit}" if tenths and whole < 10 else f"{whole:,} {unit}"
