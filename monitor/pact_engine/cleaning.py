"""JSON that the engine's reader refuses although it is JSON, made such that it takes it.

It refuses a byte order mark, lone surrogates, and numbers beyond a double's range, and would then call the whole
body no JSON: a drift that is none. Types and structure stay as they are; only such strings and numbers change.
"""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Final

from monitor.errors import JsonError
from monitor.headers import is_json
from monitor.jsonpaths import Json, read_json
from monitor.model import Response

BOM: Final = b"\xef\xbb\xbf"
MAX_DEPTH: Final = 127  # past it the engine refuses, and that is told
_SUSPECT: Final = re.compile(rb"\\u[dD][89a-fA-F]|\d{300}|[eE]\+?\d{3}")
_LARGEST_INTEGER: Final = 2**63 - 1
_LARGEST_DOUBLE: Final = 1.7976931348623157e308


def _fits(value: int | Decimal) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _number(value: int | Decimal) -> int | float:
    # the reader holds integers of more than 4,000 digits as Decimals without an exponent
    whole = isinstance(value, int) or value.as_tuple().exponent == 0
    if _fits(value):
        return int(value) if whole else float(value)
    sign = 1 if value > 0 else -1
    return sign * (_LARGEST_INTEGER if whole else _LARGEST_DOUBLE)


def _cleaned(value: Json) -> Json:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key.encode("utf-8", "replace").decode(): _cleaned(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_cleaned(child) for child in value]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _number(value)
    return value


def _is_taken(value: Json) -> bool:
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, dict):
        return all(_is_taken(key) and _is_taken(child) for key, child in value.items())
    if isinstance(value, list):
        return all(map(_is_taken, value))
    return not isinstance(value, int | Decimal) or isinstance(value, bool) or _fits(value)


def taken(content: bytes) -> bytes:
    """``content`` as the engine's JSON reader takes it; unchanged where it does so already, or is no JSON."""
    text = content.removeprefix(BOM)
    if not _SUSPECT.search(text):
        return text
    try:
        value = read_json(text, max_depth=MAX_DEPTH).value
    except JsonError:
        return text
    return text if _is_taken(value) else json.dumps(_cleaned(value)).encode()


def taken_body(response: Response) -> bytes:
    """The body of ``response`` as the engine takes it; a body that says it is no JSON stays as it is."""
    return taken(response.body) if _may_be_json(response) else response.body


def is_null(response: Response) -> bool:
    """Whether the body is JSON null, which counts as no body where the contract wants none.

    The specification's cases want it so. (The Verifier would take it for a body.)
    """
    return _may_be_json(response) and response.body.strip() == b"null"


def _may_be_json(response: Response) -> bool:
    content_type = response.header("content-type")
    return content_type is None or is_json(content_type)
