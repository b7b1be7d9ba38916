"""The values that differ between two bodies, by DeepDiff, bounded.

DeepDiff takes time out of all proportion to its input (measured with 9.1, on one core):
1. Each value costs with the length of its path: 20,000 flat ones take 2 s, 220 that lie 90 deep take 12 s. So the steps
   of all paths are counted, and bounded: MAX_STEPS take about 5 s at worst.
2. Plain values in lists are aligned by difflib, whose time is cubic: two lists of 2,500 zeros and ones (15 KB) take
   150 s. So lists are compared member by member as soon as one holds more than LONG_LIST.
3. Texts of several lines are compared by lines as well, for a form that is not shown here: 10,000 lines take 40 s. So
   line ends are hidden from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeGuard

from deepdiff import DeepDiff

from monitor.errors import JsonError
from monitor.jsonpaths import Json, Step, format_path, read_json
from monitor.model import Response
from monitor.printable import printable
from monitor.reports.differences import Values

MAX_BYTES: Final = 1_000_000  # of both bodies
MAX_STEPS: Final = 80_000  # of the paths of all values, lists and objects, on both sides
LONG_LIST: Final = 100  # plain values
LONGEST: Final = 300  # characters of a value
_LINE_END: Final = "\uffff"  # stands for a line feed: no character at all to Unicode


@dataclass(slots=True)
class _Seen:
    """What was met on a walk."""

    steps: int = 0
    longest: int = 0  # members of the longest list of plain values


def _walked(value: Json, depth: int, seen: _Seen) -> Json:
    """``value`` without line ends, and its measures added to ``seen``; no further than the bound."""
    seen.steps += depth
    if seen.steps > MAX_STEPS:
        return None
    if isinstance(value, str):
        return value.replace("\n", _LINE_END)
    if isinstance(value, dict):
        return {key: _walked(member, depth + 1, seen) for key, member in value.items()}
    if isinstance(value, list):
        if not any(isinstance(member, dict | list) for member in value):
            seen.longest = max(seen.longest, len(value))
        return [_walked(member, depth + 1, seen) for member in value]
    return value


def _number(value: object) -> float | str:
    """A number that the JSON writer does not know: as a float where that is the same number."""
    number = float(str(value))
    return number if Decimal(str(number)) == value else str(value)


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return printable(str(value), LONGEST)
    text = json.dumps(value, ensure_ascii=False, default=_number)
    return printable(text.replace(_LINE_END, "\\n"), LONGEST)


def _is_step(step: object) -> TypeGuard[Step]:
    return isinstance(step, str | int)


def _place(steps: object) -> str:
    found = steps if isinstance(steps, list) else []
    return printable(format_path(tuple(step for step in found if _is_step(step))), LONGEST)


def _lines(before: Json, after: Json, *, by_member: bool) -> Iterator[str]:
    tree = DeepDiff(
        before, after, view="tree", zip_ordered_iterables=by_member, threshold_to_diff_deeper=0, verbose_level=2
    )
    for kind, found in tree.items():
        for one in found:
            place = _place(one.path(output_format="list"))
            if kind.endswith("_added"):
                yield f"{place}  added {_text(one.t2)}"
            elif kind.endswith("_removed"):
                yield f"{place}  removed {_text(one.t1)}"
            else:
                yield f"{place}  {_text(one.t1)} -> {_text(one.t2)}"


def _refused(what: str) -> Values:
    return Values(refusal=f"{what}; the structural difference is above")


def values(a: Response, b: Response) -> Values:
    """What differs in value from ``a`` to ``b``, or why that is not told. Vendor text is escaped."""
    if a.body == b.body:
        return Values()
    size = len(a.body) + len(b.body)
    if size > MAX_BYTES:
        return _refused(f"too large for the value view ({size:,} bytes, limit {MAX_BYTES:,})")
    try:
        documents = [read_json(response.body).value for response in (a, b)]
    except JsonError:
        return Values(refusal="a body is not JSON, so its values are not compared")
    seen = _Seen()
    before, after = (_walked(document, 1, seen) for document in documents)
    if seen.steps > MAX_STEPS:
        return _refused(f"too many values for the value view ({size:,} bytes, more than {MAX_STEPS:,} steps of paths)")
    return Values(tuple(_lines(before, after, by_member=seen.longest > LONG_LIST)))
