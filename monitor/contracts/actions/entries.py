"""How an imported action is listed in monitor.yaml: the lines of its entry under ``data_actions``.

1. What is known is given: the file, the integration, and the secrets that were taken out, from the environment.
2. What only a person knows (inputs, credentials, whether it may write) stands as a comment, ready to be filled in:
   until then the action is not called, and says so. A made-up input would be sent to the vendor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.contracts.actions.export import DataAction
from monitor.contracts.actions.inputs import declared, flow_map, flow_value, plain_key, required, unexpanded
from monitor.contracts.actions.refusing import samples, unsendable
from monitor.contracts.actions.rendering import AUTH_RESPONSE, CREDENTIALS, INPUT, Pieces, pieces_of
from monitor.contracts.actions.request import RAW, shown_absences
from monitor.contracts.actions.secrets import LiteralSecret, variable_of
from monitor.errors import ContractError, MonitorError
from monitor.printable import printable

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_TYPE: Final = "purecloud-data-actions"
_OWN_HOST: Final = re.compile(
    r"https?://([\w-]+\.)*(mypurecloud\.[a-z.]+|pure\.cloud|genesys\.cloud)(:\d+)?(/|$)", re.IGNORECASE | re.ASCII
)
_OWN_PATH: Final = re.compile(r"/?(platform/)?api/v2/", re.IGNORECASE)
_HOST: Final = re.compile(r"https?://([^/?#\s]+)", re.IGNORECASE)


def calls_genesys(action: DataAction) -> bool:
    """Whether an action calls Genesys Cloud's own API: its owner is the customer's own platform, no vendor."""
    is_own = action.integration_type.lower() == _OWN_TYPE and not _HOST.match(action.url)
    return is_own or bool(_OWN_HOST.match(action.url) or _OWN_PATH.match(action.url))


def host_of(action: DataAction) -> str:
    """The host that an action's URL names, as it is written, without a user; empty where it names none."""
    match = _HOST.match(action.url)
    return match[1].rpartition("@")[2] if match else ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What monitor.yaml says of an action. ``secrets`` are those that were taken out.

    ``file`` is relative to it, of letters that need no quotes.
    """

    action: DataAction
    file: str
    owner: str  # the vendor, after whom environment variables are named
    integration: str = ""
    secrets: Sequence[LiteralSecret] = ()
    who: str = ""  # the line that says who is calling, where nothing else does

    def headers(self) -> tuple[tuple[str, str], ...]:
        return self._of("headers")

    def query(self) -> tuple[tuple[str, str], ...]:
        return self._of("query")

    def credentials(self) -> tuple[tuple[str, str], ...]:
        return self._of("credentials")

    def _of(self, section: str) -> tuple[tuple[str, str], ...]:
        return tuple((one.name, one.setting) for one in self.secrets if one.section == section)

    def lines(self) -> tuple[str, ...]:
        """``key: value`` and ``# comment``."""
        given = [f"file: {self.file}"]
        if self.integration:
            given.append(f"integration: {flow_value(unexpanded(self.integration))}")
        for name, pairs in (
            ("headers", self.headers()),
            ("query", self.query()),
            ("credentials", self.credentials()),
        ):
            if pairs:
                given.append(f"{name}: {flow_map(pairs)}")
        stubs = (*_stubs(self.action, self.owner, dict(self.credentials())), *filter(None, (self.who,)))
        return (*given, *(f"# {line}" for line in stubs))


# -- what a person has to fill in -------------------------------------------------------------------------


def _stubs(action: DataAction, owner: str, given: Mapping[str, str]) -> Iterator[str]:
    """``given`` are the credentials that are listed already: a line that adds to them repeats them."""
    if unsendable(action):
        return
    try:
        pieces = pieces_of(action)
    except ContractError:  # config check tells it
        return
    yield from _inputs(action, pieces, owner)
    for root, section in ((CREDENTIALS, "credentials"), (AUTH_RESPONSE, "auth_response")):
        known = given if root == CREDENTIALS else {}
        names = sorted(member for one, member in pieces.names() if one == root and member)
        if not known.keys() >= set(names):
            pairs = [(name, known.get(name) or f"${{secret:env:{variable_of(owner, name)}}}") for name in names]
            yield f"{section}: {flow_map(pairs)}"
    if action.method not in _SAFE:
        yield f"read_only: true  # if this {action.method} only searches; allow_writes: true lets it write"


def _inputs(action: DataAction, pieces: Pieces, owner: str) -> Iterator[str]:
    schemas = declared(action.input_schema)
    needed = {*required(action.input_schema), *_shown(action, pieces)}
    wanted = (*(name for name in schemas if name in needed), *sorted(needed.difference(schemas)))
    others = [plain_key(name) for name in schemas if name not in needed]
    if schemas or wanted:
        optional = f"  # optional: {', '.join(map(printable, others))}" if others else ""
        yield f"inputs: {flow_map(samples(wanted, schemas, owner))}{optional}"


def _shown(action: DataAction, pieces: Pieces) -> frozenset[str]:
    try:
        return shown_absences(action, pieces).difference((RAW,))
    except MonitorError:  # it cannot be made without them
        return frozenset(member for root, member in pieces.names() if root == INPUT).difference((RAW,))
