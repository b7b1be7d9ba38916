"""An export as it may be kept: without the secrets that stand in it."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from urllib.parse import unquote_plus

from monitor.contracts.actions.export import DataAction
from monitor.contracts.actions.secrets import PLACEHOLDER, LiteralSecret, SecretKind, in_body, pairs
from monitor.jsonpaths import Json


def with_secrets_replaced(action: DataAction, found: Iterable[LiteralSecret]) -> DataAction:
    """The action as it may be kept: a placeholder stands where each secret stood."""
    headers, url = dict(action.headers), action.url
    found = tuple(found)
    body = _body_without(action, {secret.name for secret in found if secret.kind is SecretKind.BODY})
    for secret in found:
        if secret.kind is SecretKind.HEADER:
            headers[secret.name] = f"{secret.prefix}{PLACEHOLDER}"
        elif secret.kind is SecretKind.QUERY:
            url = _without(url, secret)
        elif secret.kind is SecretKind.USER:
            url = url.replace(f"{secret.written}@", f"{PLACEHOLDER}@", 1)
    changed = replace(action, headers=tuple(headers.items()), url=url, body=body)
    return replace(changed, value=_value(action, changed))


def _body_without(action: DataAction, names: Container[str]) -> str | None:
    """The body with a credential for each value that is known by one of these names."""
    body = action.body or ""
    parts: list[str] = []
    last = 0
    for secret, (begin, end) in in_body(action, ""):
        if secret.name in names:
            parts += (body[last:begin], f"${{credentials.{secret.name}}}")
            last = end
    return "".join([*parts, body[last:]]) if parts else action.body


def _without(url: str, secret: LiteralSecret) -> str:
    """``url`` with a placeholder for the value of that parameter."""
    for pair in reversed([*pairs(url)]):
        if (unquote_plus(pair["name"]), pair["value"]) == (secret.name, secret.written):
            begin, end = pair.span("value")
            url = f"{url[:begin]}{PLACEHOLDER}{url[end:]}"
    return url


def _value(action: DataAction, other: DataAction) -> Json:
    """The export with the headers, URL and body of another; nothing else of it is touched."""
    value = action.value
    config = value.get("config") if isinstance(value, dict) else None
    request = config.get("request") if isinstance(config, dict) else None
    if not isinstance(value, dict) or not isinstance(config, dict) or not isinstance(request, dict):
        return value
    changed: dict[str, Json] = dict(request)
    if other.headers != action.headers:
        changed["headers"] = dict(other.headers)
    if other.url != action.url:
        changed["requestUrlTemplate"] = other.url
    if other.body != action.body:
        changed["requestTemplate"] = other.body
    return {**value, "config": {**config, "request": changed}}
