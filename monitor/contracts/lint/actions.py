"""What can be seen of a data action's request without a call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from monitor.contracts.actions.export import REQUEST, DataAction
from monitor.contracts.actions.inputs import declared, flow_map, required
from monitor.contracts.actions.refusing import removal, unsendable
from monitor.contracts.actions.rendering import (
    AUTH_RESPONSE,
    CREDENTIALS,
    INPUT,
    Piece,
    Pieces,
    pieces_of,
    unset_references,
)
from monitor.contracts.actions.request import RAW, shown_absences
from monitor.contracts.actions.secrets import (
    literal_secrets,
    names_secret,
    parameter_names_secret,
    parameters_of,
    variable_of,
)
from monitor.contracts.lint.escaping import unescaped
from monitor.contracts.lint.fixes import nearest, quoted
from monitor.contracts.lint.remarks import Remark
from monitor.errors import ContractError, MonitorError
from monitor.jsonpaths import Path, format_path, parse_path
from monitor.model import ENTRY
from monitor.printable import printable

RESERVED: Final = frozenset({RAW, "orgId", "integrationId"})
URL: Final = "requestUrlTemplate"
_INPUTS: Final[Path] = ("contract", "input", "inputSchema")
_MOST: Final = 8  # names in one remark


@dataclass(frozen=True, slots=True)
class ActionSubject:
    """An action and where it stands. ``authorized``: monitor.yaml says who is calling.

    ``is_mixed``: other actions of the vendor say it themselves, so a header for all of them is no answer.
    """

    vendor: str
    file: str
    action: DataAction
    authorized: bool = False
    is_mixed: bool = False
    integration: str = ""

    def remark(self, rule: str, at: Path, what: str, fix: str) -> Remark:
        return Remark(rule, self.file, format_path(at), self.vendor, what, fix, printable(self.action.name))


def request_suspicions(subject: ActionSubject) -> tuple[Remark, ...]:
    """All that is suspicious in what an action sends."""
    if unsendable(subject.action):  # it sends nothing
        return tuple(_secrets(subject))
    try:
        pieces = pieces_of(subject.action)
    except ContractError as error:
        fault = subject.remark("contract-fault", parse_path(error.where), error.what, error.fix or "correct it")
        return (fault, *_secrets(subject))
    found = (
        _secrets(subject),
        _literals(subject, pieces),
        _unescaped(subject, pieces),
        _undeclared(subject, pieces),
        _nobody(subject),
    )
    return tuple(chain.from_iterable(found))


def listed(names: Sequence[str]) -> str:
    """Some of ``names``, and how many more there are."""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(map(quoted, names[:_MOST])) + more


def _secrets(subject: ActionSubject) -> Iterator[Remark]:
    for secret in literal_secrets(subject.action, subject.vendor):
        what = f"the {secret.label} holds a secret"
        yield subject.remark("literal-secret", parse_path(secret.place), what, removal(secret))


# -- inputs -----------------------------------------------------------------------------------------------


def _literals(subject: ActionSubject, pieces: Pieces) -> Iterator[Remark]:
    known = declared(subject.action.input_schema)
    try:
        shown = shown_absences(subject.action, pieces)
    except MonitorError:
        return
    optional = [name for name in known if name in shown and name not in required(subject.action.input_schema)]
    for piece in pieces:
        names = [name for name in optional if _reading(name).search(piece.template.source)]
        if names:
            what = f"without {listed(names)} the text ${{input.{names[0]}}} itself is sent"
            fix = _instead(piece, names[0], subject.action.body or "")
            yield subject.remark("literal-input", piece.at, printable(what, 500), printable(fix, 500))


def _unescaped(subject: ActionSubject, pieces: Pieces) -> Iterator[Remark]:
    found = dict(unescaped(pieces.body.template.block, subject.action.input_schema)) if pieces.body else {}
    if pieces.body and found:
        them = "it" if len(found) == 1 else "each"
        what = f"the body is no JSON where {listed([*found])} holds a quote or a line break: nothing escapes {them}"
        fix = f"write {next(iter(found.values()))}"
        yield subject.remark("unescaped-input", pieces.body.at, printable(what, 500), printable(fix, 500))


def _reading(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{INPUT}\.{re.escape(name)}(?![\w-])")


def _instead(piece: Piece, name: str, body: str) -> str:
    """What to write so that nothing is sent for ``name``: where it makes a URL's path there is nothing to write."""
    source, quiet = piece.template.source, f"$!{{input.{name}}}"
    found = _reading(name).search(source)
    before = source[: found.start()].rstrip("${!") if found else ""
    if piece.at[-1] == URL and "?" not in before:
        return f"let every flow give it: add {quoted(name)} to {format_path((*_INPUTS, 'required'))} (of a new action)"
    if before.endswith("("):
        return f'write "{quiet}" in the call, or let every flow give it'
    if source is body and body.lstrip()[:1] in ("{", "[") and not _in_text(before):
        return f'write #if("{quiet}" != "")${{input.{name}}}#{{else}}null#end'
    return f"write {quiet}"


def _in_text(before: str) -> bool:
    """Whether a JSON string is open at the end."""
    return len(re.findall(r'(?<!\\)"', before)) % 2 == 1


def _undeclared(subject: ActionSubject, pieces: Pieces) -> Iterator[Remark]:
    known = declared(subject.action.input_schema)
    for piece in pieces:
        for text in sorted({one.text for one in unset_references(piece)}):
            near = nearest(text, [f"${{{INPUT}.{name}}}" for name in known])
            what = f"nothing sets {quoted(text)}: that text itself is sent"
            fix = f"did you mean {quoted(near)}?" if near else "write an input, ${input.name}, or remove it"
            yield subject.remark("undeclared-input", piece.at, what, fix)
        read = {member for root, member in piece.names() if root == INPUT}
        for name in sorted(read.difference(known, RESERVED)):
            near = nearest(name, known)
            fix = f"did you mean {quoted(near)}?" if near else f"declare it in {format_path(_INPUTS)}, or remove it"
            yield subject.remark(
                "undeclared-input", piece.at, f"it reads the input {quoted(name)}, which is not declared", fix
            )


# -- who is calling ---------------------------------------------------------------------------------------


def says_who(action: DataAction) -> bool:
    """Whether its own templates say who is calling."""
    if unsendable(action):
        return False
    try:
        pieces = pieces_of(action)
    except ContractError:
        return False
    told = any(root in (CREDENTIALS, AUTH_RESPONSE) for root, _ in pieces.names())
    told = told or any(names_secret(name) for name, _ in action.headers)
    return told or any(map(parameter_names_secret, parameters_of(action.url)))


def _nobody(subject: ActionSubject) -> Iterator[Remark]:
    if not (subject.authorized or says_who(subject.action)):
        what = "it sends nothing that says who is calling: Genesys Cloud keeps that in the integration"
        place = ENTRY if subject.is_mixed else "add to the vendor"
        yield subject.remark("no-authorization", (*REQUEST, "headers"), what, f"{place}: {_header(subject)}")


def _header(subject: ActionSubject) -> str:
    """A variable of its own for each integration that is not the vendor's: the credentials are the integration's."""
    of = (subject.integration or subject.action.name,) if subject.is_mixed else ()
    setting = f"${{secret:env:{variable_of(subject.vendor, *of, 'AUTHORIZATION')}}}"
    return f"headers: {flow_map([('Authorization', setting)])}"
