"""The macros that Genesys Cloud puts into a template's context, as its documents and real exports have them.

Each answers None to a null argument, and a null result prints the reference itself: such text in an output is a sign
of drift. What the documents do not say is an assumption, named below.
Source: https://help.mypurecloud.com/articles/velocity-macros-data-actions/
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Final

from monitor.languages.velocity.calling import JavaError
from monitor.languages.velocity.printing import text_of
from monitor.languages.velocity.tool import Tool
from monitor.languages.velocity.values import is_number

NOTHING: Final = ""  # assumed: firstFromArray of an empty list without a default gives nothing
ESCAPES_SLASHES: Final = True  # assumed: jsonEncode writes / as \/, and what is not ASCII as \uXXXX
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_RESERVED: Final = re.compile(r"[?&|!{}\[\]()^~*:\\\"'+-]")
_FORM_SAFE: Final = "*-._"


def _null_safe(apply: Callable[[str], str | None]) -> Callable[[object], str | None]:
    return lambda value: None if value is None else apply(text_of(value))


def _json_encoded(text: str) -> str:
    return "".join(map(_json_char, text))


def _json_char(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if char == "/" and ESCAPES_SLASHES:
        return "\\/"
    if " " <= char <= "~":
        return char
    units = memoryview(char.encode("utf-16-le", "surrogatepass")).cast("H")
    return "".join(f"\\u{unit:04X}" for unit in units)


def _json_decoded(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except (ValueError, RecursionError):
        return text


def _form_encoded(text: str) -> str:
    """As java.net.URLEncoder does it: a blank is ``+``."""
    return "".join(map(_form_byte, text.encode("utf-8", "replace")))


def _form_byte(byte: int) -> str:
    char = chr(byte)
    if char == " ":
        return "+"
    return char if char.isascii() and (char.isalnum() or char in _FORM_SAFE) else f"%{byte:02X}"


def _uri_encoded(text: str) -> str:
    return _form_encoded(text).replace("+", "%20")


def _first(text: object, default: object = NOTHING) -> str | None:
    """The first member of the list that ``text`` is, as JSON text; else the default."""
    try:
        value = json.loads(text_of(text)) if text is not None else None
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, list) and value:
        return plain_json(value[0])
    return None if default is None else text_of(default)


def _moved(text: object) -> str | None:
    """``{"a": {...}, "b": {...}}`` -> ``[{..., "key": "a"}, ...]``. Assumed: the key's name is ``key``."""
    if text is None:
        return None
    try:
        value = json.loads(text_of(text))
    except (ValueError, RecursionError):
        raise JavaError("it is no JSON") from None
    if not isinstance(value, dict):
        raise JavaError("it is no object")
    return plain_json(
        [{**(one if isinstance(one, dict) else {"value": one}), "key": key} for key, one in value.items()]
    )


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode()


def _query_param(name: object, value: object) -> str:
    """``name=value``, or nothing where there is no value."""
    if value is None or not text_of(value):
        return ""
    return f"{text_of(name)}={_form_encoded(text_of(value))}"


def plain_json(value: object) -> str:
    """JSON without blanks, keys in their own order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# -- numbers ----------------------------------------------------------------------------------------------


def _numbers(*values: object) -> list[int | float] | None:
    found: list[int | float] = []
    for value in values:
        try:
            number = value if is_number(value) else float(text_of(value)) if value is not None else None
        except ValueError:
            return None
        if not isinstance(number, int | float):
            return None
        found.append(
            int(number) if isinstance(number, float) and number.is_integer() and "." not in str(value) else number
        )
    return found


def _math(apply: Callable[..., int | float]) -> Callable[..., object]:
    def run(*values: object) -> object:
        numbers = _numbers(*values)
        try:
            return None if numbers is None else apply(*numbers)
        except (ZeroDivisionError, ValueError, OverflowError):
            return None

    return run


def _sum(*numbers: int | float) -> int | float:
    return sum(numbers)


def _halved_up(number: float) -> int:
    return math.floor(number + 0.5)


_MATH: Final[Mapping[str, Callable[..., object]]] = {
    "add": _math(_sum),
    "sub": _math(lambda left, right: left - right),
    "mul": _math(lambda left, right: left * right),
    "div": _math(lambda left, right: left / right),
    "idiv": _math(lambda left, right: int(left / right)),
    "mod": _math(
        lambda left, right: math.fmod(left, right) if isinstance(left, float) else int(math.fmod(left, right))
    ),
    "min": _math(min),
    "max": _math(max),
    "abs": _math(abs),
    "ceil": _math(math.ceil),
    "floor": _math(math.floor),
    "round": _math(_halved_up),
    "pow": _math(math.pow),
    "toInteger": _math(int),
    "toDouble": _math(float),
}

_JSON_ENCODE: Final = _null_safe(_json_encoded)
_URL: Final = _null_safe(_form_encoded)
_ESC: Final = Tool(
    "esc",
    {
        "quote": '"',
        "singleQuote": "'",
        "dollar": "$",
        "hash": "#",
        "backslash": "\\",
        "newline": "\n",
        "n": "\n",
        "exclamation": "!",
    },
    {
        "jsonEncode": _JSON_ENCODE,
        "jsonString": _JSON_ENCODE,
        "jsonDecode": _null_safe(_json_decoded),
        "url": _URL,
        "urlFormEncode": _URL,
        "uriEncode": _null_safe(_uri_encoded),
    },
)

GENESYS: Final[Mapping[str, object]] = {
    "esc": _ESC,
    "successTemplateUtils": Tool(
        "successTemplateUtils", {}, {"firstFromArray": _first, "moveKeysIntoArrayOfObjects": _moved}
    ),
    "encoding": Tool("encoding", {}, {"base64": _null_safe(_base64)}),
    "salesforce": Tool(
        "salesforce", {}, {"escReserved": _null_safe(lambda text: _RESERVED.sub(lambda match: f"\\{match[0]}", text))}
    ),
    "math": Tool("math", {}, _MATH),
    "urlTool": Tool("urlTool", {}, {"optionalQueryParam": _query_param}),
}
