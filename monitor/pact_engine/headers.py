"""Headers, matched as the official library matches them (its C interface cannot, so this follows pact_matching).

1. Only expected headers count; names fold case; lines of one name are one list of values.
2. One expected and one actual value are compared; otherwise the lists are, value by value, and lengths must agree.
3. With rules for the name (combined by AND or OR) the rules decide. A list is compared with the rules of length, then
   each actual value with its expected one, the first standing in for those past the end.
4. Without: Accept and Content-Type compare the value exactly and then the parameters that are expected, in any order
   and case; every other header must be equal, but for white space around commas.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from monitor.jsonpaths import Json
from monitor.model import Headers
from monitor.pact_engine.expected import ExpectedHeader, header_values
from monitor.pact_engine.faults import BeyondInterfaceError
from monitor.pact_engine.mismatch import HEADER_MISSING, EngineMismatch

PARAMETERISED_HEADERS: Final = frozenset({"accept", "content-type"})
_PER_MEMBER: Final = frozenset({"eachKey", "each-key", "eachValue", "each-value", "arrayContains", "array-contains"})

Complaint = Callable[[str, str], str]  # (expected, actual) -> what is wrong, or ""


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """``complaint`` judges one value; ``definition`` is the rule's JSON."""

    definition: Mapping[str, Json]
    complaint: Complaint


@dataclass(frozen=True, slots=True)
class HeaderRules:
    rules: tuple[HeaderRule, ...]
    any_is_enough: bool = False

    def combine(self, complaints: Sequence[str]) -> tuple[str, ...]:
        """The complaints that count: all with AND; with OR only where every rule has one."""
        if self.any_is_enough and not all(complaints):
            return ()
        return tuple(filter(None, complaints))

    def of_value(self, expected: str, actual: str) -> tuple[str, ...]:
        return self.combine([rule.complaint(expected, actual) for rule in self.rules])


def _parameters(parts: Sequence[str]) -> dict[str, str]:
    pairs = (part.split("=", 1) for part in parts if "=" in part)
    return {name.strip(): value.strip() for name, value in pairs}


def _parameterised(expected: str, actual: str) -> bool:
    wanted = [part.strip() for part in expected.split(";") if part.strip()] or [""]
    got = [part.strip() for part in actual.split(";") if part.strip()] or [""]
    if wanted[0] != got[0]:
        return False
    found = _parameters(got[1:])
    return all(found.get(k, "\0").lower() == v.lower() for k, v in _parameters(wanted[1:]).items())


def _folded(value: str) -> str:
    return ",".join(part.strip() for part in value.split(","))


def value_complaints(name: str, expected: str, actual: str, rules: HeaderRules | None) -> tuple[str, ...]:
    """What is wrong with one header value; empty where it matches."""
    expected, actual = expected.strip(), actual.strip()
    if rules is not None:
        return rules.of_value(expected, actual)
    equal = (
        _parameterised(expected, actual)
        if name.lower() in PARAMETERISED_HEADERS
        else _folded(expected) == _folded(actual)
    )
    return () if equal else (f"Expected '{actual}' to be equal to '{expected}'",)


def _bound(rule: HeaderRule, name: str) -> int | None:
    value = rule.definition.get(name)
    return value if isinstance(value, int) else None


def _list_complaint(rule: HeaderRule, expected: Sequence[str], actual: Sequence[str]) -> str:
    kind = rule.definition.get("match")
    if kind in _PER_MEMBER:
        raise BeyondInterfaceError(
            f"the rule {kind} on a header of several values cannot be judged", fix="use another rule"
        )
    least, most = _bound(rule, "min"), _bound(rule, "max")
    if least is not None and len(actual) < least:
        return f"Expected at least {least} values"
    if most is not None and len(actual) > most:
        return f"Expected at most {most} values"
    if kind == "equality" and list(expected) != list(actual):
        return "Expected the same values"
    if kind in ("null", "statusCode", "status-code"):
        return "Unable to match a list"
    return "Expected at least one value" if kind in ("notEmpty", "not-empty") and not actual else ""


def _ruled_list(name: str, expected: Sequence[str], actual: Sequence[str], rules: HeaderRules) -> tuple[str, ...]:
    padded = [*expected, *[expected[0]] * (len(actual) - len(expected))]
    members = [c for e, a in zip(padded, actual, strict=False) for c in value_complaints(name, e, a, rules)]
    whole = [_list_complaint(rule, expected, actual) for rule in rules.rules]
    # every rule walks the members too, so that their complaints count against each of them
    return rules.combine(["; ".join(filter(None, [complaint, *members])) for complaint in whole])


def _plain_list(name: str, expected: Sequence[str], actual: Sequence[str]) -> tuple[str, ...]:
    complaints: list[str] = []
    for wanted, got in zip_longest(expected, actual):
        if got is None:
            complaints.append(f"Expected value '{wanted}' but was missing")
        else:
            complaints.extend(value_complaints(name, wanted or "", got, None))
    return tuple(complaints)


def _complaints(header: ExpectedHeader, actual: Sequence[str], rules: HeaderRules | None) -> tuple[str, ...]:
    if not header.values:
        return ("Expected an empty header",) if actual else ()
    if len(header.values) == len(actual) == 1:
        return value_complaints(header.name, header.values[0], actual[0], rules)
    if rules is not None:
        return _ruled_list(header.name, header.values, actual, rules)
    return _plain_list(header.name, header.values, actual)


def _actual_values(headers: Headers) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).extend(header_values(name, value))
    return values


def match_headers(
    expected: Sequence[ExpectedHeader], actual: Headers, rules: Mapping[str, HeaderRules]
) -> Iterator[EngineMismatch]:
    """The mismatches of headers. ``rules`` by lower-case name. Raises NotJudgedError."""
    values = _actual_values(actual)
    for header in expected:
        folded, wanted = header.name.lower(), ", ".join(header.values)
        got = values.get(folded)
        if got is None:
            message = f"Expected a header '{header.name}' but was missing"
            yield EngineMismatch("header", header.name, wanted, "", message, HEADER_MISSING)
            continue
        for complaint in _complaints(header, got, rules.get(folded)):
            yield EngineMismatch("header", header.name, wanted, ", ".join(got), complaint, "HeaderMismatch")


def definition_of(text: str) -> Mapping[str, Json]:
    """A rule's JSON as the library prints it."""
    value: Json = json.loads(text)
    return value if isinstance(value, dict) else {}


def named_header(path: str) -> str:
    """The header that a path is for: V2 files give ``X-A``, later ones ``$['X-A']`` or ``$.Location``; lower case."""
    if path.startswith("$['") and path.endswith("']"):
        return path[3:-2].replace("\\'", "'").lower()
    return path.removeprefix("$.").lower()
