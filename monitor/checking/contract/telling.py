"""Every difference that the engine tells, as mismatches in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.checking.contract.bodies import tell_body
from monitor.checking.contract.places import ABSENT, Place
from monitor.checking.contract.reading import json_of
from monitor.checking.contract.rules import Matcher, body_rules, category_matchers, header_matchers
from monitor.checking.contract.words import STATUS_CLASSES, demand, kind_of, quoted
from monitor.model import HEADER_ROOT, STATUS_ROOT, Contract, Mismatch, Response
from monitor.pact_engine import (
    HEADER_MISSING,
    EngineMismatch,
    ExpectedResponse,
    expected_contents,
    match_response,
    read_expected,
)
from monitor.printable import printable


def mismatches(contract: Contract, response: Response) -> tuple[Mismatch, ...]:
    """What ``contract`` forbids of ``response``: empty exactly where the official engine allows it.

    In a fixed order, one a place and difference, without vendor values. Where the status is another, only that is
    told. Raises NotJudgedError where the engine cannot judge.
    """
    found = match_response(contract.pact, response)
    if not found:
        return ()
    expected = read_expected(contract.pact)
    told = (
        [_status(found[0], expected)] if found[0].place == "status" else list(_all(contract, expected, response, found))
    )
    return tuple(dict.fromkeys(told))


def _all(
    contract: Contract, expected: ExpectedResponse, response: Response, found: Iterable[EngineMismatch]
) -> Iterator[Mismatch]:
    content = expected_contents(contract.pact)
    root = Place(
        path=(),
        expected=ABSENT if content is None else json_of(content),
        actual=json_of(response.body),
        rules=body_rules(expected.rules),
    )
    headers: dict[str, Mismatch] = {}
    bodies: list[Mismatch] = []
    for one in found:
        if one.place == "header":
            mismatch = _header(one, expected)
            headers.setdefault(mismatch.root, mismatch)
        else:
            bodies.extend(tell_body(one, root))
    yield from headers.values()
    yield from sorted(bodies, key=lambda m: (m.root, not m.missing, m.expected, m.actual))


# -- status and headers -----------------------------------------------------------------------------------


def _status_demand(matchers: tuple[Matcher, ...], expected: int) -> str:
    for matcher in matchers:
        status = matcher.definition.get("status", "success") if matcher.kind == "statusCode" else None
        if isinstance(status, list):
            return f"status {' or '.join(str(one) for one in status)}"
        if isinstance(status, str) and status in STATUS_CLASSES:
            return f"status {STATUS_CLASSES[status]}"
    return f"status {expected}"


def _status(found: EngineMismatch, expected: ExpectedResponse) -> Mismatch:
    return Mismatch(
        root=STATUS_ROOT,
        place="status",
        expected=_status_demand(category_matchers(expected.rules, "status"), expected.status),
        actual=f"status {found.actual}",
    )


def _header_demand(found: EngineMismatch, expected: ExpectedResponse) -> str:
    for matcher in header_matchers(expected.rules, found.path):
        if matcher.kind not in ("type", "equality", "values") and (words := demand(matcher) or kind_of(matcher)):
            return f"{words if words.startswith((' ', ',')) else f' ({words})'}"
    return f" {quoted(found.expected)}"


def _header(found: EngineMismatch, expected: ExpectedResponse) -> Mismatch:
    name, missing = printable(found.path), found.kind == HEADER_MISSING
    actual = "another value"
    if missing:
        actual = f"header {name} is not there"
    elif found.path.lower() == "content-type":
        actual = f"header {name} is {quoted(found.actual)}"
    return Mismatch(
        root=f"{HEADER_ROOT}{printable(found.path.lower())}",
        place="header",
        expected=f"header {name}{_header_demand(found, expected)}",
        actual=actual,
        missing=missing,
    )
