"""A review of baselines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.printable import printable
from monitor.reports.review import Kind, Review, Reviewed
from monitor.reports.review.words import figures, label, lines, same, when


def _approval(one: Reviewed) -> Iterator[str]:
    approval = one.approval
    if approval is None:
        return
    was = "was approved" if one.kind is Kind.REMOVED else "approved"
    why = f": {printable(approval.note, 400)}" if approval.note else ", without a note"
    yield f"  {was} by {printable(approval.by)}, {when(approval)}{why}"
    for said, outputs in (("accepted now", one.accepted), ("no longer accepted", one.withdrawn)):
        if outputs:
            yield f"  losses {said}: {printable(', '.join(outputs), 400)}"


def _one(one: Reviewed) -> Iterator[str]:
    yield f"{label(one)}  {printable(one.vendor)}: {printable(one.description)}"
    if said := one.reason or same(one):
        yield f"  {printable(said, 500)}"
    yield from _approval(one)
    yield from (f"  {line}" for line in lines(one))
    yield from (f"  note: {printable(note, 400)}" for note in one.notes)


def render(review: Review) -> str:
    """Lines for people; vendor text is escaped."""
    found = [f"baselines: {printable(review.base, 300)} -> {printable(review.head, 300)}"]
    for one in review.reviewed:
        found += _one(one)
    found += [f"note: {printable(note, 400)}" for note in review.notes]
    return "\n".join([*found, figures(review)]) + "\n"
