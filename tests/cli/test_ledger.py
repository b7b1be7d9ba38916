"""ledger backup and ledger restore as commands; what they do is tests/ledger/test_backup.py."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from monitor.cli.main import main
from monitor.ledger.database import open_database
from monitor.ledger.tables import facts

NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)


def project(folder: Path, **values: str) -> str:
    """A project whose ledger holds ``values``; without any there is no ledger."""
    folder.mkdir()
    (folder / "monitor.yaml").write_text("version: 1\nvendors: {crm: {base_url: 'https://crm.example'}}\n")
    if values:
        with open_database(f"sqlite:///{folder}/.monitor/ledger.db", NOW) as database, database.write() as connection:
            connection.execute(insert(facts), [{"name": name, "value": value} for name, value in values.items()])
    return str(folder / "monitor.yaml")


def names(folder: Path) -> list[str]:
    with open_database(f"sqlite:///{folder}/.monitor/ledger.db", NOW) as database, database.read() as connection:
        return list(connection.scalars(select(facts.c.name).order_by(facts.c.name)))


def test_from_one_project_to_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = project(tmp_path / "one", a="1", b="2"), project(tmp_path / "other")
    file = tmp_path / "ledger.jsonl.gz"
    assert main(["ledger", "backup", str(file), "--config", one]) == 0
    assert capsys.readouterr().err == f"wrote {file}: facts 2\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    assert main(["ledger", "restore", str(file), "--config", other]) == 0
    assert capsys.readouterr().err.splitlines() == [f"restored {tmp_path}/other/.monitor/ledger.db: facts 2"]
    assert names(tmp_path / "other") == ["a", "b"]


def test_what_is_there_is_replaced_only_with_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = project(tmp_path / "one", a="1"), project(tmp_path / "other", z="26")
    file = tmp_path / "ledger.jsonl.gz"
    assert main(["ledger", "backup", str(file), "--config", one]) == 0
    capsys.readouterr()
    assert main(["ledger", "restore", str(file), "--config", other]) == 2
    assert "the ledger is not empty (facts 1); --force replaces it" in capsys.readouterr().err
    assert names(tmp_path / "other") == ["z"]

    assert main(["ledger", "restore", str(file), "--force", "--config", other]) == 0
    assert "kept what was there as " in capsys.readouterr().err
    assert names(tmp_path / "other") == ["a"]
    (aside,) = (tmp_path / "other" / ".monitor").glob("ledger-before-restore-*.jsonl.gz")
    assert main(["ledger", "restore", str(aside), "--force", "--config", other]) == 0
    assert names(tmp_path / "other") == ["z"]


def test_one_line_for_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = project(tmp_path / "one")
    (tmp_path / "text").write_text("a text\n")
    broken = project(tmp_path / "broken")
    (tmp_path / "broken" / ".monitor").mkdir()
    (tmp_path / "broken" / ".monitor" / "ledger.db").write_text("a text " * 1000)
    for arguments, code, said in (
        (["backup", str(tmp_path / "b.gz")], 2, "there is no ledger yet"),
        (["restore", str(tmp_path / "text")], 2, "it is no backup of a ledger"),
        (["restore", str(tmp_path / "none")], 2, "No such file"),
        (["backup", str(tmp_path / "one" / ".monitor" / "ledger.db")], 2, "this is the ledger itself"),
    ):
        assert main(["ledger", *arguments, "--config", config]) == code
        (line,) = capsys.readouterr().err.splitlines()
        assert said in line
    assert not (tmp_path / "b.gz").exists()
    assert main(["ledger", "rebuild", "--config", broken]) == 70
    fix = "it is no SQLite database; move it away, then: monitor ledger rebuild, or monitor ledger restore FILE\n"
    assert capsys.readouterr().err.endswith(fix)


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, file = project(tmp_path / "one", a="1"), tmp_path / "nope" / "b.gz"
    assert main(["ledger", "backup", str(file), "--config", config]) == 2
    said = f"monitor: {file}: its folder is not there; make the folder, or name another file\n"
    assert capsys.readouterr().err == said
    assert not file.parent.exists()
