"""Every difference that the engine tells, as mismatches in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from monitor.checking.contract.bodies import BodyMismatch, tell_body
from monitor.checking.contract.hidden import is_hidden
from monitor.checking.contract.places import ABSENT, Place
from monitor.checking.contract.reading import json_of
from monitor.checking.contract.words import STATUS_CLASSES, demand, kind_of, quoted
from monitor.checking.masked import NO_MASKS, Answer, Masks
from monitor.errors import NotJudgedError
from monitor.model import HEADER_ROOT, STATUS_ROOT, Contract, Mismatch, Response
from monitor.pact_engine import (
    BODY_TYPE,
    HEADER_MISSING,
    EngineMismatch,
    ExpectedResponse,
    expected_contents,
    match_response,
    read_expected,
)
from monitor.pact_engine.rules import Matcher, body_rules, category_matchers, header_matchers
from monitor.printable import printable


def mismatches(
    contract: Contract, response: Response, stored: Response | None = None, *, masks: Masks = NO_MASKS
) -> Answer[Mismatch]:
    """What ``contract`` forbids of ``response``: empty exactly where the official engine allows it.

    In a fixed order, one a place and difference, without vendor values. Where the status is another, only that is
    told. ``stored``: the masked form, to quote from. ``masks``: those that stand in ``response``; what they alone may
    cause is a note instead. Raises NotJudgedError where the engine cannot judge.
    """
    found = tuple(_quotable(one, response, stored or response) for one in match_response(contract.pact, response))
    if not found:
        return Answer()
    expected = read_expected(contract.pact)
    if found[0].place == "status":
        return Answer((_status(found[0], expected),))
    headers, bodies = list(_headers(found, expected)), []
    root = _root(contract, expected, response)
    hidden = {one.root for one in headers if not one.missing and one.root.removeprefix(HEADER_ROOT) in masks.headers}
    headers = [one for one in headers if one.root not in hidden]
    differences, faults = _bodies(found, root)
    for one in differences:
        if masks.body and is_hidden(one, root, response, zeros=masks.numbers):
            hidden.add(one.place.root)
        else:
            bodies.append(one.mismatch)
    bodies.sort(key=lambda m: (m.root, not m.missing, m.expected, m.actual))
    if faults and not (headers or bodies):
        raise faults[0]
    notes = [f"masked text stands at {path}: the contract's rule there is not judged again" for path in sorted(hidden)]
    return Answer(tuple(dict.fromkeys((*headers, *bodies))), (*notes, *dict.fromkeys(map(str, faults))))


def _bodies(found: Iterable[EngineMismatch], root: Place) -> tuple[list[BodyMismatch], list[NotJudgedError]]:
    """The body's differences in words, and the contract's own faults, which hide none of the others."""
    differences: list[BodyMismatch] = []
    faults: list[NotJudgedError] = []
    for one in found:
        if one.place == "body":
            try:
                differences += tell_body(one, root)
            except NotJudgedError as fault:
                faults.append(fault)
    return differences, faults


def _quotable(found: EngineMismatch, response: Response, stored: Response) -> EngineMismatch:
    """``found`` with the content type as stored: nothing else of a response is quoted."""
    quotes = found.kind == BODY_TYPE or (found.place == "header" and found.path.lower() == "content-type")
    kept = stored.header("content-type")
    return replace(found, actual=kept) if quotes and kept and kept != response.header("content-type") else found


def _root(contract: Contract, expected: ExpectedResponse, response: Response) -> Place:
    content = expected_contents(contract.pact)
    return Place(
        path=(),
        expected=ABSENT if content is None else json_of(content),
        actual=json_of(response.body),
        rules=body_rules(expected.rules),
    )


def _headers(found: Iterable[EngineMismatch], expected: ExpectedResponse) -> tuple[Mismatch, ...]:
    headers: dict[str, Mismatch] = {}
    for one in found:
        if one.place == "header":
            mismatch = _header(one, expected)
            headers.setdefault(mismatch.root, mismatch)
    return tuple(headers.values())


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
