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


@pytest.fixture
def one(project: Project, vendor: ScriptedVendor) -> Project:
    """The first of the two alone: each interaction starts a worker."""
    project.write("contracts/crm/one.json", pact_of(interaction("a", "/a", BODY)))
    vendor.answers["/a"] = json_answer(BODY)
    return project


def test_an_accepted_loss_is_never_told_again(one: Project) -> None:
    translated(one, '{"x": $number(name), "z": id}')
    one.run("record", "--vendor", "crm", "--no-input")
    accept = ("--accept-loss", "x", "--accept-loss", "z", "--note", "known")
    approved = one.run("approve", "--vendor", "crm", *accept)
    assert approved.returncode == 0, approved.stderr
    done = one.run("check")
    assert done.returncode == 0, done.stdout
    assert "fails on the baseline as well (D3030" in done.stdout


def test_a_translation_broken_later_is_not_blamed_on_the_vendor(one: Project) -> None:
    one.run("record", "--vendor", "crm", "--approve")
    translated(one, '{"x": $nothing(name)}')
    done = one.run("check")
    assert done.returncode == 3
    assert "NOT JUDGED" in done.stdout
    assert "fails on the baseline as well" in done.stdout


def test_an_echoed_secret_under_a_rule_is_no_drift(project: Project, vendor: ScriptedVendor) -> None:
    project.write("contracts/crm/a.json", pact_of(interaction("a", "/a", {"tok": "s3cr3t-x-key"}, REGEX)))
    vendor.answers["/a"] = json_answer({"tok": SECRET})
    recorded = project.run("record", "--vendor", "crm", "--approve")
    assert recorded.returncode == 0, recorded.stderr
    assert project.run("check").returncode == 0
    done = project.run("recheck")
    assert done.returncode == 0, done.stdout
    assert "masked text stands at $.tok" in done.stdout


def test_a_masked_text_makes_no_zero_suspect(project: Project, vendor: ScriptedVendor) -> None:
    exact = {"$.echo": {"matchers": [{"match": "type"}]}}
    project.write("contracts/crm/a.json", pact_of(interaction("a", "/a", {"echo": "x", "openTickets": 2}, exact)))
    vendor.answers["/a"] = json_answer({"echo": SECRET, "openTickets": 0})
    assert project.run("check").returncode == 1
    assert project.run("recheck").returncode == 1
    assert project.run("approve", "--vendor", "crm").returncode == 1


def test_a_masked_header_under_a_rule_is_no_drift(project: Project, vendor: ScriptedVendor) -> None:
    wanted = interaction("a", "/a", BODY)
    response = {
        "status": 200,
        "headers": {"Set-Cookie": "sid=abc; Path=/", "X-Echo": "s3cr3t-x-key"},
        "body": BODY,
        "matchingRules": {
            "body": {"$": {"matchers": [{"match": "type"}]}},
            "header": {
                "Set-Cookie": {"matchers": [{"match": "regex", "regex": "sid=[a-z0-9]+; Path=/"}]},
                "X-Echo": {"matchers": [{"match": "regex", "regex": "s3cr3t-[a-z]+-key"}]},
            },
        },
    }
    project.write("contracts/crm/a.json", pact_of({**wanted, "response": response}))
    headers = {"Content-Type": "application/json", "Set-Cookie": "sid=abc123; Path=/", "X-Echo": SECRET}
    vendor.answers["/a"] = (200, headers, json.dumps(BODY).encode())
    recorded = project.run("record", "--vendor", "crm", "--approve")
    assert recorded.returncode == 0, recorded.stderr
    done = project.run("recheck")
    assert done.returncode == 0, done.stdout
    assert "masked text stands at header:x-echo" in done.stdout


def test_a_secret_in_another_case_or_in_a_reason_is_masked(project: Project, vendor: ScriptedVendor) -> None:
    config = (project.folder / "monitor.yaml").read_text()
    project.write("monitor.yaml", f'{config}    skip: {{b: "because ${{secret:env:CRM_KEY}} said so"}}\n')
    project.write("contracts/crm/two.json", pact_of(interaction("a", "/a", BODY), interaction("b", "/b", BODY)))
    vendor.answers["/a"] = json_answer({**BODY, "up": SECRET.upper()})
    for done in (
        project.run("record", "--vendor", "crm", "--approve"),
        project.run("check"),
        project.run("contracts", "list"),
    ):
        assert done.returncode == 0, done.stderr
        assert SECRET not in (done.stdout + done.stderr).lower()
    for path in (project.folder / "recordings").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes().lower()


def test_recheck_tells_what_was_never_recorded(two: Project) -> None:
    two.run("check")
    run = two.runs()[-1]
    (lost,) = run.glob("crm/b-*.har")
    lost.unlink()
    done = two.run("recheck", "--run", run.name)
    assert done.returncode == 3
    assert f"nothing was recorded of it in run {run.name}" in done.stdout


def test_recheck_leaves_out_what_is_skipped(two: Project) -> None:
    two.run("check")
    config = (two.folder / "monitor.yaml").read_text()
    two.write("monitor.yaml", f"{config}    skip: {{b: not used}}\n")
    done = two.run("recheck")
    assert done.returncode == 0
    assert "SKIPPED  crm: b" in done.stdout
    assert "no contract has" not in done.stdout


def test_a_damaged_baseline_does_not_hide_what_the_contract_forbids(two: Project, vendor: ScriptedVendor) -> None:
    two.run("record", "--vendor", "crm", "--approve")
    for path in (two.folder / "recordings" / "baseline" / "crm").glob("*.har"):
        path.write_text("")
    vendor.answers["/a"] = json_answer({"id": "CUST-1"})
    done = two.run("check")
    assert done.returncode == 1
    assert "note: structure was not compared" in done.stdout
    assert "NOT JUDGED  crm: b" in done.stdout


def test_an_accepted_loss_stays_accepted(one: Project, vendor: ScriptedVendor) -> None:
    translated(one, '{"x": $number(name)}')
    one.run("record", "--vendor", "crm", "--no-input")
    one.run("approve", "--vendor", "crm", "--accept-loss", "x", "--note", "known")
    vendor.answers["/a"] = json_answer({**BODY, "more": 1})
    assert one.run("check").returncode == 0
    assert one.run("approve", "--vendor", "crm").returncode == 0
    assert one.run("check").returncode == 0


def test_a_recording_in_anothers_place_is_refused(two: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/b"] = json_answer({"id": "CUST-1"})
    assert two.run("check").returncode == 1
    first, second = sorted(two.runs()[-1].glob("crm/*.har"))
    second.unlink()
    shutil.copy(first, second)
    done = two.run("recheck", "--format", "json")
    assert done.returncode == 3
    outcomes = [result["outcome"] for result in json.loads(done.stdout)["results"]]
    assert outcomes == ["no_baseline", "not_judged"]
    assert "it is the recording of another interaction" in done.stdout


def test_a_damaged_recording_keeps_no_other_from_approval(two: Project) -> None:
    two.run("record", "--vendor", "crm", "--no-input")
    first, _ = sorted(two.runs()[-1].glob("crm/*.har"))
    first.write_bytes(first.read_bytes()[:100])
    done = two.run("approve", "--vendor", "crm")
    assert done.returncode == 3
    assert "not approved  crm: a" in done.stderr
    assert "approved  crm: b" in done.stdout


def test_findings_are_bounded(one: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/a"] = json_answer({**BODY, **{f"k{n}": n for n in range(1100)}})
    one.run("record", "--vendor", "crm", "--approve")
    vendor.answers["/a"] = json_answer({"id": "CUST-1"})
    done = one.run("check")
    assert done.returncode == 1
    assert "name (String) at $.name" in done.stdout
    assert "102 more findings, none worse, are not listed" in done.stdout


def test_a_list_that_is_empty_now_is_told(project: Project, vendor: ScriptedVendor) -> None:
    project.write("contracts/crm/a.json", pact_of(interaction("a", "/a", {"rows": [{"id": 1}]})))
    vendor.answers["/a"] = json_answer({"rows": [{"id": 1}]})
    project.run("record", "--vendor", "crm", "--approve")
    vendor.answers["/a"] = json_answer({"rows": []})
    done = project.run("check", "--fail-on", "warning")
    assert done.returncode == 1
    assert "rows is empty, so nothing below it was compared" in done.stdout


def test_quiet_says_nothing_while_all_is_well(one: Project, vendor: ScriptedVendor) -> None:
    done = one.run("check", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    vendor.answers["/a"] = json_answer({"id": "CUST-1"})
    assert "DRIFTED" in one.run("check", "--quiet").stdout


def _one(project: Project, vendor: ScriptedVendor, body: dict[str, object]) -> None:
    """A contract of one interaction, and the vendor's answer to it."""
    project.write("contracts/crm/lookup.json", pact_of(interaction("a lookup", "/c", {"id": "1"})))
    vendor.answers["/c"] = json_answer(body)


def test_what_is_the_baseline_already_keeps_its_reason(project: Project, vendor: ScriptedVendor) -> None:
    _one(project, vendor, {"id": "1"})
    assert project.monitor("record", "--vendor", "crm").returncode == 0
    assert "approved  crm" in project.monitor("approve", "--vendor", "crm", "--note", "first").stdout
    assert project.run("approve", "--vendor", "crm", "--note", "another").stdout == (
        "unchanged  crm: a lookup\n  this recording is the baseline already\n"
    )
    assert '"note": "first"' in next(project.folder.glob("recordings/baseline/crm/*.har")).read_text()


def test_an_empty_list_is_told_when_it_is_approved(project: Project, vendor: ScriptedVendor) -> None:
    _one(project, vendor, {"id": "1", "tickets": []})
    approved = project.run("record", "--vendor", "crm", "--approve")
    assert "note: the list at $.tickets is empty" in approved.stdout


def test_the_official_verifier_is_asked_about_recordings(project: Project, vendor: ScriptedVendor) -> None:
    _one(project, vendor, {"id": "1"})
    assert project.run("record", "--vendor", "crm", "--approve").returncode == 0
    done = project.run("recheck", "--with-official")
    assert (done.returncode, done.stderr) == (0, "")
    assert "the official Pact Verifier was asked about 1 of 1 recordings: 1 agree, 0 differ" in done.stdout
