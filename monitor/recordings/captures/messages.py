"""The messages of a capture: a request and a response as HAR writes them. Their rules stand in ``captures``."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from monitor.headers import media_type
from monitor.model import Headers, Request, Response
from monitor.printable import printable
from monitor.recordings.fields import Field

EXPORT: Final = "save the capture again, as HAR with content"
LONGEST_URL: Final = 100_000
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_UNSAFE: Final = re.compile(r"[^\x21-\x7e]+")  # in a URL
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HTTP: Final = frozenset({"http", "https"})
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?(iso-8859-\d{1,2}|windows-125\d)\b", re.IGNORECASE)
_CODE: Final = re.compile(r"net::[A-Z_]{1,60}")  # a browser's own; other texts may be the vendor's
_BODYLESS: Final = frozenset({204, 205, 304})
_FORM: Final = "application/x-www-form-urlencoded"
_COMPRESSED: Final = 64  # bytes that compressing adds at most to a body that gains nothing by it


class OtherError(Exception):
    """It is no HTTP exchange."""


class LostError(Exception):
    """There is no response to keep; the text says why."""


def _latin(text: str) -> str:
    """Header text as it is kept: bytes of any encoding as latin-1."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("latin-1")
    return text


def _headers(message: Field) -> Headers:
    listed = message.get("headers")
    found: list[tuple[str, str]] = []
    for pair in listed.members() if listed else ():
        name, value = pair["name"].text().strip(), pair.get("value")
        if not _TOKEN.fullmatch(name):  # a pseudo header, or what no message can hold
            continue
        lines = value.text().split("\n") if value else [""]
        found += [(name, _CONTROLS.sub(" ", _latin(line)).strip()) for line in lines]
    return tuple(found)


def _header(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def _text(field_: Field | None) -> str:
    return field_.text() if field_ else ""


# -- the request ------------------------------------------------------------------------------------------


def request_of(request: Field) -> tuple[Request, list[str]]:
    method, url = request["method"].text().strip().upper(), request["url"].text().strip()
    scheme = _SCHEME.match(url)
    if method == "CONNECT" or (scheme and scheme[1].lower() not in _HTTP):
        raise OtherError
    if not _TOKEN.fullmatch(method):
        request["method"].refuse("is no method")
    if len(url) > LONGEST_URL:
        request["url"].refuse(f"is longer than {LONGEST_URL:,} characters")
    if not scheme or not _has_host(url):
        request["url"].refuse("is no URL with a host")
    headers = _headers(request)
    body, notes = _sent(request)
    return Request(method, _encoded(url.partition("#")[0]), headers, body), notes


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _encoded(url: str) -> str:
    return _UNSAFE.sub(lambda match: quote(match[0].encode("utf-8", "replace")), url)


def _sent(request: Field) -> tuple[bytes | None, list[str]]:
    """The request's body, and what is to be noted of it."""
    post = request.get("postData")
    if post is None:
        return None, []
    text = post.get("text")
    if text is not None and text.text():
        coding = post.get("encoding") or post.get("_encoding")
        return _bytes(text, coding, ""), []
    params = post.get("params")
    listed = tuple(params.members()) if params else ()
    if not listed:
        return None, []
    if media_type(_text(post.get("mimeType"))) != _FORM:
        return None, ["its request's body is not in the capture, only a list of its parts"]
    pairs = [(one["name"].text(), _text(one.get("value"))) for one in listed]
    return urlencode(pairs, errors="replace").encode(), []


def _bytes(text: Field, coding: Field | None, content_type: str) -> bytes:
    kind = coding.text().strip().lower() if coding else ""
    if coding and kind not in ("", "base64"):
        coding.refuse("is not base64")
    if kind == "base64":
        try:
            return base64.b64decode(re.sub(r"\s+", "", text.text()), validate=True)
        except (binascii.Error, ValueError):
            text.refuse("is not Base64")
    charset = _CHARSET.search(content_type)
    try:
        return text.text().encode(charset[1] if charset else "utf-8")
    except (UnicodeEncodeError, LookupError):
        pass
    try:
        return text.text().encode()
    except UnicodeEncodeError:
        text.refuse("is not text: it holds half a character")


# -- the response -----------------------------------------------------------------------------------------


def response_of(response: Field, method: str) -> tuple[Response, list[str]]:
    """Raises LostError where there is none to keep."""
    status = response["status"].integer()
    if status <= 0:
        code = response.object().get("_error")
        told = f": {code}" if isinstance(code, str) and _CODE.fullmatch(code) else ""
        raise LostError(f"it got no answer (status {max(status, 0)}{told}): blocked, aborted or not yet ended")
    if not 200 <= status <= 999:
        raise LostError(f"status {printable(str(status), 20)} is no final answer")
    headers = _headers(response)
    expects_body = method != "HEAD" and status not in _BODYLESS and not 300 <= status < 400
    body, notes = _content(response, headers, expects_body)
    return (
        Response(
            status=status,
            reason=_CONTROLS.sub(" ", _latin(_text(response.get("statusText")))),
            http_version=_CONTROLS.sub(" ", _latin(_text(response.get("httpVersion")))),
            headers=headers,
            body=body,
        ),
        notes,
    )


def _content(response: Field, headers: Headers, expects_body: bool) -> tuple[bytes, list[str]]:
    content = response.get("content")
    text = content.get("text") if content else None
    if content is None or text is None or not text.text():
        if expects_body and _was_there(response, headers):
            raise LostError(f"its body is not in the capture: it was evicted, or saved without; {EXPORT}")
        return b"", []
    body = _bytes(text, content.get("encoding"), _header(headers, "content-type") or _text(content.get("mimeType")))
    size = content.object().get("size")
    # some tools tell the size as it was sent, and compressing makes a short body a little longer
    slack = _COMPRESSED if _header(headers, "content-encoding") else 0
    if isinstance(size, int) and size > len(body) + slack:
        return body, [f"it may be cut: {len(body):,} bytes are in the capture, content.size says {size:,}"]
    return body, []


def _was_there(response: Field, headers: Headers) -> bool:
    """Whether there was a body, by the sizes that are told."""
    content = response.object().get("content")
    sizes = (content.get("size") if isinstance(content, dict) else None, response.object().get("bodySize"))
    length = _header(headers, "content-length")
    told = length.isascii() and length.isdigit() and length.strip("0") != ""
    return told or any(isinstance(size, int) and size > 0 for size in sizes)
