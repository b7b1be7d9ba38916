"""What is so of an incident after a run: whether it is open, since when, and why it is no more. PURE.

1. Only a run that judged what an incident is about may end it. One that did not leaves all as it was.
2. What is found is open, unless accepted.yaml names it: then it is closed, as accepted, though it is there.
3. What is not found any more is closed, for the first reason that holds: the interaction is gone, the baseline is
   another (approved; not for what the same contract forbade), contract or translation are others, monitor's own rules
   are others; else it recovered.
4. Each opening after a closing is a new episode; an acknowledgement ends with its episode, or when it gets worse than
   what can have been acknowledged.
5. A vendor's trouble has its interactions: a run takes away those it cleared and adds those it met. It is closed when
   none is left.
6. ``history`` has what the last runs saw, of those that judged it. It begins anew where something else than time
   closed it. Judging again what was recorded before (adopting) is no new run.
7. A clock that goes back makes no age negative: nothing was seen or closed before it was opened.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from monitor.model import Basis, Incident, Judged, Policy, Resolution, Said, Sighting, Subject

_MISMATCH: Final = "mismatch"


def after(previous: Incident | None, found: Sighting | None, judged: Judged, policy: Policy) -> Incident | None:
    """The incident after a run; None where nobody knew of it and it was not found. What was said stays as it was."""
    if found is not None:
        return _accepted(previous, found, judged) if found.accepted else _met(previous, found, judged, policy)
    if previous is None or not previous.open:
        return previous and _absent(previous, judged, policy)
    left = _left(previous, judged)
    if left or not judged.seen:
        return replace(previous, affected=left)
    resolution = _resolution(previous, judged)
    why = judged.basis.approved_by if resolution is Resolution.APPROVED else ""
    return _closed(_absent(previous, judged, policy), resolution, judged, why)


def _left(previous: Incident, judged: Judged) -> tuple[str, ...]:
    return tuple(one for one in previous.affected if one not in judged.cleared)


def _history(previous: Incident | None, *, seen: bool, policy: Policy) -> tuple[bool, ...]:
    before = previous.history if previous else ()
    if policy.adopting and before:
        return before
    return (*before, seen)[-max(policy.flap_window, 1) :]


def _absent(previous: Incident, judged: Judged, policy: Policy) -> Incident:
    """Known, and not found."""
    if not (judged.seen and judged.planned) or previous.resolution is Resolution.ACCEPTED:
        return previous
    return replace(previous, history=_history(previous, seen=False, policy=policy))


def _as_found(previous: Incident | None, found: Sighting, judged: Judged) -> Incident:
    """``previous``, or a new incident, with what the run found."""
    known = previous or Incident(
        fingerprint=found.fingerprint,
        vendor=found.vendor,
        subject=found.subject,
        severity=found.severity,
        open=False,
        opened_at=judged.at,
        opened_run=judged.run_id,
        seen_at=judged.at,
        seen_run=judged.run_id,
        episode=0,
        times=0,
    )
    left = _left(known, judged) if known.open else ()
    return replace(
        known,
        severity=found.severity,
        seen_at=max(judged.at, known.opened_at),
        seen_run=judged.run_id,
        interaction_id=found.interaction_id,
        description=found.description,
        root=found.root,
        kinds=found.kinds,
        lines=found.lines,
        evidence=found.evidence,
        basis=_basis(known, found),
        rules=judged.rules or known.rules,
        affected=tuple(dict.fromkeys((*left, *found.affected))),
    )


def _basis(known: Incident, found: Sighting) -> Basis:
    """A run that has no baseline to compare with makes nobody forget which one it was."""
    if found.basis.baseline:
        return found.basis
    before = known.basis
    return replace(
        found.basis, baseline=before.baseline, approved_by=before.approved_by, approved_at=before.approved_at
    )


def _met(previous: Incident | None, found: Sighting, judged: Judged, policy: Policy) -> Incident:
    incident = replace(
        _as_found(previous, found, judged), open=True, history=_history(previous, seen=True, policy=policy)
    )
    if previous is not None and previous.open:
        times = previous.times if policy.adopting else previous.times + 1
        return replace(
            incident, times=times, acknowledged=None if _outgrown(previous, found) else incident.acknowledged
        )
    return replace(
        incident,
        opened_at=judged.at,
        opened_run=judged.run_id,
        seen_at=judged.at,
        episode=incident.episode + 1,
        times=1,
        resolution=None,
        resolved_at=None,
        resolved_run="",
        resolved_why="",
        acknowledged=None,
    )


def _outgrown(previous: Incident, found: Sighting) -> bool:
    """Whether it is worse than all that whoever acknowledged it can have seen."""
    told = [previous.said.severity.rank] if previous.said and previous.said.open else []
    return found.severity.rank < min([previous.severity.rank, *told]) or spread(previous.said, len(found.affected))


def spread(said: Said | None, affected: int) -> bool:
    """Whether a vendor's trouble meets at least twice as many interactions as people were told of."""
    return said is not None and said.open and 0 < said.affected <= affected // 2


def _accepted(previous: Incident | None, found: Sighting, judged: Judged) -> Incident:
    incident = _as_found(previous, found, judged)
    if previous is None or previous.open or previous.resolution is not Resolution.ACCEPTED:
        return _closed(incident, Resolution.ACCEPTED, judged, found.accepted)
    return replace(incident, resolved_why=found.accepted)


def _resolution(previous: Incident, judged: Judged) -> Resolution:
    if not judged.planned:
        return Resolution.INTERACTION_REMOVED
    if previous.subject is not Subject.DRIFT:
        return Resolution.RECOVERED
    was, now = previous.basis, judged.basis
    known = (was.terms or was.baseline) and (now.terms or now.baseline)  # reports of old have none
    forbidden = _MISMATCH in previous.kinds and now.terms == was.terms  # no baseline makes a contract's verdict another
    if known and now.baseline and now.baseline != was.baseline and not forbidden:
        return Resolution.APPROVED
    if known and now.terms != was.terms:
        return Resolution.CONTRACT_CHANGED
    if previous.rules and judged.rules and previous.rules != judged.rules:
        return Resolution.RULES_CHANGED
    return Resolution.RECOVERED


def _closed(incident: Incident, resolution: Resolution, judged: Judged, why: str) -> Incident:
    return replace(
        incident,
        open=False,
        history=incident.history if resolution is Resolution.RECOVERED else (),
        affected=(),
        resolution=resolution,
        resolved_at=max(judged.at, incident.opened_at),
        resolved_run=judged.run_id,
        resolved_why=why,
    )
