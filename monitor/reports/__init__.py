"""One RunReport -> what people and machines read. One file a format: ``render(report, options) -> str``.

``--format NAME`` names a module of this package (or an entry point of the group ``drift_monitor.reports``).
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final, Protocol, cast

from monitor.errors import UsageError
from monitor.model import RunReport

GROUP: Final = "drift_monitor.reports"


@dataclass(frozen=True, slots=True)
class Options:
    """``color``: ANSI colours are wanted. ``recordings``: the recordings folder as a person would type it."""

    color: bool = False
    recordings: str = "recordings"


class Format(Protocol):
    def render(self, report: RunReport, options: Options) -> str: ...


def _ours() -> frozenset[str]:
    return frozenset(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def formats() -> tuple[str, ...]:
    """The names of all formats, ours and others'."""
    return tuple(sorted(_ours() | {entry.name for entry in entry_points(group=GROUP)}))


def find(name: str) -> Format:
    """The format called ``name``. Raises UsageError for an unknown one."""
    if name not in formats():
        raise UsageError(f"unknown format '{name}'", fix=f"one of: {', '.join(formats())}")
    if name in _ours():  # nobody else's may take the place of one of ours
        return cast("Format", import_module(f"{__name__}.{name}"))
    (entry, *_) = entry_points(group=GROUP, name=name)
    return cast("Format", entry.load())
