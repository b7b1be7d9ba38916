"""What a report says of incidents. PURE.

What it found:

1. Each root of a result is one sighting, as bad as the worst of its findings that are not accepted. Where all are,
   it is sighted as accepted.
2. Outcomes that are no verdict are sighted as troubles of the vendor: one for each outcome, with its interactions.
   What a killed run left unasked is none: the run that closes it asks again, or the scheduled check counts as missed.
3. `record` gives no verdict: nothing is sighted. Only `check` calls anybody: what judges recordings again sights no
   vendor's trouble, and does not know what else is checked.

How far it judged what is known (what is found is seen whatever this says):

4. A finding's absence means something only in a verdict on its interaction. It means nothing
   - without a baseline, where it is of structure, which only a baseline shows;
   - beside another status, or another media type for what lies in the body: nothing else of such a response is told;
   - below a place that is gone, empty, renamed, or of another type: nothing below it is told;
   - where there are so many findings that not all are listed;
   - where the output that it is about is lost still, and told under another root.
5. An interaction that is not in a check of the whole vendor, or is skipped, is not checked any more.
6. Outcomes tell how far an exchange came: not run, down, turned away, unreadable or not judged, verdict. An interaction
   has a trouble no more when it came further than that. So a vendor that is down has not recovered from anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from monitor.errors import JsonError
from monitor.jsonpaths import general, parse_path, starts_with
from monitor.model import (
    HEADER_ROOT,
    LOSS,
    MAX_FINDINGS,
    MISMATCH,
    STATUS_ROOT,
    Change,
    ChangeKind,
    Finding,
    Incident,
    Judged,
    Loss,
    Outcome,
    Result,
    RunReport,
    Severity,
    Sighting,
    Subject,
    fingerprint,
    kind_of,
    trouble_fingerprint,
)
from monitor.printable import printable

CHECK: Final = "check"
RECORD: Final = "record"
MOST_NAMED: Final = 5  # interactions of a vendor's trouble that are named, and reasons that are told
_TEXT: Final = 400

_TROUBLES: Final[Mapping[Outcome, tuple[Subject, Severity]]] = {
    Outcome.VENDOR_DOWN: (Subject.VENDOR_DOWN, Severity.BREAKING),
    Outcome.AUTH_FAILED: (Subject.AUTH_FAILED, Severity.BREAKING),
    Outcome.UNREADABLE: (Subject.UNREADABLE, Severity.BREAKING),
    Outcome.RATE_LIMITED: (Subject.RATE_LIMITED, Severity.WARNING),
    Outcome.NOT_JUDGED: (Subject.NOT_JUDGED, Severity.WARNING),
    Outcome.NOT_RUN: (Subject.NOT_RUN, Severity.WARNING),
}
_CAME: Final[Mapping[Outcome, int]] = {
    Outcome.NOT_RUN: 0,
    Outcome.VENDOR_DOWN: 1,
    Outcome.AUTH_FAILED: 2,
    Outcome.RATE_LIMITED: 2,
    Outcome.UNREADABLE: 3,
    Outcome.NOT_JUDGED: 3,
    Outcome.SAME: 4,
    Outcome.DRIFTED: 4,
    Outcome.NO_BASELINE: 4,
}
_MEDIA_TYPE_ROOT: Final = f"{HEADER_ROOT}content-type"
_INDEX: Final = re.compile(r"\[\d+\]")
_OUTPUT_ROOT: Final = "output:"
_COVERS_NOTHING: Final = frozenset({ChangeKind.ADDED, ChangeKind.NOT_NULL})


def sightings(report: RunReport) -> tuple[Sighting, ...]:
    """What the run found, by fingerprint: every root of a verdict, and every trouble of a vendor."""
    if report.command == RECORD:
        return ()
    found = [one for result in report.results for one in _drifts(result)]
    if report.command == CHECK:
        found += [one for vendor in report.vendors for one in _troubles(vendor, report.results)]
    return tuple({one.fingerprint: one for one in reversed(found)}.values())[::-1]


def judged(report: RunReport, incident: Incident | Sighting) -> Judged:
    """How far the run judged what a known incident, or what it just sighted, is about."""
    if report.command == RECORD:
        return _judged(report, "record gives no verdict")
    if incident.vendor not in report.vendors:
        return _judged(report, "the run was not about this vendor")
    if incident.subject is Subject.DRIFT:
        return _drift_judged(report, incident)
    return _trouble_judged(report, incident)


def _judged(report: RunReport, why: str = "") -> Judged:
    return Judged(report.run_id, report.started, seen=not why, rules=report.rules, why=why)


# -- drift ------------------------------------------------------------------------------------------------


def _drifts(result: Result) -> Iterator[Sighting]:
    roots: dict[str, list[Finding]] = {}
    for finding in result.findings:
        roots.setdefault(finding.root, []).append(finding)
    lines = {told.root: told.lines for told in result.told}
    for root, group in roots.items():
        alarming = [finding for finding in group if not finding.accepted]
        known = next((finding.fingerprint for finding in group if finding.fingerprint), "")
        yield Sighting(
            fingerprint=known or fingerprint(result.vendor, result.interaction_id, root),
            vendor=result.vendor,
            subject=Subject.DRIFT,
            severity=min((finding.severity for finding in alarming or group), key=lambda severity: severity.rank),
            interaction_id=result.interaction_id,
            description=result.description,
            root=root,
            kinds=tuple(sorted({kind_of(finding.detail) for finding in alarming or group})),
            lines=lines.get(root, ()),
            evidence=result.evidence,
            basis=result.basis,
            accepted="" if alarming else group[0].accepted,
        )


def _drift_judged(report: RunReport, incident: Incident | Sighting) -> Judged:
    key = (incident.vendor, incident.interaction_id)
    result = next((one for one in report.results if (one.vendor, one.interaction_id) == key), None)
    if result is None:
        return _absent(report, incident.interaction_id, incident.vendor)
    why = _blind(result, incident)
    return Judged(report.run_id, report.started, seen=not why, basis=result.basis, rules=report.rules, why=why)


def _absent(report: RunReport, interaction_id: str, vendor: str) -> Judged:
    """Of an interaction that the report has no result of."""
    skipped = any((one.vendor, one.interaction_id) == (vendor, interaction_id) for one in report.skipped)
    if report.selection and not skipped:
        return _judged(report, f"only {printable(report.selection)} was asked for")
    if report.command != CHECK:
        return _judged(report, "nothing was recorded of it")
    return Judged(report.run_id, report.started, seen=True, planned=False, rules=report.rules)


def _blind(result: Result, incident: Incident | Sighting) -> str:
    """Why the result's findings do not tell whether the incident is there; empty: they do."""
    if not result.outcome.judged:
        return f"its interaction was not judged ({result.outcome})"
    if len(result.findings) >= MAX_FINDINGS:
        return "there are more findings than are listed"
    kinds = frozenset(incident.kinds)
    compared = kinds - {MISMATCH} if incident.basis.baseline else kinds - {MISMATCH, LOSS}
    if not result.baseline and kinds and compared == kinds:
        return "there is no baseline to compare with"
    return next((why for finding in result.findings if (why := _hidden_by(finding, incident.root))), "")


def _hidden_by(finding: Finding, root: str) -> str:
    """Why nothing is told of ``root`` where there is ``finding``."""
    if finding.root == root:
        return ""
    if finding.root == STATUS_ROOT:
        return "the status is another: nothing else of the response is told"
    if finding.root == _MEDIA_TYPE_ROOT and root.startswith(("$", _OUTPUT_ROOT)):
        return "the media type is another: nothing may be told of the body"
    detail = finding.detail
    if isinstance(detail, Loss) and root in (_output(detail), f"{_OUTPUT_ROOT}{detail.translation}"):
        return f"the output is lost still; that is told of {finding.root}"
    covers = not isinstance(detail, Change) or detail.kind not in _COVERS_NOTHING
    return f"it lies below {finding.root}, which changed" if covers and _is_below(root, finding.root) else ""


def _output(loss: Loss) -> str:
    return f"{_OUTPUT_ROOT}{loss.translation}.{loss.output}"


def _is_below(root: str, other: str) -> bool:
    if not (root.startswith("$") and other.startswith("$")):
        return False
    if not _INDEX.sub("[*]", root).startswith(_INDEX.sub("[*]", other)):  # parsing takes ten times as long
        return False
    try:
        path, above = general(parse_path(root)), general(parse_path(other))
    except JsonError:  # a root in which something was masked
        return False
    return path != above and starts_with(path, above)


# -- a vendor's troubles ----------------------------------------------------------------------------------


def _troubles(vendor: str, results: Sequence[Result]) -> Iterator[Sighting]:
    for outcome, (subject, severity) in _TROUBLES.items():
        of_vendor = (result for result in results if result.vendor == vendor and not result.interrupted)
        met = [result for result in of_vendor if result.outcome is outcome]
        if met:
            yield Sighting(
                fingerprint=trouble_fingerprint(vendor, subject),
                vendor=vendor,
                subject=subject,
                severity=severity,
                lines=tuple(_trouble_lines(met)),
                evidence=next((result.evidence for result in met if result.evidence), ""),
                affected=tuple(result.interaction_id for result in met),
            )


def _trouble_lines(met: Sequence[Result]) -> Iterator[str]:
    reasons = Counter(result.reason or "no reason was given" for result in met)
    for reason, count in reasons.most_common(MOST_NAMED):
        yield f"{_count(count, 'interaction')}: {printable(reason, _TEXT)}"
    if len(reasons) > MOST_NAMED:
        yield f"and {_count(len(reasons) - MOST_NAMED, 'more reason')}"
    names = [printable(result.description, 100) for result in met]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    yield f"met in {', '.join(names[:MOST_NAMED])}{more}"
    fixes = dict.fromkeys(result.fix for result in met if result.fix)
    yield from (f"to mend it: {printable(fix, _TEXT)}" for fix in list(fixes)[:MOST_NAMED])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _trouble_judged(report: RunReport, incident: Incident | Sighting) -> Judged:
    outcome = next((one for one, (subject, _) in _TROUBLES.items() if subject is incident.subject), None)
    if outcome is None or report.command != CHECK:
        return _judged(report, "it is no matter of what a run calls")
    ended = {one.interaction_id: one.outcome for one in report.results if one.vendor == incident.vendor}
    gone = {one for one in incident.affected if one not in ended and not _absent(report, one, incident.vendor).planned}
    cleared = {one for one in incident.affected if one in ended and _CAME[ended[one]] > _CAME[outcome]} | gone
    left = [one for one in incident.affected if one not in cleared]
    whole = bool(incident.affected) or not report.selection
    seen = not left and whole and outcome not in ended.values()
    return Judged(
        run_id=report.run_id,
        at=report.started,
        seen=seen,
        planned=not (gone and gone == set(incident.affected)),
        rules=report.rules,
        cleared=tuple(one for one in incident.affected if one in cleared),
        why="" if seen else _still(len(left)),
    )


def _still(left: int) -> str:
    return f"{_count(left, 'interaction')} of it did not come so far in this run" if left else "the run met it"
