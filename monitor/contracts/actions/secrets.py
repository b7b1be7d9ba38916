"""Secrets that authors wrote into an export's headers, URL or body, where they do not belong.

1. A header or parameter is one that holds a secret by its name, or by its value where that is written as credentials
   are (Bearer ..., a JWT). A value with ``${input.x}``, ``${credentials.x}`` or ``${authResponse.x}`` in it is none:
   what is secret about it comes from elsewhere. But text that touches the reference may be one.
2. A template's directives may stand between parameters: ``#if($input.a)&a=1#end&access_key=...``.
3. What is taken out leaves a placeholder, which is never sent: monitor.yaml's headers and query give the real one.
4. In a body a ``${credentials.x}`` of its own stands instead, which monitor.yaml's credentials give.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import unquote, unquote_plus

from monitor.contracts.actions.export import REQUEST, DataAction
from monitor.contracts.actions.inputs import flow_map
from monitor.contracts.actions.literals import Member, is_literal, members, stands_beside, without_references
from monitor.errors import MonitorError
from monitor.jsonpaths import format_path
from monitor.languages.velocity import Rendered, parse_template, render
from monitor.languages.velocity.tools import GENESYS
from monitor.printable import printable

PLACEHOLDER: Final = "<set in monitor.yaml>"

_HEADER: Final = re.compile(
    r"(.*[-_])?authorization|authentication|cookie|(.*[-_])?((api|access|auth|app|subscription|client|functions|secret|private)[-_]?"
    r"(key|token|secret)|token|secret|password|passwd|jwt|bearer|credentials?)|auth|x[-_](auth|key|signature|session([-_]?id)?)",
    re.IGNORECASE,
)
_PARAMETER: Final = re.compile(
    r"(.*[-_])?(api|access|auth|app|subscription|client|account|session|secret|private|refresh|user|bearer|security|hapi)"
    r"[-_]?(key|token|secret|password)|id[-_]?token|(.*[-_])?(secret|password|passwd)|token|pwd|bearer|credentials?"
    r"|(.*[-_])?amz[-_](signature|credential)",
    re.IGNORECASE,
)
# of names in kebab-case, whatever they hold
_NAME: Final = re.compile(
    r"(.*-)?((access|refresh|id|auth|authentication|authorization|oauth|api|app|client|session|security|bearer|secret"
    r"|private|csrf|xsrf|jwt|sso|login)-?token|(api|access|session|private|secret|signing|encryption)-?key"
    r"|(api|app|client|consumer|shared)-?secret|(session|jsession|phpsess)-?id|secret|password|passwd|passphrase|pwd"
    r"|csrf|xsrf|bearer)"
)
_SHORT_PARAMETER: Final = re.compile(r"key|code|sig|signature|auth|authorization|app[-_]?id|jwt", re.IGNORECASE)
_LONG: Final = 16  # characters; with a shorter value such a parameter holds no secret
_BLANK: Final = re.compile(r"\s")  # no URL holds one
_PAIR: Final = re.compile(
    r"(?:(?<=[?&;])|(?<=#)(?!\{|if|else|end|set|foreach)|(?<=\))|(?<=#end)|(?<=#else)|(?<=#\{end\})|(?<=#\{else\}))"
    r"(?P<name>[^&;=#?$\s{}]+)=(?P<value>(?:[^&#;]|;(?![^&;=#?$\s]+=))*)"
)
_USER: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//(?P<user>[^/?#\s]+)@")
_NOTHING: Final = frozenset({"null", "true", "false", "none", "include"})  # values that are no secret
_GIVEN: Final = re.compile(r"\$!?\{?(input|credentials|authResponse)\b")
# only these words before a secret are told: any other first word may be a part of it
_SCHEMES: Final = (
    r"(?:bearer|basic|token|api[-_]?(?:key|token)|digest|key|splunk|ssws|geniekey|oauth|jwt|bot|zoho-oauthtoken"
    r"|sso-key|negotiate|hmac|deepl-auth-key|klaviyo-api-key)"
)
_CREDENTIALS: Final = re.compile(
    rf"{_SCHEMES}\s+([\w.~+/=-]{{8,}}|\$!?\{{?\w+\.base64\(.*)|eyJ[\w-]{{8,}}\.[\w-]+\.[\w-]*", re.IGNORECASE
)
_SCHEME: Final = re.compile(rf"(?P<scheme>{_SCHEMES}\s+)?(?P<secret>.+)", re.IGNORECASE | re.DOTALL)
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_CREDENTIAL: Final = re.compile(r"\bcredentials\.(?P<name>\w+)")
_LONGEST_VARIABLE: Final = 80


class SecretKind(StrEnum):
    """Where it stands, and so where monitor.yaml gives it instead."""

    HEADER = "header"
    QUERY = "query"
    USER = "user"  # user and password before the host
    BODY = "body"


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
    member: str = ""  # of a body; ``name`` is the credential's that stands for it

    @property
    def label(self) -> str:
        if self.kind is SecretKind.USER:
            return "user before the host"
        if self.kind is SecretKind.BODY:
            return f"member '{printable(self.member, 80)}' of its requestTemplate"
        return f"{'header' if self.kind is SecretKind.HEADER else 'parameter'} '{printable(self.name, 80)}'"

    @property
    def section(self) -> str:
        return {SecretKind.QUERY: "query", SecretKind.BODY: "credentials"}.get(self.kind, "headers")

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
    """Every secret that stands in the export's headers, URL or body, in its order.

    Variables are named after ``owner`` (a vendor), or else after the action.
    """
    owner = owner or action.name
    return (*_in_headers(action, owner), *_in_url(action, owner), *(one for one, _ in in_body(action, owner)))


def _in_headers(action: DataAction, owner: str) -> Iterator[LiteralSecret]:
    for name, template in action.headers:
        text = template.strip()
        if not text or PLACEHOLDER in text or (_GIVEN.search(text) and not stands_beside(text)):
            continue
        if not (names_secret(name) or _CREDENTIALS.match(text)):
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


def surely_names_secret(name: str) -> bool:
    """Whether whatever is called so holds a secret: ``refresh_token``, ``sessionId``, ``X-API-Key``.

    ``tokenType``, ``nextPageToken``, ``customerKey`` and ``passwordPolicy`` do not.
    """
    return _NAME.fullmatch("-".join(_WORDS.findall(name)).lower()) is not None


def names_secret(name: str) -> bool:
    """Whether a header of that name holds a secret."""
    return _HEADER.fullmatch(name) is not None or surely_names_secret(name)


def parameters_of(url: str) -> tuple[str, ...]:
    """The names of the query's parameters as a template writes them."""
    return tuple(unquote_plus(pair["name"]) for pair in pairs(url))


def parameter_names_secret(name: str) -> bool:
    """Whether a parameter of that name holds a secret."""
    return _PARAMETER.fullmatch(name) is not None or surely_names_secret(name)


def is_secret_parameter(name: str, value: str) -> bool:
    """Whether a parameter holds a secret, by its name or, of a short one, also by its length."""
    if PLACEHOLDER in value:
        return False
    is_short = _SHORT_PARAMETER.fullmatch(name) is not None
    is_credentials = _CREDENTIALS.fullmatch(unquote_plus(value)) is not None
    return parameter_names_secret(name) or (is_short and len(value) >= _LONG) or is_credentials


def _in_url(action: DataAction, owner: str) -> Iterator[LiteralSecret]:
    place = format_path((*REQUEST, "requestUrlTemplate"))
    if (user := _USER.match(action.url)) and _is_user(user["user"]):
        both = unquote(user["user"])
        value = base64.b64encode((both if ":" in both else f"{both}:").encode("utf-8", "replace")).decode()
        variable = variable_of(owner, "AUTHORIZATION")
        yield LiteralSecret(SecretKind.USER, "Authorization", place, variable, value, "Basic ", user["user"])
    for pair in pairs(action.url):
        name, written = unquote_plus(pair["name"]), pair["value"]
        if (
            written
            and not _BLANK.search(written)
            and is_literal(written, action.url)
            and is_secret_parameter(name, written)
        ):
            variable = variable_of(owner, name)
            yield LiteralSecret(SecretKind.QUERY, name, place, variable, unquote_plus(written), "", written)


def pairs(url: str) -> Iterator[re.Match[str]]:
    """The parameters of the query, or of a fragment, as they are written."""
    start = min((at for at in (url.find("?"), url.find("#")) if at >= 0), default=len(url))
    return _PAIR.finditer(url, start)


def _is_user(written: str) -> bool:
    """Whether literal text stands there: of user:password a literal password."""
    if PLACEHOLDER in written:
        return False
    user, colon, password = without_references(written).partition(":")
    return bool(password if colon and _GIVEN.search(written) else user or password)


def in_body(action: DataAction, owner: str) -> Iterator[tuple[LiteralSecret, tuple[int, int]]]:
    """Each with where its value stands in the body. Every value gets a credential of its own."""
    taken = {match["name"] for text in _templates(action) for match in _CREDENTIAL.finditer(text)}
    numbers: Counter[str] = Counter()
    place, end = format_path((*REQUEST, "requestTemplate")), 0
    for one in members(action.body or ""):
        if one.span[0] < end or not _is_secret_member(one, action.body or ""):
            continue
        plain = name = _credential_of(one.name)
        while name in taken:
            numbers[plain] += 1
            name = f"{plain}_{numbers[plain] + 1}"
        taken.add(name)
        end = one.span[1]
        variable, value = variable_of(owner, name), one.written.strip()
        yield LiteralSecret(SecretKind.BODY, name, place, variable, value, "", one.written, one.name), one.span


def _is_secret_member(one: Member, body: str) -> bool:
    text = one.written.strip()
    if not text or text.lower() in _NOTHING or not is_literal(text, body):
        return False
    return parameter_names_secret(one.name) or _CREDENTIALS.fullmatch(text) is not None


def _credential_of(name: str) -> str:
    """A name that a template can read."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    return plain if plain[0].isalpha() else f"value_{plain}"


def _templates(action: DataAction) -> tuple[str, ...]:
    return (action.url, action.body or "", *(text for _, text in action.headers))


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
    for pair in pairs(action.url):
        if pair["value"] == PLACEHOLDER:
            name = unquote_plus(pair["name"])
            yield LiteralSecret(SecretKind.QUERY, name, place, variable_of(owner, name), "")
