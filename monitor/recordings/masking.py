"""An exchange without its secrets. PURE.

Masked whole, whatever stands in them: Authorization, Proxy-Authorization, Cookie, Set-Cookie (which keeps its
cookie's name) and a URL's user information. Masked wherever it stands and however it is written (needles.py): every
secret of the settings, and what those headers held, for vendors that echo what they are sent.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from monitor.jsonpaths import Json
from monitor.model import Captured, Exchange, Fault, Headers, Mask, ProviderState, Request, Response, Secret
from monitor.recordings.needles import Needle, blank, needles
from monitor.recordings.rewriting import Kind, rewritten

_CREDENTIALS: Final = frozenset({"authorization", "proxy-authorization"})
_COOKIES: Final = frozenset({"cookie", "set-cookie"})
_URLS: Final = frozenset({"location", "content-location", "referer"})
# numbers and hashes of the message: a short secret that equals one of them is a coincidence
_MEASURES: Final = frozenset(
    {"content-length", "content-md5", "digest", "content-digest", "repr-digest", "etag", "age"}
)
_ECHOED_COOKIE: Final = 16  # characters; shorter cookies are words like "dark" or "en-GB"
_USER_INFO: Final = re.compile(r"(?<=://)[^/?#@]*@")
_JSON_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*([\[{])")


# -- what headers tell ------------------------------------------------------------------------------------


def _basic(token: str) -> Iterator[str]:
    try:
        pair = base64.b64decode(token, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return
    yield pair
    password = pair.partition(":")[2]
    if len(password) > 3:  # shorter ones would be found as whole values by chance
        yield password


def _credentials(value: str) -> Iterator[str]:
    yield value
    scheme, _, token = value.strip().partition(" ")
    if token.strip():
        yield token.strip()
        if scheme.lower() == "basic":
            yield from _basic(token.strip())


def _cookie_values(value: str) -> Iterator[str]:
    for pair in value.split(";"):
        text = pair.partition("=")[2].strip()
        if len(text) >= _ECHOED_COOKIE:
            yield text


def _told(headers: Headers, mark: str) -> Iterator[Secret]:
    """Secrets that the headers hold by their nature; ``mark`` is what a masked one says already."""
    for name, value in headers:
        folded = name.lower()
        if folded in _CREDENTIALS:
            yield from (Secret(folded.upper(), text) for text in _credentials(value) if text.strip() != mark)
        elif folded == "cookie":
            yield from (Secret("COOKIE", text) for text in _cookie_values(value))
        elif folded == "set-cookie":
            yield from (Secret("COOKIE", text) for text in _cookie_values(value.partition(";")[0]))


# -- parts of an exchange ---------------------------------------------------------------------------------


def _text(value: str, needles_: Sequence[Needle], kind: Kind, counts: Counter[str]) -> str:
    """``value`` masked. Header text is latin-1 for bytes of any encoding; the rest is UTF-8."""
    try:
        data, encoding = value.encode("latin-1"), "latin-1"
    except UnicodeEncodeError:
        data, encoding = value.encode("utf-8", "surrogatepass"), "utf-8"
    masked = rewritten(data, needles_, kind, counts)
    return value if masked is data or masked == data else masked.decode(encoding, "replace")


def _kind_of(body: bytes, headers: Headers) -> Kind:
    media_type = next((value for name, value in headers if name.lower() == "content-type"), "").lower()
    if _JSON_START.match(body):
        return Kind.JSON  # not parsed: a body cut short or with lines of JSON is read the same way
    if "x-www-form-urlencoded" in media_type:
        return Kind.FORM
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return Kind.TEXT
    return Kind.JSON


@dataclass(frozen=True, slots=True)
class _Pass:
    """One exchange being masked: what to look for, and what was found where."""

    needles: tuple[Needle, ...]
    mark: str
    found: dict[tuple[str, str], int] = field(default_factory=dict)

    def _note(self, where: str, counts: Counter[str]) -> None:
        for name, count in counts.items():
            self.found[where, name] = self.found.get((where, name), 0) + count

    def text(self, value: str, where: str, kind: Kind = Kind.TEXT) -> str:
        counts: Counter[str] = Counter()
        masked = _text(value, self.needles, kind, counts)
        self._note(where, counts)
        return masked

    def url(self, value: str, where: str) -> str:
        masked = self.text(value, where, Kind.URL)
        bare = _USER_INFO.sub(f"{self.mark}@", masked, count=1)
        if bare != masked:
            self._note(where, Counter({"USER_INFO": 1}))
        return bare

    def body(self, body: bytes, headers: Headers, where: str) -> bytes:
        counts: Counter[str] = Counter()
        masked = rewritten(body, self.needles, _kind_of(body, headers), counts) if body else body
        self._note(where, counts)
        return masked

    def _whole(self, name: str, value: str, where: str) -> str:
        """A header that is always masked."""
        cookie, equals, _ = value.partition(";")[0].partition("=")
        keeps = name == "set-cookie" and equals
        masked = f"{self.text(cookie.strip(), where)}={self.mark}" if keeps else self.mark
        if masked != value:
            self._note(where, Counter({name.upper(): 1}))
        return masked

    def headers(self, headers: Headers, side: str) -> Headers:
        named = [(name, self.text(name, f"{side}.header name"), value) for name, value in headers]
        return tuple((shown, self._header(name, value, f"{side}.header:{shown}")) for name, shown, value in named)

    def _header(self, name: str, value: str, where: str) -> str:
        folded = name.lower()
        if folded in _CREDENTIALS or folded in _COOKIES:
            return self._whole(folded, value, where)
        if folded in _URLS:
            return self.url(value, where)
        return self.text(value, where, Kind.PART if folded in _MEASURES else Kind.TEXT)

    def request(self, request: Request) -> Request:
        body = request.body
        return Request(
            method=request.method,
            url=self.url(request.url, "request.url"),
            headers=self.headers(request.headers, "request"),
            body=None if body is None else self.body(body, request.headers, "request.body"),
        )

    def response(self, response: Response) -> Response:
        return replace(
            response,
            reason=self.text(response.reason, "response.reason"),
            headers=self.headers(response.headers, "response"),
            body=self.body(response.body, response.headers, "response.body"),
        )

    def fault(self, fault: Fault) -> Fault:
        return replace(fault, what=self.text(fault.what, "fault"), fix=self.text(fault.fix, "fault"))

    def captured(self, captured: Captured) -> Captured:
        """Browsers name a capture after the host."""
        return replace(captured, file=self.text(captured.file, "captured.file"))

    def masks(self) -> tuple[Mask, ...]:
        return tuple(Mask(where, name, count) for (where, name), count in self.found.items())


# -- the masker -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Masker:
    """Takes ``secrets`` out of whatever is written or shown. Values under 6 characters only as whole values."""

    secrets: Sequence[Secret]
    _needles: tuple[Needle, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "secrets", tuple(self.secrets))
        object.__setattr__(self, "_needles", needles(self.secrets))

    def mask(self, exchange: Exchange) -> tuple[Exchange, tuple[Mask, ...]]:
        """The exchange as it may be kept, and where what was masked. Masking it again changes nothing."""
        response = exchange.response
        mark = blank(self.secrets)
        told = (*_told(exchange.request.headers, mark), *_told(response.headers if response else (), mark))
        known = needles((*self.secrets, *told)) if told else self._needles
        passing = _Pass(known, mark)
        masked = replace(
            exchange,
            request=passing.request(exchange.request),
            response=passing.response(response) if response else None,
            fault=passing.fault(exchange.fault) if exchange.fault else None,
            captured=passing.captured(exchange.captured) if exchange.captured else None,
        )
        return masked, passing.masks()

    def text(self, value: str) -> str:
        """``value`` as it may be shown: any message, log line, report or path."""
        return _text(value, self._needles, Kind.TEXT, Counter())

    def json(self, value: Json) -> Json:
        """``value`` with its strings, keys and numbers masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float | Decimal):
            return value if self.text(str(value)) == str(value) else 0
        if isinstance(value, list):
            return [self.json(member) for member in value]
        return {self.text(key): self.json(member) for key, member in value.items()}

    def states(self, states: Sequence[ProviderState]) -> tuple[ProviderState, ...]:
        """Provider states with their parameters masked: what was bound may have come from ``${...}``."""
        return tuple(ProviderState(self.text(state.name), self._params(state.params)) for state in states)

    def _params(self, params: Mapping[str, Json]) -> dict[str, Json]:
        return {self.text(name): self.json(value) for name, value in params.items()}
