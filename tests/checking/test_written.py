"""A translation's own paths after a rename."""

from __future__ import annotations

import pytest

from monitor.checking.written import rewritten, written_to
from monitor.languages import compile_translation, platform_of


@pytest.mark.parametrize(
    ("text", "root", "to", "expected"),
    [
        ("$.id", "$.id", "$.no", "$.no"),
        ("$.results[0].contactId", "$.results[*].contactId", "$.results[*].contact_id", "$.results[0].contact_id"),
        ("$.messages[-1].body", "$.messages[*].body", "$.messages[*].text", "$.messages[-1].text"),
        ("$.messages[-1].body", "$.messages", "$['the log']", "$['the log'][-1].body"),
        ("$[0].id", "$[*].id", "$[*].no", "$[0].no"),
        ("$.a.b", "$.a.c", "$.a.d", ""),
        ("$.a", "$.a.b", "$.a.c", ""),
        ("$.a", "$.a", "$.b.a", ""),
        ("$['id']", "$.id", "$.no", ""),
        ("id", "$.id", "$.no", ""),
        ("$..id", "$.id", "$.no", ""),
        ("$.rows[?(@.id == 1)].id", "$.rows[*].id", "$.rows[*].no", ""),
        ("$.rows.size()", "$.rows", "$.lines", ""),
        ("$.status", "status", "", ""),
        ("$", "$", "$", ""),
    ],
)
def test_what_is_to_be_written(text: str, root: str, to: str, expected: str) -> None:
    assert rewritten(text, root, to) == expected


def test_where_it_stands() -> None:
    source = """{"translationMap": {"id": "$.rows[0].id", "odd name": "$.rows[1].id.x", "size": "$.rows.size()",
        "other": "$.rows[0].no"}, "successTemplate": "{}"}"""
    platform = platform_of(compile_translation("data_action", source))
    found = (("translationMap.id", "$.rows[0].id"), ("translationMap['odd name']", "$.rows[1].id.x"))
    assert written_to("$.rows[*].id", platform) == found
    assert written_to("status", platform) == ()
    assert written_to("$.rows[*].id", None) == ()
