"""Outputs that hold nothing of the response: a baseline in which they are blank cannot tell that they are lost.

1. Blank, or filled by a default: one that the platform takes, or an expression of the translation's own
   (`name ?? "Unknown"`), which then reads nothing that is there and yields what an empty document yields.
2. An output that is blank in the baseline and filled in the response is no drift, and no sameness: it is a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from monitor.checking.translations.blanks import by_name, is_blank
from monitor.checking.translations.documents import holds
from monitor.checking.translations.sides import Side, Sides, side_of
from monitor.errors import MonitorError
from monitor.languages import MISSING, RESULT, CompiledTranslation, Value, compile_translation
from monitor.model import DEFAULT, FILLED, THE_DEFAULT, Response, Translation
from monitor.printable import printable

_MOST: Final = 10  # names in one note


def blank_outputs(translation: Translation, response: Response, *, masked: bool) -> tuple[str, ...]:
    """The outputs that hold nothing of ``response``, each with the default that fills it; none where it fails.

    To be `listed`: a name may be the vendor's. ``masked``: masks stand in the body.
    """
    try:
        compiled = compile_translation(translation.kind, translation.source)
        side = side_of(compiled, response, masked=masked)
        found = {} if side.evaluation.fault else _blanks(compiled, side)
    except MonitorError:  # the judgement tells
        return ()
    return tuple(f"{name} ({how})" if how else name for name, how in found.items())


def filled_note(translation: Translation, compiled: CompiledTranslation, sides: Sides) -> str:
    """Which outputs were blank in the baseline and are filled now; empty where none is."""
    before, after = sides.before, sides.after
    if before is None or before is after or before.evaluation.fault or after.evaluation.fault:
        return ""
    were = _blanks(compiled, before)
    if not were:
        return ""
    there, are = _values(compiled, after), _blanks(compiled, after)
    names = [name for name in were if name in there and name not in are]
    told = f"{FILLED}{listed(names)} ({printable(translation.name)}); approve this recording to watch them"
    return told if names else ""


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, in bounds."""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(printable(name, 100) for name in names[:_MOST]) + more


def _values(compiled: CompiledTranslation, side: Side) -> Mapping[str, Sequence[Value]]:
    """Each output, and each nested one that the translation names, with the values that it has."""
    outputs = side.evaluation.outputs
    known = compiled.outputs if side.evaluation.named else ()
    found: dict[str, list[Value]] = {name: [MISSING] for name in known if name != RESULT and name not in outputs}
    for name, value in by_name(outputs):
        if name in outputs or name in compiled.reads:
            found.setdefault(name, []).append(value)
    there = [name for name, values in found.items() if not all(map(is_blank, values))]
    for name in compiled.reads:
        if name not in found and any(name.startswith(f"{above}.") for above in there):
            found[name] = [MISSING]
    return found


def _blanks(compiled: CompiledTranslation, side: Side) -> Mapping[str, str]:
    """By output the default that fills it, in words; empty where it is blank."""
    return dict(_found(compiled, side))


def _found(compiled: CompiledTranslation, side: Side) -> Iterator[tuple[str, str]]:
    defaults = side.evaluation.defaults
    bare: list[tuple[str, Value]] | None = None
    for name, values in _values(compiled, side).items():
        if name in defaults:
            yield name, f"{THE_DEFAULT}{defaults[name]}" if defaults[name] else DEFAULT
        elif all(map(is_blank, values)):
            yield name, ""
        elif not any(isinstance(value, dict | list) for value in values) and _reads_nothing(compiled, side, name):
            bare = [*by_name(compiled.evaluate({}).outputs)] if bare is None else bare
            own = [value for other, value in bare if other == name]
            if all(value in own for value in values):
                yield name, DEFAULT


def _reads_nothing(compiled: CompiledTranslation, side: Side, name: str) -> bool:
    """It reads, and nothing of that is there; one that reads the whole document reads what is there."""
    read = compiled.reads_of(name)
    return bool(read) and not any(holds(side.document, path) for path in read)
