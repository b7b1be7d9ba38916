"""The data action that a test names, and what monitor.yaml says of it, if it does.

A test needs no secret: for ``${credentials.x}`` and ``${authResponse.x}`` stand texts that are known for what they are,
and are left out of the contract.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from monitor.config.load import FILE_NAME, SecretsMode
from monitor.config.load import load as load_settings
from monitor.contracts.actions.export import MAX_BYTES, DataAction, parse_export
from monitor.contracts.actions.load import LoadedAction, consumer_of, load_actions
from monitor.contracts.actions.rendering import AUTH_RESPONSE, CREDENTIALS, pieces_of
from monitor.contracts.actions.request import Given, Prepared, prefix_of, prepare
from monitor.contracts.building.domains import domains_of
from monitor.contracts.faults import read_file
from monitor.errors import ContractError, UsageError
from monitor.jsonpaths import Json
from monitor.languages import kinds
from monitor.model import ActionSource, RequestOverride, Settings, Vendor
from monitor.pipeline.channel_kinds import channel_kinds

_STAND_IN: Final = "secret-of-a-test-"
_NOBODY: Final = Vendor("", "")


@dataclass(frozen=True, slots=True)
class Subject:
    """An action as a test calls it. ``consumers`` are all that share its ``domain``."""

    action: DataAction
    vendor: str
    consumer: str
    domain: str
    consumers: tuple[str, ...]
    prepared: Prepared


@dataclass(frozen=True, slots=True)
class Named:
    """What a test says of an action; empty: monitor.yaml is to say it."""

    file: str
    vendor: str = ""
    domain: str = ""
    integration: str = ""
    inputs: Mapping[str, Json] | None = None


def hidden(text: str) -> bool:
    """Whether ``text`` holds what may not be in a contract."""
    return _STAND_IN in text or "${" in text


@lru_cache(maxsize=8)
def settings_at(root: Path) -> Settings | None:
    """monitor.yaml in ``root``; None where there is none. Raises ConfigError for a wrong one.

    The contracts that it names may be those that the tests are about to make.
    """
    file = root / FILE_NAME
    if not file.is_file():
        return None
    defer = SecretsMode.DEFER
    return load_settings(file, os.environ, secrets=defer, kinds=kinds(), channels=channel_kinds(), unbuilt=True)


@lru_cache(maxsize=8)
def _actions_at(root: Path) -> tuple[tuple[Vendor, LoadedAction], ...]:
    settings = settings_at(root)
    if settings is None:
        return ()
    vendors = settings.vendors.values()
    return tuple((vendor, loaded) for vendor in vendors for loaded in load_actions(vendor, settings.root)[0])


def subject_of(root: Path, named: Named) -> Subject:
    """Raises ContractError where the export is wrong, UsageError where nobody says whose action it is."""
    path = root / named.file
    try:
        data = read_file(str(path), MAX_BYTES, "name an exported data action")
    except ContractError as error:
        raise UsageError(error.what, where=named.file, fix=f"name an export by its path from {root}") from None
    action = parse_export(data, named.file)
    vendor, source = _listed(root, str(path), named.vendor)
    name = named.vendor or vendor.name
    if not name:
        fix = 'list it under data_actions of a vendor in monitor.yaml, or say vendor="..."'
        raise UsageError("nobody says which vendor it calls", where=named.file, fix=fix)
    consumer = consumer_of(named.integration or source.integration, action)
    domain = named.domain or _domain(vendor, action) or name
    shared = (
        consumer_of(one.source.integration, one.action)
        for owner, one in _actions_at(root)
        if owner.name == name and (_domain(owner, one.action) or name) == domain
    )
    return Subject(
        action,
        name,
        consumer,
        domain,
        tuple(dict.fromkeys((*shared, consumer))),
        _prepared(action, named, source, vendor),
    )


def _listed(root: Path, path: str, vendor: str) -> tuple[Vendor, ActionSource]:
    """As monitor.yaml lists it, if it does."""
    for owner, loaded in _actions_at(root):
        if vendor in ("", owner.name) and os.path.realpath(loaded.source.file) == os.path.realpath(path):
            return owner, loaded.source
    return _NOBODY, ActionSource(path)


def _domain(vendor: Vendor, action: DataAction) -> str:
    return next((match.domain for match in domains_of((action.name,), vendor.domains)), "")


def _prepared(action: DataAction, named: Named, source: ActionSource, vendor: Vendor) -> Prepared:
    examples = source.examples
    inputs = named.inputs if named.inputs is not None else examples[0].inputs if examples else {}
    names = pieces_of(action).names()
    stand_ins = {
        root: {member: f"{_STAND_IN}{member}" for one, member in names if one == root}
        for root in (CREDENTIALS, AUTH_RESPONSE)
    }
    given = Given(
        inputs=inputs,
        credentials=stand_ins[CREDENTIALS],
        auth_response=stand_ins[AUTH_RESPONSE],
        override=RequestOverride(headers={**vendor.headers, **source.override.headers}),
        prefix=prefix_of(vendor.base_url),
        owner=vendor.name or named.vendor,
    )
    return prepare(action, given)
