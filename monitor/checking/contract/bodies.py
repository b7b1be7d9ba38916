"""One difference of bodies, as the engine tells it, in words.

Which matcher was not met is told by the engine's sentence alone. A sentence begins and ends with the engine's own
words and the contract's, with the vendor's value in between: so only its two ends are looked at. Where neither says
anything, types and values are compared; where that says nothing, the mismatch is told without a reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from monitor.checking.contract.places import ABSENT, Place, find_places
from monitor.checking.contract.words import (
    ANOTHER_VALUE,
    NO_SUCH_MEMBER,
    UNLIKE,
    UNMET_KEY,
    UNMET_TEXT,
    another,
    counted,
    demand,
    is_instead,
    kind_of,
    quoted,
    same_type,
    shortfall,
    type_name,
    wanted,
)
from monitor.errors import NotJudgedError
from monitor.jsonpaths import Json
from monitor.model import Mismatch
from monitor.pact_engine import BODY_TYPE, EngineMismatch
from monitor.pact_engine.rules import Matcher, heaviest
from monitor.printable import printable

_MISSING_KEYS: Final = "Actual map is missing the following keys: "
_NO_SUCH_RULE: Final = "Could not apply the '"
_VARIANT: Final = "Variant at index "
_COUNTS: Final = ("Expected a List with ", "Expected an empty List ")
_MISSING: Final = " but was missing"


@dataclass(frozen=True, slots=True)
class _Words:
    expected: str
    actual: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class BodyMismatch:
    """A mismatch, and the place that it is about."""

    place: Place
    mismatch: Mismatch


def tell_body(found: EngineMismatch, root: Place) -> Iterator[BodyMismatch]:
    """At least one mismatch for what the engine found. ``root`` holds the example, the response and the rules."""
    places = find_places(found.path, root)
    place = places[-1]
    if found.message.startswith(_MISSING_KEYS):
        missing = tuple(_missing_keys(found, place))
        if missing:
            yield from missing
            return
    elif len(places) > 1 and (matcher := _unmet_key(found, places[-2])) is not None:
        place = places[-2]
        words = _Words(wanted(place, "Object", f" with keys{demand(matcher)}"), UNMET_KEY)
        yield _mismatch(place, words)
        return
    yield _mismatch(place, _whole(found, root) or _foreign(found, root, place) or _value(found, place))


def _mismatch(place: Place, words: _Words) -> BodyMismatch:
    return BodyMismatch(place, Mismatch(place.root, "body", words.expected, words.actual, words.missing))


# -- keys -------------------------------------------------------------------------------------------------


def _keys(text: str) -> list[str]:
    try:
        value: Json = json.loads(text)
    except ValueError:
        return []
    return [key for key in value if isinstance(key, str)] if isinstance(value, list) else []


def _missing_keys(found: EngineMismatch, parent: Place) -> Iterator[BodyMismatch]:
    """The engine tells missing keys at their parent, as two lists of keys."""
    there = set(_keys(found.actual))
    for key in _keys(found.expected):
        if key not in there:
            place = parent.child(key)
            words = _Words(wanted(place), f"Key '{printable(key)}' not found in response body", missing=True)
            yield _mismatch(place, words)


def _unmet_key(found: EngineMismatch, parent: Place) -> Matcher | None:
    """The matcher of eachKey that a key of ``parent`` does not meet; the engine tells it at a path with that key."""
    if found.expected or not isinstance(parent.actual, dict) or found.actual not in parent.actual:
        return None
    inner = [one for matcher in matchers_at(parent) if matcher.kind == "eachKey" for one in matcher.inner()]
    return _unmet(inner, found.message) or next(iter(inner), None)


# -- the body as a whole ----------------------------------------------------------------------------------


def _unreadable(root: Place) -> str:
    return "the body cannot be read" if root.expected is ABSENT else "the body is not JSON"


def _whole(found: EngineMismatch, root: Place) -> _Words | None:
    if found.kind == BODY_TYPE:
        return _Words(f"a body of type {quoted(found.expected)} at $", f"a body of type {quoted(found.actual)}")
    wholes: Mapping[str, _Words] = {
        "Failed to parse the actual body": _Words(wanted(root), _unreadable(root)),
        "Failed to parse the expected body": _Words(wanted(root), "the contract's own example cannot be read"),
        "Expected empty body": _Words("no body at $", "a body that is not empty"),
        "Expected body but was empty": _Words("a body at $", "the body is empty", missing=True),
    }
    return next((words for start, words in wholes.items() if found.message.startswith(start)), None)


def _foreign(found: EngineMismatch, root: Place, place: Place) -> _Words | None:
    """A body that is not JSON: text, XML, a form, binary. The engine's path is all that is known."""
    if root.expected is not ABSENT:
        return None
    matcher = _unmet(matchers_at(place), found.message)
    if matcher is not None and matcher.kind not in ("type", "equality"):
        return _Words(wanted(place, "text", demand(matcher)), UNMET_TEXT)
    if found.message.endswith(_MISSING):
        return _Words(wanted(place, "as in the contract"), f"{place.name} not found in response body", missing=True)
    return _Words(wanted(place, "as in the contract"), ANOTHER_VALUE)


# -- values -----------------------------------------------------------------------------------------------


def matchers_at(place: Place) -> tuple[Matcher, ...]:
    return tuple(one for rule in heaviest(place.rules, place.fragments) for one in rule.matchers)


_ENDS: Final[Mapping[str, Callable[[Matcher, str], bool]]] = {
    "regex": lambda matcher, message: message.endswith(f"' to match '{matcher.text('regex')}'"),
    "include": lambda matcher, message: message.endswith(f"' to include '{matcher.text('value')}'"),
    "integer": lambda _, message: message.endswith(" to be an integer"),
    "decimal": lambda _, message: message.endswith(" to be a decimal number"),
    "number": lambda _, message: message.endswith(" to be a number"),
    "boolean": lambda _, message: message.endswith(" to match a boolean"),
    "null": lambda _, message: message.endswith(" to be a null value"),
    "notEmpty": lambda _, message: message.endswith((" to not be empty", "but got a NULL")),
}
# sentences that end in words of the engine's parsers: these stand in the middle
_MIDDLES: Final[Mapping[str, tuple[str, ...]]] = {
    "date": (" to match a date pattern of '",),
    "time": (" to match a time pattern of '",),
    "timestamp": (" to match a timestamp pattern of '",),
    "semver": ("semantic version",),
    "contentType": (" content type of '",),
    "type": (" to be the same type as ", " to have minimum size of ", " to have maximum size of ", " item(s)"),
    "equality": (" to be equal to ",),
    "values": (" to be equal to ",),
}


def _unmet(matchers: Iterable[Matcher], message: str) -> Matcher | None:
    """The matcher that the engine's sentence is about; None where it is about none of them."""
    known = tuple(matchers)
    by_end = (one for one in known if one.kind in _ENDS and _ENDS[one.kind](one, message))
    by_middle = (one for one in known if any(words in message for words in _MIDDLES.get(one.kind, ())))
    return next(by_end, None) or next(by_middle, None)


def _refuse_contract_fault(found: EngineMismatch, place: Place) -> None:
    """The contract's own rule cannot be applied. The engine counts that against the response; it is no drift."""
    for matcher in matchers_at(place):
        if matcher.kind == "regex" and found.message.startswith(f"'{matcher.text('regex')}' is not a valid"):
            what = f"the contract's regular expression {quoted(matcher.text('regex'))} is not valid"
            raise NotJudgedError(what, where=place.root, fix="correct the contract")
    if found.message.startswith(_NO_SUCH_RULE):
        what = "the contract's matching rule is not known to Pact's engine"
        raise NotJudgedError(what, where=place.root, fix="correct the contract")


def _list_words(found: EngineMismatch, place: Place) -> _Words | None:
    if not isinstance(place.expected, list) or not isinstance(place.actual, list):
        return None
    size = f"an Array of {counted(len(place.actual))}"
    if found.message.startswith(_COUNTS) or found.message.endswith(_MISSING):
        return _Words(wanted(place, "", f" of exactly {counted(len(place.expected))}"), size)
    if found.message.startswith(_VARIANT):
        index = found.message.removeprefix(_VARIANT).partition(" ")[0]
        return _Words(wanted(place, "", f" with a member like the contract's [{printable(index)}]"), NO_SUCH_MEMBER)
    return None


def _either(place: Place) -> _Words | None:
    """Matchers of which one is enough: all of them are demanded in one sentence."""
    rule = place.rule
    if rule is None or not rule.any_is_enough or len(rule.matchers) < 2:
        return None
    options = [f"{kind_of(one) or type_name(place.expected)}{demand(one)}".strip() for one in rule.matchers]
    actual = UNLIKE if place.actual is ABSENT or same_type(place) else is_instead(place)
    return _Words(wanted(place, " or ".join(dict.fromkeys(options))), actual)


def _exactly(place: Place) -> _Words:
    if not same_type(place):
        return _Words(wanted(place), is_instead(place))
    if isinstance(place.expected, dict | list):
        return _Words(wanted(place), UNLIKE)
    return _Words(wanted(place, "", ", exactly as in the contract"), another(place.actual))


def _by_matcher(matcher: Matcher, place: Place) -> _Words:
    if kind := kind_of(matcher):
        return _Words(wanted(place, kind), is_instead(place))
    if same_type(place):
        return _Words(wanted(place, "", demand(matcher)), shortfall(matcher, place))
    # lengths are demanded of lists and objects only
    return _Words(wanted(place, "", "" if matcher.kind == "type" else demand(matcher)), is_instead(place))


def _value(found: EngineMismatch, place: Place) -> _Words:
    _refuse_contract_fault(found, place)
    special = _list_words(found, place) or _either(place)
    if special is not None:
        return special
    if place.actual is ABSENT or place.expected is ABSENT:
        return _Words(wanted(place), UNLIKE)
    matcher = _unmet(matchers_at(place), found.message)
    if matcher is None or matcher.kind in ("equality", "values"):
        return _exactly(place)
    return _by_matcher(matcher, place)
