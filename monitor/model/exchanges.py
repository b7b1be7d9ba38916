"""What happened: a request sent, and the response or the fault that came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.interactions import Headers


class Outcome(StrEnum):
    """What became of a planned interaction. Every one ends in exactly one of these."""

    SAME = "same"
    DRIFTED = "drifted"
    NO_BASELINE = "no_baseline"
    VENDOR_DOWN = "vendor_down"
    AUTH_FAILED = "auth_failed"
    RATE_LIMITED = "rate_limited"
    UNREADABLE = "unreadable"
    NOT_JUDGED = "not_judged"
    NOT_RUN = "not_run"

    @property
    def judged(self) -> bool:
        return self in (Outcome.SAME, Outcome.DRIFTED, Outcome.NO_BASELINE)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as sent: absolute URL, percent-encoded."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """A response as received. Header values are latin-1 text; ``body`` is content-decoded, exact.

    ``complete`` is False where the body was cut (too large, too slow, broken off, undecodable).
    """

    status: int
    reason: str
    http_version: str
    headers: Headers
    body: bytes = field(repr=False)
    complete: bool = True

    def header(self, name: str) -> str | None:
        """The first value of ``name`` (case-insensitive), or None."""
        folded = name.lower()
        return next((value for key, value in self.headers if key.lower() == folded), None)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an exchange cannot be judged: ``step`` is where it broke (dns, connect, tls, send, read, body, status)."""

    outcome: Outcome
    step: str
    what: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Captured:
    """Where an exchange was taken from that monitor did not make: an entry of a HAR capture.

    ``entry`` is the index in its ``$.log.entries``; ``at`` is when it was captured, None where the file does not say.
    """

    file: str
    entry: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request sent and the response got. ``started`` is UTC; ``elapsed`` in seconds, body included."""

    request: Request
    response: Response | None
    fault: Fault | None
    started: datetime
    elapsed: float
    captured: Captured | None = None  # None: monitor called
