"""What stays in this package: its own exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from monitor.languages.jsonpath.nodes import PathNode

INVALID: Final = "InvalidPathException"
FAILED: Final = "JsonPathException"
OUT_OF_BOUNDS: Final = "IndexOutOfBoundsException"


class InvalidPathError(Exception):
    """The text is no path. ``place`` counts from 0."""

    def __init__(self, what: str, place: int = 0) -> None:
        super().__init__(what)
        self.what, self.place = what, place


class EngineError(Exception):
    """An evaluation fails. ``kind`` is the Java exception's name; ``what`` quotes no value."""

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(what)
        self.kind, self.what = kind, what


class NotFoundError(Exception):
    """What ``path`` names is not there. ``depth``: how many of its tokens were walked before."""

    def __init__(self, path: PathNode, depth: int) -> None:
        super().__init__(depth)
        self.path, self.depth = path, depth
