"""``$successTemplateUtils``: lists and objects, which enter a template as JSON text."""

from __future__ import annotations

import json
from typing import Final, NoReturn

from monitor.languages.velocity.calling import JavaError
from monitor.languages.velocity.printing import text_of
from monitor.languages.velocity.tools.assumptions import FIRST_OF_NOTHING, MOVED_KEY, MOVED_VALUE


def plain_json(value: object) -> str:
    """JSON without blanks, keys in their own order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER: Final = json.JSONDecoder(parse_constant=_no_constant)


def _read(text: object) -> object:
    """None where it is no JSON."""
    try:
        value: object = _DECODER.decode(text_of(text))
    except (ValueError, RecursionError):
        return None
    return value


def first_from_array(text: object, default: object = FIRST_OF_NOTHING) -> str | None:
    """The first member of the list that ``text`` is, as JSON text; else the default."""
    value = None if text is None else _read(text)
    if isinstance(value, list) and value:
        return plain_json(value[0])
    return None if default is None else text_of(default)


def moved_keys(text: object) -> str | None:
    """``{"a": {...}, "b": {...}}`` -> ``[{..., "key": "a"}, ...]``."""
    if text is None:
        return None
    value = _read(text)
    if not isinstance(value, dict):
        raise JavaError("java.lang.IllegalArgumentException")
    members = ((key, one if isinstance(one, dict) else {MOVED_VALUE: one}) for key, one in value.items())
    return plain_json([{**one, MOVED_KEY: key} for key, one in members])
