"""An interaction as lint looks at it: its response, example and rules, each with the place where it is written."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from monitor.contracts.lint.remarks import Remark
from monitor.contracts.lint.written import WrittenRule, rules_name, written_rules
from monitor.contracts.pact import json_bytes, version_of
from monitor.errors import ContractError, JsonError
from monitor.headers import is_json
from monitor.jsonpaths import Json, Path, format_path, read_json
from monitor.model import Interaction, ProviderState, RequestTemplate, Response
from monitor.printable import printable

_STATES: Final = ("providerStates", "providerState", "provider_state")
MAX_DEPTH: Final = 250  # the interaction in its file


class Absence(Enum):
    ABSENT = "absent"


ABSENT: Final = Absence.ABSENT
Example: TypeAlias = "Json | Absence"
HeaderLines: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """One interaction. ``version`` is the major number of its specification, 0 where it is not told.

    ``content`` is the example's body as the engine decodes it, ``body`` the same as JSON (ABSENT: it is none),
    ``body_at`` where that stands. Paths (``at``) are below the interaction.
    """

    vendor: str
    file: str
    pointer: str
    description: str
    version: int
    status: int
    headers: HeaderLines
    content: bytes | None
    body: Example
    body_at: Path
    rules: tuple[WrittenRule, ...]
    written: Mapping[str, Json]  # matchingRules as it stands, to say where a rule is to be added
    written_as: str  # under which name
    request: RequestTemplate
    states: tuple[ProviderState, ...]
    states_at: str  # the key that they stand under

    def remark(self, rule: str, at: Path, what: str, fix: str = "") -> Remark:
        return Remark(rule, self.file, self.place(at), self.vendor, what, fix, printable(self.description))

    def place(self, at: Path) -> str:
        """The JSON path in the file."""
        return f"{self.pointer}{format_path(at)[1:]}"

    def response(self) -> Response:
        """The example as a vendor would answer it."""
        lines = tuple((name, value) for name, values in self.headers for value in values)
        return Response(self.status, "", "HTTP/1.1", lines, self.content or b"")


def _scalar(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _headers(response: Mapping[str, Json]) -> HeaderLines:
    headers = response.get("headers")
    if not isinstance(headers, dict):
        return ()
    return tuple(
        (name, tuple(map(_scalar, value)) if isinstance(value, list) else (_scalar(value),))
        for name, value in headers.items()
    )


def _content_type(headers: HeaderLines) -> str | None:
    return next((values[0] for name, values in headers if name.lower() == "content-type" and values), None)


def _parsed(content: bytes | None) -> Example:
    try:
        return ABSENT if content is None else read_json(content, max_depth=MAX_DEPTH, exact=False).value
    except JsonError:
        return ABSENT


def _text(text: str, content_type: str | None) -> bytes:
    """A body that is written as a string: JSON text, or a string that becomes one."""
    if is_json(content_type) and _parsed(text.encode("utf-8", "replace")) is ABSENT:
        return json_bytes(text)
    return text.encode("utf-8", "replace")


def _v4_content(body: Mapping[str, Json], content_type: str | None) -> bytes | None:
    content, encoded = body.get("content"), body.get("encoded", False)
    if content is None or content == "":
        return None
    if not isinstance(content, str):
        return json_bytes(content)
    if isinstance(encoded, str) and encoded.lower() == "base64":
        try:
            return base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            return content.encode("utf-8", "replace")
    # said to be encoded somehow, it is taken as it is; otherwise a string under JSON's type is a JSON string
    return json_bytes(content) if not encoded and is_json(content_type) else content.encode("utf-8", "replace")


def content_of(response: Mapping[str, Json], content_type: str | None, *, v4: bool) -> bytes | None:
    """The bytes of the example's body as the engine has them; None where there are none. Raises ContractError."""
    body = response.get("body")
    if v4:
        return (_v4_content(body, content_type) or None) if isinstance(body, dict) else None
    if isinstance(body, str):
        return _text(body, content_type) or None if body else None
    return None if body is None else json_bytes(body)


def _with_type(headers: HeaderLines, response: Mapping[str, Json], *, v4: bool) -> HeaderLines:
    body = response.get("body")
    told = body.get("contentType") if v4 and isinstance(body, dict) else None
    if isinstance(told, str) and _content_type(headers) is None:
        return (*headers, ("Content-Type", (told,)))
    return headers


_Objects: TypeAlias = tuple[dict[str, Json], dict[str, Json], dict[str, Json]]


def _only(interaction: Interaction) -> _Objects:
    """The Pact file of this one interaction, the interaction in it, and its response."""
    contract = interaction.contract
    if contract is None:
        raise ContractError("it has no contract")
    try:
        pact = read_json(contract.pact, max_depth=MAX_DEPTH, exact=False).value
    except JsonError as error:
        raise ContractError(error.what) from None
    listed = pact.get("interactions") if isinstance(pact, dict) else None
    one = listed[0] if isinstance(listed, list) and listed else None
    response = one.get("response") if isinstance(one, dict) else None
    if not isinstance(pact, dict) or not isinstance(one, dict) or not isinstance(response, dict):
        raise ContractError("it has no response", where=contract.pointer)
    return pact, one, response


def _of_action(interaction: Interaction) -> Subject:
    """A data action has neither example nor rules: only its request and its translations are looked at."""
    return Subject(
        vendor=interaction.vendor,
        file=interaction.translations[0].file if interaction.translations else "",
        pointer="$",
        description=interaction.description,
        version=0,
        status=200,
        headers=(),
        content=None,
        body=ABSENT,
        body_at=(),
        rules=(),
        written={},
        written_as="",
        request=interaction.request,
        states=(),
        states_at="",
    )


def subject_of(interaction: Interaction) -> Subject:
    """``interaction`` to be looked at. Raises ContractError where it has no contract that can be read."""
    if interaction.contract is None and interaction.action:
        return _of_action(interaction)
    pact, one, response = _only(interaction)
    number = version_of(pact).split(".")[0]
    v4 = number == "4"
    headers = _with_type(_headers(response), response, v4=v4)
    content_type = _content_type(headers)
    content = content_of(response, content_type, v4=v4)
    is_text = content_type is not None and not is_json(content_type)
    name = rules_name(response)
    rules = response.get(name)
    contract = interaction.contract
    return Subject(
        vendor=interaction.vendor,
        file=contract.file if contract else "",
        pointer=contract.pointer if contract else "$",
        description=interaction.description,
        version=int(number) if number.isdecimal() else 0,
        status=interaction.expected_status or 200,
        headers=headers,
        content=content,
        body=ABSENT if is_text else _parsed(content),
        body_at=("response", "body", "content") if v4 else ("response", "body"),
        rules=written_rules(response),
        written=rules if isinstance(rules, dict) else {},
        written_as=name,
        request=interaction.request,
        states=interaction.states,
        states_at=next((name for name in _STATES if name in one), _STATES[0]),
    )
