"""An interaction -> the request that is sent, or why none is. PURE.

Headers, the later replacing the earlier whatever their case:

1. the contract's, without what belongs to one connection (hop-by-hop, Host, Content-Length, Expect), without its
   User-Agent, and with an Accept-Encoding that we can undo;
2. the vendor's (monitor.yaml ``headers:``, or user and password of base_url), but for those that a data action makes
   from credentials which its entry gives: a contract's headers are examples, these are real;
3. the override's (monitor.yaml ``requests: ... headers:``, ``headers:`` of a data action's entry).

What nobody gave is filled in: Accept, Accept-Encoding, User-Agent, and a JSON body's Content-Type.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

from monitor import __version__
from monitor.calling.urls import Base, join, parse_base
from monitor.errors import ContractError
from monitor.model import ENTRY, Headers, Interaction, Request, RequestOverride, RequestTemplate, Vendor
from monitor.printable import printable

NO_BASE_URL: Final = "add to the vendor: base_url: https://api.example.com"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
USER_AGENT: Final = f"provider-drift-monitor/{__version__}"
ACCEPT_ENCODING: Final = "gzip, deflate"

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE: Final = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_HOP_BY_HOP: Final = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
     "transfer-encoding", "upgrade"}
)  # fmt: skip
_OF_CONTRACTS: Final = _HOP_BY_HOP | {"host", "content-length", "expect", "user-agent"}
_FRAMING: Final = _HOP_BY_HOP | {"content-length", "expect"}
_UNDOABLE: Final = frozenset({"gzip", "x-gzip", "deflate", "identity"})


def override_of(vendor: Vendor, interaction: Interaction) -> RequestOverride:
    """What monitor.yaml says of this interaction: by id or else by description, above what stands with its action."""
    own = interaction.override
    above = vendor.requests.get(interaction.id) or vendor.requests.get(interaction.description)
    if above is None:
        return own
    return RequestOverride(
        path=above.path if above.path is not None else own.path,
        query={**own.query, **above.query},
        headers=dict(_over(tuple(own.headers.items()), tuple(above.headers.items()))),
        body=above.body if above.body is not None else own.body,
        read_only=above.read_only or own.read_only,
        allow_writes=above.allow_writes or own.allow_writes,
    )


# -- may it be sent? --------------------------------------------------------------------------------------


def refusal(vendor: Vendor, interaction: Interaction) -> str:
    """Why the interaction is not sent, with the YAML that lets it be sent; empty where it is sent."""
    if not vendor.base_url:
        return f"nobody said where it is called; {NO_BASE_URL}"
    method = interaction.request.method.upper()
    override = override_of(vendor, interaction)
    if method in SAFE_METHODS or vendor.allow_writes or override.allow_writes or override.read_only:
        return ""
    what = f"{printable(method, 20)} may change data at the vendor, so it is not sent"
    place, writes, reads = "add to the vendor", "allow_writes: true", "read_only: true"
    if interaction.action:
        place = ENTRY
    else:
        name = json.dumps(printable(interaction.description), ensure_ascii=False)
        writes, reads = f"requests: {{{name}: {{{writes}}}}}", f"requests: {{{name}: {{{reads}}}}}"
    if method != "POST":
        return f"{what}; to let it write, {place}: {writes}"
    return f"{what}; if this one only reads, {place}: {reads}; to let it write: {writes}"


# -- headers ----------------------------------------------------------------------------------------------


def _checked(name: str, value: str) -> tuple[str, str]:
    shown = printable(name, 60)
    if not _TOKEN.fullmatch(name):
        raise ContractError(f"the header name '{shown}' is not valid", fix="use letters, digits and hyphens")
    trimmed = value.strip(" \t")
    if _UNSENDABLE.search(trimmed):
        what = f"the value of the header '{shown}' holds a line break or another character that no header can carry"
        raise ContractError(what, fix="remove it (a secret read from a file may end in a line break)")
    return name, trimmed


def _undoable(value: str) -> bool:
    codings = {coding.partition(";")[0].strip().lower() for coding in value.split(",")}
    return codings <= _UNDOABLE


def _from_contract(headers: Headers) -> Headers:
    named = (
        option.strip().lower() for key, value in headers if key.lower() == "connection" for option in value.split(",")
    )
    dropped = _OF_CONTRACTS | frozenset(named)
    return tuple(
        (name, value)
        for name, value in headers
        if name.lower() not in dropped and (name.lower() != "accept-encoding" or _undoable(value))
    )


def _from_user(headers: Mapping[str, str]) -> Headers:
    for name in headers:
        if name.lower() in _FRAMING:
            what = f"the header '{printable(name, 60)}' belongs to the connection: monitor sets it itself"
            raise ContractError(what, fix="remove it from headers: in monitor.yaml")
    return tuple(headers.items())


def _over(below: Headers, above: Headers) -> Headers:
    """``above`` in the places of the headers of the same name in ``below``; the rest of it at the end."""
    by_name = {name.lower(): (name, value) for name, value in above}
    replaced: dict[tuple[str, int], tuple[str, str]] = {}
    for index, (name, value) in enumerate(below):
        folded = name.lower()
        key = (folded, 0) if folded in by_name else (folded, index)
        replaced.setdefault(key, by_name.get(folded, (name, value)))
    for folded, pair in by_name.items():
        replaced.setdefault((folded, 0), pair)
    return tuple(replaced.values())


def _names(headers: Iterable[tuple[str, str]]) -> frozenset[str]:
    return frozenset(name.lower() for name, _ in headers)


def _filled_in(headers: Headers, body: bytes | None) -> Headers:
    defaults = [("Accept", "application/json"), ("Accept-Encoding", ACCEPT_ENCODING), ("User-Agent", USER_AGENT)]
    if body is not None and body.lstrip()[:1] in (b"{", b"["):
        defaults.append(("Content-Type", "application/json"))
    present = _names(headers)
    return headers + tuple((name, value) for name, value in defaults if name.lower() not in present)


def _basic(base: Base) -> Headers:
    if base.credentials is None:
        return ()
    user, password = base.credentials
    return (("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()),)


# -- the request ------------------------------------------------------------------------------------------


def _query(template: RequestTemplate, override: RequestOverride) -> tuple[tuple[str, str], ...]:
    """The contract's parameters, the named ones replaced where the first of them stood, new ones at the end."""
    given = dict(override.query)
    pairs: list[tuple[str, str]] = []
    told: set[str] = set()
    for name, value in template.query:
        if name not in given:
            pairs.append((name, value))
        elif name not in told:
            told.add(name)
            pairs += [(name, member) for member in given[name]]
    pairs += [(name, member) for name, values in given.items() if name not in told for member in values]
    return tuple(pairs)


def _path(template: RequestTemplate, override: RequestOverride) -> str:
    if override.path is None:
        return template.path
    if "?" in override.path:
        raise ContractError("its path in monitor.yaml holds a '?'", fix="write the parameters under query:")
    return override.path


def _method(template: RequestTemplate) -> str:
    method = template.method.upper()
    if not _TOKEN.fullmatch(method) or method == "CONNECT":
        raise ContractError(f"'{printable(template.method, 20)}' is not a method that can be sent")
    return method


def build(vendor: Vendor, interaction: Interaction) -> Request:
    """The request as it will be sent: absolute URL on the vendor's origin, percent-encoded, all headers but Host
    and Content-Length.

    Raises ContractError for what cannot be sent; its text holds no header's or parameter's value.
    """
    template, override = interaction.request, override_of(vendor, interaction)
    try:
        base = parse_base(vendor.base_url)
        body = template.body if override.body is None else override.body
        common = _over(_basic(base), _from_user(vendor.headers))
        common = tuple(pair for pair in common if pair[0].lower() not in template.own)
        headers = _over(_over(_from_contract(template.headers), common), _from_user(override.headers))
        return Request(
            method=_method(template),
            url=join(base, _path(template, override), _query(template, override)),
            headers=tuple(_checked(name, value) for name, value in _filled_in(headers, body)),
            body=body,
        )
    except ContractError as error:
        raise ContractError(error.what, where=printable(interaction.description), fix=error.fix) from None
