"""What became of the baselines between two revisions, for whoever reviews the change.

Each new baseline is judged against the old one by today's contracts and translations, as a response would be: so the
severity is right, and lost outputs are told. Where that cannot be done, the structural changes alone are told.
Baselines that were damaged before and are unchanged are nobody's change.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from monitor.errors import ConfigError, RecordingError
from monitor.model import Finding, Outcome, Recording, Result, Settings, Severity, StoredCase
from monitor.pipeline.comparing import Key, compared
from monitor.pipeline.planning import Job, chosen_vendors, plan_jobs
from monitor.pipeline.recheck import BACKLOG
from monitor.pipeline.tools import Judges, Selection, Tools
from monitor.pipeline.verdicts import Pending, terms_of
from monitor.recordings.revisions import Snapshot, path_of, read_baseline
from monitor.reports.differences import Difference, State
from monitor.reports.review import KINDS, Kind, Review, Reviewed

NAMES: Final = ("the old baseline", "the new baseline")


@dataclass(frozen=True, slots=True)
class _Pair:
    """A baseline at both revisions, whole."""

    base: Recording
    head: Recording
    base_file: bytes
    head_file: bytes


def _whole(snapshot: Snapshot, key: Key) -> tuple[bytes, Recording]:
    data = snapshot.bytes_of(key)
    return data, read_baseline(data, key, f"{path_of(key)} at {snapshot.name}")


# -- what became of each ----------------------------------------------------------------------------------


def _one_sided(snapshot: Snapshot, key: Key, kind: Kind) -> Reviewed:
    try:
        _, recording = _whole(snapshot, key)
    except RecordingError as error:
        return Reviewed(*key, key[1], Kind.NOT_COMPARED, reason=str(error))
    accepted = recording.approval.accepted_losses if recording.approval and kind is Kind.ADDED else ()
    return Reviewed(*key, recording.description, kind, approval=recording.approval, accepted=accepted)


def _pair(base: Snapshot, head: Snapshot, key: Key) -> _Pair | Reviewed | None:
    """Both baselines, or why they cannot be compared; None where they are one and the same."""
    if base.versions[key] and base.versions[key] == head.versions[key]:
        return None
    try:
        files = base.bytes_of(key), head.bytes_of(key)
        if files[0] == files[1]:
            return None
        old, new = (_whole(snapshot, key)[1] for snapshot in (base, head))
    except RecordingError as error:
        return Reviewed(*key, key[1], Kind.NOT_COMPARED, reason=str(error))
    return None if old.digest == new.digest else _Pair(old, new, *files)


def _of_request(recording: Recording) -> object:
    request = recording.exchange.request
    url = urlsplit(request.url)
    return request.method, url.path, url.query, request.body


def _facts(pair: _Pair) -> Reviewed:
    """All but what a judgement tells."""
    head = pair.head
    key = head.vendor, head.interaction_id
    found = compared(Difference(*key, head.description, State.NOT_COMPARED), pair.base, head, names=NAMES)
    kind = {State.SAME: Kind.RERECORDED, State.DIFFERS: Kind.CHANGED}.get(found.state, Kind.NOT_COMPARED)
    before, after = (one.approval.accepted_losses if one.approval else () for one in (pair.base, head))
    asked_alike = _of_request(pair.base) == _of_request(head)
    return Reviewed(
        *key,
        head.description,
        kind,
        reason=found.reason,
        findings=tuple(Finding(change.root, Severity.INFO, False, change) for change in found.changes),
        told=found.told,
        approval=head.approval,
        accepted=tuple(output for output in after if output not in before),
        withdrawn=tuple(output for output in before if output not in after),
        notes=() if asked_alike else ("another request was sent: its method, path, query or body differs",),
    )


# -- judging ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Judged:
    """A baseline and its judgement, which may be under way still."""

    facts: Reviewed
    pending: Pending | None

    def finish(self) -> Reviewed:
        if self.pending is None:
            return self.facts
        result = self.pending.finish()
        if not result.outcome.judged:
            return _unjudged(self.facts, result.reason or result.outcome.value)
        notes = (*self.facts.notes, *result.notes)
        return replace(self.facts, findings=result.findings, told=result.told, judged=True, notes=notes)


def _unjudged(facts: Reviewed, why: str) -> Reviewed:
    if not facts.findings:
        return facts
    return replace(facts, notes=(*facts.notes, f"severity is not known: {why}"))


def _begun(pair: _Pair, job: Job | None, tools: Tools, judges: Judges) -> _Judged:
    facts = _facts(pair)
    if facts.kind is Kind.NOT_COMPARED:
        return _Judged(facts, None)
    if job is None:
        return _Judged(_unjudged(facts, "no contract has this interaction"), None)
    path = path_of(job.key)
    case = StoredCase(terms_of(job), path, pair.head_file, path, pair.base_file)
    result = Result(*job.key, facts.description, Outcome.NOT_JUDGED)
    return _Judged(facts, Pending(result, tools.masker, judges.submit(case, job.vendor.limits)))


def _jobs(settings: Settings) -> tuple[Mapping[Key, Job], tuple[str, ...]]:
    """Today's interactions; a note where they cannot be had."""
    try:
        return plan_jobs(settings, Selection()).by_key(), ()
    except ConfigError as error:
        return {}, (f"severity is not known: {error.faults[0]}",)


def _each(
    keys: Sequence[Key], base: Snapshot, head: Snapshot, jobs: Mapping[Key, Job], tools: Tools
) -> Iterator[Reviewed]:
    waiting: deque[_Judged] = deque()
    with tools.judges(len(keys)) as judges:
        for key in keys:
            pair = _pair(base, head, key)
            if isinstance(pair, _Pair):
                waiting.append(_begun(pair, jobs.get(key), tools, judges))
            if len(waiting) >= BACKLOG:
                yield waiting.popleft().finish()
        while waiting:
            yield waiting.popleft().finish()


# -- the whole --------------------------------------------------------------------------------------------


def _keys(settings: Settings, base: Snapshot, head: Snapshot, vendors: tuple[str, ...]) -> list[Key]:
    """Raises UsageError for a vendor of whom neither monitor.yaml nor a revision knows."""
    found = sorted({*base.versions, *head.versions})
    there = {vendor for vendor, _ in found}
    chosen_vendors(settings, tuple(name for name in vendors if name not in there))
    return [key for key in found if not vendors or key[0] in vendors]


def _weight(one: Reviewed) -> tuple[int, int, str, str]:
    return KINDS.index(one.kind), one.worst.rank if one.worst else len(Severity), one.vendor, one.interaction_id


def review(settings: Settings, tools: Tools, base: Snapshot, head: Snapshot, vendors: tuple[str, ...]) -> Review:
    """What differs from ``base`` to ``head``, of ``vendors`` (empty: all). Writes nothing."""
    both: list[Key] = []
    done: list[Reviewed] = []
    unchanged = 0
    for key in _keys(settings, base, head, vendors):
        if key not in base.versions or key not in head.versions:
            snapshot, kind = (head, Kind.ADDED) if key in head.versions else (base, Kind.REMOVED)
            done.append(_one_sided(snapshot, key, kind))
            continue
        pair = _pair(base, head, key)
        if isinstance(pair, _Pair):
            both.append(key)
        elif pair is None:
            unchanged += 1
        else:
            done.append(pair)
    notes: tuple[str, ...] = ()
    if both:
        jobs, notes = _jobs(settings)
        done += _each(both, base, head, jobs, tools)
    return Review(base.name, head.name, tuple(sorted(done, key=_weight)), unchanged, notes)
