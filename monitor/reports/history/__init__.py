"""What became of a vendor's interactions, run by run, as values -> what people and machines read. One file a format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model import Change, Finding, Result


@dataclass(frozen=True, slots=True)
class Turn:
    """One interaction in one run, beside the run before that judged it.

    ``new`` and ``gone`` are findings that only the one or only the other has. ``compared`` is False where no earlier
    run is known to have judged it: then every finding is new.
    """

    result: Result
    new: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    compared: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """One run. ``finished`` is False where it left no report: it was interrupted, or is under way.

    ``turns`` are the interactions that were asked for; an unfinished run has only ``planned``: ids and descriptions.
    """

    run_id: str
    started: datetime
    command: str
    finished: bool = True
    turns: tuple[Turn, ...] = ()
    planned: tuple[tuple[str, str], ...] = ()


def key_of(finding: Finding) -> tuple[str, str]:
    """By which findings of two runs are the same: root and kind."""
    detail = finding.detail
    return finding.root, detail.kind.value if isinstance(detail, Change) else detail.type
