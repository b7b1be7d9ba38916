"""What ``record --from-har`` says of the capture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.model import Result
    from monitor.pipeline.capturing import Taken
    from monitor.pipeline.capturing.choosing import Stray
    from monitor.recordings.captures import Capture, Entry

MOST: Final = 10  # lines of one kind
PRIVACY: Final = (
    "note: a capture from production holds customers' data, and monitor masks secrets only: "
    "look with 'monitor show --raw' before you commit a baseline"
)


def lines_of(taken: Taken | None, result: Result) -> tuple[str, ...]:
    """Where an interaction's exchange was taken from."""
    return taken.lines.get((result.vendor, result.interaction_id), ()) if taken else ()


def remarks(capture: Capture, taken: Taken) -> Iterator[str]:
    """What was passed over and why, and what else a person should know. To be masked."""
    file = printable(capture.file)
    yield from _bounded([f"note: {file}: {text}; passed over" for text in capture.broken])
    lost = [f"note: {_shown(entry)}: {entry.fault}; passed over" for entry in capture.entries if entry.fault]
    yield from _bounded(lost)
    yield from _bounded([f"note: {_stray(one)}" for one in taken.strays.close])
    if taken.strays.others:
        yield f"note: like no interaction's: {taken.strays.others} of {capture.count} entries"
    if capture.others:
        yield f"note: no HTTP exchanges, and so passed over: {capture.others} of {capture.count} entries"
    if taken.exchanges:
        yield PRIVACY


def _bounded(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:MOST]
    if len(lines) > MOST:
        yield f"note: and {len(lines) - MOST} more like these"


def _shown(entry: Entry) -> str:
    """An entry without its host and its parameters' values."""
    return f"entry {entry.index} ({entry.request.method} {printable(urlsplit(entry.request.url).path, 200)})"


def _stray(one: Stray) -> str:
    name = printable(one.closest.description)
    return f"{_shown(one.seen.entry)} is no interaction's; closest: '{name}' ({one.differs})"
