"""The half of a data action that deals with the response, as JSON text: the source of a translation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor.errors import ContractError, JsonError
from monitor.jsonpaths import Json, format_path, read_json

RAW_RESULT: Final = "rawResult"
WHOLE_RESULT: Final = "${rawResult}"
TEMPLATE: Final = "successTemplate"
MAP: Final = "translationMap"
_KEYS: Final = (MAP, "translationMapDefaults", TEMPLATE, "successSchema")


@dataclass(frozen=True, slots=True)
class Definition:
    """``paths`` and ``defaults`` by the names that the template uses.

    ``schema`` is that of the success outputs, ``schema_text`` the same as JSON text (empty where there is none).
    """

    paths: Mapping[str, str]
    defaults: Mapping[str, str]
    template: str
    schema: Json
    schema_text: str


def read_definition(source: str) -> Definition:
    """Raises ContractError where ``source`` is no such JSON object."""
    try:
        value = read_json(source, exact=False).value
    except JsonError as error:
        fix = error.fix or f"write an object with {', '.join(_KEYS)}"
        raise ContractError(f"a data action's source is JSON: {error.what}", where=error.where, fix=fix) from None
    if not isinstance(value, dict):
        raise ContractError("a data action's source is a JSON object", fix=f"with {', '.join(_KEYS)}")
    if unknown := [key for key in value if key not in _KEYS]:
        known = ", ".join(_KEYS)
        raise ContractError("a data action's source has a key too many", where=format_path((unknown[0],)), fix=known)
    template = value.get(TEMPLATE, WHOLE_RESULT)
    if not isinstance(template, str):
        raise ContractError("must be a string", where=format_path((TEMPLATE,)), fix="write the template's text")
    schema = value.get("successSchema")
    return Definition(
        _texts(value, MAP),
        _texts(value, "translationMapDefaults"),
        template,
        schema,
        json.dumps(schema) if schema else "",
    )


def _texts(value: Mapping[str, Json], key: str) -> Mapping[str, str]:
    """An object of texts. A default is inserted as text, so a number or true says the same as its own text."""
    found = value.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ContractError("must be an object", where=format_path((key,)), fix='for instance {"name": "$.name"}')
    for name, text in found.items():
        if not isinstance(text, str):
            raise ContractError("must be a string", where=format_path((key, name)), fix="put it in quotes")
    return {name: text for name, text in found.items() if isinstance(text, str)}
