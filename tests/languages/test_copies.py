"""Which outputs are a value of the response as it stands: what a schema says of those it says of the vendor."""

from __future__ import annotations

import json

import pytest

from monitor.jsonpaths import ANY, Path, format_path
from monitor.languages import compile_translation, copies_of

TICKETS: dict[str, object] = {"type": "array", "items": {"type": "object", "properties": {"no": {"type": "string"}}}}


def action(paths: dict[str, str], template: str, properties: dict[str, object]) -> str:
    schema = {"type": "object", "properties": properties}
    return json.dumps({"translationMap": paths, "successTemplate": template, "successSchema": schema})


CASES: list[tuple[str, str, dict[Path, str]]] = [
    ("jsonata", "tier", {(): "$.tier"}),
    ("jsonata", '{"a": tier, "b": {"c": x.y}}', {("a",): "$.tier", ("b", "c"): "$.x.y"}),
    ("jsonata", '{"a": $uppercase(tier), "b": tier & "", "c": tier = "VIP", "d": 1}', {}),
    ("jsonata", '{"a": vip ? "VIP" : tier, "b": tier ?: other}', {}),
    ("jsonata", '{"a": tickets.no, "b": tickets[open].no, "c": tickets[0].no}',
     {("a",): "$.tickets.no", ("c",): "$.tickets.no"}),
    ("jsonpath", "$.a[0].b", {(): "$.a[0].b"}),
    ("jsonpath", '{"x": "$.a", "y": "$.a[*].b", "z": "$.a.length()"}', {("x",): "$.a", ("y",): "$.a[*].b"}),
    ("data_action", action({"t": "$.tier"}, '{"tier": ${t}}', {"tier": {}}), {("tier",): "$.tier"}),
    ("data_action", action({"t": "$.tier"}, '{"tier": "Mr ${t}"}', {"tier": {}}), {}),
    ("data_action", action({}, "${rawResult}", {"tier": {}, "tickets": TICKETS}),
     {("tier",): "$.tier", ("tickets", ANY, "no"): "$.tickets[*].no"}),
    ("data_action", action({"a": "$.a", "b": "$.b"}, "#if($a)${rawResult}#end", {"tier": {}}), {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "source", "copies"), CASES)
def test_copies(kind: str, source: str, copies: dict[Path, str]) -> None:
    found = copies_of(compile_translation(kind, source))
    assert {place: format_path(path) for place, path in found.items()} == copies
