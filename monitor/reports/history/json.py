"""History as JSON, run by run and never folded (version 1), for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import TypeAdapter

from monitor.reports.history import Run


def render(vendor: str, interaction: str | None, runs: Sequence[Run]) -> str:
    """Indented ASCII JSON and a line end."""
    document = {
        "version": 1,
        "vendor": vendor,
        "interaction": interaction,
        "runs": TypeAdapter(tuple[Run, ...]).dump_python(tuple(runs), mode="json"),
    }
    return json.dumps(document, indent=2) + "\n"
