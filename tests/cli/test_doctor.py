"""`monitor doctor` as text and as JSON, without a vendor; the checks themselves are tests/pipeline/test_doctor.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli.main import main


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "monitor.yaml"
    file.write_text("version: 1\nvendors: {crm: {base_url: 7, limit: {}}}\n")
    return file


def test_text_has_a_line_for_each_check_and_the_fix_below(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", str(broken)]) == 2
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].startswith("ok    python: monitor ")
    assert "ok    engine: it judges, in a process of its own" in lines
    assert "ok    jsonata: it judges, in a process of its own" in lines
    failed = next(number for number, line in enumerate(lines) if line.startswith("FAIL  config: ") and "limit" in line)
    assert lines[failed + 1] == "        did you mean 'limits'?"
    assert lines[-1] == "skip  vendors: monitor.yaml cannot be read"
    assert told.err == ""
    assert {path.name for path in broken.parent.iterdir()} == {"monitor.yaml"}


def test_json_is_for_machines(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", str(broken), "--format", "json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["version"], told["exit_code"]) == (1, 2)
    assert {check["state"] for check in told["checks"]} == {"ok", "failed", "skipped"}
    assert all(set(check) == {"name", "state", "what", "fix"} for check in told["checks"])


def test_another_format_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--format", "yaml"]) == 2
    assert "text" in capsys.readouterr().err
