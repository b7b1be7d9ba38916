"""A data action and a contract that make the same call are judged on one call.

1. The same call: method, URL (parameters in any order) and body (JSON by its value), as both would be sent.
2. The contract's interaction stays, with its id, and gets the action's translations, its uses, and its headers, which
   are the ones that work: a contract's are examples.
3. What cannot be sent joins nothing: nobody knows its call.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from monitor.calling.request import build, override_of
from monitor.calling.urls import parse_base
from monitor.errors import ContractError, JsonError
from monitor.jsonpaths import read_json
from monitor.model import Headers, Interaction, RequestOverride, Vendor

_NOWHERE: Final = "https://vendor.invalid"  # stands for a base_url that is not known here
_Call: TypeAlias = tuple[str, str, tuple[str, ...], bytes]


@dataclass(frozen=True, slots=True)
class Joined:
    """The data action ``description`` (``id``), which is judged on the call of ``interaction_id``."""

    vendor: str
    id: str
    description: str
    interaction_id: str


def joined(vendor: Vendor, interactions: Iterable[Interaction]) -> tuple[tuple[Interaction, ...], tuple[Joined, ...]]:
    """``interactions`` with each action that makes a contract's call joined to it, and which those are."""
    listed = tuple(interactions)
    if not any(one.action for one in listed):
        return listed, ()
    known = _somewhere(vendor)
    kept = {one.id: one for one in listed if one.contract is not None}
    calls = [(call, one.id) for one in kept.values() if (call := _call(known, one)) is not None]
    told: list[Joined] = []
    for action in (one for one in listed if one.contract is None):
        call = _call(known, action)
        same = next((name for other, name in calls if other == call), None) if call else None
        if same is None:
            kept[action.id] = action
        else:
            kept[same] = _together(vendor, kept[same], action)
            told.append(Joined(vendor.name, action.id, action.description, same))
    return tuple(kept.values()), tuple(told)


def _somewhere(vendor: Vendor) -> Vendor:
    try:
        parse_base(vendor.base_url)
    except ContractError:  # it is not given, or its secret is not known here
        return replace(vendor, base_url=_NOWHERE)
    return vendor


def _call(vendor: Vendor, interaction: Interaction) -> _Call | None:
    if interaction.refusal:
        return None
    try:
        request = build(vendor, interaction)
    except ContractError:
        return None
    path, _, query = request.url.partition("?")
    return request.method, path, tuple(sorted(query.split("&"))), _body(request.body)


def _body(body: bytes | None) -> bytes:
    """Two bodies that say the same are the same, however their JSON is laid out."""
    try:
        return json.dumps(read_json(body).value, sort_keys=True, default=_number).encode() if body else b""
    except JsonError:
        return body or b""


def _number(value: object) -> list[str]:
    """A number with a point: it is not the text of the same characters."""
    return [type(value).__name__, str(value)]


def _together(vendor: Vendor, contract: Interaction, action: Interaction) -> Interaction:
    return replace(
        contract,
        request=replace(contract.request, headers=_over(contract.request.headers, action.request.headers)),
        translations=(*contract.translations, *action.translations),
        action=contract.action or action.action,
        override=_both(contract.override, override_of(vendor, action)),
        uses=(*contract.uses, *action.uses),
    )


def _over(below: Headers, above: Headers) -> Headers:
    names = {name.lower() for name, _ in above}
    return (*((name, value) for name, value in below if name.lower() not in names), *above)


def _both(below: RequestOverride, above: RequestOverride) -> RequestOverride:
    """What changes the call is in the contract's own, or the two would not be the same: only the rest is needed."""
    return RequestOverride(
        headers={**below.headers, **above.headers},
        read_only=below.read_only or above.read_only,
        allow_writes=below.allow_writes or above.allow_writes,
    )
