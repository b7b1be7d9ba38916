"""One recording -> its Result. Check and recheck both walk these functions."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, replace

from monitor.calling.statuses import status_fault
from monitor.checking.words import told
from monitor.errors import RecordingError
from monitor.model import Case, Fault, Judgement, Outcome, Recording, Response, Result
from monitor.pipeline.planning import Job
from monitor.pipeline.tools import Judges, Tools


@dataclass(frozen=True, slots=True)
class Pending:
    """A result that is whole but for its judgement; None: it is whole already."""

    result: Result
    judgement: Future[Judgement] | None = None

    def finish(self) -> Result:
        """Waits for the judgement."""
        if self.judgement is None:
            return self.result
        judged = self.judgement.result()
        return replace(
            self.result,
            outcome=judged.outcome,
            reason=judged.reason,
            findings=judged.findings,
            told=told(judged.findings),
            notes=(*self.result.notes, *judged.notes),
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


def case_of(job: Job, recording: Recording, raw: Response, baseline: Response | None) -> Case:
    interaction = job.interaction
    return Case(
        vendor=job.vendor.name,
        interaction_id=interaction.id,
        contract=interaction.contract,
        translations=interaction.translations,
        raw=raw,
        stored=recording.exchange.response or raw,
        baseline=baseline,
        severity=job.vendor.severity,
    )


def begin(tools: Tools, judges: Judges, job: Job, recording: Recording, raw: Response | None) -> Pending:
    """Starts judging. ``raw`` is the response as received, or None at a recheck (the stored form stands in)."""
    base = Result(
        vendor=job.vendor.name,
        interaction_id=job.interaction.id,
        description=job.interaction.description,
        outcome=Outcome.NOT_JUDGED,
        evidence=recording.path,
        elapsed=recording.exchange.elapsed,
    )
    fault = fault_of(job, recording)
    response = raw or recording.exchange.response
    if fault is not None or response is None:
        told_fault = fault or Fault(Outcome.VENDOR_DOWN, "read", "no response was recorded")
        reason = tools.masker.text(told_fault.what)
        return Pending(replace(base, outcome=told_fault.outcome, reason=reason, fix=tools.masker.text(told_fault.fix)))
    try:
        baseline = tools.store.baseline(job.vendor.name, job.interaction.id)
    except RecordingError as error:
        return Pending(replace(base, reason=str(error), fix="restore it, or approve a recording again"))
    if baseline is not None:
        base = replace(base, baseline=baseline.path)
    if raw is None and any(mask.where.startswith("response.body") for mask in recording.masks):
        note = "judged as stored: masked text stands where secrets stood in the body"
        base = replace(base, notes=(note,))
    case = case_of(job, recording, response, baseline.exchange.response if baseline else None)
    return Pending(base, judges.submit(case, job.vendor.limits.judge_timeout))
