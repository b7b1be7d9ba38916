"""What recordings are worth: approved, judged again, moved about."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.road.scripted import Project, ScriptedVendor, interaction, json_answer, pact_of

BODY = {"id": "CUST-1", "name": "Ada"}
SECRET = "s3cr3t-canary-key"
REGEX = {"$.tok": {"matchers": [{"match": "regex", "regex": "s3cr3t-[a-z]+-key"}]}}


def translated(project: Project, expression: str) -> None:
    config = (project.folder / "monitor.yaml").read_text()
    project.write(
        "monitor.yaml", f"{config}    translations: [{{interaction: a, kind: jsonata, expression: '{expression}'}}]\n"
    )


@pytest.fixture
def two(project: Project, vendor: ScriptedVendor) -> Project:
    project.write("contracts/crm/two.json", pact_of(interaction("a", "/a", BODY), interaction("b", "/b", BODY)))
    vendor.answers = {"/a": json_answer(BODY), "/b": json_answer(BODY)}
    return project


def test_an_accepted_loss_is_never_told_again(two: Project) -> None:
    translated(two, '{"x": $number(name), "z": id}')
    two.monitor("record", "--vendor", "crm", "--no-input")
    accept = ("--accept-loss", "x", "--accept-loss", "z", "--note", "known")
    approved = two.monitor("approve", "--vendor", "crm", *accept)
    assert approved.returncode == 0, approved.stderr
    done = two.monitor("check")
    assert done.returncode == 0, done.stdout
    assert "fails on the baseline as well (D3030" in done.stdout


def test_a_translation_broken_later_is_not_blamed_on_the_vendor(two: Project) -> None:
    two.monitor("record", "--vendor", "crm", "--approve")
    translated(two, '{"x": $nothing(name)}')
    done = two.monitor("check")
    assert done.returncode == 3
    assert "NOT JUDGED" in done.stdout
    assert "fails on the baseline as well" in done.stdout


def test_an_echoed_secret_under_a_rule_is_no_drift(project: Project, vendor: ScriptedVendor) -> None:
    project.write("contracts/crm/a.json", pact_of(interaction("a", "/a", {"tok": "s3cr3t-x-key"}, REGEX)))
    vendor.answers["/a"] = json_answer({"tok": SECRET})
    recorded = project.monitor("record", "--vendor", "crm", "--approve")
    assert recorded.returncode == 0, recorded.stderr
    assert project.monitor("check").returncode == 0
    done = project.monitor("recheck")
    assert done.returncode == 0, done.stdout
    assert "masked text stands at $.tok" in done.stdout


def test_a_recording_in_anothers_place_is_refused(two: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/b"] = json_answer({"id": "CUST-1"})
    assert two.monitor("check").returncode == 1
    first, second = sorted(two.runs()[-1].glob("crm/*.har"))
    second.unlink()
    shutil.copy(first, second)
    done = two.monitor("recheck", "--format", "json")
    assert done.returncode == 3
    outcomes = [result["outcome"] for result in json.loads(done.stdout)["results"]]
    assert outcomes == ["no_baseline", "not_judged"]
    assert "it is the recording of another interaction" in done.stdout


def test_a_damaged_recording_keeps_no_other_from_approval(two: Project) -> None:
    two.monitor("record", "--vendor", "crm", "--no-input")
    first, _ = sorted(two.runs()[-1].glob("crm/*.har"))
    first.write_bytes(first.read_bytes()[:100])
    done = two.monitor("approve", "--vendor", "crm")
    assert done.returncode == 3
    assert "not approved  crm: a" in done.stderr
    assert "approved  crm: b" in done.stdout


def test_findings_are_bounded(two: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/a"] = json_answer({**BODY, **{f"k{n}": n for n in range(3000)}})
    two.monitor("record", "--vendor", "crm", "--approve")
    vendor.answers["/a"] = json_answer({"id": "CUST-1"})
    done = two.monitor("check")
    assert done.returncode == 1
    assert "name (String) at $.name" in done.stdout
    assert "2,002 more findings, none worse, are not listed" in done.stdout


def test_a_list_that_is_empty_now_is_told(project: Project, vendor: ScriptedVendor) -> None:
    project.write("contracts/crm/a.json", pact_of(interaction("a", "/a", {"rows": [{"id": 1}]})))
    vendor.answers["/a"] = json_answer({"rows": [{"id": 1}]})
    project.monitor("record", "--vendor", "crm", "--approve")
    vendor.answers["/a"] = json_answer({"rows": []})
    done = project.monitor("check", "--fail-on", "warning")
    assert done.returncode == 1
    assert "rows is empty, so nothing below it was compared" in done.stdout


def test_quiet_says_nothing_while_all_is_well(two: Project, vendor: ScriptedVendor) -> None:
    done = two.monitor("check", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    vendor.answers["/a"] = json_answer({"id": "CUST-1"})
    assert "DRIFTED" in two.monitor("check", "--quiet").stdout
