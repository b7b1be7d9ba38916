"""Files read whole but bounded, with every failure as words: the only place of this room that opens a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from monitor.config.tree import Mark, Problem

KIB = 1024
MAX_FILE = 1024 * KIB

# a FIFO or a device must not hang the start; the flag does not exist on Windows
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def size_words(size: int) -> str:
    return f"{size // (KIB * KIB)} MiB" if size >= KIB * KIB else f"{size // KIB} KiB"


def _failure(error: OSError) -> Problem:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Problem("there is no such file")
    if isinstance(error, IsADirectoryError):
        return Problem("it is a folder, not a file")
    if isinstance(error, PermissionError):
        return Problem("it may not be read", "check its permissions")
    return Problem(f"it cannot be read ({error.strerror or type(error).__name__})")


def read_bounded(path: Path, limit: int = MAX_FILE) -> bytes | Problem:
    """The bytes of a regular file of at most ``limit`` bytes, or why not."""
    try:
        descriptor = os.open(path, _FLAGS)
    except ValueError:
        return Problem("its name holds a NUL character")
    except OSError as error:
        return _failure(error)
    try:
        return _read_open(descriptor, limit)
    except OSError as error:
        return _failure(error)
    finally:
        os.close(descriptor)


def _read_open(descriptor: int, limit: int) -> bytes | Problem:
    status = os.fstat(descriptor)
    if stat.S_ISDIR(status.st_mode):
        return Problem("it is a folder, not a file")
    if not stat.S_ISREG(status.st_mode):
        return Problem("it is not a plain file")
    too_large = Problem(f"it is larger than {size_words(limit)}")
    if status.st_size > limit:
        return too_large
    chunks: list[bytes] = []
    left = limit + 1
    while left > 0 and (chunk := os.read(descriptor, min(left, MAX_FILE))):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks) if left > 0 else too_large


def is_file(path: Path) -> bool:
    """Whether a file can be seen there; unlike Path's own, never an error (names too long, no permission)."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def mark_at(text: str, position: int) -> Mark:
    """The place of the character at ``position``."""
    before = text[:position]
    return Mark(before.count("\n") + 1, position - before.rfind("\n"))


def decode(data: bytes) -> str | tuple[Problem, Mark]:
    """UTF-8 text without a byte order mark, or what is wrong and where."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem("it is UTF-16 text", "save it as UTF-8"), Mark(1, 1)
    if data.startswith(b"\xef\xbb\xbf"):
        return Problem("it begins with a byte order mark (BOM)", "save it as UTF-8 without BOM"), Mark(1, 1)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        place = mark_at(before, len(before))
        return Problem(f"it is not UTF-8 text (byte 0x{data[error.start]:02x})", "save it as UTF-8"), place
