"""Completion as shells ask for it: with the words in the environment."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from monitor.cli import completing
from monitor.cli.main import app
from tests.road.scripted import Project, interaction, pact_of

SECRET = "s3cr3t-canary-key"
CONFIG = """\
version: 1
vendors:
  crm:
    base_url: ${CRM_URL}
    contracts: ["${PACTS:-contracts}/crm/*.json"]
    headers: {X-API-Key: "${secret:env:CRM_KEY}", X-Other: "${secret:file:fifo}", X-Odd: "${secret:command:touch ran}"}
  tickets: {base_url: "${NOT_SET}", contracts: [contracts/tickets/*.json, "${secret:env:CRM_KEY}/*.json"]}
  crm-2: {base_url: https://a.example}
"""
RUNS = ("20261122T085800Z-ab12cd", "20261121T085800Z-ab12cd")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "watch", "")
    made.write("monitor.yaml", CONFIG)
    made.write("contracts/crm/a.json", pact_of(interaction("a lookup", "/a", {}), interaction("a list", "/b", {})))
    made.write("contracts/crm/pop.schema.json", '{"type": "object"}')
    made.write("contracts/crm/half.json", '{"interactions": [')
    made.write(
        "contracts/tickets/b.json", pact_of(interaction("b $(touch ran) `touch ran` \\$(touch ran) 'x", "/b", {}))
    )
    os.mkfifo(made.folder / "fifo")
    for run in RUNS:
        made.write(f"recordings/runs/{run}/crm/a-lookup-1.har", "")
    made.write("recordings/baseline/crm/a-lookup-1.har", "")
    made.write("recordings/baseline/crm/a-lookup-1.pretty.json", "")
    made.write("recordings/baseline/crm/$(touch ran).har", "")
    made.write("recordings/runs/rubbish/x", "")
    return made


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What ``monitor`` answers a shell."""
    return Project(folder, "").run(CRM_KEY=SECRET, **environment)


def bash(folder: Path, line: str, **environment: str) -> list[str]:
    """What bash is offered for the last word of ``line``."""
    words = f"monitor {line}"
    closed = words + "'" * (words.count("'") % 2)
    number = len(shlex.split(closed)) - (not words.endswith(" "))
    done = run(folder, _MONITOR_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(number), **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert SECRET not in done.stdout
    return done.stdout.split("\n")[:-1] if done.stdout.strip() else []


def context_of(folder: Path) -> typer.Context:
    """What completers are handed while a command line in ``folder`` is being typed."""
    context = typer.Context(get_command(app))
    context.params["config"] = str(folder / "monitor.yaml")
    return context


def test_vendors(project: Project) -> None:
    assert bash(project.folder, "check --vendor ") == ["crm", "tickets", "crm-2"]
    assert bash(project.folder, "approve -v cr") == ["crm", "crm-2"]
    assert bash(project.folder.parent, "check --config watch/monitor.yaml --vendor t") == ["tickets"]


def test_interactions_by_id_or_description(project: Project) -> None:
    first, second = bash(project.folder, "check --vendor crm --interaction ")
    assert first.startswith("a-lookup-")
    assert second.startswith("a-list-")
    assert bash(project.folder, "check --interaction a-li") == [second]
    assert bash(project.folder, "check --interaction 'a li") == ["a list"]
    assert bash(project.folder, "check -v tickets --interaction a") == []
    assert bash(project.folder, "check --interaction ", PACTS="nowhere")[0].startswith("b-")


def test_formats_and_runs(project: Project) -> None:
    assert {"json", "junit", "markdown", "text"} <= set(bash(project.folder, "check --format "))
    assert bash(project.folder, "recheck --format ju") == ["junit"]
    assert bash(project.folder, "doctor --format ") == ["text", "json"]
    assert bash(project.folder, "recheck --run ") == list(RUNS)
    assert bash(project.folder, "recheck --run 20261121") == [RUNS[1]]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "\x00",
        "[",
        "vendors: 3",
        "vendors: [a]",
        "vendors: {crm: 3}",
        "vendors: {crm: {contracts: 3}}",
        "vendors: {crm: {contracts: [{}]}}",
        "vendors: {crm: {contracts: ['\\0']}}",
        "recordings: 3",
        "recordings: {dir: {}}",
        "&a [*a]",
        "x: " + "[" * 5_000,
        "#" * 300_000,
    ],
)
def test_nothing_is_said_where_there_is_nothing_to_offer(
    text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (tmp_path / "monitor.yaml").write_text(text)
    context = context_of(tmp_path)
    for completer in (completing.interactions, completing.runs, completing.recordings):
        assert completer(context, "") == []
    assert len(completing.vendors(context, "")) <= 1
    assert capsys.readouterr() == ("", "")


def test_without_a_file_a_shell_is_told_nothing(tmp_path: Path) -> None:
    assert bash(tmp_path, "check --vendor ") == []


def test_no_secret_is_read_and_nothing_is_run(project: Project) -> None:
    """A FIFO that nobody writes to would hang whoever opens it."""
    for line in ("check --vendor ", "check --interaction ", "recheck --run "):
        bash(project.folder, line)
    zsh = run(project.folder, _MONITOR_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="monitor check -v tickets -i ")
    assert zsh.stdout.startswith("_arguments '*: :((\"b-")
    assert not set(zsh.stdout.removeprefix("_arguments '").rstrip("'\n")) & set("'$`\\;")
    assert not (project.folder / "ran").exists()


def test_fish_gets_the_descriptions(project: Project) -> None:
    done = project.monitor(
        _MONITOR_COMPLETE="complete_fish",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
        _TYPER_COMPLETE_ARGS="monitor check --vendor crm --interaction a-lo",
    )
    (line,) = done.stdout.splitlines()
    assert line.split("\t")[1] == "a lookup"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_each_shell_is_printed(shell: str, tmp_path: Path) -> None:
    done = run(tmp_path, _MONITOR_COMPLETE=f"source_{shell}")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"_MONITOR_COMPLETE=complete_{shell}" in done.stdout
    if shutil.which(shell):
        assert subprocess.run([shell, "-n"], input=done.stdout, text=True, check=False).returncode == 0


def test_recordings_are_offered_as_people_type_them(project: Project) -> None:
    context = context_of(project.folder)
    shown = os.path.relpath(project.folder / "recordings")
    below = ["baseline/crm/a-lookup-1.har", *(f"runs/{run}/crm/a-lookup-1.har" for run in RUNS)]
    assert [value for value, _ in completing.recordings(context, shown)] == [f"{shown}/{path}" for path in below]
    assert [value for value, _ in completing.recordings(context, "runs/")] == below[1:]
    assert completing.recordings(context, "elsewhere/") == []


def test_offers_are_bounded_and_plain(project: Project) -> None:
    many = [interaction(f"lookup {number}", f"/{number}", {}) for number in range(500)]
    project.write("contracts/crm/many.json", pact_of(*many))
    assert len(bash(project.folder, "check --interaction lookup-")) == completing.MOST
