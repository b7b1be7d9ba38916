"""Contracts of tests that passed, merged into their files.

1. One interaction is told by its description and states. What the same test says anew replaces what it said; what
   another test says otherwise is a contradiction, and told.
2. What was built of recordings makes room for what a test says of the same action.
3. A file that somebody edited, or wrote, is left alone.
4. Every test writes its own when it has passed, under a lock: several processes may run tests at once, and whoever is
   killed leaves whole files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from monitor.contracts.building.files import PactFile, key_of, opened, test_of, written
from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.errors import MonitorError, UsageError
from monitor.jsonpaths import Json
from monitor.model import Response
from monitor.pact_engine import match_response
from monitor.pipeline.building.standing import read
from monitor.printable import printable
from monitor.recordings import files
from monitor.recordings.locks import vendor_lock

_HOLDER: Final = "pytest"
_APART: Final = "give one of them a state of its own (given=), or keep=False"
_REPORT: Final = "nothing was written; this is a fault of monitor: please report it"


@dataclass(frozen=True, slots=True)
class Kept:
    """An interaction for the file at ``path``, and the response that it was made of."""

    path: Path
    consumer: str
    provider: str
    interaction: Mapping[str, Json]
    response: Response = field(repr=False)


def keep(kept: Iterable[Kept], state_dir: Path) -> None:
    """Writes them. Raises MonitorError where a file is not to be written, or a contract does not match."""
    by_file: dict[tuple[str, Path], list[Kept]] = {}
    said: dict[tuple[Path, tuple[str, str]], str] = {}
    for one in kept:
        if said.setdefault((one.path, key_of(one.interaction)), _said(one.interaction)) != _said(one.interaction):
            raise UsageError("the test says two things of what the action answers in one state", fix=_APART)
        by_file.setdefault((one.provider, one.path), []).append(one)
    for (provider, path), listed in by_file.items():
        for one in listed:
            _check(one)
        with vendor_lock(state_dir, f"{provider}.contracts", _HOLDER, None):
            _merge(path, listed)


def _merge(path: Path, kept: Iterable[Kept]) -> None:
    old = read(path) if path.is_file() else None
    file = None if old is None else _there(path, opened(old))
    for one in kept:
        file = _with(path, file or PactFile(one.consumer, one.provider, ()), one)
    data = written(file) if file is not None else None
    if data is not None and data != old:
        files.replace(path, data)


def _there(path: Path, file: PactFile | None) -> PactFile:
    if file is None or not file.made or file.edited:
        why = "it was edited since it was made" if file is not None and file.made else "tests did not make it"
        fix = "move it away, or set another folder (drift_monitor_contracts)"
        raise UsageError(f"the contract is not written: {why}", where=_shown(path), fix=fix)
    return file


def _with(path: Path, file: PactFile, one: Kept) -> PactFile:
    if (file.consumer, file.provider) != (one.consumer, one.provider):
        what = f"it is the contract of '{printable(file.consumer)}' with '{printable(file.provider)}'"
        fix = f"a Pact file has one consumer, '{printable(one.consumer)}' here: name another domain"
        raise UsageError(what, where=_shown(path), fix=fix)
    key, test = key_of(one.interaction), test_of(one.interaction)
    same = next((other for other in file.interactions if key_of(other) == key and test_of(other)), None)
    if same is not None and test_of(same) != test:
        if _said(same) != _said(one.interaction):
            what = (
                f"{printable(test_of(same), 200)} says otherwise what '{printable(key[0])}' answers in the same state"
            )
            raise UsageError(what, where=_shown(path), fix=f"{_APART}; if that test is gone, delete the file")
        if test_of(same) < test:  # so that the bytes do not depend on which was first
            return file
    others = (
        other
        for other in file.interactions
        if key_of(other) != key and (test_of(other) or other.get("description") != one.interaction.get("description"))
    )
    return replace(file, interactions=(*others, one.interaction))


def _said(interaction: Mapping[str, Json]) -> str:
    """What it says, whoever says it."""
    return json.dumps({k: v for k, v in interaction.items() if k != "comments"}, sort_keys=True)


def _check(one: Kept) -> None:
    """Raises MonitorError where the contract does not match the answer that it was made of."""
    alone = written(PactFile(one.consumer, one.provider, (one.interaction,)))
    entries, errors = parse_pact(alone, one.path.name)
    if errors:
        raise MonitorError(errors[0].what, where=_shown(one.path), fix=_REPORT)
    for entry in entries:
        if isinstance(entry, PactInteraction) and (found := match_response(entry.contract.pact, one.response)):
            what = f"the contract does not match its own answer: {printable(found[0].message, 300)}"
            raise MonitorError(what, where=_shown(one.path), fix=_REPORT)


def _shown(path: Path) -> str:
    return printable(str(path), 500)
