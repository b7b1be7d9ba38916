"""Telling systemd how far the daemon is (Type=notify): a datagram to the socket that it named. Else nothing."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress


def tell(state: str, environ: Mapping[str, str]) -> None:
    """``state`` is ``READY=1`` or ``STOPPING=1``. Nothing happens where nobody listens."""
    name = environ.get("NOTIFY_SOCKET", "")
    if not name.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect("\0" + name[1:] if name.startswith("@") else name)
        sender.send(state.encode("ascii"))
