"""Approved baselines that no interaction has any more, and the interactions whose they probably are.

1. An interaction's id is made of its consumer (a data action's integration), its description and states. Where one of
   these changes, a typo mended in monitor.yaml for one, so does the id, and what was approved lies under the old one.
2. A baseline is unclaimed where no interaction of the vendor's has its id, one that is skipped included. It may be an
   interaction's that has none and is called the same, or judges a data action that is.
3. A check of that interaction is not judged: it would be compared with nothing although something was approved. What is
   forbidden without a baseline is told as ever. `record` says it and goes on, for a new approval mends it too; so does
   `approve` of the old baseline, which keeps it under the new id.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

from monitor.errors import RecordingError
from monitor.model import Outcome, Recording, Result, Settings
from monitor.pipeline.planning import Job, Jobs, plan_jobs
from monitor.pipeline.tools import Selection, Tools
from monitor.recordings.masking import Masker
from monitor.recordings.names import BASELINE, HAR
from monitor.recordings.store import Store

_WHAT: Final = "no baseline has its id, but {} has its name and no interaction any more"
_WHY: Final = ": has its consumer, integration or states changed?"
_ELSE: Final = "; else approve another, or delete that one"


def told_of(results: Sequence[Result], settings: Settings, tools: Tools, command: str) -> tuple[Result, ...]:
    """``results``, each with the baseline that is probably its own and lies under another id."""
    vendors = {one.vendor for one in results if _has_none(one)}
    beside = {vendor: Unclaimed.of(settings, tools, vendor) for vendor in vendors}
    return tuple(_told(one, beside[one.vendor], command) if _has_none(one) else one for one in results)


def _has_none(result: Result) -> bool:
    return result.outcome in (Outcome.NO_BASELINE, Outcome.DRIFTED) and not result.baseline


def _told(result: Result, beside: Unclaimed, command: str) -> Result:
    path = beside.of_interaction(result.interaction_id, result.description)
    if not path:
        return result
    what = f"{_WHAT.format(path)}{_WHY}"
    fix = f"if it is this one: {_command(result.vendor, result.interaction_id, path)}{_ELSE}"
    if result.outcome is Outcome.DRIFTED or command == "record":
        return replace(result, notes=(*result.notes, f"{what}; {fix}"))
    return replace(result, outcome=Outcome.NOT_JUDGED, reason=what, fix=fix)


def _command(vendor: str, interaction_id: str, path: str) -> str:
    return shlex.join(["monitor", "approve", "--vendor", vendor, interaction_id, path])


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """One vendor's: ``paths`` by description, the last approved first. ``actions``: by the job that judges them."""

    paths: Mapping[str, Sequence[str]]
    actions: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, settings: Settings, tools: Tools, vendor: str) -> Unclaimed:
        """Contracts are read only where there are baselines at all."""
        paths = tuple(tools.store.baselines(vendor))
        if not paths:
            return cls({}, {})
        jobs = plan_jobs(settings, Selection((vendor,)), calls=False)
        found: dict[str, list[str]] = {}
        for recording in _unclaimed(tools.store, paths, _claimed(jobs)):
            found.setdefault(recording.description, []).append(recording.path)
        actions: dict[str, list[str]] = {}
        for one in jobs.joined:
            actions.setdefault(one.interaction_id, []).append(tools.masker.text(one.description))
        return cls(found, actions)

    def of_interaction(self, interaction_id: str, description: str) -> str:
        """The baseline that is probably this interaction's; empty where there is none."""
        names = (description, *self.actions.get(interaction_id, ()))
        return next((path for name in names for path in self.paths.get(name, ())), "")


def _claimed(jobs: Jobs) -> frozenset[str]:
    return frozenset([*(job.interaction.id for job in jobs.jobs), *(one.interaction_id for one in jobs.skipped)])


def _unclaimed(store: Store, paths: Iterable[str], claimed: frozenset[str]) -> list[Recording]:
    """The last approved first. None is opened that is claimed."""
    found: list[tuple[datetime, Recording]] = []
    for path in paths:
        if PurePosixPath(path).name.removesuffix(HAR) in claimed:
            continue
        with suppress(RecordingError):  # `recordings verify` tells
            recording = store.read(path)
            if recording.approval:
                found.append((recording.approval.at, recording))
    return [recording for _, recording in sorted(found, key=lambda one: one[0], reverse=True)]


def adopted(recording: Recording, jobs: Sequence[Job], settings: Settings, masker: Masker) -> Recording:
    """``recording`` as that of the one selected interaction, where it is an unclaimed baseline; else as it is."""
    if recording.approval is None or not recording.path.startswith(f"{BASELINE}/") or len(jobs) != 1:
        return recording
    (job,) = jobs
    everything = plan_jobs(settings, Selection((job.vendor.name,)), calls=False)
    if recording.vendor != job.vendor.name or recording.interaction_id in _claimed(everything):
        return recording
    interaction = job.interaction
    return replace(recording, interaction_id=interaction.id, description=masker.text(interaction.description))
