"""One SMTP session: what is said in which order, and every way in which it may end as an Answer.

1. A password goes over TLS, or to this machine. (Settings refuse the rest; ``_login`` does not send it either.)
2. A server that says 4xx, is not there, or breaks off may take it later: PassingFault. What it refuses with 5xx, a
   certificate that is not its own, and no STARTTLS want a person: FinalFault, with what to do.
3. Who is refused while others are accepted is named in the answer's ``note``: to try again would send it twice to
   the others. Where all are refused, one 4xx among them makes it passing.
4. A server's own words are shown escaped and cut, but never those at the login, which may repeat what we sent.
"""

from __future__ import annotations

import errno
import os
import re
import smtplib
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from monitor.alerts.channels._wire import Deadline, is_loopback, untrusted
from monitor.model import Answer, FinalFault, PassingFault, Sent
from monitor.printable import printable

_MOST_REFUSED: Final = 5  # recipients that are named
_NO_SMTP: Final = -1  # smtplib's code for what is none
_ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed in. ``security``: starttls, tls or none. ``name`` is what we call ourselves there."""

    host: str
    port: int
    security: str
    name: str
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None
    timeout: float = 20.0

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is handed in. The addresses are bare; ``data`` has lines that end with CR LF."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes = field(repr=False)


class _Plain(smtplib.SMTP):
    def __init__(self, server: Server, deadline: Deadline) -> None:
        deadline.watch(lambda: self.sock)  # before the greeting is waited for
        super().__init__(server.host, server.port, server.name, server.timeout)


class _Secure(smtplib.SMTP_SSL):
    def __init__(self, server: Server, deadline: Deadline) -> None:
        deadline.watch(lambda: self.sock)
        super().__init__(server.host, server.port, server.name, timeout=server.timeout, context=server.tls)


class _Session:
    """``step`` is what the server was last asked for: a key of _STEPS."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.step = "connect"
        self.deadline = Deadline(server.timeout)

    def run(self, letter: Letter) -> Mapping[str, tuple[int, bytes]]:
        """The recipients that were refused while others were accepted. Raises what smtplib does."""
        with self.deadline:
            smtp = _Secure(self.server, self.deadline) if self.server.security == "tls" else self._plain()
            try:
                self._login(smtp)
                self.step = "mail"
                return smtp.sendmail(letter.sender, letter.recipients, letter.data)
            finally:  # the server has taken it or not: how it says goodbye changes nothing
                with suppress(OSError):
                    smtp.quit()
                smtp.close()

    def _plain(self) -> smtplib.SMTP:
        smtp = _Plain(self.server, self.deadline)
        try:
            if self.server.security == "starttls":
                self.step = "starttls"
                smtp.starttls(context=self.server.tls)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _login(self, smtp: smtplib.SMTP) -> None:
        secure = isinstance(smtp.sock, ssl.SSLSocket) or is_loopback(self.server.host)
        if self.server.username and secure:
            self.step = "login"
            smtp.login(self.server.username, self.server.password)


def hand_in(server: Server, letter: Letter) -> Answer:
    """Gives ``letter`` to ``server``. What came of it is a value; ``answer`` of Sent holds at most a ``note``."""
    session = _Session(server)
    try:
        refused = session.run(letter)
    except (OSError, UnicodeError) as error:  # SMTPException and SSLError are OSErrors
        return _Fault(server, session.step, session.deadline.over).of(error)
    return Sent({"note": _some_refused(server, refused, len(letter.recipients))} if refused else {})


# -- what went wrong --------------------------------------------------------------------------------------

_STEPS: Final = {
    "connect": "the connection",
    "starttls": "STARTTLS",
    "login": "the login",
    "mail": "the mail",
    "from": "the sender",
    "to": "the recipients",
}

_ASK: Final = "ask whoever keeps the server"
_FIXES: Final[Mapping[tuple[str, int], str]] = {  # by step and code; code 0: any other
    ("connect", 0): "the server takes nothing from this machine: check host and port, and ask whoever keeps it",
    ("starttls", 0): f"the server cannot do TLS now; {_ASK}",
    ("login", 530): "set security: starttls or tls",
    ("login", 534): "the provider wants another way to log in: make an app password, or allow SMTP AUTH there",
    ("login", 535): "check username and password; many providers want an app password in the place of one's own",
    ("login", 538): "set security: starttls or tls",
    ("login", 0): "check username and password, and that the provider allows SMTP AUTH",
    ("from", 530): "the server wants a login first: set username and password (and security: starttls or tls)",
    ("from", 550): "the server does not let this login send as from: use an address that it may send as",
    ("from", 552): f"the message is too big for the server; {_ASK}",
    ("from", 553): "the server does not let this login send as from: use an address that it may send as",
    ("from", 0): f"check from, username and password; else {_ASK}",
    ("to", 530): "the server wants a login first: set username and password (and security: starttls or tls)",
    ("to", 552): "a mailbox of to is full: have it emptied, or use another",
    ("to", 0): "check the addresses of to; a server that does not relay for strangers wants username and password",
    ("mail", 552): f"the message is too big for the server, or a mailbox is full; {_ASK}",
    ("mail", 554): f"the server takes it for spam or forbids it: is from one of its own? else {_ASK}",
    ("mail", 0): f"read what the server says; else {_ASK}",
}

_NOT_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"})
_CONNECT: Final = {
    errno.ECONNREFUSED: "refused the connection",
    errno.EHOSTUNREACH: "cannot be reached",
    errno.ENETUNREACH: "cannot be reached",
    errno.ECONNRESET: "broke the connection off",
    errno.EPIPE: "broke the connection off",
}


@dataclass(frozen=True, slots=True)
class _Fault:
    server: Server
    step: str
    overdue: bool

    def of(self, error: Exception) -> Answer:
        # smtplib makes of a time-out that the connection was closed, and keeps it as the context
        if self.overdue or any(isinstance(one, TimeoutError) for one in (error, error.__context__)):
            return PassingFault(f"{self.server.place} was not done within {self.server.timeout:g} s")
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            return self._all_refused(error.recipients)
        if isinstance(error, smtplib.SMTPResponseException):
            step = "from" if isinstance(error, smtplib.SMTPSenderRefused) else self.step
            # what a server says are bytes; smtplib's own 500 of an endless line is a text
            code = error.smtp_code if isinstance(error.smtp_error, bytes) else _NO_SMTP
            return self._said(step, code, error.smtp_error)
        if isinstance(error, ssl.SSLError):
            return self._tls(error)
        return self._broken(error)

    def _all_refused(self, refused: Mapping[str, tuple[int, bytes]]) -> Answer:
        code, text = min(refused.values(), key=lambda said: said[0])
        return self._said("to", code, text)

    def _said(self, step: str, code: int, text: bytes | str) -> Answer:
        told = _words(self.server, code, text, quoted=step != "login")
        if not 500 <= code < 600:  # or what came was no SMTP
            return PassingFault(f"{self.server.place} put {_STEPS[step]} off: {told}")
        fix = _FIXES.get((step, code)) or _FIXES[step, 0]
        return FinalFault(f"{self.server.place} refused {_STEPS[step]}: {told}", fix)

    def _tls(self, error: ssl.SSLError) -> Answer:
        place = self.server.place
        if isinstance(error, ssl.SSLCertVerificationError):
            return untrusted(error, place)
        reason: str | None = getattr(error, "reason", None)
        if reason in _NOT_TLS:
            return FinalFault(f"{place} does not speak TLS", "check the port; on 587 and 25 it is security: starttls")
        if reason is None or isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
            return PassingFault(f"{place} closed the connection during the TLS handshake")
        return FinalFault(f"no TLS connection to {place} ({printable(reason, 60)})", f"{_ASK} which TLS it takes")

    def _broken(self, error: Exception) -> Answer:
        place = self.server.place
        if isinstance(error, smtplib.SMTPNotSupportedError):
            what, fix = _NOT_OFFERED["login" if self.step == "login" else "starttls"]
            return FinalFault(f"{place} {what}", fix)
        if isinstance(error, smtplib.SMTPServerDisconnected):
            return PassingFault(f"{place} closed the connection at {_STEPS[self.step]}")
        if isinstance(error, smtplib.SMTPException):  # no way to log in that both know
            what, fix = _NOT_OFFERED["login"]
            return FinalFault(f"{place} {what}", fix)
        if isinstance(error, socket.gaierror | UnicodeError):
            return PassingFault(f"the host name of {place} cannot be resolved")
        number = getattr(error, "errno", None) or 0
        return PassingFault(f"{place} {_CONNECT.get(number) or f'cannot be talked to ({os.strerror(number)})'}")


_NOT_OFFERED: Final = {
    "starttls": (
        "offers no STARTTLS",
        "check host and port; a server that speaks TLS from the start (465) wants security: tls",
    ),
    "login": (
        "offers no login that we know (PLAIN, LOGIN, CRAM-MD5)",
        "check host and port; a relay that wants no login wants no username",
    ),
}


def _words(server: Server, code: int, text: bytes | str, *, quoted: bool = True) -> str:
    """A server's reply: its codes, and its words where they may be shown."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if not 200 <= code < 600:
        return "what it says is no SMTP"
    if not quoted or (server.password and server.password in said):
        enhanced = _ENHANCED.match(said)
        return f"{code} {enhanced[0]}" if enhanced else str(code)
    return f"{code} {printable(' '.join(said.split()), 160)}".rstrip()


def _some_refused(server: Server, refused: Mapping[str, tuple[int, bytes]], count: int) -> str:
    named: Sequence[str] = [f"{printable(to)} ({_words(server, *said)})" for to, said in refused.items()]
    more = f" and {len(named) - _MOST_REFUSED} more" if len(named) > _MOST_REFUSED else ""
    return f"{count - len(refused)} of {count} recipients took it; refused: {', '.join(named[:_MOST_REFUSED])}{more}"
