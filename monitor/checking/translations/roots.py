"""Which change explains a loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from monitor.errors import JsonError
from monitor.jsonpaths import Path, Touch, format_path, parse_path, touch
from monitor.model import STATUS_ROOT

# a change above or at what is read takes it away; one somewhere below may have nothing to do with it
_STRENGTH: Final = {Touch.EXACT: 2, Touch.THROUGH: 2, Touch.WITHIN: 1, Touch.NONE: 0}


def root_of(reads: Sequence[Path], roots: Sequence[str]) -> str:
    """The one of ``roots`` that best explains a loss of what ``reads`` read; else its only read; else empty."""
    best, rank = "", (0, 0)
    for root, path in _paths(roots):
        strength = max((_STRENGTH[touch(read, path)] for read in reads), default=0)
        if strength and (strength, len(path)) > rank:
            best, rank = root, (strength, len(path))
    if best:
        return best
    if STATUS_ROOT in roots:
        return STATUS_ROOT
    named = [read for read in reads if read]
    return format_path(named[0]) if len(named) == 1 else ""


def _paths(roots: Sequence[str]) -> Iterator[tuple[str, Path]]:
    for root in roots:
        try:
            yield root, parse_path(root)
        except JsonError:  # status, header:<name>
            continue
