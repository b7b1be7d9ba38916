"""All interactions of one vendor: its Pact files and data actions, with its states, requests and translations."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from monitor.contracts.faults import fault_of, placed, read_file, shown
from monitor.contracts.pact import PactEntry, PactInteraction, PactMessage, parse_pact
from monitor.contracts.states import bind
from monitor.errors import ConfigFault, ContractError
from monitor.jsonpaths import Json, Path, format_path
from monitor.languages import compile_translation
from monitor.model import Interaction, Skipped, Translation, Use, Vendor
from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.contracts.actions.load import LoadedAction

__all__ = ["Loaded", "load", "shown"]

MAX_PACT_BYTES: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a vendor's contracts give: interactions in file order (those of data actions last), what is skipped and
    why, and every fault by kind.

    ``states`` are the provider states that the contracts name; ``actions`` every export that was read.
    """

    interactions: tuple[Interaction, ...]
    skipped: tuple[Skipped, ...]
    states: frozenset[str]
    broken: tuple[ConfigFault, ...]  # what cannot be read or is wrong in itself
    duplicates: tuple[ConfigFault, ...]
    unknown: tuple[ConfigFault, ...]  # names in monitor.yaml that no contract has
    actions: tuple[LoadedAction, ...] = ()

    @property
    def faults(self) -> tuple[ConfigFault, ...]:
        return (*self.broken, *self.duplicates, *self.unknown)


@dataclass(frozen=True, slots=True)
class _File:
    """A contract file read. ``path`` is absolute, ``name`` as it is told."""

    path: str
    name: str
    entries: tuple[PactEntry, ...]
    faults: tuple[ConfigFault, ...]


def _files(vendor: Vendor, root: str) -> Iterator[_File]:
    for path in vendor.contracts:
        name = shown(path, root)
        try:
            entries, errors = parse_pact(read_file(path, MAX_PACT_BYTES, "split the contract"), name)
            yield _File(path, name, entries, tuple(fault_of(path, error) for error in errors))
        except ContractError as error:
            yield _File(path, name, (), (fault_of(path, error),))


@dataclass(frozen=True, slots=True)
class _Found:
    """An interaction, and where it stands: ``path`` is absolute, ``name`` as it is told."""

    path: str
    name: str
    pointer: str
    interaction: Interaction


def _in_pacts(vendor: Vendor, found: Iterable[tuple[_File, PactInteraction]]) -> Iterator[_Found]:
    for file, entry in found:
        yield _Found(file.path, file.name, entry.pointer, _interaction(vendor, entry))


def _actions(vendor: Vendor, root: str) -> tuple[tuple[LoadedAction, ...], tuple[ConfigFault, ...]]:
    if not vendor.data_actions:
        return (), ()
    from monitor.contracts.actions.load import load_actions  # noqa: PLC0415 - two languages, only where they are needed

    return load_actions(vendor, root)


def _uses(vendor: Vendor, root: str) -> tuple[tuple[Use, ...], tuple[ConfigFault, ...]]:
    if not vendor.flows:
        return (), ()
    from monitor.contracts.flows import uses_of  # noqa: PLC0415 - only where there are flows

    return uses_of(vendor.flows, root)


def _in_actions(vendor: Vendor, actions: Iterable[LoadedAction], uses: tuple[Use, ...]) -> Iterator[_Found]:
    for action in actions:
        for interaction in action.interactions:
            configured = _configured(vendor, interaction.id, interaction.description)
            bound = _joined(uses, interaction.action, action.source.integration)
            whole = replace(interaction, translations=(*interaction.translations, *configured), uses=bound)
            yield _Found(action.source.file, action.file, "$", whole)


def _joined(uses: tuple[Use, ...], action: str, integration: str) -> tuple[Use, ...]:
    if not uses:
        return ()
    from monitor.contracts.flows import join  # noqa: PLC0415 - only where there are flows

    return join(uses, action, integration)


def _configured(vendor: Vendor, *names: str) -> tuple[Translation, ...]:
    """The translations that monitor.yaml gives to an interaction of these names."""
    return tuple(
        Translation(source.name, source.kind, source.source, source.file, source.schema)
        for source in vendor.translations
        if source.interaction in names
    )


def _interaction(vendor: Vendor, entry: PactInteraction) -> Interaction:
    bound = bind(entry.states, entry.request, entry.generators, vendor.states)
    return Interaction(
        id=entry.id,
        vendor=vendor.name,
        consumer=entry.consumer,
        description=entry.description,
        request=bound.request,
        states=bound.states,
        expected_status=entry.expected_status,
        contract=entry.contract,
        translations=_configured(vendor, entry.id, entry.description),
        refusal=bound.refusal,
    )


def _duplicates(found: Iterable[_Found]) -> Iterator[ConfigFault]:
    first: dict[str, str] = {}
    for one in found:
        interaction, kind = one.interaction, "data action" if one.interaction.action else "interaction"
        if interaction.id in first:
            what = f"the {kind} '{printable(interaction.description)}' already stands in {first[interaction.id]}"
            fix = "give one of them another description, or delete it"
            if interaction.action:
                fix = "give the examples names, say which integration: each belongs to, or delete one"
            yield ConfigFault(one.path, 0, 0, one.pointer, what, fix)
        first.setdefault(interaction.id, f"{one.name} {one.pointer}")


def _unknown_names(vendor: Vendor, known: tuple[str, ...], config_file: str) -> Iterator[ConfigFault]:
    named = [(f"vendors.{vendor.name}.requests", name) for name in vendor.requests]
    named += [(f"vendors.{vendor.name}.skip", name) for name in vendor.skip]
    named += [(f"vendors.{vendor.name}.translations", source.interaction) for source in vendor.translations]
    for path, name in named:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            fix = f"did you mean '{printable(near[0])}'?" if near else "see: monitor contracts list"
            yield ConfigFault(config_file, 0, 0, path, f"no contract has an interaction '{printable(name)}'", fix)


def _unknown_inputs(vendor: Vendor, actions: tuple[LoadedAction, ...], config_file: str) -> Iterator[ConfigFault]:
    if not actions:
        return
    from monitor.contracts.actions.load import unknown_inputs  # noqa: PLC0415 - as above

    for name, near in unknown_inputs(actions):
        what = f"no data action of its entry has an input '{printable(name)}'"
        fix = f"did you mean '{printable(near)}'?" if near else "delete it"
        yield ConfigFault(config_file, 0, 0, f"vendors.{vendor.name}.data_actions", what, fix)


def schema_fault(schema: Json, *, is_old: bool = False) -> tuple[Path, str] | None:
    """Where something is wrong, and what; None for a schema that is one. ``is_old``: draft 4 unless it says so."""
    from jsonschema import Draft4Validator, Draft202012Validator, SchemaError  # noqa: PLC0415 - only where it is needed
    from jsonschema.validators import validator_for  # noqa: PLC0415

    if not isinstance(schema, dict | bool):
        return (), "a JSON Schema is an object, true or false"
    try:
        validator_for(schema, default=Draft4Validator if is_old else Draft202012Validator).check_schema(schema)  # type: ignore[arg-type]
    except SchemaError as error:
        return tuple(error.absolute_path), f"it is no valid JSON Schema: {printable(error.message)}"
    return None


def _broken_translations(vendor: Vendor, config_file: str) -> Iterator[ConfigFault]:
    for source in vendor.translations:
        try:
            compile_translation(source.kind, source.source)
        except ContractError as error:
            fault = fault_of(source.file, error)
            if source.file == config_file:  # its lines are not those of monitor.yaml
                fault = ConfigFault(source.file, 0, 0, error.where, error.what, error.fix)
            yield replace(fault, what=f"{source.name}: {error.what}")
        if source.schema is not None and (found := schema_fault(source.schema)):
            yield ConfigFault(source.schema_file, 0, 0, format_path(found[0]), found[1], "see https://json-schema.org")


def _state_names(found: Iterable[PactInteraction]) -> frozenset[str]:
    return frozenset(state.name for entry in found for state in entry.states)


def _split(vendor: Vendor, found: Iterable[_Found]) -> tuple[tuple[Interaction, ...], tuple[Skipped, ...]]:
    """The interactions to call, and those that monitor.yaml skips."""
    interactions: list[Interaction] = []
    skipped: list[Skipped] = []
    for one in found:
        interaction = one.interaction
        reason = vendor.skip.get(interaction.id) or vendor.skip.get(interaction.description)
        if reason:
            what = f"monitor.yaml skips it: {reason}"
            name = interaction.description
            skipped.append(Skipped(vendor.name, one.name, one.pointer, name, what, interaction.id))
        else:
            interactions.append(interaction)
    return tuple(interactions), tuple(skipped)


def load(vendor: Vendor, root: str, config_file: str, without: Collection[tuple[str, str]] = ()) -> Loaded:
    """Reads and binds all contracts and data actions of ``vendor``. Files are shown relative to ``root``.

    ``without``: what is passed over, each as its file's absolute path and its place in it.
    """
    files = tuple(_files(vendor, root))
    every = [(file, entry) for file in files for entry in file.entries if (file.path, entry.pointer) not in without]
    entries = [(file, entry) for file, entry in every if isinstance(entry, PactInteraction)]
    messages = [(file, entry) for file, entry in every if isinstance(entry, PactMessage)]
    actions, unread_actions = _actions(vendor, root)
    uses, unread_flows = _uses(vendor, root)
    unread = (*(fault for file in files for fault in file.faults), *unread_actions)
    found = (*_in_pacts(vendor, entries), *_in_actions(vendor, actions, uses))
    known = tuple(name for one in found for name in (one.interaction.description, one.interaction.id))
    # a contract that cannot be read may hold the very names
    named = () if unread else _unknown_names(vendor, known, config_file)
    given = () if unread else _unknown_inputs(vendor, actions, config_file)
    interactions, skipped = _split(vendor, found)
    return Loaded(
        interactions,
        (*(Skipped(vendor.name, f.name, e.pointer, e.description, e.reason) for f, e in messages), *skipped),
        _state_names(entry for _, entry in entries),
        broken=(*placed((*unread, *_broken_translations(vendor, config_file)), root), *unread_flows),
        duplicates=placed(_duplicates(found), root),
        unknown=placed((*named, *given), root),
        actions=actions,
    )
