"""Receivers on loopback: a real mail server, and whatever a test scripts byte by byte."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True, slots=True)
class Certificate:
    file: str
    server: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Certificate]:
    """A self-signed certificate for one subjectAltName (``IP:127.0.0.1``, ``DNS:other.example``)."""
    if shutil.which("openssl") is None:
        pytest.skip("the openssl program is not there to make a certificate")
    folder = tmp_path_factory.mktemp("certificates")
    made: dict[str, Certificate] = {}

    def make(name: str) -> Certificate:
        if name in made:
            return made[name]
        key, file = folder / f"{len(made)}.key", folder / f"{len(made)}.pem"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-keyout", str(key), "-out", str(file), "-days", "2", "-subj", "/CN=test"]
        subprocess.run([*command, "-addext", f"subjectAltName={name}"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file, key)
        return made.setdefault(name, Certificate(str(file), context))

    return make


# -- mail -------------------------------------------------------------------------------------------------


@dataclass  # no slots: aiosmtpd asks for all its members, which slots refuse on some Pythons
class Office:
    """A mail server. ``replies``: by command (MAIL, RCPT, DATA, AUTH) or recipient, what it says instead of yes."""

    replies: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    received: list[Envelope] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # what clients called themselves
    logins: list[tuple[str, str]] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.names.append(hostname)
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (reply := self.replies.get("MAIL")) is not None:
            return reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (reply := self.replies.get(address, self.replies.get("RCPT"))) is not None:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if (reply := self.replies.get("DATA")) is not None:
            return reply
        assert isinstance(envelope.content, bytes)
        self.received.append(envelope)
        self.letters.append(envelope.content)
        assert server.transport is not None
        self.secure.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 OK"

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        if (reply := self.replies.get("AUTH")) is not None:
            return AuthResult(success=False, handled=False, message=reply)
        return AuthResult(success=True)


StartOffice = Callable[..., Office]


def _protocol(office: Office, loop: asyncio.AbstractEventLoop, tls: ssl.SSLContext | None, *, login: bool) -> SMTP:
    authenticator = office.login if login else None
    return SMTP(
        office,
        loop=loop,
        hostname="mail.test",
        tls_context=tls,
        auth_require_tls=False,
        authenticator=authenticator,
        auth_exclude_mechanism=None if login else ("LOGIN", "PLAIN"),
    )


@pytest.fixture
def post() -> Iterator[StartOffice]:
    """Starts a real mail server: ``starttls`` or ``tls`` is its context, ``login`` whether it offers AUTH."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    servers: list[asyncio.Server] = []

    def start(
        *,
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        login: bool = False,
        replies: Mapping[str, str] | None = None,
    ) -> Office:
        office = Office(replies or {})

        async def listen() -> asyncio.Server:
            return await loop.create_server(
                lambda: _protocol(office, loop, starttls, login=login), "127.0.0.1", 0, ssl=tls
            )

        servers.append(asyncio.run_coroutine_threadsafe(listen(), loop).result(10))
        office.port = servers[-1].sockets[0].getsockname()[1]
        return office

    yield start

    async def end() -> None:
        for server in servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(end(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


# -- scripts ----------------------------------------------------------------------------------------------

Script = Callable[[socket.socket, threading.Event], None]


class Listener:
    """Runs ``script(connection, stop)`` on every connection until ``close``, which sets ``stop``."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._stop = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection, suppress(OSError):
                if self._stop.is_set():
                    return
                self._script(connection, self._stop)

    def close(self) -> None:
        self._stop.set()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            pass
        self._thread.join()
        self._socket.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Script], Listener]]:
    """Starts a receiver that does what ``script`` says, one connection after the other."""
    listeners: list[Listener] = []

    def start(script: Script) -> Listener:
        listeners.append(Listener(script))
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.close()


@pytest.fixture
def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
