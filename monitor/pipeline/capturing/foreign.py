"""Secrets of a capture that the settings do not know: production's keys, tokens and host.

1. A header of the capture holds a secret by its name, or because monitor.yaml puts a secret into the header of that
   name; so do parameters, form fields and members of JSON. What such a value is, is masked wherever it stands, as any
   secret is.
2. In bodies short tokens are words (``"token": "none"``): there only a password may be short.
3. Where base_url is masked, the host that the capture shows is masked as base_url is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from monitor.calling.request import override_of
from monitor.contracts.actions.secrets import is_secret_parameter, names_secret
from monitor.jsonpaths import Json
from monitor.model import Exchange, Headers, Secret
from monitor.pipeline.capturing.fitting import Fields, body_of
from monitor.pipeline.planning import Job

_LONG: Final = 16  # characters; what is shorter may be a word
_LEAST: Final = 6
_PASSWORD: Final = re.compile(r"pass|pwd|secret", re.IGNORECASE)
_ALWAYS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})  # masked anyway


def secrets_of(job: Job, exchange: Exchange, known: Iterable[Secret]) -> Iterator[Secret]:
    """What of ``exchange`` is to be masked beside the ``known`` secrets."""
    secrets = tuple(secret for secret in known if secret.value.strip())
    request, response = exchange.request, exchange.response
    yield from _host(job, request.url, secrets)
    yield from _headers(request.headers, _configured(job, secrets))
    yield from _parameters(request.url)
    yield from _body(request.body, request.headers)
    if response is not None:
        yield from _headers(response.headers, frozenset())
        yield from _body(response.body, response.headers)


def _configured(job: Job, secrets: tuple[Secret, ...]) -> frozenset[str]:
    """The headers, in lower case, into which monitor.yaml puts secrets."""
    headers = {**job.vendor.headers, **override_of(job.vendor, job.interaction).headers}
    return frozenset(n.lower() for n, value in headers.items() if any(secret.value in value for secret in secrets))


def _host(job: Job, url: str, secrets: tuple[Secret, ...]) -> Iterator[Secret]:
    name = next((secret.name for secret in secrets if secret.value.strip() in job.vendor.base_url), "")
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not name or not host:
        return
    place = parts.netloc.rpartition("@")[2]
    yield from (Secret(name, f"{scheme}://{place}") for scheme in ("https", "http"))
    yield from (Secret(name, text) for text in dict.fromkeys((place, host)) if len(text) >= _LEAST)


def _headers(headers: Headers, configured: frozenset[str]) -> Iterator[Secret]:
    for name, value in headers:
        folded = name.lower()
        if folded not in _ALWAYS and value.strip() and (folded in configured or names_secret(name)):
            yield from _whole(name, value)


def _whole(name: str, value: str) -> Iterator[Secret]:
    """The value, and without the scheme before it (``Token abc``)."""
    told = name.upper()
    yield Secret(told, value)
    scheme, _, rest = value.strip().partition(" ")
    if scheme and len(rest.strip()) >= _LEAST:
        yield Secret(told, rest.strip())


def _parameters(url: str) -> Iterator[Secret]:
    for name, value in parse_qsl(urlsplit(url).query):
        if is_secret_parameter(name, value):
            yield Secret(name.upper(), value)


def _body(body: bytes | None, headers: Headers) -> Iterator[Secret]:
    read = body_of(body, headers)
    yield from _members(_flat(read.fields) if read.fields else read.value)


def _flat(fields: Fields) -> Json:
    return [{name: value} for name, values in fields.items() for value in values]


def _members(value: Json) -> Iterator[Secret]:
    left: list[Json] = [value]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left += node
        elif isinstance(node, dict):
            left += node.values()
            for name, text in node.items():
                if isinstance(text, str) and is_secret_parameter(name, text) and _is_long(name, text):
                    yield Secret(name.upper(), text)


def _is_long(name: str, text: str) -> bool:
    return len(text) >= (_LEAST if _PASSWORD.search(name) else _LONG)
