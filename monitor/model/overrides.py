"""What monitor.yaml says of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RequestOverride:
    """What staging needs instead of the contract's example. ``body`` None keeps the contract's."""

    path: str | None = field(default=None, repr=False)
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    read_only: bool = False
    allow_writes: bool = False
