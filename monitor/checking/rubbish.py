"""What a body is that should be JSON and is not, where it says so itself."""

from __future__ import annotations

import re
from typing import Final

from monitor.headers import is_json, media_type
from monitor.model import Response
from monitor.printable import printable

_LOOKED_AT: Final = 1_000  # bytes of the body
_HTML: Final = re.compile(rb"\s*(<!--.{0,500}?-->\s*)?<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_XML: Final = re.compile(rb"\s*<\?xml\b")
_BOM: Final = b"\xef\xbb\xbf"


def rubbish(response: Response, fault: str) -> str:
    """``it is an HTML page (media type text/html)``; else ``fault``, after a media type that is not JSON's."""
    head = response.body[:_LOOKED_AT].removeprefix(_BOM)
    media = media_type(response.header("content-type"))
    named = f" (media type {printable(media)})" if media else " (without a media type)"
    if _HTML.match(head):
        return f"it is an HTML page{named}"
    if _XML.match(head):
        return f"it is an XML document{named}"
    return f"its media type is {printable(media)}; {fault}" if media and not is_json(media) else fault
