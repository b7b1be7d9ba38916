"""When an output has turned blank or into another type, and in which words that is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.jsonpaths import Json, JsonType, format_path, json_type
from monitor.languages import MISSING, State, Value
from monitor.model import DEFAULT


@dataclass(frozen=True, slots=True)
class Turn:
    """An output that changed for the worse, from one state to another. ``at`` is where in it, if further down."""

    output: str
    before: str
    after: str
    detail: str = ""
    at: str = ""


def is_blank(value: Value) -> bool:
    """Missing, null, an empty string, array or object."""
    return value is MISSING or value is None or value in ("", [], {})


def state(value: Value) -> str:
    """A type's name (String), or missing, null, empty, error."""
    if isinstance(value, State):
        return "missing" if value is MISSING else "error"
    if value is None:
        return "null"
    return "empty" if is_blank(value) else json_type(value).value


class Known(Protocol):
    """What is known of outputs before any response."""

    def named(self, output: str) -> bool:
        """The translation itself names this nested output."""
        ...

    def listed(self, output: str) -> bool:
        """It is read out of an array: JSONata yields one value or an array, by the number of members."""
        ...

    def defaulted(self, output: str, before: Sequence[Value], after: Sequence[Value]) -> bool:
        """These values, none blank, are no longer made of the response: they are the translation's own."""
        ...


def turns(output: str, before: Value, after: Value, known: Known) -> Iterator[Turn]:
    """What ``output`` turned into, or else the nested outputs below it that the translation names."""
    return _turned(output, [before], [after], known)


def _turned(name: str, before: Sequence[Value], after: Sequence[Value], known: Known) -> Iterator[Turn]:
    """It was there in every one of ``before``, and now is in none of ``after``, or only as another type."""
    if not before or any(map(is_blank, before)):
        return
    there = [value for value in after if not is_blank(value)]
    were, are = _kinds(before), _kinds(there)
    if not there:
        yield Turn(name, state(before[0]), state(after[0]) if after else "missing")
    elif known.defaulted(name, before, there):
        yield Turn(name, state(before[0]), DEFAULT)
    elif not were.isdisjoint(are):
        yield from _members(name, before, there, known)
    elif JsonType.ARRAY.value in were | are and known.listed(name):
        yield from _turned(name, [*_spread(before)], [*_spread(there)], known)
    else:
        yield Turn(name, state(before[0]), state(there[0]))


def _kinds(values: Sequence[Value]) -> set[str]:
    """The types, where 1 and 1.0 are one."""
    words = set(map(state, values))
    return words - {JsonType.DECIMAL.value} | {JsonType.INTEGER.value} if JsonType.DECIMAL.value in words else words


def _spread(values: Sequence[Value]) -> Iterator[Value]:
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value


def _members(name: str, before: Sequence[Value], after: Sequence[Value], known: Known) -> Iterator[Turn]:
    """The members of arrays that turned into another type, or the keys of objects that turned blank."""
    were, are = ([*_spread([v for v in values if isinstance(v, list)])] for values in (before, after))
    if were and are and not any(map(is_blank, were)) and _kinds(were).isdisjoint(_kinds(are)):
        yield Turn(name, f"Array of {state(were[0])}", f"Array of {state(are[0])}")
        return
    yield from _keys(name, [*_objects(before)], [*_objects(after)], known)


def _keys(
    name: str, before: Sequence[dict[str, Json]], after: Sequence[dict[str, Json]], known: Known
) -> Iterator[Turn]:
    for key in dict.fromkeys(key for member in before for key in member):
        below = f"{name}{format_path((key,))[1:]}"
        if after and known.named(below):
            were, are = ([member.get(key, MISSING) for member in members] for members in (before, after))
            yield from _turned(below, were, are, known)


def by_name(outputs: Mapping[str, Value], prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Every value with its output's name: ``customer``, ``customer.name``; members of an array bear the array's."""
    for key, value in outputs.items():
        name = f"{prefix}{format_path((key,))[1:]}" if prefix else key
        yield name, value
        for held in _objects([value]):
            yield from by_name(held, name)


def _objects(values: Sequence[Value]) -> Iterator[dict[str, Json]]:
    for value in values:
        if isinstance(value, dict):
            yield value
        elif isinstance(value, list):
            yield from _objects(value)
