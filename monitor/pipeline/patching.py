"""The approval of recordings as a patch, for a baseline that is reviewed and applied elsewhere."""

from __future__ import annotations

from pathlib import Path

from monitor.model import Settings
from monitor.pipeline.approve import Candidate, Consent, approval_of
from monitor.pipeline.tools import Tools
from monitor.recordings.patch import baseline_patch


def repository_of(folder: Path) -> Path:
    """The git work tree that holds ``folder``, or ``folder`` itself outside of one."""
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), folder)


def patch_of(settings: Settings, tools: Tools, candidates: tuple[Candidate, ...], consent: Consent) -> str:
    """What approving would write, as ``git apply`` takes it at the root of the repository."""
    now = tools.clock()
    new: dict[str, bytes] = {}
    for candidate in candidates:
        if candidate.recording is not None:
            approval = approval_of(candidate, candidate.recording, consent, now)
            new.update(tools.store.baseline_files(candidate.recording, approval))
    old = {name: tools.store.bytes_of(name) for name in new}
    return baseline_patch(Path(settings.recordings_dir), repository_of(Path(settings.root)), old, new)
