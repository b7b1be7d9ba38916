"""A document without what stands at a path. PURE.

A key leads through arrays that the path does not name, ``ANY`` to every key or member, ``DESCENT`` to any depth: as
reads are meant, whatever language they come from (``reached`` in checking/translations/documents.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.jsonpaths import ANY, DESCENT, Json, Path, Step


def without(value: Json, path: Path) -> Json:
    """``value`` without all that stands at ``path``; the whole value taken out leaves an empty one of its kind."""
    if not path:
        return {} if isinstance(value, dict) else [] if isinstance(value, list) else None
    step, rest = path[0], path[1:]
    if step is DESCENT:
        return _each(without(value, rest), ANY, path)
    if isinstance(value, list) and isinstance(step, str):
        return [without(member, path) for member in value]
    return _each(value, step, rest) if rest else _dropped(value, step)


def _each(value: Json, step: Step, rest: Path) -> Json:
    """``value`` with ``rest`` taken out of what ``step`` leads to."""
    if isinstance(value, dict):
        return {key: without(child, rest) if step in (ANY, key) else child for key, child in value.items()}
    if isinstance(value, list):
        at = _index(step, value)
        return [without(child, rest) if step is ANY or at == index else child for index, child in enumerate(value)]
    return value


def _dropped(value: Json, step: Step) -> Json:
    if isinstance(value, dict):
        return {key: child for key, child in value.items() if step not in (ANY, key)}
    if isinstance(value, list):
        at = _index(step, value)
        return [child for index, child in enumerate(value) if step is not ANY and at != index]
    return value


def _index(step: Step, members: Sequence[Json]) -> int | None:
    if not isinstance(step, int):
        return None
    return step + len(members) if step < 0 else step
