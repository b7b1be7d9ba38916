"""Interactions that can never be sent, and states that nobody needs."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from monitor.calling.request import build, refusal
from monitor.contracts.lint import Remark, Subject
from monitor.contracts.lint.fixes import pasteable
from monitor.contracts.load import Loaded
from monitor.errors import ContractError
from monitor.jsonpaths import Path
from monitor.model import Interaction, Vendor
from monitor.printable import printable

_NOWHERE: Final = "https://vendor.invalid"  # stands for a base_url that is not known here
_UNEXPANDED: Final = "${"


def _split(refused: str) -> tuple[str, str]:
    """What is wrong, and the YAML that mends it."""
    what, _, fix = refused.partition("; ")
    return what, fix


def never_sent(vendor: Vendor, subject: Subject, interaction: Interaction) -> Iterator[Remark]:
    """Every reason why the interaction is not sent."""
    if interaction.refusal:
        yield subject.remark("never-sent", _refused_at(subject, interaction), *_split(interaction.refusal))
    if _is_no_request(interaction):
        return
    if refused := refusal(vendor, interaction):
        yield subject.remark("never-sent", _at(interaction, "request", "method"), *_split(refused))
    if interaction.refusal and interaction.contract is None:
        return  # its request is not made at all
    is_known = vendor.base_url and _UNEXPANDED not in vendor.base_url
    known = vendor if is_known else replace(vendor, base_url=_NOWHERE)
    try:
        build(known, interaction)
    except ContractError as error:
        name = pasteable(printable(interaction.description))
        fix = error.fix or f'correct it, or skip it; add to the vendor: skip: {{{name}: "why"}}'
        yield subject.remark("never-sent", _at(interaction, "request"), f"it cannot be sent: {error.what}", fix)


def _is_no_request(interaction: Interaction) -> bool:
    """Whether nothing that monitor.yaml can say makes a data action one that is called."""
    if interaction.contract is not None or not interaction.refusal:
        return False
    from monitor.contracts.actions.refusing import LEAVE  # noqa: PLC0415 - two languages, only where they are needed

    return interaction.refusal.endswith(LEAVE)


def _refused_at(subject: Subject, interaction: Interaction) -> Path:
    if "is not bound" in interaction.refusal:
        return _at(interaction, subject.states_at)
    return _at(interaction, "request", "generators")


def _at(interaction: Interaction, *steps: str) -> Path:
    """In a contract. What keeps a data action from being sent stands in no place of its export."""
    return () if interaction.contract is None else steps


def unbound_states(vendor: Vendor, loaded: Loaded, config: str) -> Iterator[Remark]:
    """States of monitor.yaml that no contract has."""
    if loaded.broken:  # a contract that cannot be read may have the very state
        return
    for name in vendor.states:
        if name not in loaded.states:
            near = difflib.get_close_matches(name, loaded.states, n=1, cutoff=0.5)
            fix = f"did you mean '{printable(near[0])}'?" if near else "delete it"
            what = f"no contract has a provider state '{printable(name)}'"
            yield Remark("unbound-name", config, f"vendors.{vendor.name}.states", vendor.name, what, fix)
