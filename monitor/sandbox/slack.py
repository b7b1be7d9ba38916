"""A stand-in for Slack on loopback, so that alerts can be seen before anybody has a token.

POST /api/chat.postMessage   as Slack's: {"ok": true, "channel": ..., "ts": ...}; any token will do
POST /services/...           an incoming webhook: ok

Each message's plain text (what Slack shows in notifications) is told, a reply with the message that it is under.
"""

from __future__ import annotations

import html
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from monitor.errors import UsageError
from monitor.printable import printable

POLL_SECONDS: Final = 0.05
MAX_BODY: Final = 1_000_000
MAX_LINE: Final = 2_000
BEGIN: Final = 1_700_000_000  # each process counts from elsewhere: a thread of another one is told apart
CHANNEL: Final = "C0SANDBOX"


class _Slack(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, port: int, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self._lock = threading.Lock()
        self._count = 0
        super().__init__((host, port), _Handler)

    def take(self, message: dict[str, object]) -> str:
        """Tells of a message; its ``ts``."""
        with self._lock:
            self._count += 1
            ts = f"{BEGIN + os.getpid()}.{self._count:06d}"
            under = message.get("thread_ts")
            place = f"message {ts}, in the thread of {printable(str(under), 40)}" if under else f"message {ts}"
            text = html.unescape(str(message.get("text", "")))  # & < > come escaped, and people see them plain
            lines = [printable(line, MAX_LINE) for line in text.splitlines()]
            self.tell("\n".join([f"Slack: {place}", *(f"  {line}" for line in lines)]))
            return ts

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is none of our worry."""


class _Handler(BaseHTTPRequestHandler):
    server: _Slack
    protocol_version = "HTTP/1.1"
    server_version = "demo-slack"
    sys_version = ""
    timeout = 60

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Silent."""

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        if not size.isdigit() or int(size) > MAX_BODY:
            self.close_connection = True
            self._say(413, b"")
            return
        try:
            message = json.loads(self.rfile.read(int(size)))
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            self._say(200, b'{"ok":false,"error":"invalid_json"}')
        elif self.path.startswith("/services/"):
            self.server.take(message)
            self._say(200, b"ok")
        elif self.path.rstrip("/").endswith("/chat.postMessage"):
            answer = {"ok": True, "channel": CHANNEL, "ts": self.server.take(message), "message": {}}
            self._say(200, json.dumps(answer).encode())
        else:
            self._say(200, b'{"ok":false,"error":"unknown_method"}')

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def listening(port: int, tell: Callable[[str], None]) -> Iterator[str]:
    """A Slack on 127.0.0.1 while the block lasts; its API's URL. ``tell`` gets each message, from any thread.

    Port 0 takes a free one. Raises UsageError where it cannot listen there.
    """
    try:
        server = _Slack("127.0.0.1", port, tell)
    except OSError as problem:
        what = f"port {port} cannot be opened: {problem.strerror}"
        raise UsageError(what, fix="stop what uses it, or give another --slack-port") from None
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), name="sandbox slack", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
