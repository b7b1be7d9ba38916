"""The data actions of a vendor: each example of each export is an interaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.contracts.actions.export import (
    KIND,
    MAX_BYTES,
    RESPONSE,
    DataAction,
    read_export,
    translation_of,
)
from monitor.contracts.actions.request import Given, prefix_of, prepare, takes_inputs
from monitor.contracts.faults import fault_of, read_file, shown
from monitor.contracts.pact import interaction_id
from monitor.errors import ConfigFault, ContractError
from monitor.jsonpaths import format_path
from monitor.languages import compile_translation
from monitor.model import ActionExample, ActionSource, Interaction, ProviderState, RequestOverride, Vendor

ANY_INTEGRATION: Final = "genesys-cloud"
_NO_EXAMPLE: Final = ActionExample("", {})


@dataclass(frozen=True, slots=True)
class LoadedAction:
    """An export that was read. ``file`` is as it is told; ``interactions`` are in the order of its examples."""

    source: ActionSource
    file: str
    action: DataAction
    interactions: tuple[Interaction, ...]


def load_actions(vendor: Vendor, root: str) -> tuple[tuple[LoadedAction, ...], tuple[ConfigFault, ...]]:
    """The vendor's data actions, and what is wrong with those that cannot be read (files are absolute)."""
    loaded: list[LoadedAction] = []
    faults: list[ConfigFault] = []
    for source in vendor.data_actions:
        try:
            action = read_export(read_file(source.file, MAX_BYTES, "name an exported data action"))
            faults += _broken(source.file, action)
            loaded.append(loaded_action(vendor, source, action, shown(source.file, root)))
        except ContractError as error:
            faults.append(fault_of(source.file, error))
    return tuple(loaded), tuple(dict.fromkeys(faults))


def _broken(file: str, action: DataAction) -> Iterator[ConfigFault]:
    """What of the response's half does not compile."""
    try:
        compile_translation(KIND, translation_of(action, file).source)
    except ContractError as error:
        pointer, _, spot = error.where.partition(", ")
        path = f"{format_path(RESPONSE)}{pointer.removeprefix('$')}" if pointer.startswith("$") else "$"
        what = f"{error.what} ({spot} of it)" if spot else error.what
        yield ConfigFault(file, 0, 0, path, f"{action.name}: {what}", error.fix)


# -- interactions -----------------------------------------------------------------------------------------


def loaded_action(vendor: Vendor, source: ActionSource, action: DataAction, file: str) -> LoadedAction:
    """The action with its interactions. ``file`` is as it is told."""
    made = tuple(_interaction(vendor, source, action, example, file) for example in _examples(source, action))
    return LoadedAction(source, file, action, made)


def _examples(source: ActionSource, action: DataAction) -> Sequence[ActionExample | None]:
    """None stands for the example that is wanted and not there."""
    return source.examples or ((None,) if takes_inputs(action) else (_NO_EXAMPLE,))


def _interaction(
    vendor: Vendor, source: ActionSource, action: DataAction, example: ActionExample | None, file: str
) -> Interaction:
    name = example.name if example else ""
    consumer = source.integration or action.integration_type or ANY_INTEGRATION
    description = f"{action.name} ({name})" if name and len(source.examples) > 1 else action.name
    identity = action_id(consumer, action.name, name)
    given = Given(
        inputs=example.inputs if example else None,
        credentials=source.credentials,
        auth_response=source.auth_response,
        override=_replacing(vendor, source, (identity, description)),
        prefix=prefix_of(vendor.base_url),
        owner=vendor.name,
    )
    prepared = prepare(action, given)
    return Interaction(
        id=identity,
        vendor=vendor.name,
        consumer=consumer,
        description=description,
        request=prepared.request,
        translations=(translation_of(action, file),),
        refusal=prepared.refusal,
        action=action.name,
        override=source.override,
    )


def action_id(consumer: str, name: str, example: str) -> str:
    """A slug of the action's name and 8 hex digits of (integration, name, example's name)."""
    return interaction_id(f"data action of {consumer}", name, (ProviderState(example),) if example else ())


def _replacing(vendor: Vendor, source: ActionSource, names: tuple[str, str]) -> RequestOverride:
    """All that monitor.yaml puts in the place of what the action's templates make."""
    own = source.override
    above = next((vendor.requests[name] for name in names if name in vendor.requests), RequestOverride())
    return RequestOverride(
        path=above.path,
        query={**own.query, **above.query},
        headers={**vendor.headers, **own.headers, **above.headers},
        body=above.body,
    )
