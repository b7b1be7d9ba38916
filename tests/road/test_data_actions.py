"""A data action on the road: with a Pact for its request the vendor is called once, and both are judged."""

from __future__ import annotations

import json
from pathlib import Path

from tests.contracts.actions.exports import text_of
from tests.road.scripted import CONFIG, Project, ScriptedVendor, interaction, json_answer, pact_of

ACTION = text_of(
    url="https://production.example/c?phone=$esc.url(${input.phone})", headers={"X-Api-Key": "${credentials.key}"}
)
ENTRY = """\
    data_actions:
      - file: actions/get-customer.json
        inputs: {phone: "5 5"}
        credentials: {key: "${secret:env:CRM_KEY}"}
"""


def outcomes(project: Project) -> dict[str, tuple[str, str]]:
    report = json.loads((project.runs()[-1] / "report.json").read_text())
    return {one["description"]: (one["outcome"], one["reason"]) for one in report["results"]}


def test_an_action_alone_and_then_with_a_pact_for_its_request(project: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/c"] = json_answer({"fullName": "Ann"})
    project.write("actions/get-customer.json", ACTION)
    project.write("monitor.yaml", CONFIG.replace("    contracts: [contracts/crm/*.json]\n", "") + ENTRY)
    assert project.run("record", "--vendor", "crm").returncode == 0
    assert (vendor.seen, outcomes(project)) == (["/c?phone=5%205"], {"Get customer": ("no_baseline", "")})
    vendor.seen.clear()

    asked = interaction("a lookup", "/c", {"fullName": "Ann"})
    asked["request"] = {"method": "GET", "path": "/c", "query": {"phone": ["5 5"]}}
    project.write("contracts/crm/pop.json", pact_of(asked))
    project.write("monitor.yaml", CONFIG + ENTRY)
    assert project.run("record", "--vendor", "crm", "--approve").returncode == 0
    assert len(vendor.seen) == 1

    vendor.answers["/c"] = json_answer({"customerName": "Ann"})
    vendor.seen.clear()
    done = project.run("check")
    assert (len(vendor.seen), done.returncode) == (1, 1)
    (result,) = json.loads((project.runs()[-1] / "report.json").read_text())["results"]
    assert result["outcome"] == "drifted"
    assert {finding["root"] for finding in result["findings"]} == {"$.fullName"}
    assert {finding["detail"]["type"] for finding in result["findings"]} == {"change", "loss", "mismatch"}
    assert "silent: Genesys will report success; the flow gets the default" in done.stdout
    assert "s3cr3t" not in done.stdout + done.stderr
    assert not any("s3cr3t" in file.read_text() for file in Path(project.folder).rglob("*.har"))


def test_nothing_is_called_where_nobody_said_where(project: Project, vendor: ScriptedVendor) -> None:
    project.write("actions/get-customer.json", ACTION)
    config = CONFIG.replace("    contracts: [contracts/crm/*.json]\n", "").replace("    base_url: ${CRM_URL}\n", "")
    project.write("monitor.yaml", config + ENTRY)
    done = project.run("check")
    reason = "nobody said where it is called; add to the vendor: base_url: https://api.example.com"
    assert (vendor.seen, outcomes(project)) == ([], {"Get customer": ("not_run", reason)})
    assert done.returncode == 3
    assert reason in done.stdout


def test_auth_that_the_integration_holds_is_asked_for(project: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/c"] = json_answer({}, 401)
    project.write("actions/get-customer.json", text_of(url="/c", inputs={}, required=[]))
    bare = 'version: 1\nvendors:\n  crm:\n    base_url: ${CRM_URL}\n    data_actions: [{file: "actions/*.json"}]\n'
    project.write("monitor.yaml", bare)
    line = 'headers: {Authorization: "${secret:env:CRM_AUTHORIZATION}"}'
    done = project.run("check")
    assert done.returncode == 3
    assert f"nothing that was sent says who is calling; add to the vendor: {line}" in done.stdout
    assert line in project.run("contracts", "lint").stdout
    project.write("monitor.yaml", f"{bare}    {line}\n")
    mended = project.run("check", CRM_AUTHORIZATION="Bearer s3cr3t-canary-key")
    assert "check the credentials under headers:" in mended.stdout


def test_lists_show_data_actions(project: Project) -> None:
    project.write("actions/get-customer.json", ACTION)
    outputs = "{successOutputs: {name: {var: Flow.n}}}"
    step = f"{{name: s, category: {{CRM: {{dataAction: {{Get customer: {outputs}}}}}}}}}"
    project.write("flows/sales.yaml", f"inboundCall:\n  name: Sales\n  a: {{callData: {step}}}\n")
    config = CONFIG.replace("    contracts: [contracts/crm/*.json]\n", "") + ENTRY
    project.write("monitor.yaml", f"{config}    flows: [flows/*.yaml]\n    domains: {{crm-read: ['Get *']}}\n")
    listed = project.run("contracts", "list")
    lines = listed.stdout.splitlines()
    assert (listed.returncode, lines[0], lines[2:]) == (
        0,
        "crm: Get customer",
        ["  request   GET /c", "  data_action   Get customer (actions/get-customer.json)", "  flow      Sales"],
    )
    vendors = project.run("vendors").stdout
    counted = "0 contract files, 0 translation(s), 1 data action(s), 1 flow(s), 1 domain(s)"
    assert vendors == f"crm  MASKED-CRM_URL  {counted}\n" or vendors.endswith(f"  {counted}\n")
