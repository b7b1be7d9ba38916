"""Secrets that authors wrote into an export's headers or URL, where they do not belong.

1. A header or parameter is one that holds a secret by its name, or by its value where that is written as credentials
   are (Bearer ..., a JWT). A value with ``${input.x}``, ``${credentials.x}`` or ``${authResponse.x}`` in it is none:
   what is secret about it comes from elsewhere.
2. A template's directives may stand between parameters: ``#if($input.a)&a=1#end&access_key=...``.
3. What is taken out leaves a placeholder, which is never sent: monitor.yaml's headers and query give the real one.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final
from urllib.parse import unquote, unquote_plus

from monitor.contracts.actions.export import REQUEST, DataAction
from monitor.contracts.actions.inputs import flow_map
from monitor.errors import MonitorError
from monitor.jsonpaths import Json, format_path
from monitor.languages.velocity import Rendered, parse_template, render
from monitor.languages.velocity.tools import GENESYS
from monitor.printable import printable

PLACEHOLDER: Final = "<set in monitor.yaml>"

_HEADER: Final = re.compile(
    r"(.*[-_])?authorization|authentication|cookie|(.*[-_])?((api|access|auth|app|subscription|client|functions|secret|private)[-_]?"
    r"(key|token|secret)|token|secret|password|passwd)",
    re.IGNORECASE,
)
_PARAMETER: Final = re.compile(
    r"(.*[-_])?(api|access|auth|app|subscription|client|account|session|secret|private)[-_]?(key|token|secret|password)"
    r"|token|secret|password|passwd|pwd",
    re.IGNORECASE,
)
_SHORT_PARAMETER: Final = re.compile(r"key|code|sig|signature|auth|app[-_]?id|jwt", re.IGNORECASE)
_LONG: Final = 16  # characters; with a shorter value such a parameter holds no secret
_CREDENTIALS: Final = re.compile(r"(bearer|basic)\s+[\w.~+/=-]{8,}|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*", re.IGNORECASE)
_PAIR: Final = re.compile(r"(?:(?<=[?&])|(?<=\))|(?<=#end)|(?<=#else))(?P<name>[^&=#?$\s]+)=(?P<value>[^&#]*)")
_MADE: Final = re.compile(r"[$\s]")  # in a value that is not all literal
_USER: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?P<user>[^/?#@$\s]+)@")
_GIVEN: Final = re.compile(r"\$!?\{?(input|credentials|authResponse)\b")
# only these words before a secret are told: any other first word may be a part of it
_SCHEMES: Final = (
    r"(?:bearer|basic|token|api[-_]?(?:key|token)|digest|key|splunk|ssws|geniekey|oauth|jwt|bot|zoho-oauthtoken"
    r"|sso-key|negotiate|hmac|deepl-auth-key|klaviyo-api-key)"
)
_SCHEME: Final = re.compile(rf"(?P<scheme>{_SCHEMES}\s+)?(?P<secret>.+)", re.IGNORECASE | re.DOTALL)
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LONGEST_VARIABLE: Final = 80


class SecretKind(StrEnum):
    """Where it stands, and so where monitor.yaml gives it instead."""

    HEADER = "header"
    QUERY = "query"
    USER = "user"  # user and password before the host


@dataclass(frozen=True, slots=True)
class LiteralSecret:
    """``place`` is the JSON path in the export, ``variable`` the environment variable that is suggested for it.

    ``setting`` is what monitor.yaml says in its place, under ``section`` by ``name``.
    """

    kind: SecretKind
    name: str
    place: str
    variable: str
    value: str = field(repr=False)
    prefix: str = ""  # what stands before it in the header, and is no secret
    written: str = field(default="", repr=False)  # as it stands in the export

    @property
    def label(self) -> str:
        if self.kind is SecretKind.USER:
            return "user before the host"
        return f"{'header' if self.kind is SecretKind.HEADER else 'parameter'} '{printable(self.name, 80)}'"

    @property
    def section(self) -> str:
        return "query" if self.kind is SecretKind.QUERY else "headers"

    @property
    def setting(self) -> str:
        return f"{self.prefix}${{secret:env:{self.variable}}}"

    @property
    def yaml(self) -> str:
        """The line that gives it, for the action's entry under data_actions."""
        return f"{self.section}: {flow_map([(self.name, self.setting)])}"


def variable_of(*names: str) -> str:
    """An environment variable's name out of ``names``: ``CRM_X_API_KEY``, ``CRM_CLIENT_SECRET`` for clientSecret."""
    words = (word.upper() for name in names for word in _WORDS.findall(name))
    name = "_".join(words)[-_LONGEST_VARIABLE:].strip("_")
    return name if name and not name[0].isdigit() else f"ACTION_{name}".strip("_")


def literal_secrets(action: DataAction, owner: str = "") -> tuple[LiteralSecret, ...]:
    """Every secret that stands in the export's headers or URL, in its order.

    Variables are named after ``owner`` (a vendor), or else after the action.
    """
    return (*_in_headers(action, owner or action.name), *_in_url(action, owner or action.name))


def _in_headers(action: DataAction, owner: str) -> Iterator[LiteralSecret]:
    for name, template in action.headers:
        text = template.strip()
        if not text or PLACEHOLDER in text or _GIVEN.search(text):
            continue
        if not (names_secret(name) or _CREDENTIALS.fullmatch(text)):
            continue
        parts = _SCHEME.fullmatch(_rendered(text))
        prefix = (parts["scheme"] or "") if parts else ""
        yield LiteralSecret(
            kind=SecretKind.HEADER,
            name=name,
            place=format_path((*REQUEST, "headers", name)),
            variable=variable_of(owner, name),
            value=parts["secret"] if parts else _rendered(text),
            prefix=prefix,
            written=text.removeprefix(prefix),
        )


def _rendered(text: str) -> str:
    """The header as it is sent: a macro may encode what stands in it."""
    try:
        made = render(parse_template(text, "header"), GENESYS, strict=False)
    except MonitorError:
        return text
    return made.text if isinstance(made, Rendered) else text


def names_secret(name: str) -> bool:
    """Whether a header of that name holds a secret."""
    return _HEADER.fullmatch(name) is not None


def parameters_of(url: str) -> tuple[str, ...]:
    """The names of the query's parameters as a template writes them."""
    return tuple(pair["name"] for pair in _pairs(url))


def parameter_names_secret(name: str) -> bool:
    """Whether a parameter of that name holds a secret."""
    return _PARAMETER.fullmatch(name) is not None


def is_secret_parameter(name: str, value: str) -> bool:
    """Whether a parameter holds a secret, by its name or, of a short one, also by its length."""
    if PLACEHOLDER in value:
        return False
    is_short = _SHORT_PARAMETER.fullmatch(name) is not None
    is_credentials = _CREDENTIALS.fullmatch(unquote_plus(value)) is not None
    return parameter_names_secret(name) or (is_short and len(value) >= _LONG) or is_credentials


def _in_url(action: DataAction, owner: str) -> Iterator[LiteralSecret]:
    place = format_path((*REQUEST, "requestUrlTemplate"))
    if user := _USER.match(action.url):
        both = unquote(user["user"])
        value = base64.b64encode((both if ":" in both else f"{both}:").encode("utf-8", "replace")).decode()
        variable = variable_of(owner, "AUTHORIZATION")
        yield LiteralSecret(SecretKind.USER, "Authorization", place, variable, value, "Basic ", user["user"])
    for pair in _pairs(action.url):
        name, written = pair["name"], pair["value"]
        if written and not _MADE.search(written) and is_secret_parameter(name, written):
            variable = variable_of(owner, name)
            yield LiteralSecret(SecretKind.QUERY, name, place, variable, unquote_plus(written), "", written)


def _pairs(url: str) -> Iterator[re.Match[str]]:
    """The query's parameters as they are written."""
    return _PAIR.finditer(url, url.find("?") + 1) if "?" in url else iter(())


def taken_out(action: DataAction, owner: str = "") -> Iterator[LiteralSecret]:
    """The placeholders that stand where secrets stood."""
    owner = owner or action.name
    for name, text in action.headers:
        prefix, placeholder, _ = text.partition(PLACEHOLDER)
        if placeholder:
            place, variable = format_path((*REQUEST, "headers", name)), variable_of(owner, name)
            yield LiteralSecret(SecretKind.HEADER, name, place, variable, "", prefix)
    place = format_path((*REQUEST, "requestUrlTemplate"))
    if f"//{PLACEHOLDER}@" in action.url:
        variable = variable_of(owner, "AUTHORIZATION")
        yield LiteralSecret(SecretKind.USER, "Authorization", place, variable, "", "Basic ")
    for pair in _pairs(action.url):
        if pair["value"] == PLACEHOLDER:
            yield LiteralSecret(SecretKind.QUERY, pair["name"], place, variable_of(owner, pair["name"]), "")


# -- taken out --------------------------------------------------------------------------------------------


def with_secrets_replaced(action: DataAction, found: Iterable[LiteralSecret]) -> DataAction:
    """The action as it may be kept: a placeholder stands where each secret stood."""
    headers, url = dict(action.headers), action.url
    for secret in found:
        if secret.kind is SecretKind.HEADER:
            headers[secret.name] = f"{secret.prefix}{PLACEHOLDER}"
        elif secret.kind is SecretKind.QUERY:
            url = _without(url, secret)
        else:
            url = url.replace(f"{secret.written}@", f"{PLACEHOLDER}@", 1)
    return replace(action, headers=tuple(headers.items()), url=url, value=_value(action, headers, url))


def _without(url: str, secret: LiteralSecret) -> str:
    """``url`` with a placeholder for the value of that parameter."""
    for pair in reversed([*_pairs(url)]):
        if (pair["name"], pair["value"]) == (secret.name, secret.written):
            begin, end = pair.span("value")
            url = f"{url[:begin]}{PLACEHOLDER}{url[end:]}"
    return url


def _value(action: DataAction, headers: Mapping[str, str], url: str) -> Json:
    """The export with other headers and another URL; nothing else of it is touched."""
    value = action.value
    config = value.get("config") if isinstance(value, dict) else None
    request = config.get("request") if isinstance(config, dict) else None
    if not isinstance(value, dict) or not isinstance(config, dict) or not isinstance(request, dict):
        return value
    changed: dict[str, Json] = dict(request)
    if headers != dict(action.headers):
        changed["headers"] = dict(headers)
    if url != action.url:
        changed["requestUrlTemplate"] = url
    return {**value, "config": {**config, "request": changed}}
