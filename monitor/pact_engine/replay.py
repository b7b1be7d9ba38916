"""A vendor on loopback that answers with recorded responses, for the official Verifier to call.

Each page stands at a path that nobody can guess, for other users of the machine could ask as well. An answer is
HTTP/1.0, so that the connection's end is the body's end and no header of ours is needed.
"""

from __future__ import annotations

import os
import socket
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from monitor.errors import NotJudgedError
from monitor.model import Headers

_LINE: Final = 8_192  # bytes of a request's line that are read
_POLL: Final = 0.005  # seconds in which the server notices that it is to end
_PATIENCE: Final = 30.0  # seconds for whoever connects and says nothing


@dataclass(frozen=True, slots=True)
class Page:
    """One answer. ``headers`` are ASCII; nothing is added to them."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)

    def head(self) -> bytes:
        lines = [f"HTTP/1.0 {self.status} Replayed", *(f"{name}: {value}" for name, value in self.headers), "", ""]
        return "\r\n".join(lines).encode("ascii")


_NOT_HERE: Final = Page(404, (("Content-Length", "0"),), b"")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, pages: Mapping[str, Page]) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self._pages = pages

    def finish_request(self, request: socket.socket | tuple[bytes, socket.socket], _client: object) -> None:
        assert isinstance(request, socket.socket)  # noqa: S101 - of a TCP server
        request.settimeout(_PATIENCE)
        with request.makefile("rb") as lines:
            asked = lines.readline(_LINE).split()
            while lines.readline(_LINE).strip():
                pass
        page = self._pages.get(asked[1].decode("ascii", "replace") if len(asked) > 1 else "", _NOT_HERE)
        request.sendall(page.head())
        request.sendall(page.body)

    def handle_error(self, _request: object, _client: object) -> None:
        """Silent: who called knows that it broke off."""


@contextmanager
def serving(pages: Mapping[str, Page]) -> Iterator[str]:
    """Serves ``pages`` by their path below a base URL while the block lasts, and yields that URL.

    Raises NotJudgedError where no socket or thread is to be had.
    """
    secret = f"/{os.urandom(16).hex()}"
    try:
        server = _Server({f"{secret}{path}": page for path, page in pages.items()})
    except OSError:
        raise NotJudgedError("no socket on 127.0.0.1 is to be had") from None
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL,), name="replay", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            raise NotJudgedError("no thread is to be had") from None
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{secret}"
        finally:
            server.shutdown()
            thread.join()
