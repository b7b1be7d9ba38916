"""Which pairs of content types have their bodies compared (the gate before the body; pact_matching's match_body).

The library judges only bodies of equivalent types, and tells a BodyTypeMismatch with both types otherwise. Two bodies
are compared where the types are equivalent; or the expected one is equivalent to the actual one's base, which is
``application/json`` for ``application/hal+json; charset=utf-8``; or one of them is unknown; or the contract has rules
for the header Content-Type and they pass. What cannot be parsed is no type: the bytes tell it then, of a body in HTTP
with text/plain at last. An empty body meets the same gate by the type that goes with it, if any; and where the contract
wants an empty one, a closed gate is no mismatch.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from monitor.headers import main_and_sub
from monitor.model import Response
from monitor.pact_engine.cleaning import taken_body
from monitor.pact_engine.mismatch import BODY_TYPE
from monitor.pact_engine.native import Body

Fields = list[dict[str, str]]
_TYPE: Final = re.compile(r"""[!-.0-:<-~]+/[!-.0-:<-~]*(\s*;\s*[!-.0-:<>-~]+=("[^"]*"|[!-:<-~]*))*\s*""")
_ANYTHING: Final = b"0"


def is_multipart(content_type: str | None) -> bool:
    return content_type is not None and main_and_sub(content_type)[0] == "multipart"


def base_type(content_type: str) -> str:
    """Without parameters, and the suffix in place of the subtype it ends."""
    main, sub = main_and_sub(content_type)
    return f"{main}/{sub.rpartition('+')[2]}"


def is_unknown(content_type: str) -> bool:
    return "*" in main_and_sub(content_type)


def _parsed(content_type: str | None) -> str | None:
    return content_type if content_type is not None and _TYPE.fullmatch(content_type) else None


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def expected_body(content: bytes | None, content_type: str | None) -> Body:
    return Body(content or b"", _parsed(content_type))


def actual_body(response: Response) -> Body:
    content, content_type = taken_body(response), _parsed(response.header("content-type"))
    # the library guesses nothing of other bytes, which for a response is text/plain
    return Body(content, content_type or (None if _is_text(content) else "text/plain"))


def says_nothing(body: Body) -> bool:
    """Whether there is neither a body nor a type."""
    return not body.content and body.content_type is None


def filled(body: Body, other: Body) -> Body:
    """``body``, or where it is empty one like ``other``, so that the library looks at their types."""
    return body if body.content else replace(body, content=other.content or _ANYTHING)


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
