"""One recording -> its Result. Check and recheck both walk these functions."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, fields, replace

from monitor.checking.impact import with_impact
from monitor.checking.words import told
from monitor.errors import RecordingError
from monitor.model import Basis, Detail, Judgement, Outcome, Recording, Response, Result, StoredCase, Terms, Use
from monitor.pipeline.cases import NO_RESPONSE, case_of, damage_of, damaged, fault_of
from monitor.pipeline.keys import terms_digest
from monitor.pipeline.planning import Job
from monitor.pipeline.tools import Judges, Tools
from monitor.recordings.masking import Masker


@dataclass(frozen=True, slots=True)
class Pending:
    """A result that is whole but for its judgement; None: it is whole already."""

    result: Result
    masker: Masker
    judgement: Future[Judgement] | None = None
    uses: tuple[Use, ...] = ()  # by which flows the outputs are read
    damage: str = ""  # why there is no baseline to judge against although there should be one
    late: float = 0.0  # seconds after which the vendor, down at first, was tried once more

    def finish(self) -> Result:
        """Waits for the judgement. No secret is left in what comes out."""
        result = self._finished()
        if not self.late:
            return result
        down = result.outcome is Outcome.VENDOR_DOWN
        told = "it was tried again, at last" if down else "the vendor was down at first; this is what it answered"
        return replace(result, notes=(*result.notes, f"{told} {self.late:,.0f} s later"))

    def _finished(self) -> Result:
        if self.judgement is None:
            return masked(self.result, self.masker)
        judged = masked_judgement(damaged(self.judgement.result(), self.damage), self.masker)
        result = replace(
            masked(self.result, self.masker),
            outcome=judged.outcome,
            reason=judged.reason,
            fix=judged.fix,
            findings=with_impact(judged.findings, self.uses),
            notes=judged.notes,
            elapsed=self.result.elapsed or judged.elapsed,
        )
        return replace(result, told=told(result.findings))


def _masked_detail(detail: Detail, masker: Masker) -> Detail:
    texts: dict[str, str] = {}
    for entry in fields(detail):
        value = getattr(detail, entry.name)
        if type(value) is str and entry.name != "type":
            texts[entry.name] = masker.text(value)
    return replace(detail, **texts)  # type: ignore[arg-type]  # only its own text fields


def masked_judgement(judgement: Judgement, masker: Masker) -> Judgement:
    """The judgement with every text masked: the names of a vendor's keys may hold what should not be shown."""
    text = masker.text
    findings = tuple(
        replace(finding, root=text(finding.root), detail=_masked_detail(finding.detail, masker))
        for finding in judgement.findings
    )
    notes = tuple(map(text, judgement.notes))
    return replace(judgement, reason=text(judgement.reason), fix=text(judgement.fix), notes=notes, findings=findings)


def masked(result: Result, masker: Masker) -> Result:
    """A result without findings, with every text masked."""
    text = masker.text
    return replace(
        result,
        description=text(result.description),
        reason=text(result.reason),
        fix=text(result.fix),
        basis=masked_basis(result.basis, masker),
    )


def not_run(job: Job, reason: str) -> Result:
    interaction = job.interaction
    return Result(job.vendor.name, interaction.id, interaction.description, Outcome.NOT_RUN, reason=reason)


def terms_of(job: Job, *, official: bool = False) -> Terms:
    """By what the job's responses are judged."""
    interaction = job.interaction
    return Terms(
        vendor=job.vendor.name,
        interaction_id=interaction.id,
        contract=interaction.contract,
        translations=interaction.translations,
        expected_status=interaction.expected_status,
        severity=job.vendor.severity,
        official=official,
    )


def basis_of(terms: Terms, baseline: Recording | None) -> Basis:
    """What a verdict rests on besides the response."""
    digest = terms_digest(terms)
    if baseline is None or baseline.approval is None:
        return Basis(digest)
    return Basis(digest, baseline.digest, baseline.approval.by, baseline.approval.at)


def based(result: Result, job: Job | None, tools: Tools) -> Result:
    """A stored recording's result with its basis, which the judging process does not tell."""
    if job is None or not result.outcome.judged:
        return result
    try:
        baseline = tools.store.baseline(*job.key)
    except RecordingError:
        baseline = None
    return replace(result, basis=masked_basis(basis_of(terms_of(job), baseline), tools.masker))


def masked_basis(basis: Basis, masker: Masker) -> Basis:
    return replace(basis, approved_by=masker.text(basis.approved_by))


def _unjudged(job: Job, evidence: str) -> Result:
    interaction = job.interaction
    return Result(job.vendor.name, interaction.id, interaction.description, Outcome.NOT_JUDGED, evidence=evidence)


def begin(
    tools: Tools, judges: Judges, job: Job, recording: Recording, raw: Response | None, *, approving: bool = False
) -> Pending:
    """Starts judging. ``raw`` is the response as received, or None where the stored form stands in.

    A damaged baseline is not judged against; ``approving``, it is as if there were none: that is how it is mended.
    """
    terms = terms_of(job)
    base = replace(_unjudged(job, recording.path), elapsed=recording.exchange.elapsed)
    fault = fault_of(recording, terms.expected_status)
    if fault is not None:
        return Pending(replace(base, outcome=fault.outcome, reason=fault.what, fix=fault.fix), tools.masker)
    baseline, damage = None, ""
    try:
        baseline = tools.store.baseline(*job.key)
    except RecordingError as error:
        damage = "" if approving else damage_of(error)
    base = replace(base, basis=basis_of(terms, baseline))
    if baseline is not None:
        base = replace(base, baseline=baseline.path)
        if raw is not None:  # a recheck writes nothing
            tools.store.refresh_pretty(baseline)
    case = case_of(terms, recording, raw, baseline)
    if case is None:
        return Pending(replace(base, reason=NO_RESPONSE), tools.masker)
    return Pending(base, tools.masker, judges.submit(case, job.vendor.limits), job.interaction.uses, damage)


def begin_stored(tools: Tools, judges: Judges, job: Job, path: str, *, official: bool = False) -> Pending:
    """Starts judging the recording at ``path``, which is read where it is judged."""
    base = _unjudged(job, path)
    try:
        recording = tools.store.read_bytes(path)
    except RecordingError as error:
        return Pending(replace(base, reason=str(error)), tools.masker)
    baseline_path, baseline, damage = "", None, ""
    try:
        baseline_path, baseline = tools.store.baseline_file(*job.key)
    except RecordingError as error:
        damage = damage_of(error)
    case = StoredCase(terms_of(job, official=official), path, recording, baseline_path, baseline, damage)
    base = replace(base, baseline=baseline_path if baseline is not None else "")
    return Pending(base, tools.masker, judges.submit(case, job.vendor.limits), job.interaction.uses)
