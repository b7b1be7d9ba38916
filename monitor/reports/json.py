"""The report as JSON: the RunReport itself, field by field (version 1), for machines."""

from __future__ import annotations

from pydantic import TypeAdapter

from monitor.model import RunReport
from monitor.reports import Options


def render(report: RunReport, options: Options) -> str:  # noqa: ARG001 - one signature for all formats
    """Indented JSON and a line end."""
    return TypeAdapter(RunReport).dump_json(report, indent=2).decode() + "\n"
