"""What stands in a document where a translation reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from monitor.checking.translations.blanks import is_blank
from monitor.jsonpaths import ANY, DESCENT, Json, Path, Step


def reached(value: Json, read: Path) -> Iterator[Json]:
    """The values that ``read`` ends at: its keys go through arrays unnamed, an array at the end is one value."""
    if not read:
        yield value
        return
    step, rest = read[0], read[1:]
    if step is DESCENT:
        yield from reached(value, rest)
        for child in _led(value, ANY):
            yield from reached(child, read)
    elif isinstance(value, list) and isinstance(step, str):
        for member in value:
            yield from reached(member, read)
    else:
        for child in _led(value, step):
            yield from reached(child, rest)


def _led(value: Json, step: Step) -> Iterable[Json]:
    """What ``step`` leads to."""
    if isinstance(value, dict):
        return value.values() if step is ANY else (value[step],) if isinstance(step, str) and step in value else ()
    if not isinstance(value, list):
        return ()
    if isinstance(step, int):
        return (value[step],) if -len(value) <= step < len(value) else ()
    return value if step is ANY else ()


def passes_array(document: Json, read: Path) -> bool:
    """Whether ``read`` goes through an array, or ends at one."""
    prefixes = (read[:length] for length in range(len(read) + 1))
    return any(isinstance(value, list) for prefix in prefixes for value in reached(document, prefix))


def vanished(reads: Sequence[Path], before: Json, after: Json) -> bool:
    """Something that one of ``reads`` found in ``before`` is nowhere in ``after``."""
    return any(holds(before, read) and not holds(after, read) for read in reads)


def holds(document: Json, read: Path) -> bool:
    """``read`` finds a value that is not blank."""
    return any(not is_blank(value) for value in reached(document, read))
