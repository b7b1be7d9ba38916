"""A recorded body and the paths that are read -> an example body and matching rules (Pact V3 and V4).

1. A value is taken into the example where something reads it, or something that it is part of. What nobody reads is
   left out, so that nothing is demanded of it.
2. A list stands for its members: one example, a rule of its own (type, with min where no list seen there was empty),
   and rules for ``[*]``. So a member may demand only what every member seen has: what some lack is left out, and told.
   An index demands of every member what it reads of one, and as many members: Pact has no list of which only the first
   is looked at.
3. A scalar is matched by its type (an integer and a decimal are one), or by a regular expression (see `formats`). Of
   several types any is allowed; so is null beside others. What was only ever null, or a container among others,
   must be there, whatever it is.
4. Pact cannot name some keys in a rule: empty ones, those with a quote, and numbers written in another way.
5. The rules never tie: each path is named once, a longer path weighs more, and every scalar has a rule of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from monitor.contracts.building.formats import matchers_of
from monitor.jsonpaths import ANY, DESCENT, ROOT, Json, JsonType, Path, Touch, format_path, json_type, touch
from monitor.pact_engine.rules import fragment

Enums = Mapping[Path, Collection[str]]

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_NUMBERS: Final = frozenset({JsonType.INTEGER, JsonType.DECIMAL})
_CONTAINERS: Final = frozenset({JsonType.OBJECT, JsonType.ARRAY})
_READ: Final = frozenset({Touch.EXACT, Touch.WITHIN})
# null, or anything else: the engine holds an empty container's own text against an expression
_PRESENT: Final[Sequence[Json]] = (
    {"match": "null"},
    {"match": "notEmpty"},
    {"match": "regex", "regex": r"^(|\[\]|\{\})$"},
)
_BY_TYPE: Final[Mapping[JsonType, str]] = {
    JsonType.BOOLEAN: "boolean",
    JsonType.INTEGER: "number",
    JsonType.DECIMAL: "number",
    JsonType.STRING: "type",  # of the example, which is a string then
}

NOT_EVERY: Final = "not every member of the list has it"
UNNAMED: Final = "Pact has no way to name this key in a rule"
MIXED: Final = "it is of several types, so only its presence is demanded"
EMPTY: Final = "the list is empty in the recording, so nothing is demanded of its members"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is read and not, or not fully, in the contract. ``path`` is printed."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Body:
    """``demanded`` are the scalars and empty containers of the example, as places: what the vendor has to answer."""

    example: Json
    rules: Mapping[str, Json]
    demanded: tuple[Path, ...]
    left_out: tuple[LeftOut, ...]


def body_of(
    document: Json, reads: Collection[Path], enums: Enums | None = None, named: Collection[Path] = ()
) -> Body | None:
    """What ``document`` shows of what is read; None where nothing of it is. ``enums`` are by the path that reads.

    A list may be passed through unnamed, but for the ``named`` reads, which name all that they go through.
    """
    walk = _Walk(tuple(dict.fromkeys(reads)), enums or {}, frozenset(named))
    found = None if document is None or document == "" else walk.of(ROOT, "$", [document])  # no body, to Pact
    if found is None:
        return None
    left_out = tuple(dict.fromkeys(walk.left_out))
    return Body(found[0], dict(sorted(walk.rules.items())), tuple(walk.demanded), left_out)


def _rule(matchers: Sequence[Json], *, any_of: bool = False) -> Json:
    return {"combine": "OR" if any_of else "AND", "matchers": list(matchers)}


def _step(key: str) -> str:
    """How a rule's path names a key; empty where it cannot."""
    if not key or "'" in key or fragment(key) != key:
        return ""
    return f".{key}" if _PLAIN.fullmatch(key) else f"['{key}']"


@dataclass(slots=True)
class _Walk:
    """``of`` is given all values that stand at one place, and tells the example of them, if there is to be any."""

    reads: tuple[Path, ...]
    enums: Enums
    named: frozenset[Path] = frozenset()
    rules: dict[str, Json] = field(default_factory=dict)
    demanded: list[Path] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def of(self, place: Path, rule: str, values: Sequence[Json]) -> tuple[Json] | None:
        kinds = frozenset(map(json_type, values))
        if kinds == {JsonType.OBJECT}:
            return self._object(place, rule, [value for value in values if isinstance(value, dict)])
        if kinds == {JsonType.ARRAY}:
            return self._list(place, rule, [value for value in values if isinstance(value, list)])
        if self._touch(place) not in _READ:
            return self._mixed(place, rule) if kinds & _CONTAINERS and self._named(place) else None
        if kinds & _CONTAINERS:
            return self._mixed(place, rule)
        return self._scalar(place, rule, values, kinds)

    # -- containers

    def _object(self, place: Path, rule: str, values: Sequence[dict[str, Json]]) -> tuple[Json] | None:
        example: dict[str, Json] = {}
        for key in dict.fromkeys(key for value in values for key in value):
            below = (*place, key)
            if self._touch(below) is Touch.NONE:
                continue
            step, found = _step(key), [value[key] for value in values if key in value]
            if not step or len(found) < len(values):
                self._leave(below, found, NOT_EVERY if step else UNNAMED)
            elif (member := self.of(below, rule + step, found)) is not None:
                example[key] = member[0]
        if example:
            return (example,)
        return self._whole(place, rule, {})

    def _list(self, place: Path, rule: str, values: Sequence[list[Json]]) -> tuple[Json] | None:
        members = [member for value in values for member in value]
        found = self.of((*place, ANY), f"{rule}[*]", members) if members else None
        if found is None:
            if (whole := self._whole(place, rule, [])) and not members:
                self.left_out.append(LeftOut(format_path(place), EMPTY))
            return whole
        least = min(self._reach(place), *map(len, values))
        self.rules[rule] = _rule([{"match": "type", "min": least} if least else {"match": "type"}])
        return ([found[0]] * max(1, least),)

    def _whole(self, place: Path, rule: str, empty: Json) -> tuple[Json] | None:
        """A container of which nothing is demanded but that it is one."""
        is_led_through = isinstance(empty, list) and self._named(place)  # without the list it would be missing, not []
        if self._touch(place) not in _READ and not is_led_through:
            return None
        self.rules[rule] = _rule([{"match": "type"}])
        self.demanded.append(place)
        return (empty,)

    # -- scalars

    def _scalar(self, place: Path, rule: str, values: Sequence[Json], kinds: frozenset[JsonType]) -> tuple[Json]:
        self.demanded.append(place)
        texts = [value for value in values if isinstance(value, str)]
        others: Sequence[Json] = [value for value in values if value is not None]
        names = dict.fromkeys(name for kind, name in _BY_TYPE.items() if kind in kinds)
        matchers: list[Json] = [{"match": name} for name in names]
        if not others:
            self.rules[rule] = _rule(_PRESENT, any_of=True)
            return (None,)
        if len(names) == 1:
            matchers = matchers_of(texts, self._allowed(place)) if texts else [{"match": "type"}]
        if JsonType.NULL in kinds:
            matchers = [{"match": "null"}, *(matchers if len(matchers) == 1 or len(names) > 1 else matchers[:1])]
        self.rules[rule] = _rule(matchers, any_of=len(names) > 1 or JsonType.NULL in kinds)
        return (texts[0] if texts else others[0],)

    def _mixed(self, place: Path, rule: str) -> tuple[Json] | None:
        """Containers among others. A member of a list is there anyway."""
        self.left_out.append(LeftOut(format_path(place), MIXED))
        if place[-1:] == (ANY,):
            return None
        self.demanded.append(place)
        self.rules[rule] = _rule(_PRESENT, any_of=True)
        return (None,)

    # -- what is read

    def _touch(self, place: Path) -> Touch:
        found = {self._met(read, place) for read in self.reads}
        return next((one for one in (Touch.EXACT, Touch.WITHIN, Touch.THROUGH) if one in found), Touch.NONE)

    def _met(self, read: Path, place: Path) -> Touch:
        return touch(read, place, named_arrays=read in self.named)

    def _named(self, place: Path) -> bool:
        """Whether a read names the way through ``place``: one that looks at any depth demands nothing of the way."""
        return any(DESCENT not in read and self._met(read, place) is not Touch.NONE for read in self.reads)

    def _reach(self, place: Path) -> int:
        """How many members the reads need, by the indexes that they name."""
        rests = (rest for read in self.reads for rest in _rests(read, place))
        return 1 + max((rest[0] for rest in rests if rest and isinstance(rest[0], int)), default=0)

    def _allowed(self, place: Path) -> Collection[str]:
        return next((texts for read, texts in self.enums.items() if self._met(read, place) is Touch.EXACT), ())

    def _leave(self, place: Path, values: Sequence[Json], why: str) -> None:
        """Tells what is left out, where it is read, or something below it is."""
        if self._touch(place) in _READ or any(self._holds(place, value) for value in values):
            self.left_out.append(LeftOut(format_path(place), why))

    def _holds(self, place: Path, value: Json) -> bool:
        """Whether something that is read stands below ``place``."""
        return any(self._touch(below) in _READ or self._holds(below, child) for below, child in _children(place, value))


def _children(place: Path, value: Json) -> Iterator[tuple[Path, Json]]:
    if isinstance(value, dict):
        yield from (((*place, key), child) for key, child in value.items())
    elif isinstance(value, list):
        yield from (((*place, ANY), child) for child in value)


def _rests(read: Path, place: Path) -> Iterator[Path]:
    """What is left of ``read`` where it has come to ``place``, by every way."""
    if not place:
        yield read
        return
    head, step = read[:1], place[0]
    if head == (DESCENT,):
        yield from _rests(read[1:], place)
        yield from _rests(read, place[1:])
    elif head and (head[0] in (ANY, step) or (isinstance(head[0], int) and step is ANY)):
        yield from _rests(read[1:], place[1:])
    elif head and step is ANY:  # a list is passed through unnamed
        yield from _rests(read, place[1:])
