"""What a schema has against an output. Apart from the validator, which costs 50 ms to load and is seldom needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

IS_REQUIRED: Final = "it is required"
REQUIRED: Final = f"schema: {IS_REQUIRED}"


@dataclass(frozen=True, slots=True)
class Violation:
    """``at`` is the nested output that it lies in, as a translation names it (``customer.name``)."""

    detail: str
    at: str = ""
