"""One recording -> its Result. Check and recheck both walk these functions."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, fields, replace
from typing import Final

from monitor.calling.statuses import status_fault
from monitor.checking.words import told
from monitor.errors import RecordingError
from monitor.model import MASK, MASK_HOST, Case, Detail, Fault, Judgement, Outcome, Recording, Response, Result
from monitor.pipeline.planning import Job
from monitor.pipeline.tools import Judges, Tools
from monitor.recordings.masking import Masker

_MEND: Final = "restore the baseline from version control, or approve a recording again: monitor approve"


@dataclass(frozen=True, slots=True)
class Pending:
    """A result that is whole but for its judgement; None: it is whole already."""

    result: Result
    masker: Masker
    judgement: Future[Judgement] | None = None
    damage: str = ""  # why there is no baseline to judge against although there should be one

    def finish(self) -> Result:
        """Waits for the judgement. No secret is left in what comes out."""
        if self.judgement is None:
            return masked(self.result, self.masker)
        judged = self.judgement.result()
        result = replace(
            self.result,
            outcome=judged.outcome,
            reason=judged.reason,
            findings=judged.findings,
            notes=(*self.result.notes, *judged.notes),
        )
        result = masked(self._damaged(result), self.masker)
        return replace(result, told=told(result.findings))

    def _damaged(self, result: Result) -> Result:
        if not self.damage:
            return result
        if result.outcome is Outcome.DRIFTED:  # what the contract forbids is told without a baseline
            return replace(result, notes=(*result.notes, f"structure was not compared: {self.damage}"))
        return replace(result, outcome=Outcome.NOT_JUDGED, reason=self.damage, fix=_MEND)


def _masked_detail(detail: Detail, masker: Masker) -> Detail:
    texts: dict[str, str] = {}
    for entry in fields(detail):
        value = getattr(detail, entry.name)
        if type(value) is str and entry.name != "type":
            texts[entry.name] = masker.text(value)
    return replace(detail, **texts)  # type: ignore[arg-type]  # only its own text fields


def masked(result: Result, masker: Masker) -> Result:
    """The result with every text masked: the names of a vendor's keys may hold what should not be shown."""
    text = masker.text
    findings = tuple(
        replace(finding, root=text(finding.root), detail=_masked_detail(finding.detail, masker))
        for finding in result.findings
    )
    return replace(
        result,
        description=text(result.description),
        reason=text(result.reason),
        fix=text(result.fix),
        notes=tuple(map(text, result.notes)),
        findings=findings,
    )


def not_run(job: Job, reason: str) -> Result:
    interaction = job.interaction
    return Result(job.vendor.name, interaction.id, interaction.description, Outcome.NOT_RUN, reason=reason)


def fault_of(job: Job, recording: Recording) -> Fault | None:
    """Why the recorded exchange cannot be judged, if so: a transport fault, or a status that says so itself."""
    exchange = recording.exchange
    if exchange.fault is not None or exchange.response is None:
        return exchange.fault or Fault(Outcome.VENDOR_DOWN, "read", "no response was recorded")
    return status_fault(exchange.response, job.interaction.expected_status)


def _body_is_masked(recording: Recording | None) -> bool:
    return recording is not None and any(mask.where.startswith("response.body") for mask in recording.masks)


def _masked_headers(recording: Recording) -> tuple[str, ...]:
    places = (mask.where.partition("response.header:") for mask in recording.masks)
    return tuple(dict.fromkeys(name.lower() for _, found, name in places if found))


def _numbers_are_masked(recording: Recording) -> bool:
    """More was masked in the body than there are masks to be seen: the others are numbers, which became 0."""
    response = recording.exchange.response
    body = (response.body if response else b"").lower()
    seen = sum(body.count(mark.lower().encode()) for mark in (MASK, MASK_HOST))
    return sum(mask.count for mask in recording.masks if mask.where == "response.body") > seen


def case_of(job: Job, recording: Recording, raw: Response | None, baseline: Recording | None) -> Case | None:
    """What is to be judged; None where there is no response. ``raw`` None: the stored form stands in."""
    interaction, stored = job.interaction, recording.exchange.response
    if stored is None:
        return None
    return Case(
        vendor=job.vendor.name,
        interaction_id=interaction.id,
        contract=interaction.contract,
        translations=interaction.translations,
        raw=raw or stored,
        stored=stored,
        baseline=baseline.exchange.response if baseline else None,
        severity=job.vendor.severity,
        accepted_losses=baseline.approval.accepted_losses if baseline and baseline.approval else (),
        raw_masked=raw is None and _body_is_masked(recording),
        raw_masked_headers=_masked_headers(recording) if raw is None else (),
        numbers_masked=_numbers_are_masked(recording),
        baseline_masked=_body_is_masked(baseline),
    )


def begin(
    tools: Tools, judges: Judges, job: Job, recording: Recording, raw: Response | None, *, approving: bool = False
) -> Pending:
    """Starts judging. ``raw`` is the response as received, or None at a recheck (the stored form stands in).

    A damaged baseline is not judged against; ``approving``, it is as if there were none: that is how it is mended.
    """
    base = Result(
        vendor=job.vendor.name,
        interaction_id=job.interaction.id,
        description=job.interaction.description,
        outcome=Outcome.NOT_JUDGED,
        evidence=recording.path,
        elapsed=recording.exchange.elapsed,
    )
    fault = fault_of(job, recording)
    if fault is not None:
        return Pending(replace(base, outcome=fault.outcome, reason=fault.what, fix=fault.fix), tools.masker)
    baseline, damage = None, ""
    try:
        baseline = tools.store.baseline(job.vendor.name, job.interaction.id)
    except RecordingError as error:
        damage = "" if approving else f"{error.where}: {error.what}"
    if baseline is not None:
        base = replace(base, baseline=baseline.path)
        if raw is not None:  # a recheck writes nothing
            tools.store.refresh_pretty(baseline)
    case = case_of(job, recording, raw, baseline)
    if case is None:
        return Pending(replace(base, reason="no response was recorded"), tools.masker)
    return Pending(base, tools.masker, judges.submit(case, job.vendor.limits), damage)
