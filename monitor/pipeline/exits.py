"""Exit codes: 0 quiet, 1 drift, 2 usage, 3 not judged, 4 undelivered, 70 our fault, 130 interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.model import Result, Severity

QUIET: Final = 0
DRIFT: Final = 1
NOT_JUDGED: Final = 3


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _unjudged(results: Sequence[Result]) -> list[str]:
    if not results:
        return ["nothing was judged: there was no interaction to judge"]
    outcomes = [result.outcome for result in results if not result.outcome.judged]
    return [f"{_count(outcomes.count(o), 'interaction')} {o.value}" for o in dict.fromkeys(outcomes)]


def exit_of(results: Sequence[Result], fail_on: Severity) -> tuple[int, tuple[str, ...]]:
    """The exit code and every reason for one, drift first. A run that judged nothing is never 0."""
    at_fault = [f for result in results for f in result.findings if f.severity.rank <= fail_on.rank]
    drift = [f"{_count(len({(f.root, f.fingerprint) for f in at_fault}), 'drift')} at or above {fail_on.value}"]
    unjudged = _unjudged(results)
    if at_fault:
        return DRIFT, (*drift, *unjudged)
    return (NOT_JUDGED if unjudged else QUIET), tuple(unjudged)


def exit_of_recording(results: Sequence[Result]) -> tuple[int, tuple[str, ...]]:
    """For ``record``, which gives no verdict: 3 where a response is missing."""
    missing = [result for result in results if not result.outcome.judged]
    reasons = tuple(_unjudged(missing)) if missing or not results else ()
    return (NOT_JUDGED if reasons else QUIET), reasons
