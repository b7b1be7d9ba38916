"""All interactions of one vendor: its Pact files, bound to its states, requests and translations."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.contracts.pact import PactEntry, PactInteraction, PactMessage, parse_pact
from monitor.contracts.places import UNKNOWN, spot_of, spots_in
from monitor.contracts.states import bind
from monitor.errors import ConfigFault, ContractError
from monitor.jsonpaths import Json, format_path
from monitor.languages import compile_translation
from monitor.model import Interaction, Skipped, Translation, TranslationSource, Vendor
from monitor.printable import printable

MAX_PACT_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a vendor's contracts give: interactions in file order, what is skipped and why, and every fault by kind.

    ``states`` are the provider states that the contracts name.
    """

    interactions: tuple[Interaction, ...]
    skipped: tuple[Skipped, ...]
    states: frozenset[str]
    broken: tuple[ConfigFault, ...]  # what cannot be read or is wrong in itself
    duplicates: tuple[ConfigFault, ...]
    unknown: tuple[ConfigFault, ...]  # names in monitor.yaml that no contract has

    @property
    def faults(self) -> tuple[ConfigFault, ...]:
        return (*self.broken, *self.duplicates, *self.unknown)


def shown(path: str, root: str) -> str:
    """A file as it is told: relative to ``root`` where it lies below."""
    try:
        return printable(Path(path).relative_to(root).as_posix(), 500)
    except ValueError:
        return printable(path, 500)


def _fault(file: str, error: ContractError) -> ConfigFault:
    """``file`` is absolute until the fault is placed; a line that the error itself tells is kept."""
    line, column = spot_of(error.where) or UNKNOWN
    return ConfigFault(file, line, column, "" if line else error.where, error.what, error.fix)


def _placed(faults: Iterable[ConfigFault], root: str) -> tuple[ConfigFault, ...]:
    """``faults`` with line and column, and their files as they are told. Each file is read once more."""
    listed = tuple(faults)
    paths: dict[str, list[str]] = {}
    for fault in listed:
        if not fault.line and fault.path.startswith("$"):
            paths.setdefault(fault.file, []).append(fault.path)
    spots = {(file, path): spot for file, found in paths.items() for path, spot in spots_in(file, found).items()}
    placed = []
    for fault in listed:
        line, column = spots.get((fault.file, fault.path), (fault.line, fault.column))
        placed.append(replace(fault, file=shown(fault.file, root), line=line, column=column))
    return tuple(placed)


def _read(path: str) -> bytes:
    try:
        size = Path(path).stat().st_size
        if size > MAX_PACT_BYTES:
            raise ContractError(f"it is {size:,} bytes; at most {MAX_PACT_BYTES:,} are read", fix="split the contract")
        return Path(path).read_bytes()
    except OSError as error:
        raise ContractError(f"it cannot be read: {error.strerror}") from None


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
            entries, errors = parse_pact(_read(path), name)
            yield _File(path, name, entries, tuple(_fault(path, error) for error in errors))
        except ContractError as error:
            yield _File(path, name, (), (_fault(path, error),))


def _translation(source: TranslationSource) -> Translation:
    return Translation(source.name, source.kind, source.source, source.file, source.schema)


def _interaction(vendor: Vendor, entry: PactInteraction) -> Interaction:
    bound = bind(entry.states, entry.request, entry.generators, vendor.states)
    names = (entry.id, entry.description)
    return Interaction(
        id=entry.id,
        vendor=vendor.name,
        consumer=entry.consumer,
        description=entry.description,
        request=bound.request,
        states=bound.states,
        expected_status=entry.expected_status,
        contract=entry.contract,
        translations=tuple(_translation(t) for t in vendor.translations if t.interaction in names),
        refusal=bound.refusal,
    )


def _duplicates(found: Iterable[tuple[_File, PactInteraction]]) -> Iterator[ConfigFault]:
    first: dict[str, str] = {}
    for file, entry in found:
        if entry.id in first:
            what = f"the interaction '{printable(entry.description)}' already stands in {first[entry.id]}"
            fix = "give one of them another description, or delete it"
            yield ConfigFault(file.path, 0, 0, entry.pointer, what, fix)
        first.setdefault(entry.id, f"{file.name} {entry.pointer}")


def _unknown_names(vendor: Vendor, known: tuple[str, ...], config_file: str) -> Iterator[ConfigFault]:
    named = [(f"vendors.{vendor.name}.requests", name) for name in vendor.requests]
    named += [(f"vendors.{vendor.name}.skip", name) for name in vendor.skip]
    named += [(f"vendors.{vendor.name}.translations", source.interaction) for source in vendor.translations]
    for path, name in named:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            fix = f"did you mean '{printable(near[0])}'?" if near else "see: monitor contracts list"
            yield ConfigFault(config_file, 0, 0, path, f"no contract has an interaction '{printable(name)}'", fix)


def _schema_fault(schema: Json) -> tuple[str, str] | None:
    """The JSON path and what is wrong there; None for a schema that is one."""
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415 - only where there is a schema
    from jsonschema.validators import validator_for  # noqa: PLC0415

    if not isinstance(schema, dict | bool):
        return "$", "a JSON Schema is an object, true or false"
    try:
        validator_for(schema, default=Draft202012Validator).check_schema(schema)  # type: ignore[arg-type]
    except SchemaError as error:
        return format_path(tuple(error.absolute_path)), f"it is no valid JSON Schema: {printable(error.message)}"
    return None


def _broken_translations(vendor: Vendor, config_file: str) -> Iterator[ConfigFault]:
    for source in vendor.translations:
        try:
            compile_translation(source.kind, source.source)
        except ContractError as error:
            fault = _fault(source.file, error)
            if source.file == config_file:  # its lines are not those of monitor.yaml
                fault = ConfigFault(source.file, 0, 0, error.where, error.what, error.fix)
            yield replace(fault, what=f"{source.name}: {error.what}")
        if source.schema is not None and (fault_in := _schema_fault(source.schema)):
            yield ConfigFault(source.schema_file, 0, 0, *fault_in, "see https://json-schema.org")


def _state_names(found: Iterable[PactInteraction]) -> frozenset[str]:
    return frozenset(state.name for entry in found for state in entry.states)


def _split(
    vendor: Vendor, found: Iterable[tuple[_File, PactInteraction]]
) -> tuple[tuple[Interaction, ...], tuple[Skipped, ...]]:
    """The interactions to call, and those that monitor.yaml skips."""
    interactions: list[Interaction] = []
    skipped: list[Skipped] = []
    for file, entry in found:
        reason = vendor.skip.get(entry.id) or vendor.skip.get(entry.description)
        if reason:
            what = f"monitor.yaml skips it: {reason}"
            skipped.append(Skipped(vendor.name, file.name, entry.pointer, entry.description, what, entry.id))
        else:
            interactions.append(_interaction(vendor, entry))
    return tuple(interactions), tuple(skipped)


def load(vendor: Vendor, root: str, config_file: str) -> Loaded:
    """Reads and binds all contracts of ``vendor``. Files are shown relative to ``root``."""
    files = tuple(_files(vendor, root))
    every = [(file, entry) for file in files for entry in file.entries]
    found = [(file, entry) for file, entry in every if isinstance(entry, PactInteraction)]
    messages = [(file, entry) for file, entry in every if isinstance(entry, PactMessage)]
    unread = tuple(fault for file in files for fault in file.faults)
    known = tuple(name for _, entry in found for name in (entry.description, entry.id))
    # a contract that cannot be read may hold the very names
    unknown = () if unread else _unknown_names(vendor, known, config_file)
    interactions, skipped = _split(vendor, found)
    return Loaded(
        interactions,
        (*(Skipped(vendor.name, f.name, e.pointer, e.description, e.reason) for f, e in messages), *skipped),
        _state_names(entry for _, entry in found),
        broken=_placed((*unread, *_broken_translations(vendor, config_file)), root),
        duplicates=_placed(_duplicates(found), root),
        unknown=_placed(unknown, root),
    )
