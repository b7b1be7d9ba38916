"""Recordings compared by their structure: two of them, or all of two runs, or a run's with the baselines.

A side is a run, the baselines, or one recording; what it holds is known by vendor and interaction id. Each
interaction that either side holds is compared, read when its turn comes; what is damaged, or holds no response, costs
only itself. Where a side is one recording, that interaction is what is compared; two are compared whatever they are of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from monitor.checking.severity import severity_of
from monitor.checking.structure import changes
from monitor.checking.words import told
from monitor.errors import JsonError, NotJudgedError, RecordingError, UsageError
from monitor.model import Finding, Recording, Response
from monitor.pipeline.exits import DRIFT, NOT_JUDGED, QUIET
from monitor.pipeline.planning import nearest
from monitor.pipeline.tools import Selection
from monitor.printable import printable
from monitor.recordings.names import HAR
from monitor.recordings.store import Store
from monitor.reports.differences import Difference, State, Values

Key = tuple[str, str]  # vendor, interaction id
Viewer = Callable[[Response, Response], Values]
_Read = Recording | RecordingError | None

BASELINE: Final = "baseline"


# -- sides ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """One side: the paths of its recordings in ``store``. ``vendors`` are those it is about; None: any.

    ``name`` is what people call it.
    """

    name: str
    store: Store
    paths: Mapping[Key, str]
    vendors: frozenset[str] | None = None
    one: bool = False  # a single recording
    baseline: bool = False
    folder: str = ""  # the recordings folder as a person would type it

    def place(self, key: Key) -> str:
        """Where the recording lies, as a person would type it; empty where there is none."""
        path = self.paths.get(key, "")
        if self.one and path:
            return self.name
        return f"{self.folder}/{path}" if path and self.folder else path

    def read(self, key: Key) -> _Read:
        """The recording; None where the side has none, the error where it is damaged."""
        if key not in self.paths:
            return None
        try:
            return self.store.baseline(*key) if self.baseline else self.store.read(self.paths[key])
        except RecordingError as error:
            return error


def _by_key(paths: Iterable[str]) -> Mapping[Key, str]:
    found = ((path.split("/"), path) for path in paths)
    return {(parts[-2], parts[-1].removesuffix(HAR)): path for parts, path in found}


def side_of_run(store: Store, run_id: str) -> Side:
    """Raises RecordingError where there is no such run."""
    paths = _by_key(store.recordings(store.known_run(run_id)))
    vendors = {vendor for vendor, _ in paths}
    with suppress(RecordingError):  # without a plan it is about those of whom it holds something
        vendors.update(store.read_plan(run_id).vendors)
    return Side(f"run {run_id}", store, paths, frozenset(vendors))


def side_of_baselines(store: Store) -> Side:
    return Side(BASELINE, store, _by_key(store.baselines()), baseline=True)


def side_of_recording(store: Store, path: str, name: str) -> Side:
    """Raises RecordingError where it cannot be read."""
    recording = store.read(path)
    return Side(name, store, {(recording.vendor, recording.interaction_id): path}, one=True)


# -- comparing --------------------------------------------------------------------------------------------


def _pairs(a: Side, b: Side) -> list[tuple[Key, Key]]:
    """What is compared: all that either has, of the vendors that a run on the baselines' other side is about."""
    if a.one and b.one:
        return list(zip(a.paths, b.paths, strict=True))
    if a.one or b.one:
        return [(key, key) for key in (a if a.one else b).paths]
    about = b.vendors if a.baseline else a.vendors if b.baseline else None
    return [(key, key) for key in sorted({*a.paths, *b.paths}) if about is None or key[0] in about]


def _description(key: Key, sides: Sequence[_Read]) -> str:
    return next((side.description for side in sides if isinstance(side, Recording)), key[1])


def _response(recording: Recording, side: str) -> Response:
    """Raises RecordingError where there is none to compare."""
    exchange = recording.exchange
    if exchange.response is None or exchange.fault is not None:
        fault = f"{exchange.fault.outcome.value}: {exchange.fault.what}" if exchange.fault else "nothing was recorded"
        raise RecordingError(f"{side} holds no response to compare ({fault})")
    if not exchange.response.complete:
        raise RecordingError(f"the body of {side} did not come whole")
    return exchange.response


def compared(
    found: Difference, a: Recording, b: Recording, view: Viewer | None = None, names: tuple[str, str] = ("A", "B")
) -> Difference:
    """``found``, which is not compared yet, with what differs in structure, or why that cannot be told."""
    try:
        before, after = _response(a, names[0]), _response(b, names[1])
        moved = changes(before, after)
    except RecordingError as error:
        return replace(found, reason=error.what)
    except JsonError as error:
        return replace(found, reason=f"the body of {names[1]} is not the JSON that it should be: {error}")
    except NotJudgedError:
        return replace(found, reason=f"the body of {names[0]} is not the JSON that it should be")
    findings = [Finding(one.root, severity_of(one.kind, False, {}), False, one) for one in moved]
    state = State.DIFFERS if moved else State.SAME
    return replace(found, state=state, changes=moved, told=told(findings), values=view(before, after) if view else None)


def _difference(key: Key, places: tuple[str, str], read: tuple[_Read, _Read], view: Viewer | None) -> Difference:
    left, right = read
    found = Difference(*key, _description(key, read), State.NOT_COMPARED, *places)
    if isinstance(left, Recording) and isinstance(right, Recording):
        return compared(found, left, right, view)
    damage = [f"{name}: {side.what}" for name, side in zip("AB", read, strict=True) if isinstance(side, RecordingError)]
    if damage:
        return replace(found, reason="; ".join(damage))
    return replace(found, state=State.ONLY_A if right is None else State.ONLY_B)


def compare(a: Side, b: Side, selection: Selection, view: Viewer | None = None) -> Iterator[Difference]:
    """Each interaction that either side holds, by vendor and id; ``view`` adds the values that differ.

    Raises UsageError, at the end, where nothing is selected.
    """
    known: dict[str, None] = {}
    any_found = False
    for key, other in _pairs(a, b):
        if selection.vendors and key[0] not in selection.vendors:
            continue
        read = a.read(key), b.read(other)
        names = (key[1], _description(key, read))
        known |= dict.fromkeys(names)
        if selection.interaction in (None, *names):
            any_found = True
            yield _difference(key, (a.place(key), b.place(other)), read, view)
    if not any_found:
        raise _nothing(a, b, selection, known)


def _nothing(a: Side, b: Side, selection: Selection, known: Iterable[str]) -> UsageError:
    if selection.interaction is not None:
        what = f"neither has an interaction '{printable(selection.interaction)}'"
        return UsageError(what, fix=nearest(selection.interaction, known) or "leave --interaction out")
    if selection.vendors:
        vendors = sorted({vendor for vendor, _ in (*a.paths, *b.paths)})
        named = printable(", ".join(selection.vendors))
        return UsageError(f"neither has recordings of {named}", fix=f"there are: {', '.join(vendors) or 'none'}")
    return UsageError("neither holds a recording", where=f"{a.name}, {b.name}", fix="name others")


def exit_of_difference(states: Sequence[State]) -> int:
    """1 where anything differs in structure, 3 where nothing does but not all could be compared, else 0."""
    if any(state.is_difference for state in states):
        return DRIFT
    return NOT_JUDGED if State.NOT_COMPARED in states or not states else QUIET
