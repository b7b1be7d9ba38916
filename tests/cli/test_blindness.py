"""What people are told of a recording before and when it is approved: what it could not tell the loss of."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from monitor.cli.blindness import blind_spots
from monitor.jsonpaths import Json
from monitor.model import Exchange, Interaction, Recording, Request, RequestTemplate, Response, Translation

LINES = Translation("lines", "jsonata", '{"name": fullName, "sku": rows.sku, "tier": tier ?? "none"}', "lines.jsonata")
TOTAL = Translation("total", "jsonata", '{"total": total}', "total.jsonata")
LIST = (
    "  note: the list at $.rows is empty: "
    "the structure of its members is not compared until a recording that has some is approved"
)


def _told(body: Json, *translations: Translation) -> list[str]:
    asked = RequestTemplate("GET", "/c")
    response = Response(200, "OK", "HTTP/1.1", (), json.dumps(body).encode())
    exchange = Exchange(Request("GET", "http://crm/c"), response, None, datetime(2026, 11, 20, tzinfo=UTC), 0.1)
    recording = Recording("runs/r/crm/a-1.har", "r", "crm", "a-1", "a lookup", exchange)
    return list(blind_spots(Interaction("a-1", "crm", "pop", "a lookup", asked, translations=translations), recording))


@pytest.mark.parametrize(
    ("body", "translations", "expected"),
    [
        ({"fullName": "Ann", "rows": [{"sku": "a"}], "tier": "Gold"}, (LINES,), []),
        (
            {"fullName": "Ann", "rows": []},
            (LINES,),
            [LIST, "  note: outputs blank in this recording: sku, tier (default); a loss of these cannot be told"],
        ),
        (
            {"rows": [{"sku": "a"}], "tier": "Gold"},
            (LINES, TOTAL),
            [
                "  note: outputs of lines blank in this recording: name; a loss of these cannot be told",
                "  note: outputs of total blank in this recording: total; a loss of these cannot be told",
            ],
        ),
    ],
)
def test_what_a_baseline_could_not_tell(body: Json, translations: tuple[Translation, ...], expected: list[str]) -> None:
    assert _told(body, *translations) == expected
