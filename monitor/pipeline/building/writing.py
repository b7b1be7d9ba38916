"""Files that were built beside those that are there: what would change, and the change made."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final

from monitor.contracts.building.files import PactFile, key_of, written
from monitor.errors import UsageError
from monitor.pipeline.building.standing import Existing
from monitor.printable import printable
from monitor.recordings import files

_MOST: Final = 80  # lines of a difference that are told
_LINE: Final = 200


class Action(StrEnum):
    """What becomes of a file."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"  # nothing belongs into it any more
    REFUSED = "refused"  # somebody edited it


@dataclass(frozen=True, slots=True)
class Change:
    """``data`` is what the file is to hold; None: it goes. ``why`` it is refused, ``difference`` to what is there."""

    path: Path
    action: Action
    data: bytes | None = field(default=None, repr=False)
    difference: tuple[str, ...] = ()
    interactions: int = 0
    why: str = ""


def changes_of(wanted: Mapping[Path, PactFile], existing: Existing, *, whole: bool, force: bool) -> tuple[Change, ...]:
    """What is to be done with each file; where the ``whole`` of a vendor was built, with our older ones too.

    Else only their doubles go.
    """
    kept = {} if whole else {path: existing.file_of(path, existing.bytes_of(path)) for path in existing.doubles}
    every = {**dict.fromkeys(existing.ours() if whole else ()), **kept, **wanted}
    changes = [_change(path, every[path], existing, force=force) for path in sorted(every)]
    return tuple(change for change in changes if change is not None)


def _change(path: Path, wanted: PactFile | None, existing: Existing, *, force: bool) -> Change | None:
    old = existing.bytes_of(path)
    there = existing.file_of(path, old)
    whole = _with_tested(path, wanted, there)
    data = written(whole) if whole is not None and whole.interactions else None
    if data == old:
        return None if data is None else Change(path, Action.UNCHANGED, data, (), _count(whole))
    difference = () if old is None else difference_of(old, data or b"")
    action = Action.NEW if old is None else Action.REMOVED if data is None else Action.CHANGED
    if old is not None and not force and (there is None or not there.made or there.edited):
        why = "it was edited since it was made" if there is not None and there.made else "monitor did not make it"
        return Change(path, Action.REFUSED, data, difference, _count(whole), why)
    return Change(path, action, data, difference, _count(whole))


def _count(file: PactFile | None) -> int:
    return len(file.interactions) if file is not None else 0


def _with_tested(path: Path, wanted: PactFile | None, there: PactFile | None) -> PactFile | None:
    """``wanted`` with what tests made of the file that is there."""
    tested = there.tested() if there is not None and there.made else ()
    if wanted is None or there is None or not tested:
        return wanted if wanted is not None else replace(there, interactions=tested) if there is not None else None
    if there.consumer != wanted.consumer:
        what = f"it holds the consumer '{printable(there.consumer)}', and tests made some of it"
        fix = f"a Pact file has one, '{printable(wanted.consumer)}' here: delete the file, or name another domain"
        raise UsageError(what, where=printable(str(path), 500), fix=fix)
    keys = {key_of(one) for one in tested}
    return replace(wanted, interactions=(*tested, *(one for one in wanted.interactions if key_of(one) not in keys)))


def difference_of(old: bytes, new: bytes) -> tuple[str, ...]:
    """The lines that differ, as people read them."""
    before, after = (text.decode("utf-8", "replace").splitlines() for text in (old, new))
    lines = [*islice(difflib.unified_diff(before, after, "there", "built", n=1, lineterm=""), 2, None)]
    more = (f"... and {len(lines) - _MOST:,} lines more",) if len(lines) > _MOST else ()
    return (*(printable(line, _LINE) for line in lines[:_MOST]), *more)


def write(changes: Iterable[Change]) -> None:
    """Makes the changes, but for what is refused. Raises StorageError."""
    for change in changes:
        if change.action in (Action.NEW, Action.CHANGED) and change.data is not None:
            files.replace(change.path, change.data)
        elif change.action is Action.REMOVED:
            try:
                change.path.unlink(missing_ok=True)
            except OSError as error:
                raise files.storage_error(error, change.path) from None
