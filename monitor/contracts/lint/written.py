"""The matching rules of a response as they are written, and as the official engine takes them (measured, 0.5.12).

1. V1 and V2: one matcher a key; the key is ``$.body...``, ``$.headers.NAME`` (or ``$.header``) or ``$.status``.
   Whatever else it begins with, its rest becomes a rule for the body. One key with ``$`` makes all of them V2.
2. V3 and V4: category, path, ``{"matchers": [...], "combine": "AND"}``. A category that is not known is taken for the
   body's. A path of the body begins with ``$`` or with a key. A header's key is its name, nothing else.
3. What has no list of ``matchers`` in V3 and V4, or an empty one, is passed over without a word. A matcher or path that
   cannot be read makes the engine refuse the whole contract.
4. Matchers hold matchers: eachKey and eachValue under ``rules``, arrayContains under ``variants``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from monitor.jsonpaths import Json, Path
from monitor.pact_engine.rules import Rule, Token, matcher, parse_tokens
from monitor.printable import printable

BODY: Final = "body"
HEADER: Final = "header"
STATUS: Final = "status"
IN_A_RESPONSE: Final = (BODY, HEADER, STATUS)
_CATEGORIES: Final[Mapping[str, str]] = {"body": BODY, "header": HEADER, "headers": HEADER, "status": STATUS}
_OF_REQUESTS: Final = ("path", "query", "method", "metadata", "content")
NO_CATEGORY: Final = "it is no object"  # and so the engine refuses the whole contract
_PASSED: Final = ", so Pact's engine passes it over"
NAMES: Final = ("matchingRules", "responseMatchingRules")


@dataclass(frozen=True, slots=True)
class WrittenMatcher:
    """A matcher and where it stands below the interaction. ``definition`` may be anything."""

    at: Path
    definition: Json

    @property
    def kind(self) -> str:
        return matcher(self.definition).kind if isinstance(self.definition, dict) else ""

    def nested(self) -> Iterator[WrittenMatcher]:
        """This matcher and all that it holds."""
        yield self
        if not isinstance(self.definition, dict):
            return
        inner = self.definition.get("rules")
        for index, rule in enumerate(inner if isinstance(inner, list) else ()):
            yield from WrittenMatcher((*self.at, "rules", index), rule).nested()
        variants = self.definition.get("variants")
        for index, variant in enumerate(variants if isinstance(variants, list) else ()):
            rules = variant.get("rules") if isinstance(variant, dict) else None
            for path, entry in rules.items() if isinstance(rules, dict) else ():
                for one in _listed(entry, (*self.at, "variants", index, "rules", path)):
                    yield from one.nested()


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """The rule of one key. ``category`` is how the engine takes it; empty for one that a response has not.

    ``path`` of a body's rule is without ``.body``, that of a header's rule the name; ``tokens`` is None for the empty
    path and for one that cannot be read. ``fault`` says why the rule is not what it seems (empty: it is),
    ``passed_over`` that it has no effect.
    """

    at: Path
    category: str
    path: str
    tokens: tuple[Token, ...] | None
    matchers: tuple[WrittenMatcher, ...]
    any_is_enough: bool = False
    fault: str = ""
    passed_over: bool = False

    @property
    def covers(self) -> bool:
        """It is a rule for the body that the engine applies."""
        readable = self.tokens is not None or not self.path
        return self.category == BODY and readable and not self.passed_over and bool(self.matchers)

    @property
    def rule(self) -> Rule:
        """As the matching of bodies has it."""
        known = tuple(matcher(one.definition) for one in self.matchers if isinstance(one.definition, dict))
        return Rule(self.path, self.tokens, known, self.any_is_enough)

    def nested(self) -> Iterator[WrittenMatcher]:
        for one in self.matchers:
            yield from one.nested()


def _listed(entry: Json, at: Path) -> tuple[WrittenMatcher, ...]:
    listed = entry.get("matchers") if isinstance(entry, dict) else None
    members = listed if isinstance(listed, list) else []
    return tuple(WrittenMatcher((*at, "matchers", index), one) for index, one in enumerate(members))


# -- V1 and V2 --------------------------------------------------------------------------------------------


def _old_rule(key: str, definition: Json, at: Path) -> WrittenRule:
    matchers = (WrittenMatcher(at, definition),)
    if key.startswith("$.body"):
        path = f"${key.removeprefix('$.body')}"
        return WrittenRule(at, BODY, path, parse_tokens(path), matchers)
    tokens = parse_tokens(key) or ()
    first = str(tokens[0]) if tokens else ""
    category = _CATEGORIES.get(first, "")
    if category == HEADER and len(tokens) == 2:
        return WrittenRule(at, HEADER, str(tokens[1]), None, matchers)
    if category == STATUS and len(tokens) == 1:
        return WrittenRule(at, STATUS, "", None, matchers)
    why = "it begins neither with $.body nor with $.headers, so Pact's engine takes it for another place of the body"
    return WrittenRule(at, "", key, None, matchers, fault=why, passed_over=True)


# -- V3 and V4 --------------------------------------------------------------------------------------------


def _fault(entry: Json) -> str:
    if not isinstance(entry, dict):
        return f"it is no object{_PASSED}"
    listed = entry.get("matchers")
    if not isinstance(listed, list):
        missing = "has no list of matchers" if "matchers" not in entry else "has matchers that are no list"
        return f"it {missing}{_PASSED}"
    return "" if listed else f"its list of matchers is empty{_PASSED}"


def _body_tokens(path: str) -> tuple[Token, ...] | None:
    """A path may leave ``$.`` out."""
    if not path:
        return None
    return parse_tokens(path if path.startswith("$") else f"$.{path}")


def _rule(category: str, path: str, entry: Json, at: Path) -> WrittenRule:
    tokens = _body_tokens(path) if category == BODY else None
    enough = isinstance(entry, dict) and str(entry.get("combine")).upper() == "OR"
    fault = _fault(entry)
    return WrittenRule(at, category, path, tokens, _listed(entry, at), enough, fault, bool(fault))


def _category(name: str, entries: Json, at: Path) -> Iterator[WrittenRule]:
    category = _CATEGORIES.get(name, "")
    if not isinstance(entries, dict):
        yield WrittenRule(at, category, "", None, (), fault=NO_CATEGORY, passed_over=True)
        return
    rules = {"": entries} if "matchers" in entries else entries
    for path, entry in rules.items():
        rule = _rule(category or BODY, path, entry, (*at, path) if path or entry is not entries else at)
        if category:
            yield rule
        elif rule.matchers and name in _OF_REQUESTS:
            yield replace(rule, category="", fault=f"a response has no {name}{_PASSED}", passed_over=True)
        elif rule.matchers:
            yield replace(
                rule, fault=f"'{printable(name)}' is no part of a response: Pact's engine takes it for the body"
            )


def variant_rules(matcher: WrittenMatcher) -> Iterator[tuple[int, tuple[WrittenRule, ...]]]:
    """The variants of arrayContains: the index of the example's member, and the rules for it that are applied."""
    definition = matcher.definition if isinstance(matcher.definition, dict) else {}
    variants = definition.get("variants")
    for number, variant in enumerate(variants if isinstance(variants, list) else ()):
        told = variant if isinstance(variant, dict) else {}
        index, entries = told.get("index"), told.get("rules")
        at = (*matcher.at, "variants", number, "rules")
        rules = _category(BODY, entries, at) if isinstance(entries, dict) else iter(())
        yield index if isinstance(index, int) else number, tuple(rule for rule in rules if rule.covers)


def is_old(rules: Mapping[str, Json]) -> bool:
    return any(key.startswith("$") for key in rules)


def rules_name(response: Mapping[str, Json]) -> str:
    """How the response calls its rules; old files have a name of their own for them."""
    return next((one for one in NAMES if one in response), NAMES[0])


def written_rules(response: Mapping[str, Json]) -> tuple[WrittenRule, ...]:
    """Every rule of a response, in its order."""
    name = rules_name(response)
    rules = response.get(name)
    at: Path = ("response", name)
    if rules is not None and not isinstance(rules, dict):
        return (WrittenRule(at, "", "", None, (), fault=f"it is no object{_PASSED}", passed_over=True),)
    if not rules:
        return ()
    if is_old(rules):
        return tuple(_old_rule(key, definition, (*at, key)) for key, definition in rules.items())
    return tuple(rule for key, entries in rules.items() for rule in _category(key, entries, (*at, key)))
