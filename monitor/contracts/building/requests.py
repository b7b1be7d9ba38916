"""A request as a contract says it: without secrets, and with matching rules for its body.

What hides a secret is known from outside (``hidden`` tells it of a text); what names one is left out in any case. The
monitor itself sends an action's own request, not this one: it is what a consumer's contract tells of the call.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from monitor.contracts.actions.secrets import names_secret, parameter_names_secret
from monitor.contracts.building.matchers import body_of
from monitor.contracts.pact import json_bytes
from monitor.errors import JsonError
from monitor.headers import is_json, media_type
from monitor.jsonpaths import ROOT, Json, read_json
from monitor.model import RequestTemplate

Hidden: TypeAlias = Callable[[str], bool]
JSON_TYPE: Final = "application/json"
_MASK: Final = "MASKED"
_CONTENT_TYPE: Final = "content-type"


def request_of(request: RequestTemplate, hidden: Hidden) -> dict[str, Json]:
    """The request of a Pact V4 interaction."""
    path = "/".join(_MASK if hidden(part) else part for part in request.path.split("/"))
    made: dict[str, Json] = {"method": request.method, "path": path}
    if query := _grouped((n, v) for n, v in request.query if not (parameter_names_secret(n) or hidden(v))):
        made["query"] = query
    headers = [(name, value) for name, value in request.headers if not (names_secret(name) or hidden(value))]
    declared = next((value for name, value in headers if name.lower() == _CONTENT_TYPE), "")
    body, rules = _body(request.body, declared, hidden)
    if body is not None and not declared:
        headers.append(("Content-Type", str(body["contentType"])))
    if headers:
        made["headers"] = _grouped(headers)
    if body is not None:
        made["body"] = body
    if rules:
        made["matchingRules"] = {"body": rules}
    return made


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, Json]:
    found: dict[str, list[Json]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return dict(found)


def content_of(content: Json, content_type: str) -> dict[str, Json]:
    """A body of JSON, or of text, as V4 writes it."""
    return {"content": content, "contentType": media_type(content_type) or JSON_TYPE, "encoded": False}


def _body(body: bytes | None, declared: str, hidden: Hidden) -> tuple[dict[str, Json] | None, dict[str, Json]]:
    """The body and its rules. One that is no JSON is left out whole where it hides a secret."""
    if not body:
        return None, {}
    if not declared or is_json(declared):
        try:
            value = _masked(read_json(body, exact=False).value, hidden)
            json_bytes(value)
        except JsonError:
            pass
        else:
            found = body_of(value, (ROOT,))
            return content_of(value, declared), dict(found.rules) if found else {}
    kind = media_type(declared) or "text/plain"
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"content": base64.b64encode(body).decode(), "contentType": kind, "encoded": "base64"}, {}
    return (None if hidden(text) else {"content": text, "contentType": kind, "encoded": False}), {}


def _masked(value: Json, hidden: Hidden) -> Json:
    if isinstance(value, str):
        return _MASK if hidden(value) else value
    if isinstance(value, list):
        return [_masked(member, hidden) for member in value]
    if isinstance(value, dict):
        return {key: _masked(member, hidden) for key, member in value.items()}
    return value
