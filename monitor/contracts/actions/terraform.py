"""Data actions that are kept as Terraform: every resource ``genesyscloud_integration_action`` of a file as an export.

1. An action is what its export would be: the same JSON form, read by the same reader.
2. What only Terraform can work out is an error at its line, but for three things: the integration's id and category
   are left out, in a header a placeholder stands for it (monitor.yaml gives the value), and so it does for the host of
   the URL (base_url says who is called).
3. One broken resource leaves the others whole.
Source: https://registry.terraform.io/providers/MyPureCloud/genesyscloud/latest/docs/resources/integration_action
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, TypeAlias

from monitor.contracts.actions.export import DataAction, read_export
from monitor.contracts.actions.secrets import PLACEHOLDER
from monitor.contracts.hcl import Block, Expression, Hole, parse_hcl
from monitor.errors import ContractError, JsonError
from monitor.jsonpaths import Json, read_json
from monitor.printable import printable

RESOURCE: Final = "genesyscloud_integration_action"
_BOM: Final = b"\xef\xbb\xbf"
_URL: Final = "request_url_template"
_REQUEST: Final = {"request_type": "requestType", "request_template": "requestTemplate"}
_BEFORE_HOST: Final = re.compile(r"(https?://[^/?#]*)?", re.IGNORECASE)
_HOST: Final = "host.known.to.terraform.invalid"
_MAPS: Final = {"translation_map": "translationMap", "translation_map_defaults": "translationMapDefaults"}
_MANY: Final = ("count", "for_each")
_Fields: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True)
class TerraformAction:
    """A resource. ``action`` is None where ``fault`` says why (``where``: ``line L, column C``)."""

    label: str
    line: int
    column: int
    action: DataAction | None
    fault: ContractError | None = None
    notes: tuple[str, ...] = ()


def read_terraform(data: bytes) -> tuple[TerraformAction, ...]:
    """The data actions of a file. Raises ContractError (``where``: ``line L, column C``) where it is no HCL."""
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        raise ContractError("it is not UTF-8 text", fix="save it as UTF-8") from None
    if RESOURCE not in text:  # nothing to parse for
        return ()
    found = (block for block in parse_hcl(text) if block.kind == "resource" and block.labels[:1] == (RESOURCE,))
    return tuple(map(_action, found))


def _action(block: Block) -> TerraformAction:
    label = ".".join(block.labels)
    notes: list[str] = []
    try:
        value = _export(block, notes)
        action = read_export(json.dumps(value).encode())
    except ContractError as error:
        fault = error
        if not error.where.startswith("line "):
            what = f"{error.where} {error.what}".strip()
            fault = ContractError(what, where=f"line {block.line}, column {block.column}", fix=error.fix)
        return TerraformAction(label, block.line, block.column, None, fault)
    return TerraformAction(label, block.line, block.column, action, notes=tuple(notes))


def _export(block: Block, notes: list[str]) -> _Fields:
    """What the export of the action would be."""
    _refuse_dynamic(block)
    notes += [f"it has {name}, and is imported once" for name in _MANY if name in block.attributes]
    given = block.attributes
    named: _Fields = {"name": _value(given, "name")}
    for attribute, name in (("category", "category"), ("integration_id", "integrationId")):
        if (text := _known(given, attribute, notes)) is not None:
            named[name] = text
    config: _Fields = {"request": _request(_only(block, "config_request"), notes)}
    if block.within("config_response"):
        config["response"] = _response(_only(block, "config_response"))
    if (seconds := _value(given, "config_timeout_seconds")) is not None:
        config["timeoutSeconds"] = seconds
    contract: _Fields = {
        "input": {"inputSchema": _schema(given, "contract_input")},
        "output": {"successSchema": _schema(given, "contract_output")},
    }
    return {**named, "config": config, "contract": contract, "secure": _value(given, "secure") or False}


def _refuse_dynamic(block: Block) -> None:
    for one in block.within("dynamic"):
        where = f"line {one.line}, column {one.column}"
        raise ContractError(
            "a dynamic block is made by Terraform", where=where, fix="write the block itself, in a copy"
        )


def _only(block: Block, kind: str) -> Block:
    found = block.within(kind)
    if len(found) != 1:
        what = f"it has {len(found)} blocks {kind}" if found else f"it has no block {kind}"
        place = found[1] if found else block
        raise ContractError(what, where=f"line {place.line}, column {place.column}", fix=f"write {kind} {{ ... }} once")
    return found[0]


def _value(given: Mapping[str, Expression], name: str) -> Json:
    return given[name].value() if name in given else None


def _known(given: Mapping[str, Expression], name: str, notes: list[str]) -> str | None:
    """What can be done without where only Terraform knows it."""
    if name not in given:
        return None
    parts = given[name].parts()
    holes = [part for part in parts if isinstance(part, Hole)]
    if holes:
        notes.append(f"{name} is {holes[0].written} (line {holes[0].line}), which only Terraform knows: it is left out")
        return None
    return "".join(part for part in parts if isinstance(part, str))


# -- request and response ---------------------------------------------------------------------------------


def _request(block: Block, notes: list[str]) -> _Fields:
    found: _Fields = {}
    if _URL in block.attributes:
        found["requestUrlTemplate"] = _url(block.attributes[_URL], notes)
    for attribute, name in _REQUEST.items():
        if (value := _value(block.attributes, attribute)) is not None:
            found[name] = value
    if "headers" in block.attributes:
        members = block.attributes["headers"].members()
        found["headers"] = {name: _header(name, text, notes) for name, text in members}
    return found


def _url(text: Expression, notes: list[str]) -> Json:
    parts = text.parts()
    holes = [part for part in parts if isinstance(part, Hole)]
    before = "".join(str(part) for part in takewhile(lambda part: isinstance(part, str), parts))
    if len(holes) != 1 or not _BEFORE_HOST.fullmatch(before):
        return text.value()
    notes.append(f"{_URL} has {holes[0].written} (line {holes[0].line}) for its host: base_url says who is called")
    scheme = "" if before else "https://"
    return scheme + "".join(_HOST if isinstance(part, Hole) else part for part in parts)


def _header(name: str, text: Expression, notes: list[str]) -> str:
    pieces: list[str] = []
    for part in text.parts():
        if isinstance(part, Hole):
            shown = printable(name, 60)
            notes.append(f"header '{shown}' holds {part.written} (line {part.line}): monitor.yaml has to give it")
            return f"{''.join(pieces)}{PLACEHOLDER}"
        pieces.append(part)
    return "".join(pieces)


def _response(block: Block) -> _Fields:
    found: _Fields = {}
    for attribute, name in _MAPS.items():
        if (value := _value(block.attributes, attribute)) is not None:
            found[name] = value
    if (template := _value(block.attributes, "success_template")) is not None:
        found["successTemplate"] = template
    return found


def _schema(given: Mapping[str, Expression], name: str) -> Json:
    """A schema, which stands as JSON text, mostly within jsonencode()."""
    if name not in given:
        return None
    text = given[name].value()
    if not isinstance(text, str):
        raise _no_schema(given[name], name, "it is no text")
    try:
        return read_json(text, exact=False).value
    except JsonError as error:
        raise _no_schema(given[name], name, error.what) from None


def _no_schema(at: Expression, name: str, why: str) -> ContractError:
    where = f"line {at.line}, column {at.column}"
    return ContractError(f"{name} is no JSON: {why}", where=where, fix=f"write {name} = jsonencode({{ ... }})")
