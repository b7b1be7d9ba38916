"""Why an action is not called, each with the line of monitor.yaml that mends it. No value is told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from monitor.contracts.actions.export import DataAction
from monitor.contracts.actions.inputs import Inputs, declared, flow_map, required, sample_of, unexpanded
from monitor.contracts.actions.rendering import AUTH_RESPONSE, CREDENTIALS, INPUT, Name, Pieces
from monitor.contracts.actions.secrets import (
    LiteralSecret,
    SecretKind,
    literal_secrets,
    names_secret,
    parameter_names_secret,
    taken_out,
    variable_of,
)
from monitor.jsonpaths import Json
from monitor.model import ENTRY, RequestOverride
from monitor.printable import printable

LEAVE: Final = "leave it out of data_actions"
_HTTP: Final = re.compile(r"/|https?://|\$|[^:/?#]+/", re.IGNORECASE)
_MASKED: Final = frozenset({"authorization", "proxy-authorization", "cookie"})  # whole, in every recording
_CHANGED: Final = re.compile(
    rf"\$!?\{{?(?:{CREDENTIALS}|{AUTH_RESPONSE})\.[\w-]+\.(?!(?:equals|equalsIgnoreCase|isEmpty|length|contains|startsWith"
    r"|endsWith|toString|trim)\s*\()[A-Za-z]\w*\s*\("
)  # calls that only ask, or leave it as it is, are none
_MOST: Final = 10  # names told of one kind


# -- what is no request to a vendor -----------------------------------------------------------------------


def unsendable(action: DataAction) -> str:
    """Why an action cannot be called whatever it is given; empty where it can."""
    if action.secure:
        return f"it is secure (secure: true), and so it cannot be recorded unredacted; {LEAVE}"
    kind, url = action.integration_type.lower(), action.url.lower()
    if "lambda" in kind or url.startswith("arn:"):
        return f"it calls an AWS Lambda function, which is no HTTP request; {LEAVE}"
    if "function" in kind:
        return f"it calls a function of Genesys Cloud, which is no HTTP request; {LEAVE}"
    if not _HTTP.match(url):
        built_in = "it is built into Genesys Cloud (static): " if action.action_type == "static" else ""
        return f"{built_in}it has no URL, so there is no HTTP request; {LEAVE}"
    return ""


# -- what is not given ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missed:
    """What a request lacks. ``inputs`` are as monitor.yaml gives them (None: no example), ``names`` the variables."""

    action: DataAction
    owner: str  # after whom environment variables are named
    inputs: Inputs | None = field(repr=False)
    names: frozenset[Name]

    def of(self, root: str) -> tuple[str, ...]:
        return tuple(sorted(member for one, member in self.names if one == root))

    def wanted(self) -> tuple[str, ...]:
        """The inputs that have to be given: those that must be, and those whose absence would be sent as text."""
        needed = {*required(self.action.input_schema), *self.of(INPUT)}
        known = tuple(declared(self.action.input_schema))
        listed = (*(name for name in known if name in needed), *sorted(needed.difference(known)))
        return tuple(name for name in listed if (self.inputs or {}).get(name) is None)


def missing(missed: Missed) -> str:
    """What has to be given before the action is called; empty where nothing has."""
    told = [*_inputs(missed), *_secrets(missed)]
    if told:
        return f"{' and '.join(what for what, _ in told)}; {ENTRY}: {' and '.join(yaml for _, yaml in told)}"
    if unknown := sorted(root for root, member in missed.names if not member):
        return f"its template reads {_named(unknown)}, which nothing gives; correct the template"
    return ""


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(f"'{printable(name, 80)}'" for name in names[:_MOST]) + more


def _inputs(missed: Missed) -> Iterator[tuple[str, str]]:
    schemas, wanted = declared(missed.action.input_schema), missed.wanted()
    stub = f"inputs: {flow_map(samples(wanted, schemas, missed.owner))}"
    if missed.inputs is None and (schemas or wanted):
        others = [name for name in schemas if name not in wanted]
        optional = f" (optional: {_named(others)})" if others else ""
        yield f"no inputs are given to call it with{optional}", stub
    elif wanted:
        texts = missed.of(INPUT)
        sent = f", so the text ${{input.{texts[0]}}} itself would be sent" if texts else ""
        yield f"it lacks {_plural(wanted, 'input')}{sent}{_meant(missed, wanted)}", stub


def samples(names: Iterable[str], schemas: Mapping[str, Json], owner: str) -> Iterator[tuple[str, Json]]:
    """Inputs to begin with, as monitor.yaml writes them: a key or token comes from the environment."""
    for name in names:
        if names_secret(name) or parameter_names_secret(name):
            yield name, f"${{secret:env:{variable_of(owner, name)}}}"
        else:
            yield name, unexpanded(sample_of(schemas.get(name)))


def _plural(names: Sequence[str], noun: str) -> str:
    return f"the {noun}{'' if len(names) == 1 else 's'} {_named(names)}"


def _meant(missed: Missed, wanted: Iterable[str]) -> str:
    """Names that are given and that the action has not: one of them may be a wanted one."""
    schemas = declared(missed.action.input_schema)
    others = [name for name in missed.inputs or {} if name not in schemas]
    for name in wanted:
        if near := difflib.get_close_matches(name, others, n=1, cutoff=0.6):
            return f" (is '{printable(near[0], 80)}' meant for '{printable(name, 80)}'?)"
    return ""


def _secrets(missed: Missed) -> Iterator[tuple[str, str]]:
    for root, section in ((CREDENTIALS, "credentials"), (AUTH_RESPONSE, "auth_response")):
        names = missed.of(root)
        if names:
            values = ((name, f"${{secret:env:{variable_of(missed.owner, name)}}}") for name in names)
            texts = [f"${{{root}.{name}}}" for name in names[:_MOST]]
            yield f"nothing stands for {', '.join(map(printable, texts))}", f"{section}: {flow_map(values)}"


def refused_macro(text: str) -> str:
    """Why a request is not sent in which a call stands as it is written."""
    what = f"monitor does not know {printable(text, 120)} of its template, so that text itself would be sent"
    return f"{what}; replace it in monitor.yaml, under requests: (path, query, headers or body)"


# -- secrets in the export --------------------------------------------------------------------------------


def unsent_secrets(action: DataAction, owner: str, override: RequestOverride) -> str:
    """Why the secrets in an export keep it from being called; empty where monitor.yaml gives them."""
    headers = {name.lower() for name in override.headers}
    for one in taken_out(action, owner):
        if not _is_given(one, headers, override):
            what = f"the secret in its {one.label} was taken out when it was imported"
            return f"{what}; {ENTRY}: {one.yaml}"
    for one in literal_secrets(action, owner):
        is_masked = one.kind is SecretKind.HEADER and one.name.lower() in _MASKED
        is_unsent = one.kind is SecretKind.USER and "://" in action.url
        if not is_unsent and not is_masked and not _is_given(one, headers, override):
            what = f"its export holds a secret (the {one.label}), which every recording would hold too"
            return f"{what}; {removal(one)}"
    return ""


def changed_secret(pieces: Pieces, override: RequestOverride) -> str:
    """Why a request is not sent in which a template changes a secret: a recording would hold what becomes of it."""
    replaced = {*_MASKED, *(name.lower() for name in override.headers)}
    for piece in pieces:
        if piece.header:
            is_given = piece.header.lower() in replaced
        elif piece is pieces.body:
            is_given = override.body is not None
        else:
            is_given = override.path is not None or bool(override.query)
        found = None if is_given else _CHANGED.search(piece.template.source)
        if found:
            what = (
                f"its template changes a secret ({printable(found[0], 80)}...), and a recording would hold the result"
            )
            return f"{what}; let monitor.yaml give it as it is sent, under requests: (path, query, headers or body)"
    return ""


def removal(one: LiteralSecret) -> str:
    """How a literal secret is mended."""
    if one.kind is SecretKind.BODY:
        instead = f"write ${{credentials.{one.name}}} there and {ENTRY}: {one.yaml}"
        return f"take it out with: monitor import data-action, or {instead}"
    return f"take it out with: monitor import data-action, or {ENTRY}: {one.yaml}"


def _is_given(one: LiteralSecret, headers: Container[str], override: RequestOverride) -> bool:
    if one.kind is SecretKind.BODY:
        return override.body is not None
    return one.name in override.query if one.kind is SecretKind.QUERY else one.name.lower() in headers
