"""All interactions of one vendor: its Pact files, bound to its states, requests and translations."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.contracts.pact import PactEntry, PactInteraction, parse_pact
from monitor.contracts.states import bind
from monitor.errors import ConfigFault, ContractError
from monitor.jsonpaths import Json, format_path
from monitor.languages import compile_translation
from monitor.model import Interaction, Skipped, Translation, TranslationSource, Vendor
from monitor.printable import printable

MAX_PACT_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a vendor's contracts give: interactions in file order, what is skipped and why, and every fault."""

    interactions: tuple[Interaction, ...]
    skipped: tuple[Skipped, ...]
    faults: tuple[ConfigFault, ...]


def _shown(path: str, root: str) -> str:
    try:
        return printable(Path(path).relative_to(root).as_posix(), 500)
    except ValueError:
        return printable(path, 500)


def _fault(file: str, error: ContractError) -> ConfigFault:
    return ConfigFault(file, 0, 0, error.where, error.what, error.fix)


def _read(path: str) -> bytes:
    try:
        size = Path(path).stat().st_size
        if size > MAX_PACT_BYTES:
            raise ContractError(f"it is {size:,} bytes; at most {MAX_PACT_BYTES:,} are read", fix="split the contract")
        return Path(path).read_bytes()
    except OSError as error:
        raise ContractError(f"it cannot be read: {error.strerror}") from None


def _entries(vendor: Vendor, root: str) -> Iterator[tuple[str, tuple[PactEntry, ...], tuple[ConfigFault, ...]]]:
    for path in vendor.contracts:
        file = _shown(path, root)
        try:
            entries, errors = parse_pact(_read(path), file)
            yield file, entries, tuple(_fault(file, error) for error in errors)
        except ContractError as error:
            yield file, (), (_fault(file, error),)


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


def _duplicates(found: Iterable[tuple[str, PactInteraction]]) -> Iterator[ConfigFault]:
    first: dict[str, str] = {}
    for file, entry in found:
        place = f"{file} {entry.pointer}"
        if entry.id in first:
            what = f"the interaction '{printable(entry.description)}' already stands in {first[entry.id]}"
            yield ConfigFault(file, 0, 0, entry.pointer, what, "give one of them another description, or delete it")
        first.setdefault(entry.id, place)


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


def _broken_translations(vendor: Vendor, root: str) -> Iterator[ConfigFault]:
    for source in vendor.translations:
        try:
            compile_translation(source.kind, source.source)
        except ContractError as error:
            yield ConfigFault(_shown(source.file, root), 0, 0, error.where, f"{source.name}: {error.what}", error.fix)
        if source.schema is not None and (fault := _schema_fault(source.schema)):
            yield ConfigFault(_shown(source.schema_file, root), 0, 0, *fault, "see https://json-schema.org")


def load(vendor: Vendor, root: str, config_file: str) -> Loaded:
    """Reads and binds all contracts of ``vendor``. Files are shown relative to ``root``."""
    faults: list[ConfigFault] = []
    skipped: list[Skipped] = []
    found: list[tuple[str, PactInteraction]] = []
    for file, entries, broken in _entries(vendor, root):
        faults += broken
        for entry in entries:
            if isinstance(entry, PactInteraction):
                found.append((file, entry))
            else:
                skipped.append(Skipped(vendor.name, file, entry.pointer, entry.description, entry.reason))
    known = tuple(name for _, entry in found for name in (entry.description, entry.id))
    faults += _duplicates(found)
    if not faults:  # a contract that cannot be read may hold the very names
        faults += _unknown_names(vendor, known, _shown(config_file, root))
    faults += _broken_translations(vendor, root)
    interactions: list[Interaction] = []
    for file, entry in found:
        reason = vendor.skip.get(entry.id) or vendor.skip.get(entry.description)
        if reason:
            what = f"monitor.yaml skips it: {reason}"
            skipped.append(Skipped(vendor.name, file, entry.pointer, entry.description, what, entry.id))
        else:
            interactions.append(_interaction(vendor, entry))
    return Loaded(tuple(interactions), tuple(skipped), tuple(faults))
