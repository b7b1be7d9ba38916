"""A vendor on loopback that tests script, and `monitor` as people run it, in a folder of its own.

``Project.monitor`` is a process, which costs a second of a processor. ``Project.run`` is the same command line in this
process and costs next to nothing: for all that is no matter of processes, signals, pipes and the interpreter's start.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

from monitor.cli.main import main

Answer = tuple[int, Mapping[str, str], bytes]


def json_answer(value: object, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


@dataclass
class ScriptedVendor:
    """Answers each path with what ``answers`` holds for it (a value or a function), else 404."""

    answers: dict[str, Answer | Callable[[], Answer]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str) -> Answer:
        self.seen.append(path)
        found = self.answers.get(path.split("?", maxsplit=1)[0], json_answer({"error": "not found"}, 404))
        return found() if callable(found) else found


def _handler(vendor: ScriptedVendor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = vendor.answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that http.server wants

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server wants
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no news."""


@contextmanager
def serving() -> Iterator[ScriptedVendor]:
    scripted = ScriptedVendor()
    server = _Server(("127.0.0.1", 0), _handler(scripted))
    scripted.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield scripted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def interaction(
    description: str, path: str, body: object, rules: Mapping[str, object] | None = None
) -> dict[str, object]:
    """A Pact V3 interaction whose body is matched by type unless ``rules`` say otherwise."""
    matchers = rules if rules is not None else {"$": {"matchers": [{"match": "type"}]}}
    return {
        "description": description,
        "request": {"method": "GET", "path": path},
        "response": {
            "status": 200,
            "headers": {"Content-Type": "application/json"},
            "body": body,
            "matchingRules": {"body": matchers},
        },
    }


def pact_of(*interactions: Mapping[str, object]) -> str:
    return json.dumps(
        {
            "consumer": {"name": "tests"},
            "provider": {"name": "crm"},
            "interactions": list(interactions),
            "metadata": {"pactSpecification": {"version": "3.0.0"}},
        }
    )


class _Said(io.TextIOWrapper):
    """A standard stream that is no terminal, and what was written to it."""

    def __init__(self, errors: str) -> None:
        self._bytes = io.BytesIO()
        super().__init__(self._bytes, encoding="utf-8", errors=errors, write_through=True)

    @property
    def text(self) -> str:
        return self._bytes.getvalue().decode("utf-8")


@contextmanager
def standing_in(folder: Path, environment: Mapping[str, str]) -> Iterator[tuple[_Said, _Said]]:
    """This process as a new one would be: working folder, environment and standard streams; the outputs are given."""
    out, err = _Said("surrogateescape"), _Said("backslashreplace")
    with (
        chdir(folder),
        mock.patch.dict(os.environ, environment, clear=True),
        Path(os.devnull).open(encoding="utf-8") as nothing,
        mock.patch.multiple(sys, stdin=nothing, stdout=out, stderr=err),
    ):
        yield out, err


@dataclass
class Project:
    """A folder with a monitor.yaml, and ``monitor`` run in it."""

    folder: Path
    url: str

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "PYTHONPATH") if name in os.environ}
        return {**kept, "CRM_URL": self.url, "CRM_KEY": "s3cr3t-canary-key", "NO_COLOR": "1", **more}

    def monitor(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "monitor", *arguments]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """As ``monitor``, without a process of its own; workers that judge are processes still."""
        with standing_in(self.folder, self.environment(**environment)) as (out, err):
            code = main(arguments)
        return subprocess.CompletedProcess(arguments, code, out.text, err.text)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "monitor", *arguments]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def runs(self) -> list[Path]:
        return sorted((self.folder / "recordings" / "runs").iterdir())


CONFIG = """\
version: 1
vendors:
  crm:
    base_url: ${CRM_URL}
    contracts: [contracts/crm/*.json]
    headers: {X-API-Key: "${secret:env:CRM_KEY}"}
    limits: {per_second: 0}
"""
