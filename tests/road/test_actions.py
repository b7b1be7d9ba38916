"""A data action on the road: one rename seen by contract, expression and action; and outputs that come and go."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from monitor.recordings.store import Store
from monitor.reports import Options, find
from monitor.sandbox.server import Sandbox
from tests.road.scripted import Project, ScriptedVendor, json_answer

PROJECT = Path(__file__).resolve().parents[2]
FLOW = 'Flow.customerId in "Inbound Sales" (Get customer, success output customerId)'
WORDS = f"""\
Expected: customerId (String) at $.customerId
Actual: Key 'customerId' not found in response body
New key 'customer_id' found at $.customer_id
output customerId of Get customer by phone: String -> the default ""
output customerId of screen-pop: String -> missing
silent: Genesys will report success; the flow gets the default
{FLOW} will be blank (the default ""); that step has no failure branch
probably renamed: same value
to mend it: in "Get customer by phone" translationMap.id: $.customer_id instead of $.customerId
to mend it: read $.customer_id instead of $.customerId in screen-pop"""


# -- three views of one rename ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def renamed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The repository's own example, checked against version 2 of the sandbox."""
    folder = tmp_path_factory.mktemp("views")
    shutil.copy(PROJECT / "monitor.yaml", folder)
    shutil.copytree(PROJECT / "contracts", folder / "contracts")
    shutil.copytree(PROJECT / "recordings" / "baseline", folder / "recordings" / "baseline")
    project = Project(folder, "")
    with Sandbox(2) as vendor:
        done = project.run("check", "--output", "check.txt", CRM_BASE_URL=vendor.url, CRM_API_KEY="any-key")
    assert done.returncode == 1, done.stdout + done.stderr
    return project


def _rendered(project: Project, form: str) -> str:
    """The run's report as it was kept, in another format."""
    (run,) = project.runs()
    report = Store(project.folder / "recordings").read_report(run.name)
    return find(form).render(report, Options())


def _told(text: str) -> str:
    """A report without what differs from run to run."""
    return re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{6}", "RUN", re.sub(r"in \d+\.\d s", "in 0.0 s", text))


LOOKUP = "a GET request to look up customer by phone"
FILE = "a-get-request-to-look-up-customer-by-phone-12113ef4.har"
AGAINST = f"recordings/baseline/crm/{FILE}"
EVIDENCE = f"recordings/runs/RUN/crm/{FILE}"
TEXT = f"""\
DRIFTED (breaking)  crm: {LOOKUP}
  breaking
    {WORDS.replace(chr(10), chr(10) + "    ")}
  against:  {AGAINST}
  evidence: {EVIDENCE}
SAME  crm: a GET request to look up an unknown phone
run RUN: 2 interactions in 0.0 s: 1 drifted, 1 same
exit 1: 1 drift at or above breaking in 1 interaction
"""


def test_one_report_in_text(renamed: Project) -> None:
    assert _told((renamed.folder / "check.txt").read_text()) == TEXT


def test_one_report_in_markdown(renamed: Project) -> None:
    told = _told(_rendered(renamed, "markdown"))
    assert told.count("DRIFTED") == 1
    assert "breaking\n  " + WORDS.replace("\n", "\n  ") + "\n```\n" in told


def test_one_failure_in_junit(renamed: Project) -> None:
    told = _told(_rendered(renamed, "junit"))
    assert told.count("<failure") == 1
    escaped = WORDS.replace("&", "&amp;").replace(">", "&gt;").replace("\n", "\n  ")
    assert f">breaking\n  {escaped}\nagainst:  {AGAINST}\nevidence: {EVIDENCE}</failure>" in told


def test_one_root_in_json(renamed: Project) -> None:
    report = json.loads(_rendered(renamed, "json"))
    (drifted,) = [result for result in report["results"] if result["outcome"] == "drifted"]
    assert {(one["root"], one["severity"], one["fingerprint"]) for one in drifted["findings"]} == {
        ("$.customerId", "breaking", drifted["findings"][0]["fingerprint"])
    }
    details = [one["detail"] for one in drifted["findings"]]
    assert [detail["type"] for detail in details] == ["change", "loss", "loss", "mismatch"]
    action, expression = details[1:3]
    assert (action["translation"], action["after"], action["silent"]) == ("Get customer by phone", "default", True)
    assert (expression["translation"], expression["after"], expression["silent"]) == ("screen-pop", "missing", False)
    assert [one["impact"] for one in drifted["findings"] if one["impact"]] == [[WORDS.splitlines()[6]]]
    assert [told["lines"] for told in drifted["told"]] == [WORDS.splitlines()]


# -- outputs that come and go -----------------------------------------------------------------------------

ACTION = {
    "name": "Get customer",
    "config": {
        "request": {"requestUrlTemplate": "https://crm.example.com/c", "requestType": "GET"},
        "response": {
            "translationMap": {"id": "$.id", "nick": "$.nick"},
            "translationMapDefaults": {"nick": '"none"'},
            "successTemplate": '{"id": ${id}, "nick": ${nick}}',
        },
    },
    "contract": {
        "input": {"inputSchema": {"type": "object", "properties": {}}},
        "output": {"successSchema": {"properties": {"id": {"type": "string"}, "nick": {"type": "string"}}}},
    },
}
CONFIG = """\
version: 1
vendors:
  crm:
    base_url: ${CRM_URL}
    data_actions: [{file: get-customer.json}]
    limits: {per_second: 0}
"""
WITH, WITHOUT = {"id": "C-1", "nick": "Ann"}, {"id": "C-1"}


def test_what_was_blank_without_drift_is_a_warning(project: Project, vendor: ScriptedVendor) -> None:
    project.write("monitor.yaml", CONFIG)
    project.write("get-customer.json", json.dumps(ACTION))
    vendor.answers["/c"] = json_answer(WITHOUT)
    quiet = project.run("check")
    assert "NO_BASELINE" in quiet.stdout.upper().replace(" ", "_"), quiet.stdout + quiet.stderr
    (first,) = [run.name for run in project.runs()]
    vendor.answers["/c"] = json_answer(WITH)
    assert project.run("record", "--vendor", "crm", "--approve").returncode == 0
    vendor.answers["/c"] = json_answer(WITHOUT)
    done = project.run("check")
    assert done.returncode == 0, done.stdout + done.stderr
    said = f'output nick: String -> the default "none"; it was blank without drift in run {first} as well'
    assert [line.strip() for line in done.stdout.splitlines()][:5] == [
        "DRIFTED (warning)  crm: Get customer",
        "warning",
        "Expected: nick (String) at $.nick",
        "Actual: Key 'nick' not found in response body",
        said,
    ]
    project.write("monitor.yaml", f"{CONFIG}    severity: {{loss: breaking}}\n")
    assert project.run("recheck").returncode == 1
