"""What a contract demands and what came instead, as phrases without vendor values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from monitor.checking.contract.places import ABSENT, Found, Place
from monitor.jsonpaths import JsonType, json_type
from monitor.pact_engine.rules import Matcher
from monitor.printable import printable

# what is said where a value as a whole, not its type or size, is at fault
UNLIKE: Final = "it does not match the contract"
NO_SUCH_MEMBER: Final = "no such member"
UNMET_KEY: Final = "a key that does not match"
UNMET_TEXT: Final = "text that does not match"
ANOTHER_VALUE: Final = "another value"

_ARTICLES: Final[Mapping[JsonType, str]] = {
    JsonType.STRING: "a String",
    JsonType.INTEGER: "an Integer",
    JsonType.DECIMAL: "a Decimal",
    JsonType.BOOLEAN: "a Boolean",
    JsonType.NULL: "Null",
    JsonType.OBJECT: "an Object",
    JsonType.ARRAY: "an Array",
}
STATUS_CLASSES: Final[Mapping[str, str]] = {
    "info": "100 to 199",
    "success": "200 to 299",
    "redirect": "300 to 399",
    "clientError": "400 to 499",
    "serverError": "500 to 599",
    "nonError": "below 400",
    "error": "400 or above",
}
_DEFAULT_FORMATS: Final[Mapping[str, str]] = {
    "date": "yyyy-MM-dd",
    "time": "HH:mm:ss",
    "timestamp": "yyyy-MM-dd'T'HH:mm:ssXXX",
}


def a_type(value: Found) -> str:
    """``a String``, ``an Integer``, ``Null``."""
    return "not there" if value is ABSENT else _ARTICLES[json_type(value)]


def type_name(value: Found) -> str:
    return "" if value is ABSENT else json_type(value).value


def quoted(text: str) -> str:
    return f"'{printable(text)}'"


def counted(number: int, noun: str = "member") -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def wanted(place: Place, kind: str = "", demand: str = "") -> str:
    """``openTickets (Integer) at $.openTickets``; ``kind`` in place of the example's type, ``demand`` after it."""
    inside = f"{kind or type_name(place.expected)}{demand}".lstrip(" ,")
    return f"{place.name} ({inside}) at {place.root}" if inside else f"{place.name} at {place.root}"


def is_instead(place: Place) -> str:
    """``openTickets is a String``."""
    return f"{place.name} is {a_type(place.actual)}"


# -- what a matcher demands -------------------------------------------------------------------------------


def _length(matcher: Matcher) -> str:
    least, most = matcher.number("min"), matcher.number("max")
    if least is not None and most is not None:
        return f" of {least} to {counted(most)}"
    if least is not None:
        return f" of at least {counted(least)}"
    return f" of at most {counted(most)}" if most is not None else ""


def _format(matcher: Matcher) -> str:
    written = matcher.text("format") or matcher.text(matcher.kind) or _DEFAULT_FORMATS[matcher.kind]
    kind = "date and time" if matcher.kind == "timestamp" else matcher.kind
    return f" in the {kind} format {quoted(written)}"


_DEMANDS: Final[Mapping[str, Callable[[Matcher], str]]] = {
    "type": _length,
    "regex": lambda matcher: f" matching {quoted(matcher.text('regex'))}",
    "include": lambda matcher: f" containing {quoted(matcher.text('value'))}",
    "date": _format,
    "time": _format,
    "timestamp": _format,
    "semver": lambda _: " with a semantic version",
    "notEmpty": lambda _: ", not empty",
    "contentType": lambda matcher: f" of content type {quoted(matcher.text('value'))}",
    "equality": lambda _: ", exactly as in the contract",
    "values": lambda _: ", exactly as in the contract",
}
_TYPES: Final[Mapping[str, str]] = {
    "integer": "Integer",
    "decimal": "Decimal",
    "number": "Number",
    "boolean": "Boolean",
    "null": "Null",
}
_SHORTFALLS: Final[Mapping[str, str]] = {
    "regex": "that does not match",
    "include": "that does not contain it",
    "date": "in another format",
    "time": "in another format",
    "timestamp": "in another format",
    "semver": "without a semantic version",
    "contentType": "of another content type",
}


def demand(matcher: Matcher) -> str:
    """What ``matcher`` demands beside a type: `` matching '^a'``; may be empty."""
    describe = _DEMANDS.get(matcher.kind)
    return describe(matcher) if describe else ""


def kind_of(matcher: Matcher) -> str:
    """The type that ``matcher`` demands whatever the example; may be empty."""
    return _TYPES.get(matcher.kind, "")


def another(value: Found) -> str:
    """Of the right type, with the wrong value: ``another String``."""
    return f"another {type_name(value)}" if type_name(value) else ANOTHER_VALUE


def _size(value: Found) -> str:
    if isinstance(value, list):
        return f"an Array of {counted(len(value))}"
    return f"an Object of {counted(len(value), 'key')}" if isinstance(value, dict) else a_type(value)


def shortfall(matcher: Matcher, place: Place) -> str:
    """What came instead of what ``matcher`` demands of a value of the right type."""
    value = place.actual
    if matcher.kind == "type":
        return _size(value)
    if matcher.kind == "notEmpty":
        return f"an empty {type_name(value)}" if value is not None and value is not ABSENT else is_instead(place)
    if matcher.kind in _SHORTFALLS:
        return f"{a_type(value)} {_SHORTFALLS[matcher.kind]}"
    return another(value)


def same_type(place: Place) -> bool:
    return place.actual is not ABSENT and type_name(place.expected) == type_name(place.actual)
