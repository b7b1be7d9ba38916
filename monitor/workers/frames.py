"""What parent and worker say to each other: frames of bytes, each with its length before it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO, Final

from monitor.model import Case, StoredCase

LENGTH: Final = struct.Struct(">Q")
READY: Final = b"ready"
MAX_ANSWER: Final = 256_000_000  # bytes of one judgement
SHOW_ERRORS: Final = "MONITOR_TRACEBACK"  # what a worker says on standard error is shown, not dropped


@dataclass(frozen=True, slots=True)
class Task:
    """A case, the seconds it may take, and the bytes of memory a worker may use for it.

    ``remember``: a response that this worker has judged on the same terms is not judged again.
    """

    case: Case | StoredCase
    deadline: float
    memory: int
    remember: bool = True


def send(stream: IO[bytes], payload: bytes) -> None:
    stream.write(LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()


def receive(stream: IO[bytes], limit: int) -> bytes | None:
    """The next frame; None at the end of input, or for a frame longer than ``limit``."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    if length > limit:
        return None
    payload = stream.read(length)
    return payload if len(payload) == length else None
