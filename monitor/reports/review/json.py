"""A review of baselines as JSON, field by field (version 1), for machines."""

from __future__ import annotations

import json

from pydantic import TypeAdapter

from monitor.reports.review import Review


def render(review: Review) -> str:
    """Indented ASCII JSON and a line end."""
    return json.dumps({"version": 1, **TypeAdapter(Review).dump_python(review, mode="json")}, indent=2) + "\n"
