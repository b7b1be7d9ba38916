"""The paths of a translation as their author wrote them, and how they read after a rename.

A text is rewritten only where nothing can go wrong: it is a plain path, spelled as we print paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.errors import JsonError
from monitor.jsonpaths import Path, format_path, general, parse_path, starts_with

if TYPE_CHECKING:
    from monitor.languages import PlatformTranslation


def _plain(text: str) -> Path | None:
    try:
        path = parse_path(text)
    except JsonError:
        return None
    return path if format_path(path) == text else None


def written_to(root: str, platform: PlatformTranslation | None) -> tuple[tuple[str, str], ...]:
    """The platform translation's plain paths that lead to ``root`` or below it: where each stands, and its text."""
    place = _plain(root)
    if platform is None or place is None:
        return ()
    return tuple(
        (where, text)
        for where, text in platform.written.items()
        if (path := _plain(text)) is not None and starts_with(general(path), place)
    )


def rewritten(text: str, root: str, to: str) -> str:
    """A path that leads to ``root`` or below it, where the last key of that is the one of ``to`` now; else empty."""
    path, old, new = _plain(text), _plain(root), _plain(to)
    if not path or not old or not new or old[:-1] != new[:-1] or not starts_with(general(path), old):
        return ""
    return format_path((*path[: len(old) - 1], new[-1], *path[len(old) :]))
