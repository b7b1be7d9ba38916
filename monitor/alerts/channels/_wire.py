"""What channels that speak over a socket share: a whole message's time, and how hosts and keys are written."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from monitor.errors import UsageError
from monitor.model import FinalFault
from monitor.printable import printable

_CERTIFICATES: Final = {  # X509_V_ERR_* of OpenSSL
    9: ("is not valid yet", "check this machine's clock"),
    10: ("has expired", "have it renewed; check this machine's clock"),
    18: ("is signed by itself", "if it is the right one, give its file as ca"),
    19: ("is signed by an unknown CA", "give that CA's certificate as ca"),
    20: ("is signed by an unknown CA", "give that CA's certificate as ca"),
    21: ("is signed by an unknown CA", "give that CA's certificate as ca"),
    62: ("is for another host name", "write the host as the certificate names it"),
    64: ("is for another address", "write the host as the certificate names it"),
}
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Deadline:
    """Within it the socket that ``watch`` was told of is shut down after ``seconds``: who waits for it waits no longer.

    A socket's own time-out begins anew with every byte, so a peer that drips would hold us for ever.
    """

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._sock: Callable[[], socket.socket | None] = lambda: None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def watch(self, sock: Callable[[], socket.socket | None]) -> None:
        """``sock`` gives the socket of the moment; None while there is none."""
        self._sock = sock

    def _end(self) -> None:
        self.over = True
        if (sock := self._sock()) is not None:
            with suppress(OSError):  # closed already
                # the plain socket's own method: ssl's changes state under the thread that reads
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._timer.cancel()


def is_loopback(host: str) -> bool:
    """Whether what is sent to ``host`` stays on this machine."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def token(key: str) -> str:
    """``key`` as it may stand in any header: itself, or a digest where it has other characters than a token's."""
    return key if _TOKEN.fullmatch(key) else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def check_ca(file: str) -> str:
    """A setting. Raises ValueError."""
    if file and not Path(file).is_absolute():
        raise ValueError("must be an absolute path: a channel does not know where monitor.yaml lies")
    return file


def tls_context(ca: str) -> ssl.SSLContext:
    """Trusts the system's CAs and those in the file ``ca``. Raises UsageError where that cannot be used."""
    context = ssl.create_default_context()
    if ca:
        try:
            context.load_verify_locations(ca)
        except (OSError, ValueError):  # SSLError is an OSError
            fix = "give a file of PEM certificates"
            raise UsageError("ca cannot be read as certificates", where=printable(ca), fix=fix) from None
    return context


def untrusted(error: ssl.SSLCertVerificationError, whose: str) -> FinalFault:
    what, fix = _CERTIFICATES.get(error.verify_code, ("cannot be verified", "give its CA's certificate as ca"))
    return FinalFault(f"the certificate of {whose} {what}", fix)
