"""Contracts of tests that passed, merged into their files.

1. One interaction is told by its description and states. What the same test says anew replaces what it said; what
   another test says otherwise is a contradiction, and told.
2. What was built of recordings makes room for what a test says of the same action. So does what stands in another file
   of ours in the folder: a domain that changed its name, or is new, takes its interactions along.
3. A file that somebody edited, or wrote, is left alone.
4. Every test writes its own when it has passed, under a lock: several processes may run tests at once, and whoever is
   killed leaves whole files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from monitor.contracts.building.files import PactFile, key_of, opened, test_of, written
from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.errors import MonitorError, UsageError
from monitor.jsonpaths import Json
from monitor.model import Response
from monitor.pact_engine import match_response
from monitor.pipeline.building.standing import Existing, read
from monitor.pipeline.building.writing import Action, Change, write
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
    elsewhere = _room_for(path, tuple(kept))
    if data is not None and data != old:
        files.replace(path, data)
    write(elsewhere)


def _room_for(path: Path, kept: Sequence[Kept]) -> Sequence[Change]:
    """What becomes of the other files of ours in the folder, for what is kept at ``path`` leaves them.

    Raises UsageError where somebody edited such a file: monitor would find one interaction twice.
    """
    found: list[Change] = []
    for other, file in Existing(path.parent).ours().items():
        gone = [
            one for one in file.interactions if other != path and any(_is_of(one, file, new, other) for new in kept)
        ]
        if file.edited and any(key_of(one) == key_of(new.interaction) for one in gone for new in kept):
            what = f"{printable(path.name)} is not written: this file says the same, and was edited since it was made"
            raise UsageError(what, where=_shown(other), fix="delete there what the test says, or the file")
        if gone and not file.edited:
            rest = tuple(one for one in file.interactions if one not in gone)
            data = written(replace(file, interactions=rest)) if rest else None
            found.append(Change(other, Action.CHANGED if rest else Action.REMOVED, data))
    return found


def _is_of(old: Mapping[str, Json], file: PactFile, new: Kept, path: Path) -> bool:
    """Whether ``old`` makes room for ``new``. Raises UsageError where another test says otherwise."""
    if (file.consumer, file.provider) != (new.consumer, new.provider) or not _gives_way(old, new.interaction):
        return False
    _check_agreed(path, old, new.interaction)
    return True


def _gives_way(old: Mapping[str, Json], new: Mapping[str, Json]) -> bool:
    """Whether both are one interaction, or the old one was built of the same action."""
    return key_of(old) == key_of(new) or (not test_of(old) and old.get("description") == new.get("description"))


def _check_agreed(path: Path, old: Mapping[str, Json], new: Mapping[str, Json]) -> None:
    """Raises UsageError where two tests contradict each other."""
    if test_of(old) and test_of(old) != test_of(new) and _said(old) != _said(new):
        name = printable(key_of(new)[0])
        what = f"{printable(test_of(old), 200)} says otherwise what '{name}' answers in the same state"
        raise UsageError(what, where=_shown(path), fix=f"{_APART}; if that test is gone, delete the file")


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
    if same is not None:
        _check_agreed(path, same, one.interaction)
        if test_of(same) < test:  # so that the bytes do not depend on which was first
            return file
    others = (other for other in file.interactions if not _gives_way(other, one.interaction))
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
