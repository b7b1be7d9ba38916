"""`monitor impact` as a command: what it prints and where, and how wrong use is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.cli.main import main
from monitor.model import Approval, Exchange, Recording, Request, Response
from monitor.recordings.store import Store

NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
CONFIG = """\
version: 1
vendors:
  crm:
    base_url: https://crm.example
    contracts: [pact.json]
    translations:
      - {interaction: a lookup, name: screen-pop, kind: jsonata, expression: '{"id": customerId, "vip": tier = "Gold"}'}
"""
PACT = {
    "consumer": {"name": "pop"},
    "provider": {"name": "crm"},
    "interactions": [
        {
            "description": "a lookup",
            "request": {"method": "GET", "path": "/c"},
            "response": {"status": 200, "body": {"customerId": "c-1"}},
        }
    ],
}
TREE = """\
crm: a lookup
  $.customerId
    contract pact.json $.interactions[0]: broken without it
    jsonata screen-pop
      id: blank without it (silent)
1 output in 1 interaction: 1 silent
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "monitor.yaml").write_text(CONFIG)
    (tmp_path / "pact.json").write_text(json.dumps(PACT))
    return str(tmp_path / "monitor.yaml")


def approve(config: str, interaction_id: str) -> None:
    headers = (("Content-Type", "application/json"),)
    response = Response(200, "OK", "HTTP/1.1", headers, b'{"customerId":"c-1","tier":"Gold","page":1}')
    exchange = Exchange(Request("GET", "https://crm.example/c"), response, None, NOW, 0.1)
    recording = Recording("", "20261122T085800Z-000001", "crm", interaction_id, "a lookup", exchange)
    Store(Path(config).parent / "recordings").approve(recording, Approval("ada", NOW, "runs/x.har"))


@pytest.fixture
def approved(config: str, capsys: pytest.CaptureFixture[str]) -> str:
    """With the baseline of its interaction, whose id the command itself tells."""
    assert main(["impact", "--vendor", "crm", "--format", "json", "--config", config]) == 0
    (one,) = json.loads(capsys.readouterr().out)["interactions"]
    approve(config, one["interaction_id"])
    return config


def test_without_a_baseline(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "--vendor", "crm", "--config", config]) == 0
    assert capsys.readouterr().out == (
        "crm: a lookup\n"
        "  $.customerId\n"
        "    contract pact.json $.interactions[0]: names it\n"
        "    jsonata screen-pop\n"
        "      id: not known\n"
        "    no baseline: what would happen is not known\n"
        "  $.tier\n"
        "    jsonata screen-pop\n"
        "      vip: not known\n"
        "    no baseline: what would happen is not known\n"
        "2 outputs in 1 interaction: 2 not known\n"
    )


def test_a_field_in_every_format(approved: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["impact", "--vendor", "crm", "--field", "$.customerId", "--config", approved]
    assert main(asked) == 0
    assert capsys.readouterr().out == TREE
    file = tmp_path / "crm.dot"
    assert main([*asked, "--format", "dot", "--output", str(file)]) == 0
    assert file.read_text().startswith("digraph impact {\n")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--field", "$.page"], 0, "nothing reads $.page of 1 interaction of crm\n"),
        (["--field", "$.custId"], 2, "nothing reads $.custId, and no baseline has it; did you mean '$.customerId'?"),
        (["--field", "customerId"], 2, "'customerId' is not a JSON path; did you mean '$.customerId'?"),
        (["--format", "svg"], 2, "unknown format 'svg'; one of: dot, json, mermaid, text"),
        (["--interaction", "a lookap"], 2, "no interaction 'a lookap'; did you mean 'a lookup'?"),
        (["--output", "/nowhere/x.dot"], 2, "/nowhere/x.dot: its folder does not exist"),
        (["--vendor", "crn"], 2, "did you mean 'crm'?"),
    ],
)
def test_what_is_asked_wrongly(
    approved: str, arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["impact", "--vendor", "crm", "--config", approved, *arguments]) == code
    told = capsys.readouterr()
    assert said in (told.err if code else told.out)
