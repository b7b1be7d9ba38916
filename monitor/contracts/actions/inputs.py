"""The inputs that an action declares, and what is given for them.

An input has the type that its schema says, whatever YAML or a command line made of it: a phone number of digits alone
is text. Null inputs are dropped, as Genesys Cloud drops them (https://developer.genesys.cloud/forum/t/24440).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from monitor.errors import JsonError
from monitor.jsonpaths import Json, read_json
from monitor.printable import printable

Inputs: TypeAlias = Mapping[str, Json]

_PLAIN: Final = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_YAML_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {"integer": int, "number": (int, float), "boolean": bool}
_SAMPLES: Final[Mapping[str, Json]] = {"integer": 1, "number": 1, "boolean": True}


def declared(schema: Json) -> Mapping[str, Json]:
    """The schemas of the inputs, by name."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties if isinstance(properties, dict) else {}


def required(schema: Json) -> tuple[str, ...]:
    """The inputs without which an action is not run, in their order."""
    listed = schema.get("required") if isinstance(schema, dict) else None
    names = frozenset(name for name in listed if isinstance(name, str)) if isinstance(listed, list) else frozenset()
    return tuple(name for name in declared(schema) if name in names or _says_so(declared(schema)[name]))


def _says_so(schema: Json) -> bool:
    return isinstance(schema, dict) and schema.get("required") is True  # draft 3, still met


def typed(given: Inputs, schema: Json) -> Inputs:
    """``given`` without nulls, in the types that the schema declares where they can be had."""
    known = declared(schema)
    return {name: _typed(value, _type(known.get(name))) for name, value in given.items() if value is not None}


def _type(schema: Json) -> str:
    told = schema.get("type") if isinstance(schema, dict) else None
    kinds = [kind for kind in (told if isinstance(told, list) else [told]) if isinstance(kind, str) and kind != "null"]
    return kinds[0] if len(kinds) == 1 else ""


def _typed(value: Json, kind: str) -> Json:
    if kind == "string" and isinstance(value, bool | int | float):
        return json.dumps(value)
    if kind in _TYPES and isinstance(value, str):
        try:
            meant = read_json(value, exact=False).value
        except JsonError:
            return value
        fits = isinstance(meant, _TYPES[kind]) and isinstance(meant, bool) == (kind == "boolean")
        return meant if fits else value
    return value


# -- what to write ----------------------------------------------------------------------------------------


def plain_key(name: str) -> str:
    """``name`` as a key of YAML."""
    is_plain = _PLAIN.fullmatch(name) and name.lower() not in _YAML_WORDS
    return name if is_plain else flow_value(name)


def flow_value(value: Json) -> str:
    """JSON is YAML, but for the escapes of what is not printable."""
    return printable(json.dumps(value, ensure_ascii=False), limit=sys.maxsize)


def sample_of(schema: Json) -> Json:
    """A value of the right type to begin with."""
    told = schema if isinstance(schema, dict) else {}
    choices = told.get("enum")
    first = choices[0] if isinstance(choices, list) and choices else None
    for value in (told.get("default"), first):
        if isinstance(value, str | int | float):
            return value
    return _SAMPLES.get(_type(schema), "...")


def flow_map(pairs: Iterable[tuple[str, Json]]) -> str:
    """``pairs`` as a map of YAML on one line."""
    return f"{{{', '.join(_pairs(pairs))}}}"


def _pairs(pairs: Iterable[tuple[str, Json]]) -> Iterator[str]:
    for name, value in pairs:
        yield f"{plain_key(name)}: {flow_value(value)}"


def unexpanded(value: Json) -> Json:
    """``value`` as it is written in monitor.yaml, where ${...} would be expanded."""
    return value.replace("${", "$${") if isinstance(value, str) else value
