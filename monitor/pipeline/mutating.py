"""A JSON body with a key renamed, removed or made null: what a vendor's drift would make of it. PURE.

Everything else stays as it was written, numbers to the last digit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from monitor.errors import JsonError, UsageError
from monitor.jsonpaths import ANY, DESCENT, Json, Path, Step, format_path, general, parse_path, values_at

MOST_PATHS: Final = 10_000  # of one body that are looked at for what was probably meant
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Twist(StrEnum):
    RENAME = "rename"
    DROP = "drop"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Mutation:
    """``path`` leads to what is changed; ``to``: its new name (empty: its twin, see ``twin``)."""

    twist: Twist
    path: Path
    to: str = ""

    @property
    def words(self) -> str:
        where = format_path(self.path)
        if self.twist is Twist.RENAME:
            return f"{where} is now {format_path((*self.path[:-1], self.to or twin(str(self.path[-1]))))}"
        return f"{where} is {'gone' if self.twist is Twist.DROP else 'null'}"


def mutation(twist: Twist, text: str, to: str = "") -> Mutation:
    """As it is asked for. Raises UsageError for a path that leads to nothing that can be changed."""
    option = f"--{twist} {text}"
    try:
        path = parse_path(text)
    except JsonError as error:
        raise UsageError(error.what, where=option, fix=error.fix or "write for instance $.customerId") from None
    last: Step | None = path[-1] if path else None
    if last is None or (twist is Twist.RENAME and not isinstance(last, str)):
        raise UsageError("it names no key", where=option, fix="write for instance $.customerId or $.items[*].id")
    if DESCENT in path:
        raise UsageError("it may be anywhere", where=option, fix="write every step, for instance $.items[*].id")
    return Mutation(twist, path, to)


def twin(name: str) -> str:
    """``customerId`` and ``customer_id`` are each other's; a name of one word has none, and gets an end."""
    if "_" in name.strip("_"):
        first, *rest = name.split("_")
        return first + "".join(word[:1].upper() + word[1:] for word in rest)
    snake = _HUMP.sub("_", name.replace("-", "_")).lower()
    return snake if snake != name else f"{name}_new"


def mutated(body: Json, asked: Mutation) -> bool:
    """Changes ``body`` itself; whether there was anything to change."""
    *above, last = asked.path
    changed = False
    for parent in list(values_at(body, tuple(above))):
        for step in list(_members(parent, last)):
            _TWISTS[asked.twist](parent, step, asked.to)
            changed = True
    return changed


def _members(parent: Json, last: Step) -> Iterator[str | int]:
    """The steps from ``parent`` that ``last`` means, those at the end of a list first."""
    if isinstance(parent, dict):
        yield from (last,) if isinstance(last, str) and last in parent else ()
    elif isinstance(parent, list) and last is ANY:
        yield from range(len(parent) - 1, -1, -1)
    elif isinstance(parent, list) and isinstance(last, int) and -len(parent) <= last < len(parent):
        yield last


def _rename(parent: Json, step: str | int, to: str) -> None:
    if isinstance(parent, dict) and isinstance(step, str):
        new = to or twin(step)
        items = [(new if key == step else key, value) for key, value in parent.items() if key != new]
        parent.clear()
        parent.update(items)


def _drop(parent: Json, step: str | int, _: str) -> None:
    if isinstance(parent, dict | list):
        del parent[step]  # type: ignore[arg-type]  # a key of a dict, a place of a list


def _null(parent: Json, step: str | int, _: str) -> None:
    if isinstance(parent, dict | list):
        parent[step] = None  # type: ignore[index]  # as above


_TWISTS: Final[dict[Twist, Callable[[Json, str | int, str], None]]] = {
    Twist.RENAME: _rename,
    Twist.DROP: _drop,
    Twist.NULL: _null,
}


def paths_in(body: Json) -> Sequence[str]:
    """Every path in ``body``, members of lists as ``[*]``; no more than MOST_PATHS."""
    found: dict[str, None] = {}
    waiting: list[tuple[Path, Json]] = [((), body)]
    while waiting and len(found) < MOST_PATHS:
        path, value = waiting.pop()
        members: Iterator[tuple[Step, Json]] = iter(())
        if isinstance(value, dict):
            members = iter(value.items())
        elif isinstance(value, list):
            members = ((ANY, member) for member in value)
        for step, member in members:
            found.setdefault(format_path(general((*path, step))))
            waiting.append(((*path, step), member))
    return tuple(found)


def written(value: Json) -> str:
    """``value`` as JSON text; a Decimal as it was read."""
    if isinstance(value, dict):
        return f"{{{','.join(f'{json.dumps(key)}:{written(member)}' for key, member in value.items())}}}"
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)
