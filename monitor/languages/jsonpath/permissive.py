"""A JSON literal of a filter, read as leniently as json-smart reads it: single quotes, words without quotes."""

from __future__ import annotations

import json
import re
from typing import Final

from monitor.jsonpaths import Json

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_WORDS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None, "NaN": "NaN"}
_MOST: Final = 50


def permissive(text: str) -> Json:
    """Raises ValueError where even so it is no JSON."""
    try:
        strict: Json = json.loads(text)
    except (ValueError, RecursionError):
        value, place = _value(text, 0, 0)
        if text[place:].strip():
            raise ValueError(text) from None
        return value
    return strict


def _value(text: str, place: int, depth: int) -> tuple[Json, int]:
    place = _blank(text, place)
    if depth > _MOST or place >= len(text):
        raise ValueError(text)
    char = text[place]
    if char == "[":
        return _list(text, place + 1, depth)
    if char == "{":
        return _object(text, place + 1, depth)
    return _scalar(text, place, ",]}")


def _blank(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place


def _list(text: str, place: int, depth: int) -> tuple[Json, int]:
    found: list[Json] = []
    while True:
        place = _blank(text, place)
        if text[place : place + 1] == "]":
            return found, place + 1
        if text[place : place + 1] == ",":
            place += 1
            continue
        value, place = _value(text, place, depth + 1)
        found.append(value)


def _object(text: str, place: int, depth: int) -> tuple[Json, int]:
    found: dict[str, Json] = {}
    while True:
        place = _blank(text, place)
        if text[place : place + 1] == "}":
            return found, place + 1
        if text[place : place + 1] == ",":
            place += 1
            continue
        key, place = _scalar(text, place, ":")
        place = _blank(text, place)
        if text[place : place + 1] != ":":
            raise ValueError(text)
        found[str(key)], place = _value(text, place + 1, depth + 1)


def _scalar(text: str, place: int, ends: str) -> tuple[Json, int]:
    quote = text[place : place + 1]
    if quote in ("'", '"'):
        return _quoted(text, place, quote)
    end = place
    while end < len(text) and text[end] not in ends:
        end += 1
    word = text[place:end].strip()
    if not word and end >= len(text):
        raise ValueError(text)
    if _NUMBER.fullmatch(word):
        return (float(word) if re.search(r"[.eE]", word) else int(word)), end
    return _WORDS.get(word, word), end


def _quoted(text: str, place: int, quote: str) -> tuple[str, int]:
    out: list[str] = []
    place += 1
    while place < len(text):
        char = text[place]
        if char == quote:
            return "".join(out), place + 1
        if char == "\\":
            place += 1
            char = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}.get(
                text[place : place + 1], text[place : place + 1]
            )
        out.append(char)
        place += 1
    raise ValueError(text)
