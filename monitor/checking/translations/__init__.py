"""What a response costs the flows that read it: the outputs of a translation that are lost.

1. The translation is evaluated on the baseline and on the response. An output that was there and is now
   missing, null, empty, the translation's own default, or of another type is lost; one that was blank is not.
2. An evaluation error loses every output; a violation of the translation's schema loses the one it lies in.
   Both count without a baseline too: a contract does not rest on one.
3. Where masks stand, errors and the schema are judged by the raw response, and the stored form is compared with the
   stored baseline: so check and recheck say the same. What is the masks' doing is no loss but a note (masks.py).
4. A loss takes the root of the change that explains it, so that one rename is one incident. What fails the whole
   translation and has no such cause has one root, ``output:<translation>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from monitor.checking.masked import Answer
from monitor.checking.translations.blanks import Turn, by_name, is_blank, state, turns
from monitor.checking.translations.documents import holds, passes_array, vanished
from monitor.checking.translations.filling import blank_outputs, filled_note, listed
from monitor.checking.translations.masks import Masks
from monitor.checking.translations.precision import precision_note
from monitor.checking.translations.roots import root_of
from monitor.checking.translations.sides import Side, Sides, sides_of
from monitor.checking.translations.violation import REQUIRED, Violation
from monitor.checking.written import written_to
from monitor.errors import ContractError, NotJudgedError
from monitor.jsonpaths import Path, format_path
from monitor.languages import CompiledTranslation, State, Value, compile_translation, platform_of
from monitor.model import DEFAULT, FAILURE_PATH, THE_DEFAULT, Case, Loss, Translation
from monitor.pact_engine import read_expected
from monitor.printable import printable

__all__ = ["blank_outputs", "listed", "losses", "of_no_json", "precision_note", "reads"]

_ANY_NAME: Final = "*"
_FAILED: Final = "error"
_NOT_WHOLE: Final = "translation '{}' cannot be compared whole: masked text stands where it computes"


def reads(translation: Translation) -> tuple[Path, ...]:
    """All that the outputs of ``translation`` read. Raises ContractError if it does not compile."""
    compiled = _compiled(translation)
    found = chain(compiled.reads.values(), map(compiled.reads_of, compiled.outputs))
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def of_no_json(translation: Translation) -> str:
    """What a body that is no JSON means to a platform's translation; empty for any other."""
    platform = platform_of(_compiled(translation))
    name = printable(translation.name)
    return f"{name} takes its failure path: no output is set; {platform.of_no_json}" if platform else ""


def losses(translation: Translation, case: Case, roots: Sequence[str]) -> Answer[Loss]:
    """The outputs lost in the case's response, each with the one of ``roots`` (of changes and mismatches) behind it.

    A baseline that is not JSON is none. Raises JsonError if the response is not JSON, ContractError if translation
    or schema is wrong, NotJudgedError if an engine gives up.
    """
    compiled = _compiled(translation)
    sides = sides_of(compiled, case)
    if _fails_by_status(compiled, case):
        return Answer((), ())
    if sides.raw.fault and (note := _own_fault(translation, compiled, sides, case)):
        return Answer((), (note,))
    show = _names_shown(translation, sides) if sides.raw is not sides.after else str
    found = tuple(_errors(compiled, sides) if sides.raw.fault else _turned(compiled, sides, show))
    failed = sides.raw.evaluation.fault is not None
    invalid: Mapping[str, Violation] = {} if failed else _invalid(translation, sides, show)
    notes: tuple[str, ...] = ()
    if sides.masked and not sides.raw.fault:
        settled = Masks(compiled, sides).settled(found, invalid)
        found, invalid = settled.turns, settled.invalid
        notes = () if settled.whole else (_NOT_WHOLE.format(printable(translation.name)),)
    if note := filled_note(translation, compiled, sides):
        notes = (*notes, note)
    told = tuple(_with_schema(found, invalid, sides, show, case.accepted_losses))
    teller = _Teller(translation, compiled, sides, roots, _assumed(compiled, case, sides) if told else {})
    return Answer(tuple(teller.loss(turn, invalid) for turn in told), notes)


def _fails_by_status(compiled: CompiledTranslation, case: Case) -> bool:
    """This response has a status that fails the translation, and so has the approved one: nothing is lost.

    Where nothing is approved, the contract says which status is as it should be.
    """
    platform = platform_of(compiled)
    if platform is None or not platform.status_fault(case.raw.status):
        return False
    if case.baseline is not None:
        return platform.status_fault(case.baseline.status) is not None
    return case.contract is not None and platform.status_fault(read_expected(case.contract.pact).status) is not None


def _invalid(translation: Translation, sides: Sides, show: Callable[[str], str]) -> Mapping[str, Violation]:
    if translation.schema is None:
        return {}
    from monitor.checking.translations.schemas import violations  # noqa: PLC0415 - it takes 50 ms to load

    return violations(translation, sides.raw.evaluation, show)


def _own_fault(translation: Translation, compiled: CompiledTranslation, sides: Sides, case: Case) -> str:
    """A note where the translation's own fault is accepted; empty where the response may be why it failed.

    Raises NotJudgedError where the translation is at fault and nobody accepted that: it fails on the approved
    baseline too, or could not be right for any response (the S codes). That is no drift.
    """
    fault, before = sides.raw.evaluation.fault, sides.before
    never_right = fault is not None and fault.code.startswith("S")
    if not never_right and (before is None or not before.fault):
        return ""
    what = f"translation '{printable(translation.name)}' fails on the baseline as well ({sides.raw.fault})"
    if never_right:
        what = f"translation '{printable(translation.name)}' is wrong itself ({sides.raw.fault})"
    elif set(compiled.outputs) <= set(case.accepted_losses):
        return what
    raise NotJudgedError(what, fix=f"correct {printable(translation.file or 'it')}")


def _compiled(translation: Translation) -> CompiledTranslation:
    try:
        return compile_translation(translation.kind, translation.source)
    except ContractError as error:
        where = ": ".join(filter(None, (translation.file or translation.name, error.where)))
        raise ContractError(error.what, where=where, fix=error.fix) from None


# -- names ------------------------------------------------------------------------------------------------


def _names_shown(translation: Translation, sides: Sides) -> Callable[[str], str]:
    """A key that the raw response alone tells may hold a secret, unless the translation itself names it."""
    raw, stored = (set(_keys(dict(side.evaluation.outputs))) for side in (sides.raw, sides.after))
    hidden = {key for key in raw - stored if key not in translation.source}
    return lambda name: _ANY_NAME if name in hidden else name


def _keys(value: Value | dict[str, Value]) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for member in value.values():
            yield from _keys(member)
    elif isinstance(value, list):
        for member in value:
            yield from _keys(member)


# -- turns ------------------------------------------------------------------------------------------------


def _errors(compiled: CompiledTranslation, sides: Sides) -> Iterator[Turn]:
    """Every output that was there, or, where none was, every output."""
    before = sides.before
    were = before.evaluation.outputs if before else {}
    there = {name: state(value) for name, value in were.items() if not is_blank(value)}
    word = _FAILED if before and before.fault else ""
    detail = f"{FAILURE_PATH if platform_of(compiled) else ''}{sides.raw.fault}"
    for name, was in (there or dict.fromkeys(compiled.outputs, word)).items():
        yield Turn(name, was, _FAILED, detail)


@dataclass(frozen=True, slots=True)
class _Known:
    """What `blanks` asks: of the translation, and of the two documents."""

    compiled: CompiledTranslation
    before: Side
    after: Side

    def named(self, output: str) -> bool:
        return output in self.compiled.reads

    def listed(self, output: str) -> bool:
        return any(passes_array(self.before.document, read) for read in self.compiled.reads_of(output))

    def defaulted(self, output: str, before: Sequence[Value], after: Sequence[Value]) -> bool:
        """A language without defaults of its own has expressions for them (`name ?? "Unknown"`).

        Then something that the output reads has vanished, and it is what an empty document yields too. A platform's
        translation tells its defaults exactly: whatever else it yields is another value.
        """
        if output in self.after.evaluation.defaults:
            return _took(output, self.before, self.after)
        if platform_of(self.compiled):
            return False
        if any(isinstance(value, dict | list) for value in (*before, *after)) or not set(after).isdisjoint(before):
            return False
        read = self.compiled.reads_of(output)
        if not vanished(read, self.before.document, self.after.document):
            return False
        bare = [value for name, value in by_name(self.compiled.evaluate({}).outputs) if name == output]
        return all(value in bare for value in after) or not any(holds(self.after.document, path) for path in read)


def _turned(compiled: CompiledTranslation, sides: Sides, show: Callable[[str], str]) -> Iterator[Turn]:
    before, after = sides.before, sides.after
    broken = [show(name) for name, value in sides.raw.evaluation.outputs.items() if value is State.FUNCTION]
    for name in broken:
        yield Turn(name, state(before.value(name)) if before else "", _FAILED, "a function instead of a value")
    if before is None or before.evaluation.fault or after.evaluation.fault:
        return
    known = _Known(compiled, before, after)
    for name, was in before.evaluation.outputs.items():
        if was is not State.FUNCTION and name not in broken:
            for turn in turns(name, was, after.value(name), known):
                yield _with_default(turn, before, after)


def _took(output: str, before: Side, after: Side) -> bool:
    """A default fills ``output``, and not the one that filled it before."""
    defaults = after.evaluation.defaults
    return output in defaults and defaults[output] != before.evaluation.defaults.get(output)


def _with_default(turn: Turn, before: Side, after: Side) -> Turn:
    """An output that a default fills is told so, whatever the default says."""
    if not _took(turn.output, before, after):
        return turn
    text = after.evaluation.defaults[turn.output]
    return replace(turn, after=DEFAULT, detail=f"{THE_DEFAULT}{text}" if text else "")


def _with_schema(
    found: Sequence[Turn],
    invalid: Mapping[str, Violation],
    sides: Sides,
    show: Callable[[str], str],
    accepted: Sequence[str],
) -> Iterator[Turn]:
    """``found``, each with what the schema says of it, then what the schema alone finds."""
    before, raw = sides.before, sides.raw
    for turn in found:
        violation = invalid.get(turn.output)
        # that a missing output is required says no more than that it was there and is missing
        more = violation is not None and not turn.detail and violation.detail != REQUIRED
        yield replace(turn, detail=violation.detail) if violation and more else turn
    told = {turn.output for turn in found}
    for name, violation in invalid.items():
        was = before.value(name) if before else None
        now = state(raw.value(name)) if is_blank(raw.value(name)) else "invalid"
        # blank in the baseline as well, and that was accepted with it
        approved = now != "invalid" and before is not None and is_blank(was) and name in accepted
        if name not in told and not approved:
            yield Turn(show(name), state(was) if before else "", now, violation.detail, violation.at)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Makes a loss of a turn."""

    translation: Translation
    compiled: CompiledTranslation
    sides: Sides
    roots: Sequence[str]
    assumed: Mapping[str, tuple[str, ...]]

    def loss(self, turn: Turn, invalid: Mapping[str, Violation]) -> Loss:
        read = self.compiled.reads_of(turn.output)
        # the name may be a vendor's key
        output = printable(turn.output)
        root = root_of(self._causes(turn, read), self.roots) or self._own_root(turn, output)
        return Loss(
            root,
            self.translation.name,
            output,
            turn.before,
            turn.after,
            reads=tuple(map(format_path, read)),
            detail=turn.detail,
            silent=platform_of(self.compiled) is not None and turn.after != _FAILED,
            demanded=turn.output in invalid,
            assumed="; ".join(self.assumed.get(turn.output, ())),
            written=written_to(root, platform_of(self.compiled)),
        )

    def _own_root(self, turn: Turn, output: str) -> str:
        """Where nothing explains it: what fails the translation is one thing, however many outputs it takes."""
        whole = turn.after == _FAILED and self.sides.raw.fault
        return f"output:{self.translation.name}" + ("" if whole else f".{output}")

    def _causes(self, turn: Turn, read: Sequence[Path]) -> Sequence[Path]:
        if turn.after != _FAILED:
            return self.compiled.reads.get(turn.at, read)
        # an error in one output fails them all: whatever the translation reads may explain it
        fault = self.sides.raw.evaluation.fault
        return (fault.reads if fault else ()) or reads(self.translation)


def _assumed(compiled: CompiledTranslation, case: Case, sides: Sides) -> Mapping[str, tuple[str, ...]]:
    """Per output what a platform's translation assumes. A fault's message says so itself."""
    platform = platform_of(compiled)
    if platform is None:
        return {}
    found = {} if sides.raw.evaluation.fault else platform.assumptions(sides.raw.document)
    if not case.raw.body.strip():
        return {name: (platform.of_empty_body, *found.get(name, ())) for name in compiled.outputs}
    return found
