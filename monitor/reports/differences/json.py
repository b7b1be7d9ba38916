"""Differences as JSON, field by field (version 1), for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from pydantic import TypeAdapter

from monitor.reports.differences import Difference, State


def render(a: str, b: str, found: Sequence[Difference]) -> str:
    """Indented ASCII JSON and a line end; ``values`` is null where nobody asked for the vendor's values."""
    counts = Counter(one.state for one in found)
    document = {
        "version": 1,
        "a": a,
        "b": b,
        "counts": {state.value: counts[state] for state in State},
        "interactions": TypeAdapter(tuple[Difference, ...]).dump_python(tuple(found), mode="json"),
    }
    return json.dumps(document, indent=2) + "\n"
