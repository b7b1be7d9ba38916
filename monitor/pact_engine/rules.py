"""Matching rules of a contract's body, and which of them the official matcher takes for a path.

1. A rule's path is tokens after the root; ``*`` stands for one key or index, ``[*]`` for one index. A rule holds at its
   path and below it (it cascades).
2. Its weight at a path is the product over tokens of 2 for a literal and 1 for a star, the root being a literal, times
   the number of tokens. The heaviest rule that holds is taken; between equals the matcher takes either, at random.
3. ``eachValue`` puts rules of its own in the place of all others for what is below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from typing import Final, TypeAlias

from monitor.jsonpaths import Json


class Star(Enum):
    ANY = "*"
    INDEX = "[*]"


Token: TypeAlias = str | Star
Fragments: TypeAlias = tuple[str, ...]  # a path's keys and indexes as the matcher compares them

_TOKEN: Final = re.compile(
    r"""\.(?P<star>\*) | \[(?P<stars>\*)\] | \[(?P<index>\d+)\]
      | \['(?P<quoted>(?:[^'\\]|\\.)*)'\] | \.(?P<name>[^.\[\]'"\s*]+)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
MAX_INDEX_LENGTH: Final = 20  # digits of the largest 64-bit number
_COMPARED: Final = 300  # rules of one weight that are compared in pairs
_NUMBER: Final = re.compile(r"\+?[0-9]+")

# what matchers are also called, and what older files leave out
_KINDS: Final[Mapping[str, str]] = {
    "min": "type",
    "max": "type",
    "min-type": "type",
    "max-type": "type",
    "min-max-type": "type",
    "datetime": "timestamp",
    "content-type": "contentType",
    "array-contains": "arrayContains",
    "not-empty": "notEmpty",
    "each-key": "eachKey",
    "each-value": "eachValue",
    "status-code": "statusCode",
}
KEYS_ARE_DATA: Final = frozenset({"values", "eachValue"})
_OLD_KINDS: Final = ("regex", "min", "max", "timestamp", "date", "time")


def fragment(step: str | int) -> str:
    """A key or index as the matcher holds it: a key that reads as a number is an index to it."""
    text = str(step)
    return str(int(text)) if is_index(text) else text


def is_index(token: Token) -> bool:
    return isinstance(token, str) and len(token) <= MAX_INDEX_LENGTH and _NUMBER.fullmatch(token) is not None


@dataclass(frozen=True, slots=True)
class Matcher:
    """One matcher of a rule: its ``kind`` under one name, and its definition as the contract has it."""

    kind: str
    definition: Mapping[str, Json]

    def text(self, name: str) -> str:
        value = self.definition.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int | None:
        value = self.definition.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def inner(self) -> tuple[Matcher, ...]:
        """The matchers that eachKey and eachValue hold."""
        rules = self.definition.get("rules")
        return tuple(matcher(rule) for rule in rules if isinstance(rule, dict)) if isinstance(rules, list) else ()


def matcher(definition: Mapping[str, Json]) -> Matcher:
    named = definition.get("match", next((kind for kind in _OLD_KINDS if kind in definition), "equality"))
    kind = str(named)
    return Matcher(_KINDS.get(kind, kind), definition)


@dataclass(frozen=True, slots=True)
class Rule:
    """``path`` as the contract writes it; ``tokens`` without the root, None for the empty path."""

    path: str
    tokens: tuple[Token, ...] | None
    matchers: tuple[Matcher, ...]
    any_is_enough: bool = False

    def weight(self, fragments: Sequence[str]) -> int | None:
        """How heavy the rule is at a path; None where it does not hold there."""
        if self.tokens is None:
            return 0
        if len(self.tokens) > len(fragments):
            return None
        product = 2
        for token, part in zip(self.tokens, fragments, strict=False):
            if token == part:
                product *= 2
            elif not _holds(token, part):
                return None
        return product * (len(self.tokens) + 1)

    def is_at(self, fragments: Sequence[str]) -> bool:
        return self.tokens is not None and len(self.tokens) == len(fragments)


def _holds(token: Token, part: str) -> bool:
    return token is Star.ANY or (token is Star.INDEX and (is_index(part) or part == Star.INDEX.value))


RuleSet: TypeAlias = tuple[Rule, ...]


def parse_tokens(path: str) -> tuple[Token, ...] | None:
    """The tokens of a path that a contract or the engine prints; None for what is no such path."""
    if not path.startswith("$"):
        return None
    tokens: list[Token] = []
    position = 1
    while position < len(path):
        match = _TOKEN.match(path, position)
        if match is None:
            return None
        kind = match.lastgroup or ""
        if kind in ("star", "stars"):
            tokens.append(Star.ANY if kind == "star" else Star.INDEX)
        elif kind == "quoted":
            tokens.append(_ESCAPED.sub(r"\1", match[kind]))
        else:
            tokens.append(fragment(match[kind]) if kind == "index" else match[kind])
        position = match.end()
    return tuple(tokens)


def heaviest(rules: RuleSet, fragments: Sequence[str]) -> tuple[Rule, ...]:
    """The rules that weigh most at a path: none, the one that is taken, or the ones that tie."""
    weighed = [(weight, rule) for rule in rules if (weight := rule.weight(fragments)) is not None]
    most = max((weight for weight, _ in weighed), default=0)
    return tuple(rule for weight, rule in weighed if weight == most)


def makes_keys_data(rules: RuleSet) -> bool:
    """Whether some rule takes the keys of an object for data."""
    return any(matcher.kind in KEYS_ARE_DATA for rule in rules for matcher in rule.matchers)


def may_tie(rules: RuleSet) -> bool:
    """Whether two rules could be the heaviest at one path. Quick, and never False where they can tie.

    Where a rule holds its weight is always the same, so only rules of one weight whose tokens agree can tie.
    """
    by_weight: dict[tuple[int, bool], list[tuple[Token, ...]]] = {}
    for rule in rules:
        tokens = rule.tokens or ()
        literals = sum(1 for token in tokens if not isinstance(token, Star))
        by_weight.setdefault((2**literals * (len(tokens) + 1), rule.tokens is None), []).append(tokens)
    if any(len(alike) > _COMPARED for alike in by_weight.values()):
        return True
    return any(
        all(one == other or Star in (type(one), type(other)) for one, other in zip(first, second, strict=False))
        for alike in by_weight.values()
        for first, second in combinations(alike, 2)
    )


# -- from a contract --------------------------------------------------------------------------------------


def _matchers(entry: Mapping[str, Json]) -> tuple[Matcher, ...]:
    listed = entry.get("matchers")
    return tuple(matcher(one) for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()


def _rule(path: str, entry: Json) -> Rule | None:
    if not isinstance(entry, dict):
        return None
    tokens = None if path == "" else parse_tokens(path)
    if path and tokens is None:
        return None
    return Rule(path or "$", tokens, _matchers(entry), str(entry.get("combine")).upper() == "OR")


def _old_rules(rules: Mapping[str, Json]) -> Iterator[Rule]:
    """V1 and V2: one matcher a path, and the path begins with $.body."""
    for key, definition in rules.items():
        path = f"${key.removeprefix('$.body')}"
        tokens = parse_tokens(path)
        if key.startswith("$.body") and isinstance(definition, dict) and tokens is not None:
            yield Rule(path, tokens, (matcher(definition),))


def body_rules(rules: Mapping[str, Json]) -> RuleSet:
    """The rules of the body in ``matchingRules`` of any version."""
    if any(key.startswith("$") for key in rules):
        return tuple(_old_rules(rules))
    body = rules.get("body")
    if not isinstance(body, dict):
        return ()
    entries = {"": body} if "matchers" in body else body
    return tuple(rule for path, entry in entries.items() if (rule := _rule(path, entry)) is not None)


def category_matchers(rules: Mapping[str, Json], category: str) -> tuple[Matcher, ...]:
    """The matchers of a category that has one list of them (status)."""
    old = rules.get(f"$.{category}")
    if isinstance(old, dict):
        return (matcher(old),)
    entry = rules.get(category)
    if isinstance(entry, dict) and "matchers" not in entry:
        entry = next(iter(entry.values()), None)
    return _matchers(entry) if isinstance(entry, dict) else ()


def header_matchers(rules: Mapping[str, Json], name: str) -> tuple[Matcher, ...]:
    folded = name.lower()
    for key, definition in rules.items():
        tokens = [token.lower() for token in parse_tokens(key) or () if isinstance(token, str)]
        if tokens[:2] in (["headers", folded], ["header", folded]) and isinstance(definition, dict):
            return (matcher(definition),)
    for category in ("header", "headers"):
        entries = rules.get(category)
        for key, entry in entries.items() if isinstance(entries, dict) else ():
            if key.lower() == folded and isinstance(entry, dict):
                return _matchers(entry)
    return ()
