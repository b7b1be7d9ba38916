"""A recording made the baseline: refused where it would bless an error, a mismatch or an unaccepted loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import RecordingError, UsageError
from monitor.model import Approval, Loss, Mismatch, Outcome, Recording, Result, Settings
from monitor.pipeline.planning import Job, plan_jobs
from monitor.pipeline.tools import Judges, Selection, Tools
from monitor.pipeline.unclaimed import adopted
from monitor.pipeline.verdicts import begin


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recording that may become the baseline. ``refusals`` say why it may not (empty: it may).

    ``recording`` is None where the newest one is damaged.
    """

    job: Job
    recording: Recording | None
    result: Result
    refusals: tuple[str, ...]
    accepted: tuple[str, ...] = ()  # losses accepted with the present baseline
    standing: bool = False  # it is the baseline already, and nothing more is accepted


@dataclass(frozen=True, slots=True)
class Consent:
    """Who approves, and what they accept. ``losses``: outputs whose loss is accepted, which needs a note."""

    by: str
    note: str = ""
    losses: tuple[str, ...] = ()


def _losses(result: Result) -> Iterator[Loss]:
    return (f.detail for f in result.findings if isinstance(f.detail, Loss))


def _refusals(result: Result, accepted: Sequence[str]) -> Iterator[str]:
    if not result.outcome.judged:
        yield f"{result.outcome.value}: {result.reason}"
    forbidden = any(isinstance(finding.detail, Mismatch) for finding in result.findings)
    for finding in result.findings:
        detail = finding.detail
        if isinstance(detail, Mismatch):
            yield f"the contract forbids it: expected {detail.expected}; actual: {detail.actual}"
        elif isinstance(detail, Loss) and detail.output not in accepted:
            lost = f"output {detail.output}: {detail.before or 'not there'} -> {detail.after}"
            yield lost if forbidden else f'{lost}; to accept it: --accept-loss {detail.output} --note "why"'


def _http_error(job: Job, recording: Recording) -> Iterator[str]:
    response = recording.exchange.response
    expected = job.interaction.expected_status
    if response is not None and response.status >= 400 and response.status != expected:
        yield f"it is an HTTP error: status {response.status}"


def _approval_before(tools: Tools, job: Job) -> Approval | None:
    try:
        baseline = tools.store.baseline(*job.key)
    except RecordingError:
        return None
    return baseline.approval if baseline else None


def _candidate(
    tools: Tools, judges: Judges, job: Job, recording: Recording | RecordingError, consent: Consent
) -> Candidate:
    if isinstance(recording, RecordingError):
        interaction = job.interaction
        result = Result(job.vendor.name, interaction.id, interaction.description, Outcome.NOT_JUDGED)
        return Candidate(job, None, result, (str(recording),))
    result = begin(tools, judges, job, recording, None, approving=True).finish()
    refusals = (*_http_error(job, recording), *_refusals(result, consent.losses))
    before = _approval_before(tools, job) or recording.approval  # an adopted baseline brings its own
    accepted = before.accepted_losses if before else ()
    standing = before is not None and before.source == recording.path and set(consent.losses) <= set(accepted)
    return Candidate(job, recording, result, tuple(dict.fromkeys(refusals)), accepted, standing)


def _newest(tools: Tools, job: Job) -> Recording | RecordingError | None:
    try:
        return tools.store.latest(job.vendor.name, job.interaction.id)
    except RecordingError as error:
        return error


def _found(
    settings: Settings, tools: Tools, jobs: tuple[Job, ...], paths: Sequence[str] | None
) -> list[tuple[Job, Recording | RecordingError]]:
    if paths is None:
        newest = [(job, _newest(tools, job)) for job in jobs]
        return [(job, recording) for job, recording in newest if recording is not None]
    by_key = {job.key: job for job in jobs}
    named = [tools.store.read(path) for path in paths]
    named = [r if (r.vendor, r.interaction_id) in by_key else adopted(r, jobs, settings, tools.masker) for r in named]
    of_others = [r.path for r in named if (r.vendor, r.interaction_id) not in by_key]
    if of_others:
        raise UsageError("it is the recording of another interaction", where=of_others[0], fix="name its own vendor")
    return [(by_key[recording.vendor, recording.interaction_id], recording) for recording in named]


def candidates(
    settings: Settings, tools: Tools, selection: Selection, paths: Sequence[str] | None, consent: Consent
) -> tuple[Candidate, ...]:
    """The recordings at ``paths`` (None: the newest of each selected interaction), judged as approval needs it.

    Raises UsageError where a named recording is of none of the selected interactions.
    """
    if consent.losses and not consent.note:
        raise UsageError("an accepted loss needs a reason", fix='add --note "why"')
    jobs = plan_jobs(settings, selection).jobs
    found = _found(settings, tools, jobs, paths)
    if not found:
        fix = "run: monitor record --vendor " + " ".join(selection.vendors)
        raise UsageError("there is no recording to approve", fix=fix)
    with tools.judges(len(found)) as judges:
        judged = tuple(_candidate(tools, judges, job, recording, consent) for job, recording in found)
    lost = {loss.output for candidate in judged for loss in _losses(candidate.result)}
    lost.update(name for candidate in judged for name in candidate.accepted)
    unknown = [name for name in consent.losses if name not in lost]
    if unknown:
        raise UsageError(
            f"no loss of an output '{unknown[0]}' to accept", fix=f"losses: {', '.join(sorted(lost)) or 'none'}"
        )
    return judged


def _accepted(candidate: Candidate, consent: Consent) -> tuple[str, ...]:
    """What was accepted before and what is accepted now; it counts only while the baseline's own output is blank."""
    now = [loss.output for loss in _losses(candidate.result) if loss.output in consent.losses]
    return tuple(dict.fromkeys((*candidate.accepted, *now)))


def approval_of(candidate: Candidate, recording: Recording, consent: Consent, now: datetime) -> Approval:
    accepted = _accepted(candidate, consent)
    return Approval(by=consent.by, at=now, source=recording.path, note=consent.note, accepted_losses=accepted)


def approve(tools: Tools, candidate: Candidate, consent: Consent) -> Recording:
    """Writes the baseline, and gives it back. Raises RecordingError for a refused candidate."""
    recording = candidate.recording
    if candidate.refusals or recording is None:
        raise RecordingError("; ".join(candidate.refusals), where=candidate.result.evidence)
    with tools.lock(candidate.job.vendor.name):
        return tools.store.approve(recording, approval_of(candidate, recording, consent, tools.clock()))
