"""Which outputs a default fills, with its text; and what we assume where that rests on Genesys' documents' silence.

There are two kinds: the map's, where a path is not found, and that of ``firstFromArray``, where the list is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from monitor.languages import Value
from monitor.languages.data_action.assumptions import FIRST_OF_NOTHING
from monitor.languages.data_action.definition import RAW_RESULT
from monitor.languages.data_action.lineage import Filling, Source
from monitor.languages.data_action.steps import Extracted, Origin, Steps, first_json

_LIST: Final = re.compile(r"\s*\[\s*[^\s\]]")  # with a member
_WRITTEN: Final = (Origin.DEFAULT, Origin.CONSTANT)


def is_nothing(text: str) -> bool:
    """Whether ``firstFromArray`` finds nothing in ``text``: it is an empty list, or none."""
    return not _LIST.match(text)


def defaults_taken(fillings: Mapping[str, Filling], steps: Steps, outputs: Mapping[str, Value]) -> Mapping[str, str]:
    """The outputs that a default fills, each with the default's text as the author wrote it."""
    names = {one.name: one for one in steps.extracted}
    if not steps.raw and not any(_may_default(one) for one in steps.extracted):
        return {}
    found: dict[str, str] = {}
    for output, filling in fillings.items():
        texts = [text for source, _ in filling.sources for text in _taken(source, names, steps.raw)]
        if not filling.exact:  # which of them fills it, only its value can tell
            texts = [text for text in texts if _makes(text, outputs[output])]
        if texts:
            found[output] = " and ".join(dict.fromkeys(filter(None, texts)))
    return found


def _may_default(one: Extracted) -> bool:
    return one.origin is Origin.DEFAULT or is_nothing(one.text)


def _makes(text: str, value: Value) -> bool:
    made = first_json(text)
    return isinstance(made, tuple) and made[0] == value


def _taken(source: Source, names: Mapping[str, Extracted], raw: str) -> Iterator[str]:
    if source.first and _finds_nothing(source, names, raw):
        if source.default is not None:
            spare = (names[name] for name in source.spare if name in names)
            yield source.default or next((one.text for one in spare if one.origin in _WRITTEN), "")
        return
    found = (names[name] for name in source.names if name in names)
    yield from (one.text for one in found if one.origin is Origin.DEFAULT)


def _finds_nothing(source: Source, names: Mapping[str, Extracted], raw: str) -> bool:
    """Also where the list is itself a default, ``[]``."""
    (name,) = source.names
    if name in names:
        return names[name].origin is not Origin.UNSET and is_nothing(names[name].text)
    return name == RAW_RESULT and is_nothing(raw)


def assumptions_of(filling: Filling, steps: Steps) -> Iterator[str]:
    """What is assumed of what fills an output."""
    names = {one.name: one for one in steps.extracted}
    for source, _ in filling.sources:
        if source.first and source.default is None and _finds_nothing(source, names, steps.raw):
            yield FIRST_OF_NOTHING
        yield from (names[name].assumed for name in source.names if name in names and names[name].assumed)
