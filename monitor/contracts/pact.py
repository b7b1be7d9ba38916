"""One Pact file, V1 to V4, as its interactions stand in it.

Nothing is expanded or guessed here: a body, query or header is what the contract's example says.
Only interactions over HTTP are ours; messages are listed with the reason why they are not called.
Specification: https://github.com/pact-foundation/pact-specification (versions 1 to 4).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from monitor.errors import ContractError, JsonError
from monitor.jsonpaths import Json, format_path, read_json
from monitor.model import Contract, Headers, ProviderState, RequestTemplate
from monitor.printable import printable

HTTP_TYPE: Final = "Synchronous/HTTP"
SPECIFICATIONS: Final = ("1", "2", "3", "4")
SLUG_LENGTH: Final = 60
MAX_PACT_DEPTH: Final = 200  # a body of 100 levels inside matching rules and generators


@dataclass(frozen=True, slots=True)
class PactInteraction:
    """One HTTP interaction. ``generators`` are the request's, by category, as they stand in the file."""

    id: str
    pointer: str
    consumer: str
    description: str
    states: tuple[ProviderState, ...]
    request: RequestTemplate
    generators: Mapping[str, Json]
    expected_status: int
    contract: Contract


@dataclass(frozen=True, slots=True)
class PactMessage:
    """Something in the file that is not called, and why."""

    pointer: str
    description: str
    reason: str


PactEntry = PactInteraction | PactMessage


# -- what stands where ------------------------------------------------------------------------------------


def _object(value: Json, pointer: str, what: str) -> dict[str, Json]:
    if isinstance(value, dict):
        return value
    raise ContractError(f"{what} must be an object", where=pointer, fix="see the Pact specification")


def _text(value: Json, pointer: str, what: str) -> str:
    if isinstance(value, str):
        return value
    raise ContractError(f"{what} must be a string", where=pointer, fix="see the Pact specification")


def _list(value: Json, pointer: str, what: str) -> list[Json]:
    if isinstance(value, list):
        return value
    raise ContractError(f"{what} must be a list", where=pointer, fix="see the Pact specification")


def _below(pointer: str, name: str) -> str:
    return f"{pointer}{format_path((name,))[1:]}"


def _scalar(value: Json, pointer: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, dict | list):
        raise ContractError("a single value is wanted here", where=pointer, fix="write a string or a number")
    return str(value)


def _values(value: Json, pointer: str) -> tuple[str, ...]:
    """A header's or query parameter's values: one or a list of them."""
    members = value if isinstance(value, list) else [value]
    return tuple(_scalar(member, pointer) for member in members)


# -- requests ---------------------------------------------------------------------------------------------


def _query(value: Json, pointer: str) -> tuple[tuple[str, str], ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return tuple(parse_qsl(value, keep_blank_values=True))
    members = _object(value, pointer, "query").items()
    return tuple((name, text) for name, raw in members for text in _values(raw, _below(pointer, name)))


def _headers(value: Json, pointer: str) -> Headers:
    members = _object({} if value is None else value, pointer, "headers").items()
    return tuple((name, ", ".join(_values(raw, _below(pointer, name)))) for name, raw in members)


def _content_type(headers: Headers) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "").lower()


def json_bytes(value: Json) -> bytes:
    """Compact JSON in UTF-8, keys in their order. Raises ContractError for a number that no double can hold."""
    try:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        raise ContractError("it holds a number that is too large", fix="write it as a string") from None
    return text.encode("utf-8", "replace")  # a lone surrogate, which no engine takes, becomes "?"


def _v4_body(body: dict[str, Json], content_type: str, pointer: str) -> bytes | None:
    content, encoded = body.get("content"), body.get("encoded", False)
    if content is None:
        return None
    if encoded is False:
        if isinstance(content, str) and "json" not in content_type:
            return content.encode()
        return json_bytes(content)  # a string under JSON's type is a JSON string
    if str(encoded).lower() == "json":
        return json_bytes(content)
    try:
        return base64.b64decode(_text(content, pointer, "content"), validate=True)
    except (binascii.Error, ValueError):
        fix = 'encode it, or say "encoded": false'
        raise ContractError("content is not base64", where=f"{pointer}.content", fix=fix) from None


def _body(request: dict[str, Json], headers: Headers, pointer: str) -> bytes | None:
    body = request.get("body")
    if body is None:
        return None
    if (
        isinstance(body, dict)
        and "content" in body
        and body.keys() <= {"content", "contentType", "encoded", "contentTypeHint"}
    ):
        told = body.get("contentType")
        return _v4_body(body, told.lower() if isinstance(told, str) else _content_type(headers), pointer)
    if isinstance(body, str) and "json" not in _content_type(headers):
        return body.encode()
    return json_bytes(body)


def _with_v4_content_type(request: dict[str, Json], headers: Headers) -> Headers:
    body = request.get("body")
    declared = body.get("contentType") if isinstance(body, dict) and "content" in body else None
    if isinstance(declared, str) and not _content_type(headers):
        return (*headers, ("Content-Type", declared))
    return headers


def _request(value: Json, pointer: str) -> RequestTemplate:
    request = _object(value, pointer, "request")
    headers = _headers(request.get("headers"), f"{pointer}.headers")
    return RequestTemplate(
        method=_text(request.get("method", "GET"), f"{pointer}.method", "method").upper(),
        path=_text(request.get("path", "/"), f"{pointer}.path", "path"),
        query=_query(request.get("query"), f"{pointer}.query"),
        headers=_with_v4_content_type(request, headers),
        body=_body(request, headers, f"{pointer}.body"),
    )


# -- interactions -----------------------------------------------------------------------------------------


def _states(interaction: dict[str, Json], pointer: str) -> tuple[ProviderState, ...]:
    listed = interaction.get("providerStates")
    if listed is None:
        one = interaction.get("providerState", interaction.get("provider_state"))
        return () if one in (None, "") else (ProviderState(_text(one, f"{pointer}.providerState", "providerState")),)
    if isinstance(listed, str):
        return (ProviderState(listed),)
    states = []
    for index, raw in enumerate(_list(listed, f"{pointer}.providerStates", "providerStates")):
        place = f"{pointer}.providerStates[{index}]"
        state = _object(raw, place, "a provider state")
        params = _object(state.get("params") or {}, f"{place}.params", "params")
        states.append(ProviderState(_text(state.get("name"), f"{place}.name", "name"), params))
    return tuple(states)


def _status(response: dict[str, Json], pointer: str) -> int:
    status = response.get("status", 200)
    if isinstance(status, int) and not isinstance(status, bool) and 100 <= status <= 599:
        return status
    where = f"{pointer}.response.status"
    raise ContractError("status must be a number from 100 to 599", where=where, fix="write it without quotes")


def _canonical(value: Json) -> bytes:
    # exact numbers as their text: 1.0 and 1 are different contracts
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode()


def interaction_id(consumer: str, description: str, states: tuple[ProviderState, ...]) -> str:
    """A readable slug and 8 hex digits of (consumer, description, states with params)."""
    ascii_text = unicodedata.normalize("NFKD", description).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:SLUG_LENGTH].strip("-") or "interaction"
    key = _canonical([consumer, description, [[state.name, dict(state.params)] for state in states]])
    return f"{slug}-{hashlib.sha256(key).hexdigest()[:8]}"


def _name(pact: dict[str, Json], role: str) -> str:
    party = pact.get(role)
    name = party.get("name") if isinstance(party, dict) else None
    return name if isinstance(name, str) else ""


def version_of(pact: Mapping[str, Json]) -> str:
    """The Pact specification's version as the file tells it; empty where it does not."""
    metadata = pact.get("metadata")
    told = metadata.get("pactSpecification", metadata.get("pact-specification")) if isinstance(metadata, dict) else None
    return str(told.get("version", "")) if isinstance(told, dict) else ""


def _alone(pact: dict[str, Json], exact: Json, written: dict[str, Json]) -> tuple[bytes, str]:
    """A Pact file of one interaction as the engine reads it, and the digest of what it says."""
    frame: dict[str, Json] = {key: pact[key] for key in ("consumer", "provider", "metadata") if key in pact}
    told = {k: v for k, v in exact.items() if k not in ("_id", "key", "comments")} if isinstance(exact, dict) else exact
    digest = hashlib.sha256(_canonical([frame.get("metadata"), told])).hexdigest()
    if version_of(pact).startswith("4"):
        written = {"type": HTTP_TYPE, **written}  # the engine refuses a V4 interaction that does not say so
    return json_bytes({**frame, "interactions": [written]}), digest


def _check_v4_body(message: dict[str, Json], pointer: str) -> None:
    """A V4 body without ``content`` is no body to the engine: what was meant would silently not be judged."""
    body = message.get("body")
    if body not in (None, {}) and not (isinstance(body, dict) and "content" in body):
        fix = 'write it as {"content": ..., "contentType": "application/json", "encoded": false}'
        raise ContractError("a body of a V4 contract must have content", where=f"{pointer}.body", fix=fix)


def _entry(pact: dict[str, Json], raw: Json, exact: Json, pointer: str, file: str) -> PactEntry:
    interaction = _object(raw, pointer, "an interaction")
    description = _text(interaction.get("description"), f"{pointer}.description", "description")
    kind = interaction.get("type", HTTP_TYPE)
    if kind != HTTP_TYPE:
        shown = printable(str(kind))
        return PactMessage(pointer, description, f"it is of type {shown}: only {HTTP_TYPE} can be called")
    response = _object(interaction.get("response"), f"{pointer}.response", "response")
    consumer, states = _name(pact, "consumer"), _states(interaction, pointer)
    request = _object(interaction.get("request"), f"{pointer}.request", "request")
    if version_of(pact).startswith("4"):
        _check_v4_body(request, f"{pointer}.request")
        _check_v4_body(response, f"{pointer}.response")
    alone, digest = _alone(pact, exact, interaction)
    return PactInteraction(
        id=interaction_id(consumer, description, states),
        pointer=pointer,
        consumer=consumer,
        description=description,
        states=states,
        request=_request(request, f"{pointer}.request"),
        generators=_object(request.get("generators") or {}, f"{pointer}.request.generators", "generators"),
        expected_status=_status(response, pointer),
        contract=Contract(file=file, pointer=pointer, pact=alone, digest=digest),
    )


def _messages(pact: dict[str, Json]) -> Iterator[PactMessage]:
    listed = pact.get("messages")
    for index, raw in enumerate(listed if isinstance(listed, list) else ()):
        description = raw.get("description") if isinstance(raw, dict) else None
        text = description if isinstance(description, str) else "(no description)"
        yield PactMessage(
            format_path(("messages", index)), text, "it is a message: only HTTP interactions can be called"
        )


def parse_pact(data: bytes, file: str) -> tuple[tuple[PactEntry, ...], tuple[ContractError, ...]]:
    """Every entry of a Pact file, in order, and one error for each that is wrong; ``where`` is a JSON path in the file.

    Raises ContractError where the file as a whole is no Pact file.
    """
    try:
        # floats as the engine and the wire want them; exact for the digest, so that 1.0 and 1 differ
        pact, exact = (read_json(data, max_depth=MAX_PACT_DEPTH, exact=wanted).value for wanted in (False, True))
    except JsonError as error:
        raise ContractError(error.what, where=error.where, fix="a Pact file is a JSON object") from None
    if not isinstance(pact, dict) or not isinstance(exact, dict):
        raise ContractError("a Pact file is a JSON object", where="$", fix="is it a Pact file?")
    if "interactions" not in pact and "messages" not in pact:
        raise ContractError("it has neither interactions nor messages", where="$", fix="is it a Pact file?")
    if (major := version_of(pact).split(".")[0]) and major not in SPECIFICATIONS:
        raise ContractError(
            f"its Pact specification is {printable(version_of(pact), 20)}; known are {', '.join(SPECIFICATIONS)}",
            where="$.metadata.pactSpecification.version",
            fix="write it in one of these",
        )
    entries: list[PactEntry] = []
    errors: list[ContractError] = []
    written, precise = (_list(part.get("interactions", []), "$.interactions", "interactions") for part in (pact, exact))
    for index, (raw, told) in enumerate(zip(written, precise, strict=True)):
        try:
            entries.append(_entry(pact, raw, told, f"$.interactions[{index}]", file))
        except ContractError as error:
            where = error.where or f"$.interactions[{index}]"
            errors.append(ContractError(error.what, where=where, fix=error.fix))
    entries.extend(_messages(pact))
    return tuple(entries), tuple(errors)
