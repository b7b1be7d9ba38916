"""Every single rename of what a real export reads is told, with the outputs lost, at one root; other values are not.

A table counts what Genesys Cloud would say of each rename. In 194 exports 240 renames of mapped fields were counted
apart from this: 67 took the map's default, 109 gave [] or the default of firstFromArray (silent), 63 took the failure
path, 1 did nothing. 104 of those exports are here, with the same parts. Ours is finer: what only the template shows,
and no schema, is lost to no flow ("unseen"; it is told as a change that is read), and what only a filter asks for is
a table of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from monitor.checking.judge import judge
from monitor.checking.words import told
from monitor.contracts.actions.export import parse_export, translation_of
from monitor.jsonpaths import Json, format_path
from monitor.jsonpaths import Path as JsonPath
from monitor.languages import data_action
from monitor.languages.data_action import DataActionTranslation
from monitor.languages.data_action.steps import Origin
from monitor.model import (
    DEFAULT,
    FAILURE_PATH,
    Case,
    Change,
    ChangeKind,
    Judgement,
    Loss,
    Outcome,
    Response,
    Severity,
    Translation,
)
from tests.checking.actions.synthesis import NOWHERE, body_for, renamed

EXPORTS = Path(__file__).resolve().parents[3].parent / "shared" / "cases" / "data-actions" / "exports"
COUNT = 104

pytestmark = pytest.mark.skipif(not EXPORTS.is_dir(), reason=f"the exported data actions are not at {EXPORTS}")


@dataclass(frozen=True)
class Exported:
    file: str
    translation: Translation
    compiled: DataActionTranslation

    def judged(self, before: Json, after: Json) -> Judgement:
        response = _response(after)
        return judge(Case("v", "a-1", None, (self.translation,), response, response, _response(before)))


def _response(body: Json) -> Response:
    return Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), json.dumps(body).encode())


@cache
def exports() -> tuple[Exported, ...]:
    found = []
    for file in sorted(EXPORTS.glob("*.json")):
        translation = translation_of(parse_export(file.read_bytes(), file.name), file.name)
        found.append(Exported(file.name, translation, data_action.compile(translation.source)))
    return tuple(found)


# -- bodies -----------------------------------------------------------------------------------------------


def test_every_export_is_satisfied_by_its_body() -> None:
    assert len(exports()) == COUNT
    for one in exports():
        assert one.judged(body_for(one.compiled), body_for(one.compiled)).outcome is Outcome.SAME, one.file
        steps = one.compiled.steps(body_for(one.compiled))
        origins = {found.origin for found in steps.extracted if found.path != NOWHERE}
        assert origins <= {Origin.FOUND, Origin.CONSTANT}, one.file
        assert "[]" not in {found.text for found in steps.extracted}, one.file


@pytest.mark.parametrize(("before", "after"), [(0, 1), (0, 2), (2, 0), (1, 2)])
def test_other_values_and_longer_lists_are_no_alarm(before: int, after: int) -> None:
    for one in exports():
        judgement = one.judged(body_for(one.compiled, before), body_for(one.compiled, after))
        assert judgement.outcome is Outcome.SAME, (one.file, judgement)


# -- renames ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rename:
    """``kind`` is what becomes of it, ``read`` the path that is renamed."""

    export: Exported
    read: JsonPath
    kind: str
    judgement: Judgement

    def __str__(self) -> str:
        return f"{self.export.file}: {format_path(self.read)}: {self.kind}"


def _losses(judgement: Judgement) -> list[Loss]:
    return [finding.detail for finding in judgement.findings if isinstance(finding.detail, Loss)]


def _kind(one: Exported, body: Json, judgement: Judgement) -> str:
    """What the worst of its losses is."""
    kinds = {_kind_of(loss) for loss in _losses(judgement)}
    kind = next((kind for kind in ORDER if kind in kinds), "unseen")
    if kind != DEFAULT:
        return kind
    of_map = any(
        found.origin is Origin.DEFAULT and found.path != NOWHERE for found in one.compiled.steps(body).extracted
    )
    return "default of the map" if of_map else "default of firstFromArray"


ORDER = ("failure: template", "failure: no JSON", "failure: schema", DEFAULT, "[]", "blank", "another type")


def _kind_of(loss: Loss) -> str:
    if loss.after == "error":
        assert loss.detail.startswith(FAILURE_PATH)
        step = "template" if "Transform failed" in loss.detail else "schema" if "schema" in loss.detail else "no JSON"
        return f"failure: {step}"
    if loss.after == DEFAULT:
        return DEFAULT
    if loss.after == "empty":
        return "[]" if loss.before == "Array" else "blank"
    return "blank" if loss.after in ("missing", "null") else "another type"


def _renames(reads: dict[JsonPath, Exported], export: Exported) -> Iterator[Rename]:
    body = body_for(export.compiled)
    for read in reads:
        drifted = renamed(body, read)
        if drifted == body:  # the root itself has no name
            assert not any(isinstance(step, str) for step in read), (export.file, read)
            continue
        judgement = export.judged(body, drifted)
        yield Rename(export, read, _kind(export, drifted, judgement), judgement)


def _mapped(one: Exported) -> Iterator[JsonPath]:
    """The last name of each path of the map."""
    for path in one.compiled.paths.values():
        if path.text != NOWHERE:
            yield path.target or path.reads[0]


def _asked(one: Exported) -> Iterator[JsonPath]:
    """What only filters read."""
    mapped = {*_mapped(one)}
    for path in one.compiled.paths.values():
        yield from (read for read in path.reads if read not in mapped and path.text != NOWHERE)


def _passed(one: Exported) -> Iterator[JsonPath]:
    """The properties of a pass-through action."""
    if not one.compiled.paths:
        yield from (read for reads in one.compiled.reads.values() for read in reads)


@cache
def renames(group: str) -> tuple[Rename, ...]:
    of = {"mapped": _mapped, "asked": _asked, "passed": _passed}[group]
    return tuple(found for one in exports() for found in _renames(dict.fromkeys(of(one), one), one))


SILENT, LOUD, TOLD = "silent", "loud", "told"
TABLE: dict[str, dict[str, dict[str, int]]] = {
    "mapped": {
        SILENT: {"default of the map": 28, "default of firstFromArray": 37, "[]": 25},
        LOUD: {"failure: template": 20, "failure: no JSON": 14, "failure: schema": 3},
        TOLD: {"unseen": 10},
    },
    "asked": {
        SILENT: {"default of firstFromArray": 10, "[]": 11},
        LOUD: {"failure: no JSON": 5, "failure: schema": 3},
        TOLD: {"unseen": 2},
    },
    "passed": {SILENT: {"blank": 25, "[]": 24}, LOUD: {"failure: schema": 4}},
}


@pytest.mark.parametrize("group", TABLE)
def test_what_genesys_would_say_of_each(group: str) -> None:
    expected = {kind: count for kinds in TABLE[group].values() for kind, count in kinds.items()}
    assert dict(Counter(found.kind for found in renames(group))) == expected


def test_most_renames_of_mapped_fields_are_silent() -> None:
    """176 of 240 in all exports that were studied, 73 %; here what no flow sees is left out."""
    silent, loud = (sum(TABLE["mapped"][said].values()) for said in (SILENT, LOUD))
    assert (silent, loud, round(100 * silent / (silent + loud))) == (90, 37, 71)


@pytest.mark.parametrize("group", TABLE)
def test_every_rename_is_told_as_breaking_at_one_root(group: str) -> None:
    for found in renames(group):
        judgement = found.judgement
        assert judgement.outcome is Outcome.DRIFTED, found
        # a boolean is too little to tell a new name by: that stands apart, as information
        others = [one for one in judgement.findings if not _is_new(one.detail)]
        assert len({one.root for one in others}) == 1, found
        assert others[0].severity is Severity.BREAKING, found
        assert all(one.severity is Severity.INFO for one in judgement.findings if one not in others), found


def _is_new(detail: object) -> bool:
    return isinstance(detail, Change) and detail.kind is ChangeKind.ADDED


def _readers(found: Rename) -> set[str]:
    """The outputs that read the path, or something below it."""
    compiled, length = found.export.compiled, len(found.read)
    return {name for name in compiled.outputs if any(read[:length] == found.read for read in compiled.reads_of(name))}


def _is_negated(found: Rename) -> bool:
    """A filter with != takes what has no such name as well."""
    name = next(step for step in reversed(found.read) if isinstance(step, str))
    return any(f"@.{name} != " in path for path in found.export.compiled.definition.paths.values())


@pytest.mark.parametrize("group", TABLE)
def test_every_output_that_reads_it_is_lost(group: str) -> None:
    for found in renames(group):
        compiled = found.export.compiled
        readers = _readers(found)
        lost = {loss.output for loss in _losses(found.judgement)}
        assert lost <= {*compiled.outputs}, found
        if found.kind != "unseen" and not _is_negated(found):
            assert readers <= lost, found
        if not found.kind.startswith("failure"):
            assert lost <= readers, found


def test_only_what_reports_success_is_silent() -> None:
    for found in (*renames("mapped"), *renames("asked"), *renames("passed")):
        for loss in _losses(found.judgement):
            assert loss.silent == (not _kind_of(loss).startswith("failure")), found
        words = [line for one in told(found.judgement.findings) for line in one.lines]
        silent = [line for line in words if line.startswith("silent: Genesys will report success; the flow gets ")]
        assert len(silent) == (found.kind != "unseen" and not found.kind.startswith("failure")), found


def test_nothing_is_unseen_but_what_no_flow_can_see() -> None:
    """Either the template puts it where the schema names no output, or only a filter with != asks for it."""
    for found in (*renames("mapped"), *renames("asked"), *renames("passed")):
        if found.kind == "unseen":
            assert not _readers(found) or _is_negated(found), found
