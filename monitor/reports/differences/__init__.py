"""Recordings compared by their structure, as a value -> what people and machines read. One file a format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model import Change, Told


class State(StrEnum):
    """What came of comparing an interaction's recording in A with that in B."""

    SAME = "same"
    DIFFERS = "differs"
    ONLY_A = "only_a"
    ONLY_B = "only_b"
    NOT_COMPARED = "not_compared"

    @property
    def is_difference(self) -> bool:
        return self in (State.DIFFERS, State.ONLY_A, State.ONLY_B)


@dataclass(frozen=True, slots=True)
class Values:
    """The values that differ, a line each, escaped; ``refusal`` says why they are not told."""

    lines: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One interaction in A and in B. ``a`` and ``b`` say where its recordings lie (empty: there is none).

    ``reason`` says why it was not compared; ``values`` is None where nobody asked for them.
    """

    vendor: str
    interaction_id: str
    description: str
    state: State
    a: str = ""
    b: str = ""
    reason: str = ""
    changes: tuple[Change, ...] = ()
    told: tuple[Told, ...] = ()
    values: Values | None = None
