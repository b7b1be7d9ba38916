"""The demo CRM: a real HTTP server on loopback, for ``monitor sandbox``, the demo and the tests.

GET /api/v1/customers/lookup?phone=15555551234   with any X-API-Key
GET /api/v1/health
GET /crm/integration/messages/events/<conversation>   with any X-API-Key
"""

from __future__ import annotations

import errno
import json
import socket
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from types import TracebackType
from typing import Final, Self, TypeAlias
from urllib.parse import parse_qs, urlsplit

from monitor.errors import UsageError
from monitor.printable import printable
from monitor.sandbox import events
from monitor.sandbox.customers import VERSIONS, Answer, error, find

API: Final = "/api/v1"
POLL_SECONDS: Final = 0.05  # how soon the server notices that it shall end
IDLE_SECONDS: Final = 60  # an idle connection is closed then
_Socket: TypeAlias = "socket.socket | tuple[bytes, socket.socket]"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int, version: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.version = version
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        # without the reverse name look-up of the standard library: it can take seconds
        if self.allow_reuse_address:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    @property
    def url(self) -> str:
        host = f"[{self.server_name}]" if ":" in self.server_name else self.server_name
        return f"http://{host}:{self.server_port}"

    def hold(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def let_go(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def handle_error(self, request: _Socket, client_address: object) -> None:
        """A client that goes away is none of our worry, and this is a demo: no traceback."""

    def server_close(self) -> None:
        super().server_close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "demo-crm"
    sys_version = ""
    timeout = IDLE_SECONDS
    wbufsize = -1  # head and body leave in one packet
    disable_nagle_algorithm = True
    error_message_format = '{"error": {"code": "BAD_REQUEST", "message": "%(code)d"}}'
    error_content_type = "application/json; charset=utf-8"

    def setup(self) -> None:
        super().setup()
        self.server.hold(self.connection)

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.server.let_go(self.connection)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Silent."""

    def _say(self, status: HTTPStatus, answer: Answer, **headers: str) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Request-Id", str(uuid.uuid4()))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _is_known(self) -> bool:
        """Whether the caller has a key; one that has none is told so."""
        if (self.headers.get("X-API-Key") or "").strip():
            return True
        wanted = error("UNAUTHORIZED", "the header X-API-Key is missing")
        self._say(HTTPStatus.UNAUTHORIZED, wanted, **{"WWW-Authenticate": "ApiKey"})
        return False

    def _lookup(self, query: str) -> None:
        if not self._is_known():
            return
        phone = parse_qs(query).get("phone", [""])[0]
        if not phone:
            self._say(HTTPStatus.BAD_REQUEST, error("BAD_REQUEST", "the query parameter phone is missing"))
        elif customer := find(phone):
            self._say(HTTPStatus.OK, customer.answer(self.server.version))
        else:
            self._say(HTTPStatus.NOT_FOUND, error("CUSTOMER_NOT_FOUND", "no customer has this phone number"))

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == f"{API}/customers/lookup":
            self._lookup(parts.query)
        elif parts.path.startswith(events.PATH):
            if self._is_known():
                self._say(HTTPStatus.OK, events.event(parts.path.removeprefix(events.PATH), self.server.version))
        elif parts.path == f"{API}/health":
            self._say(HTTPStatus.OK, {"status": "ok"})
        else:
            self._say(HTTPStatus.NOT_FOUND, error("NOT_FOUND", "there is nothing at this path"))

    def do_HEAD(self) -> None:
        self.do_GET()

    def _only_reads(self) -> None:
        self.close_connection = True  # its body was not read
        refused = error("METHOD_NOT_ALLOWED", "this demo only reads")
        self._say(HTTPStatus.METHOD_NOT_ALLOWED, refused, Allow="GET, HEAD", Connection="close")

    def do_POST(self) -> None:
        self._only_reads()

    def do_PUT(self) -> None:
        self._only_reads()

    def do_PATCH(self) -> None:
        self._only_reads()

    def do_DELETE(self) -> None:
        self._only_reads()

    def do_OPTIONS(self) -> None:
        self._only_reads()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _open(host: str, port: int, version: int) -> _Server:
    if version not in VERSIONS:
        raise UsageError(f"the sandbox has no version {version}", fix="give --version 1 or --version 2")
    address = "127.0.0.1" if host == "localhost" else host
    if not _is_loopback(address):
        what = f"the sandbox serves on loopback only, not on {printable(host)}"
        raise UsageError(what, fix="give --host 127.0.0.1 or --host ::1")
    try:
        return _Server(address, port, version)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise UsageError(f"port {port} is in use", fix="stop what uses it, or give --port 0") from None
        raise UsageError(f"port {port} cannot be opened: {problem.strerror}", fix="give --port 0") from None
    except OverflowError:
        raise UsageError(f"{port} is not a port", fix="give one from 0 to 65535") from None


def serve(host: str, port: int, version: int, ready: Callable[[str], None]) -> None:
    """Serves until Ctrl-C; ``ready(url)`` is called once it listens. Port 0 takes a free one.

    Raises UsageError where it cannot listen there.
    """
    with _open(host, port, version) as server, suppress(KeyboardInterrupt):
        ready(server.url)
        server.serve_forever(POLL_SECONDS)


class Sandbox:
    """The demo CRM in a background thread, for tests: a context manager. ``version`` may be set while it runs."""

    def __init__(self, version: int = 1) -> None:
        self._server = _open("127.0.0.1", 0, version)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="sandbox", daemon=True
        )

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def version(self) -> int:
        return self._server.version

    @version.setter
    def version(self, version: int) -> None:
        self._server.version = version

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, _: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
