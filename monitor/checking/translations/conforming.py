"""Whether JSON conforms to a schema, quickly told where that is plain: most schemas of a platform say types and names.

A yes is certain; no yes means that the validator is to be asked, which takes ten times as long. What is plain are the
keywords below: all others, and whatever is not written as it should be, are the validator's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeAlias

from monitor.errors import JsonError
from monitor.jsonpaths import Json, read_json

Check: TypeAlias = Callable[[Json], bool]

_SAYS_NOTHING: Final = frozenset({"$schema", "title", "description", "default", "format", "$comment", "example"})
_TYPES: Final[Mapping[str, frozenset[type]]] = {
    "string": frozenset({str}),
    "integer": frozenset({int}),  # whether 1.0 is one, the validator knows
    "number": frozenset({int, float, Decimal}),
    "boolean": frozenset({bool}),
    "object": frozenset({dict}),
    "array": frozenset({list}),
    "null": frozenset({type(None)}),
}
_PLAIN: Final = _SAYS_NOTHING | {"type", "properties", "items", "required", "additionalProperties"}
_DEEPEST: Final = 50


@lru_cache(256)
def conforms(schema: str) -> Check:
    """Tells of a JSON value whether it surely conforms to ``schema``: the JSON text of a valid one."""
    try:
        check = _plain(read_json(schema, exact=False).value, 0)
    except JsonError:
        check = None
    return check or (lambda _: False)


def _plain(schema: Json, depth: int) -> Check | None:
    """None where it is not plain."""
    if not isinstance(schema, dict) or not schema.keys() <= _PLAIN or depth > _DEEPEST:
        return None
    if "additionalProperties" in schema and schema["additionalProperties"] is not True:
        return None
    types, required = _types(schema.get("type")), schema.get("required", [])
    members = _members(schema.get("properties"), depth)
    items = _plain(schema["items"], depth + 1) if "items" in schema else _anything
    if types is None or members is None or items is None or not isinstance(required, list):
        return None
    if "$schema" in schema and depth:  # another dialect below
        return None
    return _check(types, tuple(members.items()), items, tuple(map(str, required)))


def _anything(_: Json) -> bool:
    return True


def _types(wanted: Json) -> frozenset[type] | None:
    """Empty: any."""
    names = [wanted] if isinstance(wanted, str) else wanted or []
    if not isinstance(names, list) or not all(isinstance(name, str) and name in _TYPES for name in names):
        return None
    return frozenset(kind for name in names for kind in _TYPES[str(name)])


def _members(properties: Json, depth: int) -> Mapping[str, Check] | None:
    found: dict[str, Check] = {}
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        check = _plain(schema, depth + 1)
        if check is None:
            return None
        found[name] = check
    return found if properties is None or isinstance(properties, dict) else None


def _check(
    types: frozenset[type], members: tuple[tuple[str, Check], ...], items: Check, required: tuple[str, ...]
) -> Check:
    def check(value: Json) -> bool:
        if types and type(value) not in types:
            return False
        if isinstance(value, dict):
            if any(name not in value for name in required):
                return False
            return all(name not in value or inner(value[name]) for name, inner in members)
        return items is _anything or not isinstance(value, list) or all(map(items, value))

    return check
