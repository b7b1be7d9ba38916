"""Masks in a body: what of a stored response can be judged although text stands where secrets stood.

1. A mask keeps the value's place and JSON type and changes what it says. So structure is judged as ever; a rule, a
   computation or a schema that looks into the value is not, and that is a note and never a finding.
2. Text tells that it is masked; a number's mask is 0 or 0.0, and where masks stand, a zero may be one.
3. Whether a translation fails because of a mask is found by trying: it is evaluated with the masks as they stand, with
   digits in their place (most of what is computed with is a number), and without them. What fails in each of these
   fails whatever stood there. (A condition of the translation's own that only the secret meets, `$assert`, looks the
   same; so check, which has the raw response, does not ask this way.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Generic, TypeVar

from monitor.jsonpaths import Json
from monitor.model import MASK, MASK_HOST

_T = TypeVar("_T")

DIGITS: Final = "1" * 11  # as many as a phone number has
_TEXT: Final = re.compile(rf"{re.escape(MASK)}[\w-]*", re.ASCII)
_HOST: Final = MASK_HOST.removeprefix("://")


@dataclass(frozen=True, slots=True)
class Masks:
    """Where masks stand in a response: in its body, among its numbers (a zero may be one), in which headers."""

    body: bool = False
    numbers: bool = False
    headers: tuple[str, ...] = ()  # lower case


NO_MASKS: Final = Masks()


@dataclass(frozen=True, slots=True)
class Answer(Generic[_T]):
    """What was found, and notes on what masks kept from being judged."""

    found: tuple[_T, ...] = ()
    notes: tuple[str, ...] = ()


def is_masked(text: str) -> bool:
    """Whether a mask stands in ``text``."""
    return MASK in text or MASK_HOST in text or text.startswith(_HOST)


def may_be_mask(value: Json) -> bool:
    """Whether the scalar ``value`` is, or may be, other than it was: masked text, or a zero."""
    return is_masked(value) if isinstance(value, str) else _is_zero(value)


def holds_mask(value: Json, *, zeros: bool = False) -> bool:
    """Whether masked text (or with ``zeros`` what may be a masked number) stands anywhere in it, keys included."""
    if isinstance(value, dict):
        return any(is_masked(key) or holds_mask(member, zeros=zeros) for key, member in value.items())
    if isinstance(value, list):
        return any(holds_mask(member, zeros=zeros) for member in value)
    return may_be_mask(value) if zeros else _is_text_mask(value)


def stand_ins(document: Json) -> Iterator[Json]:
    """``document`` as it stands, with digits in place of masks, and without what is masked."""
    yield document
    yield _replaced(document, _with_digits)
    yield _without(document)


def _is_zero(value: Json) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool) and value == 0


def _with_digits(value: Json) -> Json:
    if isinstance(value, str):
        return _TEXT.sub(DIGITS, value)  # a masked URL is a URL
    return 1 if _is_zero(value) else value


def _replaced(value: Json, scalar: Callable[[Json], Json]) -> Json:
    if isinstance(value, dict):
        return {key: _replaced(member, scalar) for key, member in value.items()}
    if isinstance(value, list):
        return [_replaced(member, scalar) for member in value]
    return scalar(value)


def _without(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without(member) for key, member in value.items() if not _is_text_mask(member)}
    if isinstance(value, list):
        return [_without(member) for member in value if not _is_text_mask(member)]
    return None if _is_text_mask(value) else value


def _is_text_mask(value: Json) -> bool:
    return isinstance(value, str) and is_masked(value)
