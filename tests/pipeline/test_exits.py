"""Exit codes: drift before not judged, and never green without a judgement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model import Change, ChangeKind, Finding, Mismatch, Outcome, Result, Severity
from monitor.pipeline.exits import exit_of, exit_of_recording


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
