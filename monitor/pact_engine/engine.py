"""One response against one contract, put together from the official library's parts.

The C interface has no match_response. Status and headers are judged rule by rule, bodies through the library's own
matcher as the contents of two messages: unexpected keys are allowed there, and rules of every version work.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from monitor.errors import NotJudgedError
from monitor.headers import is_json
from monitor.model import Response
from monitor.pact_engine import native
from monitor.pact_engine.cleaning import BOM, taken
from monitor.pact_engine.content_types import actual_body, gated, is_multipart
from monitor.pact_engine.expected import ExpectedResponse, read_expected
from monitor.pact_engine.headers import HeaderRule, HeaderRules, definition_of, match_headers
from monitor.pact_engine.mismatch import EngineMismatch
from monitor.printable import printable

_SWITCH: Final = "PACT_MATCHING_ENGINE"
_BACKTRACE: Final = "\n\nStack backtrace:"
_TOO_DEEP: Final = "recursion limit exceeded"


def describe_engine() -> str:
    """Name and version of the library that judges."""
    return f"pact_ffi {native.version()}"


# -- status -----------------------------------------------------------------------------------------------


def _status(
    scope: native.Scope, contract: native.NativeContract, expected: ExpectedResponse, status: int
) -> Iterator[EngineMismatch]:
    rules = list(native.rules(scope, contract, native.STATUS))
    if rules:
        complaints = [native.number_complaint(rule, expected.status, status) for _, rule in rules]
        if expected.combined_by_or("status") and not all(complaints):
            return
    else:
        complaints = [] if expected.status == status else [f"expected {expected.status} but was {status}"]
    for complaint in filter(None, complaints):
        yield EngineMismatch("status", "", str(expected.status), str(status), complaint, "StatusMismatch")


# -- headers ----------------------------------------------------------------------------------------------


def _header_name(path: str) -> str:
    """The header that a rule is for: V2 files give ``X-A``, later ones ``$['X-A']`` or ``$.Location``; lower case."""
    if path.startswith("$['") and path.endswith("']"):
        return path[3:-2].replace("\\'", "'").lower()
    return path.removeprefix("$.").lower()


def _header_rules(
    scope: native.Scope, contract: native.NativeContract, expected: ExpectedResponse
) -> dict[str, HeaderRules]:
    grouped: dict[str, list[HeaderRule]] = {}
    for path, rule in native.rules(scope, contract, native.HEADER):
        known = HeaderRule(definition_of(native.rule_json(rule)), partial(native.text_complaint, rule))
        grouped.setdefault(_header_name(path), []).append(known)
    return {name: HeaderRules(tuple(rules), expected.combined_by_or("header", name)) for name, rules in grouped.items()}


# -- body -------------------------------------------------------------------------------------------------


def _body_mismatch(expected: str, actual: str, message: str) -> EngineMismatch:
    return EngineMismatch("body", "$", expected, actual, message, "BodyMismatch")


def _against_empty(response: Response) -> Iterator[EngineMismatch]:
    content_type = response.header("content-type")
    # the specification's cases want JSON null to count as no body
    is_null = response.body.strip() == b"null" and (content_type is None or is_json(content_type))
    if response.body and not is_null:
        text = response.body.decode("utf-8", "replace")
        yield _body_mismatch("", text, "Expected empty body but received one")


def _engine_mismatch(fields: Mapping[str, str]) -> EngineMismatch:
    # where RUST_BACKTRACE is set the engine appends where it stands, which says nothing of the response
    message = fields.get("mismatch", "").partition(_BACKTRACE)[0]
    if message.startswith("Failed to parse") and _TOO_DEEP in message:
        raise NotJudgedError("the body is nested deeper than the 127 levels that Pact's engine reads")
    return EngineMismatch(
        place="body",
        path=fields.get("path", "$"),
        expected=fields.get("expected", ""),
        actual=fields.get("actual", ""),
        message=message,
        kind=fields.get("type", ""),
    )


def _body(
    content: bytes | None, expected: ExpectedResponse, response: Response, content_type_rules: HeaderRules | None
) -> Iterator[EngineMismatch]:
    if expected.body_missing:
        return
    if content is None:
        yield from _against_empty(response)
        return
    wanted, got = native.Body(content, expected.content_type), actual_body(response)
    if not got.content:
        yield _body_mismatch(content.decode("utf-8", "replace"), "", "Expected body but was empty")
        return
    if is_multipart(wanted.content_type) and is_multipart(got.content_type):
        raise NotJudgedError("a multipart body cannot be judged by Pact's engine")

    is_text = got.content_type is not None and not is_json(got.content_type)
    sent = got.content if is_text else taken(got.content)

    def compare(content_type: str | None) -> list[dict[str, str]]:
        return native.match_bodies(dict(expected.rules), wanted, native.Body(sent, content_type))

    def passes(wanted_type: str, got_type: str) -> bool:
        return content_type_rules is not None and not content_type_rules.of_value(wanted_type, got_type)

    yield from map(_engine_mismatch, gated(compare, wanted, got, passes))


# -- all --------------------------------------------------------------------------------------------------


def _refuse_other_engine() -> None:
    if value := os.environ.get(_SWITCH):
        raise NotJudgedError(f"{_SWITCH}={printable(value)} chooses an experimental matcher", fix=f"unset {_SWITCH}")


def _native_text(pact: bytes) -> bytes:
    return pact.removeprefix(BOM)


def match_response(pact: bytes, response: Response) -> tuple[EngineMismatch, ...]:
    """All that ``pact`` forbids of ``response``, in one fixed order; empty where it allows it.

    ``pact`` is a Pact file (JSON, V1 to V4, with its metadata) of exactly one HTTP interaction.
    Raises NotJudgedError for what the engine cannot judge: a file it refuses, multipart bodies, plug-ins, a regular
    expression that never ends, too deep a body. Its text holds no vendor value.
    """
    _refuse_other_engine()
    expected = read_expected(pact)
    with native.Scope() as scope:
        contract = native.open_contract(scope, _native_text(pact))
        rules = _header_rules(scope, contract, expected)
        found = [
            *_status(scope, contract, expected, response.status),
            *match_headers(expected.headers, response.headers, rules),
            *_body(contract.contents(), expected, response, rules.get("content-type")),
        ]
    return tuple(sorted(dict.fromkeys(found), key=EngineMismatch.sort_key))


def expected_contents(pact: bytes) -> bytes | None:
    """The decoded body of the contract's example; None where it is missing, null or empty. Raises NotJudgedError."""
    read_expected(pact)
    with native.Scope() as scope:
        return native.open_contract(scope, _native_text(pact)).contents()
