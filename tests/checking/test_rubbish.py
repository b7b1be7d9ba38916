"""What a body is that is not JSON."""

from __future__ import annotations

import pytest

from monitor.checking.rubbish import rubbish
from monitor.model import Response


@pytest.mark.parametrize(
    ("body", "media", "expected"),
    [
        (b"<!DOCTYPE html><p>", "text/html; charset=utf-8", "it is an HTML page (media type text/html)"),
        (b"\xef\xbb\xbf\n<HTML lang='en'>", "application/json", "it is an HTML page (media type application/json)"),
        (b"<!-- down -->\n<html>", "", "it is an HTML page (without a media type)"),
        (b'<?xml version="1.0"?><a/>', "application/xml", "it is an XML document (media type application/xml)"),
        (b"<a/>", "application/xml", "its media type is application/xml; no JSON"),
        (b"Welcome", "text/\x1b[31m", "its media type is text/\\x1b[31m; no JSON"),
        (b"{", "application/json", "no JSON"),
        (b"{", "application/problem+json", "no JSON"),
        (b"{", "", "no JSON"),
        (b"<htmlish>", "", "no JSON"),
    ],
)
def test_a_body(body: bytes, media: str, expected: str) -> None:
    headers = (("Content-Type", media),) if media else ()
    assert rubbish(Response(200, "OK", "HTTP/1.1", headers, body), "no JSON") == expected
