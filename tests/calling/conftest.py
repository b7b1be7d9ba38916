"""Vendors on loopback that do whatever a test wants, byte by byte."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from monitor.calling.client import Caller
from monitor.model import Limits, Request, Vendor

MOMENT = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)


class Peer:
    """One connection at the server's side."""

    def __init__(self, sock: socket.socket, stop: threading.Event) -> None:
        self._sock = sock
        self._stop = stop
        self._buffer = b""

    def request(self) -> bytes:
        """The next request's head and body; empty when the client has gone."""
        while b"\r\n\r\n" not in self._buffer:
            data = self._sock.recv(65536)
            if not data:
                return b""
            self._buffer += data
        head, _, rest = self._buffer.partition(b"\r\n\r\n")
        lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0]) if lengths else 0
        while len(rest) < length:
            rest += self._sock.recv(65536)
        self._buffer = rest[length:]
        return head + b"\r\n\r\n" + rest[:length]

    def some(self) -> bytes:
        """Whatever comes first, HTTP or not."""
        return self._sock.recv(65536)

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def drip(self, data: bytes, seconds: float = 0.02) -> None:
        """``data`` a byte at a time, until the test ends."""
        for byte in data:
            self.send(bytes([byte]))
            if self._stop.wait(seconds):
                return

    def hang(self) -> None:
        """Says nothing until the test ends."""
        self._stop.wait()

    def reset(self) -> None:
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


Script = Callable[[Peer], None]


@dataclass(slots=True)
class Server:
    """A listening vendor. ``connections`` counts what was accepted, ``requests`` what scripts put there."""

    port: int
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    accepted: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Listener:
    def __init__(self, script: Script, tls: ssl.SSLContext | None) -> None:
        self._script = script
        self._tls = tls
        self._stop = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self.server = Server(self._socket.getsockname()[1])
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if self._stop.is_set():
                connection.close()
                return
            self.server.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()
            self.server.accepted.release()

    def _serve(self, connection: socket.socket) -> None:
        sock = connection
        with suppress(OSError):
            if self._tls is not None:
                sock = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(sock)
            self._script(Peer(sock, self._stop))
        sock.close()
        connection.close()

    def close(self) -> None:
        self._stop.set()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.server.port), 1):
            pass
        self._accepting.join()
        self._socket.close()
        for sock in self._open:
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()


class Serve(Protocol):
    def __call__(self, script: Script, tls: ssl.SSLContext | None = None) -> Server: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a vendor that runs ``script`` on every connection."""
    listeners: list[_Listener] = []

    def start(script: Script, tls: ssl.SSLContext | None = None) -> Server:
        listeners.append(_Listener(script, tls))
        return listeners[-1].server

    yield start
    for listener in listeners:
        listener.close()


class MakeCaller(Protocol):
    def __call__(self, url: str, *, verify: bool | str = True, proxy: str = "", **limits: float) -> Caller: ...


@pytest.fixture
def caller() -> Iterator[MakeCaller]:
    """Callers of vendor crm, closed at the end. Limits by name; no rate limit, short time-outs."""
    made: list[Caller] = []

    def make(url: str, *, verify: bool | str = True, proxy: str = "", **limits: float) -> Caller:
        bounds: Mapping[str, float] = {"per_second": 0.0, "read_timeout": 10.0, "total_timeout": 20.0, **limits}
        whole = {name: int(value) if name in ("concurrency", "max_body") else value for name, value in bounds.items()}
        vendor = Vendor("crm", url, limits=Limits(**whole), verify=verify)  # type: ignore[arg-type]
        made.append(Caller(vendor, lambda: MOMENT, proxy))
        return made[-1]

    yield make
    for one in made:
        one.__exit__(None, None, None)


class Get(Protocol):
    def __call__(self, url: str, path: str = "/") -> Request: ...


@pytest.fixture
def get() -> Get:
    return lambda url, path="/": Request("GET", url + path, (("Accept", "application/json"),))


@dataclass(frozen=True, slots=True)
class Certificate:
    file: str
    server: ssl.SSLContext


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[[str], Certificate]:
    """A self-signed certificate for one subjectAltName (``IP:127.0.0.1``, ``DNS:other.example``)."""
    if shutil.which("openssl") is None:
        pytest.skip("the openssl program is not there to make a certificate")

    def make(name: str) -> Certificate:
        key, file = tmp_path / "key.pem", tmp_path / "certificate.pem"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-keyout", str(key), "-out", str(file), "-days", "2", "-subj", "/CN=test"]
        subprocess.run([*command, "-addext", f"subjectAltName={name}"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file, key)
        return Certificate(str(file), context)

    return make
