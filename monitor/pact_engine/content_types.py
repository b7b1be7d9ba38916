"""Which pairs of content types have their bodies compared (the gate before the body; pact_matching's match_body).

The library judges only bodies of equivalent types, and tells a BodyTypeMismatch with both types otherwise. Two bodies
are compared where the types are equivalent; or the expected one is equivalent to the actual one's base, which is
``application/json`` for ``application/hal+json; charset=utf-8``; or one of them is unknown; or the contract has rules
for the header Content-Type and they pass.
"""

from __future__ import annotations

from collections.abc import Callable

from monitor.headers import main_and_sub
from monitor.model import Response
from monitor.pact_engine.mismatch import BODY_TYPE
from monitor.pact_engine.native import Body

Fields = list[dict[str, str]]


def is_multipart(content_type: str | None) -> bool:
    return content_type is not None and main_and_sub(content_type)[0] == "multipart"


def base_type(content_type: str) -> str:
    """Without parameters, and the suffix in place of the subtype it ends."""
    main, sub = main_and_sub(content_type)
    return f"{main}/{sub.rpartition('+')[2]}"


def is_unknown(content_type: str) -> bool:
    return "*" in main_and_sub(content_type)


def actual_body(response: Response) -> Body:
    return Body(response.body, response.header("content-type"))


def is_type_mismatch(found: Fields) -> bool:
    return len(found) == 1 and found[0].get("type") == BODY_TYPE


def gated(
    compare: Callable[[str | None], Fields], wanted: Body, got: Body, passes: Callable[[str, str], bool]
) -> Fields:
    """The mismatches of two bodies, or the one of their types.

    ``compare`` matches the bodies as if the actual one had the given type, ``passes`` tells whether rules of the
    contract let the actual type (second) stand for the expected one.
    """
    refused = compare(got.content_type)
    if not is_type_mismatch(refused):
        return refused
    expected, actual = refused[0]["expected"], refused[0]["actual"]
    if is_unknown(expected) or is_unknown(actual) or passes(expected, actual):
        return compare(wanted.content_type or expected)
    found = compare(base_type(actual))
    return refused if is_type_mismatch(found) else found
