"""Questions to the engine: which matchers can it not apply, and does a contract allow its own example?

A question is a Case that a judging process answers: nothing hostile is compiled or matched in ours. The matchers of
many contracts are asked about in one made-up contract, each for a key of its own, ``m0``, ``m1`` ...; one more key is
missing in the response, so that there is always a mismatch beside which every fault is noted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.contracts.lint.fixes import nearest
from monitor.contracts.lint.subjects import Subject
from monitor.contracts.lint.written import WrittenMatcher, WrittenRule
from monitor.jsonpaths import Json
from monitor.model import Case, Contract, Response

# as they may be written; what is not among them is asked about
_KNOWN: Final = frozenset(
    {
        "array-contains", "arrayContains", "boolean", "content-type", "contentType", "date", "datetime", "decimal",
        "each-key", "each-value", "eachKey", "eachValue", "equality", "include", "integer", "max", "min", "not-empty",
        "notEmpty", "null", "number", "regex", "semver", "status-code", "statusCode", "time", "timestamp", "type",
        "values",
    }
)  # fmt: skip
_MISSING: Final = "missing"
_NOTED: Final = re.compile(r"\$\.m(\d+):")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A matcher to ask about, and where it stands."""

    subject: Subject
    rule: WrittenRule
    matcher: WrittenMatcher

    @property
    def is_regex(self) -> bool:
        return self.matcher.kind == "regex"

    @property
    def definition(self) -> dict[str, Json]:
        """As it is asked about: two that say the same are one question."""
        told = self.matcher.definition if isinstance(self.matcher.definition, dict) else {}
        return {"match": "regex", "regex": self.regex} if self.is_regex else told

    @property
    def regex(self) -> str:
        told = self.matcher.definition if isinstance(self.matcher.definition, dict) else {}
        return _text(told.get("regex"))

    @property
    def name(self) -> str:
        told = self.matcher.definition if isinstance(self.matcher.definition, dict) else {}
        return _text(told.get("match"))

    @property
    def near(self) -> str:
        """The matcher that may be meant."""
        return nearest(self.name, _KNOWN)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def malformed(matcher: WrittenMatcher) -> str:
    """Why the engine may be unable to read a matcher; empty where nothing is to be seen."""
    told = matcher.definition
    if not isinstance(told, dict):
        return "a matcher must be an object"
    needs: Mapping[str, tuple[str, ...]] = {
        "regex": ("regex",), "include": ("value",), "contentType": ("value",), "arrayContains": ("variants",),
    }  # fmt: skip
    lacking = [name for name in needs.get(matcher.kind, ()) if name not in told]
    if lacking:
        return f"the matcher {matcher.kind} needs {lacking[0]}"
    written = told.get("match")
    bounds = [name for name in ("min", "max") if name in told or written in (name, f"{name}-type")]
    broken = [name for name in bounds if not str(told.get(name, "")).isdecimal()]
    if broken:
        return f"{broken[0]} must be a number"
    return "" if matcher.kind != "equality" or "match" in told else "a matcher must say what it is: match is missing"


def doubts(subject: Subject) -> Iterator[Doubt]:
    """Every matcher of a response that the engine may be unable to apply."""
    for rule in subject.rules:
        for one in rule.nested():
            named = one.definition.get("match", "") if isinstance(one.definition, dict) else ""
            if not malformed(one) and (one.kind == "regex" or (named and named not in _KNOWN)):
                yield Doubt(subject, rule, one)


def question(definitions: Sequence[Mapping[str, Json]]) -> Case:
    """Which of ``definitions`` can the engine not apply? `unable` reads the answer."""
    body: dict[str, Json] = {f"m{index}": "x" for index in range(len(definitions))}
    rules = {f"$.m{index}": {"matchers": [one]} for index, one in enumerate(definitions)}
    headers = {"Content-Type": "application/json"}
    response = {"status": 200, "headers": headers, "body": {**body, _MISSING: "x"}, "matchingRules": {"body": rules}}
    pact = {
        "consumer": {"name": "monitor"},
        "provider": {"name": "engine"},
        "interactions": [{"description": "?", "request": {"method": "GET", "path": "/"}, "response": response}],
        "metadata": {"pactSpecification": {"version": "3.0.0"}},
    }
    contract = Contract("", "$", json.dumps(pact).encode(), "")
    answer = Response(200, "", "HTTP/1.1", tuple(headers.items()), json.dumps(body).encode())
    return Case("lint", "question", contract, (), answer, answer, None)


def unable(notes: Iterable[str]) -> frozenset[int]:
    """The numbers of the definitions that the engine could not apply."""
    return frozenset(int(match[1]) for note in notes if (match := _NOTED.match(note)))


def own_example(subject: Subject, contract: Contract) -> Case:
    """Does ``contract`` allow its own example?"""
    response = subject.response()
    return Case(subject.vendor, "example", contract, (), response, response, None)
