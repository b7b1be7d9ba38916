"""What a contract reads of the response's body, and where its rules leave the verdict to chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from monitor.checking.contract.places import ABSENT, Found, Place
from monitor.errors import JsonError
from monitor.jsonpaths import ANY, Json, Path, format_path, read_json
from monitor.model import Contract
from monitor.pact_engine import expected_contents, read_expected
from monitor.pact_engine.rules import Rule, body_rules, heaviest, makes_keys_data, may_tie
from monitor.printable import printable

MAX_DEPTH: Final = 200  # the engine refuses more than 127
_KEPT: Final = 32  # contracts whose answers are kept: a worker meets the same ones again and again


def json_of(content: bytes) -> Found:
    """The document, or ABSENT for what is not JSON."""
    try:
        return read_json(content, max_depth=MAX_DEPTH).value
    except JsonError:
        return ABSENT


def example(contract: Contract) -> Place | None:
    """The root of the contract's example body; None where it has none. Raises NotJudgedError."""
    content = expected_contents(contract.pact)
    if content is None:
        return None
    rules = body_rules(read_expected(contract.pact).rules)
    return Place((), json_of(content), ABSENT, rules, keyed=makes_keys_data(rules))


def _children(place: Place) -> list[Place]:
    value = place.expected
    if isinstance(value, dict):
        return [place.child(key) for key in value]
    return [place.member(index) for index in range(len(value))] if isinstance(value, list) else []


def _walk(place: Place) -> Iterator[Place]:
    yield place
    for child in _children(place):
        yield from _walk(child)


def _leaves(value: Json, path: Path) -> Iterator[Path]:
    """As ``_walk`` finds them where every key is a name: no rule need be weighed."""
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(child, (*path, key))
    elif isinstance(value, list) and value:
        for child in value:
            yield from _leaves(child, (*path, ANY))
    else:
        yield path


@lru_cache(_KEPT)
def reads(contract: Contract) -> tuple[Path, ...]:
    """The body paths that the contract's example names: leaves and empty containers, indexes as ANY, in its order.

    A body that is not JSON is read whole: the root. Raises NotJudgedError for a contract that cannot be read.
    """
    root = example(contract)
    if root is None:
        return ()
    if not root.keyed and root.expected is not ABSENT:
        return tuple(dict.fromkeys(_leaves(root.expected, ())))
    return tuple(dict.fromkeys(place.path for place in _walk(root) if not _children(place)))


# -- ties -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tie:
    """Rules (their paths as written) of which the official matcher takes either at ``place``."""

    paths: tuple[str, ...]
    place: str

    def __str__(self) -> str:
        paths = " and ".join(printable(path) for path in self.paths)
        return f"{paths} weigh the same at {self.place}: Pact's engine takes either, at random"


def _tie(place: Place) -> tuple[Rule, ...]:
    tied = heaviest(place.rules, place.fragments)
    differ = {(rule.is_at(place.fragments), rule.any_is_enough, str(rule.matchers)) for rule in tied}
    return tied if len(differ) > 1 else ()


def _with_extra_members(place: Place) -> Iterator[Place]:
    """The walk, with one more member in every list than the example has: responses may have it."""
    yield place
    children = _children(place)
    value: Json | object = place.expected
    if isinstance(value, list) and value:
        children.append(place.member(len(value)))
    for child in children:
        yield from _with_extra_members(child)


def ties(root: Place) -> tuple[Tie, ...]:
    """Where rules weigh the same at one path of the example ``root``, and differ; each set of rules once."""
    if root.expected is ABSENT or not may_tie(root.rules):
        return ()
    where: dict[tuple[str, ...], str] = {}
    for place in _with_extra_members(root):
        if tied := _tie(place):
            where.setdefault(tuple(sorted(rule.path for rule in tied)), format_path(place.path))
    return tuple(Tie(paths, place) for paths, place in sorted(where.items()))


@lru_cache(_KEPT)
def tied_rules(contract: Contract) -> tuple[str, ...]:
    """The rules between which the official matcher chooses at random, a line each. Raises NotJudgedError.

    Only rules that weigh most at one and the same path of the example, and differ, count.
    """
    root = example(contract)
    return tuple(f"the contract's rules {tie}" for tie in ties(root)) if root is not None else ()
