"""Events as people and programs read them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from monitor.scheduling.events import EventLog, Field, LogFormat, line
from tests.scheduling.fakes import MONDAY

FINISHED: dict[str, Field] = {
    "vendor": "crm",
    "run": "20261123T051700Z-ab12cd",
    "exit": 1,
    "reasons": ("1 drift at or above breaking in 1 interaction", 'a "quoted" one'),
}


@pytest.mark.parametrize(
    ("event", "fields", "text"),
    [
        ("started", {"vendors": ["crm", "billing"]}, 'started vendors="crm; billing"'),
        (
            "check_finished",
            FINISHED,
            (
                "check_finished vendor=crm run=20261123T051700Z-ab12cd exit=1 "
                'reasons="1 drift at or above breaking in 1 interaction; a \\"quoted\\" one"'
            ),
        ),
        ("stopped", {"clean": True}, "stopped clean=yes"),
        ("started", {"vendors": []}, 'started vendors=""'),
        ("failed", {"error": ["\x1b[31mred\nnext"]}, "failed error=\\x1b[31mred\\x0anext"),
    ],
)
def test_text(event: str, fields: dict[str, Field], text: str) -> None:
    assert line(LogFormat.TEXT, event, MONDAY, fields) == f"2026-11-23T05:00:00Z {text}"


def test_json_begins_with_time_and_event() -> None:
    at = datetime(2026, 11, 23, 6, tzinfo=timezone(timedelta(hours=1)))
    read = json.loads(line(LogFormat.JSON, "check_finished", at, FINISHED), object_pairs_hook=list)
    assert read[:2] == [["time", "2026-11-23T05:00:00Z"], ["event", "check_finished"]] or read[:2] == [
        ("time", "2026-11-23T05:00:00Z"),
        ("event", "check_finished"),
    ]
    assert dict(read)["reasons"] == list(FINISHED["reasons"])  # type: ignore[arg-type]


def test_a_line_is_written_whole_and_long_texts_are_cut() -> None:
    written: list[str] = []
    log = EventLog(written.append, LogFormat.JSON, lambda: MONDAY)
    log("failed", job="x", error="\u2028" + "y" * 9_000)
    assert len(written) == 1
    assert written[0].count("\n") == 1
    assert len(json.loads(written[0])["error"]) < 2_100
