"""Exit codes: drift before not judged, and never green without a judgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.alerts.delivery import Delivered, Delivery
from monitor.model import (
    Change,
    ChangeKind,
    Finding,
    Intent,
    IntentState,
    Message,
    MessageKind,
    Mismatch,
    Outcome,
    Result,
    Severity,
)
from monitor.pipeline.exits import exit_of, exit_of_recording, with_undelivered


def result(outcome: Outcome, *severities: Severity) -> Result:
    findings = tuple(
        Finding(f"$.x{n}", severity, True, Change(f"$.x{n}", ChangeKind.REMOVED), f"v1:{n}")
        for n, severity in enumerate(severities)
    )
    return Result("crm", "a-1", "a", outcome, findings=findings)


SAME, DRIFTED, DOWN = Outcome.SAME, Outcome.DRIFTED, Outcome.VENDOR_DOWN
BREAKING, WARNING, INFO = Severity.BREAKING, Severity.WARNING, Severity.INFO


@pytest.mark.parametrize(
    ("results", "fail_on", "code", "reasons"),
    [
        ([], BREAKING, 3, ("nothing was judged: there was no interaction to judge",)),
        ([result(SAME)], BREAKING, 0, ()),
        ([result(Outcome.NO_BASELINE)], INFO, 0, ()),
        ([result(DRIFTED, INFO, WARNING)], BREAKING, 0, ("nothing at or above breaking",)),
        ([result(DRIFTED, INFO, WARNING)], WARNING, 1, ("1 drift at or above warning in 1 interaction",)),
        ([result(DRIFTED, BREAKING, BREAKING)], BREAKING, 1, ("2 drifts at or above breaking in 1 interaction",)),
        ([result(DOWN)], BREAKING, 3, ("1 interaction vendor_down",)),
        ([result(SAME), result(DOWN), result(DOWN)], BREAKING, 3, ("2 interactions vendor_down",)),
        (
            [result(DOWN), result(DRIFTED, BREAKING), result(Outcome.NOT_RUN)],
            BREAKING,
            1,
            ("1 drift at or above breaking in 1 interaction", "1 interaction vendor_down", "1 interaction not_run"),
        ),
    ],
)
def test_the_code_and_every_reason(
    results: list[Result], fail_on: Severity, code: int, reasons: tuple[str, ...]
) -> None:
    assert exit_of(results, fail_on) == (code, reasons)


def test_what_is_accepted_fails_nothing() -> None:
    first, second, *_ = result(DRIFTED, BREAKING, BREAKING).findings
    known = replace(first, accepted="accepted by ada: known")
    some = replace(result(DRIFTED), findings=(known, second))
    every = replace(result(DRIFTED), findings=(known, replace(known, detail=Mismatch("$.x0", "body", "a", "b"))))
    assert exit_of([some], BREAKING) == (1, ("1 drift at or above breaking in 1 interaction",))
    assert exit_of([every], INFO) == (0, ("nothing at or above info that is not accepted (1 drift accepted)",))
    assert exit_of([every, result(DOWN)], INFO) == (3, ("1 interaction vendor_down",))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_what_was_judged_can_be_green(outcome: Outcome) -> None:
    code, _ = exit_of([result(outcome)], BREAKING)
    assert (code == 0) == outcome.judged


def test_recording_gives_no_verdict() -> None:
    assert exit_of_recording([result(DRIFTED, BREAKING)]) == (0, ())
    assert exit_of_recording([result(SAME), result(DOWN)]) == (3, ("1 interaction vendor_down",))
    assert exit_of_recording([])[0] == 3


FAILED, AGAIN, DELIVERED = IntentState.FAILED, IntentState.PENDING, IntentState.SENT


def delivered(*states: IntentState, waiting: int = 0) -> Delivered:
    message = Message(MessageKind.RUN, "crm", "1 drift", Severity.BREAKING, datetime(2026, 11, 23, tzinfo=UTC))
    intents = (Intent(n, n, "slack", message, "k", message.created) for n in range(len(states)))
    return Delivered(tuple(map(Delivery, intents, states)), waiting)


LATER, LOST = "2 alerts not delivered yet: see monitor alerts", "1 alert failed: see monitor alerts --failed"


@pytest.mark.parametrize(
    ("code", "done", "ended", "reasons"),
    [
        (0, delivered(), 0, ("a",)),
        (0, delivered(DELIVERED), 0, ("a",)),
        (0, delivered(AGAIN, waiting=2), 4, ("a", LATER)),
        (0, delivered(FAILED, DELIVERED), 4, ("a", LOST)),
        (1, delivered(FAILED, AGAIN, waiting=2), 1, ("a", LATER, LOST)),
        (2, delivered(FAILED), 2, ("a", LOST)),
        (3, delivered(FAILED), 3, ("a", LOST)),
        (70, delivered(FAILED), 70, ("a", LOST)),
    ],
)
def test_what_was_not_delivered_is_the_least_of_all_reasons(
    code: int, done: Delivered, ended: int, reasons: tuple[str, ...]
) -> None:
    assert with_undelivered(code, ("a",), done) == (ended, reasons)
