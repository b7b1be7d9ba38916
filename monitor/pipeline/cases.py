"""What is judged of a recording. PURE, and light: it runs in the judging process as well.

A live response is judged as received, beside its stored form; a stored one stands for both. Check and recheck
differ in nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from monitor.calling.statuses import status_fault
from monitor.errors import RecordingError
from monitor.model import MASK, MASK_HOST, Case, Fault, Judgement, Outcome, Recording, Response, StoredCase, Terms
from monitor.recordings.har import from_har

MEND: Final = "restore the baseline from version control, or approve a recording again: monitor approve"
_SENT: Final = ("request.header:", "request.body")
_WHERE: Final = frozenset(f"request.header:{name}" for name in ("host", ":authority", "origin", "referer"))
NO_RESPONSE: Final = "no response was recorded"


def fault_of(recording: Recording, expected_status: int | None) -> Fault | None:
    """Why the recorded exchange cannot be judged, if so: a transport fault, or a status that says so itself."""
    exchange = recording.exchange
    if exchange.fault is not None or exchange.response is None:
        return exchange.fault or Fault(Outcome.VENDOR_DOWN, "read", NO_RESPONSE)
    fault = status_fault(exchange.response, expected_status)
    return _unsaid(recording, fault) if fault and exchange.response.status in (401, 403) else fault


def _unsaid(recording: Recording, fault: Fault) -> Fault:
    """``fault``, or how to mend it where we were refused because nothing that was sent says who is calling."""
    from monitor.contracts.actions.secrets import (  # noqa: PLC0415 - a template engine, only where it is needed
        names_secret,
        parameter_names_secret,
        parameters_of,
        variable_of,
    )

    request = recording.exchange.request
    parameters = parameters_of(request.url)
    if any(names_secret(name) for name, _ in request.headers) or any(map(parameter_names_secret, parameters)):
        return fault
    if _sends_secrets(recording):  # by another name: X-Key: ${credentials.key}
        return fault
    setting = f'headers: {{Authorization: "${{secret:env:{variable_of(recording.vendor, "AUTHORIZATION")}}}"}}'
    return replace(fault, fix=f"nothing that was sent says who is calling; add to the vendor: {setting}")


def _sends_secrets(recording: Recording) -> bool:
    """Whether anything but where we call was masked in the request."""
    places = (mask.where.lower() for mask in recording.masks)
    if any(place.startswith(_SENT) and place not in _WHERE for place in places):
        return True
    path = recording.exchange.request.url.partition("://")[2].partition("/")[2]
    return MASK in path


def body_is_masked(recording: Recording | None) -> bool:
    """Masks stand in the body of its response."""
    return recording is not None and any(mask.where.startswith("response.body") for mask in recording.masks)


def _masked_headers(recording: Recording) -> tuple[str, ...]:
    places = (mask.where.partition("response.header:") for mask in recording.masks)
    return tuple(dict.fromkeys(name.lower() for _, found, name in places if found))


def _numbers_are_masked(recording: Recording, response: Response) -> bool:
    """More was masked in the body than there are masks to be seen: the others are numbers, which became 0."""
    masked = sum(mask.count for mask in recording.masks if mask.where == "response.body")
    if not masked:
        return False
    body = response.body.lower()
    return masked > sum(body.count(mark.lower().encode()) for mark in (MASK, MASK_HOST))


def case_of(terms: Terms, recording: Recording, raw: Response | None, baseline: Recording | None) -> Case | None:
    """What is to be judged; None where there is no response. ``raw`` None: the stored form stands in."""
    stored = recording.exchange.response
    if stored is None:
        return None
    return Case(
        vendor=terms.vendor,
        interaction_id=terms.interaction_id,
        contract=terms.contract,
        translations=terms.translations,
        raw=raw or stored,
        stored=stored,
        baseline=baseline.exchange.response if baseline else None,
        severity=terms.severity,
        accepted_losses=baseline.approval.accepted_losses if baseline and baseline.approval else (),
        raw_masked=raw is None and body_is_masked(recording),
        raw_masked_headers=_masked_headers(recording) if raw is None else (),
        numbers_masked=_numbers_are_masked(recording, stored),
        baseline_masked=body_is_masked(baseline),
        official=terms.official,
    )


def damaged(judgement: Judgement, damage: str) -> Judgement:
    """The judgement where there should be a baseline and ``damage`` says why there is none (empty: nothing to say)."""
    if not damage:
        return judgement
    if judgement.outcome is Outcome.DRIFTED:  # what the contract forbids is told without a baseline
        return replace(judgement, notes=(*judgement.notes, f"structure was not compared: {damage}"))
    return replace(judgement, outcome=Outcome.NOT_JUDGED, reason=damage, fix=MEND)


def damage_of(error: RecordingError) -> str:
    return f"{error.where}: {error.what}"


# -- as it lies on disk -----------------------------------------------------------------------------------


def _recording(data: bytes, path: str, terms: Terms) -> Recording:
    recording = from_har(data, path)
    if (recording.vendor, recording.interaction_id) != (terms.vendor, terms.interaction_id):
        raise RecordingError("it is the recording of another interaction", where=path, fix="put it in its own place")
    return recording


def _baseline(stored: StoredCase) -> tuple[Recording | None, str]:
    """The baseline, or what is wrong with it."""
    if stored.baseline is None:
        return None, stored.damage
    try:
        baseline = _recording(stored.baseline, stored.baseline_path, stored.terms)
    except RecordingError as error:
        return None, damage_of(error)
    return (baseline, "") if baseline.approval else (None, f"{stored.baseline_path}: nobody approved it")


def judge_stored(stored: StoredCase, judge: Callable[[Case], Judgement]) -> Judgement:
    """The verdict on a recording; what is wrong with the files themselves is not_judged."""
    try:
        recording = _recording(stored.recording, stored.path, stored.terms)
    except RecordingError as error:
        return Judgement(Outcome.NOT_JUDGED, reason=str(error))
    elapsed = recording.exchange.elapsed
    if fault := fault_of(recording, stored.terms.expected_status):
        return Judgement(fault.outcome, reason=fault.what, fix=fault.fix, elapsed=elapsed)
    baseline, damage = _baseline(stored)
    case = case_of(stored.terms, recording, None, baseline)
    if case is None:
        return Judgement(Outcome.NOT_JUDGED, reason=NO_RESPONSE, elapsed=elapsed)
    return replace(damaged(judge(case), damage), elapsed=elapsed)
