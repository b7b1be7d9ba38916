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
from monitor.printable import printable

GROUP: Final = "drift_monitor.reports"


@dataclass(frozen=True, slots=True)
class Options:
    """``color``: ANSI colours are wanted. ``recordings``: the recordings folder as a person would type it."""

    color: bool = False
    recordings: str = "recordings"


class Format(Protocol):
    def render(self, report: RunReport, options: Options) -> str: ...


@dataclass(frozen=True, slots=True)
class Shelf:
    """The formats of one kind of report: the modules of a package of ours, and other people's entry points.

    A package in it is a shelf of its own, for another kind of report.
    """

    package: str
    folders: tuple[str, ...]
    group: str

    def _ours(self) -> frozenset[str]:
        found = (module for module in pkgutil.iter_modules(self.folders) if not module.ispkg)
        return frozenset(module.name for module in found if not module.name.startswith("_"))

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._ours() | {entry.name for entry in entry_points(group=self.group)}))

    def load(self, name: str) -> object:
        """The format called ``name``. Raises UsageError for an unknown one."""
        if name not in self.names():
            raise UsageError(f"unknown format '{printable(name)}'", fix=f"one of: {', '.join(self.names())}")
        if name in self._ours():  # nobody else's may take the place of one of ours
            return import_module(f"{self.package}.{name}")
        (entry, *_) = entry_points(group=self.group, name=name)
        loaded: object = entry.load()
        return loaded


_RUNS: Final = Shelf(__name__, tuple(__path__), GROUP)


def formats() -> tuple[str, ...]:
    """The names of all formats, ours and others'."""
    return _RUNS.names()


def find(name: str) -> Format:
    """The format called ``name``. Raises UsageError for an unknown one."""
    return cast("Format", _RUNS.load(name))
