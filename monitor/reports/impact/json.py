"""The lineage as JSON, field by field (version 1), for machines; every output's ``label`` is silent, loud or empty."""

from __future__ import annotations

import json
from typing import TypeAlias

from pydantic import TypeAdapter

from monitor.reports import Options
from monitor.reports.impact import Effect, Lineage
from monitor.reports.impact._words import label

_Dumped: TypeAlias = "dict[str, _Dumped] | list[_Dumped] | str | int | None"


def _labelled(value: _Dumped) -> _Dumped:
    if isinstance(value, list):
        return [_labelled(member) for member in value]
    if not isinstance(value, dict):
        return value
    effect = value.get("effect")
    more: dict[str, _Dumped] = {"label": label(Effect(effect))} if isinstance(effect, str) else {}
    return {key: _labelled(member) for key, member in value.items()} | more


def render(lineage: Lineage, options: Options) -> str:  # noqa: ARG001 - one signature for all formats
    """Indented ASCII JSON and a line end."""
    dumped = _labelled(TypeAdapter(Lineage).dump_python(lineage, mode="json"))
    return json.dumps({"version": 1, **(dumped if isinstance(dumped, dict) else {})}, indent=2) + "\n"
