"""Differences for a terminal: each interaction as soon as it is compared, then one line of figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from monitor.printable import printable
from monitor.reports.differences import Difference, State, Values

_LABELS: Final = {
    State.SAME: "SAME",
    State.DIFFERS: "DIFFERS",
    State.ONLY_A: "ONLY IN A",
    State.ONLY_B: "ONLY IN B",
    State.NOT_COMPARED: "NOT COMPARED",
}
_COUNTED: Final = {
    State.DIFFERS: ("differs", "differ"),
    State.ONLY_A: ("only in A", "only in A"),
    State.ONLY_B: ("only in B", "only in B"),
    State.NOT_COMPARED: ("not compared", "not compared"),
    State.SAME: ("without a difference", "without a difference"),
}
_REASON: Final = 500  # characters
_MOST_LINES: Final = 1_000  # of values of one interaction


def _values(values: Values | None, indent: str) -> Iterator[str]:
    if values is None:
        return
    if values.refusal:
        yield f"{indent}values: {values.refusal}"
    elif not values.lines:
        yield f"{indent}no value differs"
    else:
        yield f"{indent}values"
        yield from (f"{indent}  {line}" for line in values.lines[:_MOST_LINES])
        if len(values.lines) > _MOST_LINES:
            yield f"{indent}  and {len(values.lines) - _MOST_LINES:,} more; --format json has them all"


def of_pair(difference: Difference) -> str:
    """The difference between two recordings that were named: no heading is needed."""
    lines: list[str] = []
    for told in difference.told:
        lines += [told.root, *(f"  {line}" for line in told.lines)]
    if difference.state is State.NOT_COMPARED:
        lines.append(f"not compared: {printable(difference.reason, _REASON)}")
    elif not lines:
        lines.append("no structural difference")
    return "\n".join([*lines, *_values(difference.values, "")]) + "\n"


def heading(a: str, b: str) -> str:
    return f"A  {printable(a, 300)}\nB  {printable(b, 300)}\n"


def of_one(difference: Difference) -> str:
    """One interaction of many. What is the same is only counted, unless values of it were asked for and differ."""
    quiet = difference.values is None or not (difference.values.lines or difference.values.refusal)
    if difference.state is State.SAME and quiet:
        return ""
    lines = [f"{_LABELS[difference.state]}  {difference.vendor}: {printable(difference.description)}"]
    if difference.reason:
        lines.append(f"    {printable(difference.reason, _REASON)}")
    for told in difference.told:
        lines += [f"  {told.root}", *(f"    {line}" for line in told.lines)]
    lines += _values(difference.values, "  ")
    lines += [
        f"  {side}: {printable(path, _REASON)}" for side, path in (("A", difference.a), ("B", difference.b)) if path
    ]
    return "\n".join(lines) + "\n"


def summary(states: Sequence[State]) -> str:
    counts = Counter(states)
    parts = [f"{counts[state]} {words[counts[state] > 1]}" for state, words in _COUNTED.items() if counts[state]]
    total = f"{len(states)} interaction{'' if len(states) == 1 else 's'}"
    return f"{total}: {', '.join(parts) or 'nothing was compared'}\n"
