"""What stands in a document where a translation reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.checking.translations.blanks import is_blank
from monitor.jsonpaths import ANY, DESCENT, Json, Path, Step


def _children(value: Json) -> Iterator[Json]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def reached(value: Json, read: Path) -> Iterator[Json]:
    """The values that ``read`` ends at; arrays are passed through unnamed, an array at the end is one value."""
    if not read:
        yield value
        return
    step, rest = read[0], read[1:]
    if step is DESCENT:
        yield from reached(value, rest)
        for child in _children(value):
            yield from reached(child, read)
    elif isinstance(value, list):
        for member in _named(value, step):
            yield from reached(member, rest)
        for member in value:
            yield from reached(member, read)
    elif step is ANY:
        for child in _children(value):
            yield from reached(child, rest)
    elif isinstance(value, dict) and isinstance(step, str) and step in value:
        yield from reached(value[step], rest)


def _named(items: list[Json], step: Step) -> list[Json]:
    """The members that a step names itself, as a JSONPath does."""
    if step is ANY:
        return items
    return [items[step]] if isinstance(step, int) and -len(items) <= step < len(items) else []


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
