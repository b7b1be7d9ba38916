"""What of a response reaches the official Verifier unchanged over a loopback connection, and what cannot.

Sent are the headers that the contract names and the Content-Type: extra headers always pass, so the others are of no
weight. Not carried: encodings of a body that is decoded, what belongs to a connection and not to the response, bytes
beyond ASCII, a status below 200, a body where HTTP allows none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from monitor.errors import NotJudgedError
from monitor.model import Response
from monitor.pact_engine.cleaning import is_null, taken_body
from monitor.pact_engine.expected import ExpectedResponse
from monitor.pact_engine.replay import Page
from monitor.printable import printable

_LENGTH: Final = "content-length"
_ENCODING: Final = "content-encoding"
_OF_CONNECTIONS: Final = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
_BODILESS: Final = frozenset({204, 304})
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"[\t\x20-\x7e]*")


def _refusal(what: str) -> NotJudgedError:
    return NotJudgedError(f"the response cannot be replayed over HTTP: {what}")


def _headers(expected: ExpectedResponse, response: Response, length: int) -> Iterator[tuple[str, str]]:
    named = {header.name.lower() for header in expected.headers}
    for name, value in response.headers:
        folded = name.lower()
        if folded != "content-type" and folded not in named:
            continue
        if folded == _ENCODING:
            raise _refusal("the contract names Content-Encoding, and the body is decoded")
        if folded in _OF_CONNECTIONS:
            raise _refusal(f"the contract names the header {printable(folded)}, which is a connection's own")
        if folded == _LENGTH and value.strip() != str(length):
            raise _refusal("the contract names Content-Length, which is not that of the decoded body")
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise _refusal(f"the header {printable(folded)} holds characters that are not sent")
        yield name, value
    if _LENGTH not in named and response.status not in _BODILESS:
        yield "Content-Length", str(length)


def page_of(expected: ExpectedResponse, response: Response) -> Page:
    """The page that the Verifier sees as ``response``. Raises NotJudgedError for what cannot be carried."""
    if not 200 <= response.status <= 999:
        raise _refusal(f"no final response has the status {response.status}")
    body = b"" if expected.body_empty and is_null(response) else taken_body(response)
    if body and response.status in _BODILESS:
        raise _refusal(f"with the status {response.status} no body is sent")
    return Page(response.status, tuple(_headers(expected, response, len(body))), body)
