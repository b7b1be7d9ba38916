"""The success schema's outputs, flat, as Architect shows them.

1. A nested object gives ``customer.id``; an array of objects gives parallel lists, one for each property.
2. An array of anything else is one output, a list; so is an object without properties: one output.
3. Only what the schema names is an output: a flow cannot see the rest.
4. A schema without properties gives no outputs but the result as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from monitor.jsonpaths import ANY, Json, Path
from monitor.languages import MISSING, RESULT, State, Value

MAX_DEPTH: Final = 50  # of a schema; Genesys Cloud itself takes no more


def flat_paths(schema: Json) -> Mapping[str, Path]:
    """Where each output stands in the result: ``{'tickets.id': ('tickets', ANY, 'id')}``."""
    found = dict(_below(schema, (), 0))
    return found or {RESULT: ()}


def _below(schema: Json, path: Path, depth: int) -> Iterator[tuple[str, Path]]:
    properties = _properties(schema)
    items = schema.get("items") if isinstance(schema, dict) and not properties else None
    if depth >= MAX_DEPTH:
        properties, items = {}, None
    if _properties(items):
        yield from _below(items, (*path, ANY), depth + 1)
    elif properties:
        for name, inner in properties.items():
            yield from _below(inner, (*path, name), depth + 1)
    elif path:
        yield name_of(path), path


def _properties(schema: Json) -> Mapping[str, Json]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties if isinstance(properties, dict) else {}


def name_of(path: Path) -> str:
    """``customer.id``: array steps have no name."""
    return ".".join(step for step in path if isinstance(step, str)) or RESULT


def flattened(result: Json, paths: Mapping[str, Path]) -> dict[str, Value]:
    """The outputs of ``result``. A list in which no member is there is empty; one that lacks some has null for them."""
    return {name: _value(result, path) for name, path in paths.items()}


def _value(value: Json, path: Path) -> Value:
    for index, step in enumerate(path):
        if step is ANY:
            return _list(value, path[index + 1 :])
        if not isinstance(value, dict) or not isinstance(step, str) or step not in value:
            return MISSING
        value = value[step]
    return value


def _list(value: Json, rest: Path) -> Value:
    if not isinstance(value, list):
        return MISSING
    found = [_value(member, rest) for member in value]
    if all(member is MISSING for member in found):
        return []
    return [None if isinstance(member, State) else member for member in found]


def has_gaps(value: Value, path: Path) -> bool:
    """Whether in the list at ``path`` some members are there and others are not."""
    if isinstance(value, State) or ANY not in path:
        return False
    first = path.index(ANY)
    items = _value(value, path[:first])
    found = [_value(member, path[first + 1 :]) for member in items] if isinstance(items, list) else []
    return MISSING in found and any(member is not MISSING for member in found)
