"""One data action on one response, step by step: what Genesys Cloud does, and does not show after publishing.

Nothing is called and nothing is written. The body is given, or a recording's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from monitor.checking.translations.platform import conformity_fault
from monitor.contracts.actions.export import KIND, MAX_BYTES, DataAction, parse_export, source_of
from monitor.contracts.actions.load import load_actions
from monitor.contracts.actions.request import Given, Prepared, prefix_of, prepare
from monitor.contracts.faults import read_file
from monitor.errors import JsonError, NotJudgedError, UsageError
from monitor.jsonpaths import Json, read_json
from monitor.languages import EvaluationFault, State, Value, compile_translation, platform_of
from monitor.languages.data_action import DataActionTranslation
from monitor.languages.data_action.assumptions import EMPTY_BODY
from monitor.languages.data_action.flatten import flattened
from monitor.languages.data_action.steps import Extracted
from monitor.model import ActionSource, Settings, Vendor
from monitor.pipeline.planning import nearest
from monitor.printable import printable

MAX_BODY: Final = 50_000_000
_NO_SOURCE: Final = ActionSource("")


@dataclass(frozen=True, slots=True)
class FoundAction:
    """An action to try. ``vendor`` is None where only a file was named that monitor.yaml does not list."""

    action: DataAction
    source: ActionSource
    vendor: Vendor | None


def found_action(settings: Settings, name: str) -> FoundAction:
    """The action of that name (or file) in monitor.yaml; else the export in the file ``name``.

    Raises UsageError where there is none, ContractError where the export is wrong.
    """
    names: list[str] = []
    for vendor in settings.vendors.values():
        for loaded in load_actions(vendor, settings.root)[0]:
            names.append(loaded.action.name)
            if name in (loaded.action.name, loaded.file, loaded.source.file):
                return FoundAction(loaded.action, loaded.source, vendor)
    if Path(name).is_file():
        return FoundAction(
            parse_export(read_file(name, MAX_BYTES, "name an exported data action"), name), _NO_SOURCE, None
        )
    near = nearest(name, names) or "name an action of monitor.yaml, or the file of an export"
    raise UsageError(f"there is no data action '{printable(name)}'", fix=near)


def request_of_action(found: FoundAction, inputs: Mapping[str, Json]) -> Prepared:
    """The request that it would send with those inputs above those of its first example."""
    example = found.source.examples[0].inputs if found.source.examples else {}
    given = {**example, **inputs}
    vendor = found.vendor
    return prepare(
        found.action,
        Given(
            inputs=given if found.source.examples or inputs else None,
            credentials=found.source.credentials,
            auth_response=found.source.auth_response,
            override=found.source.override,
            prefix=prefix_of(vendor.base_url) if vendor else "",
            owner=vendor.name if vendor else "",
        ),
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """Every step as far as it went. ``fault`` is why Genesys takes the failure path; None: it reports success."""

    action: str
    status: int
    extracted: tuple[Extracted, ...] = ()
    rendered: str = ""
    result: Value = State.MISSING
    outputs: Mapping[str, Value] | None = None
    defaults: frozenset[str] = frozenset()
    fault: EvaluationFault | None = None
    notes: tuple[str, ...] = ()


def trial(action: DataAction, status: int, body: bytes) -> Trial:
    """Takes ``body`` through the action. Raises ContractError where the action is wrong, JsonError where the body is
    no JSON, NotJudgedError where an engine gives up."""
    compiled = compile_translation(KIND, source_of(action))
    if not isinstance(compiled, DataActionTranslation):  # another language took the name
        raise NotJudgedError(f"the translation language {KIND} is not ours", fix="remove the other one")
    if fault := compiled.status_fault(status):
        return Trial(action.name, status, fault=fault)
    document, notes = _document(body)
    steps = compiled.steps(document)
    begun = Trial(action.name, status, steps.extracted, steps.rendered, steps.result, fault=steps.fault, notes=notes)
    if isinstance(steps.result, State):
        return begun
    platform = platform_of(compiled)
    return replace(
        begun,
        outputs=flattened(steps.result, compiled.places),
        defaults=compiled.defaulted(steps),
        fault=conformity_fault(platform, steps.result) if platform else None,
    )


def _document(body: bytes) -> tuple[Json, tuple[str, ...]]:
    if not body.strip():
        return {}, (EMPTY_BODY,)
    try:
        return read_json(body, exact=False).value, ()
    except JsonError as error:
        fix = error.fix or "Genesys takes the failure path on a body that is not JSON"
        raise JsonError(f"the body is no JSON: {error.what}", where=error.where, fix=fix) from None
