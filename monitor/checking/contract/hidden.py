"""Which mismatches may be the masks' doing.

A mask keeps the type, and the number of members and keys; so what rests on these alone is told as ever.
"""

from __future__ import annotations

from typing import Final

from monitor.checking.contract.bodies import BodyMismatch, matchers_at
from monitor.checking.contract.places import ABSENT, Place
from monitor.checking.contract.words import (
    ANOTHER_VALUE,
    NO_SUCH_MEMBER,
    UNLIKE,
    UNMET_KEY,
    UNMET_TEXT,
    same_type,
)
from monitor.checking.masked import holds_mask, is_masked
from monitor.model import Response

_OF_CONTENTS: Final = frozenset({UNLIKE, NO_SUCH_MEMBER, UNMET_KEY})
_OF_TEXT: Final = frozenset({UNMET_TEXT, ANOTHER_VALUE})
# these look at what a value says, whatever its JSON type
_TEXTUAL: Final = frozenset({"regex", "include", "date", "time", "timestamp", "semver", "contentType"})


def is_hidden(found: BodyMismatch, root: Place, response: Response, *, zeros: bool) -> bool:
    """Whether ``found`` may come of nothing but a mask in the body of ``response``; ``zeros``: a zero may be one."""
    place, actual = found.place, found.mismatch.actual
    if root.expected is ABSENT:  # not JSON: where in the text the mask stands is not known
        return actual in _OF_TEXT and is_masked(response.body.decode("utf-8", "replace"))
    value = place.actual
    if value is ABSENT:
        return False
    textual = any(matcher.kind in _TEXTUAL for matcher in matchers_at(place))
    if isinstance(value, dict | list):
        return (textual or actual in _OF_CONTENTS) and holds_mask(value, zeros=zeros)
    return (textual or same_type(place)) and holds_mask(value, zeros=zeros)
