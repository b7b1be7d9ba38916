"""What keeps imported actions from being called as they stand, each with the line of monitor.yaml that mends it.

It is asked of those who will refuse the call, so that it is the same that ``check`` will say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from monitor.calling.request import NO_BASE_URL, refusal
from monitor.contracts.actions.entries import host_of
from monitor.contracts.actions.load import LoadedAction, loaded_action
from monitor.contracts.actions.refusing import ENTRY, unsendable
from monitor.contracts.lint.actions import ActionSubject, request_suspicions
from monitor.model import ActionSource, Interaction, RequestOverride, Vendor
from monitor.pipeline.importing.settling import Settled
from monitor.pipeline.lint.actions import is_authorized
from monitor.printable import printable

_NOWHERE: Final = "https://vendor.invalid"  # stands for a base_url that is not known here
_NOBODY: Final = "no-authorization"
_HOSTS: Final = 5


@dataclass(frozen=True, slots=True)
class Lack:
    """``what`` is wrong with the action ``name`` (empty: with the vendor), and what to write."""

    name: str
    what: str
    fix: str


def lacks(settled: Iterable[Settled], vendor: Vendor) -> tuple[Lack, ...]:
    """The vendor's first, then those of each action, in their order."""
    loaded = [(one, _loaded(one, vendor)) for one in settled]
    nobody = [fix for _, action in loaded for fix in _nobody(vendor, action)]
    found = [*_nowhere(vendor, [one for one, _ in loaded])]
    if nobody:
        many = f"{len(nobody)} of {len(loaded)} actions send" if len(loaded) > 1 else "it sends"
        found.append(Lack("", f"{many} nothing that says who is calling: the integration holds that", nobody[0]))
    return (*found, *(lack for _, action in loaded for lack in _of_action(vendor, action)))


def _loaded(one: Settled, vendor: Vendor) -> LoadedAction:
    source = next((source for source in vendor.data_actions if source.file == str(one.file)), None)
    if source is None:
        override = RequestOverride(
            headers=dict(one.listing.headers()), query={name: (text,) for name, text in one.listing.query()}
        )
        credentials = dict(one.listing.credentials())
        source = ActionSource(str(one.file), one.integration, credentials=credentials, override=override)
    return loaded_action(vendor, source, one.action, one.listing.file)


# -- the vendor -------------------------------------------------------------------------------------------


def _nowhere(vendor: Vendor, settled: Iterable[Settled]) -> Iterator[Lack]:
    if vendor.base_url:
        return
    hosts = list(dict.fromkeys(host for one in settled if (host := host_of(one.action))))
    named = ", ".join(printable(host, 80) for host in hosts[:_HOSTS])
    why = f"the host in an export ({named}) is never called: it may be production's" if named else ""
    why = why or "an export does not hold the host: only the integration in Genesys Cloud knows it"
    yield Lack("", f"nothing is called until base_url says where; {why}", NO_BASE_URL)


def _nobody(vendor: Vendor, action: LoadedAction) -> Iterator[str]:
    subject = ActionSubject(vendor.name, action.file, action.action, is_authorized(vendor, action))
    return (remark.fix for remark in request_suspicions(subject) if remark.rule == _NOBODY)


# -- actions ----------------------------------------------------------------------------------------------


def _of_action(vendor: Vendor, loaded: LoadedAction) -> Iterator[Lack]:
    name = loaded.action.name
    if reason := unsendable(loaded.action):
        what = reason.partition("; ")[0]
        skip = f"skip: {{{json.dumps(printable(name), ensure_ascii=False)}: {json.dumps(what)}}}"
        yield Lack(name, what, f"to have it passed over, add to the vendor: {skip}")
        return
    told = dict.fromkeys(reason for one in loaded.interactions for reason in _reasons(vendor, one, loaded))
    yield from (Lack(name, what, fix) for what, fix in told)


def _reasons(vendor: Vendor, interaction: Interaction, loaded: LoadedAction) -> Iterator[tuple[str, str]]:
    if interaction.refusal:
        what, _, fix = interaction.refusal.partition("; ")
        yield what, fix
    if refusal(replace(vendor, base_url=_NOWHERE), interaction):
        method = loaded.action.method
        either = "read_only: true (it only searches) or allow_writes: true (it may write at base_url)"
        yield f"{method} may change data at the vendor, so it is not sent", f"{ENTRY}: {either}"
