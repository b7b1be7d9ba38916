"""The report as JSON: the RunReport itself, field by field (version 1), for machines."""

from __future__ import annotations

import json

from pydantic import TypeAdapter

from monitor.model import RunReport
from monitor.reports import Options


def render(report: RunReport, options: Options) -> str:  # noqa: ARG001 - one signature for all formats
    """Indented ASCII JSON and a line end; a lone surrogate in a name stands as its escape."""
    return json.dumps(TypeAdapter(RunReport).dump_python(report, mode="json"), indent=2) + "\n"
