"""The variants of arrayContains: each has an example of its own, which is a member of the list, and rules for it."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.contracts.lint.subjects import ABSENT, Example, Subject
from monitor.contracts.lint.written import WrittenMatcher, WrittenRule, variant_rules
from monitor.jsonpaths import Json
from monitor.pact_engine.rules import Star, Token, fragment


def _first_at(value: Json, tokens: tuple[Token, ...]) -> Example:
    """The first value of the example at a rule's path."""
    if not tokens:
        return value
    token, rest = tokens[0], tokens[1:]
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        if isinstance(token, Star) or token == fragment(step):
            found = _first_at(child, rest)
            if found is not ABSENT:
                return found
    return ABSENT


def _of(matcher: WrittenMatcher, value: Json) -> Iterator[tuple[Json, tuple[WrittenRule, ...]]]:
    members = value if isinstance(value, list) else []
    for index, rules in variant_rules(matcher):
        if 0 <= index < len(members):
            yield members[index], rules


def variants_of(subject: Subject) -> Iterator[tuple[Json, tuple[WrittenRule, ...]]]:
    """The example and the rules of every variant that has an example."""
    if subject.body is ABSENT:
        return
    for rule in subject.rules:
        found = [one for one in rule.matchers if one.kind == "arrayContains"] if rule.covers else []
        value = _first_at(subject.body, rule.tokens or ()) if found else ABSENT
        if value is not ABSENT:
            for one in found:
                yield from _of(one, value)
