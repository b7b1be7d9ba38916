"""``$esc``, ``$encoding``, ``$urlTool`` and ``$salesforce``: texts made fit for where they are put."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from html.entities import codepoint2name
from typing import Final, TypeAlias

from monitor.languages.velocity.printing import text_of
from monitor.languages.velocity.tools.assumptions import ESCAPES_BEYOND_ASCII, ESCAPES_SLASHES, NO_PARAM

Escape: TypeAlias = Callable[[object], str | None]

_JSON: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_SLASH: Final = {"/": "\\/"}
_XML: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_RESERVED: Final = re.compile(r"[?&|!{}\[\]()^~*:\\\"'+-]")  # of SOQL and SOSL
_FORM_SAFE: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*-._")


def _of_text(apply: Callable[[str], str]) -> Escape:
    return lambda value: None if value is None else apply(text_of(value))


def _with_escapes(text: str, known: Mapping[str, str], *, beyond: bool = True) -> str:
    return "".join(known.get(char) or _unicode(char, beyond=beyond) for char in text)


def _unicode(char: str, *, beyond: bool) -> str:
    if " " <= char <= "\x7f" or (char > "\x7f" and not beyond):
        return char
    units = memoryview(char.encode("utf-16-le", "surrogatepass")).cast("H")
    return "".join(f"\\u{unit:04X}" for unit in units)


def _json_encoded(text: str) -> str:
    return _with_escapes(text, _JSON | _SLASH if ESCAPES_SLASHES else _JSON, beyond=ESCAPES_BEYOND_ASCII)


def _json_decoded(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except (ValueError, RecursionError):
        return text


def _form_encoded(text: str) -> str:
    """As java.net.URLEncoder does it: a blank is ``+``."""
    return "".join(map(_form_byte, text.encode("utf-8", "replace")))


def _form_byte(byte: int) -> str:
    if byte == ord(" "):
        return "+"
    return chr(byte) if byte in _FORM_SAFE else f"%{byte:02X}"


def _uri_encoded(text: str) -> str:
    return _form_encoded(text).replace("+", "%20")


def _html(text: str) -> str:
    return "".join(f"&{codepoint2name[ord(char)]};" if ord(char) in codepoint2name else char for char in text)


def _xml(text: str) -> str:
    return "".join(_XML.get(char, char) for char in _NOT_XML.sub("", text))


base64_of: Final = _of_text(lambda text: base64.b64encode(text.encode("utf-8", "replace")).decode())
salesforce: Final = _of_text(lambda text: _RESERVED.sub(lambda match: f"\\{match[0]}", text))


def query_param(name: object, value: object) -> str | None:
    """``name=value``, or nothing where there is no value."""
    if name is None:
        return None
    if value is None or not text_of(value):
        return NO_PARAM
    return f"{text_of(name)}={_form_encoded(text_of(value))}"


ESCAPES: Final[Mapping[str, Escape]] = {
    "jsonEncode": _of_text(_json_encoded),
    "jsonString": _of_text(_json_encoded),
    "jsonDecode": _of_text(_json_decoded),
    "url": _of_text(_form_encoded),
    "urlFormEncode": _of_text(_form_encoded),
    "uriEncode": _of_text(_uri_encoded),
    "java": _of_text(lambda text: _with_escapes(text, _JSON)),
    "javascript": _of_text(lambda text: _with_escapes(text, {**_JSON, **_SLASH, "'": "\\'"})),
    "html": _of_text(_html),
    "xml": _of_text(_xml),
    "sql": _of_text(lambda text: text.replace("'", "''")),
}
_NAMED: Final = {
    "quote": '"',
    "singleQuote": "'",
    "dollar": "$",
    "hash": "#",
    "backslash": "\\",
    "newline": "\n",
    "exclamation": "!",
}
SIGNS: Final[Mapping[str, str]] = {**_NAMED, **{name[0]: sign for name, sign in _NAMED.items()}}
