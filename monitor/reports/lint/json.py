"""For machines: every remark field by field (version 1), and the figures."""

from __future__ import annotations

import json

from monitor.reports import Options
from monitor.reports.lint import ERROR, WARNING, LintReport, Remark


def _remark(remark: Remark) -> dict[str, str | int]:
    return {
        "rule": remark.rule,
        "level": str(remark.level),
        "file": remark.file,
        "pointer": remark.pointer,
        "line": remark.line,
        "column": remark.column,
        "vendor": remark.vendor,
        "interaction": remark.interaction,
        "what": remark.what,
        "fix": remark.fix,
    }


def render(report: LintReport, options: Options) -> str:  # noqa: ARG001 - one signature for all formats
    """Indented ASCII JSON and a line end."""
    told = {
        "version": 1,
        "remarks": [_remark(remark) for remark in report.remarks],
        "figures": {
            "errors": report.count(ERROR),
            "warnings": report.count(WARNING),
            "files": report.files,
            "interactions": report.interactions,
        },
        "exit_code": report.exit_code,
    }
    return json.dumps(told, indent=2) + "\n"
