"""Exports made for the tests, and the real ones where they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from monitor.contracts.actions.export import DataAction, parse_export
from monitor.jsonpaths import Json

CORPUS: Final = Path(__file__).resolve().parents[3].parent / "shared" / "cases" / "data-actions" / "exports"
REAL: Final = sorted(CORPUS.glob("*.json"))
needs_corpus: Final = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the real exports are not here: {CORPUS}")
STRING: Final[Json] = {"type": "string"}


def value_of(**changes: Json) -> dict[str, Json]:
    """An export's JSON value. ``url``, ``method``, ``headers``, ``body``, ``map``, ``defaults``, ``template``,
    ``inputs``, ``required`` and ``outputs`` (properties) stand for their places; others are of the top.
    None leaves out."""
    request: dict[str, Json] = {
        "requestUrlTemplate": changes.pop("url", "/customers/${input.phone}"),
        "requestType": changes.pop("method", "GET"),
        "headers": changes.pop("headers", {}),
        "requestTemplate": changes.pop("body", "${input.rawRequest}"),
    }
    response: dict[str, Json] = {
        "translationMap": changes.pop("map", {"name": "$.fullName"}),
        "translationMapDefaults": changes.pop("defaults", {"name": '"nobody"'}),
        "successTemplate": changes.pop("template", '{"name": ${name}}'),
    }
    schema: dict[str, Json] = {"type": "object", "properties": changes.pop("inputs", {"phone": STRING})}
    schema["required"] = changes.pop("required", ["phone"])
    outputs: Json = {"type": "object", "properties": changes.pop("outputs", {"name": STRING})}
    value: dict[str, Json] = {
        "name": "Get customer",
        "integrationType": "custom-rest-actions",
        "actionType": "custom",
        "config": {"request": _there(request), "response": _there(response)},
        "contract": {"input": {"inputSchema": schema}, "output": {"successSchema": outputs}},
        "secure": False,
    }
    return _there({**value, **changes})


def _there(value: dict[str, Json]) -> dict[str, Json]:
    return {name: member for name, member in value.items() if member is not None}


def text_of(**changes: Json) -> str:
    return json.dumps(value_of(**changes), indent=2)


def action_of(**changes: Json) -> DataAction:
    return parse_export(text_of(**changes).encode(), "action.json")
