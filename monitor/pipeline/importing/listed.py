"""The data actions that a monitor.yaml lists, as it is written, whether or not the rest of it is right."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Final

from monitor.config.files import absolute
from monitor.config.tree import Scalar, Tree

_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry's file; where a glob is written, one of the files that it finds. ``root`` is monitor.yaml's folder."""

    file: Path
    written: str
    root: Path
    integration: str

    def covers(self, file: Path) -> bool:
        """Whether the entry lists ``file``, or will when it is there."""
        if file == self.file:
            return True
        wanted = absolute(self.root, self.written)
        if not (file.is_relative_to(self.root) and wanted.is_relative_to(self.root)):
            return False
        return _matches(file.relative_to(self.root).parts, wanted.relative_to(self.root).parts)


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_matches(parts[index:], pattern[1:]) for index in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])


def listed_in(tree: Tree | None, vendor: str, root: Path) -> tuple[Listed, ...]:
    """The vendor's data actions in the tree of a file in ``root``."""
    found = below(below(below(tree, "vendors"), vendor), "data_actions")
    return tuple(one for entry in found for one in _entry(entry, root)) if isinstance(found, list) else ()


def below(tree: Tree | None, key: str) -> Tree | None:
    """What stands at a key; None where nothing does."""
    return tree.get(key) if isinstance(tree, dict) else None


def text_at(tree: Tree | None) -> str:
    """A leaf's text; empty where it is none."""
    return str(tree.value) if isinstance(tree, Scalar) and isinstance(tree.value, str) else ""


def _entry(entry: Tree, root: Path) -> Iterator[Listed]:
    written, integration = text_at(below(entry, "file")), text_at(below(entry, "integration"))
    if not written or "\0" in written:
        return
    full = written if Path(written).is_absolute() else f"{glob.escape(str(root))}/{written}"
    names = list(islice(glob.iglob(full, recursive=True), _MOST))  # noqa: PTH207 - absolute patterns
    yield from (Listed(absolute(root, name), written, root, integration) for name in names or (written,))
