"""Foreign text in GitHub's Markdown, so that nothing in it is read as Markdown.

Backslashes do not do: GitHub links @mentions, #numbers and URLs in escaped text too. In code nothing is read but the
end of the code, and so all text that is not our own stands in a code span or block, fenced by more backticks than it
holds in a row. It goes through ``printable``: one line, no control or bidirectional characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from monitor.printable import printable

LINE: Final = 300  # characters of a line
_BACKTICKS: Final = re.compile("`+")


def _fence(texts: Iterable[str], least: int) -> str:
    runs = (len(run) for text in texts for run in _BACKTICKS.findall(text))
    return "`" * max(least, max(runs, default=0) + 1)


def _shown(text: str, limit: int) -> str:
    return printable(printable(text, limit), limit)  # escapes are longer than what they stand for


def span(text: str, limit: int = LINE) -> str:
    """``text`` as a code span, cut to ``limit`` characters; a blank where there is none."""
    shown = _shown(text, limit) or " "
    fence = _fence((shown,), 1)
    # Markdown takes one blank off each end, and a backtick would lengthen the fence
    edged = shown.strip(" ") and (shown[0] in "` " or shown[-1] in "` ")
    return f"{fence} {shown} {fence}" if edged else f"{fence}{shown}{fence}"


def cell(text: str, limit: int = LINE) -> str:
    """``text`` as a code span in a cell of a table, where a bar ends the cell even in code."""
    return span(text, limit).replace("|", "\\|")


def block(lines: Iterable[str], limit: int = LINE, language: str = "") -> str:
    """``lines`` as a fenced code block that begins and ends on lines of its own; no line end after it.

    ``language`` is a name of ours (``diff``), never foreign text.
    """
    shown = [_shown(line, limit) for line in lines]
    fence = _fence(shown, 3)
    return "\n".join([f"{fence}{language}", *shown, fence])
