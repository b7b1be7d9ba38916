"""What lint says -> what people and machines read. One file a format: ``render(report, options) -> str``.

``--format NAME`` names a module of this package (or an entry point of the group ``drift_monitor.lint_reports``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, cast

from monitor.reports import Options, Shelf

GROUP: Final = "drift_monitor.lint_reports"
ERROR: Final = "error"
WARNING: Final = "warning"


class Remark(Protocol):
    """One thing to mend. ``file`` is as a person would type it; ``line`` and ``column`` are 0 where unknown."""

    @property
    def rule(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def pointer(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def vendor(self) -> str: ...
    @property
    def interaction(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def fix(self) -> str: ...


@dataclass(frozen=True, slots=True)
class LintReport:
    """Every remark, worst first; how many files and interactions were looked at; the exit code."""

    remarks: Sequence[Remark]
    files: int
    interactions: int
    exit_code: int = 0

    def count(self, level: str) -> int:
        return sum(1 for remark in self.remarks if remark.level == level)


class Format(Protocol):
    def render(self, report: LintReport, options: Options) -> str: ...


_SHELF: Final = Shelf(__name__, tuple(__path__), GROUP)


def formats() -> tuple[str, ...]:
    """The names of all formats, ours and others'."""
    return _SHELF.names()


def find(name: str) -> Format:
    """The format called ``name``. Raises UsageError for an unknown one."""
    return cast("Format", _SHELF.load(name))
