"""Leaves that go onto the wire: base URLs, headers, request paths and queries. Nothing here shows a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from monitor.config.leaves import fail, loose_scalar, scalar_of, text_in, wrong
from monitor.config.tree import Kind, Problem, Scalar
from monitor.printable import printable

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+(%25.+)?")
_NO_URL = re.compile(r"[\x00-\x20\x7f\\]")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_IN_BASE_URL = (
    (
        "@",
        "host",
        Problem("holds a user name or password", "send an Authorization header from a ${secret:...} in headers:"),
    ),
    ("?", "anywhere", Problem("has a query (?...)", "move it to query: of the requests that need it")),
    ("#", "anywhere", Problem("has a fragment (#...)", "remove it; it is never sent")),
)
_BREAKS = ("\r", "\n", "\0")


def _host_problem(parts: SplitResult) -> Problem | None:
    host = parts.hostname or ""
    if not host:
        return Problem("has no host", "write for instance https://api.example.com")
    try:
        port_is_wrong = parts.port == 0
        host.encode("idna")
    except UnicodeError:
        return Problem("its host is no host name", "check it for empty or overlong parts")
    except ValueError:
        port_is_wrong = True
    if port_is_wrong:
        return Problem("its port is no port", "write a number from 1 to 65535 after the colon")
    if host.isascii() and not _HOST.fullmatch(host):
        return Problem("its host is no host name", "use letters, digits, dots and hyphens")
    return None


def _url_problem(value: str) -> Problem | None:
    if _NO_URL.search(value):
        return Problem("holds a space, backslash or control character", "remove it (%20 is a space in the path)")
    try:
        parts = urlsplit(value)
    except ValueError:
        return Problem("is not a URL", "write for instance https://api.example.com, an IPv6 host in brackets")
    if parts.scheme.lower() not in ("http", "https") or not value[len(parts.scheme) :].startswith("://"):
        return Problem("is not an http or https URL", "begin it with https:// (or http://)")
    for sign, where, problem in _NOT_IN_BASE_URL:
        if sign in (parts.netloc if where == "host" else value):
            return problem
    return _host_problem(parts)


def _address_problem(value: str) -> Problem | None:
    """Of a URL that may have a query and a fragment: the rest is as in a base URL."""
    bare, *_ = re.split(r"[?#]", value, maxsplit=1)
    if _NO_URL.search(value):
        return Problem("holds a space, backslash or control character", "remove it (%20 is a space)")
    return _url_problem(bare)


def address(tree: object) -> str:
    """An http(s) URL that is called or shown as it is, perhaps with a query."""
    scalar = scalar_of(tree)
    value = text_in(scalar)
    problem = _address_problem(value) if scalar.known else None
    if problem:
        raise wrong(problem)
    return value


def link(tree: object) -> str:
    """An http(s) URL in which {run} and {vendor} stand for what a message is about."""
    scalar = scalar_of(tree)
    value = text_in(scalar)
    if scalar.known:
        bare = re.sub(r"\{(run|vendor)\}", "x", value)
        problem = _address_problem(bare)
        if "{" in bare or "}" in bare:
            problem = Problem("holds braces that stand for nothing", "only {run} and {vendor} are filled in")
        if problem:
            raise wrong(problem)
    return value


def base_url(tree: object) -> str:
    """An http(s) URL of a host and perhaps a path, without a trailing slash."""
    scalar = scalar_of(tree)
    value = text_in(scalar)
    problem = _url_problem(value) if scalar.known else None
    if problem:
        raise wrong(problem)
    return value.rstrip("/") if scalar.known else value


def header_name(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise fail(f"'{printable(name, 60)}' is no header name", "use letters, digits and hyphens")
    return name


def _header_problem(value: str) -> Problem | None:
    if any(char in value for char in _BREAKS):
        return Problem("holds a line break or NUL, which would break the request", "remove it where the value is set")
    if _CONTROL.search(value):
        return Problem("holds a control character", "remove it where the value is set")
    if value != value.strip(" \t"):
        return Problem("begins or ends with a space", "remove it where the value is set")
    if any(ord(char) > 0xFF for char in value):
        return Problem("holds a character that headers cannot carry", "keep to ASCII")
    return None


def header_value(tree: object) -> str:
    scalar = loose_scalar(tree)
    problem = _header_problem(text_in(scalar)) if scalar.known else None
    if problem:
        raise wrong(problem)
    return text_in(scalar)


def distinct_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    seen: dict[str, str] = {}
    for name in headers:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise fail(f"{other} and {name} are one header", "keep one of them")
    return headers


def _query_text(tree: object) -> str:
    if isinstance(tree, Scalar) and tree.kind is Kind.BOOLEAN and tree.written in ("true", "false"):
        return tree.written
    return text_in(loose_scalar(tree))


def query_values(tree: object) -> tuple[str, ...]:
    """One scalar or a list of them: the values of one query parameter, in order."""
    members: list[object] = tree if isinstance(tree, list) else [tree]
    return tuple(_query_text(member) for member in members)


def request_path(tree: object) -> str:
    """A path below the base_url, not percent-encoded."""
    scalar = scalar_of(tree)
    value = text_in(scalar)
    if not scalar.known:
        return value
    if not value.startswith("/"):
        raise fail("must begin with /", "write it relative to base_url, for instance /api/v1/customers")
    if value.startswith("//"):
        raise fail("begins with //, which would name another host", "begin it with one /")
    if "?" in value or "#" in value:
        raise fail("holds a query or fragment", "move what follows ? to query:")
    if _CONTROL.search(value) or "\t" in value:
        raise fail("holds a control character", "remove it")
    return value
