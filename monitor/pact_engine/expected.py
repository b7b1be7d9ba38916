"""What a contract expects of the response, as far as the engine's C interface does not tell it.

The engine reads the file itself; this reader follows it (pact_models) for status, headers, content type, how rules
combine, and the difference between a body that is missing and one that must be empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from monitor.errors import JsonError, NotJudgedError
from monitor.jsonpaths import Json, read_json

HTTP_TYPE: Final = "Synchronous/HTTP"
MAX_PACT_DEPTH: Final = 250  # the engine's own parser stops at 128, with a clearer place to say so
DEFAULT_STATUS: Final = 200
MULTI_VALUE_HEADERS: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-expose-headers",
        "access-control-request-headers",
        "allow",
        "cache-control",
        "if-match",
        "if-none-match",
        "vary",
    }
)


@dataclass(frozen=True, slots=True)
class ExpectedHeader:
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExpectedResponse:
    """``rules`` is matchingRules as it stands in the file. ``content_type`` is what the contract says of its body.

    ``body_missing``: the contract says nothing of the body, so that anything passes. ``body_empty``: it wants none.
    """

    status: int
    headers: tuple[ExpectedHeader, ...]
    content_type: str | None
    body_missing: bool
    body_empty: bool
    rules: Mapping[str, Json] = field(default_factory=dict)

    @property
    def ruled_outside_body(self) -> bool:
        """Whether there may be rules for status or headers; never False where there are some."""
        return any(key != "body" and not key.startswith("$.body") for key in self.rules)

    def combined_by_or(self, category: str, name: str = "") -> bool:
        """Whether one matching rule is enough (``combine: OR``). ``name`` is a header's; any case."""
        entry = self.rules.get(category)
        if category == "header" and entry is None:
            entry = self.rules.get("headers")
        if not isinstance(entry, dict):
            return False
        if "matchers" not in entry:
            folded = name.lower()
            # a status has one list of rules, under whatever key
            entry = next((v for k, v in entry.items() if category == "status" or k.lower() == folded), None)
        return isinstance(entry, dict) and str(entry.get("combine")).upper() == "OR"


def header_values(name: str, value: str) -> tuple[str, ...]:
    """The values in one header line: twelve names hold lists, all others one value whatever commas it has."""
    if name.lower() in MULTI_VALUE_HEADERS:
        return tuple(part.strip() for part in value.split(","))
    return (value.strip(),)


def _scalar(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=float)


def _headers(response: Mapping[str, Json]) -> tuple[ExpectedHeader, ...]:
    headers = response.get("headers")
    if not isinstance(headers, dict):
        return ()
    return tuple(
        ExpectedHeader(
            name,
            header_values(name, value)
            if isinstance(value, str)
            else tuple(map(_scalar, value))
            if isinstance(value, list)
            else (_scalar(value),),
        )
        for name, value in headers.items()
    )


def _is_v4(pact: Mapping[str, Json]) -> bool:
    metadata = pact.get("metadata")
    if not isinstance(metadata, dict):
        return False
    for name in ("pactSpecification", "pact-specification"):
        entry = metadata.get(name)
        if isinstance(entry, dict):
            return str(entry.get("version", "")).startswith("4")
    return str(metadata.get("pactSpecificationVersion", "")).startswith("4")


def _content_type(response: Mapping[str, Json], headers: tuple[ExpectedHeader, ...], *, v4: bool) -> str | None:
    body = response.get("body")
    # an empty body has no type of its own to the engine
    if v4 and isinstance(body, dict) and "contentType" in body and body.get("content") not in (None, ""):
        return _scalar(body["contentType"])
    return next((h.values[0] for h in headers if h.name.lower() == "content-type" and h.values), None)


def _needs_plugin(pact: Mapping[str, Json], interaction: Mapping[str, Json]) -> bool:
    metadata = pact.get("metadata")
    plugins = metadata.get("plugins") if isinstance(metadata, dict) else None
    return bool(plugins) and bool(interaction.get("pluginConfiguration"))


def read_interaction(pact: bytes) -> tuple[dict[str, Json], dict[str, Json]]:
    """A Pact file and its one interaction over HTTP, as they stand there. Raises NotJudgedError for what is none."""
    try:
        document = read_json(pact, max_depth=MAX_PACT_DEPTH, exact=False).value
    except JsonError as error:
        raise NotJudgedError(f"the contract cannot be read: {error.what}", where=error.where) from None
    listed = document.get("interactions") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(listed, list) or len(listed) != 1:
        raise NotJudgedError("the contract does not hold exactly one interaction")
    interaction = listed[0]
    if not isinstance(interaction, dict) or interaction.get("type", HTTP_TYPE) != HTTP_TYPE:
        raise NotJudgedError("the contract holds no interaction over HTTP")
    return document, interaction


@lru_cache(32)  # one response is asked about in several ways
def read_expected(pact: bytes) -> ExpectedResponse:
    """What ``pact`` (a Pact file of one interaction) expects. Raises NotJudgedError for what is no such file."""
    document, interaction = read_interaction(pact)
    response = interaction.get("response", {})
    if not isinstance(response, dict):
        raise NotJudgedError("the contract's response is not an object", fix="mend the contract")
    if _needs_plugin(document, interaction):
        raise NotJudgedError("the contract needs a Pact plug-in, which is not run here")
    status = response.get("status", DEFAULT_STATUS)
    if not isinstance(status, int) or isinstance(status, bool) or not 0 <= status < 65_536:
        raise NotJudgedError("the contract's status is not a number", fix="mend the contract")
    headers, v4 = _headers(response), _is_v4(document)
    body = response.get("body")
    content = body.get("content") if v4 and isinstance(body, dict) else body
    missing = "body" not in response or (v4 and isinstance(body, dict) and "content" not in body)
    rules = response.get("matchingRules", response.get("responseMatchingRules"))
    return ExpectedResponse(
        status=status,
        headers=headers,
        content_type=_content_type(response, headers, v4=v4),
        body_missing=missing,
        body_empty=not missing and content in (None, ""),
        rules=rules if isinstance(rules, dict) else {},
    )
