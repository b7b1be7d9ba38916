"""URLs of one vendor, put together so that they never leave its origin. PURE.

1. The origin (scheme, host, port) comes from base_url alone; a contract gives path and query only.
2. A path is percent-encoded segment by segment. What already is a percent-escape (``%2F``) stays; ``?``, ``#``,
   ``\\``, controls and everything outside ASCII are escaped, so that nothing in it ends the path early.
3. Dot segments are refused: clients and proxies resolve them, and then another path is called than was read.
4. Query names and values stand decoded in a contract: everything but unreserved characters is escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from monitor.errors import ContractError
from monitor.printable import printable

_ESCAPED: Final = re.compile(r"(%[0-9A-Fa-f]{2})")
_PATH_SAFE: Final = "/:@!$&'()*+,;=~"  # RFC 3986 pchar
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Base:
    """A vendor's base_url taken apart. ``origin`` is ``scheme://host[:port]``, ``prefix`` a path without a last slash.

    ``credentials`` are user and password of the URL, decoded; None where it has none.
    """

    origin: str
    prefix: str
    credentials: tuple[str, str] | None


def _host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise ContractError("the host name of base_url is not valid") from None


def _split(base_url: str) -> tuple[SplitResult, int | None]:
    if any(char <= " " or char == "\x7f" for char in base_url):
        raise ContractError("base_url holds a blank or a control character", fix="write it without")
    try:
        parts = urlsplit(base_url)
        return parts, parts.port
    except ValueError:
        raise ContractError("base_url is not a URL", fix="for instance https://api.example.com/v1") from None


def parse_base(base_url: str) -> Base:
    """``base_url`` taken apart. Raises ContractError where it is no http or https URL or has a query or fragment."""
    parts, port = _split(base_url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ContractError("base_url is not an http:// or https:// URL", fix="for instance https://api.example.com/v1")
    if parts.query or parts.fragment:
        raise ContractError("base_url has a query or a fragment", fix="put parameters under requests: ... query:")
    default = port is None or port == _DEFAULT_PORTS[parts.scheme]
    origin = f"{parts.scheme}://{_host(parts.hostname)}" + ("" if default else f":{port}")
    user = (unquote(parts.username or ""), unquote(parts.password or ""))
    return Base(origin, encoded_path(parts.path).rstrip("/"), user if any(user) else None)


def _utf8(text: str, what: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ContractError(f"{what} holds half a character (a lone surrogate)") from None


def encoded_path(path: str) -> str:
    """``path`` percent-encoded; escapes in it stay as they are. Raises ContractError for dot segments."""
    if any(unquote(segment) in (".", "..") for segment in path.replace("\\", "/").split("/")):
        raise ContractError("its path has a '.' or '..' segment", fix="write the path that is meant")
    _utf8(path, "its path")
    return "".join(part if _ESCAPED.fullmatch(part) else quote(part, safe=_PATH_SAFE) for part in _ESCAPED.split(path))


def encoded_query(pairs: tuple[tuple[str, str], ...]) -> str:
    """``name=value`` pairs in their order, without the question mark."""
    for pair in pairs:
        for text in pair:
            _utf8(text, f"the query parameter '{printable(pair[0])}'")
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def join(base: Base, path: str, query: tuple[tuple[str, str], ...]) -> str:
    """The absolute URL. Raises ContractError where ``path`` is a URL of its own or the result left the origin."""
    if _ABSOLUTE.match(path):
        raise ContractError("its path is a whole URL", fix="write the path alone; the host comes from base_url")
    rooted = path if path.startswith("/") else f"/{path}"
    url = base.origin + base.prefix + encoded_path(rooted)
    if query:
        url += f"?{encoded_query(query)}"
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" != base.origin or parts.username is not None:
        raise ContractError("its path leads away from the vendor's host", fix="write a path that begins with one '/'")
    return url


def place(url: str) -> str:
    """``host:port`` of ``url``: all of it that a message may show (a path or query may hold a secret)."""
    parts = urlsplit(url)
    return f"{_host(parts.hostname or '')}:{parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)}"
