"""Bytes in, the same bytes without secrets out: plain text and binary, JSON, URLs and forms. PURE.

1. Needles are taken one by one, the longest first, until a whole round finds nothing: so the result is a fixed point,
   masking is idempotent, and no mask can complete another secret.
2. JSON stays JSON. A hit within one string token is replaced there, widened to whole escape sequences; a number
   token becomes 0 or 0.0 (the type stays, digits such as 000 would be no JSON); a hit that spans tokens masks every
   token that it touches. Nothing else moves a byte.
3. Where rule 1 does not come to rest in ``PATIENCE`` rounds (a secret that looks like our masks or like JSON's
   punctuation), hits become ``*``: each makes the text shorter, so that ends.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Final, TypeAlias

from monitor.recordings.needles import Form, Needle, Spans, fold

PATIENCE: Final = 4
_TOKEN: Final = re.compile(
    rb'"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)(?:"(?P<key>\s*+:)?|\\?\Z)|-?[0-9][0-9.eE+\-]*+', re.DOTALL
)
_NUMBER: Final = re.compile(rb"-?[0-9][0-9.eE+\-]*+")
_JSON_ESCAPE: Final = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
_URL_PART: Final = re.compile(rb"(?<=[/=?&;])[^/=?&;#]+(?=[/?&;#]|\Z)")
_FORM_PART: Final = re.compile(rb"(?<==)[^=&\r\n]+(?=[&\r\n]|\Z)")

Edit: TypeAlias = tuple[int, int, bytes]
Counts: TypeAlias = Counter[str]


class Kind(Enum):
    """How to read the bytes: decides what a whole value is, and what must stay well-formed."""

    TEXT = "text"  # also binary; the only whole value is the whole of it
    JSON = "json"
    URL = "url"
    FORM = "form"
    PART = "part"  # of something: no whole values in it


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """``data`` with the edits made; they are in order, one that begins within the one before it is merged into it."""
    if not edits:
        return data
    parts: list[bytes] = []
    last = 0
    for start, end, text in edits:
        if start >= last:
            parts += (data[last:start], text)
        last = max(last, end)
    return b"".join([*parts, data[last:]])


def _zero(number: bytes) -> bytes:
    return b"0.0" if any(mark in number for mark in b".eE") else b"0"


# -- hits within JSON -------------------------------------------------------------------------------------


def _widened(data: bytes, inner: tuple[int, int], spans: Spans) -> Spans:
    """The spans, each made wide enough to cut no escape sequence of the string at ``inner``."""
    if data.find(b"\\", *inner) < 0:
        return spans
    wide: Spans = []
    escapes = (match.span() for match in _JSON_ESCAPE.finditer(data, *inner))
    escape = next(escapes, None)
    for start, end in spans:
        while escape and escape[1] <= start:
            escape = next(escapes, None)
        first = min(start, escape[0]) if escape else start
        while escape and escape[1] < end:
            escape = next(escapes, None)
        last = max(end, escape[1]) if escape and escape[0] < end else end
        wide.append((first, last))
    return wide


def _inner(token: re.Match[bytes]) -> tuple[int, int]:
    """Where a hit can be replaced within the token."""
    return token.span() if token["text"] is None else token.span("text")


def _token_edits(data: bytes, token: re.Match[bytes], spans: Spans, mask: bytes) -> Iterator[Edit]:
    """What the spans, which all touch the token, do to it."""
    if token["text"] is None:
        yield (*token.span(), _zero(token[0]))
        return
    inner = token.span("text")
    if all(inner[0] <= start and end <= inner[1] for start, end in spans):
        yield from ((start, end, mask) for start, end in _widened(data, inner, spans))
    else:
        yield (*inner, mask)


def _touched(data: bytes, spans: Spans) -> Iterator[tuple[re.Match[bytes], Spans]]:
    """Every token that spans touch, with these; ``spans`` are in order and do not overlap."""
    position = 0  # of the first span that may touch the token
    for token in _TOKEN.finditer(data):
        start, end = token.start(), token.end() if token["text"] is None else token.end("text") + 1
        while position < len(spans) and spans[position][1] <= start:
            position += 1
        if position == len(spans):
            return
        last = position
        while last < len(spans) and spans[last][0] < end:
            last += 1
        if last > position:
            yield token, spans[position:last]


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _json_hits(data: bytes, spans: Spans, mask: bytes) -> bytes:
    within: set[tuple[int, int]] = set()
    edits: list[Edit] = []
    for token, touching in _touched(data, spans):
        edits += _token_edits(data, token, touching, mask)
        first, last = _inner(token)
        within.update(span for span in touching if first <= span[0] and span[1] <= last)
    spanning = [span for span in spans if span not in within]
    if spanning and not _is_json(data):  # it only began like JSON: no token means anything
        return edited(data, [(*span, mask) for span in spans])
    new = edited(data, edits)
    return new if new != data else edited(data, [(*span, mask) for span in spans])  # nothing but punctuation


# -- whole values -----------------------------------------------------------------------------------------


def _json_wholes(data: bytes, form: Form) -> Iterator[Edit]:
    core = form.expression(data).pattern
    string = b'"(?P<string>' + core + rb')"(?!\s*+:)'
    number = rb"(?P<number>(?=-?[0-9])" + core + rb")(?![0-9.eE+\-])"
    for match in re.finditer(b"|".join((string, number, _TOKEN.pattern)), data, re.DOTALL):
        if match.lastgroup == "string":
            yield (*match.span("string"), form.mask)
        elif match.lastgroup == "number" and _NUMBER.fullmatch(match[0]):
            yield (*match.span(), _zero(match[0]))


def _part_wholes(part: re.Pattern[bytes]) -> Callable[[bytes, Form], Iterator[Edit]]:
    def wholes(data: bytes, form: Form) -> Iterator[Edit]:
        expression = form.expression(data)
        return ((*m.span(), form.mask) for m in part.finditer(data) if expression.fullmatch(m[0]))

    return wholes


def _text_whole(data: bytes, form: Form) -> Iterator[Edit]:
    if form.expression(data).fullmatch(data.strip()):
        yield 0, len(data), form.mask


_WHOLES: Final[dict[Kind, Callable[[bytes, Form], Iterator[Edit]]]] = {
    Kind.TEXT: _text_whole,
    Kind.JSON: _json_wholes,
    Kind.URL: _part_wholes(_URL_PART),
    Kind.FORM: _part_wholes(_FORM_PART),
    Kind.PART: lambda _data, _form: iter(()),
}


# -- rounds -----------------------------------------------------------------------------------------------


def _apply(data: bytes, form: Form, whole: bool, kind: Kind) -> tuple[bytes, int]:
    """``data`` without the form, and how often it was there."""
    if whole:
        edits = list(_WHOLES[kind](data, form))
        return edited(data, edits), len(edits)
    spans = form.spans(data)
    if not spans:
        return data, 0
    if kind is Kind.JSON:
        return _json_hits(data, spans, form.mask), len(spans)
    return edited(data, [(*span, form.mask) for span in spans]), len(spans)


def _round(data: bytes, needles: Sequence[Needle], kind: Kind, counts: Counts) -> bytes:
    folded = fold(data)
    for needle in needles:
        for form in needle.suspects(folded):
            new, count = _apply(data, form, needle.whole, kind)
            if new != data:
                counts[needle.name] += count
                data, folded = new, fold(new)
    return data


def _has_latin(needles: Sequence[Needle]) -> bool:
    return any(form.encoding == "latin-1" for needle in needles for form in needle.forms)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _starved(data: bytes, needles: Sequence[Needle], counts: Counts) -> bytes:
    forms = [(needle.name, form) for needle in needles if not needle.whole for form in needle.forms]
    before = b""
    while before != data:
        before = data
        for name, form in forms:
            spans = form.spans(data)
            data = edited(data, [(*span, b"*") for span in spans])
            counts[name] += len(spans)
    return data


def rewritten(data: bytes, needles: Sequence[Needle], kind: Kind, counts: Counts) -> bytes:
    """``data`` with every needle masked; ``counts`` gets how often each name was."""
    if not data or not needles:
        return data
    if not data.isascii() and _has_latin(needles) and _is_utf8(data):
        needles = [needle.without("latin-1") for needle in needles]  # would cut characters in two
    for _ in range(PATIENCE):
        new = _round(data, needles, kind, counts)
        if new == data:
            return data
        data = new
    return _starved(data, needles, counts)
