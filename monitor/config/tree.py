"""The values that the parts of this room hand to one another: a YAML file as a tree whose leaves know their place."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from monitor.errors import ConfigFault
from monitor.jsonpaths import Path as Steps
from monitor.jsonpaths import format_path
from monitor.printable import printable


class Kind(StrEnum):
    """What stands at a place, in the words of a fault: ``must be a mapping, is a list``."""

    STRING = "a string"
    WHOLE = "a whole number"
    NUMBER = "a number"
    BOOLEAN = "a boolean"
    DATE = "a date"
    EMPTY = "empty"
    MAPPING = "a mapping"
    LIST = "a list"


Plain: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """One leaf. ``value`` is what YAML reads, expanded; ``written`` the file's own text, never expanded.

    ``known`` is False where ``value`` is only a placeholder: unset offline, or a fault already told.
    """

    kind: Kind
    value: Plain = field(repr=False)
    written: str = field(repr=False)
    quoted: bool = False
    expanded: bool = False
    known: bool = True


Tree: TypeAlias = "Scalar | list[Tree] | dict[str, Tree]"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value and its key stand (list members have no key) and what it is."""

    value: Mark
    key: Mark
    kind: Kind


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault before its place is known. ``below`` leads from the value at hand to the culprit within it.

    ``file`` and ``mark`` name the place where it lies in another file than monitor.yaml.
    """

    what: str
    fix: str = ""
    below: Steps = ()
    file: str = ""
    mark: Mark | None = None


def shown_path(path: Steps) -> str:
    """``vendors.crm.states['A customer exists']``: a path as faults print it."""
    return printable(format_path(path).removeprefix("$").removeprefix("."), limit=300)


def fault_at(file: str, mark: Mark | None, path: Steps, problem: Problem) -> ConfigFault:
    place = problem.mark if problem.file else mark
    line, column = (place.line, place.column) if place else (0, 0)
    shown = shown_path(path + problem.below)
    return ConfigFault(problem.file or file, line, column, shown, problem.what, problem.fix)
