"""How bad a finding is: one table, by kind and by whether the consumer reads what it is rooted at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from monitor.errors import ConfigError, ConfigFault
from monitor.jsonpaths import Path, Touch, touch
from monitor.model import LOSS, MISMATCH, ChangeKind, Severity

_B, _W, _I = Severity.BREAKING, Severity.WARNING, Severity.INFO

_TABLE: Final[Mapping[str, tuple[Severity, Severity]]] = {
    # kind                     read  unread
    MISMATCH: (_B, _B),
    LOSS: (_B, _B),
    ChangeKind.REMOVED: (_B, _I),
    ChangeKind.RENAMED: (_B, _I),
    ChangeKind.RETYPED: (_B, _I),
    ChangeKind.STATUS: (_B, _I),
    ChangeKind.NULLABLE: (_W, _I),
    ChangeKind.EMPTIED: (_W, _I),
    ChangeKind.MEDIA_TYPE: (_W, _W),
    ChangeKind.NOT_NULL: (_I, _I),
    ChangeKind.ADDED: (_I, _I),
    ChangeKind.HEADER_ADDED: (_I, _I),
    ChangeKind.HEADER_REMOVED: (_I, _I),
}

KINDS: Final = tuple(str(kind) for kind in _TABLE)

# A contract names what it wants, so what lies within a path that it wants is no concern of its;
# a translation may hand on the whole of what it reads.
_CONTRACT_READS: Final = frozenset({Touch.EXACT, Touch.THROUGH})
_TRANSLATION_READS: Final = _CONTRACT_READS | {Touch.WITHIN}


def severity_of(kind: str, read: bool, overrides: Mapping[str, str]) -> Severity:
    """The severity of ``kind``: a ChangeKind's value, ``mismatch`` or ``loss``.

    ``overrides`` are keyed ``added``, or ``removed read`` and ``removed unread``, which win over ``removed``.
    Raises ConfigError where one is no severity.
    """
    key = f"{kind} {'read' if read else 'unread'}"
    override = overrides.get(key, overrides.get(kind))
    if override is None:
        of_read, of_unread = _TABLE[kind]
        return of_read if read else of_unread
    try:
        return Severity(override)
    except ValueError:
        what, fix = f"'{override}' is no severity", f"use one of {', '.join(Severity)}"
        raise ConfigError([ConfigFault("monitor.yaml", 0, 0, f"severity.{key}", what, fix)]) from None


def is_read(path: Path, contract_reads: Iterable[Path], translation_reads: Iterable[Path]) -> bool:
    """Whether contract or translation reads ``path``, something below it or (translation) the whole it is part of."""
    return any(touch(read, path, named_arrays=True) in _CONTRACT_READS for read in contract_reads) or any(
        touch(read, path) in _TRANSLATION_READS for read in translation_reads
    )
