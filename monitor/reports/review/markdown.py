"""A review of baselines as GitHub's Markdown, for a comment on a pull request: the weightiest first, and bounded.

All foreign text stands in code (see ``_markdown``). A comment may have 65,536 characters; bytes are counted, so that it
fits however characters are counted. What does not fit is left out, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor.reports._markdown import block, span
from monitor.reports.review import Kind, Review, Reviewed
from monitor.reports.review.words import figures, label, lines, same, when

MARK: Final = "<!-- monitor baseline review -->"  # by which a job finds its own comment again
LONGEST: Final = 65_000  # bytes
MOST_LINES: Final = 40  # of one baseline
MOST_NOTES: Final = 10
_RESERVE: Final = 500  # bytes, for what is said of what was left out
_NAME: Final = 160  # characters


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


def _approval(one: Reviewed) -> Iterator[str]:
    approval = one.approval
    if approval is None:
        return
    was = "was approved" if one.kind is Kind.REMOVED else "approved"
    why = f": {span(approval.note)}" if approval.note else ", **without a note**"
    yield f"{was} by {span(approval.by, _NAME)}, {when(approval)}{why}"
    for said, outputs in (("accepted now", one.accepted), ("no longer accepted", one.withdrawn)):
        if outputs:
            yield f"losses {said}: {', '.join(span(output, _NAME) for output in outputs[:MOST_NOTES])}" + _more(outputs)


def _more(found: tuple[str, ...]) -> str:
    return f" and {len(found) - MOST_NOTES} more" if len(found) > MOST_NOTES else ""


def _bounded(found: list[str]) -> list[str]:
    rest = len(found) - MOST_LINES
    return found if rest <= 0 else [*found[:MOST_LINES], f"({rest:,} more lines, none worse)"]


def _one(one: Reviewed) -> str:
    said = [span(one.reason)] if one.reason else [same(one)] if same(one) else []
    facts = [*said, *_approval(one), *(f"note: {span(note)}" for note in one.notes[:MOST_NOTES])]
    found = lines(one)
    parts = [
        f"#### {label(one)} {span(one.vendor, _NAME)}: {span(one.description, _NAME)}",
        "\n".join(f"- {fact}" for fact in facts),
        block(_bounded(found)) if found else "",
    ]
    return "\n\n".join(filter(None, parts))


def render(review: Review) -> str:
    """At most LONGEST bytes of UTF-8."""
    notes = [f"- note: {span(note)}" for note in review.notes[:MOST_NOTES]]
    head = [MARK, "## monitor: baselines", f"{span(review.base)} → {span(review.head)}: {figures(review)}"]
    parts = ["\n".join(head[:2]), head[2], *(["\n".join(notes)] if notes else [])]
    room = LONGEST - _size("\n\n".join(parts)) - _RESERVE
    left_out = 0
    for one in review.reviewed:
        text = _one(one)
        if (needed := _size(text) + 2) > room:
            left_out += 1
            continue
        room -= needed
        parts.append(text)
    if left_out:
        parts.append(f"**Left out, to stay within the length of a comment:** {left_out}; --format text has them all.")
    return "\n\n".join(parts) + "\n"
