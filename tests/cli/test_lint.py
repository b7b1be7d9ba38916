"""`monitor contracts lint` as people and pipelines run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.contracts.lint import RULES
from tests.contracts.lint_pacts import TYPE, answering, pact, rule, v3
from tests.road.scripted import Project

CONFIG = """\
version: 1
vendors:
  crm:
    base_url: ${CRM_URL}
    contracts: [contracts/crm/*.json]
    headers: {X-API-Key: "${secret:env:CRM_KEY}"}
  billing:
    base_url: https://billing.example
    contracts: [contracts/billing/*.json]
"""
CLEAN = json.dumps(v3({"id": "C-1"}, {"$.id": rule(TYPE)}), indent=2)
WARNING = json.dumps(v3({"id": "C-1", "name": "Ann"}, {"$.id": rule(TYPE)}), indent=2)
ERROR = json.dumps(v3({"id": "C-1"}, {"$.id": rule(TYPE), "$.ID": rule(TYPE)}), indent=2)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "watch", "http://127.0.0.1:9")
    made.write("monitor.yaml", CONFIG)
    made.write("contracts/crm/lookup.json", CLEAN)
    made.write("contracts/billing/invoices.json", CLEAN)
    return made


def test_clean_contracts(project: Project) -> None:
    done = project.run("contracts", "lint", "--strict")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "ok: 2 interactions in 2 contract files, nothing to remark\n"


def test_a_warning_fails_only_where_it_is_wanted(project: Project) -> None:
    project.write("contracts/crm/lookup.json", WARNING)
    done = project.run("contracts", "lint")
    assert done.returncode == 0
    assert done.stdout == (
        "contracts/crm/lookup.json\n"
        "  22:11  warning  exact-value  $.interactions[0].response.body.name\n"
        "    crm: a lookup\n"
        "    $.name (String) has no rule: the vendor must answer exactly the example's value\n"
        "    fix: add to $.interactions[0].response.matchingRules.body: "
        '"$.name": {"combine": "AND", "matchers": [{"match": "type"}]}; '
        'where exactly this is meant, with {"match": "equality"} instead\n'
        "0 errors, 1 warning: 2 interactions in 2 contract files\n"
    )
    assert project.run("contracts", "lint", "--strict").returncode == 1
    assert project.run("contracts", "lint", "--strict", "--vendor", "billing").returncode == 0


def test_annotations_in_a_pull_request(project: Project) -> None:
    project.write("contracts/crm/lookup.json", ERROR)
    project.write("contracts/billing/broken.json", '{"interactions": [')
    done = project.run("contracts", "lint", "--format", "github")
    assert done.returncode == 1
    first, second = done.stdout.splitlines()
    assert first.startswith(
        "::error file=contracts/billing/broken.json,line=1,col=19,title=contract-fault::billing: it is not"
    )
    assert second.startswith(
        "::error file=contracts/crm/lookup.json,line=33,col=13,title=rule-without-value::crm: a lookup: "
    )
    assert "did you mean 'id'?" in second


def test_json_from_another_folder(project: Project) -> None:
    project.write("contracts/crm/lookup.json", ERROR)
    (project.folder / "below").mkdir()
    below = Project(project.folder / "below", project.url)
    done = below.run("contracts", "lint", "--format", "json", "--config", "../monitor.yaml")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert [remark["file"] for remark in told["remarks"]] == ["../contracts/crm/lookup.json"]
    assert told["figures"] == {"errors": 1, "warnings": 0, "files": 2, "interactions": 2}


def test_no_secret_is_needed_and_nothing_is_called_or_written(project: Project) -> None:
    done = project.run("contracts", "lint", CRM_URL="", CRM_KEY="")
    assert done.returncode == 0
    assert sorted(path.name for path in project.folder.iterdir()) == ["contracts", "monitor.yaml"]


def test_the_rules_are_listed(project: Project) -> None:
    done = project.monitor("contracts", "lint", "--rules")
    assert done.returncode == 0
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [[rule.id, rule.level] for rule in RULES]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--vendor", "crn"), "no vendor 'crn'"),
        (("--format", "xml"), "unknown format 'xml'; one of: github, json, text"),
        (("--config", "none.yaml"), "there is no such file"),
    ],
)
def test_wrong_use_is_exit_2(project: Project, arguments: tuple[str, ...], message: str) -> None:
    done = project.run("contracts", "lint", *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_wrong_monitor_yaml_is_exit_2_but_a_wrong_contract_is_not(project: Project) -> None:
    project.write("contracts/crm/twice.json", json.dumps(pact(answering({}), answering({}))))
    assert project.run("contracts", "lint").returncode == 1
    assert project.run("contracts", "list").returncode == 2
    project.write("monitor.yaml", CONFIG.replace("base_url", "base-url"))
    assert project.run("contracts", "lint").returncode == 2


def test_our_own_contracts_are_clean() -> None:
    ours = Project(Path(__file__).resolve().parents[2], "http://127.0.0.1:9")
    done = ours.run("contracts", "lint", "--strict")
    assert (done.returncode, done.stdout[:3]) == (0, "ok:")
