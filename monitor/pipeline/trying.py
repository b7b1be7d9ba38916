"""One data action on one response, step by step: what Genesys Cloud does, and does not show after publishing.

Nothing is called and nothing is written. The body is given, or a recording's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.checking.translations.platform import conformity_fault
from monitor.contracts.actions.export import DataAction, source_of
from monitor.errors import JsonError, NotJudgedError
from monitor.jsonpaths import Json, read_json
from monitor.languages import EvaluationFault, State, Value, compile_translation, platform_of
from monitor.languages.data_action import DataActionTranslation
from monitor.languages.data_action.assumptions import EMPTY_BODY
from monitor.languages.data_action.flatten import flattened
from monitor.languages.data_action.steps import Extracted

KIND = "data_action"


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
