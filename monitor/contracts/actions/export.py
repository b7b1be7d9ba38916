"""One exported data action, as Genesys Cloud (or a person) wrote it.

Real exports vary: a BOM, CRLF, one brace too many at the end, no integrationType, the API's ``category`` form, no
headers, no requestTemplate, a name that ends in "- Exported 2021-06-21 @ 8:42". All of that is read; nothing is
guessed beyond it. ``value`` is what was read, so that writing it again gives the same JSON value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.contracts.pact import json_bytes
from monitor.contracts.places import spot_of
from monitor.errors import ContractError, JsonError
from monitor.jsonpaths import Json, Path, format_path, read_json
from monitor.model import Translation

KIND: Final = "data_action"
RAW_REQUEST: Final = "${input.rawRequest}"
RAW_RESULT: Final = "${rawResult}"
MAX_BYTES: Final = 5_000_000
REQUEST: Final = ("config", "request")
RESPONSE: Final = ("config", "response")
_EXPORTED: Final = "- Exported "
_WHEN: Final = re.compile(r"\d{4}-\d\d-\d\d @ \d{1,2}:\d\d")
_METHODS: Final = frozenset({"GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"})
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})  # for the others Genesys Cloud does not use the requestTemplate
_BOM: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class DataAction:
    """``url``, ``headers`` and ``body`` are Velocity templates; ``defaults`` are inserted into the template as text."""

    name: str  # without the suffix of an export
    integration_type: str
    category: str
    action_type: str
    secure: bool
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str | None
    translation_map: Mapping[str, str]
    defaults: Mapping[str, str]
    success_template: str
    input_schema: Json
    success_schema: Json
    value: Json = field(repr=False)


def plain_name(name: str) -> str:
    """``name`` without the suffix that an export gives it."""
    head, _, when = name.rpartition(_EXPORTED)
    return (head if _WHEN.fullmatch(when.strip()) else name).strip()


# -- reading ----------------------------------------------------------------------------------------------


def parse_export(data: bytes, where: str) -> DataAction:
    """The action in a file's bytes. Raises ContractError: ``where:line:column``, or ``where`` and the JSON path."""
    try:
        return read_export(data)
    except ContractError as error:
        spot = spot_of(error.where)
        place = f"{where}:{spot[0]}:{spot[1]}" if spot else ": ".join(filter(None, (where, error.where)))
        raise ContractError(error.what, where=place, fix=error.fix) from None


def read_export(data: bytes) -> DataAction:
    """The action in ``data``. Raises ContractError (``where``: ``line L, column C``, or the JSON path)."""
    if len(data) > MAX_BYTES:
        what = f"it is {len(data):,} bytes; at most {MAX_BYTES:,} are read"
        raise ContractError(what, fix="name an exported data action")
    value = _value(data)
    action = _action(value)
    json_bytes(value)  # what is read can be written again
    return action


def _value(data: bytes) -> Json:
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        what = "it is UTF-16 text" if data[:2] in _UTF_16 else "it is not UTF-8 text"
        raise ContractError(what, fix="save it as UTF-8, or export the action again") from None
    try:
        return read_json(_first(text), exact=False).value
    except JsonError as error:
        fix = error.fix or "export the action again"
        raise ContractError(f"it is no exported data action: {error.what}", where=error.where, fix=fix) from None


def _first(text: str) -> str:
    """The text of the first JSON value: two published exports end with a brace too many."""
    begin = len(text) - len(text.lstrip())
    try:
        return text[: json.JSONDecoder().raw_decode(text, begin)[1]]
    except (ValueError, RecursionError):
        return text  # the exact reader tells what is wrong with it


def _fail(path: Path, what: str, fix: str = "export the action again") -> ContractError:
    return ContractError(what, where=format_path(path), fix=fix)


def _object(value: Mapping[str, Json], path: Path, *, required: bool = False) -> Mapping[str, Json]:
    found = value.get(str(path[-1])) if path else value
    if found is None and not required:
        return {}
    if not isinstance(found, dict):
        raise _fail(path, "must be an object" if found is not None else "is missing")
    return found


def _text(value: Mapping[str, Json], path: Path, default: str = "") -> str:
    found = value.get(str(path[-1]))
    if found is None:
        return default
    if not isinstance(found, str):
        raise _fail(path, "must be a string")
    return found


def _texts(value: Mapping[str, Json], path: Path) -> dict[str, str]:
    found = _object(value, path)
    for name, text in found.items():
        if not isinstance(text, str):
            raise _fail((*path, name), "must be a string")
    return {name: text for name, text in found.items() if isinstance(text, str)}


def _refuse_uri(value: Mapping[str, Json], path: Path) -> None:
    """The API's own form may name a template by a URI instead, and then it is not in the file."""
    name = str(path[-1])
    if value.get(name) is None and value.get(f"{name}Uri") is not None:
        fix = "export the action in Genesys Cloud: Admin > Integrations > Actions > Export"
        raise _fail((*path[:-1], f"{name}Uri"), f"the file holds no {name}, only where it is kept", fix)


def _schema(value: Mapping[str, Json], outer: str, inner: str) -> Json:
    contract = _object(value, ("contract",))
    schema = _object(contract, ("contract", outer)).get(inner)
    if schema is not None and not isinstance(schema, dict):
        raise _fail(("contract", outer, inner), "must be an object")
    return schema


def _action(value: Json) -> DataAction:
    if not isinstance(value, dict) or "config" not in value:
        raise _fail((), "it is no exported data action: it has no config", "name an exported data action")
    config = _object(value, ("config",), required=True)
    request = _object(config, REQUEST, required=True)
    response = _object(config, RESPONSE)
    method = _method(request)
    if method in WITH_BODY:
        _refuse_uri(request, (*REQUEST, "requestTemplate"))
    _refuse_uri(response, (*RESPONSE, "successTemplate"))
    body = _text(request, (*REQUEST, "requestTemplate"))
    return DataAction(
        name=_name(value),
        integration_type=_text(value, ("integrationType",)),
        category=_text(value, ("category",)),
        action_type=_text(value, ("actionType",), "custom"),
        secure=_switch(value, ("secure",)),
        method=method,
        url=_text(request, (*REQUEST, "requestUrlTemplate")).strip(),
        headers=tuple(_texts(request, (*REQUEST, "headers")).items()),
        body=body if request.get("requestTemplate") is not None else None,
        translation_map=_texts(response, (*RESPONSE, "translationMap")),
        defaults=_texts(response, (*RESPONSE, "translationMapDefaults")),
        success_template=_text(response, (*RESPONSE, "successTemplate"), RAW_RESULT),
        input_schema=_schema(value, "input", "inputSchema"),
        success_schema=_schema(value, "output", "successSchema"),
        value=value,
    )


def _name(value: Mapping[str, Json]) -> str:
    name = plain_name(_text(value, ("name",)))
    if not name:
        raise _fail(("name",), "the action has no name", "give it the name that it has in Genesys Cloud")
    return name


def _method(request: Mapping[str, Json]) -> str:
    path = (*REQUEST, "requestType")
    method = _text(request, path, "GET").upper()
    if method not in _METHODS:
        raise _fail(path, "is no method", f"use one of {', '.join(sorted(_METHODS))}")
    return method


def _switch(value: Mapping[str, Json], path: Path) -> bool:
    found = value.get(str(path[-1]))
    if found is None:
        return False
    if not isinstance(found, bool):
        raise _fail(path, "must be true or false")
    return found


# -- what others need of it -------------------------------------------------------------------------------


def export_of(action: DataAction) -> bytes:
    """The export as JSON text: the same value as was read."""
    return f"{_written(action.value, indent=2)}\n".encode()


def source_of(action: DataAction) -> str:
    """The response's half as the source of a translation of the kind ``data_action``."""
    half: Json = {
        "translationMap": dict(action.translation_map),
        "translationMapDefaults": dict(action.defaults),
        "successTemplate": action.success_template,
        "successSchema": action.success_schema,
    }
    return _written(half, sort_keys=True)


def _written(value: Json, *, indent: int | None = None, sort_keys: bool = False) -> str:
    text = json.dumps(value, indent=indent, sort_keys=sort_keys, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character (a lone surrogate) can only be written as an escape
        return json.dumps(value, indent=indent, sort_keys=sort_keys)
    return text


def translation_of(action: DataAction, file: str) -> Translation:
    """What turns a response into the action's outputs. ``file`` is where the export stands."""
    return Translation(action.name, KIND, source_of(action), file)
