"""`monitor contracts build` as a command: what it says, what it writes, and how it is picked up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli.main import main
from monitor.jsonpaths import Json
from tests.contracts.build_projects import BuildProject, export

BODY: dict[str, Json] = {"customerId": "C-1", "fullName": "Ann", "tickets": [{"no": 1, "by": "x"}, {"no": 2}]}
FILE = "contracts/crm/crm-read.pact.json"
PATHS = {"id": "$.customerId", "by": "$.tickets[*].by"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BuildProject:
    """One action with an approved recording, and one without."""
    made = BuildProject(tmp_path, {"domains": {"crm-read": ["Get *"]}})
    properties: dict[str, Json] = {"id": {"type": "string"}, "by": {"type": "array", "items": {"type": "string"}}}
    made.action(export("Get customer", paths=PATHS, properties=properties))
    made.action(export("Get tickets"))
    made.approve("Get customer", BODY)
    monkeypatch.chdir(tmp_path)
    return made


def build(*arguments: str) -> int:
    return main(["contracts", "build", "--vendor", "crm", *arguments])


def test_from_the_first_build_to_an_edit(project: BuildProject, capsys: pytest.CaptureFixture[str]) -> None:
    assert build("--dry-run") == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[:4] == [
        "crm-read",
        "  Get customer: 2 values demanded",
        "    not of it: $.tickets[*].by: not every member of the list has it",
        "  left out: Get tickets: it has no baseline",
    ]
    assert "    monitor record --vendor crm --interaction get-tickets-" in told.out
    assert told.out.endswith(f"would write {FILE}: 1 interaction\n")
    assert told.err == ""
    assert not (project.folder / "contracts").exists()

    assert build() == 0
    told = capsys.readouterr()
    assert told.out.endswith(f"wrote {FILE}: 1 interaction\n")
    assert told.err == (
        f"note: monitor.yaml does not name {FILE}; add to the vendor: contracts: [contracts/crm/*.pact.json]\n"
    )
    project.vendor["contracts"] = ["contracts/crm/*.pact.json"]
    project.write()
    whole = (project.folder / FILE).read_bytes()

    (project.folder / FILE).write_bytes(whole.replace(b'"C-1"', b'"C-2"'))
    assert build() == 1
    told = capsys.readouterr()
    assert told.err.startswith(
        f"monitor: {FILE}: not written: it was edited since it was made; keep your edit in a file of another name, or "
        "write over it with --force\n"
    )
    assert 'monitor:   -            "customerId": "C-2",\n' in told.err
    assert build("--force") == 0
    told = capsys.readouterr()
    assert (told.out.splitlines()[-1], told.err) == (f"changed {FILE}: 1 interaction", "")
    assert (project.folder / FILE).read_bytes() == whole
    assert main(["contracts", "list", "--vendor", "crm"]) == 0
    assert f"contract  {FILE} $.interactions[0]" in capsys.readouterr().out


def test_monitor_yaml_may_name_what_is_still_to_be_built(
    project: BuildProject, capsys: pytest.CaptureFixture[str]
) -> None:
    project.vendor["contracts"] = ["contracts/crm/*.pact.json"]
    project.write()
    assert main(["contracts", "list"]) == 2
    assert "matches no file" in capsys.readouterr().err
    assert build("--domain", "nothing") == 2
    assert "there is no domain 'nothing'" in capsys.readouterr().err
    assert build() == 0
    told = capsys.readouterr()
    assert (told.out.splitlines()[-1], told.err) == (f"wrote {FILE}: 1 interaction", "")
    project.vendor["contracts"] = ["nowhere.pact.json"]
    project.write()
    assert build() == 2
    assert "'nowhere.pact.json' matches no file" in capsys.readouterr().err


def test_elsewhere_and_all(project: BuildProject, capsys: pytest.CaptureFixture[str]) -> None:
    assert build("--all", "--output", "out", "--domain", "crm-read") == 0
    (interaction,) = json.loads((project.folder / "out/crm-read.pact.json").read_bytes())["interactions"]
    assert interaction["response"]["body"]["content"] == {**BODY, "tickets": [{"no": 1}]}
    assert "add to the vendor: contracts: [out/*.pact.json]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--domain", "crm-write"), "there is no domain 'crm-write'; did you mean 'crm-read'?"),
        (("--vendor", "crn"), "no vendor 'crn'"),
        (("--config", "none.yaml"), "there is no such file"),
    ],
)
def test_wrong_use(
    project: BuildProject, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(*arguments) == 2
    assert message in capsys.readouterr().err


def test_two_domains_are_a_fault_with_a_line(project: BuildProject, capsys: pytest.CaptureFixture[str]) -> None:
    project.vendor["domains"] = {"crm-read": ["Get *"], "crm-all": ["*"]}
    project.write()
    assert build() == 2
    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith("monitor: monitor.yaml:1")
    assert first.endswith(
        "vendors.crm.domains.crm-all[0]: 'Get customer' is in the domains crm-read and crm-all; "
        "an interaction is in one: name it, or the others, more closely"
    )
