"""What channels that speak over a socket share: a whole message's time, and how hosts and keys are written."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from types import TracebackType
from typing import Final, Self

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
