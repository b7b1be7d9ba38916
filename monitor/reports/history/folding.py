"""Runs in a row that came out alike, as one: of 500 runs a person reads the five in which something changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.reports.history import Run, Turn, key_of


@dataclass(frozen=True, slots=True)
class Stretch:
    """Runs in a row, the newest first, in which an interaction came out alike: what changed, changed with the oldest.

    ``turns`` is empty for runs that did not finish, else as long as ``runs``.
    """

    runs: tuple[Run, ...]
    turns: tuple[Turn, ...] = ()


def _outcome(turn: Turn) -> object:
    return turn.result.outcome, turn.result.worst, turn.result.reason, {key_of(one) for one in turn.result.findings}


def _continues(newer: Turn | None, older: Turn | None) -> bool:
    """Whether nothing happened from ``older`` to ``newer``."""
    if newer is None or older is None:
        return newer is older
    return not (newer.new or newer.gone) and _outcome(newer) == _outcome(older)


def of_interaction(runs: Sequence[Run], interaction_id: str) -> list[tuple[Run, Turn | None]]:
    """The runs that have the interaction, newest first; None where the run did not finish."""
    found: list[tuple[Run, Turn | None]] = []
    for run in runs:
        if not run.finished and any(interaction_id == planned for planned, _ in run.planned):
            found.append((run, None))
        found += [(run, turn) for turn in run.turns if turn.result.interaction_id == interaction_id]
    return found


def stretches(runs: Sequence[Run], interaction_id: str) -> tuple[Stretch, ...]:
    """The history of one interaction, newest first, folded."""
    groups: list[list[tuple[Run, Turn | None]]] = []
    for entry in of_interaction(runs, interaction_id):
        if groups and _continues(groups[-1][-1][1], entry[1]):
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return tuple(
        Stretch(tuple(run for run, _ in group), tuple(turn for _, turn in group if turn is not None))
        for group in groups
    )
