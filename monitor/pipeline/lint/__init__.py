"""Contracts, translations and monitor.yaml looked at before a vendor is called: what is wrong or seldom meant.

1. What a room can see by itself it sees by itself (contracts, languages, checking); here they are put together.
2. The engine is asked in judging processes, never here: a contract may be hostile.
3. Nothing stops it: what cannot be read is a remark, and the rest is looked at all the same.
4. Nothing is written, and no secret is needed or told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from monitor.checking.contract.places import ABSENT as NO_DOCUMENT
from monitor.checking.contract.places import Place
from monitor.checking.contract.reading import ties
from monitor.contracts.lint import Remark, Subject, order_of, same_requests, subject_of, suspicions
from monitor.contracts.lint.subjects import ABSENT
from monitor.contracts.load import Loaded, load, shown
from monitor.contracts.places import UNKNOWN, spots_in
from monitor.errors import ConfigFault, ContractError
from monitor.model import Settings, Vendor
from monitor.pact_engine.rules import makes_keys_data
from monitor.pipeline.building.homes import idle_patterns, names_of
from monitor.pipeline.joining import joined
from monitor.pipeline.lint.accepted import of_accepted
from monitor.pipeline.lint.engine import Looked, asked
from monitor.pipeline.lint.sending import never_sent, unbound_states
from monitor.pipeline.lint.translations import of_translations
from monitor.pipeline.planning import chosen_vendors
from monitor.pipeline.tools import Tools
from monitor.recordings.masking import Masker
from monitor.recordings.store import Store

OF_VENDOR: Final = ("add to the vendor: base_url:", "add to the vendor: headers:")


@dataclass(frozen=True, slots=True)
class Linted:
    """Every remark, worst first. ``files`` and ``interactions`` are how many were looked at."""

    remarks: tuple[Remark, ...]
    files: int
    interactions: int


def _told(vendor: Vendor, rule: str, faults: Iterable[ConfigFault]) -> Iterator[Remark]:
    for fault in faults:
        yield Remark(rule, fault.file, fault.path, vendor.name, fault.what, fault.fix, "", fault.line, fault.column)


def _faults(vendor: Vendor, loaded: Loaded) -> Iterator[Remark]:
    yield from _told(vendor, "contract-fault", loaded.broken)
    yield from _told(vendor, "duplicate-interaction", loaded.duplicates)
    yield from _told(vendor, "unbound-name", loaded.unknown)


def _tied(subject: Subject) -> Iterator[Remark]:
    if subject.body is ABSENT:
        return
    covering = tuple(rule for rule in subject.rules if rule.covers)
    rules = tuple(rule.rule for rule in covering)
    root = Place((), subject.body, NO_DOCUMENT, rules, keyed=makes_keys_data(rules))
    for tie in ties(root):
        at = next(rule.at for rule in covering if rule.rule.path == tie.paths[0])
        fix = f"name {tie.place} in one of them (a key weighs more than a star), or delete one"
        yield subject.remark("tied-rules", at, f"the rules {tie}", fix)


def _looked(vendor: Vendor, loaded: Loaded) -> tuple[list[Looked], list[Remark]]:
    """The vendor's interactions as lint looks at them, and what cannot be looked at."""
    found: list[Looked] = []
    faults: list[Remark] = []
    for interaction in loaded.interactions:
        try:
            found.append(Looked(vendor, subject_of(interaction), interaction))
        except ContractError as error:
            contract = interaction.contract
            file, pointer = (contract.file, contract.pointer) if contract else ("", "")
            faults.append(Remark("contract-fault", file, error.where or pointer, vendor.name, error.what, error.fix))
    return found, faults


def _of_vendor(settings: Settings, store: Store, vendor: Vendor) -> tuple[list[Looked], list[Remark]]:
    """The vendor's interactions, and all that is to be said of them without the engine."""
    loaded = load(vendor, settings.root, settings.file)
    looked, remarks = _looked(vendor, loaded)
    remarks += _faults(vendor, loaded)
    remarks += unbound_states(vendor, loaded, shown(settings.file, settings.root))
    sent = {one.id: one for one in joined(vendor, loaded.interactions)[0]}
    if vendor.domains and not loaded.broken:  # what cannot be read may be in one
        names = [name for one in (*loaded.interactions, *sent.values()) for name in names_of(one)]
        names += [name for one in loaded.skipped for name in (one.description, one.interaction_id)]
        remarks += _told(vendor, "unbound-name", idle_patterns(settings, vendor, names))
    for one in looked:
        remarks += suspicions(one.subject)
        remarks += _tied(one.subject)
        if one.interaction.id in sent:  # another one is called in the place of what is not
            called = replace(sent[one.interaction.id], contract=one.interaction.contract)
            remarks += never_sent(vendor, one.subject, called)
        remarks += of_translations(settings, store, one.subject, one.interaction)
    if loaded.actions:
        # two languages, only where they are needed
        from monitor.pipeline.lint.actions import of_actions  # noqa: PLC0415
        from monitor.pipeline.lint.flows import of_flows  # noqa: PLC0415

        remarks += of_actions(vendor, loaded)
        remarks += of_flows(settings, vendor, loaded)
    remarks = [*_gathered(remarks)]
    remarks += same_requests(one.subject for one in looked if one.interaction.contract is not None)
    return looked, remarks


def _gathered(remarks: Iterable[Remark]) -> Iterator[Remark]:
    """What one line of the vendor's section mends for all its interactions is told of the first of them."""
    alike: dict[tuple[str, str], list[Remark]] = {}
    for remark in remarks:
        if remark.fix.startswith(OF_VENDOR):
            alike.setdefault((remark.rule, remark.fix), []).append(remark)
        else:
            yield remark
    for first, *others in alike.values():
        yield replace(first, what=f"{first.what} (and so of {len(others)} more)") if others else first


def _files(vendors: Iterable[Vendor]) -> frozenset[str]:
    """Every contract and every export."""
    return frozenset(
        path for vendor in vendors for path in (*vendor.contracts, *(source.file for source in vendor.data_actions))
    )


def _spotted(settings: Settings, vendors: Iterable[Vendor], remarks: Iterable[Remark]) -> Iterator[Remark]:
    """With line and column, where the file is a contract or an export."""
    listed = tuple(remarks)
    files = {shown(path, settings.root): path for path in _files(vendors)}
    wanted: dict[str, list[str]] = {}
    for remark in listed:
        if not remark.line and remark.file in files:
            wanted.setdefault(remark.file, []).append(remark.pointer)
    spots: Mapping[str, Mapping[str, tuple[int, int]]] = {
        file: spots_in(files[file], pointers) for file, pointers in wanted.items()
    }
    for remark in listed:
        line, column = spots.get(remark.file, {}).get(remark.pointer, UNKNOWN)
        yield replace(remark, line=line, column=column) if line and not remark.line else remark


def _masked(remark: Remark, masker: Masker) -> Remark:
    """What monitor.yaml expanded may be a secret, wherever it was named."""
    text = masker.text
    return replace(
        remark,
        pointer=text(remark.pointer),
        what=text(remark.what),
        fix=text(remark.fix),
        interaction=text(remark.interaction),
    )


def _is_verdict(remark: Remark) -> bool:
    """Whether it is what the engine says of an example: where rules tie, that is another thing each time."""
    return remark.rule == "example-breaks-rule"


def lint(settings: Settings, tools: Tools, names: tuple[str, ...]) -> Linted:
    """What is to be said of the named vendors (none: all). Raises UsageError for a name that is not there."""
    vendors = chosen_vendors(settings, names)
    looked: list[Looked] = []
    found: list[Remark] = []
    for vendor in vendors:
        more, remarks = _of_vendor(settings, tools.store, vendor)
        looked += more
        found += remarks
    found += of_accepted(settings, tools, vendors)
    by_chance = {(remark.file, remark.interaction) for remark in found if remark.rule == "tied-rules"}
    found += (
        one for one in asked(tools, looked) if not (_is_verdict(one) and (one.file, one.interaction) in by_chance)
    )
    masked = (_masked(remark, tools.masker) for remark in _spotted(settings, vendors, found))
    return Linted(tuple(sorted(dict.fromkeys(masked), key=order_of)), len(_files(vendors)), len(looked))
