"""An action's templates and what monitor.yaml gives -> the request that Genesys Cloud would send, or why none is.

1. Rendering is not strict, as in Genesys Cloud: an input that is not given leaves the literal text ``${input.x}``.
   Such a request says nothing of the vendor, so it is refused. A variable is missed where giving it as the empty text
   makes another request: however it is encoded on the way, and not where ``$!{}`` or ``#if`` deal with its absence.
2. Scheme, host, port and user of the URL are dropped, also where a template makes them: only base_url says who is
   called. Where the action's path begins with base_url's, it is not doubled.
3. The path stays as it is rendered, percent-escapes and all; the query is decoded (``+`` is a blank).
4. What monitor.yaml replaces (headers, parameters, path, body) need not be made.
5. A header that the action makes from credentials is sent where its entry gives them all: headers of the entry alone
   replace it. Where the entry does not, a header of the vendor's stands in.
Source: https://help.mypurecloud.com/articles/request-configuration-data-actions/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from monitor.contracts.actions.export import DataAction
from monitor.contracts.actions.inputs import Inputs, declared, required, typed
from monitor.contracts.actions.refusing import (
    Missed,
    changed_secret,
    missing,
    refused_macro,
    unsendable,
    unsent_secrets,
)
from monitor.contracts.actions.rendering import (
    AUTH_RESPONSE,
    CREDENTIALS,
    INPUT,
    Allowance,
    Context,
    Made,
    Name,
    Piece,
    Pieces,
    has,
    made,
    pieces_of,
    unknown_macros,
    with_value,
)
from monitor.contracts.pact import json_bytes
from monitor.errors import ContractError, MonitorError
from monitor.jsonpaths import Json
from monitor.model import RequestOverride, RequestTemplate

RAW: Final = "rawRequest"
HOLE: Final = "\ue000"  # for private use: no real request holds it
_MOST_ABSENT: Final = 200  # variables that are tried one by one: each is a rendering
_SECRET: Final = (CREDENTIALS, AUTH_RESPONSE)
_AUTHORITY: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")


@dataclass(frozen=True, slots=True)
class Given:
    """What monitor.yaml gives. ``inputs`` None: no example. ``prefix`` is base_url's path, ``owner`` the vendor.

    ``override`` is for this action, ``common`` are the headers for all of the vendor's.
    """

    inputs: Inputs | None = field(default=None, repr=False)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth_response: Mapping[str, str] = field(default_factory=dict, repr=False)
    override: RequestOverride = field(default_factory=RequestOverride)
    prefix: str = ""
    owner: str = ""
    common: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The request as far as it can be made, and why it is not sent (empty: it is)."""

    request: RequestTemplate
    refusal: str = ""


def prefix_of(base_url: str) -> str:
    """The path of ``base_url``; empty where it has none, or is no URL."""
    try:
        return urlsplit(base_url).path.rstrip("/")
    except ValueError:
        return ""


def takes_inputs(action: DataAction) -> bool:
    """Whether an action has to be given anything to be called with."""
    return bool(declared(action.input_schema))


def inputs_of(action: DataAction) -> frozenset[str]:
    """The inputs that it declares, or reads although it does not."""
    try:
        read = {member for root, member in pieces_of(action).names() if root == INPUT and member != RAW}
    except ContractError:
        read = set()
    return frozenset(read.union(declared(action.input_schema)))


def prepare(action: DataAction, given: Given) -> Prepared:
    """The request of ``action``. It goes to no host of the action's: the template is relative to base_url."""
    nothing = RequestTemplate(action.method, "/")
    if refusal := unsendable(action):
        return Prepared(nothing, refusal)
    try:
        pieces = pieces_of(action)
        inputs = _inputs(action, given)
        context = _context(inputs, given)
        allowance = Allowance()
        whole = made(pieces, context, allowance)
        own = _own(pieces, context)
        override = _all(given, own)
        absent = frozenset(_missed(pieces, context, override, allowance))
        missed = Missed(action, given.owner or action.name, given.inputs, absent)
    except MonitorError as error:
        return Prepared(nothing, f"its request cannot be made: {error}")
    request = replace(_request(action, whole, given), own=own)
    refusal = (
        missing(missed)
        or _left(pieces, whole, override)
        or unsent_secrets(action, given.owner, override)
        or changed_secret(pieces, override)
    )
    return Prepared(request, refusal)


# -- what is given ----------------------------------------------------------------------------------------


def _inputs(action: DataAction, given: Given) -> Inputs:
    """Those that are this action's: several of one entry may share them."""
    known = inputs_of(action)
    return typed({name: value for name, value in (given.inputs or {}).items() if name in known}, action.input_schema)


def _context(inputs: Inputs, given: Given) -> Context:
    raw = json_bytes(dict(inputs)).decode()
    return {
        INPUT: {**inputs, RAW: raw},
        CREDENTIALS: dict(given.credentials),
        AUTH_RESPONSE: dict(given.auth_response),
    }


def _own(pieces: Pieces, context: Context) -> frozenset[str]:
    """The headers that are made from credentials, all of which are given."""
    secret = ((piece, [name for name in piece.names() if name[0] in _SECRET]) for piece in pieces.headers)
    return frozenset(
        piece.header.lower() for piece, names in secret if names and all(has(context, name) for name in names)
    )


def _all(given: Given, own: frozenset[str]) -> RequestOverride:
    """All that replaces what the templates make."""
    common = {name: value for name, value in given.common.items() if name.lower() not in own}
    return replace(given.override, headers={**common, **given.override.headers})


def _missed(pieces: Pieces, context: Context, override: RequestOverride, allowance: Allowance) -> Iterator[Name]:
    """The variables whose absence shows in what is sent."""
    absent = sorted(name for name in pieces.names() if not has(context, name))
    if len(absent) > _MOST_ABSENT:
        yield from absent
        return
    sent = _sent(made(pieces, context, allowance), override)
    for name in absent:
        if _sent(made(pieces, with_value(context, name, ""), allowance), override) != sent:
            yield name


def shown_absences(action: DataAction, pieces: Pieces) -> frozenset[str]:
    """The inputs whose absence shows in what is sent, where those that are required and all secrets are given."""
    given: dict[str, dict[str, str]] = {
        CREDENTIALS: {},
        AUTH_RESPONSE: {},
        INPUT: dict.fromkeys(required(action.input_schema), "x"),
    }
    for root, member in pieces.names():
        if root in _SECRET:
            given[root][member] = "x"
    given[INPUT][RAW] = "{}"
    return frozenset(member for root, member in _missed(pieces, given, RequestOverride(), Allowance()) if root == INPUT)


def outline(action: DataAction, prefix: str) -> RequestTemplate | None:
    """The request with ``HOLE`` wherever an input or a secret comes in; None where it cannot be made."""
    try:
        pieces = pieces_of(action)
        whole = made(pieces, _holes(action, pieces), Allowance())
    except MonitorError:
        return None
    url = _without_calls(pieces.url, whole.url)
    body = _without_calls(pieces.body, whole.body) if pieces.body and whole.body else whole.body
    return _request(action, replace(whole, url=url, body=body), Given(prefix=prefix))


def with_credentials(action: DataAction, value: str) -> RequestTemplate | None:
    """The request where all that the integration holds is ``value``, and each input 1; None where it cannot be made."""
    try:
        pieces = pieces_of(action)
        given: dict[str, dict[str, str]] = {INPUT: dict.fromkeys(declared(action.input_schema), "1")}
        for root, member in pieces.names():
            if member and member != RAW:
                given.setdefault(root, {})[member] = "1" if root == INPUT else value
        given[INPUT][RAW] = json_bytes({**given[INPUT]}).decode()
        whole = made(pieces, given, Allowance())
    except MonitorError:
        return None
    return _request(action, whole, Given())


def _without_calls(piece: Piece, text: str) -> str:
    """``text`` with holes for the calls and members that stand in it as they are written."""
    left = (one.text for one in piece.template.references if "." in one.text)
    for reference in sorted(left, key=len, reverse=True):
        text = text.replace(reference, HOLE)
    return text


def _holes(action: DataAction, pieces: Pieces) -> Context:
    given: dict[str, dict[str, str]] = {INPUT: dict.fromkeys(declared(action.input_schema), HOLE)}
    for root, member in pieces.names():
        if member:
            given.setdefault(root, {})[member] = HOLE
    raw: Json = {name: HOLE for name in given[INPUT] if name != RAW}
    given[INPUT][RAW] = json_bytes(raw).decode()
    return given


# -- what is sent -----------------------------------------------------------------------------------------


def _path_and_query(url: str) -> tuple[str, str]:
    """Without scheme, host and user, and without a fragment, which nobody sends."""
    authority = _AUTHORITY.match(url)
    path, _, query = url[authority.end() if authority else 0 :].partition("#")[0].partition("?")
    return path if path.startswith("/") else f"/{path}", query


def _sent(whole: Made, override: RequestOverride) -> Made:
    """Of what was made that which monitor.yaml does not replace."""
    path, query = _path_and_query(whole.url)
    replaced = {name.lower() for name in override.headers}
    kept = (part for part in query.split("&") if unquote_plus(part.partition("=")[0]) not in override.query)
    return Made(
        url=f"{path if override.path is None else ''}?{'&'.join(kept)}",
        headers=tuple((name, value) for name, value in whole.headers if name.lower() not in replaced),
        body=whole.body if override.body is None else None,
    )


def _request(action: DataAction, whole: Made, given: Given) -> RequestTemplate:
    path, query = _path_and_query(whole.url)
    if given.prefix and (path == given.prefix or path.startswith(f"{given.prefix}/")):
        path = path[len(given.prefix) :] or "/"
    return RequestTemplate(
        method=action.method,
        path=path,
        query=tuple(parse_qsl(query, keep_blank_values=True)),
        headers=whole.headers,
        body=None if whole.body is None else whole.body.encode("utf-8", "replace"),
    )


def _left(pieces: Pieces, whole: Made, override: RequestOverride) -> str:
    """Why macros that are not known here stand in the request as they are written."""
    sent = _sent(whole, override)
    unknown = [*unknown_macros(pieces.url, sent.url, is_whole=override.path is None and not override.query)]
    headers = dict(sent.headers)
    for piece in pieces.headers:
        if piece.header in headers:
            unknown += unknown_macros(piece, headers[piece.header], is_whole=True)
    if pieces.body is not None and override.body is None:
        unknown += unknown_macros(pieces.body, sent.body or "", is_whole=True)
    return refused_macro(unknown[0]) if unknown else ""
