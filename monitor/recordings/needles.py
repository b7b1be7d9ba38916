"""Finding a secret in bytes, in whatever way it is written there. PURE.

1. A secret is a row of characters. Each may be written raw, JSON-escaped (``\\/``, ``\\u002F``, three times too),
   percent-encoded (up to three times), as ``+`` for a blank, or as an XML entity, each character in its own way:
   so a form is a regular expression with one alternation for each character.
2. In Base64 a secret has three forms, by where it starts in a group of three bytes: the characters that depend on
   the secret alone. The neighbours that hold some of its bits go with them.
3. Such expressions are slow on big bodies and substring search is fast. So bodies are folded first (escapes
   decoded, backslashes dropped, the two Base64 alphabets made one), and a form is looked for by its expression only
   where its folded needle stands in a folded body. Folding may raise a false alarm, which costs time only.
4. Values shorter than ``LONG`` characters would be found everywhere by chance: they count as whole values only.
5. A secret that a template puts into a URL unescaped means something there: ``+`` and ``%41`` are decoded, and ``#``,
   ``?`` and ``&`` cut it. So what becomes of it is looked for too, of its parts those that are long enough.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final, TypeAlias
from urllib.parse import quote, quote_plus, unquote, unquote_plus, unquote_to_bytes, urlsplit

from monitor.model import Secret

Spans: TypeAlias = list[tuple[int, int]]

LONG: Final = 6
HUGE: Final = 4_000  # characters; past this an expression of alternations takes seconds to compile
BLANK: Final = "MASKED"
_BASE64: Final = "base64"
_PERCENT: Final = rb"%(?:25){0,2}"
_ESCAPE: Final = rb"(?:\\|" + _PERCENT + rb"5[cC])"
_DEPTH: Final = b"{1,7}"  # JSON in JSON in JSON: 1, 3, 7 backslashes
_SHORT_ESCAPES: Final = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", '"': '"', "/": "/", "'": "'"}
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&(?:apos|#39|#x27);"}
_ALPHABETS: Final = {"+": "-", "/": "_"}  # of Base64, standard to URL-safe

# -- folding ----------------------------------------------------------------------------------------------

_UNIFORM: Final = bytes.maketrans(b"-_ ", b"+/+")
_UNFOLDED: Final = re.compile(rb"""[\x00-\x1f"'&<>\x80-\xff]""")  # what folding does not bring to one form
_ASCII_ESCAPES: Final = re.compile(rb"\\u00([0-7][0-9a-fA-F])")
_STRIDE: Final = 1 << 18  # bytes worked on at once


def _ascii(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(match[1].decode("ascii"))


def _folded(data: bytes) -> bytes:
    if rb"\u00" in data:
        data = _ASCII_ESCAPES.sub(_ascii, data)
    return data.translate(_UNIFORM, b"\\")


def _unquoted(data: bytes) -> bytes:
    """One layer of percent-encoding taken off, piecewise: unquoting makes an object for each escape."""
    parts: list[bytes] = []
    start = 0
    while start < len(data):
        end = min(start + _STRIDE, len(data))
        cut = data.rfind(b"%", max(start + 1, end - 2), end) if end < len(data) else -1
        parts.append(unquote_to_bytes(data[start : cut if cut > 0 else end]))
        start = cut if cut > 0 else end
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Folded:
    """A body to look for needles in. ``raw``: as it is, where decoding escapes might hide what stands there."""

    raw: bytes = field(repr=False)
    views: tuple[bytes, ...] = field(repr=False)


def fold(data: bytes) -> Folded:
    """``data`` folded, with none, one, two and three layers of percent-encoding taken off."""
    views = [_folded(data)]
    layer = data
    for _ in range(3):
        plain = _unquoted(layer) if b"%" in layer else layer
        if plain == layer:
            break
        layer = plain
        views.append(_folded(layer))
    return Folded(data if len(views) > 1 or rb"\u" in data else b"", tuple(views))


# -- forms ------------------------------------------------------------------------------------------------


def _either_case(code: str) -> bytes:
    return "".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else c for c in code).encode("ascii")


def _encoded(char: str, encoding: str) -> bytes:
    return char.encode("utf-8", "surrogatepass") if encoding == "utf-8" else char.encode("latin-1")


def _percent_way(raw: bytes) -> bytes:
    return b"".join(_PERCENT + _either_case(f"{byte:02x}") for byte in raw)


def _ways(char: str, encoding: str) -> Iterator[bytes]:
    """Every way to write one character, as expressions. ``encoding`` is utf-8, latin-1 or base64."""
    raw = char.encode("ascii") if encoding == _BASE64 else _encoded(char, encoding)
    yield re.escape(raw)
    if char in _SHORT_ESCAPES:
        letter = _SHORT_ESCAPES[char].encode("ascii")
        yield _ESCAPE + _DEPTH + b"(?:" + re.escape(letter) + b"|" + _percent_way(letter) + b")"
    units = char.encode("utf-16-be", "surrogatepass").hex()
    yield b"".join(_ESCAPE + _DEPTH + b"u" + _either_case(units[i : i + 4]) for i in range(0, len(units), 4))
    yield _percent_way(raw)
    if encoding == _BASE64 and char in _ALPHABETS:
        yield re.escape(_ALPHABETS[char].encode("ascii"))
    elif char == " ":
        yield rb"\+"
    elif char in _ENTITIES and encoding != _BASE64:
        yield _ENTITIES[char].encode("ascii")


def _strict_way(char: str, encoding: str) -> bytes:
    if encoding == _BASE64:
        return {"+": rb"[+\-]", "/": b"[/_]"}.get(char, char.encode("ascii"))
    return b"[ +]" if char == " " else re.escape(_encoded(char, encoding))


def _loose(text: str, encoding: str) -> bytes:
    parts: list[bytes] = []
    for is_backslash, run in groupby(text, lambda char: char == "\\"):
        chars = list(run)
        if is_backslash:  # one repetition for a whole run: nested ones would backtrack without end
            few, many = len(chars), 8 * len(chars)
            parts.append(
                b"(?:" + _ESCAPE + rb"{%d,%d}|" % (few, many) + b"(?:" + _ESCAPE + _DEPTH + b"u005[cC]){%d})" % few
            )
        else:
            parts += [b"(?:" + b"|".join(_ways(char, encoding)) + b")" for char in chars]
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Form:
    """One way a secret is written. ``mask`` is what stands there instead; ``needle`` is for folded views."""

    text: str = field(repr=False)
    encoding: str
    mask: bytes
    needle: bytes = field(repr=False)
    before: bool = False  # Base64: the neighbour holds bits of the secret
    after: bool = False

    @property
    def raw(self) -> bytes:
        return self.text.encode("ascii") if self.encoding == _BASE64 else _encoded(self.text, self.encoding)

    def within(self, body: Folded) -> bool:
        """May it stand in this body? False is certain."""
        return any(self.needle in view for view in body.views) or (bool(body.raw) and self.raw in body.raw)

    def spans(self, data: bytes) -> Spans:
        """Where it stands in ``data``, in order, without overlaps."""
        if len(self.text) > HUGE:
            return list(self._literal_spans(data))
        expression = self.expression(data)
        reach = 128 * len(self.text)  # more than the longest way to write it
        found: Spans = []
        for start in range(0, len(data), _STRIDE):
            end = start + _STRIDE
            if len(data) > _STRIDE and not self.within(fold(data[start : end + reach])):
                continue
            position = max(start, found[-1][1] if found else 0)
            for match in expression.finditer(data, position, min(len(data), end + reach)):
                if match.start() >= end:
                    break
                found.append(match.span())
        return found

    def _literal_spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        """For secrets too long for an expression (whole key files): each usual way to write all of it."""
        written = json.dumps(self.text)[1:-1]
        ways = {written, written.replace("/", r"\/"), json.dumps(self.text, ensure_ascii=False)[1:-1]}
        ways |= {quote(self.text), quote(self.text, safe=""), quote_plus(self.text)}
        literals = (
            {self.raw, self.raw.translate(bytes.maketrans(b"+/", b"-_"))} if self.encoding == _BASE64 else {self.raw}
        )
        literals |= {way.encode("utf-8", "surrogatepass") for way in ways}
        found = sorted({m.span() for literal in literals for m in re.finditer(re.escape(literal), data)})
        last = 0
        for start, end in found:
            if start >= last:
                yield start, end
                last = end

    def expression(self, data: bytes) -> re.Pattern[bytes]:
        """What finds the form in ``data``: the plain expression where nothing there is escaped."""
        if any(mark in data for mark in (b"\\", b"%", b"&")):
            core = _loose(self.text, self.encoding)
        else:
            core = b"".join(_strict_way(char, self.encoding) for char in self.text)
        if self.encoding == _BASE64:
            neighbour = rb"(?:%[0-9a-fA-F]{2}|[A-Za-z0-9+/_\-])?"
            core = (neighbour if self.before else b"") + core + (neighbour if self.after else b"")
            core += rb"(?:=|%3[dD]){0,2}"
        return re.compile(core, re.DOTALL)


def _needle(raw: bytes) -> bytes:
    return max(_UNFOLDED.split(_folded(raw)), key=len)


def _base64_forms(value: str, mask: bytes) -> Iterator[Form]:
    raw = _encoded(value, "utf-8")
    for lead in range(3):
        bits = 8 * (lead + len(raw))
        code = base64.b64encode(bytes(lead) + raw).decode("ascii")[: bits // 6]
        core = code[lead + 1 if lead else 0 :]
        yield Form(core, _BASE64, mask, _folded(core.encode("ascii")), before=lead > 0, after=bits % 6 > 0)


def _forms(value: str, mask: bytes, plain: bytes, whole: bool) -> Iterator[Form]:
    yield Form(value, "utf-8", mask, _needle(_encoded(value, "utf-8")))
    if not value.isascii() and all(ord(char) < 0x100 for char in value):
        yield Form(value, "latin-1", mask, _needle(value.encode("latin-1")))
    if not whole:
        yield from _base64_forms(value, plain)


# -- needles ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Needle:
    """One value to mask, with all its forms. ``whole``: only where it is a whole value."""

    name: str
    value: str = field(repr=False)
    whole: bool
    forms: tuple[Form, ...] = field(repr=False)

    def suspects(self, body: Folded) -> tuple[Form, ...]:
        """The forms that may stand in this body."""
        return tuple(form for form in self.forms if form.within(body))

    def without(self, encoding: str) -> Needle:
        return replace(self, forms=tuple(form for form in self.forms if form.encoding != encoding))


_MEANT: Final = re.compile(r"[+%#?&]")  # characters that mean something in a URL
_CUTS: Final = re.compile(r"[#?&]")
_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://[^\s/]")


def _first_free(candidates: Sequence[str], values: Sequence[str]) -> str:
    """The first candidate that shows no long secret; the last one is too short to."""
    return next((c for c in candidates if not any(v in c for v in values if len(v) >= LONG)), candidates[-1])


def blank(secrets: Sequence[Secret]) -> str:
    """What stands for a value that is masked whole, whatever it was."""
    return _first_free((BLANK, "***"), [value for secret in secrets for value, _ in _values(secret.value)])


def _name(secret: Secret) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", secret.name) or "SECRET"


def _origin(url: str) -> tuple[str, str]:
    """(scheme://host:port, host:port) of a URL; empty where it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return f"{parts.scheme}://{parts.netloc}", parts.netloc


def _parts(value: str) -> Iterator[str]:
    """What a URL that holds ``value`` unescaped makes of it: its parts, where characters of it cut it."""
    yield value
    for number, part in enumerate(_CUTS.split(value)):
        yield part
        if number:  # it is a parameter of its own
            name, _, of_name = part.partition("=")
            yield from (name, of_name)


def _in_a_url(value: str) -> Iterator[str]:
    """``value`` as form-decoding and percent-decoding leave it, and its parts likewise."""
    for part in _parts(value):
        for read in (part, unquote_plus(part), unquote(part)):
            if read.strip() != value and (part == value or len(read.strip()) >= LONG):
                yield read.strip()


def _values(value: str) -> Iterator[tuple[str, bool]]:
    """What of a secret's value is masked, and whether as a whole value only."""
    trimmed = value.strip()
    yield trimmed, len(trimmed) < LONG
    if _MEANT.search(trimmed):
        yield from ((read, len(read) < LONG) for read in _in_a_url(trimmed))
    if len(trimmed) < LONG <= len(value):
        yield value, False
    if _URL.match(trimmed):
        origin, host = _origin(trimmed)
        for variant in (trimmed.rstrip("/"), origin, origin.lower()):
            yield variant, len(variant) < LONG
        yield host, True
        yield host.lower(), True


def _masks(secret: Secret, index: int, values: Sequence[str]) -> tuple[str, str]:
    """(for text, for Base64): a URL stays a URL."""
    name = _name(secret)
    plain = _first_free((f"{BLANK}-{name}", f"{BLANK}-{index}", "***"), values)
    url = _URL.match(secret.value.strip())
    if not url:
        return plain, plain
    host = name.lower().replace("_", "-").strip("-")[:50].strip("-") or "secret"
    hosts = [f"{url[1]}://{label}.invalid" for label in (f"masked-{host}", f"x{index}")]
    return _first_free((*hosts, f"{url[1]}://x"), values), plain


def needles(secrets: Sequence[Secret]) -> tuple[Needle, ...]:
    """What to look for, the longest first; empty and blank secrets are left out."""
    values = [value for secret in secrets for value, _ in _values(secret.value.strip())]
    found: dict[str, Needle] = {}
    for index, secret in enumerate(secrets):
        text, plain = _masks(secret, index, values)
        for value, is_short in _values(secret.value):
            whole = is_short or secret.whole
            if not value.strip() or (value in found and (whole or not found[value].whole)):
                continue
            is_host = is_short and len(value) >= LONG
            mask = text.partition("://")[2] if is_host else text if _URL.match(value) else plain
            if text != plain and value == secret.value.strip() and value.endswith("/"):
                mask += "/"
            forms = tuple(_forms(value, mask.encode("ascii"), plain.encode("ascii"), whole))
            found[value] = Needle(_name(secret), value, whole, forms)
    return tuple(sorted(found.values(), key=lambda needle: (needle.whole, -len(needle.value))))
