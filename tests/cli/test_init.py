"""`monitor init` makes a repository whose configuration is right from the start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli.main import main

PACT = {
    "consumer": {"name": "pop"},
    "provider": {"name": "Acme CRM / v2"},
    "interactions": [
        {
            "description": "a lookup",
            "providerStates": [{"name": 'it\'s: a "state" # é', "params": {"id": 1}}],
            "request": {"method": "GET", "path": "/c"},
            "response": {"status": 200},
        }
    ],
}


@pytest.fixture
def pact(tmp_path: Path) -> Path:
    path = tmp_path / "my pact.json"
    path.write_text(json.dumps(PACT))
    return path


def test_a_repository_from_a_pact_file(pact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "watch"
    assert main(["init", str(folder), "--pact", str(pact), "--base-url", "https://staging.acme.example"]) == 0
    for name in ("monitor.yaml", ".gitignore", "recordings/.gitignore", "contracts/acme-crm-v2/my pact.json"):
        assert (folder / name).is_file()
    assert main(["config", "check", "--config", str(folder / "monitor.yaml")]) == 0
    told = capsys.readouterr()
    assert "ok, 1 vendor(s), 1 interaction(s)" in told.out
    assert "warning" not in told.err
    with (folder / "monitor.yaml").open("a") as file:
        file.write("alerts: {enabled: true}\n")
    assert main(["config", "check", "--config", str(folder / "monitor.yaml")]) == 0
    warning = "warning: alerts are enabled, and nobody is told: no channel is configured; add alerts: "
    assert warning in capsys.readouterr().err


def test_nothing_is_overwritten(pact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "monitor.yaml").write_text("mine")
    assert main(["init", str(tmp_path), "--pact", str(pact)]) == 2
    assert "already exists" in capsys.readouterr().err
    assert (tmp_path / "monitor.yaml").read_text() == "mine"
    assert not (tmp_path / "recordings").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"interactions": [{}]}', '{"interactions": 3}', "\0"])
def test_what_is_no_pact_file_is_told(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pact = tmp_path / "p.json"
    pact.write_text(text)
    assert main(["init", str(tmp_path / "new"), "--pact", str(pact)]) == 2
    assert str(pact) in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_without_a_pact_the_next_step_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "w"), "--vendor", "crm"]) == 0
    assert "put a Pact file into" in capsys.readouterr().err
    assert main(["config", "check", "--config", str(tmp_path / "w" / "monitor.yaml")]) == 2
    assert "contracts" in capsys.readouterr().err
