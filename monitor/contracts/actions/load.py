"""The data actions of a vendor: each example of each export is an interaction."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from monitor.contracts.actions.export import (
    KIND,
    MAX_BYTES,
    RESPONSE,
    DataAction,
    read_export,
    translation_of,
)
from monitor.contracts.actions.refusing import unsendable
from monitor.contracts.actions.rendering import pieces_of
from monitor.contracts.actions.request import Given, inputs_of, prefix_of, prepare, takes_inputs
from monitor.contracts.faults import fault_of, read_file, shown
from monitor.contracts.pact import interaction_id
from monitor.errors import ConfigFault, ContractError
from monitor.jsonpaths import format_path
from monitor.languages import compile_translation
from monitor.model import ActionExample, ActionSource, Interaction, ProviderState, RequestOverride, Vendor
from monitor.printable import printable

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
            faults += broken_answers(source.file, action)
            loaded.append(loaded_action(vendor, source, action, shown(source.file, root)))
        except ContractError as error:
            faults.append(fault_of(source.file, error))
    return tuple(loaded), tuple(dict.fromkeys(faults))


def broken(file: str, action: DataAction) -> tuple[ConfigFault, ...]:
    """What of an action does not compile; its request is read where it makes one."""
    return (*broken_answers(file, action), *_broken_request(file, action))


def _broken_request(file: str, action: DataAction) -> Iterator[ConfigFault]:
    if unsendable(action):
        return
    try:
        pieces_of(action)
    except ContractError as error:
        yield ConfigFault(file, 0, 0, error.where, f"{printable(action.name, 80)}: {error.what}", error.fix)


def broken_answers(file: str, action: DataAction) -> Iterator[ConfigFault]:
    """What of the response's half does not compile: without it no interaction of the vendor's is planned."""
    try:
        compile_translation(KIND, translation_of(action, file).source)
    except ContractError as error:
        pointer, _, spot = error.where.partition(", ")
        path = f"{format_path(RESPONSE)}{pointer.removeprefix('$')}" if pointer.startswith("$") else "$"
        what = f"{error.what} ({spot} of it)" if spot else error.what
        yield ConfigFault(file, 0, 0, path, f"{printable(action.name, 80)}: {what}", error.fix)


def unknown_inputs(actions: Sequence[LoadedAction]) -> Iterator[tuple[str, str]]:
    """Inputs that monitor.yaml gives and that no action of their entry has, each with what may be meant."""
    for entry in _entries(actions):
        known = frozenset(name for one in entry for name in inputs_of(one.action))
        given = dict.fromkeys(name for example in entry[0].source.examples for name in example.inputs)
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
                yield name, near[0] if near else ""


def _entries(actions: Sequence[LoadedAction]) -> Iterator[list[LoadedAction]]:
    """Those that have the same examples: an entry may name many files."""
    for _, found in groupby(actions, lambda one: one.source.examples):
        yield list(found)


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
    prepared = prepare(action, given_of(vendor, source, action, example))
    return Interaction(
        id=_identity(source, action, name),
        vendor=vendor.name,
        consumer=consumer_of(source.integration, action),
        description=_description(source, action, name),
        request=prepared.request,
        translations=(translation_of(action, file),),
        refusal=prepared.refusal,
        action=action.name,
        override=source.override,
    )


def given_of(vendor: Vendor, source: ActionSource, action: DataAction, example: ActionExample | None) -> Given:
    """All that monitor.yaml gives for a request of ``action``; ``example`` None: inputs are wanted and not there."""
    name = example.name if example else ""
    names = (_identity(source, action, name), _description(source, action, name))
    return Given(
        inputs=example.inputs if example else None,
        credentials=source.credentials,
        auth_response=source.auth_response,
        override=_replacing(vendor, source, names),
        common=vendor.headers,
        prefix=prefix_of(vendor.base_url),
        owner=vendor.name,
    )


def consumer_of(integration: str, action: DataAction) -> str:
    """Who calls: the integration, as far as it is known (empty: it is not)."""
    return integration or action.integration_type or ANY_INTEGRATION


def _description(source: ActionSource, action: DataAction, example: str) -> str:
    return f"{action.name} ({example})" if example and len(source.examples) > 1 else action.name


def _identity(source: ActionSource, action: DataAction, example: str) -> str:
    return action_id(consumer_of(source.integration, action), action.name, example)


def action_id(consumer: str, name: str, example: str) -> str:
    """A slug of the action's name and 8 hex digits of (integration, name, example's name)."""
    return interaction_id(f"data action of {consumer}", name, (ProviderState(example),) if example else ())


def _replacing(vendor: Vendor, source: ActionSource, names: tuple[str, str]) -> RequestOverride:
    """All that monitor.yaml puts in the place of what this action's templates make."""
    own = source.override
    above = next((vendor.requests[name] for name in names if name in vendor.requests), RequestOverride())
    return RequestOverride(
        path=above.path,
        query={**own.query, **above.query},
        headers={**own.headers, **above.headers},
        body=above.body,
    )
