"""A data action and its contract are judged on one call.

1. A contract of the action's own name (consumer and description: so contracts are built, and made by tests) is its
   contract, whatever inputs it was made with. The action's interaction stays, with its id and history, and its request,
   which is the one that works. Where tests made several, it is the one without a provider state; else the only one
   that does not expect an error.
2. Else it is a contract that makes the same call: method, URL (parameters in any order) and body (JSON by its value),
   as both would be sent. The contract's interaction stays, with its id, and gets the action's translations, its uses,
   and its headers, which are the ones that work: a contract's are examples.
3. What cannot be sent makes no call that could be the same: nobody knows it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from monitor.calling.request import build, override_of
from monitor.calling.urls import parse_base
from monitor.errors import ContractError, JsonError
from monitor.jsonpaths import read_json
from monitor.model import FAILING_STATUS, Headers, Interaction, RequestOverride, Translation, Vendor

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
    """``interactions`` with each action and its contract joined, and the actions that others now stand for."""
    listed = _by_name(tuple(interactions))
    if not any(one.action and one.contract is None for one in listed):
        return listed, ()
    known = somewhere(vendor)
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


# -- by name ----------------------------------------------------------------------------------------------


def _by_name(listed: tuple[Interaction, ...]) -> tuple[Interaction, ...]:
    """``listed`` with the contract of an action's own name in the action's place."""
    named: dict[tuple[str, str], list[Interaction]] = {}
    for one in listed:
        if one.contract is not None:
            named.setdefault((one.consumer, one.description), []).append(one)
    own = {
        one.id: contract
        for one in listed
        if one.action and (contract := _own(named.get((one.consumer, one.description), ()))) is not None
    }
    taken = {contract.id for contract in own.values()}
    return tuple(_with(one, own[one.id]) if one.id in own else one for one in listed if one.id not in taken)


def _own(named: Sequence[Interaction]) -> Interaction | None:
    stateless = [one for one in named if not one.states]
    found = stateless or [one for one in named if (one.expected_status or 0) < FAILING_STATUS]
    return found[0] if len(found) == 1 else None


def _with(action: Interaction, contract: Interaction) -> Interaction:
    return replace(
        action,
        contract=contract.contract,
        expected_status=contract.expected_status,
        states=contract.states,
        translations=_each_once((*contract.translations, *action.translations)),
        refusal=action.refusal or contract.refusal,
    )


def _each_once(translations: Iterable[Translation]) -> tuple[Translation, ...]:
    """monitor.yaml may give the same one to both, for they have one name."""
    found: list[Translation] = []
    for one in translations:
        if one not in found:
            found.append(one)
    return tuple(found)


# -- by call ----------------------------------------------------------------------------------------------


def somewhere(vendor: Vendor) -> Vendor:
    """``vendor`` with a base_url whatever happens, for requests that are compared and not sent."""
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
    return request.method, path, tuple(sorted(query.split("&"))), body_value(request.body)


def body_value(body: bytes | None) -> bytes:
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
        request=replace(
            contract.request,
            headers=_over(contract.request.headers, action.request.headers),
            own=action.request.own,
        ),
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
