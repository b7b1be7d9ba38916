"""What keeps imported actions from being called as they stand, each with the line of monitor.yaml that mends it.

It is asked of those who will refuse the call, so that it is the same that ``check`` will say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.calling.request import NO_BASE_URL, refusal
from monitor.contracts.actions.entries import host_of
from monitor.contracts.actions.load import LoadedAction, load_actions, loaded_action
from monitor.contracts.actions.refusing import unsendable
from monitor.contracts.lint.actions import request_suspicions
from monitor.model import ENTRY, ActionSource, Interaction, RequestOverride, Vendor
from monitor.pipeline.importing.settling import Settled
from monitor.pipeline.joining import somewhere
from monitor.pipeline.lint.actions import is_mixed, subject_of
from monitor.printable import printable

_NOBODY: Final = "no-authorization"
_NOTHING_SAYS: Final = "nothing that says who is calling: the integration holds that"
_HOSTS: Final = 5


@dataclass(frozen=True, slots=True)
class Lack:
    """``what`` is wrong with the action ``name`` (empty: with the vendor), and what to write."""

    name: str
    what: str
    fix: str


def lacks(settled: Iterable[Settled], vendor: Vendor, who: Who) -> tuple[Lack, ...]:
    """The vendor's first, then those of each action, in their order."""
    loaded = [(one, _loaded(one, vendor)) for one in settled]
    found = [*_nowhere(vendor, [one for one, _ in loaded])]
    if who.nobody and not who.is_mixed:
        many = f"{len(who.nobody)} of {len(loaded)} actions send" if len(loaded) > 1 else "it sends"
        found.append(Lack("", f"{many} {_NOTHING_SAYS}", next(iter(who.nobody.values()))))
    for one, action in loaded:
        if who.is_mixed and one.file in who.nobody:
            found.append(Lack(action.action.name, f"it sends {_NOTHING_SAYS}", who.nobody[one.file]))
        found += _of_action(vendor, action)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Who:
    """``nobody``: of what says who is calling nowhere, by its copy, how to mend it. ``is_mixed``: others do it each for
    itself, so that it has to be said in the entries too: a header for all would be another's."""

    is_mixed: bool
    nobody: Mapping[Path, str]

    def line(self, file: Path) -> str:
        """What its entry has to say; empty where nothing is to be said there."""
        return self.nobody.get(file, "").removeprefix(f"{ENTRY}: ") if self.is_mixed else ""


def who_calls(settled: Iterable[Settled], vendor: Vendor, root: Path) -> Who:
    """``root`` is monitor.yaml's folder: what it lists already counts too."""
    loaded = [(one, _loaded(one, vendor)) for one in settled]
    mixed = is_mixed((*(action for _, action in loaded), *load_actions(vendor, str(root))[0]))
    fixes = ((one.file, _nobody(vendor, action, mixed=mixed)) for one, action in loaded)
    return Who(mixed, {file: fix for file, fix in fixes if fix})


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


def _nobody(vendor: Vendor, action: LoadedAction, *, mixed: bool) -> str:
    found = request_suspicions(subject_of(vendor, action, mixed=mixed))
    return next((remark.fix for remark in found if remark.rule == _NOBODY), "")


# -- actions ----------------------------------------------------------------------------------------------


def _of_action(vendor: Vendor, loaded: LoadedAction) -> Iterator[Lack]:
    name = loaded.action.name
    if reason := unsendable(loaded.action):
        what = reason.partition("; ")[0]
        skip = f"skip: {{{json.dumps(printable(name), ensure_ascii=False)}: {json.dumps(what)}}}"
        yield Lack(name, what, f"to have it passed over, add to the vendor: {skip}")
        return
    told = dict.fromkeys(reason for one in loaded.interactions for reason in _reasons(vendor, one))
    yield from (Lack(name, what, fix) for what, fix in told)


def _reasons(vendor: Vendor, interaction: Interaction) -> Iterator[tuple[str, str]]:
    if interaction.refusal:
        what, _, fix = interaction.refusal.partition("; ")
        yield what, fix
    if refused := refusal(somewhere(vendor), interaction):
        what, _, fix = refused.partition("; ")
        yield what, fix
