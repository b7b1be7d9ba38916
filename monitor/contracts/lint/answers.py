"""What can be seen of the response's half of a data action without a response.

The template is rendered with a sample in the place of every name, and what that makes is held against the schema: so
whatever the template does, it is the language itself that says what it makes. The sample ``[1]`` is JSON wherever
it stands, inside quotes too. Of a template with branches or loops one sample says too little.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.contracts.actions.export import RESPONSE, DataAction
from monitor.contracts.lint.actions import ActionSubject, listed
from monitor.contracts.lint.fixes import nearest, pasteable, quoted
from monitor.contracts.lint.remarks import Remark
from monitor.errors import MonitorError
from monitor.jsonpaths import Json, Path, format_path
from monitor.languages import EvaluationFault
from monitor.languages.data_action.definition import RAW_RESULT, TEMPLATE
from monitor.languages.data_action.steps import first_json
from monitor.languages.velocity import RenderFault, Template, parse_template, render
from monitor.languages.velocity.tools import GENESYS
from monitor.printable import printable

_SAMPLES: Final = ("[1]", "1", '"x"', "{}", "true")
_BRANCHES: Final = re.compile(r"#\{?(if|foreach|macro|define|evaluate|stop)\b")
SUCCESS_SCHEMA: Final[Path] = ("contract", "output", "successSchema")
_DEEPEST: Final = 50
_AT_TEMPLATE: Final[Path] = (*RESPONSE, TEMPLATE)


@dataclass(frozen=True, slots=True)
class _Sampled:
    """What the template makes of one sample, and the sample as JSON."""

    result: Json
    sample: Json
    text: str


def answer_suspicions(subject: ActionSubject) -> tuple[Remark, ...]:
    """All that is suspicious in what an action makes of a response. What does not compile is told elsewhere."""
    try:
        template = parse_template(subject.action.success_template, TEMPLATE)
    except MonitorError:
        return ()
    found = [*_unset(subject, template), *_unused(subject, template)]
    sampled = next(filter(None, (_sampled(subject.action, template, sample) for sample in _SAMPLES)), None)
    if sampled is not None:
        found += _defaults(subject, template, sampled)
        if not _BRANCHES.search(template.source):
            pairs = _of_schema(subject, sampled)
            found += [*_unfilled(subject, pairs), *_unseen(subject, pairs)]
    return tuple(found)


# -- names ------------------------------------------------------------------------------------------------


def _set_names(action: DataAction) -> frozenset[str]:
    return frozenset((*action.translation_map, *action.defaults, RAW_RESULT, *GENESYS))


def _unset(subject: ActionSubject, template: Template) -> Iterator[Remark]:
    known = _set_names(subject.action)
    told: set[str] = set()
    for one in template.references:
        if one.root in known or one.assigned or one.guarded or one.root in told:
            continue
        told.add(one.root)
        near = nearest(one.root, subject.action.translation_map)
        where = f"line {one.line}, column {one.column} of the template"
        what = f"nothing sets {quoted(one.root)} ({where}), so the action always takes the failure path"
        fix = f"did you mean {quoted(near)}?" if near else f"add it to {format_path((*RESPONSE, 'translationMap'))}"
        yield subject.remark("unset-variable", _AT_TEMPLATE, what, fix)


def _unused(subject: ActionSubject, template: Template) -> Iterator[Remark]:
    used = {one.root for one in template.references}
    action = subject.action
    for part, names in (("translationMap", action.translation_map), ("translationMapDefaults", action.defaults)):
        for name in names:
            if name not in used and (part == "translationMap" or name not in action.translation_map):
                what = f"the template does not use {quoted(name)}"
                fix = f"use ${{{printable(name)}}} in the template, or delete it"
                yield subject.remark("unused-value", (*RESPONSE, part, name), what, fix)


# -- defaults ---------------------------------------------------------------------------------------------


def _texts(action: DataAction, template: Template, sample: str) -> dict[str, str]:
    """The sample for every name, also for those that nothing sets."""
    names = (one.root for one in template.references if one.root not in GENESYS and not one.assigned)
    return dict.fromkeys((*action.translation_map, *action.defaults, RAW_RESULT, *names), sample)


def _made(template: Template, texts: Mapping[str, str]) -> tuple[Json] | None:
    try:
        answer = render(template, {**GENESYS, **texts}, strict=False)
    except MonitorError:
        return None
    made = None if isinstance(answer, RenderFault) else first_json(answer.text)
    return None if made is None or isinstance(made, EvaluationFault) else made


def _sampled(action: DataAction, template: Template, sample: str) -> _Sampled | None:
    made = _made(template, _texts(action, template, sample))
    return None if made is None else _Sampled(made[0], json.loads(sample), sample)


def _defaults(subject: ActionSubject, template: Template, sampled: _Sampled) -> Iterator[Remark]:
    texts = _texts(subject.action, template, sampled.text)
    used = {one.root for one in template.references}
    for name, default in subject.action.defaults.items():
        if name in used and _made(template, {**texts, name: default}) is None:
            what = (
                f"with the default of {quoted(name)} the template makes no JSON, so the action fails where it is taken"
            )
            fix = f"write the default as JSON: {pasteable(json.dumps(default))}"
            yield subject.remark("bad-default", (*RESPONSE, "translationMapDefaults", name), what, fix)


# -- outputs ----------------------------------------------------------------------------------------------


def _properties(schema: Json) -> Mapping[str, Json]:
    found = schema.get("properties") if isinstance(schema, dict) else None
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class _Pair:
    """An object of the schema, and what the template makes there. ``at`` is its place in the result, ``where`` in the
    schema."""

    at: Path
    where: Path
    schema: Json
    made: Mapping[str, Json]

    @property
    def lacking(self) -> tuple[str, ...]:
        return tuple(name for name in _properties(self.schema) if name not in self.made)

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(name for name in self.made if name not in _properties(self.schema))

    def output(self, name: str) -> str:
        return ".".join(str(step) for step in (*self.at, name))


def _pairs(sampled: _Sampled, pair: _Pair, value: Json) -> Iterator[_Pair]:
    """``pair`` with what is really made there, and all pairs below it."""
    if value == sampled.sample or len(pair.where) > _DEEPEST:
        return  # a name fills it as a whole, with whatever it has
    if isinstance(value, list):
        items = pair.schema.get("items") if isinstance(pair.schema, dict) else None
        for member in value:
            yield from _pairs(sampled, _Pair(pair.at, (*pair.where, "items"), items, {}), member)
    elif isinstance(value, dict):
        yield _Pair(pair.at, pair.where, pair.schema, value)
        for name, inner in _properties(pair.schema).items():
            if name in value:
                below = _Pair((*pair.at, name), (*pair.where, "properties", name), inner, {})
                yield from _pairs(sampled, below, value[name])


def _of_schema(subject: ActionSubject, sampled: _Sampled) -> tuple[_Pair, ...]:
    return tuple(_pairs(sampled, _Pair((), SUCCESS_SCHEMA, subject.action.success_schema, {}), sampled.result))


def _meant(name: str, others: Sequence[str], siblings: Sequence[str]) -> str:
    """The one of ``others`` that is most like ``name``, if none of its ``siblings`` is more like that one."""
    near = nearest(name, others)
    return near if near and nearest(near, siblings) == name else ""


def _unfilled(subject: ActionSubject, pairs: Sequence[_Pair]) -> Iterator[Remark]:
    told: set[Path] = set()
    for pair in pairs:
        for name in pair.lacking:
            where = (*pair.where, "properties", name)
            if where not in told:
                told.add(where)
                near = _meant(name, pair.unknown, pair.lacking)
                what = f"the template never fills the output {quoted(pair.output(name))}: a flow finds it blank"
                fix = f"did you mean {quoted(near)}?" if near else "fill it, or do not let a flow read it"
                yield subject.remark("unfilled-output", where, what, fix)


def _unseen(subject: ActionSubject, pairs: Sequence[_Pair]) -> Iterator[Remark]:
    names = dict.fromkeys(pair.output(name) for pair in pairs for name in pair.unknown)
    meant = (_meant(name, pair.lacking, pair.unknown) for pair in pairs for name in pair.unknown)
    if names:
        near = next(filter(None, meant), "")
        what = f"the template makes {listed(tuple(names))}, which the success schema has not: no flow sees it"
        fix = f"did you mean {quoted(near)}?" if near else "remove it, or declare it in the schema of a new action"
        yield subject.remark("unseen-output", _AT_TEMPLATE, what, fix)
