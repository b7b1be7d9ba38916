"""`monitor check --notify` killed at random moments: what is driven, and what must hold afterwards."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATHS = 6
ALERTS = """\
alerts:
  channels:
    hook: {{kind: webhook, url: "{url}"}}
  routes: {{breaking: [hook], warning: [hook], info: [hook]}}
"""


@dataclass
class Inbox:
    """A webhook's receiver: the bodies that came, whole, in order."""

    messages: list[Mapping[str, object]] = field(default_factory=list)
    url: str = ""
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Inbox:
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                inbox.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server wants
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that was killed is no news."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/alerts"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()


def body_of(number: int, fields: frozenset[str]) -> dict[str, object]:
    return {"id": f"C-{number}", "name": "Ada", **dict.fromkeys(fields, "x")}
