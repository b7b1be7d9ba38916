"""What both forms for people say alike of a review."""

from __future__ import annotations

from collections import Counter

from monitor.model import Approval
from monitor.reports.review import KINDS, Kind, Review, Reviewed


def label(one: Reviewed) -> str:
    return one.kind.value.upper() + (f" ({one.worst})" if one.worst else "")


def lines(one: Reviewed) -> list[str]:
    """What was found, line by line; vendor text in it is escaped, but for Markdown."""
    found: list[str] = []
    for told in one.told:
        found.append(told.severity.value if one.judged else told.root)
        found += [f"  {line}" for line in told.lines]
    return found


def when(approval: Approval) -> str:
    return f"{approval.at:%Y-%m-%d %H:%M:%S} UTC"


def figures(review: Review) -> str:
    counts = Counter(one.kind for one in review.reviewed)
    parts = [f"{counts[kind]} {kind.value}" for kind in KINDS if counts[kind]]
    return ", ".join([*parts, f"{review.unchanged} unchanged"])


def same(one: Reviewed) -> str:
    """What is said of a recording that was made again; empty for all others."""
    return "no structural difference" if one.kind is Kind.RERECORDED else ""
