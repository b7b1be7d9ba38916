"""Files written elsewhere, as a patch that ``git apply`` takes at the root of the repository. PURE but for paths."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from monitor.errors import RecordingError, UsageError
from monitor.printable import printable

_MAX_LINES: Final = 20_000  # past this finding the lines in common takes minutes: the whole file is replaced
_ESCAPES: Final = {0x09: r"\t", 0x0A: r"\n", 0x0D: r"\r", 0x22: r"\"", 0x5C: r"\\"}
_NO_NEWLINE: Final = "\n\\ No newline at end of file\n"


def _quoted(name: str) -> str:
    """``name`` as git writes it in a patch: in C quotes where it is not plain."""
    raw = name.encode("utf-8", "surrogateescape")
    if all(0x20 <= byte < 0x7F and byte not in _ESCAPES for byte in raw):
        return name
    return '"' + "".join(_ESCAPES.get(b) or (chr(b) if 0x20 <= b < 0x7F else f"\\{b:03o}") for b in raw) + '"'


def _labelled(side: str, name: str) -> str:
    """A name in a ``---`` or ``+++`` line: a tab ends one with blanks."""
    quoted = _quoted(f"{side}/{name}")
    return f"{quoted}\t" if " " in quoted and not quoted.startswith('"') else quoted


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise RecordingError(
            "it is not text, so no patch can be made of it", where=printable(name), fix="delete the file first"
        ) from None


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _range(count: int) -> str:
    return f"{1 if count else 0},{count}"


def _hunks(old: list[str], new: list[str]) -> Iterator[str]:
    if len(old) + len(new) > _MAX_LINES:
        yield f"@@ -{_range(len(old))} +{_range(len(new))} @@\n"
        yield from (f"-{line}" for line in old)
        yield from (f"+{line}" for line in new)
        return
    diff = difflib.unified_diff(old, new)
    next(diff, None)
    next(diff, None)
    yield from diff


def _file_patch(name: str, old: bytes | None, new: bytes) -> Iterator[str]:
    if old == new:
        return
    yield f"diff --git {_quoted(f'a/{name}')} {_quoted(f'b/{name}')}\n"
    if old is None:
        yield "new file mode 100644\n"
    hunks = [*_hunks(_lines(_text(old or b"", name)), _lines(_text(new, name)))]
    if hunks:
        yield f"--- {'/dev/null' if old is None else _labelled('a', name)}\n+++ {_labelled('b', name)}\n"
    yield from (hunk if hunk.endswith("\n") else hunk + _NO_NEWLINE for hunk in hunks)


def baseline_patch(store_root: Path, repo_root: Path, old: Mapping[str, bytes | None], new: Mapping[str, bytes]) -> str:
    """The patch from ``old`` to ``new``; both by path below ``store_root``, None or missing where there is no file.

    Raises UsageError where the recordings lie outside the repository, RecordingError where a file is not text.
    """
    try:
        prefix = store_root.resolve().relative_to(repo_root.resolve())
    except ValueError:
        raise UsageError(
            "the recordings folder lies outside the git repository",
            where=printable(str(store_root), 500),
            fix="approve without --patch",
        ) from None
    return "".join(
        part for path in sorted(new) for part in _file_patch((prefix / path).as_posix(), old.get(path), new[path])
    )
