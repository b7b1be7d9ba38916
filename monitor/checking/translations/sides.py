"""One document and what a translation makes of it, whether or not masks stand in it."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.checking.masked import stand_ins
from monitor.checking.translations.platform import document_of, evaluated
from monitor.errors import JsonError
from monitor.jsonpaths import Json
from monitor.languages import MISSING, CompiledTranslation, Evaluation, Value, platform_of
from monitor.model import Case, Response


@dataclass(frozen=True, slots=True)
class Side:
    """``masked``: masks stand in it. ``partial``: and what the translation makes of them is not known."""

    document: Json
    evaluation: Evaluation
    masked: bool = False
    partial: bool = False

    @property
    def fault(self) -> str:
        """Why there are no outputs, whatever the masks stand for; empty if there are or may be."""
        return "" if self.partial or self.evaluation.fault is None else str(self.evaluation.fault)

    def value(self, output: str) -> Value:
        return self.evaluation.outputs.get(output, MISSING)


@dataclass(frozen=True, slots=True)
class Sides:
    """Errors and the schema are judged by ``raw``, what was lost by ``before`` (the baseline) and ``after``.

    ``after`` is the stored form, as the baseline is: masks are compared with masks.
    """

    before: Side | None
    after: Side
    raw: Side

    @property
    def masked(self) -> bool:
        return self.after.masked or (self.before is not None and self.before.masked)


def sides_of(compiled: CompiledTranslation, case: Case) -> Sides:
    """A baseline that is not JSON is none. Raises JsonError where the response is not, NotJudgedError."""
    raw = side_of(compiled, case.raw, masked=case.raw_masked)
    same = case.raw.body == case.stored.body
    after = raw if same else side_of(compiled, case.stored, masked=True)
    return Sides(_baseline(compiled, case, after), after, raw)


def _baseline(compiled: CompiledTranslation, case: Case, after: Side) -> Side | None:
    baseline = case.baseline
    if baseline is None:
        return None
    if (baseline.body, baseline.status, case.baseline_masked) == (case.stored.body, case.stored.status, after.masked):
        return after
    try:
        return side_of(compiled, baseline, masked=case.baseline_masked)
    except JsonError:
        return None


def side_of(compiled: CompiledTranslation, response: Response, *, masked: bool) -> Side:
    """``response`` as the translation takes it. Raises JsonError where it is not JSON, NotJudgedError."""
    platform = platform_of(compiled)
    if platform and (fault := platform.status_fault(response.status)):
        return Side(None, Evaluation({}, fault), masked)
    document = document_of(compiled, response)
    evaluation = evaluated(compiled, document)
    if evaluation.fault is None or not masked:
        return Side(document, evaluation, masked)
    _, digits, without = stand_ins(document)
    with_digits = evaluated(compiled, digits)
    if with_digits.fault is None:
        return Side(document, with_digits, masked)
    bare = evaluated(compiled, without)
    return Side(document, bare, masked, partial=bare.fault != with_digits.fault)
