"""For a terminal: file by file, the worst first, then one line of figures.

contracts/crm/lookup.json
  12:9  error  rule-without-value  $.interactions[0].response.matchingRules.body['$.custId']
    crm: look up a customer
    the rule is never applied: the example's $ has no key 'custId'
    fix: did you mean 'customerId'? Correct the rule's path
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor.printable import printable
from monitor.reports import Options
from monitor.reports.lint import ERROR, WARNING, LintReport, Remark

_COLORS: Final = {ERROR: "31;1", WARNING: "33;1", "good": "32", "dim": "2"}
LONGEST: Final = 1_000  # characters of a line; what is to be pasted must be whole


def _paint(text: str, color: str, options: Options) -> str:
    return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if options.color else text


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _remark(remark: Remark, options: Options) -> Iterator[str]:
    spot = f"{remark.line}:{remark.column}" if remark.line else ""
    level = _paint(remark.level, remark.level, options)
    yield "  " + "  ".join(filter(None, (spot, level, remark.rule, printable(remark.pointer, LONGEST))))
    about = ": ".join(filter(None, (remark.vendor, printable(remark.interaction))))
    yield _paint(f"    {about}", "dim", options)
    yield f"    {printable(remark.what, LONGEST)}"
    if remark.fix:
        yield f"    fix: {printable(remark.fix, LONGEST)}"


def _figures(report: LintReport, options: Options) -> str:
    looked = f"{_counted(report.interactions, 'interaction')} in {_counted(report.files, 'contract file')}"
    errors, warnings = report.count(ERROR), report.count(WARNING)
    if not report.remarks:
        return _paint(f"ok: {looked}, nothing to remark", "good", options)
    color = ERROR if errors else WARNING
    return _paint(f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}: {looked}", color, options)


def render(report: LintReport, options: Options) -> str:
    """Lines for people; what comes from contracts is escaped."""
    by_file: dict[str, list[Remark]] = {}
    for remark in report.remarks:
        by_file.setdefault(remark.file, []).append(remark)
    lines: list[str] = []
    for file, remarks in by_file.items():
        lines.append(printable(file, LONGEST))
        for remark in remarks:
            lines += _remark(remark, options)
    return "\n".join([*lines, _figures(report, options)]) + "\n"
