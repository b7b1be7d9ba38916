"""`monitor schedule`, and what of it is committed in cron/."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.cli.main import main

PROJECT = Path(__file__).resolve().parents[2]
OURS = ["--config", str(PROJECT / "monitor.yaml")]
AT = ["--folder", "/srv/vendor-drift", "--program", "/srv/vendor-drift/.venv/bin/monitor"]  # as in the Makefile
TWO = """\
version: 1
vendors:
  crm:
    base_url: https://a.example
    headers: {X-Key: "${secret:env:NOT_SET}"}
    schedule: {cron: "17 5 * * 1", timezone: Europe/Berlin}
  later: {base_url: "https://b.example"}
"""


@pytest.fixture
def config(tmp_path: Path) -> list[str]:
    (tmp_path / "drift.yaml").write_text(TWO)
    return ["--config", str(tmp_path / "drift.yaml")]


@pytest.mark.parametrize(("form", "folder"), [("crontab", "."), ("systemd", "systemd"), ("k8s", ".")])
def test_what_is_committed_is_what_is_printed(form: str, folder: str, tmp_path: Path) -> None:
    """Otherwise: make cron."""
    at = AT if form != "k8s" else []
    assert main(["schedule", "--format", form, *at, "--output", str(tmp_path), *OURS]) == 0
    made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert made == {name: (PROJECT / "cron" / folder / name).read_text() for name in made}
    if form == "systemd":
        assert {file.name for file in (PROJECT / "cron" / "systemd").iterdir()} == set(made)


def test_the_dockerfile_and_the_cron_jobs_agree() -> None:
    docker = (PROJECT / "cron" / "Dockerfile").read_text()
    jobs = (PROJECT / "cron" / "kubernetes.yaml").read_text()
    for said, there in [("USER 10001:0", "runAsUser: 10001"), ("WORKDIR /srv/vendor-drift", '"/srv/vendor-drift"')]:
        assert said in docker
        assert there in jobs
    assert "MONITOR_STATE_DIR=/var/lib/monitor" in docker
    assert '{name: MONITOR_STATE_DIR, value: "/var/lib/monitor"}' in jobs
    for folder in ("/srv/vendor-drift/recordings/runs", "/var/lib/monitor"):
        assert f'"{folder}"' in docker
        assert f'mountPath: "{folder}"' in jobs


def test_the_next_times_need_no_secrets(config: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "--count", "2", *config]) == 0
    head, first, second, later = capsys.readouterr().out.splitlines()
    assert head == "crm: 17 5 * * 1 (Europe/Berlin), missed after 1h"
    assert first.startswith("  Mon 20")
    assert " 05:17 CE" in second
    assert later == "later: no schedule"


def test_files_are_told_apart_on_one_screen(config: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "--format", "systemd", *config]) == 0
    told = capsys.readouterr()
    assert told.out.count("# ---- vendor-drift-") == 6
    assert "--quiet --config drift.yaml" in told.out
    assert told.err == "without a schedule: later\n"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--vendor", "cmr"], "no vendor 'cmr'"),
        (["--format", "cron"], "unknown format 'cron'; one of: crontab, k8s, systemd, text"),
        (["--format", "k8s", "--vendor", "later"], "no vendor has a schedule; add to a vendor: schedule:"),
        (["--format", "k8s", "--output", "none"], "none: it is no folder"),
        (["--count", "0"], "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    arguments: list[str], what: str, config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schedule", *arguments, *config]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert what in told.err
    assert told.err.count("\n") == 1


def test_what_it_is_for_may_be_another_place(
    config: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schedule", "--format", "systemd", "--folder", "/srv/x", *config]) == 0
    told = capsys.readouterr().out
    assert "ReadWritePaths=/srv/x/recordings /srv/x/.monitor" in told
    assert str(tmp_path) not in told
