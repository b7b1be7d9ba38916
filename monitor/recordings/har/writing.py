"""A recording written as HAR."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from monitor.jsonpaths import Json
from monitor.model import Captured, Fault, Headers, Recording, Request, Response

VERSION: Final = 1
_UNKNOWN_TYPE: Final = "x-unknown"


def _plain(value: object) -> object:
    """What json cannot write: an exact Decimal as a float, or as text where a float cannot hold it."""
    if not isinstance(value, Decimal):
        raise TypeError(type(value).__name__)
    number = float(value)
    return number if math.isfinite(number) else str(value)


_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_plain)
_READABLE: Final = json.JSONEncoder(indent=1, default=_plain)


_IN_CHUNKS: Final = 1_000_000  # characters


def digest_of(entry: Json, size: int) -> str:
    """``size``: about how many characters the entry has. A large one is not held once more, a small one is quick."""
    if size < _IN_CHUNKS:
        return hashlib.sha256(_CANONICAL.encode(entry).encode("ascii")).hexdigest()
    sha = hashlib.sha256()
    for chunk in _CANONICAL.iterencode(entry):
        sha.update(chunk.encode("ascii"))
    return sha.hexdigest()


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _time(moment: datetime) -> str:
    return _utc(moment).isoformat().replace("+00:00", "Z")


def _pairs(pairs: Headers) -> list[Json]:
    return [{"name": name, "value": value} for name, value in pairs]


def _body(body: bytes, encoding_key: str) -> dict[str, Json]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode("ascii"), encoding_key: "base64"}


def _media_type(headers: Headers) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), _UNKNOWN_TYPE)


def _query(url: str) -> list[Json]:
    try:
        return _pairs(tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True)))
    except ValueError:  # not a URL that can be taken apart; it stands whole in "url"
        return []


def _request(request: Request, http_version: str) -> dict[str, Json]:
    entry: dict[str, Json] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": http_version,
        "cookies": [],
        "headers": _pairs(request.headers),
        "queryString": _query(request.url),
        "headersSize": -1,
        "bodySize": len(request.body or b""),
    }
    if request.body is not None:
        entry["postData"] = {"mimeType": _media_type(request.headers), **_body(request.body, "_encoding")}
    return entry


def _response(response: Response | None) -> dict[str, Json]:
    shown = response or Response(0, "", "", (), b"")
    coded = shown.header("content-encoding") is not None
    return {
        "status": shown.status,
        "statusText": shown.reason,
        "httpVersion": shown.http_version,
        "cookies": [],
        "headers": _pairs(shown.headers),
        "content": {
            "size": len(shown.body),
            "mimeType": _media_type(shown.headers),
            **_body(shown.body, "encoding"),
        },
        "redirectURL": shown.header("location") or "",
        "headersSize": -1,
        "bodySize": -1 if coded or response is None else len(shown.body),
    }


def _fault(fault: Fault) -> dict[str, Json]:
    return {"outcome": fault.outcome.value, "step": fault.step, "what": fault.what, "fix": fault.fix}


def _captured(captured: Captured) -> dict[str, Json]:
    return {"file": captured.file, "entry": captured.entry, "at": _time(captured.at) if captured.at else None}


def _facts(recording: Recording) -> dict[str, Json]:
    exchange, approval = recording.exchange, recording.approval
    fault, response = exchange.fault, exchange.response
    facts: dict[str, Json] = {
        "version": VERSION,
        "run_id": recording.run_id,
        "vendor": recording.vendor,
        "interaction_id": recording.interaction_id,
        "description": recording.description,
        "contract_digest": recording.contract_digest,
        "provider_states": [{"name": state.name, "params": dict(state.params)} for state in recording.states],
        "masks": [{"where": mask.where, "name": mask.name, "count": mask.count} for mask in recording.masks],
        "fault": _fault(fault) if fault else None,
        "complete": response.complete if response else None,
        "started": _time(exchange.started),
        "elapsed": exchange.elapsed,
    }
    if exchange.captured:
        facts["captured"] = _captured(exchange.captured)
    if approval:
        facts["approval"] = {
            "by": approval.by,
            "at": _time(approval.at),
            "source": approval.source,
            "note": approval.note,
            "accepted_losses": list(approval.accepted_losses),
        }
    return facts


def to_har(recording: Recording) -> bytes:
    """The recording as a HAR 1.2 file, ASCII. Its ``path`` and ``digest`` are not in it: the digest is made anew."""
    exchange = recording.exchange
    milliseconds = exchange.elapsed * 1000
    facts = _facts(recording)
    entry: dict[str, Json] = {
        "startedDateTime": _utc(exchange.started).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": milliseconds,
        "request": _request(exchange.request, exchange.response.http_version if exchange.response else ""),
        "response": _response(exchange.response),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_monitor": facts,
    }
    body = exchange.response.body if exchange.response else b""
    facts["digest"] = digest_of(entry, len(body) + len(exchange.request.body or b""))
    log: Json = {"log": {"version": "1.2", "creator": {"name": "monitor", "version": str(VERSION)}, "entries": [entry]}}
    return b"".join(chunk.encode("ascii") for chunk in (*_READABLE.iterencode(log), "\n"))
