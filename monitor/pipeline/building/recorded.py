"""One interaction of a contract out of its approved recording and what its translations read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from monitor.calling.urls import encoded_path
from monitor.checking.translations import reads
from monitor.contracts.building.interactions import EVERYTHING, Asked, Built, Readings, interaction_of
from monitor.contracts.building.requests import request_of
from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.errors import ContractError, RecordingError
from monitor.jsonpaths import ANY, Json, Path
from monitor.languages import RESULT, CompiledTranslation, compile_translation, copies_of, names_lists, platform_of
from monitor.model import Interaction, RequestTemplate, Response, Translation
from monitor.pipeline.cases import MEND, damage_of, fault_of
from monitor.pipeline.planning import Job
from monitor.pipeline.tools import Tools


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an interaction is not built, and what to do."""

    why: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class FromRecording:
    """An interaction, and the response that it was built of."""

    built: Built
    response: Response


def built_of(tools: Tools, job: Job, *, everything: bool, again: bool) -> FromRecording | Refused:
    """The job's interaction. ``again``: the contract that it has says what is asked."""
    if job.interaction.refusal:  # then its request is not as it should be, either
        return Refused(*_told(job.interaction.refusal))
    response = _response(tools, job)
    if isinstance(response, Refused):
        return response
    try:
        read = _readings(job.interaction, everything)
        return FromRecording(interaction_of(_asked(tools, job, again), response, read), response)
    except ContractError as error:
        return Refused(": ".join(filter(None, (error.where, error.what))), error.fix)


def _response(tools: Tools, job: Job) -> Response | Refused:
    """What the approved recording holds."""
    command = f"monitor record --vendor {job.vendor.name} --interaction {job.interaction.id} --approve"
    try:
        baseline = tools.store.baseline(*job.key)
    except RecordingError as error:
        return Refused(damage_of(error), MEND)
    if baseline is None:
        return Refused("it has no baseline", command)
    if fault := fault_of(baseline, job.interaction.expected_status):
        return Refused(f"its baseline holds no answer to build of: {fault.what}", command)
    response = baseline.exchange.response
    if response is None or not response.complete:
        return Refused("its baseline holds no whole response", command)
    return response


def _told(refusal: str) -> tuple[str, str]:
    what, _, fix = refusal.partition("; ")
    return what, fix


def _asked(tools: Tools, job: Job, again: bool) -> Asked:
    def hidden(text: str) -> bool:
        return "${" in text or tools.masker.text(text) != text

    interaction = job.interaction
    if not again or interaction.contract is None:
        states = tools.masker.states(interaction.states)
        return Asked(interaction.description, request_of(encoded(interaction.request), hidden), states)
    entry = parse_pact(interaction.contract.pact, interaction.contract.file)[0][0]
    assert isinstance(entry, PactInteraction)  # noqa: S101 - it was read as one before
    request = request_of(encoded(entry.request), hidden)
    if entry.generators:
        request["generators"] = dict(entry.generators)
    return Asked(entry.description, request, entry.states)


def encoded(request: RequestTemplate) -> RequestTemplate:
    """``request`` with its path as Pact compares paths: percent-encoded. Raises ContractError for dot segments."""
    return replace(request, path=encoded_path(request.path))


# -- what is read -----------------------------------------------------------------------------------------


def _readings(interaction: Interaction, everything: bool) -> Readings:
    enums: dict[Path, Collection[str]] = {}
    paths: list[Path] = []
    named: set[Path] = set()
    unnamed: set[Path] = set()
    for translation in interaction.translations:
        found = readings_of(translation)
        paths += found.paths
        enums.update(found.enums)
        named.update(found.named)
        unnamed.update(path for path in found.paths if path not in found.named)
    return Readings(EVERYTHING.paths if everything else tuple(dict.fromkeys(paths)), enums, named - unnamed)


def readings_of(translation: Translation) -> Readings:
    """Raises ContractError where it does not compile."""
    found = reads(translation)
    compiled = compile_translation(translation.kind, translation.source)
    platform = platform_of(compiled)
    schema = translation.schema if platform is None else platform.schema
    if platform is not None and not _is_seen(compiled, schema):
        return Readings(())
    enums = {path: texts for place, path in copies_of(compiled).items() if (texts := _allowed(_at(schema, place)))}
    return Readings(found, enums, found if names_lists(compiled) else ())


def _is_seen(compiled: CompiledTranslation, schema: Json) -> bool:
    """Whether a flow sees anything of the result: not of an object without properties."""
    if compiled.outputs != (RESULT,):
        return True
    return isinstance(schema, dict) and schema.get("type", "object") != "object"


def _at(schema: Json, place: Path) -> Json:
    for step in place:
        inner = schema.get("items" if step is ANY else "properties") if isinstance(schema, dict) else None
        schema = inner if step is ANY else inner.get(str(step)) if isinstance(inner, dict) else None
    return schema


def _allowed(schema: Json) -> tuple[str, ...]:
    """The texts that an enumeration allows, of a value or of a list's members; none where other things are too."""
    if not isinstance(schema, dict):
        return ()
    items = schema.get("items")
    listed = schema.get("enum") if "enum" in schema else items.get("enum") if isinstance(items, dict) else None
    values = listed if isinstance(listed, list) else []
    texts = tuple(value for value in values if isinstance(value, str))
    return texts if len(texts) == sum(value is not None for value in values) else ()
