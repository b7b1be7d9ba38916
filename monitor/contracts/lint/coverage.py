"""Which values of an example have a rule, and which rules have a value.

1. The example and the tokens of all rules are walked together: below a step only the rules stay that its token fits.
2. A rule holds where its tokens end, and below (it cascades), until another ends further down. ``values`` does not
   cascade: below it keys are data, and values without a rule of their own are exact.
3. Without a rule a scalar must be equal, and a list must have exactly as many members; an object may have more keys,
   so that an empty one demands nothing.
4. A null that only ``type`` holds for stays null for ever.
5. A rule whose tokens never end is never applied: the engine compares only what the example has. There are two ways
   out: members of a list past the example's, and keys below ``values`` and ``eachValue``.
Members of a list are one place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

from monitor.contracts.lint.written import WrittenRule
from monitor.jsonpaths import ANY, Json, Path, Step
from monitor.pact_engine.rules import KEYS_ARE_DATA, Star, Token, fragment, is_index


class Demand(Enum):
    """What is exact about a value."""

    VALUE = "value"
    LENGTH = "length"  # of a list whose members have rules
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Exact:
    """A topmost value that must be exactly the example's. ``at`` is a path into it, ``place`` whichever member."""

    demand: Demand
    at: Path
    place: Path
    value: Json
    leaves: int


@dataclass(frozen=True, slots=True)
class Unmet:
    """How far the example goes along a rule that it never meets: ``at``, and the key that it lacks there."""

    at: Path
    value: Json
    step: Token


@dataclass(slots=True)
class Coverage:
    """What the walk found. ``met``: the rules that hold somewhere, or that the vendor's answer can bring into force."""

    exact: dict[tuple[Path, Demand], Exact] = field(default_factory=dict)
    met: set[int] = field(default_factory=set)
    unmet: dict[int, Unmet] = field(default_factory=dict)


class _Hold(Enum):
    HELD = "held"
    EXACT = "exact"
    FREE = "free"  # nothing is demanded: an empty object


_Alive: TypeAlias = tuple[tuple[int, int], ...]  # rules that may still end, with how many of their tokens are used


@dataclass(frozen=True, slots=True)
class _At:
    """A value on the walk."""

    at: Path
    place: Path
    value: Json
    alive: _Alive
    kinds: frozenset[str] | None  # of the matchers that hold here; None: no rule does
    data: bool = False  # the keys are data


_TYPE_ONLY: Final = frozenset({"type"})


def leaves_of(value: Json) -> int:
    """Scalars and empty containers in ``value``."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(map(leaves_of, children)) or 1


def _unruled(value: Json) -> _Hold:
    """What a value without any rule demands."""
    if isinstance(value, dict):
        return _Hold.FREE if all(_unruled(child) is _Hold.FREE for child in value.values()) else _Hold.EXACT
    return _Hold.EXACT


def _fits(token: Token, part: str) -> bool:
    """Whether a token fits a step, which is given as the matcher compares it."""
    return token is Star.ANY or token == part or (token is Star.INDEX and is_index(part))


class _Walk:
    def __init__(self, rules: Sequence[WrittenRule]) -> None:
        self._kinds = [frozenset(one.kind for one in rule.matchers) for rule in rules]
        self._tokens = [rule.tokens or () for rule in rules]
        self.found = Coverage()

    def of(self, at: _At) -> _Hold:
        here = self._entered(at) if at.alive else at
        if isinstance(here.value, dict | list) and here.value:
            return self._container(here)
        self._missed(here)
        if here.kinds is None:
            return _unruled(here.value)
        if here.value is None and here.kinds == _TYPE_ONLY:
            self._tell(here, Demand.NULL)
        return _Hold.HELD

    def _entered(self, at: _At) -> _At:
        """``at`` with the rules that end here in force."""
        ending = [rule for rule, used in at.alive if used == len(self._tokens[rule])]
        if not ending:
            return at
        self.found.met.update(ending)
        kinds = frozenset().union(*(self._kinds[rule] for rule in ending))
        alive = tuple((rule, used) for rule, used in at.alive if used < len(self._tokens[rule]))
        data = bool(kinds & KEYS_ARE_DATA)
        return _At(at.at, at.place, at.value, alive, kinds, data)

    def _below(self, here: _At) -> Iterator[tuple[str | int, Json, _Alive]]:
        """The members of a value, each with the rules that are still alive there."""
        tokens = [self._tokens[rule][used] for rule, used in here.alive]
        every = tuple((rule, used + 1) for rule, used in here.alive)
        if isinstance(here.value, list) and all(isinstance(token, Star) for token in tokens):
            yield from ((index, member, every) for index, member in enumerate(here.value))
            return
        for step, member in _members(here.value):
            part = fragment(step) if tokens else ""
            fitting = (rule for rule, token in zip(every, tokens, strict=True) if _fits(token, part))
            yield step, member, tuple(fitting)

    def _container(self, here: _At) -> _Hold:
        kinds = None if here.kinds is not None and here.kinds <= {"values"} else here.kinds
        found: set[_Hold] = set()
        exact: list[_At] = []
        for step, value, alive in self._below(here):
            if not alive and kinds != _TYPE_ONLY:  # nothing more is to be found below
                hold = _unruled(value) if kinds is None else _Hold.HELD
            else:
                hold = self.of(_At((*here.at, step), (*here.place, _name(here, step)), value, alive, kinds))
            found.add(hold)
            if hold is _Hold.EXACT:
                exact.append(_At((*here.at, step), (*here.place, _name(here, step)), value, alive, kinds))
        self._missed(here)
        is_list = isinstance(here.value, list)
        if here.kinds is None and _Hold.HELD not in found:
            return _Hold.EXACT if is_list or exact else _Hold.FREE
        for child in exact:
            self._tell(child, Demand.VALUE)
        if here.kinds is None and is_list:
            self._tell(here, Demand.LENGTH)
        return _Hold.HELD

    def _tell(self, at: _At, demand: Demand) -> None:
        key = (at.place, demand)
        if key not in self.found.exact:
            self.found.exact[key] = Exact(demand, at.at, at.place, at.value, leaves_of(at.value))

    def _missed(self, here: _At) -> None:
        """Remembers how far each rule came, or that a vendor's answer may bring it into force."""
        for rule, used in here.alive:
            token, value = self._tokens[rule][used], here.value
            if here.data or (isinstance(value, list) and value and is_index(token)):
                self.found.met.add(rule)
            elif rule not in self.found.unmet or len(self.found.unmet[rule].at) < len(here.at):
                self.found.unmet[rule] = Unmet(here.at, value, token)


def _name(here: _At, step: str | int) -> Step:
    """A member's name in a place: whichever it is in a list, and where keys are data."""
    return ANY if isinstance(step, int) or here.data else step


def _members(value: Json) -> Sequence[tuple[str | int, Json]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def coverage(value: Json, rules: Sequence[WrittenRule]) -> Coverage:
    """``rules`` of the body on its example ``value``. A rule (by its index) in ``unmet`` and not in ``met`` is dead."""
    walk = _Walk(rules)
    root = _At((), (), value, tuple((index, 0) for index in range(len(rules))), None)
    if walk.of(root) is _Hold.EXACT:
        walk.found.exact[(), Demand.VALUE] = Exact(Demand.VALUE, (), (), value, leaves_of(value))
    return walk.found
