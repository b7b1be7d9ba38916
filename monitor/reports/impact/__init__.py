"""Where the fields of a vendor's responses end up, as a value -> what people and machines read. One file a format.

``--format NAME`` names a module of this package (or an entry point of the group ``drift_monitor.impact_reports``):
``render(lineage, options) -> str``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, cast

from monitor.model import Use
from monitor.reports import Options, Shelf

GROUP: Final = "drift_monitor.impact_reports"


class Effect(StrEnum):
    """What an output becomes without the field."""

    UNKNOWN = "unknown"
    UNCHANGED = "unchanged"
    DEFAULT = "default"
    BLANK = "blank"
    RETYPED = "retyped"
    FAILS = "fails"

    @property
    def silent(self) -> bool:
        """Nothing fails: the flow goes on with another value."""
        return self in (Effect.DEFAULT, Effect.BLANK, Effect.RETYPED)

    @property
    def loud(self) -> bool:
        return self is Effect.FAILS


@dataclass(frozen=True, slots=True)
class Output:
    """An output that meets the field. ``reads`` are its paths that do; none: it is lost because another one fails.

    ``paths`` are the same as the translation writes them, where it does; ``other_member``: of another index than asked.
    ``detail`` is the type that a retyped one has, the default that is taken, or why it is not known.
    """

    name: str
    reads: tuple[str, ...]
    effect: Effect = Effect.UNKNOWN
    detail: str = ""
    uses: tuple[Use, ...] = ()
    paths: tuple[str, ...] = ()
    other_member: bool = False

    @property
    def shown(self) -> tuple[str, ...]:
        """What people are shown of what it reads."""
        return self.paths or self.reads


@dataclass(frozen=True, slots=True)
class Reader:
    """A translation that reads the field. ``steps`` call it and bind no output: they only fail with it."""

    name: str
    kind: str
    outputs: tuple[Output, ...]
    steps: tuple[Use, ...] = ()

    @property
    def reading(self) -> tuple[Output, ...]:
        return tuple(output for output in self.outputs if output.reads)

    @property
    def failing_too(self) -> tuple[Output, ...]:
        """Those that read nothing of the field, and are lost because the whole translation fails."""
        return tuple(output for output in self.outputs if not output.reads)


@dataclass(frozen=True, slots=True)
class Field:
    """One path of the response and who reads it. ``unknown`` says why its loss was not tried; empty: it was.

    ``contract``: the paths at or below it that the contract names; ``forbidden``: the contract is broken without it.
    """

    path: str
    readers: tuple[Reader, ...]
    contract: tuple[str, ...] = ()
    forbidden: bool | None = None
    unknown: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Traced:
    """One interaction. ``contract`` is its file and place; empty: it has none."""

    interaction_id: str
    description: str
    contract: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """What reads ``field`` (empty: every field that is read) of a vendor's responses.

    ``interactions`` are those that read it, ``looked`` is how many were looked at; ``hint`` says what else a person
    may have meant, where nothing reads it.
    """

    vendor: str
    field: str
    interactions: tuple[Traced, ...]
    looked: int
    hint: str = ""
    notes: tuple[str, ...] = ()


class Format(Protocol):
    def render(self, lineage: Lineage, options: Options) -> str: ...


_SHELF: Final = Shelf(__name__, tuple(__path__), GROUP)


def formats() -> tuple[str, ...]:
    """The names of all formats, ours and others'."""
    return _SHELF.names()


def find(name: str) -> Format:
    """The format called ``name``. Raises UsageError for an unknown one."""
    return cast("Format", _SHELF.load(name))
