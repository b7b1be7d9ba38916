"""The report for a terminal: the worst first, then one line of figures.

DRIFTED  crm  a GET request to look up customer by phone
  breaking
    Expected: customerId (String) at $.customerId
    ...
  evidence: recordings/runs/.../x.har
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from monitor.model import Outcome, Result, RunReport, Severity, Told
from monitor.printable import printable
from monitor.reports import Options

_COLORS: Final = {"breaking": "31;1", "warning": "33;1", "info": "36", "good": "32", "bad": "35;1", "dim": "2"}
_ORDER: Final = (Outcome.DRIFTED, *(o for o in Outcome if not o.judged), Outcome.NO_BASELINE, Outcome.SAME)
LONGEST: Final = 400  # characters of a reason


def _paint(text: str, color: str, options: Options) -> str:
    return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if options.color else text


def _label(result: Result, options: Options) -> str:
    if result.outcome is Outcome.DRIFTED:
        color = result.worst or Severity.INFO
        return _paint(f"DRIFTED ({result.degree or color})", color.value, options)
    plain = result.outcome.value.replace("_", " ").upper()
    return _paint(plain, "good" if result.outcome.judged else "bad", options)


def _told(told: Told, options: Options) -> Iterator[str]:
    yield f"  {_paint(told.label, 'dim' if told.accepted else told.severity.value, options)}"
    yield from (f"    {line}" for line in told.lines)


def _result(result: Result, options: Options, *, always: bool) -> Iterator[str]:
    """``always``: the evidence is named for every result, for it may be one of many runs."""
    yield f"{_label(result, options)}  {result.vendor}: {printable(result.description)}"
    if result.reason:
        yield f"    {printable(result.reason, LONGEST)}"
    if result.fix:
        yield f"    {printable(result.fix, LONGEST)}"
    for told in result.told:
        yield from _told(told, options)
    yield from (f"  note: {printable(note, LONGEST)}" for note in result.notes)
    if always or result.outcome not in (Outcome.SAME, Outcome.NOT_RUN):
        if result.baseline and result.told:
            yield _paint(f"  against:  {options.recordings}/{result.baseline}", "dim", options)
        if result.evidence:
            yield _paint(f"  evidence: {options.recordings}/{result.evidence}", "dim", options)


def _advice(report: RunReport) -> Iterator[str]:
    unapproved = Counter(result.vendor for result in report.results if result.outcome is Outcome.NO_BASELINE)
    for vendor, count in unapproved.items():
        what = f"{vendor}: {_plural(count)} without a baseline, so structure was not compared"
        yield f"{what}; approve one: monitor approve --vendor {vendor}"


def _plural(count: int) -> str:
    return f"{count} interaction{'' if count == 1 else 's'}"


def _figures(report: RunReport) -> str:
    counts = Counter(result.outcome for result in report.results)
    parts = [f"{counts[outcome]} {outcome.value}" for outcome in _ORDER if counts[outcome]]
    seconds = (report.finished - report.started).total_seconds()
    return f"{_plural(len(report.results))} in {seconds:.1f} s: {', '.join(parts) or 'nothing'}"


def _verdict(report: RunReport, options: Options) -> str:
    if not report.exit_code:
        return _paint(": ".join(("ok", *report.exit_reasons)), "good", options)
    color = "breaking" if report.exit_code == 1 else "bad"
    return _paint(f"exit {report.exit_code}: {'; '.join(report.exit_reasons)}", color, options)


def render(report: RunReport, options: Options) -> str:
    """Lines for people; vendor text is escaped."""
    lines: list[str] = []
    for result in sorted(report.results, key=lambda r: _ORDER.index(r.outcome)):
        lines += [*_result(result, options, always=report.command == "recheck")]
    lines += [f"SKIPPED  {s.vendor}: {printable(s.description)}\n    {printable(s.reason)}" for s in report.skipped]
    lines += [f"closed interrupted run {run_id}" for run_id in report.closed_runs]
    lines += [f"note: {printable(note, LONGEST)}" for note in report.notes]
    lines += [*_advice(report), f"run {report.run_id}: {_figures(report)}", _verdict(report, options)]
    return "\n".join(lines) + "\n"
