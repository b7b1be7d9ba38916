"""A Genesys Cloud data action's response half: translation map, defaults, success template and success schema.

The source is the JSON text of ``{"translationMap", "translationMapDefaults", "successTemplate", "successSchema"}``, as
an export holds them. Outputs are the success schema's properties, flat, as flows see them. Four things are told apart
for each: MISSING (nobody filled it), null, empty, and the default (``Evaluation.defaults``).
Source: https://help.mypurecloud.com/articles/response-configuration-data-actions/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from monitor.errors import ContractError
from monitor.jsonpaths import Json, Path, format_path
from monitor.languages import Evaluation, EvaluationFault, Example, State
from monitor.languages.data_action.assumptions import (
    EMPTY_BODY,
    GAPS_ARE_NULL,
    NOT_JSON,
    NULL_IS_A_TYPE,
    TAIL_IS_IGNORED,
)
from monitor.languages.data_action.defaults import assumptions_of, defaults_taken
from monitor.languages.data_action.definition import MAP, RAW_RESULT, TEMPLATE, Definition, read_definition
from monitor.languages.data_action.flatten import flat_paths, flattened, has_gaps, name_of
from monitor.languages.data_action.lineage import Filling, copied, fillings, reads_of, written
from monitor.languages.data_action.steps import PROCESSING, REMOTE_ENDPOINT, Origin, Steps, extracted, rendered
from monitor.languages.jsonpath import CompiledPath, compile_path
from monitor.languages.velocity import Template, parse_template
from monitor.model import FAILING_STATUS

_NO_MEMBERS: Final = "[]"


@dataclass(frozen=True, slots=True)
class DataActionTranslation:
    """One compiled action. ``places`` are the outputs' places in the result."""

    names_lists: ClassVar[bool] = True

    definition: Definition
    paths: Mapping[str, CompiledPath]
    template: Template
    places: Mapping[str, Path]
    fillings: Mapping[str, Filling]
    reads: Mapping[str, tuple[Path, ...]]

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(self.places)

    @property
    def schema(self) -> Json:
        return self.definition.schema

    @property
    def copies(self) -> Mapping[Path, Path]:
        found = ((self.places[name], copied(filling, self.paths)) for name, filling in self.fillings.items())
        return {place: path for place, path in found if path is not None}

    @property
    def schema_text(self) -> str:
        """What the result must conform to, or the action fails."""
        return self.definition.schema_text

    @property
    def of_no_json(self) -> str:
        return NOT_JSON

    @property
    def written(self) -> Mapping[str, str]:
        return {format_path((MAP, name)).removeprefix("$."): text for name, text in self.definition.paths.items()}

    @property
    def of_empty_body(self) -> str:
        return EMPTY_BODY

    def paths_of(self, output: str) -> Mapping[str, tuple[Path, ...]]:
        """Those of the map, with what the output takes below them."""
        return written(self.fillings[output], self.paths) if output in self.fillings else {}

    def reads_of(self, output: str) -> tuple[Path, ...]:
        return self.reads.get(output, ())

    def steps(self, document: Json) -> Steps:
        """Every step on ``document``."""
        return rendered(extracted(self.definition, self.paths, document), self.template, document)

    def evaluate(self, document: Json) -> Evaluation:
        steps = self.steps(document)
        if steps.fault is not None or isinstance(steps.result, State):
            fault = steps.fault or EvaluationFault(PROCESSING, "there is no result")
            return Evaluation({}, replace(fault, reads=self._suspects(steps)))
        outputs = flattened(steps.result, self.places)
        return Evaluation(outputs, defaults=defaults_taken(self.fillings, steps, outputs), whole=steps.result)

    def defaulted(self, steps: Steps) -> frozenset[str]:
        """The outputs that a default fills: the map's, or that of firstFromArray."""
        if isinstance(steps.result, State):
            return frozenset()
        return frozenset(defaults_taken(self.fillings, steps, flattened(steps.result, self.places)))

    def _suspects(self, steps: Steps) -> tuple[Path, ...]:
        """What most likely made it fail: a name left unset; else an empty list; else a default that is no JSON."""
        needed = {one.root for one in self.template.references if not one.guarded}
        asked = [one for one in steps.extracted if one.name in needed]
        by_guilt = (
            [one.name for one in asked if one.origin is Origin.UNSET],
            [one.name for one in asked if one.origin is Origin.FOUND and one.text == _NO_MEMBERS],
            [one.name for one in asked if one.origin is Origin.DEFAULT],
        )
        names = next(filter(None, by_guilt), [])
        return tuple(dict.fromkeys(read for name in names if name in self.paths for read in self.paths[name].reads))

    def assumptions(self, document: Json) -> Mapping[str, tuple[str, ...]]:
        """Per output what is assumed where Genesys' documents are silent and it rests on that."""
        steps = self.steps(document)
        return {name: tuple(dict.fromkeys(self._assumed(name, path, steps))) for name, path in self.places.items()}

    def _assumed(self, output: str, place: Path, steps: Steps) -> Iterator[str]:
        if output in self.fillings:
            yield from assumptions_of(self.fillings[output], steps)
        if has_gaps(steps.result, place):
            yield GAPS_ARE_NULL
        if steps.tail:
            yield TAIL_IS_IGNORED

    def status_fault(self, status: int) -> EvaluationFault | None:
        """Why a response of that status is not translated at all; None where it is."""
        if status < FAILING_STATUS:
            return None
        return EvaluationFault(REMOTE_ENDPOINT, f"the status is {status}, and the body is not translated")

    def refused(self, what: str, place: Path, *, null: bool) -> EvaluationFault:
        """The fault of a result that does not conform to the success schema."""
        assumed = f"; {NULL_IS_A_TYPE}" if null else ""
        name = name_of(place) if place else ""
        below = [output for output in self.places if name and f"{output}.".startswith(f"{name}.")]
        reads = tuple(dict.fromkeys(read for output in below for read in self.reads_of(output)))
        message = f"the result does not conform to the success schema: {what}{assumed}"
        return EvaluationFault(PROCESSING, message, reads=reads)

    def default_of(self, output: str) -> str:
        """The text of the default that may fill ``output``: the action's own words. Empty where there is none."""
        filling = self.fillings.get(output)
        if filling is None:
            return ""
        own = (source.default for source, _ in filling.sources)
        return next(filter(None, (*own, *(self.definition.defaults.get(name) for name in filling.names))), "")


def compile(source: str) -> DataActionTranslation:  # noqa: A001 the name that every language offers
    """``source`` made ready. Raises ContractError: not such JSON, a wrong path, a template that cannot be parsed."""
    definition = read_definition(source)
    paths = {name: _path(name, text) for name, text in definition.paths.items()}
    template = _template(definition.template)
    places = flat_paths(definition.schema)
    known = frozenset((*paths, *definition.defaults, RAW_RESULT))
    filled = fillings(template, places, known)
    reads = {name: reads_of(filling, paths) for name, filling in filled.items()}
    shown = {name for filling in filled.values() for name in filling.names}
    unseen = (path.reads for name, path in paths.items() if name not in shown)
    if others := tuple(dict.fromkeys(read for found in unseen for read in found)):
        reads[TEMPLATE] = others  # no flow sees them, but without them the template may fail
    return DataActionTranslation(definition, paths, template, places, filled, reads)


def _path(name: str, text: str) -> CompiledPath:
    try:
        return compile_path(text)
    except ContractError as error:
        where = ", ".join(filter(None, (format_path((MAP, name)), error.where)))
        raise ContractError(error.what, where=where, fix=error.fix) from None


def _template(text: str) -> Template:
    try:
        return parse_template(text, TEMPLATE)
    except ContractError as error:
        where = ", ".join(filter(None, (format_path((TEMPLATE,)), error.where)))
        raise ContractError(error.what, where=where, fix=error.fix) from None


def _source(paths: Json, defaults: Json, template: str, properties: Json) -> str:
    schema: Json = {"type": "object", "properties": properties}
    return json.dumps(
        {
            "translationMap": paths,
            "translationMapDefaults": defaults,
            "successTemplate": template,
            "successSchema": schema,
        }
    )


_STRING: Final[Json] = {"type": "string"}
EXAMPLES: Final = (
    Example(
        _source(
            {"id": "$.customerId", "name": "$.fullName"},
            {"name": '"unknown"'},
            '{"customerId": ${id}, "customer": {"name": ${name}}}',
            {"customerId": _STRING, "customer": {"type": "object", "properties": {"name": _STRING}}},
        ),
        {"customerId": "C1"},
        {"customerId": "C1", "customer.name": "unknown"},
        {"customerId": ["$.customerId"], "customer.name": ["$.fullName"]},
    ),
    Example(
        _source(
            {"ids": "$.entities[*].id"},
            {},
            '{"first": ${successTemplateUtils.firstFromArray("${ids}", "$esc.quote$esc.quote")}, "all": ${ids}}',
            {"first": _STRING, "all": {"type": "array", "items": _STRING}},
        ),
        {"entities": []},
        {"first": "", "all": []},
        {"first": ["$.entities[*].id"], "all": ["$.entities[*].id"]},
    ),
    Example(
        _source({}, {}, "${rawResult}", {"a": {"type": "object", "properties": {"b": _STRING}}}),
        {"a": {"b": "x", "c": 1}},
        {"a.b": "x"},
        {"a.b": ["$.a.b"]},
    ),
)
