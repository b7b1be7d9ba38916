"""What would happen without a field: the approved response judged against itself with the field taken out.

1. Both are written anew from the same document, so that nothing but the field differs. Nothing is kept.
2. What fails fails a translation as a whole: outputs that do not read the field are lost with the others.
3. A field that is not in the approved response cannot be taken out of it; then nothing is foretold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Final

from monitor.checking.impact import BLANK, FAILED
from monitor.checking.translations.blanks import is_blank
from monitor.checking.translations.documents import reached
from monitor.errors import JsonError, RecordingError
from monitor.jsonpaths import Json, Path, parse_path, read_json
from monitor.model import DEFAULT, THE_DEFAULT, Judgement, Loss, Mismatch, Recording
from monitor.pipeline.cases import case_of, fault_of
from monitor.pipeline.impact.lineage import held, uses_of_translation
from monitor.pipeline.impact.taking import without
from monitor.pipeline.planning import Job
from monitor.pipeline.tools import Judges, Tools
from monitor.pipeline.verdicts import masked_judgement, terms_of
from monitor.printable import printable
from monitor.recordings.store import Store
from monitor.reports.impact import Effect, Field, Output, Reader, Traced

MOST_BYTES: Final = 50_000_000  # of bodies judged for one interaction
_ERROR: Final = "error"  # of the whole translation
NO_BASELINE: Final = "no baseline"
_BLANK: Final = "the field is blank in the baseline already"
_TOO_LARGE: Final = "the baseline is too large to try so many fields"


# -- baselines --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Baseline:
    """An approved response; or, where ``recording`` is None, why there is none to take fields out of."""

    recording: Recording | None
    document: Json = None
    size: int = 0
    missing: str = NO_BASELINE

    def holds(self, path: Path) -> bool:
        return self.recording is not None and any(True for _ in reached(self.document, path))


def baseline_of(store: Store, job: Job) -> Baseline:
    """The job's approved response, if there is one that is JSON."""
    try:
        recording = store.baseline(*job.key)
    except RecordingError as error:
        return Baseline(None, missing=f"{error.where}: {error.what}")
    if recording is None:
        return Baseline(None)
    response = recording.exchange.response
    if response is None or fault_of(recording, job.interaction.expected_status) or not response.complete:
        return Baseline(None, missing="the baseline holds no whole response")
    try:
        document = read_json(response.body, exact=False).value
    except JsonError:
        return Baseline(None, missing="the baseline is not JSON")
    return Baseline(recording, document, len(response.body))


# -- judging ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Try:
    """A field that is being tried; or ``unknown`` says why it is not."""

    field: Field
    judgement: Future[Judgement] | None = None
    unknown: str = ""
    blank: bool = False  # in the baseline already


def predicted(traced: Traced, job: Job, tools: Tools, judges: Judges | None) -> Traced:
    """``traced`` with what would happen without each of its fields; ``judges`` are there if any baseline is."""
    tries = [*_tries(traced, job, baseline_of(tools.store, job), judges)]
    return replace(traced, fields=tuple(_told(one, job, tools) for one in tries))


def _tries(traced: Traced, job: Job, baseline: Baseline, judges: Judges | None) -> Iterator[_Try]:
    room = max(1, MOST_BYTES // max(1, baseline.size))
    for field in traced.fields:
        if baseline.recording is None or judges is None:
            yield _Try(field, unknown=baseline.missing)
        elif not (field.readers or len(traced.fields) == 1):
            yield _Try(field)  # of all that the contract names only what is asked for is tried
        elif room <= 0:
            yield _Try(field, unknown=_TOO_LARGE)
        else:
            room -= 1
            yield _tried(field, job, baseline.recording, baseline.document, judges)


def _tried(field: Field, job: Job, recording: Recording, document: Json, judges: Judges) -> _Try:
    path = parse_path(field.path)
    found = [*reached(document, path)]
    if not found:
        return _Try(field, unknown=f"the baseline has no {field.path}")
    try:
        before, after = _with_body(recording, document), _with_body(recording, without(document, path))
    except (ValueError, TypeError):  # a number that no other JSON text can hold
        return _Try(field, unknown="the baseline holds a number that cannot be written again")
    case = case_of(terms_of(job), after, None, before)
    if case is None:
        return _Try(field, unknown=NO_BASELINE)
    return _Try(field, judges.submit(case, job.vendor.limits), blank=all(map(is_blank, found)))


def _with_body(recording: Recording, document: Json) -> Recording:
    exchange = recording.exchange
    assert exchange.response is not None  # noqa: S101 - baseline_of saw to it
    body = json.dumps(document, allow_nan=False).encode()
    return replace(recording, exchange=replace(exchange, response=replace(exchange.response, body=body)))


# -- telling ----------------------------------------------------------------------------------------------


def _told(one: _Try, job: Job, tools: Tools) -> Field:
    if one.judgement is None:
        return replace(one.field, unknown=one.unknown)
    judgement = masked_judgement(one.judgement.result(), tools.masker)
    if not judgement.outcome.judged:
        return replace(one.field, unknown=judgement.reason)
    forbidden = any(isinstance(finding.detail, Mismatch) for finding in judgement.findings)
    lost: dict[str, dict[str, Loss]] = {}
    for finding in judgement.findings:
        if isinstance(finding.detail, Loss):
            lost.setdefault(finding.detail.translation, {})[finding.detail.output] = finding.detail
    readers = tuple(_reader(reader, lost.get(reader.name, {}), job, blank=one.blank) for reader in one.field.readers)
    return replace(
        one.field, readers=readers, forbidden=forbidden if one.field.contract else None, notes=judgement.notes
    )


def _reader(reader: Reader, lost: Mapping[str, Loss], job: Job, *, blank: bool) -> Reader:
    failed = [loss.output for loss in lost.values() if loss.after in FAILED]
    if any(loss.after == _ERROR for loss in lost.values()):  # also what it reads for no output of its own
        outputs = [replace(output, effect=Effect.FAILS) for output in reader.outputs]
    else:
        outputs = [_output(output, lost, blank=blank) for output in reader.outputs]
    met = [printable(output.name) for output in reader.outputs]
    uses = uses_of_translation(job.interaction, reader.name)
    others = [at for at in failed if not any(at == name or _nest(name, at) for name in met)]
    outputs += [Output(name, (), Effect.FAILS, uses=held(uses, name)) for name in others]
    return replace(reader, outputs=tuple(outputs))


def _output(output: Output, lost: Mapping[str, Loss], *, blank: bool) -> Output:
    """``output`` with what becomes of it: its own loss, that of what it is part of, or of what is part of it."""
    name = printable(output.name)
    found = lost.get(name) or next((loss for at, loss in lost.items() if _nest(name, at)), None)
    if found is None:
        return replace(output, detail=_BLANK) if blank else replace(output, effect=Effect.UNCHANGED)
    return replace(output, effect=_effect(found), detail=_detail(found))


def _nest(name: str, other: str) -> bool:
    return name.startswith((f"{other}.", f"{other}[")) or other.startswith((f"{name}.", f"{name}["))


def _effect(loss: Loss) -> Effect:
    if loss.after in FAILED:
        return Effect.FAILS
    if loss.after in BLANK:
        return Effect.BLANK
    return Effect.DEFAULT if loss.after == DEFAULT else Effect.RETYPED


def _detail(loss: Loss) -> str:
    if loss.after == DEFAULT:
        return loss.detail if loss.detail.startswith(THE_DEFAULT) else ""
    return "" if loss.after in (*FAILED, *BLANK) else loss.after
