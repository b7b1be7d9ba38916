"""Exit codes: 0 quiet, 1 drift, 2 usage, 3 not judged, 4 undelivered, 70 our fault, 130 interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from monitor.model import Result, Severity

if TYPE_CHECKING:
    from monitor.alerts.delivery import Delivered

QUIET: Final = 0
DRIFT: Final = 1
NOT_JUDGED: Final = 3
UNDELIVERED: Final = 4


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _unjudged(results: Sequence[Result]) -> list[str]:
    if not results:
        return ["nothing was judged: there was no interaction to judge"]
    outcomes = [result.outcome for result in results if not result.outcome.judged]
    return [f"{_count(outcomes.count(o), 'interaction')} {o.value}" for o in dict.fromkeys(outcomes)]


def exit_of(results: Sequence[Result], fail_on: Severity) -> tuple[int, tuple[str, ...]]:
    """The exit code and every reason for one, drift first. A run that judged nothing is never 0."""
    at_fault = {
        (number, finding.root)
        for number, result in enumerate(results)
        for finding in result.findings
        if finding.severity.rank <= fail_on.rank
    }
    unjudged = _unjudged(results)
    if at_fault:
        places = _count(len({number for number, _ in at_fault}), "interaction")
        return DRIFT, (f"{_count(len(at_fault), 'drift')} at or above {fail_on.value} in {places}", *unjudged)
    if unjudged:
        return NOT_JUDGED, tuple(unjudged)
    return QUIET, (f"nothing at or above {fail_on.value}",) if any(result.findings for result in results) else ()


def exit_of_command(command: str, results: Sequence[Result], fail_on: Severity) -> tuple[int, tuple[str, ...]]:
    """``record`` gives no verdict; every other command does."""
    return exit_of_recording(results) if command == "record" else exit_of(results, fail_on)


def exit_of_recording(results: Sequence[Result]) -> tuple[int, tuple[str, ...]]:
    """For ``record``, which gives no verdict: 3 where a response is missing."""
    missing = [result for result in results if not result.outcome.judged]
    reasons = tuple(_unjudged(missing)) if missing or not results else ()
    return (NOT_JUDGED if reasons else QUIET), reasons


def with_undelivered(code: int, reasons: Sequence[str], delivered: Delivered) -> tuple[int, tuple[str, ...]]:
    """A run's exit code and reasons with what was not delivered: any other reason for a code comes before it."""
    told = [f"{_count(delivered.waiting, 'alert')} not delivered yet: see monitor alerts"] if delivered.waiting else []
    if delivered.failed:
        told.append(f"{_count(delivered.failed, 'alert')} failed: see monitor alerts --failed")
    return (code or UNDELIVERED) if told else code, (*reasons, *told)
