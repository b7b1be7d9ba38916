"""What can be seen of one interaction without the engine: one function a rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from monitor.contracts.lint.coverage import Coverage, Demand, Exact, Unmet, coverage
from monitor.contracts.lint.fixes import added, nearest, pasteable, quoted, rule_path, uses_old_form
from monitor.contracts.lint.remarks import Remark
from monitor.contracts.lint.subjects import ABSENT, Subject
from monitor.contracts.lint.variants import variants_of
from monitor.contracts.lint.written import BODY, HEADER, IN_A_RESPONSE, NO_CATEGORY, WrittenRule
from monitor.headers import is_noise
from monitor.jsonpaths import Json, format_path, general, json_type
from monitor.pact_engine.rules import Star

_EQUALITY: Final = {"match": "equality"}
_TYPE: Final = {"match": "type"}
# set by the API itself where it says to try again; the rest of the noise is set on the way
_NOT_OF_PROXIES: Final = frozenset({"retry-after", "expires", "last-modified", "vary"})
_ALSO_OF_PROXIES: Final = frozenset({"x-cache", "x-request-id", "host", "proxy-authenticate"})


def suspicions(subject: Subject) -> tuple[Remark, ...]:
    """All that is suspicious in an interaction by itself."""
    rules = tuple(rule for rule in subject.rules if rule.covers)
    found = None if subject.body is ABSENT else coverage(subject.body, rules)
    return tuple(
        chain(
            _ignored(subject),
            _dead_rules(subject, rules, found),
            _dead_variants(subject),
            _dead_header_rules(subject),
            _exact_values(subject, found),
            _exact_headers(subject),
            _proxy_headers(subject),
        )
    )


# -- rules ------------------------------------------------------------------------------------------------


def _written(subject: Subject, rule: WrittenRule) -> Json:
    value: Json = dict(subject.written)
    for step in rule.at[2:]:
        value = value.get(step) if isinstance(value, dict) and isinstance(step, str) else None
    return value


def _mended(subject: Subject, rule: WrittenRule) -> str:
    if rule.category == BODY and not rule.passed_over:
        category = str(rule.at[2])
        return f'rename it to "{nearest(category, IN_A_RESPONSE) or BODY}"'
    if not rule.category and rule.path.startswith("$"):
        return f'begin it with $.body: "$.body{rule.path[1:]}"'
    if not rule.category:
        return "delete it"
    entry = _written(subject, rule)
    is_matcher = isinstance(entry, dict) and "match" in entry
    return f"write it as {pasteable({'combine': 'AND', 'matchers': [entry if is_matcher else dict(_TYPE)]})}"


def _ignored(subject: Subject) -> Iterator[Remark]:
    for rule in subject.rules:
        if rule.fault and rule.fault != NO_CATEGORY:
            what = f"the matching rule does not do what it says: {rule.fault}"
            yield subject.remark("rule-ignored", rule.at, what, _mended(subject, rule))


def _lacks(unmet: Unmet) -> str:
    at, value = format_path(unmet.at), unmet.value
    if not value and isinstance(value, list | dict):
        return f"the example's {at} is empty"
    if isinstance(value, list):
        return f"the example's {at} is a list, and the rule names a key in it"
    if isinstance(value, dict):
        return f"the example's {at} has no key {quoted(str(unmet.step))}"
    return f"the example's {at} ({json_type(value).value}) has nothing below it"


def _revived(rule: WrittenRule, unmet: Unmet) -> str:
    here, value = format_path(general(unmet.at)), unmet.value
    if isinstance(value, list):
        return f"begin the path with {here}[*]" if value else "give the example's list a member"
    key = unmet.step.value if isinstance(unmet.step, Star) else unmet.step
    if key == BODY and not unmet.at and rule.path.startswith("$.body"):
        return f'write "${rule.path.removeprefix("$.body")}": only V2 files begin a path with $.body'
    near = nearest(key, value) if isinstance(value, dict) else ""
    if near:
        return f"did you mean {quoted(near)}? Correct the rule's path"
    return "add it to the example, or delete the rule"


def _dead(subject: Subject, rules: Sequence[WrittenRule], found: Coverage) -> Iterator[Remark]:
    for index, unmet in sorted(found.unmet.items()):
        if index not in found.met:
            what = f"the rule is never applied: {_lacks(unmet)}"
            yield subject.remark("rule-without-value", rules[index].at, what, _revived(rules[index], unmet))


def _dead_rules(subject: Subject, rules: Sequence[WrittenRule], found: Coverage | None) -> Iterator[Remark]:
    if found is not None:
        yield from _dead(subject, rules, found)
    elif subject.content is None:
        for rule in rules:
            what = "the rule is never applied: the example has no body"
            yield subject.remark("rule-without-value", rule.at, what, "give the response a body, or delete the rule")


def _dead_variants(subject: Subject) -> Iterator[Remark]:
    for value, rules in variants_of(subject):
        yield from _dead(subject, rules, coverage(value, rules))


def _dead_header_rules(subject: Subject) -> Iterator[Remark]:
    names = {name.lower(): name for name, _ in subject.headers}
    for rule in subject.rules:
        if rule.category == HEADER and not rule.passed_over and rule.path.lower() not in names:
            near = nearest(rule.path.removeprefix("$."), names.values())
            what = f"the rule is never applied: the example has no header {quoted(rule.path)}"
            fix = f"did you mean {quoted(near)}?" if near else "add the header to the example, or delete the rule"
            yield subject.remark("rule-without-value", rule.at, what, fix)


# -- values -----------------------------------------------------------------------------------------------


def _counted(number: int, noun: str = "value") -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _exactness(exact: Exact) -> str:
    place = format_path(exact.place)
    kind = json_type(exact.value).value
    if exact.demand is Demand.NULL:
        return f"{place} must stay null for ever: the rule type goes by the example, which is null"
    if exact.demand is Demand.LENGTH:
        size = _counted(len(exact.value) if isinstance(exact.value, list) else 0, "member")
        return f"{place} ({kind}) has no rule: the vendor must answer exactly {size}"
    if not exact.place:
        return f"nothing in the body has a rule: the vendor must answer exactly the example's {_counted(exact.leaves)}"
    if exact.value == [] and isinstance(exact.value, list):
        return f"{place} (Array) has no rule: the vendor must answer an empty list"
    if isinstance(exact.value, dict | list):
        return f"{place} ({kind}) has no rule: the vendor must answer exactly its {_counted(exact.leaves)}"
    return f"{place} ({kind}) has no rule: the vendor must answer exactly the example's value"


def _rule_for(value: Json) -> dict[str, Json]:
    if isinstance(value, list):
        return {**_TYPE, "min": min(1, len(value))}
    return dict(_TYPE)


def _loosened(subject: Subject, exact: Exact) -> str:
    path = rule_path(exact)
    if exact.value is None:
        # under a null neither type nor anything else but null can hold
        fix = "give the example a value of the type that it has otherwise"
        null = added(subject, BODY, path, {"match": "null"})
        return fix if exact.demand is Demand.NULL else f"{fix} and a rule; where null is meant, {null}"
    fix = added(subject, BODY, path, _rule_for(exact.value))
    if uses_old_form(subject) or exact.demand is Demand.LENGTH:
        return fix
    return f"{fix}; where exactly this is meant, with {pasteable(dict(_EQUALITY))} instead"


def _exact_values(subject: Subject, found: Coverage | None) -> Iterator[Remark]:
    for exact in found.exact.values() if found else ():
        at = (*subject.body_at, *exact.at)
        yield subject.remark("exact-value", at, _exactness(exact), _loosened(subject, exact))


# -- headers ----------------------------------------------------------------------------------------------


def _of_proxies(name: str) -> bool:
    return name in _ALSO_OF_PROXIES or (is_noise(name) and name not in _NOT_OF_PROXIES)


def _exact_headers(subject: Subject) -> Iterator[Remark]:
    ruled = {rule.path.lower() for rule in subject.rules if rule.category == HEADER and not rule.passed_over}
    for name, _ in subject.headers:
        folded = name.lower()
        if folded not in ruled and folded != "content-type" and not _of_proxies(folded):
            what = f"the header {quoted(name)} has no rule: the vendor must answer exactly the example's value"
            fix = added(subject, HEADER, name, _TYPE)
            yield subject.remark("exact-value", ("response", "headers", name), what, fix)


def _proxy_headers(subject: Subject) -> Iterator[Remark]:
    for name, _ in subject.headers:
        if _of_proxies(name.lower()):
            what = f"proxies and gateways change or drop the header {quoted(name)}, which says nothing of the API"
            fix = f"delete it from {subject.place(('response', 'headers'))}, with its rule if it has one"
            yield subject.remark("proxy-header", ("response", "headers", name), what, fix)
