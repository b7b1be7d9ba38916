"""Workflow commands of GitHub Actions: each remark becomes an annotation at its line.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions: in a message ``%``, CR and LF are
escaped, in a property ``:`` and ``,`` as well. Nothing else of a remark can begin a command, for it is on one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor.printable import printable
from monitor.reports import Options
from monitor.reports.lint import ERROR, LintReport, Remark

LONGEST: Final = 1_000


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _properties(remark: Remark) -> Iterator[str]:
    yield f"file={_property(remark.file)}"
    if remark.line:
        yield f"line={remark.line}"
    if remark.column:
        yield f"col={remark.column}"
    yield f"title={_property(remark.rule)}"


def _command(remark: Remark) -> str:
    kind = "error" if remark.level == ERROR else "warning"
    about = ": ".join(filter(None, (remark.vendor, printable(remark.interaction))))
    lines = [f"{about}: {remark.what}", f"fix: {remark.fix}" if remark.fix else "", remark.pointer]
    message = "\n".join(printable(line, LONGEST) for line in lines if line)
    return f"::{kind} {','.join(_properties(remark))}::{_message(message)}"


def render(report: LintReport, options: Options) -> str:  # noqa: ARG001 - one signature for all formats
    """A command a line; empty where there is no remark."""
    return "".join(f"{_command(remark)}\n" for remark in report.remarks)
