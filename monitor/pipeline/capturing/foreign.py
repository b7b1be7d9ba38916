"""Secrets of a capture that the settings do not know: production's keys, tokens and host.

1. A header of the capture holds a secret by its name, or because monitor.yaml puts a secret into the header of that
   name; so do parameters, form fields and members of JSON. So does whatever the data action fills from credentials or
   authResponse (filled.py). What such a value is, is masked wherever it stands, as any secret is.
2. In bodies what has one of the sure names (``refreshToken``, ``sessionId``) has ``_LEAST`` characters, anything else
   ``_LONG``: ``"token": "none"`` is a word. Shorter is no secret, and a link is none.
3. What looks like words or a number (``"password": "expired"``) is masked only where it is a whole value: it may stand
   in other texts by chance.
4. Where base_url is masked, the host that the capture shows is masked as base_url is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from monitor.calling.request import override_of
from monitor.contracts.actions.export import DataAction
from monitor.contracts.actions.secrets import is_secret_parameter, names_secret, surely_names_secret
from monitor.jsonpaths import Json, values_at
from monitor.model import Exchange, Headers, Request, Secret
from monitor.pipeline.capturing.filled import Filled, filled_by
from monitor.pipeline.capturing.fitting import Fields, body_of, segments
from monitor.pipeline.planning import Job

_LONG: Final = 16  # characters; what is shorter may be a word
_LEAST: Final = 6
_WORDS: Final = re.compile(r"[A-Za-z \t.,'!?]+|[0-9]+")
_LINK: Final = re.compile(r"https?://", re.IGNORECASE)
_SCHEMED: Final = re.compile(r"(bearer|basic|token)\s+\S+", re.IGNORECASE)
_ALWAYS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})  # masked anyway


def secrets_of(
    job: Job, exchange: Exchange, known: Iterable[Secret], action: DataAction | None = None
) -> Iterator[Secret]:
    """What of ``exchange`` is to be masked beside the ``known`` secrets. ``action``: whose request it is."""
    secrets = tuple(secret for secret in known if secret.value.strip())
    request, response = exchange.request, exchange.response
    yield from _host(job, request.url, secrets)
    filled = filled_by(action)
    yield from _headers(request.headers, _configured(job, secrets) | filled.headers)
    yield from _parameters(request.url)
    yield from _filled(request, filled)
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


def _filled(request: Request, filled: Filled) -> Iterator[Secret]:
    """What stands where the action puts what its integration holds."""
    url = urlsplit(request.url)
    path = segments(url.path)
    named = [(name, value) for name, value in parse_qsl(url.query) if name in filled.query]
    named += [("PATH", path[place]) for place in sorted(filled.segments) if -place <= len(path)]
    body = body_of(request.body, request.headers)
    named += [(name, value) for name in sorted(filled.fields) for value in body.fields.get(name, ())]
    for member in filled.members:
        found = values_at(body.value, member) if body.is_json else ()
        named += [(str(member[-1]) if member else "BODY", value) for value in found if isinstance(value, str)]
    yield from (Secret(name.upper(), value) for name, value in named if value.strip())


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
                if isinstance(text, str) and _is_secret(name, text):
                    yield from _member(name, text)


def _is_secret(name: str, text: str) -> bool:
    if not is_secret_parameter(name, text) or _LINK.match(text):
        return False
    if surely_names_secret(name):
        return len(text) >= _LEAST
    is_prose = " " in text.strip() and _WORDS.fullmatch(text) is not None  # also "Basic membership"
    return not is_prose and (len(text) >= _LONG or _SCHEMED.fullmatch(text) is not None)


def _member(name: str, text: str) -> Iterator[Secret]:
    if _SCHEMED.fullmatch(text):
        yield from _whole(name, text)
    else:
        yield Secret(name.upper(), text, whole=len(text) < _LONG and _WORDS.fullmatch(text) is not None)
