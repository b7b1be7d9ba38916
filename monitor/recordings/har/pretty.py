"""The ``<interaction id>.pretty.json`` beside a baseline: what a person reviews. Generated, never read as evidence."""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Final

from monitor.headers import is_passing
from monitor.jsonpaths import Json
from monitor.model import Headers, Recording, Response

_DIGEST: Final = re.compile(rb'\A\{\s*"recording": "([0-9a-f]{64})"')


def _headers(headers: Headers) -> list[Json]:
    folded = ((name.lower(), value) for name, value in headers)
    return [f"{n}: {value}" for n, value in sorted(folded) if not is_passing(n)]


def _decimal(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= 4_000 else text


def _no_constant(name: str) -> Json:
    raise ValueError(name)


def _body(body: bytes) -> dict[str, Json]:
    try:
        return {"body": json.loads(body, parse_float=_decimal, parse_int=_integer, parse_constant=_no_constant)}
    except (ValueError, RecursionError):
        return {"body_bytes": len(body), "body_sha256": hashlib.sha256(body).hexdigest()}


def _response(response: Response) -> dict[str, Json]:
    return {
        "status": response.status,
        "reason": response.reason,
        "headers": _headers(response.headers),
        **_body(response.body),
    }


def pretty(recording: Recording) -> bytes:
    """The recording for review: ASCII JSON, the body's keys in their order. Needs the recording's digest."""
    exchange, taken = recording.exchange, recording.exchange.captured
    shown: dict[str, Json] = {
        "recording": recording.digest,
        "description": recording.description,
        "request": f"{exchange.request.method} {exchange.request.url}",
        **({"captured": f"entry {taken.entry} of {taken.file}"} if taken else {}),
        "response": _response(exchange.response) if exchange.response else None,
    }
    return json.dumps(shown, indent=2).encode("ascii") + b"\n"


def digest_of_pretty(head: bytes) -> str:
    """Of which recording (its digest) a pretty file is, by its first 200 bytes; empty where that cannot be told."""
    match = _DIGEST.match(head)
    return match[1].decode("ascii") if match else ""
