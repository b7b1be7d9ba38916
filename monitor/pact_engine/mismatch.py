"""What the engine says of one difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

MismatchPlace: TypeAlias = Literal["status", "header", "body"]
_ORDER: Final[tuple[MismatchPlace, ...]] = ("status", "header", "body")

BODY_TYPE: Final = "BodyTypeMismatch"
HEADER_MISSING: Final = "HeaderMissing"


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
