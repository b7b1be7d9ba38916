"""What to call and what is expected back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from monitor.jsonpaths import Json
from monitor.model.actions import Use
from monitor.model.overrides import RequestOverride

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ProviderState:
    name: str
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    """A request relative to the vendor's base_url. ``path`` and ``query`` are not percent-encoded.

    ``own`` are headers (in lower case) that say who is calling and were given for this request: the vendor's do not
    replace them.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Headers = ()
    body: bytes | None = None
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Contract:
    """One interaction's contract. ``pact`` is a Pact file (JSON) of this one interaction, with its metadata."""

    file: str
    pointer: str  # JSON path in the file, for instance $.interactions[2]
    pact: bytes = field(repr=False)
    digest: str  # sha256 hex over what the contract says (not over the formatting)


@dataclass(frozen=True, slots=True)
class Translation:
    name: str
    kind: str  # the language: jsonata, jsonpath, velocity, data_action
    source: str
    file: str
    schema: Json = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request and what is expected back. ``refusal``: why it is not sent (empty: it is).

    A data action's ``consumer`` is its integration, its ``description`` the action's name.
    """

    id: str
    vendor: str
    consumer: str
    description: str
    request: RequestTemplate
    states: tuple[ProviderState, ...] = ()
    expected_status: int | None = None
    contract: Contract | None = None
    translations: tuple[Translation, ...] = ()
    refusal: str = ""
    action: str = ""  # the data action's name, where it comes of one
    override: RequestOverride = field(default_factory=RequestOverride)  # the action's own; requests: is above it
    uses: tuple[Use, ...] = ()  # by which variables of flows the outputs are read


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a contract file that is no interaction of ours (a message), or that the user skips."""

    vendor: str
    file: str
    pointer: str
    description: str
    reason: str
    interaction_id: str = ""  # of an interaction that the user skips
