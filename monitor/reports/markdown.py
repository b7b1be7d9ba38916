"""The report as GitHub's Markdown, for a job's summary or a pull request's comment: the worst first, and bounded.

A comment may have 65,536 characters. Bytes are counted, so that it fits however characters are counted; what does not
fit is left out, the least of it first, and what was left out is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from monitor.model import Outcome, Result, RunReport, Severity, Skipped
from monitor.printable import printable
from monitor.reports import Options
from monitor.reports._markdown import block, cell, span

LONGEST: Final = 65_000  # bytes
MOST_LINES: Final = 30  # of one interaction
MOST_ROWS: Final = 30  # of the table of figures
MOST_NOTES: Final = 10  # of each kind
_RESERVE: Final = 1_000  # for what is said of what was left out
_NAME: Final = 160  # characters
_ORDER: Final = (Outcome.DRIFTED, *(o for o in Outcome if not o.judged), Outcome.NO_BASELINE, Outcome.SAME)


@dataclass(frozen=True, slots=True)
class _Section:
    """``title`` stands once over the first of its items that fits; ``what`` counts them: N ``what`` left out."""

    title: str
    what: str
    items: tuple[str, ...]


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


def _count(number: int, noun: str = "interaction") -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# -- what is always said ----------------------------------------------------------------------------------


def _verdict(report: RunReport) -> str:
    if report.exit_code == 1:
        return "Drift"
    if not any(result.outcome.judged for result in report.results):
        return "Nothing was judged"
    return "Not everything could be judged" if report.exit_code else "No drift to act on"


def _row(name: str, results: tuple[Result, ...], outcomes: tuple[Outcome, ...]) -> str:
    counts = Counter(result.outcome for result in results)
    return f"| {name} | {' | '.join(str(counts[outcome]) for outcome in outcomes)} |"


def _table(report: RunReport) -> Iterator[str]:
    met = {result.outcome for result in report.results}
    outcomes = tuple(outcome for outcome in _ORDER if outcome in met)
    if not outcomes:
        return
    by_vendor = {name: tuple(r for r in report.results if r.vendor == name) for name in _vendors(report)[:MOST_ROWS]}
    yield f"| vendor | {' | '.join(outcome.value for outcome in outcomes)} |"
    yield f"| --- |{' ---: |' * len(outcomes)}"
    yield from (_row(cell(name, 64), results, outcomes) for name, results in by_vendor.items())
    if len(_vendors(report)) > 1:
        yield _row("all vendors", report.results, outcomes)


def _vendors(report: RunReport) -> tuple[str, ...]:
    """Those with results."""
    return tuple(dict.fromkeys(result.vendor for result in report.results))


def _remarks(report: RunReport) -> Iterator[str]:
    yield from (f"- closed interrupted run {span(run_id, 40)}" for run_id in report.closed_runs[:MOST_NOTES])
    yield from (f"- note: {span(note)}" for note in report.notes[:MOST_NOTES])
    rest = max(0, len(report.closed_runs) - MOST_NOTES) + max(0, len(report.notes) - MOST_NOTES)
    if rest:
        yield f"- {_count(rest, 'more note')}"
    if any(result.outcome is Outcome.NO_BASELINE for result in report.results):
        yield "- without a baseline structure is not compared; approve a recording: `monitor approve --vendor VENDOR`"


def _head(report: RunReport) -> str:
    seconds = (report.finished - report.started).total_seconds()
    figures = f"{_count(len(report.results))} in {seconds:,.1f} s, run {span(report.run_id)}, exit {report.exit_code}"
    reasons = printable("; ".join(report.exit_reasons), 1_000)
    parts = [f"## monitor: {_verdict(report)}", f"{reasons}.\n{figures}" if reasons else figures]
    parts += ["\n".join(_table(report)), "\n".join(_remarks(report))]
    return "\n\n".join(filter(None, parts))


# -- sections ---------------------------------------------------------------------------------------------


def _name(result: Result | Skipped) -> str:
    return f"{span(result.vendor, _NAME)}: {span(result.description, _NAME)}"


def _bounded(lines: list[str]) -> list[str]:
    rest = len(lines) - MOST_LINES
    return lines if rest <= 0 else [*lines[:MOST_LINES], f"({_count(rest, 'more line')}, none worse)"]


def _places(result: Result, options: Options) -> Iterator[str]:
    if result.baseline and result.told:
        yield f"- against {span(f'{options.recordings}/{result.baseline}')}"
    if result.evidence:
        yield f"- evidence {span(f'{options.recordings}/{result.evidence}')}"


def _interaction(result: Result, options: Options) -> str:
    """What was found, or why nothing could be."""
    drifted = result.outcome is Outcome.DRIFTED
    label = f"DRIFTED ({result.degree or Severity.INFO})" if drifted else result.outcome.value.replace("_", " ").upper()
    lines = [line for line in (result.reason, result.fix) if line]
    for told in result.told:
        lines += [told.label, *(f"  {line}" for line in told.lines)]
    lines += [f"note: {note}" for note in result.notes]
    parts = [f"#### {label} {_name(result)}", block(_bounded(lines)) if lines else "", *_places(result, options)]
    return "\n".join(filter(None, parts))


def _sections(report: RunReport, options: Options) -> tuple[_Section, ...]:
    ordered = sorted(report.results, key=lambda result: _ORDER.index(result.outcome))
    drifted = [result for result in ordered if result.outcome is Outcome.DRIFTED]
    drifted.sort(key=lambda result: (result.worst or Severity.INFO).rank)
    unjudged = [result for result in ordered if not result.outcome.judged]
    skipped = tuple(f"- {_name(one)}: {span(one.reason)}" for one in report.skipped)
    return (
        _Section("### Drifted", "drifted", tuple(_interaction(result, options) for result in drifted)),
        _Section("### Not judged", "not judged", tuple(_interaction(result, options) for result in unjudged)),
        _Section("### Skipped", "skipped", skipped),
    )


def _fitting(sections: tuple[_Section, ...], room: int) -> Iterator[str]:
    """As much as fits, in order, and at the end what does not."""
    left: list[str] = []
    for section in sections:
        title, out = section.title, 0
        for item in section.items:
            text = f"{title}\n\n{item}" if title else item
            if (needed := _size(text) + 2) > room:
                out += 1
                continue
            room -= needed
            title = ""
            yield text
        left += [f"{out:,} {section.what}"] if out else []
    if left:
        yield f"**Left out, to stay within the length of a comment:** {', '.join(left)}; --format text has them all."


def render(report: RunReport, options: Options) -> str:
    """At most LONGEST bytes of UTF-8. Vendor text stands in code, where nothing in it is read as Markdown."""
    head = _head(report)
    parts = [head, *_fitting(_sections(report, options), LONGEST - _size(head) - _RESERVE)]
    return "\n\n".join(parts) + "\n"
