"""history, diff and baseline review as commands: what they print, and how wrong use is told."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli.main import main
from monitor.ledger.database import open_database
from monitor.ledger.ledger import Ledger
from monitor.model import (
    Approval,
    Exchange,
    Outcome,
    Plan,
    Planned,
    Policy,
    Recording,
    Request,
    Response,
    Result,
    RunReport,
)
from monitor.recordings.store import Store

START = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
CONFIG = "version: 1\nvendors:\n  crm: {base_url: 'https://crm.example', contracts: [pact.json]}\n"
PACT = {
    "consumer": {"name": "pop"},
    "provider": {"name": "crm"},
    "interactions": [
        {"description": name, "request": {"method": "GET", "path": "/c"}, "response": {"status": 200}}
        for name in ("a lookup", "an unasked one")
    ],
}
NAME = "a-lookup-12345678"
RUNS = ("20261122T085800Z-000000", "20261122T085900Z-000000")


def recording(run_id: str, body: bytes) -> Recording:
    response = Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), body)
    exchange = Exchange(Request("GET", "https://crm.example/c"), response, None, START, 0.1)
    return Recording("", run_id, "crm", NAME, "a lookup", exchange)


@pytest.fixture
def config(tmp_path: Path) -> str:
    """A project with a baseline and two runs, none of them judged by a contract."""
    (tmp_path / "monitor.yaml").write_text(CONFIG)
    (tmp_path / "pact.json").write_text(json.dumps(PACT))
    store = Store(tmp_path / "recordings")
    store.approve(recording(RUNS[0], b'{"a":1}'), Approval("ada", START, "runs/x.har"))
    for number, (run_id, body) in enumerate(zip(RUNS, (b'{"a":2}', b'{"b":"x"}'), strict=True)):
        started = START + timedelta(minutes=number)
        store.write_plan(Plan(run_id, started, "check", ("crm",), (Planned("crm", NAME, "a lookup", "GET", "/c"),)))
        kept = store.append(recording(run_id, body))
        outcome = Result("crm", NAME, "a lookup", Outcome.SAME, evidence=kept.path)
        store.write_report(RunReport(run_id, "check", started, started, ("crm",), (outcome,)))
    return str(tmp_path / "monitor.yaml")


def test_history_in_both_forms(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--vendor", "crm", "--config", config]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "crm: 2 runs, the newest first (times in UTC)",
        "2026-11-22 08:59:00  20261122T085900Z-000000  check   1 same",
        "2026-11-22 08:58:00  20261122T085800Z-000000  check   1 same",
    ]
    assert main(["history", "--vendor", "crm", NAME, "--format", "json", "--last", "1", "--config", config]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["version"], told["vendor"], told["interaction"]) == (1, "crm", NAME)
    assert [run["run_id"] for run in told["runs"]] == [RUNS[1]]
    assert told["runs"][0]["turns"][0]["result"]["outcome"] == "same"


def test_history_knows_runs_whose_folders_are_gone(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(config).parent
    command = ["history", "--vendor", "crm", "--config", config]
    assert main(command) == 0
    told = capsys.readouterr()
    assert not (root / ".monitor" / "ledger.db").exists()  # looking back makes none
    (root / ".monitor").mkdir(exist_ok=True)
    with open_database(f"sqlite:///{root}/.monitor/ledger.db", START) as database:
        for run_id in RUNS:
            report = Store(root / "recordings").read_report(run_id)
            Ledger(database, "").ingest(report, lambda _: Policy(), lambda _: (), START)
    shutil.rmtree(root / "recordings" / "runs" / RUNS[0])
    assert main(command) == 0
    assert capsys.readouterr() == told
    assert main([*command[:3], "a lokup", *command[3:]]) == 2
    assert capsys.readouterr().err.endswith("did you mean 'a lookup'?\n")
    (root / ".monitor" / "ledger.db").write_bytes(b"no database")
    assert main(command) == 0
    broken = capsys.readouterr()
    assert "1 run" in broken.out
    assert broken.err.startswith("only runs whose folders are there are told: ")


def test_no_run_yet_is_no_error(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["an unasked one"], ["an unasked one", "--format", "json"]):
        assert main(["history", "--vendor", "crm", *arguments, "--config", config]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["runs"] == []
    assert told.err == "no run yet; make one: monitor check --vendor crm\n"


def test_history_does_without_a_readable_contract(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(config).with_name("pact.json").write_text("{")
    assert main(["history", "--vendor", "crm", "a lookup", "--config", config]) == 0
    assert main(["history", "--vendor", "crm", "a lookap", "--config", config]) == 2
    assert "did you mean 'a lookup'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "last"),
    [
        (["baseline", RUNS[0]], 0, "1 interaction: 1 without a difference"),
        ([RUNS[0], RUNS[1]], 1, "1 interaction: 1 differs"),
        ([RUNS[0], f"runs/{RUNS[1]}/crm/{NAME}.har"], 1, "1 interaction: 1 differs"),
        ([f"baseline/crm/{NAME}.har", f"runs/{RUNS[0]}/crm/{NAME}.har"], 0, "no structural difference"),
        ([f"baseline/crm/{NAME}.har", f"runs/{RUNS[0]}/crm/{NAME}.har", "--values"], 0, "  $.a  1 -> 2"),
        (["baseline", RUNS[0], "--values"], 0, "1 interaction: 1 without a difference"),
    ],
)
def test_sides_of_a_diff(
    config: str, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, last: str
) -> None:
    assert main(["diff", *arguments, "--config", config]) == code
    assert capsys.readouterr().out.splitlines()[-1] == last


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["history", "--vendor", "crn"], "did you mean 'crm'?"),
        (["history", "--vendor", "crm", "a lookip"], "did you mean 'a lookup'?"),
        (["history", "--vendor", "crm", "--last", "0"], "--last"),
        (["history", "--vendor", "crm", "--format", "xml"], "--format"),
        (["history"], "--vendor"),
        (["history", "--vendor", "crm", "a lookip", "--format", "json"], "did you mean 'a lookup'?"),
        (["diff", "baseline", "baseline"], "both sides are the baselines"),
        (["diff", "baseline", "20201122T085800Z-ab12cd"], "there is no run 20201122T085800Z-ab12cd"),
        (["diff", "baseline", "/tmp/20201122T085800Z-ab12cd/"], "there is no run 20201122T085800Z-ab12cd"),
        (["diff", "baseline", "nothing"], "there is no such recording; name a .har file, a run's id, or baseline"),
        (["diff", "baseline", RUNS[0], "--vendor", "crn"], "neither has recordings of crn; there are: crm"),
        (["diff", "baseline", RUNS[0], "--interaction", "a lookip"], "did you mean 'a lookup'?"),
        (["baseline", "review"], "--base"),
        (["baseline", "review", "--base", "main"], "not a git repository"),
    ],
)
def test_wrong_use_is_one_clear_error(
    config: str, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main([*arguments, "--config", config]) == 2
    told = capsys.readouterr()
    assert message in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_a_diff_for_machines(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "baseline", RUNS[1], "--format", "json", "--config", config]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["a"], told["b"]) == ("baseline", f"run {RUNS[1]}")
    assert [(one["state"], one["values"]) for one in told["interactions"]] == [("differs", None)]


def test_a_run_in_another_place(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = tmp_path / "artefact" / "runs"
    there.parent.mkdir()
    (tmp_path / "recordings" / "runs").rename(there)
    assert main(["diff", str(there / RUNS[0]), f"{there / RUNS[1]}/", "--config", config]) == 1
    assert "artefact/runs/20261122T085900Z-000000/crm/a-lookup" in capsys.readouterr().out
    astray = there.rename(there.parent / "astray")
    assert main(["diff", "baseline", str(astray / RUNS[0]), "--config", config]) == 2
    assert "it is not in a folder of runs; move it to runs/" in capsys.readouterr().err
