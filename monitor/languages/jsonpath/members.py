"""What a filter makes of the values that it compares.

1. A number is a Decimal of what Java prints of it; a JSON literal stays unread until an operator looks into it.
2. A text *within a list* is more than a text: where it is a JSONPath it equals nothing, where it is an object or list
   of JSON it equals only a literal of the same text, and quotes around it and backslashes in it are undone.
"""

from __future__ import annotations

from typing import Final

from monitor.jsonpaths import Json
from monitor.languages.jsonpath.cursor import unescaped
from monitor.languages.jsonpath.errors import FAILED, EngineError, InvalidPathError
from monitor.languages.jsonpath.nodes import UNDEFINED, JsonText, Value
from monitor.languages.jsonpath.numbers import decimal_of, is_number
from monitor.languages.jsonpath.parse import parse_jsonpath
from monitor.languages.jsonpath.permissive import permissive

MAX_PATH: Final = 20_000  # characters; a longer text is no path, whatever it looks like
_JAVA_BLANKS: Final = "".join(map(chr, range(33)))
_PAIRS: Final = ("[]", "{}")
_QUOTES: Final = ("''", '""')


def value_of(found: Json) -> Value:
    """What a path found, as a filter's value."""
    if not is_number(found):
        return found
    number = decimal_of(found)
    if number is None:
        raise EngineError("NumberFormatException", "a number of the document is too large")
    return number


def read(value: JsonText) -> Json:
    try:
        return permissive(value.text)
    except ValueError:
        raise EngineError("IllegalArgumentException", "a literal of a filter is no JSON") from None


def is_json(value: Value) -> bool:
    return isinstance(value, dict | list | JsonText)


def as_list(value: Value) -> list[Value] | None:
    """The members of JSON that is a list, as values; None where it is none."""
    found = read(value) if isinstance(value, JsonText) else value
    return [member_of(member) for member in found] if isinstance(found, list) else None


def member_of(member: Json) -> Value:
    if isinstance(member, dict | list):
        raise EngineError(FAILED, "a list in a filter holds objects or lists, which cannot be compared")
    return _text(member) if isinstance(member, str) else value_of(member)


def _text(text: str) -> Value:
    trimmed = text.strip(_JAVA_BLANKS)
    if trimmed[:1] in ("$", "@") and _is_path(text):
        return UNDEFINED
    ends = trimmed[:1] + trimmed[-1:]
    if ends in _PAIRS and _is_readable(text):
        return JsonText(text)
    if len(text) > 1:
        text = text[1:-1] if text[0] + text[-1] in _QUOTES else text
        try:
            return unescaped(text)
        except InvalidPathError as error:
            raise EngineError(FAILED, error.what) from None
    return text


def _is_path(text: str) -> bool:
    try:
        parse_jsonpath(text)
    except (InvalidPathError, RecursionError):
        return False
    return len(text) <= MAX_PATH


def _is_readable(text: str) -> bool:
    try:
        permissive(text)
    except (ValueError, RecursionError):
        return False
    return True
