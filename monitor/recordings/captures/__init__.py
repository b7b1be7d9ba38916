"""A HAR 1.2 capture as browsers and proxies write it: its entries as requests and responses.

1. What is no HAR is one error. What is wrong with one entry costs that entry: its ``fault`` says why, with the place.
2. Beyond HAR 1.2 nothing is asked for, and of it only what is needed: optional fields may be missing, extensions
   (``_initiator``) are passed over however deep they are. A text in a wrong type is a fault, a time or a size is not.
3. What is no HTTP exchange at all (web sockets, ``data:``, a proxy's CONNECT) is counted and passed over.
4. A body that is missing or empty although there was one was evicted, or never saved: that is no empty body. Of HEAD,
   204, 205, 304 and redirects no body is expected.
5. HTTP/2's pseudo headers (``:authority``) are no headers. A header of several lines is several headers, as Chrome
   joins Set-Cookie.
6. A text body is encoded as its Content-Type says, for a HAR holds text and not bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from monitor.errors import CaptureError, JsonError, RecordingError
from monitor.jsonpaths import Json, read_value
from monitor.model import Request, Response
from monitor.printable import printable
from monitor.recordings.captures.messages import EXPORT, LostError, OtherError, request_of, response_of
from monitor.recordings.fields import Field
from monitor.recordings.files import read

MAX_BYTES: Final = 200_000_000
_LONGEST_TIME: Final = 1e9  # milliseconds


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange of a capture. ``index`` is that of ``$.log.entries``; ``fault`` says why it cannot be kept.

    ``notes`` say what is odd about it. ``started`` is None where the capture does not tell, ``response`` where there
    is none to keep.
    """

    index: int
    request: Request
    response: Response | None = None
    started: datetime | None = None
    elapsed: float = 0.0
    fault: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture read. ``file`` is its name without a folder; ``broken`` tells each entry of which nothing is known.

    ``others``: how many entries are no HTTP exchanges.
    """

    file: str
    entries: tuple[Entry, ...]
    broken: tuple[str, ...] = ()
    others: int = 0

    @property
    def count(self) -> int:
        """Of all entries."""
        return len(self.entries) + len(self.broken) + self.others


# -- the file ---------------------------------------------------------------------------------------------


def read_capture(path: Path) -> Capture:
    """The capture at ``path``. Raises CaptureError where it cannot be read or is no HAR with entries."""
    shown = printable(str(path), 500)
    try:
        data = read(path, MAX_BYTES + 1) if _size(path) <= MAX_BYTES else b""
    except RecordingError as error:
        raise CaptureError(error.what, where=shown, fix="name a HAR file") from None
    if max(_size(path), len(data)) > MAX_BYTES:
        what = f"it is larger than {MAX_BYTES:,} bytes"
        raise CaptureError(what, where=shown, fix="capture less, for instance the vendor's host alone")
    return parse_capture(data, path.name, shown)


def _size(path: Path) -> int:
    """0 where it cannot be told: then reading tells why."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def parse_capture(data: bytes, file: str, shown: str = "") -> Capture:
    """The capture that ``data`` is; ``shown`` is ``file`` as errors tell it. Raises CaptureError."""
    where = shown or printable(file, 500)
    entries = _entries(_document(data, where), where)
    read_: list[Entry] = []
    broken: list[str] = []
    others = 0
    for index, one in enumerate(entries):
        try:
            read_.append(_entry(one, index))
        except OtherError:
            others += 1
        except RecordingError as error:
            broken.append(error.what)
    if len(broken) == len(entries):
        raise CaptureError(f"none of its {len(broken)} entries can be read: {broken[0]}", where=where, fix=EXPORT)
    return Capture(printable(file), tuple(read_), tuple(broken), others)


def _document(data: bytes, where: str) -> Json:
    if not data.strip():
        raise CaptureError("it is empty", where=where, fix=EXPORT)
    try:
        return read_value(data)
    except JsonError as error:
        place = f"{where}: {error.where}" if error.where else where
        raise CaptureError(f"it is no HAR: {error.what}", where=place, fix=EXPORT) from None
    except RecursionError:
        raise CaptureError("it is nested too deeply to be read", where=where, fix=EXPORT) from None


def _entries(document: Json, where: str) -> tuple[Field, ...]:
    try:
        entries = tuple(Field(document, where)["log"]["entries"].members())
    except RecordingError as error:
        raise CaptureError(f"it is no HAR: {error.what}", where=where, fix=EXPORT) from None
    if not entries:
        fix = "open the network panel before the calls are made, and save again"
        raise CaptureError("it holds no entries", where=f"{where}: $.log.entries", fix=fix)
    return entries


# -- one entry --------------------------------------------------------------------------------------------


def _entry(entry: Field, index: int) -> Entry:
    """Raises RecordingError where not even the request can be read, OtherError for what is no HTTP exchange."""
    request, notes = request_of(entry["request"])
    started = _time(entry.object().get("startedDateTime"))
    if started is None:
        notes.append("the capture does not say when it was")
    if entry.object().get("_fromCache"):
        notes.append("the browser answered it from its cache: it may be older than it says")
    try:
        response, more = response_of(entry["response"], request.method)
    except RecordingError as error:
        return Entry(index, request, None, started, 0.0, error.what)
    except LostError as lost:
        return Entry(index, request, None, started, 0.0, str(lost))
    return Entry(index, request, response, started, _elapsed(entry), notes=(*notes, *more))


def _time(value: Json) -> datetime | None:
    """A moment in UTC; one without a time zone is taken as UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment and (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def _milliseconds(entry: Mapping[str, Json]) -> Iterator[float]:
    for value in entry.values():
        try:
            yield Field(value, "").number()
        except RecordingError:
            continue


def _elapsed(entry: Field) -> float:
    """In seconds; 0 where it is not known (-1)."""
    timings = entry.object().get("timings")
    parts = {name: timings.get(name) for name in ("send", "wait", "receive")} if isinstance(timings, dict) else {}
    known = sum(_milliseconds({"time": entry.object().get("time")})) or -1.0
    told = known if known > 0 else sum(part for part in _milliseconds(parts) if part > 0)
    return min(told, _LONGEST_TIME) / 1000
