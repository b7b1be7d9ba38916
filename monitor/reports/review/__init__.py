"""What became of the baselines between two revisions, as a value -> what reviewers read. One file a format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from monitor.model import Approval, Finding, Severity, Told


class Kind(StrEnum):
    """What became of one baseline, the weightiest first."""

    CHANGED = "changed"
    NOT_COMPARED = "not compared"
    REMOVED = "removed"
    ADDED = "added"
    RERECORDED = "re-recorded"  # no structural difference


KINDS: Final = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One baseline. ``findings`` judge the new one against the old one by today's contracts and translations.

    ``judged`` is False where that could not be done: then the findings are the structural changes, and their severity
    means nothing. ``approval`` is the old one for a baseline that was removed. ``accepted`` and ``withdrawn`` are
    outputs whose loss is accepted now and was not before, and the other way round.
    """

    vendor: str
    interaction_id: str
    description: str
    kind: Kind
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    told: tuple[Told, ...] = ()
    judged: bool = False
    approval: Approval | None = None
    accepted: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def worst(self) -> Severity | None:
        """None where it is not known, or nothing was found."""
        ranked = (finding.severity for finding in self.findings if self.judged)
        return min(ranked, key=lambda severity: severity.rank, default=None)


@dataclass(frozen=True, slots=True)
class Review:
    """The baselines that are not the same at ``base`` and ``head``, the weightiest first."""

    base: str
    head: str
    reviewed: tuple[Reviewed, ...]
    unchanged: int = 0
    notes: tuple[str, ...] = ()
