"""The report as JUnit XML, as Jenkins (junit-10.xsd), GitLab and GitHub's reporters read it.

1. A vendor is a test suite and an interaction a test case. Drift from ``fail_on`` on is a failure; what could not be
   judged is an error; drift below ``fail_on`` stands in system-out, and the case passes.
2. A run that judged nothing, or that ended with an exit code that no case explains, has a case of its own that says so.
3. Reporters tell cases by suite and name: of a name that comes up twice each gets what tells it from the other.
4. XML 1.0 cannot hold control characters and lone surrogates, not even escaped: ``printable`` spells them out.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from monitor.model import Outcome, Result, RunReport, Skipped
from monitor.printable import printable
from monitor.reports import Options

LONGEST: Final = 400  # characters of a message or name
_LONGEST_LINE: Final = 2_000
_RUN: Final = "monitor"  # the suite of what is said of the run as a whole
_VERDICTS: Final = ("failure", "error", "skipped")


@dataclass(frozen=True, slots=True)
class _Case:
    """One test case. ``verdict`` is failure, error, skipped, or empty; ``hints`` tell it from others of its name."""

    suite: str
    name: str
    verdict: str = ""
    type: str = ""
    message: str = ""
    text: str = ""
    out: str = ""
    hints: tuple[str, ...] = ()
    elapsed: float = 0.0


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(printable(line, _LONGEST_LINE) for line in lines if line)


def _told(result: Result) -> Iterator[str]:
    for told in result.told:
        yield told.label
        yield from (f"  {line}" for line in told.lines)


def _places(result: Result, options: Options) -> Iterator[str]:
    if result.baseline and result.told:
        yield f"against:  {options.recordings}/{result.baseline}"
    if result.evidence:
        yield f"evidence: {options.recordings}/{result.evidence}"


def _case(result: Result, report: RunReport, options: Options) -> _Case:
    notes = [f"note: {note}" for note in result.notes]
    case = _Case(
        result.vendor,
        result.description,
        hints=(result.interaction_id, result.evidence),
        elapsed=result.elapsed,
        out=_lines(notes),
    )
    told, places = tuple(_told(result)), tuple(_places(result, options))
    if any(f.severity.rank <= report.fail_on.rank and not f.accepted for f in result.findings):
        worst = result.worst.value if result.worst else ""
        first = "; ".join(line for group in result.told[:1] for line in group.lines) or result.outcome.value
        text = _lines((result.reason, result.fix, *told, *places))
        return replace(case, verdict="failure", type=worst, message=first, text=text)
    if not result.outcome.judged:
        message = "; ".join(filter(None, (result.reason or result.outcome.value, result.fix)))
        text = _lines((result.reason, result.fix, *told, *places))
        return replace(case, verdict="error", type=result.outcome.value, message=message, text=text)
    if result.outcome is Outcome.DRIFTED:
        return replace(case, out=_lines((*told, *notes, *places)))
    return case


def _skipped(skipped: Skipped) -> _Case:
    return _Case(
        skipped.vendor,
        skipped.description,
        verdict="skipped",
        message=skipped.reason,
        hints=(skipped.interaction_id, f"{skipped.file} {skipped.pointer}"),
    )


def _distinct(cases: Sequence[_Case]) -> tuple[_Case, ...]:
    """The cases, each with a name of its own in its suite: hints are added to names that come up twice."""
    named = [replace(case, name=printable(case.name, LONGEST)) for case in cases]
    for number in range(2):
        counts = Counter((case.suite, case.name) for case in named)
        named = [
            replace(case, name=f"{case.name} ({printable(case.hints[number], LONGEST)})")
            if counts[case.suite, case.name] > 1 and case.hints[number:] and case.hints[number]
            else case
            for case in named
        ]
    seen: Counter[tuple[str, str]] = Counter()
    result: list[_Case] = []
    for case in named:
        seen[case.suite, case.name] += 1
        times = seen[case.suite, case.name]
        result.append(replace(case, name=f"{case.name} #{times}") if times > 1 else case)
    return tuple(result)


def _cases(report: RunReport, options: Options) -> tuple[_Case, ...]:
    cases = [_case(result, report, options) for result in report.results]
    cases += [_skipped(skipped) for skipped in report.skipped]
    explained = any(case.verdict in ("failure", "error") for case in cases)
    judged = any(result.outcome.judged for result in report.results)
    if not explained and (report.exit_code or not judged):
        reasons = "; ".join(report.exit_reasons) or "nothing was judged"
        text = _lines(report.exit_reasons or (reasons,))
        cases.append(_Case(_RUN, "the run", "error", f"exit {report.exit_code}", reasons, text))
    return _distinct(cases)


# -- as XML -----------------------------------------------------------------------------------------------


def _seconds(value: float) -> str:
    return f"{value if math.isfinite(value) and value > 0 else 0:.3f}"


def _totals(cases: Sequence[_Case]) -> dict[str, str]:
    counts = Counter(case.verdict for case in cases)
    return {
        "tests": str(len(cases)),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "time": _seconds(sum(case.elapsed for case in cases if math.isfinite(case.elapsed))),
    }


def _add_case(parent: ET.Element, case: _Case) -> None:
    # what precedes a class name's last dot is a package to Jenkins: a vendor's own dots must not cut its name
    class_name = f"monitor.{printable(case.suite).replace('.', '_')}"
    attributes = {"classname": class_name, "name": case.name, "time": _seconds(case.elapsed)}
    element = ET.SubElement(parent, "testcase", attributes)
    if case.verdict in _VERDICTS:
        told = {"message": printable(case.message, LONGEST)}
        ET.SubElement(element, case.verdict, {"type": case.type, **told} if case.type else told).text = case.text
    if case.out:
        ET.SubElement(element, "system-out").text = case.out


def _add_suite(parent: ET.Element, name: str, cases: Sequence[_Case], report: RunReport) -> None:
    totals = _totals(cases)
    totals["skipped"] = str(sum(case.verdict == "skipped" for case in cases))
    timestamp = report.started.strftime("%Y-%m-%dT%H:%M:%S")
    suite = ET.SubElement(parent, "testsuite", {"name": printable(name), **totals, "timestamp": timestamp})
    facts = {"run": report.run_id, "command": report.command, "fail_on": report.fail_on.value}
    facts |= {"exit_code": str(report.exit_code), "exit_reasons": "; ".join(report.exit_reasons)}
    properties = ET.SubElement(suite, "properties")
    for key, value in facts.items():
        ET.SubElement(properties, "property", {"name": key, "value": printable(value, _LONGEST_LINE)})
    for case in cases:
        _add_case(suite, case)


def render(report: RunReport, options: Options) -> str:
    """ASCII XML and a line end; times in seconds, the timestamp in UTC."""
    cases = _cases(report, options)
    root = ET.Element("testsuites", {"name": "monitor", **_totals(cases)})
    for name in dict.fromkeys((*report.vendors, *(case.suite for case in cases))):
        _add_suite(root, name, [case for case in cases if case.suite == name], report)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="us-ascii").decode("ascii")}\n'
