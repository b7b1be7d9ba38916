"""One data action on one response, step by step: what Genesys Cloud does, and does not show after publishing.

Nothing is called and nothing is written. The body is given, or a recording's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import chain
from pathlib import Path
from typing import Final

from monitor.checking.translations.platform import conformity_fault
from monitor.contracts.actions.export import KIND, MAX_BYTES, DataAction, parse_export, source_of
from monitor.contracts.actions.load import LoadedAction, given_of, load_actions
from monitor.contracts.actions.request import Prepared, inputs_of, prepare
from monitor.contracts.actions.secrets import literal_secrets
from monitor.contracts.faults import read_file
from monitor.errors import ContractError, JsonError, NotJudgedError, UsageError
from monitor.headers import is_json
from monitor.jsonpaths import Json, read_json
from monitor.languages import EvaluationFault, State, Value, compile_translation
from monitor.languages.data_action import DataActionTranslation
from monitor.languages.data_action.assumptions import EMPTY_BODY, NOT_JSON
from monitor.languages.data_action.flatten import flat_paths, flattened
from monitor.languages.data_action.steps import PROCESSING, Extracted
from monitor.model import ActionExample, ActionSource, Secret, Settings, Vendor
from monitor.pipeline.planning import nearest
from monitor.printable import printable

_MOST: Final = 10  # actions that are named
MAX_BODY: Final = 50_000_000
_NO_SOURCE: Final = ActionSource("")
_NOBODY: Final = Vendor("", "", ())
_NO_EXAMPLE: Final = ActionExample("", {})


# -- the action -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FoundAction:
    """An action to try. ``vendor`` is None where only a file was named that monitor.yaml does not list.

    ``example`` is the one that is meant, else the first.
    """

    action: DataAction
    source: ActionSource
    vendor: Vendor | None
    file: str
    example: ActionExample = _NO_EXAMPLE


def found_action(settings: Settings | None, name: str) -> FoundAction:
    """The action of that name, id or file in monitor.yaml; else the export in the file ``name``.

    Raises UsageError where there is none or more than one, ContractError where the export is wrong.
    """
    listed = [*_listed(settings)] if settings else []
    found = [one for names, one in listed if name in names]
    if len({(one.file, one.source.integration) for one in found}) > 1:
        files = ", ".join(dict.fromkeys(printable(one.file) for one in found))
        raise UsageError(f"more than one data action is called '{printable(name)}'", fix=f"name its file: {files}")
    if found:
        return found[0]
    if Path(name).is_file():
        action = parse_export(read_file(name, MAX_BYTES, "name an exported data action"), name)
        return FoundAction(action, _NO_SOURCE, None, name)
    raise UsageError(f"there is no data action '{printable(name)}'", fix=_meant(name, listed))


def _meant(name: str, listed: Sequence[tuple[tuple[str, ...], FoundAction]]) -> str:
    """The actions of which ``name`` is a part; else the one that is nearly called so."""
    part = name.casefold()
    found = dict.fromkeys(one.action.name for names, one in listed if any(part in known.casefold() for known in names))
    told = [f"'{printable(one, 80)}'" for one in found]
    if len(told) == 1:
        return f"did you mean {told[0]}?"
    if told:
        more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
        return f"name one of: {', '.join(told[:_MOST])}{more}"
    near = nearest(name, [known for names, _ in listed for known in names])
    return near or "name an action of monitor.yaml, or the file of an export"


def _listed(settings: Settings) -> Iterator[tuple[tuple[str, ...], FoundAction]]:
    """Every example of every action, and by what it can be named."""
    for vendor in settings.vendors.values():
        for loaded in load_actions(vendor, settings.root)[0]:
            yield from _examples(vendor, loaded)


def _examples(vendor: Vendor, loaded: LoadedAction) -> Iterator[tuple[tuple[str, ...], FoundAction]]:
    examples = loaded.source.examples or (_NO_EXAMPLE,)
    for example, interaction in zip(examples, loaded.interactions, strict=True):
        found = FoundAction(loaded.action, loaded.source, vendor, loaded.file, example)
        names = (loaded.action.name, interaction.description, interaction.id, loaded.file, loaded.source.file)
        yield names, found


def secrets_in(action: DataAction) -> Iterator[Secret]:
    """The secrets that its author wrote into the export: none of them is shown."""
    for one in literal_secrets(action):
        yield from (Secret(one.variable, value) for value in dict.fromkeys((one.value, one.written)) if value)


# -- its request ------------------------------------------------------------------------------------------


def request_of_action(found: FoundAction, inputs: Mapping[str, Json]) -> Prepared:
    """The request that it would send with those inputs above those of its example. Raises UsageError for an input
    that it has not."""
    known = inputs_of(found.action)
    for name in inputs:
        if name not in known:
            listed = ", ".join(map(printable, sorted(known))) or "none"
            fix = nearest(name, sorted(known)) or f"its inputs are: {listed}"
            raise UsageError(f"'{printable(found.action.name)}' has no input '{printable(name)}'", fix=fix)
    given = {**found.example.inputs, **inputs}
    vendor = found.vendor or _NOBODY
    example = ActionExample(found.example.name, given) if given or found.source.examples else None
    return prepare(found.action, given_of(vendor, found.source, found.action, example))


def request_notes(prepared: Prepared) -> Iterator[str]:
    """What the vendor will hardly take."""
    request = prepared.request
    if prepared.refusal or not request.body:
        return
    kind = next((value for name, value in request.headers if name.lower() == "content-type"), "application/json")
    try:
        if is_json(kind):
            read_json(request.body, exact=False)
    except JsonError as error:
        place = f" at {error.where}" if error.where else ""
        yield f"the request's body is no JSON{place}: is every input in it escaped with $esc.jsonEncode(...)?"


# -- a response -------------------------------------------------------------------------------------------


class Step(IntEnum):
    """What Genesys Cloud does with a response, in order."""

    RESPONSE = 2
    EXTRACTED = 3
    RENDERED = 4
    PARSED = 5
    OUTPUTS = 6


@dataclass(frozen=True, slots=True)
class Trial:
    """Every step up to ``reached``. ``fault`` is why Genesys takes the failure path there; None: it reports success."""

    action: str
    status: int
    size: int
    reached: Step
    extracted: tuple[Extracted, ...] = ()
    rendered: str = ""
    result: Value = State.MISSING
    outputs: Mapping[str, Value] | None = None
    defaults: frozenset[str] = frozenset()
    fault: EvaluationFault | None = None
    notes: tuple[str, ...] = ()


def trial(action: DataAction, status: int, body: bytes, file: str = "") -> Trial:
    """Takes ``body`` through the action. Raises ContractError where the action (of ``file``) is wrong, NotJudgedError
    where an engine gives up."""
    compiled = _compiled(action, file)
    begun = Trial(action.name, status, len(body), Step.RESPONSE)
    if fault := compiled.status_fault(status):
        return replace(begun, fault=fault)
    try:
        document, notes = _document(body)
    except JsonError as error:
        place = f" ({error.where})" if error.where else ""
        what = f"the response's body is no JSON that can be read{place}: {error.what}"
        return replace(begun, fault=EvaluationFault(PROCESSING, what), notes=(NOT_JSON,))
    steps = compiled.steps(document)
    begun = replace(begun, extracted=_in_order(action, steps.extracted), rendered=steps.rendered, notes=notes)
    if isinstance(steps.result, State):
        reached = Step.PARSED if steps.rendered else Step.RENDERED
        return replace(begun, reached=reached, fault=steps.fault)
    begun = replace(begun, reached=Step.PARSED, result=steps.result)
    if fault := _refused(compiled, file, steps.result):
        return replace(begun, fault=fault)
    return replace(
        begun,
        reached=Step.OUTPUTS,
        outputs=flattened(steps.result, flat_paths(action.success_schema)),
        defaults=compiled.defaulted(steps),
        notes=(*notes, *dict.fromkeys(chain.from_iterable(compiled.assumptions(document).values()))),
    )


def _in_order(action: DataAction, names: tuple[Extracted, ...]) -> tuple[Extracted, ...]:
    """As the export has them."""
    places = {name: place for place, name in enumerate(dict.fromkeys((*action.translation_map, *action.defaults)))}
    return tuple(sorted(names, key=lambda one: places.get(one.name, 0)))


def _compiled(action: DataAction, file: str) -> DataActionTranslation:
    try:
        compiled = compile_translation(KIND, source_of(action))
    except ContractError as error:
        raise _placed(error, file) from None
    if not isinstance(compiled, DataActionTranslation):  # another language took the name
        raise NotJudgedError(f"the translation language {KIND} is not ours", fix="remove the other one")
    return compiled


def _placed(error: ContractError, file: str) -> ContractError:
    return ContractError(error.what, where=": ".join(filter(None, (file, error.where))), fix=error.fix)


def _refused(compiled: DataActionTranslation, file: str, result: Json) -> EvaluationFault | None:
    try:
        return conformity_fault(compiled, result)
    except ContractError as error:
        raise _placed(error, file) from None


def _document(body: bytes) -> tuple[Json, tuple[str, ...]]:
    if not body.strip():
        return {}, (EMPTY_BODY,)
    return read_json(body, exact=False).value, ()
