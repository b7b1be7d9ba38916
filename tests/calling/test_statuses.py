from __future__ import annotations

import pytest

from monitor.calling.statuses import status_fault
from monitor.model import Headers, Outcome, Response


def response(status: int, headers: Headers = ()) -> Response:
    return Response(status, "", "HTTP/1.1", headers, b"")


@pytest.mark.parametrize(
    ("status", "expected", "outcome"),
    [
        (401, 200, Outcome.AUTH_FAILED),
        (403, 404, Outcome.AUTH_FAILED),
        (407, 200, Outcome.AUTH_FAILED),
        (401, None, Outcome.AUTH_FAILED),
        (429, 200, Outcome.RATE_LIMITED),
        (502, 200, Outcome.VENDOR_DOWN),
        (503, None, Outcome.VENDOR_DOWN),
        (504, 500, Outcome.VENDOR_DOWN),
        (401, 401, None),
        (403, 401, None),  # a contract about being refused: another refusal is drift
        (429, 429, None),
        (503, 503, None),
        (200, 200, None),
        (500, 200, None),
        (404, 200, None),
        (301, 200, None),
        (200, 401, None),
    ],
)
def test_outcomes(status: int, expected: int | None, outcome: Outcome | None) -> None:
    fault = status_fault(response(status), expected)
    assert (fault and fault.outcome) == outcome
    if fault is not None:
        assert fault.step == "status"
        assert str(status) in fault.what
        assert fault.fix


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("120", "wait 120 s"),
        ("Sun, 22 Nov 2026 09:00:00 GMT", "wait until Sun, 22 Nov 2026 09:00:00 GMT"),
        ("soon", None),
        ("\x1b[2J", None),
        ("9" * 400, None),
        ("", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_told_where_it_is_one(status: int, value: str, words: str | None) -> None:
    fault = status_fault(response(status, (("retry-after", value),)), 200)
    assert fault is not None
    assert ("Retry-After" in fault.what) is (words is not None)
    assert words is None or words in fault.what
    assert fault.what.isprintable()
