"""What fails a whole action hides what other changes would cost it: they say so, and where to look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.errors import JsonError
from monitor.jsonpaths import Path, Touch, parse_path, touch
from monitor.model import FAILURE_PATH, Change, Finding, Loss, Severity
from monitor.printable import printable

_MOST: Final = 5  # outputs named
_ROOT: Final = 600  # characters of a root


@dataclass(frozen=True, slots=True)
class Failure:
    """An action that fails whole, because of what is at ``root``; and what its outputs read."""

    root: str
    translation: str
    reads: tuple[tuple[str, tuple[Path, ...]], ...]


def fails_whole(loss: Loss) -> bool:
    """The platform that runs the translation takes its failure path."""
    return loss.after == "error" and loss.detail.startswith(FAILURE_PATH)


def failures(findings: Sequence[Finding]) -> tuple[Failure, ...]:
    """The actions that fail whole."""
    found: dict[tuple[str, str], dict[str, tuple[Path, ...]]] = {}
    for finding in findings:
        loss = finding.detail
        if isinstance(loss, Loss) and fails_whole(loss):
            reads = tuple(path for read in loss.reads for path in _parsed(read))
            found.setdefault((finding.root, loss.translation), {})[loss.output] = reads
    return tuple(Failure(root, name, tuple(reads.items())) for (root, name), reads in found.items())


def also_read(root: str, group: Sequence[Finding], failed: Sequence[Failure]) -> Iterator[str]:
    """By which outputs of actions that fail for another reason the change at ``root`` is read."""
    if not any(isinstance(one.detail, Change) and one.severity is not Severity.INFO for one in group):
        return
    for failure in failed:
        names = [name for path in _parsed(root) for name in _readers(failure, path)]
        if names and failure.root != root:
            more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
            outputs = ", ".join(map(printable, names[:_MOST]))
            of = f"{printable(failure.translation)}, which fails already (see {printable(failure.root, _ROOT)})"
            yield f"also read by {outputs}{more} of {of}"


def _readers(failure: Failure, path: Path) -> Iterator[str]:
    for name, reads in failure.reads:
        if any(touch(read, path) is not Touch.NONE for read in reads):
            yield name


def _parsed(text: str) -> Iterator[Path]:
    """The path; none where it is a status or a header."""
    try:
        yield parse_path(text)
    except JsonError:
        return
