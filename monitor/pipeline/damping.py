"""Outputs that come and go: what was blank without drift before is a warning, and no alarm.

1. A blank output (or one that took its default) is damped where it was blank in one of the last recordings that were
   judged without drift of the same request. Those are judged once more against today's baseline, in the judging
   processes. What another input was answered (another URL or body) says nothing of this one.
2. What the contract forbids, what the translation's schema demands, and what fails the translation, is never damped.
3. With the losses of one root, all of them damped, goes what they have for a cause: the path that is gone or empty.
4. Severities that monitor.yaml sets by name stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Final, TypeAlias

from monitor.checking.words import told
from monitor.errors import RecordingError
from monitor.model import (
    Change,
    ChangeKind,
    Detail,
    Finding,
    Loss,
    Mismatch,
    Outcome,
    Result,
    RunReport,
    Severity,
)
from monitor.pipeline.planning import Job
from monitor.pipeline.tools import Judges, Tools
from monitor.pipeline.verdicts import begin_stored
from monitor.recordings.store import Store

LAST: Final = 10  # recordings without drift that are looked at
FAR: Final = 50  # runs that are looked through for them
_BLANK: Final = frozenset({"missing", "null", "empty", "default"})
_CAUSES: Final = frozenset({ChangeKind.REMOVED, ChangeKind.NULLABLE, ChangeKind.EMPTIED})
Output: TypeAlias = tuple[str, str]  # a translation and one of its outputs
_QUIET: Final = (Outcome.SAME, Outcome.NO_BASELINE)


def damped(
    results: Sequence[Result], jobs: Mapping[tuple[str, str], Job], tools: Tools, judges: Judges
) -> tuple[Result, ...]:
    """The results, with what was blank without drift before as warnings."""
    past = Past(tools.store)
    by_job = ((result, jobs.get((result.vendor, result.interaction_id))) for result in results)
    return tuple(_damped(result, job, past, tools, judges) for result, job in by_job)


def _damped(result: Result, job: Job | None, past: Past, tools: Tools, judges: Judges) -> Result:
    blank = {output_of(loss) for _, loss in alarms(result.findings)}
    if job is None or not blank or _is_set("loss", job.vendor.severity):
        return result
    seen: dict[Output, str] = {}
    for path in past.recordings(result):
        before = begin_stored(tools, judges, job, path).finish()
        for finding in before.findings:
            if isinstance(finding.detail, Loss) and finding.detail.after in _BLANK:
                seen.setdefault(output_of(finding.detail), path.split("/")[1])
        if blank <= seen.keys():
            break
    known = {output: run for output, run in seen.items() if output in blank}
    if not known:
        return result
    findings = lowered(result.findings, known, job.vendor.severity)
    return replace(result, findings=findings, told=told(findings))


# -- findings ---------------------------------------------------------------------------------------------


def output_of(loss: Loss) -> Output:
    return loss.translation, loss.output


def _is_set(kind: str, severity: Mapping[str, str]) -> bool:
    """Whether monitor.yaml says how bad that kind is."""
    return any(name == kind or name.startswith(f"{kind} ") for name in severity)


def alarms(findings: Sequence[Finding]) -> Iterator[tuple[Finding, Loss]]:
    """The blank outputs that nothing but their being blank makes an alarm of."""
    forbidden = {finding.root for finding in findings if isinstance(finding.detail, Mismatch)}
    for finding in findings:
        loss = finding.detail
        if not isinstance(loss, Loss) or loss.after not in _BLANK or loss.demanded:
            continue
        if finding.severity is Severity.BREAKING and finding.root not in forbidden:
            yield finding, loss


def lowered(
    findings: Sequence[Finding], known: Mapping[Output, str], severity: Mapping[str, str]
) -> tuple[Finding, ...]:
    """``findings``, the worst first. ``known``: what was blank before, and in which run; ``severity`` is the user's."""
    found = _lowered(findings, known, severity)
    return tuple(sorted(found, key=lambda one: (one.severity.rank, one.root)))


def _lowered(
    findings: Sequence[Finding], known: Mapping[Output, str], severity: Mapping[str, str]
) -> Iterator[Finding]:
    damp = [finding for finding, loss in alarms(findings) if output_of(loss) in known]
    others = {finding.root for finding in findings if isinstance(finding.detail, Loss) and finding not in damp}
    roots = {finding.root for finding in damp} - others
    for finding in findings:
        detail = finding.detail
        if isinstance(detail, Loss) and finding in damp:
            said = f"it was blank without drift in run {known[output_of(detail)]} as well"
            detail = replace(detail, detail="; ".join(filter(None, (detail.detail, said))))
            yield replace(finding, severity=Severity.WARNING, detail=detail)
        elif finding.root in roots and _is_cause(detail, severity):
            yield replace(finding, severity=max(finding.severity, Severity.WARNING, key=lambda one: one.rank))
        else:
            yield finding


def _is_cause(detail: Detail, severity: Mapping[str, str]) -> bool:
    return isinstance(detail, Change) and detail.kind in _CAUSES and not _is_set(detail.kind, severity)


# -- what was before --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Past:
    """The reports of runs, the newest first, each read once."""

    store: Store

    @cached_property
    def _runs(self) -> tuple[str, ...]:
        return tuple(reversed(self.store.runs()))

    @cached_property
    def _reports(self) -> dict[str, RunReport | None]:
        return {}

    def _report(self, run_id: str) -> RunReport | None:
        if run_id not in self._reports:
            try:
                self._reports[run_id] = self.store.read_report(run_id)
            except RecordingError:
                self._reports[run_id] = None
        return self._reports[run_id]

    def _asked(self, path: str) -> tuple[str, str, bytes] | None:
        """What was asked: method, URL and body as recorded; None where that recording cannot be read."""
        try:
            request = self.store.read(path).exchange.request
        except RecordingError:
            return None
        return request.method, request.url, request.body or b""

    def _quiet(self, result: Result) -> Iterator[str]:
        """All recordings of the interaction before ``result`` that were judged without drift."""
        run = result.evidence.split("/")[1] if result.evidence.count("/") > 1 else ""
        older = [run_id for run_id in self._runs if not run or run_id < run][:FAR]
        for report in filter(None, map(self._report, older)):
            for one in report.results:
                same = (one.vendor, one.interaction_id) == (result.vendor, result.interaction_id)
                if same and one.outcome in _QUIET and one.evidence:
                    yield one.evidence

    def recordings(self, result: Result) -> Iterator[str]:
        """The last of those that asked the same as ``result`` did."""
        asked = self._asked(result.evidence)
        if asked is None:
            return
        yield from islice((path for path in self._quiet(result) if self._asked(path) == asked), LAST)
