"""An HTTP receiver that keeps what it was sent."""

from __future__ import annotations

import socket
import threading


class Receiver:
    """Takes requests one a connection, and answers each with ``answer``."""

    def __init__(self, answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n") -> None:
        self.answer = answer
        self.heads: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.lines: list[str] = []

    def __call__(self, connection: socket.socket, stop: threading.Event) -> None:
        with connection.makefile("rb") as stream:
            self.lines.append(stream.readline().decode().strip())
            head: dict[str, str] = {}
            while line := stream.readline().decode().strip():
                name, _, value = line.partition(":")
                head[name.lower()] = value.strip()
            self.heads.append(head)
            self.bodies.append(stream.read(int(head["content-length"])))
        connection.sendall(self.answer)
