"""One response against one contract, put together from the official library's parts.

The C interface has no match_response. Status and headers are judged rule by rule, bodies through the library's own
matcher as the contents of two messages: unexpected keys are allowed there, and rules of every version work.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial
from typing import Final

from monitor.errors import NotJudgedError
from monitor.model import Response
from monitor.pact_engine import native
from monitor.pact_engine.cleaning import BOM, is_null
from monitor.pact_engine.content_types import (
    actual_body,
    expected_body,
    filled,
    gated,
    is_multipart,
    is_type_mismatch,
    says_nothing,
)
from monitor.pact_engine.expected import ExpectedResponse, read_expected
from monitor.pact_engine.faults import BeyondInterfaceError
from monitor.pact_engine.headers import HeaderRule, HeaderRules, definition_of, match_headers, named_header
from monitor.pact_engine.mismatch import EMPTY_BODY, FILLED_BODY, EngineMismatch, body_mismatch
from monitor.printable import printable

_SWITCH: Final = "PACT_MATCHING_ENGINE"


# -- status -----------------------------------------------------------------------------------------------


def _status(
    scope: native.Scope, contract: native.NativeContract | None, expected: ExpectedResponse, status: int
) -> Iterator[EngineMismatch]:
    rules = list(native.rules(scope, contract, native.STATUS)) if contract else []
    if rules:
        complaints = [native.number_complaint(rule, expected.status, status) for _, rule in rules]
        if expected.combined_by_or("status") and not all(complaints):
            return
    else:
        complaints = [] if expected.status == status else [f"expected {expected.status} but was {status}"]
    for complaint in filter(None, complaints):
        yield EngineMismatch("status", "", str(expected.status), str(status), complaint, "StatusMismatch")


# -- headers ----------------------------------------------------------------------------------------------


def _header_rules(
    scope: native.Scope, contract: native.NativeContract, expected: ExpectedResponse
) -> dict[str, HeaderRules]:
    grouped: dict[str, list[HeaderRule]] = {}
    for path, rule in native.rules(scope, contract, native.HEADER):
        known = HeaderRule(definition_of(native.rule_json(rule)), partial(native.text_complaint, rule))
        grouped.setdefault(named_header(path), []).append(known)
    return {name: HeaderRules(tuple(rules), expected.combined_by_or("header", name)) for name, rules in grouped.items()}


# -- body -------------------------------------------------------------------------------------------------


def _whole_body(expected: str, actual: str, message: str) -> EngineMismatch:
    return EngineMismatch("body", "$", expected, actual, message, "BodyMismatch")


def _against_empty(response: Response) -> Iterator[EngineMismatch]:
    if response.body and not is_null(response):
        yield _whole_body("", response.body.decode("utf-8", "replace"), FILLED_BODY)


def _body(
    content: bytes | None, expected: ExpectedResponse, response: Response, content_type_rules: HeaderRules | None
) -> Iterator[EngineMismatch]:
    if expected.body_missing:
        return
    wanted, got = expected_body(content, expected.content_type), actual_body(response)
    if is_multipart(wanted.content_type) and is_multipart(got.content_type):
        raise BeyondInterfaceError("a multipart body cannot be judged through the C interface of Pact's engine")

    def compare(content_type: str | None) -> list[dict[str, str]]:
        typed = replace(got, content_type=content_type)
        return native.match_bodies(dict(expected.rules), filled(wanted, got), filled(typed, wanted))

    def passes(wanted_type: str, got_type: str) -> bool:
        return content_type_rules is not None and not content_type_rules.of_value(wanted_type, got_type)

    found: list[dict[str, str]] = []
    if not (says_nothing(wanted) or says_nothing(got)):
        found = gated(compare, wanted, got, passes)
    if (wanted.content and got.content) or is_type_mismatch(found):
        yield from map(body_mismatch, found if content is not None else ())
    elif content is None:
        yield from _against_empty(response)
    else:
        yield _whole_body(content.decode("utf-8", "replace"), "", EMPTY_BODY)


# -- all --------------------------------------------------------------------------------------------------


def _refuse_other_engine() -> None:
    if value := os.environ.get(_SWITCH):
        raise NotJudgedError(f"{_SWITCH}={printable(value)} chooses an experimental matcher", fix=f"unset {_SWITCH}")


def _native_text(pact: bytes) -> bytes:
    return pact.removeprefix(BOM)


def match_in_process(pact: bytes, response: Response) -> tuple[EngineMismatch, ...]:
    """``match_response`` without the fall-back: BeyondInterfaceError for what the Verifier may judge nevertheless."""
    _refuse_other_engine()
    expected, content = read_expected(pact), expected_contents(pact)
    with native.Scope() as scope:
        # opening costs as much as matching a small body, and only rules outside of the body need it
        contract = native.open_contract(scope, _native_text(pact)) if expected.ruled_outside_body else None
        rules = _header_rules(scope, contract, expected) if contract else {}
        found = [
            *_status(scope, contract, expected, response.status),
            *match_headers(expected.headers, response.headers, rules),
            *_body(content, expected, response, rules.get("content-type")),
        ]
    return tuple(sorted(dict.fromkeys(found), key=EngineMismatch.sort_key))


def match_response(pact: bytes, response: Response) -> tuple[EngineMismatch, ...]:
    """All that ``pact`` forbids of ``response``, in one fixed order; empty where it allows it.

    ``pact`` is a Pact file (JSON, V1 to V4, with its metadata) of exactly one HTTP interaction. What the library's
    parts cannot judge the official Verifier is asked about (multipart bodies, say): see ``verify_response``.
    Raises NotJudgedError for what neither can judge: a file it refuses, plug-ins, a regular expression that never
    ends, too deep a body. Its text holds no vendor value.
    """
    try:
        return match_in_process(pact, response)
    except BeyondInterfaceError as fault:
        first = fault
    from monitor.pact_engine.verifier import verify_response  # noqa: PLC0415 - seldom needed, and slow to load

    try:
        return verify_response(pact, response)
    except NotJudgedError as fault:
        raise NotJudgedError(f"{first.what}; {fault.what}", fix=first.fix or fault.fix) from None


@lru_cache(32)
def expected_contents(pact: bytes) -> bytes | None:
    """The decoded body of the contract's example; None where it is missing, null or empty. Raises NotJudgedError."""
    read_expected(pact)
    with native.Scope() as scope:
        return native.open_contract(scope, _native_text(pact)).contents()
