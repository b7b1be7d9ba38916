"""The road as people walk it, against a real vendor on loopback."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.road.scripted import CONFIG, Project, ScriptedVendor, interaction, json_answer, pact_of, serving

CUSTOMER = {"customerId": "CUST-12345", "fullName": "Ada Byron", "openTickets": 2}
RENAMED = {"customer_id": "CUST-12345", "fullName": "Ada Byron", "openTickets": 2}
EXPRESSION = '{"customerName": fullName, "customerId": customerId}'


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One contract, one translation, an approved baseline: to be copied."""
    translation = f"    translations:\n      - {{interaction: a lookup, kind: jsonata, expression: '{EXPRESSION}'}}\n"
    with serving() as vendor:
        made = Project(tmp_path_factory.mktemp("approved"), vendor.url)
        made.write("contracts/crm/lookup.json", pact_of(interaction("a lookup", "/c", CUSTOMER)))
        made.write("monitor.yaml", CONFIG + translation)
        vendor.answers["/c"] = json_answer(CUSTOMER)
        recorded = made.run("record", "--vendor", "crm", "--approve")
    assert recorded.returncode == 0, recorded.stderr
    return made.folder


@pytest.fixture
def lookup(project: Project, vendor: ScriptedVendor, approved: Path) -> Project:
    """A project of one's own as ``approved`` has it, and the vendor's answer unchanged."""
    shutil.copytree(approved, project.folder, dirs_exist_ok=True)
    vendor.answers["/c"] = json_answer(CUSTOMER)
    return project


def test_nothing_changed_is_quiet(lookup: Project) -> None:
    done = lookup.monitor("check", "--vendor", "crm")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SAME  crm: a lookup" in done.stdout
    assert done.stdout.endswith("ok\n")


def test_values_and_longer_lists_are_no_drift(lookup: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/c"] = json_answer({**CUSTOMER, "customerId": "CUST-777", "openTickets": 0})
    assert lookup.run("check").returncode == 0


def test_a_renamed_field_is_told_in_words_to_act_on(lookup: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/c"] = json_answer(RENAMED)
    done = lookup.run("check", "--vendor", "crm")
    assert done.returncode == 1, done.stdout + done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    start = lines.index("Expected: customerId (String) at $.customerId")
    assert lines[start : start + 4] == [
        "Expected: customerId (String) at $.customerId",
        "Actual: Key 'customerId' not found in response body",
        "New key 'customer_id' found at $.customer_id",
        "output customerId: String -> missing",
    ]
    assert done.stdout.count("  breaking\n") == 1


def test_the_json_report_holds_the_same(lookup: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/c"] = json_answer(RENAMED)
    done = lookup.run("check", "--format", "json", "--output", "report.json")
    assert (done.returncode, done.stdout) == (1, "")
    report = json.loads((lookup.folder / "report.json").read_text())
    (result,) = report["results"]
    assert result["outcome"] == "drifted"
    assert {finding["root"] for finding in result["findings"]} == {"$.customerId"}
    assert {finding["detail"]["type"] for finding in result["findings"]} == {"change", "mismatch", "loss"}
    assert len({finding["fingerprint"] for finding in result["findings"]}) == 1
    assert report["exit_code"] == 1
    assert report["exit_reasons"] == ["1 drift at or above breaking in 1 interaction"]


def test_fail_on_decides_the_exit_code(lookup: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/c"] = json_answer({**CUSTOMER, "extra": 1})
    assert lookup.run("check").returncode == 0
    done = lookup.run("check", "--fail-on", "info")
    assert done.returncode == 1
    assert "New key 'extra' (Integer) found at $.extra" in done.stdout


def test_what_nobody_reads_is_no_more_than_told(project: Project, vendor: ScriptedVendor) -> None:
    project.write("contracts/crm/list.json", pact_of(interaction("a list", "/l", {"rows": [{"id": "1"}]})))
    vendor.answers["/l"] = json_answer({"rows": [{"id": "1", "email": "a@b.example"}]})
    project.run("record", "--vendor", "crm", "--approve")
    vendor.answers["/l"] = json_answer({"rows": [{"id": "1"}]})
    done = project.run("check")
    assert done.returncode == 0
    assert "DRIFTED (info)" in done.stdout


def test_recheck_says_the_same_offline(lookup: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/c"] = json_answer(RENAMED)
    told = lookup.run("check").stdout
    vendor.answers.clear()
    asked = len(vendor.seen)
    done = lookup.monitor("recheck", "--vendor", "crm", CRM_URL="", CRM_KEY="")
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if "customer" in line] == [
        line for line in told.splitlines() if "customer" in line
    ]
    assert len(vendor.seen) == asked


def test_without_a_baseline_contract_and_translation_are_judged(lookup: Project) -> None:
    for path in (lookup.folder / "recordings" / "baseline" / "crm").iterdir():
        path.unlink()
    done = lookup.run("check")
    assert done.returncode == 0
    assert "NO BASELINE" in done.stdout
    assert "monitor approve --vendor crm" in done.stdout


def test_a_vendor_that_is_down_is_not_drift(lookup: Project) -> None:
    done = lookup.run("check", CRM_URL="http://127.0.0.1:1")
    assert done.returncode == 3
    assert "VENDOR DOWN" in done.stdout
    assert "refused" in done.stdout


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(401, "AUTH FAILED"), (403, "AUTH FAILED"), (429, "RATE LIMITED"), (503, "VENDOR DOWN")],
)
def test_statuses_that_are_no_drift(lookup: Project, vendor: ScriptedVendor, status: int, outcome: str) -> None:
    vendor.answers["/c"] = json_answer({"error": "no"}, status)
    done = lookup.run("check")
    assert done.returncode == 3
    assert outcome in done.stdout


def test_rubbish_is_unreadable(lookup: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/c"] = (200, {"Content-Type": "application/json"}, b'{"customerId": "CUST')
    done = lookup.run("check")
    assert done.returncode == 3
    assert "UNREADABLE" in done.stdout


def test_another_status_is_one_drift(lookup: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/c"] = json_answer({"message": "gone", "code": 7}, 404)
    done = lookup.run("check")
    assert done.returncode == 1
    assert "Expected: status 200" in done.stdout
    assert "Actual: status 404" in done.stdout
    assert "$.message" not in done.stdout


def test_writes_are_not_sent_without_consent(project: Project, vendor: ScriptedVendor) -> None:
    post = interaction("a creation", "/c", CUSTOMER)
    post["request"] = {"method": "POST", "path": "/c", "body": {"name": "x"}}
    project.write("contracts/crm/create.json", pact_of(post))
    vendor.answers["/c"] = json_answer(CUSTOMER)
    done = project.run("check")
    assert done.returncode == 3
    assert "NOT RUN" in done.stdout
    assert "allow_writes: true" in done.stdout
    assert vendor.seen == []
    project.write("monitor.yaml", (project.folder / "monitor.yaml").read_text() + "    allow_writes: true\n")
    assert project.run("check").returncode == 0
    assert vendor.seen == ["/c"]


def test_secrets_and_cookies_are_written_nowhere(lookup: Project, vendor: ScriptedVendor) -> None:
    echo = {**CUSTOMER, "fullName": "key s3cr3t-canary-key", "link": vendor.url + "/c?token=s3cr3t-canary-key"}
    headers = {"Content-Type": "application/json", "Set-Cookie": "session=c00kie-canary", "X-Echo": "s3cr3t-canary-key"}
    vendor.answers["/c"] = (200, headers, json.dumps(echo).encode())
    done = lookup.run("check", "--fail-on", "info")
    assert done.returncode == 1
    written = [path for path in lookup.folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".har" for path in written)
    for path in written:
        text = path.read_bytes()
        for canary in (b"s3cr3t-canary-key", b"c00kie-canary", vendor.url.encode()):
            assert canary not in text, path
    assert "canary" not in done.stdout + done.stderr


def test_every_fault_of_the_configuration_is_told_at_once(project: Project) -> None:
    project.write("contracts/crm/bad.json", "{")
    project.write("contracts/crm/worse.json", pact_of({"description": 3}))
    done = project.run("check")
    assert done.returncode == 2
    assert "contracts/crm/bad.json" in done.stderr
    assert "contracts/crm/worse.json:1:80: $.interactions[0].description: description must be a string" in done.stderr
    assert done.stdout == ""


def test_a_run_over_nothing_is_never_green(project: Project) -> None:
    project.write(
        "contracts/crm/messages.json", json.dumps({"messages": [{"description": "an event"}], "interactions": []})
    )
    done = project.run("check")
    assert done.returncode == 3
    assert "nothing was judged" in done.stdout
    assert "SKIPPED  crm: an event" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["check", "--vendor", "crn"], 2, "no vendor 'crn'"),
        (["check", "--interaction", "a lookip"], 2, "did you mean 'a lookup'?"),
        (["check", "--format", "yaml"], 2, "unknown format 'yaml'"),
        (["check", "--config", "nowhere.yaml"], 2, "nowhere.yaml"),
        (["chekc"], 2, "No such command 'chekc'"),
        (["check", "--output", "no/such/folder/report.json"], 2, "its folder does not exist"),
        (["check", "--output", "monitor.yaml/report.json"], 2, "its folder does not exist"),
        (["check", "--output", "."], 2, "it is a folder"),
        (["recheck", "--run", "nonsense"], 2, "nonsense"),
        (["show", "recordings/nothing.har"], 2, "there is no such recording"),
        (["approve", "--vendor", "crm", "--accept-loss", "x"], 2, "an accepted loss needs a reason"),
    ],
)
def test_wrong_use_is_one_clear_error(lookup: Project, arguments: list[str], code: int, message: str) -> None:
    done = lookup.run(*arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_baseline_is_told_and_costs_only_itself(lookup: Project) -> None:
    (har,) = (lookup.folder / "recordings" / "baseline" / "crm").glob("*.har")
    har.write_bytes(har.read_bytes()[: har.stat().st_size // 2])
    done = lookup.run("check")
    assert done.returncode == 3
    assert "NOT JUDGED" in done.stdout
    assert har.name in done.stdout


def test_approve_refuses_losses_until_they_are_accepted(lookup: Project, vendor: ScriptedVendor) -> None:
    body = {key: value for key, value in CUSTOMER.items() if key != "fullName"}
    vendor.answers["/c"] = json_answer(body)
    lookup.write("contracts/crm/lookup.json", pact_of(interaction("a lookup", "/c", {"customerId": "x"})))
    assert lookup.run("check").returncode == 1
    refused = lookup.run("approve", "--vendor", "crm")
    assert refused.returncode == 1
    assert "output customerName: String -> missing" in refused.stderr
    patch = lookup.run("approve", "--vendor", "crm", "--accept-loss", "customerName", "--note", "gone", "--patch")
    assert patch.returncode == 0
    assert patch.stdout.startswith("diff --git a/recordings/baseline/crm/")
    accepted = lookup.run("approve", "--vendor", "crm", "--accept-loss", "customerName", "--note", "gone")
    assert accepted.returncode == 0, accepted.stderr
    assert lookup.run("check").returncode == 0


def test_approve_refuses_what_the_contract_forbids(lookup: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/c"] = json_answer(RENAMED)
    recorded = lookup.run("record", "--vendor", "crm", "--approve")
    assert recorded.returncode == 1
    assert "the contract forbids it: expected customerId (String) at $.customerId" in recorded.stderr
    assert lookup.run("check").returncode == 1


def test_look_at_what_is_there(lookup: Project) -> None:
    (har,) = (lookup.folder / "recordings" / "baseline" / "crm").glob("*.har")
    shown = lookup.run("show", str(har.relative_to(lookup.folder)))
    assert shown.returncode == 0, shown.stderr
    assert "$.customerId  String" in shown.stdout
    assert "CUST-12345" not in shown.stdout
    assert "CUST-12345" in lookup.run("show", "--raw", str(har)).stdout
    assert "crm: a lookup" in lookup.run("contracts", "list").stdout
    assert "crm  " in lookup.run("vendors").stdout
    assert lookup.monitor("config", "check").stdout == "monitor.yaml: ok, 1 vendor(s), 1 interaction(s)\n"


def test_diff_tells_the_structure(lookup: Project, vendor: ScriptedVendor) -> None:
    (baseline,) = (lookup.folder / "recordings" / "baseline" / "crm").glob("*.har")
    vendor.answers["/c"] = json_answer(RENAMED)
    lookup.run("record", "--vendor", "crm", "--no-input")
    (newest,) = lookup.runs()[-1].glob("crm/*.har")
    done = lookup.run("diff", str(baseline), str(newest))
    assert done.returncode == 1
    assert "New key 'customer_id' found at $.customer_id" in done.stdout
    same = lookup.run("diff", str(baseline), str(baseline), "--values")
    assert (same.returncode, same.stdout) == (0, "no structural difference\nno value differs\n")
    assert "CUST-12345" in lookup.run("diff", "--values", str(baseline), str(newest)).stdout


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    project = Project(tmp_path, "")
    done = project.monitor("--help", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert not loaded & {"httpx", "pact_ffi", "pydantic", "deepdiff", "rich", "jsonata2py", "jsonschema", "yaml"}
    for command in (
        "init",
        "check",
        "record",
        "approve",
        "recheck",
        "diff",
        "show",
        "vendors",
        "contracts",
        "config",
        "sandbox",
    ):
        assert command in done.stdout
