"""What was found at one root, in half a line: for lists of many runs. The whole is told by checking's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from monitor.model import HEADER_ROOT, Change, ChangeKind, Finding, Loss, Mismatch, Severity
from monitor.printable import printable

LONGEST: Final = 110  # characters
_ROOT: Final = 60


def _turned(change: Change) -> str:
    return f"{change.before} -> {change.after}"


_OF_KIND: Final[Mapping[ChangeKind, Callable[[Change], str]]] = {
    ChangeKind.REMOVED: lambda change: f"removed ({change.before})",
    ChangeKind.ADDED: lambda change: f"added ({change.after})",
    ChangeKind.RENAMED: lambda change: f"renamed to {change.to}",
    ChangeKind.RETYPED: _turned,
    ChangeKind.NULLABLE: _turned,
    ChangeKind.NOT_NULL: lambda change: f"was always Null, is {change.after}",
    ChangeKind.EMPTIED: lambda _: "has no members any more",
    ChangeKind.STATUS: _turned,
    ChangeKind.MEDIA_TYPE: _turned,
    ChangeKind.HEADER_ADDED: lambda _: "added",
    ChangeKind.HEADER_REMOVED: lambda _: "removed",
}


def by_root(findings: Iterable[Finding]) -> Mapping[str, tuple[Finding, ...]]:
    """Findings by root, the roots in the order in which they came: worst first."""
    groups: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: one.severity.rank):
        groups.setdefault(finding.root, []).append(finding)
    return {root: tuple(group) for root, group in groups.items()}


def worst(findings: Iterable[Finding]) -> Severity | None:
    return min((finding.severity for finding in findings), key=lambda one: one.rank, default=None)


def brief(group: Sequence[Finding], limit: int = LONGEST) -> str:
    """What was found at one root: ``$.customerId renamed to $.customer_id; customerId: String -> missing``.

    The change first, for it is the cause; what the contract forbids only where no change tells it; then the outputs.
    """
    root = group[0].root
    changes = [one.detail for one in group if isinstance(one.detail, Change)]
    renamed = [change for change in changes if change.kind is ChangeKind.RENAMED]
    mismatches = [one.detail for one in group if isinstance(one.detail, Mismatch)]
    said = [_OF_KIND[change.kind](change) for change in (renamed or changes)]
    said += [] if said else [_forbidden(one) for one in mismatches[:1]]
    lost = [f"output {one.detail.output}: {_lost(one.detail)}" for one in group if isinstance(one.detail, Loss)]
    place = "" if root.startswith("output:") else f"{printable(_place(root), _ROOT)} "
    return printable(f"{place}{'; '.join((*said, *lost))}", limit)


def _place(root: str) -> str:
    return f"header {root.removeprefix(HEADER_ROOT)}" if root.startswith(HEADER_ROOT) else root


def _forbidden(mismatch: Mismatch) -> str:
    return f"forbidden by the contract: {mismatch.actual or f'expected {mismatch.expected}'}"


def _lost(loss: Loss) -> str:
    return " -> ".join(filter(None, (loss.before, loss.after)))
