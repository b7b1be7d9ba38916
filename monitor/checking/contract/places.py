"""From the path that the engine prints to a place: what the contract's example and the response hold there.

The engine's paths are not always what they seem: a key that reads as a number is printed as an index, a key ``*`` as a
star. So the path is walked through both documents. Below ``values`` and ``eachValue`` keys are data, not names, and so
is a key that the example's object has not: such a key is ``[*]`` in a place. Where the example has no such member
(lists longer than it, data keys), its first stands in.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from monitor.jsonpaths import ANY, Json, Path, format_path
from monitor.pact_engine.rules import (
    KEYS_ARE_DATA,
    Fragments,
    Rule,
    RuleSet,
    Star,
    Token,
    fragment,
    heaviest,
    is_index,
    parse_tokens,
)
from monitor.printable import printable

BODY_NAME: Final = "the body"
PAST_THE_END: Final = sys.maxsize


class Absence(Enum):
    ABSENT = "absent"


ABSENT: Final = Absence.ABSENT
Found: TypeAlias = "Json | Absence"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the body: ``path`` is general, ``rules`` those in force there, ``fragments`` the engine's path."""

    path: Path
    expected: Found
    actual: Found
    rules: RuleSet
    fragments: Fragments = ()
    keyed: bool = True  # rules may take keys for data; where none does, no rule need be weighed to walk

    @property
    def root(self) -> str:
        return format_path(self.path)

    @property
    def name(self) -> str:
        """How a sentence names it: ``tags``, ``tags[*]``, ``the body``."""
        keys = [index for index, step in enumerate(self.path) if isinstance(step, str)]
        stars = "[*]" * (len(self.path) - (keys[-1] + 1 if keys else 0))
        key = self.path[keys[-1]] if keys else None
        return f"{printable(key) if isinstance(key, str) else BODY_NAME}{stars}"

    @property
    def rule(self) -> Rule | None:
        """The rule that the engine takes here (one of them, where several tie)."""
        return next(iter(heaviest(self.rules, self.fragments)), None)

    def child(self, key: str) -> Place:
        return _into_object(self, key)

    def member(self, index: int) -> Place:
        return _into_list(self, index)


def _each_value_rules(place: Place) -> RuleSet | None:
    """The rules in force below ``place``, where eachValue puts its own in place."""
    if not place.keyed:
        return None
    rule = place.rule
    if rule is None or not rule.is_at(place.fragments):
        return None
    inner = [one for matcher in rule.matchers if matcher.kind == "eachValue" for one in matcher.inner()]
    if not any(matcher.kind == "eachValue" for matcher in rule.matchers):
        return None
    return (Rule(f"{rule.path}.*", (*place.fragments, Star.ANY), tuple(inner)),)


def _keys_are_data(place: Place) -> bool:
    if not place.keyed:
        return False
    rule = place.rule
    if rule is None or not rule.is_at(place.fragments):
        return False
    return any(matcher.kind in KEYS_ARE_DATA for matcher in rule.matchers)


def _below(place: Place, step: str | int, expected: Found, actual: Found, *, named: bool) -> Place:
    return Place(
        path=(*place.path, step if named and isinstance(step, str) else ANY),
        expected=expected,
        actual=actual,
        rules=_each_value_rules(place) or place.rules,
        fragments=(*place.fragments, fragment(step)),
        keyed=place.keyed,
    )


def _into_object(place: Place, key: str) -> Place:
    wanted = place.expected if isinstance(place.expected, dict) else {}
    got = place.actual if isinstance(place.actual, dict) else {}
    data = _keys_are_data(place) or (bool(wanted) and key not in wanted)
    expected = wanted.get(key, ABSENT)
    if expected is ABSENT and data and wanted:
        expected = wanted[min(wanted)]
    return _below(place, key, expected, got.get(key, ABSENT), named=not data)


def _into_list(place: Place, index: int) -> Place:
    wanted = place.expected if isinstance(place.expected, list) else []
    got = place.actual if isinstance(place.actual, list) else []
    expected: Found = wanted[index] if index < len(wanted) else wanted[0] if wanted else ABSENT
    return _below(place, index, expected, got[index] if index < len(got) else ABSENT, named=False)


def _key_for(token: Token, objects: tuple[Mapping[str, Json], ...]) -> str:
    """The key that the engine prints as ``token``."""
    text = token.value if isinstance(token, Star) else token
    for keys in objects:
        if text in keys:
            return text
    alike = (key for keys in objects for key in keys if fragment(key) == text)
    return next(alike, text)


def _step(place: Place, token: Token) -> Place:
    both = (place.actual, place.expected)
    objects = tuple(value for value in both if isinstance(value, dict))
    is_list = isinstance(place.actual, list) or (isinstance(place.expected, list) and not objects)
    if is_list or (is_index(token) and not objects):
        return place.member(int(str(token)) if is_index(token) else PAST_THE_END)
    return place.child(_key_for(token, objects))


def find_places(path: str, start: Place) -> tuple[Place, ...]:
    """The places along the engine's ``path``, from ``start`` to what it names; only ``start`` if it is no path."""
    places = [start]
    for token in parse_tokens(path) or ():
        places.append(_step(places[-1], token))
    return tuple(places)
