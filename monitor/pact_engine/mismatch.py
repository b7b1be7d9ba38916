"""What the engine says of one difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from monitor.errors import NotJudgedError

MismatchPlace: TypeAlias = Literal["status", "header", "body"]
_ORDER: Final[tuple[MismatchPlace, ...]] = ("status", "header", "body")

BODY_TYPE: Final = "BodyTypeMismatch"
HEADER_MISSING: Final = "HeaderMissing"
EMPTY_BODY: Final = "Expected body but was empty"
FILLED_BODY: Final = "Expected empty body but received one"
_BACKTRACE: Final = "\n\nStack backtrace:"
_TOO_DEEP: Final = "recursion limit exceeded"


@dataclass(frozen=True, slots=True)
class EngineMismatch:
    """One difference as the engine prints it. ``expected``, ``actual`` and ``message`` may hold vendor values.

    ``path`` is the engine's own JSON path, the header's name, or empty; ``kind`` the engine's name for it
    (StatusMismatch, HeaderMismatch, BodyMismatch, BodyTypeMismatch; HeaderMissing is ours).
    """

    place: MismatchPlace
    path: str
    expected: str
    actual: str
    message: str
    kind: str

    def sort_key(self) -> tuple[int, str, str, str, str, str]:
        return (_ORDER.index(self.place), self.path, self.kind, self.message, self.expected, self.actual)


def body_mismatch(fields: Mapping[str, str]) -> EngineMismatch:
    """What the library prints of one difference of bodies. Raises NotJudgedError for a body that is too deep for it."""
    # where RUST_BACKTRACE is set the engine appends where it stands, which says nothing of the response
    message = fields.get("mismatch", "").partition(_BACKTRACE)[0]
    if message.startswith("Failed to parse") and _TOO_DEEP in message:
        raise NotJudgedError("the body is nested deeper than the 127 levels that Pact's engine reads")
    return EngineMismatch(
        place="body",
        path=fields.get("path", "$"),
        expected=fields.get("expected", ""),
        actual=fields.get("actual", ""),
        message=message,
        kind=fields.get("type", ""),
    )
