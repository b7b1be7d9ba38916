"""Outputs that come and go: what was blank without drift before is a warning, and no alarm.

1. A blank output (or one that took its default) is damped where it was blank in one of the last recordings that were
   judged without drift. Those are judged once more against today's baseline, in the judging processes.
2. What the contract forbids, and what fails the translation or its schema, is never damped.
3. With the losses of one root, all of them damped, goes what they have for a cause: the path that is gone or empty.
Severities that monitor.yaml sets by name stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from monitor.checking.words import told
from monitor.errors import RecordingError
from monitor.model import Change, ChangeKind, Finding, Loss, Mismatch, Outcome, Result, RunReport, Severity
from monitor.pipeline.planning import Job
from monitor.pipeline.tools import Judges, Tools
from monitor.pipeline.verdicts import begin_stored

LAST: Final = 10  # recordings without drift that are looked at
FAR: Final = 50  # runs that are looked through for them
_BLANK: Final = frozenset({"missing", "null", "empty", "default"})
_CAUSES: Final = frozenset({ChangeKind.REMOVED, ChangeKind.NULLABLE, ChangeKind.EMPTIED})
_QUIET: Final = (Outcome.SAME, Outcome.NO_BASELINE)


def damped(
    results: Sequence[Result], jobs: Mapping[tuple[str, str], Job], tools: Tools, judges: Judges
) -> tuple[Result, ...]:
    """The results, with what was blank without drift before as warnings."""
    past = _Past(tools)
    return tuple(_damped(result, jobs.get((result.vendor, result.interaction_id)), past, judges) for result in results)


def _damped(result: Result, job: Job | None, past: _Past, judges: Judges) -> Result:
    blank = {_name(loss): loss for _, loss in _alarms(result.findings)}
    if job is None or not blank:
        return result
    seen: dict[tuple[str, str], str] = {}
    for path in past.recordings(result):
        before = begin_stored(past.tools, judges, job, path).finish()
        for finding in before.findings:
            if isinstance(finding.detail, Loss) and finding.detail.after in _BLANK:
                seen.setdefault(_name(finding.detail), path.split("/")[1])
        if blank.keys() <= seen.keys():
            break
    known = {name: run for name, run in seen.items() if name in blank}
    if not known:
        return result
    findings = tuple(sorted(_lowered(result.findings, known), key=lambda one: (one.severity.rank, one.root)))
    return replace(result, findings=findings, told=told(findings))


def _name(loss: Loss) -> tuple[str, str]:
    return loss.translation, loss.output


def _alarms(findings: Sequence[Finding]) -> Iterator[tuple[Finding, Loss]]:
    """The blank outputs that nothing but their being blank makes an alarm of."""
    forbidden = {finding.root for finding in findings if isinstance(finding.detail, Mismatch)}
    for finding in findings:
        loss = finding.detail
        blank = isinstance(loss, Loss) and loss.after in _BLANK and "schema:" not in loss.detail
        if isinstance(loss, Loss) and blank and finding.severity is Severity.BREAKING and finding.root not in forbidden:
            yield finding, loss


def _lowered(findings: Sequence[Finding], known: Mapping[tuple[str, str], str]) -> Iterator[Finding]:
    alarms = [finding for finding, loss in _alarms(findings) if _name(loss) in known]
    others = {finding.root for finding in findings if isinstance(finding.detail, Loss) and finding not in alarms}
    roots = {finding.root for finding in alarms} - others
    for finding in findings:
        detail = finding.detail
        if isinstance(detail, Loss) and finding in alarms:
            said = f"it was blank without drift in run {known[_name(detail)]} as well"
            detail = replace(detail, detail="; ".join(filter(None, (detail.detail, said))))
            yield replace(finding, severity=Severity.WARNING, detail=detail)
        elif finding.root in roots and isinstance(detail, Change) and detail.kind in _CAUSES:
            yield replace(finding, severity=max(finding.severity, Severity.WARNING, key=lambda one: one.rank))
        else:
            yield finding


@dataclass(frozen=True)
class _Past:
    """The reports of runs, the newest first, each read once."""

    tools: Tools

    @cached_property
    def _runs(self) -> tuple[str, ...]:
        return tuple(reversed(self.tools.store.runs()))

    @cached_property
    def _reports(self) -> dict[str, RunReport | None]:
        return {}

    def _report(self, run_id: str) -> RunReport | None:
        if run_id not in self._reports:
            try:
                self._reports[run_id] = self.tools.store.read_report(run_id)
            except RecordingError:
                self._reports[run_id] = None
        return self._reports[run_id]

    def recordings(self, result: Result) -> Iterator[str]:
        """The last recordings of the interaction before ``result`` that were judged without drift."""
        run = result.evidence.split("/")[1] if result.evidence.count("/") > 1 else ""
        older = [run_id for run_id in self._runs if not run or run_id < run][:FAR]
        found = 0
        for report in filter(None, map(self._report, older)):
            for one in report.results:
                same = (one.vendor, one.interaction_id) == (result.vendor, result.interaction_id)
                if same and one.outcome in _QUIET and one.evidence:
                    yield one.evidence
                    found += 1
            if found >= LAST:
                return
