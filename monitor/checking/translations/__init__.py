"""What a response costs the flows that read it: the outputs of a translation that are lost.

1. The translation is evaluated on the baseline and on the response. An output that was there and is now
   missing, null, empty, the translation's own default, or of another type is lost; one that was blank is not.
2. An evaluation error loses every output; a violation of the translation's schema loses the one it lies in.
   Both count without a baseline too: a contract does not rest on one.
3. A loss takes the root of the change that explains it, so that one rename is one incident.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.checking.translations.blanks import Turn, by_name, is_blank, state, turns
from monitor.checking.translations.documents import holds, passes_array, vanished
from monitor.checking.translations.precision import precision_note
from monitor.checking.translations.roots import root_of
from monitor.checking.translations.schemas import Violation, violations
from monitor.errors import ContractError, JsonError
from monitor.jsonpaths import Json, Path, format_path, read_json
from monitor.languages import MISSING, CompiledTranslation, Evaluation, State, Value, compile_translation
from monitor.model import Loss, Response, Translation
from monitor.printable import printable

__all__ = ["losses", "precision_note", "reads"]


def reads(translation: Translation) -> tuple[Path, ...]:
    """All that the outputs of ``translation`` read. Raises ContractError if it does not compile."""
    compiled = _compiled(translation)
    return tuple(dict.fromkeys(path for output in compiled.outputs for path in compiled.reads_of(output)))


def losses(
    translation: Translation, baseline: Response | None, response: Response, roots: Sequence[str]
) -> tuple[Loss, ...]:
    """The outputs lost in ``response``, each with the one of ``roots`` (of changes and mismatches) that explains it.

    A baseline that is not JSON is none. Raises JsonError if the response is not JSON, ContractError if translation
    or schema is wrong, NotJudgedError if an engine gives up.
    """
    compiled = _compiled(translation)
    after = _side(compiled, response)
    before = _baseline(compiled, baseline)
    found = [*(_errors if after.evaluation.fault else _turned)(compiled, before, after)]
    invalid = {} if after.evaluation.fault else violations(translation, after.evaluation)
    return tuple(_loss(translation, compiled, turn, roots) for turn in _with_schema(found, invalid, before, after))


@dataclass(frozen=True, slots=True)
class _Side:
    """One document and what the translation makes of it."""

    document: Json
    evaluation: Evaluation

    def value(self, output: str) -> Value:
        return self.evaluation.outputs.get(output, MISSING)


def _compiled(translation: Translation) -> CompiledTranslation:
    try:
        return compile_translation(translation.kind, translation.source)
    except ContractError as error:
        where = ": ".join(filter(None, (translation.file or translation.name, error.where)))
        raise ContractError(error.what, where=where, fix=error.fix) from None


def _side(compiled: CompiledTranslation, response: Response) -> _Side:
    document = read_json(response.body, exact=False).value
    return _Side(document, compiled.evaluate(document))


def _baseline(compiled: CompiledTranslation, baseline: Response | None) -> _Side | None:
    try:
        return _side(compiled, baseline) if baseline else None
    except JsonError:
        return None


def _errors(compiled: CompiledTranslation, before: _Side | None, after: _Side) -> Iterator[Turn]:
    """Every output that was there, or, where none was, every output."""
    were = before.evaluation.outputs if before else {}
    there = {name: state(value) for name, value in were.items() if not is_blank(value)}
    word = "error" if before and before.evaluation.fault else ""
    detail = str(after.evaluation.fault)
    for name, was in (there or dict.fromkeys(compiled.outputs, word)).items():
        yield Turn(name, was, "error", detail)


@dataclass(frozen=True, slots=True)
class _Known:
    """What `blanks` asks: of the translation, and of the two documents."""

    compiled: CompiledTranslation
    before: _Side
    after: _Side

    def named(self, output: str) -> bool:
        return output in self.compiled.reads

    def listed(self, output: str) -> bool:
        return any(passes_array(self.before.document, read) for read in self.compiled.reads_of(output))

    def defaulted(self, output: str, before: Sequence[Value], after: Sequence[Value]) -> bool:
        """A language without defaults of its own has expressions for them (`name ?? "Unknown"`).

        Then something that the output reads has vanished, and it is what an empty document yields too.
        """
        if output in self.after.evaluation.defaults:
            return output not in self.before.evaluation.defaults
        if any(isinstance(value, dict | list) for value in (*before, *after)) or not set(after).isdisjoint(before):
            return False
        read = self.compiled.reads_of(output)
        if not vanished(read, self.before.document, self.after.document):
            return False
        bare = [value for name, value in by_name(self.compiled.evaluate({}).outputs) if name == output]
        return all(value in bare for value in after) or not any(holds(self.after.document, path) for path in read)


def _turned(compiled: CompiledTranslation, before: _Side | None, after: _Side) -> Iterator[Turn]:
    broken = [name for name, value in after.evaluation.outputs.items() if value is State.FUNCTION]
    for name in broken:
        yield Turn(name, state(before.value(name)) if before else "", "error", "a function instead of a value")
    if before is None or before.evaluation.fault:
        return
    known = _Known(compiled, before, after)
    for name, was in before.evaluation.outputs.items():
        if was is not State.FUNCTION and name not in broken:
            yield from turns(name, was, after.value(name), known)


def _with_schema(
    found: Sequence[Turn], invalid: Mapping[str, Violation], before: _Side | None, after: _Side
) -> Iterator[Turn]:
    """``found``, each with what the schema says of it, then what the schema alone finds."""
    for turn in found:
        violation = invalid.get(turn.output)
        yield replace(turn, detail=violation.detail) if violation and not turn.detail else turn
    told = {turn.output for turn in found}
    for name, violation in invalid.items():
        was = before.value(name) if before else None
        now = state(after.value(name)) if is_blank(after.value(name)) else "invalid"
        # blank in an approved baseline as well: then it is what was approved
        approved = now != "invalid" and before is not None and not before.evaluation.fault and is_blank(was)
        if name not in told and not approved:
            yield Turn(name, state(was) if before else "", now, violation.detail, violation.at)


def _loss(translation: Translation, compiled: CompiledTranslation, turn: Turn, roots: Sequence[str]) -> Loss:
    read = compiled.reads_of(turn.output)
    # an error in one output fails them all: whatever the translation reads may explain it
    causes = reads(translation) if turn.after == "error" else compiled.reads.get(turn.at, read)
    # the name may be a vendor's key
    output = printable(turn.output)
    root = root_of(causes, roots) or f"output:{translation.name}.{output}"
    return Loss(root, translation.name, output, turn.before, turn.after, tuple(map(format_path, read)), turn.detail)
