"""`monitor import data-action` and `monitor export data-action`: what they write, what they say, what they leave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.main import main
from monitor.contracts.actions.secrets import PLACEHOLDER
from tests.contracts.exports import COUNT, FILES, FOLDER, named, needed

SECRET = "s3cr3t-0123456789abcdef"
ACTION: dict[str, Any] = {
    "name": "Get customer - Exported 2021-06-21 @ 8:42",
    "integrationType": "custom-rest-actions",
    "actionType": "custom",
    "config": {
        "request": {
            "requestUrlTemplate": "https://api.crm.example/customers?phone=${input.phone}",
            "requestType": "GET",
            "headers": {"x-api-key": "${input.apikey}"},
        },
        "response": {"translationMap": {"name": "$.name"}, "successTemplate": '{"name": ${name}}'},
    },
    "contract": {
        "input": {
            "inputSchema": {
                "$schema": "http://json-schema.org/draft-04/schema#",
                "type": "object",
                "properties": {"phone": {"type": "string"}, "apikey": {"type": "string"}, "tag": {"type": "string"}},
                "required": ["phone"],
            }
        },
        "output": {"successSchema": {"type": "object", "properties": {"name": {"type": "string"}}}},
    },
}
CONFIG = """\
# ours
version: 1
vendors:
  crm:
    base_url: https://staging.crm.example   # never production
    headers: {Authorization: "Bearer ${CRM_TOKEN:-none}"}
    data_actions:
    - {file: old.json, inputs: {phone: '1'}}   # by hand
    # flows: [flows/*.yaml]

  # billing
  billing: {base_url: "https://b.example"}
"""


def export(**changes: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(ACTION))
    request = value["config"]["request"]
    for name, change in changes.items():
        (request if name.startswith("request") or name == "headers" else value)[name] = change
    return value


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main([*map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out, said.err


def import_it(capsys: pytest.CaptureFixture[str], *arguments: str | Path, vendor: str = "crm") -> tuple[int, str, str]:
    return run(capsys, "import", "data-action", *arguments, "--vendor", vendor)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


# -- a repository of its own --------------------------------------------------------------------------------

TOLD = """\
wrote .gitignore
wrote recordings/.gitignore
imported   Get customer  contracts/crm/actions/get-customer.json
monitor.yaml: 1 data action of the new vendor crm added

Not called as it stands, and the line of monitor.yaml that mends it:
vendor crm
  nothing is called until base_url says where; the host in an export (api.crm.example) is never called: \
it may be production's
    add to the vendor: base_url: https://api.example.com
Get customer
  no inputs are given to call it with (optional: 'tag')
    add to its entry under data_actions: inputs: {phone: "...", apikey: "${secret:env:CRM_APIKEY}"}
"""
ENTRY = """\
    data_actions:
      - file: contracts/crm/actions/get-customer.json
        integration: "CRM"
        # inputs: {phone: "...", apikey: "${secret:env:CRM_APIKEY}"}  # optional: tag
"""


def test_the_first_import_makes_a_repository(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = import_it(capsys, put(folder / "in" / "x.json", ACTION), "--integration", "CRM")
    assert (code, out) == (0, TOLD)
    assert "next: monitor config check" in err
    assert ENTRY in (folder / "monitor.yaml").read_text()
    assert json.loads((folder / "contracts/crm/actions/get-customer.json").read_text()) == ACTION
    code, out, err = run(capsys, "config", "check")
    assert (code, out) == (0, "monitor.yaml: ok, 1 vendor(s), 1 interaction(s)\n")
    assert "no inputs are given" in err
    written = everything(folder)
    code, out, _ = import_it(capsys, "in", "--integration", "CRM")
    assert code == 0
    assert out.startswith(
        "unchanged  Get customer  contracts/crm/actions/get-customer.json\nmonitor.yaml: nothing to add\n"
    )
    assert everything(folder) == written


def test_the_lines_that_are_told_mend_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = export(requestType="POST", headers={"x-key": "${credentials.key}"})
    import_it(capsys, put(folder / "in" / "x.json", value))
    text = (folder / "monitor.yaml").read_text()
    for mark in ("# base_url", "# inputs", "# credentials", "# read_only"):
        assert mark in text
        text = text.replace(mark, mark[2:])
    (folder / "monitor.yaml").write_text(text.replace("${secret:env:CRM_", "${CRM_X:-").replace('}"}', '}"}'))
    code, out, err = run(capsys, "config", "check")
    assert (code, out) == (0, "monitor.yaml: ok, 1 vendor(s), 1 interaction(s)\n")
    assert "will not run" not in err


def test_an_example_may_be_empty(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = export(requestUrlTemplate="/c", headers={})
    value["contract"]["input"]["inputSchema"].pop("required")
    import_it(capsys, put(folder / "x.json", value))
    (folder / "body.json").write_text('{"name": "Ada"}')
    call = ("test-action", "Get customer", "--body", "body.json")
    assert "not sent: no inputs are given to call it with" in run(capsys, *call)[1]
    text = (folder / "monitor.yaml").read_text()
    (folder / "monitor.yaml").write_text(text.replace("# inputs: {}", "inputs: {}"))
    assert "1 request\n  GET /c\n" in run(capsys, *call)[1]


def test_init_comes_first_if_one_likes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", ".", "--vendor", "crm", "--base-url", "https://staging.crm.example"]) == 0
    assert run(capsys, "config", "check")[0] == 2
    assert import_it(capsys, put(folder / "in" / "x.json", ACTION))[0] == 0
    assert run(capsys, "config", "check")[0] == 0


# -- a monitor.yaml that is there ---------------------------------------------------------------------------


@pytest.fixture
def watched(folder: Path) -> Path:
    put(folder / "old.json", export(name="Old one"))
    (folder / "monitor.yaml").write_text(CONFIG)
    return folder


def test_all_else_stays_byte_for_byte(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (watched / "monitor.yaml").chmod(0o640)
    assert import_it(capsys, put(watched / "in" / "x.json", ACTION))[0] == 0
    head, tail = CONFIG.split("    # flows", 1)
    text = (watched / "monitor.yaml").read_text()
    assert text.startswith(head)
    assert text.endswith(f"    # flows{tail}".split("\n", 1)[1])
    assert "    - file: contracts/crm/actions/get-customer.json\n      # inputs: " in text
    assert (watched / "monitor.yaml").stat().st_mode & 0o777 == 0o640
    assert not (watched / ".gitignore").exists()


def test_what_is_listed_already_is_known_by_its_name(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = import_it(capsys, put(watched / "in" / "x.json", export(name="Old one")))
    assert (code, out.splitlines()[0]) == (0, "unchanged  Old one  old.json")
    assert (watched / "monitor.yaml").read_text() == CONFIG


def test_a_glob_lists_what_it_will_find(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = CONFIG.replace("    - {file: old.json, inputs: {phone: '1'}}", "    - file: contracts/*/actions/**/*.json")
    (watched / "monitor.yaml").write_text(text)
    code, out, _ = import_it(capsys, put(watched / "in" / "x.json", ACTION))
    assert code == 0
    assert "monitor.yaml: nothing to add" in out
    assert run(capsys, "config", "check")[0] == 0


def test_dry_run_writes_nothing(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(watched / "in" / "x.json", ACTION)
    before = everything(watched)
    code, out, _ = import_it(capsys, "in", "--dry-run")
    assert code == 0
    assert out.startswith("would be imported  Get customer  contracts/crm/actions/get-customer.json\n")
    assert "monitor.yaml: 1 data action of vendor crm would be added\n" in out
    assert everything(watched) == before


def test_a_link_stays_a_link(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (watched / "monitor.yaml").rename(watched / "real.yaml")
    (watched / "monitor.yaml").symlink_to("real.yaml")
    assert import_it(capsys, put(watched / "in" / "x.json", ACTION))[0] == 0
    assert (watched / "monitor.yaml").is_symlink()
    assert "get-customer.json" in (watched / "real.yaml").read_text()


def test_without_a_place_the_yaml_is_to_be_pasted(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "version: 1\nvendors:\n  a: &a {base_url: 'https://a.example'}\n  crm: *a\n"
    (watched / "monitor.yaml").write_text(text)
    code, out, err = import_it(capsys, put(watched / "in" / "x.json", ACTION))
    assert code == 2
    assert "there is no place where the entries can be added" in err
    assert "  crm:\n" in out
    assert "      - file: contracts/crm/actions/get-customer.json\n" in out
    assert (watched / "monitor.yaml").read_text() == text


def test_a_monitor_yaml_that_is_wrong_is_told_first(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (watched / "monitor.yaml").write_text("version: 1\nvendors: [\n")
    code, _, err = import_it(capsys, put(watched / "in" / "x.json", ACTION))
    assert code == 2
    assert "monitor.yaml:3:1: the file ends within { } or [ ]" in err
    assert not (watched / "contracts").exists()


def test_a_fault_that_stood_there_stands_and_is_told(watched: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (watched / "monitor.yaml").write_text(CONFIG.replace("    headers:", "    contracts: [no/*.json]\n    headers:"))
    code, out, err = import_it(capsys, put(watched / "in" / "x.json", ACTION))
    assert code == 0
    assert "as before, monitor.yaml is wrong: monitor.yaml:6:17: vendors.crm.contracts[0]" in err
    assert "base_url" not in out


# -- copies -------------------------------------------------------------------------------------------------


def test_a_copy_that_differs_is_replaced_only_when_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import_it(capsys, put(folder / "in" / "x.json", ACTION))
    put(folder / "in" / "x.json", export(requestType="DELETE"))
    before = everything(folder)
    code, out, err = import_it(capsys, "in")
    assert (code, out) == (2, "")
    assert "in/x.json: it differs from contracts/crm/actions/get-customer.json" in err
    assert everything(folder) == before
    code, out, _ = import_it(capsys, "in", "--force")
    assert (code, out.splitlines()[0]) == (0, "replaced   Get customer  contracts/crm/actions/get-customer.json")
    assert b"DELETE" in (folder / "contracts/crm/actions/get-customer.json").read_bytes()


def test_two_actions_of_one_slug_have_files_of_their_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(folder / "in" / "a.json", export(name="Get customer"))
    put(folder / "in" / "b.json", export(name="Get: customer!"))
    assert import_it(capsys, "in")[0] == 0
    assert len(list((folder / "contracts/crm/actions").iterdir())) == 2
    assert run(capsys, "config", "check")[0] == 0
    assert "nothing to add" in import_it(capsys, "in")[1]


def test_one_action_twice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(folder / "in" / "a.json", ACTION)
    put(folder / "in" / "b.json", ACTION)
    code, out, err = import_it(capsys, "in")
    assert (code, out.count("get-customer.json")) == (0, 1)
    assert "in/b.json: the same as in/a.json" in err
    put(folder / "in" / "b.json", export(requestType="PUT"))
    code, _, err = import_it(capsys, "in/b.json", "in/a.json", vendor="other")
    assert code == 2
    assert "in/a.json: another export of the action 'Get customer' is in/b.json, and they differ" in err


# -- secrets ------------------------------------------------------------------------------------------------


def test_a_literal_secret_goes_nowhere(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"https://user:{SECRET}a@api.crm.example/c?access_key={SECRET}b&x=1"
    headers = {"X-Api-Key": f"{SECRET}c d", "Accept": "application/json"}
    value = export(requestUrlTemplate=url, headers=headers, requestTemplate=f'{{"password": "{SECRET}d"}}')
    code, out, err = import_it(capsys, put(folder.parent / f"{folder.name}-in.json", value))
    assert code == 0
    assert SECRET not in out + err
    assert SECRET.encode() not in b"".join(everything(folder).values())
    copy = json.loads((folder / "contracts/crm/actions/get-customer.json").read_text())
    assert copy["config"]["request"].pop("headers") == {"X-Api-Key": PLACEHOLDER, "Accept": "application/json"}
    expected = f"https://{PLACEHOLDER}@api.crm.example/c?access_key={PLACEHOLDER}&x=1"
    assert copy["config"]["request"].pop("requestUrlTemplate") == expected
    assert copy["config"]["request"].pop("requestTemplate") == '{"password": "${credentials.password}"}'
    for name in ("headers", "requestUrlTemplate", "requestTemplate"):
        value["config"]["request"].pop(name)
    assert copy == value
    text = (folder / "monitor.yaml").read_text()
    assert 'X-Api-Key: "${secret:env:CRM_X_API_KEY}"' in text
    assert 'Authorization: "Basic ${secret:env:CRM_AUTHORIZATION}"' in text
    assert 'query: {access_key: "${secret:env:CRM_ACCESS_KEY}"}' in text
    assert 'credentials: {password: "${secret:env:CRM_PASSWORD}"}' in text
    assert "set CRM_AUTHORIZATION to the Base64 of user:password, which stand in the export" in out
    assert "set CRM_X_API_KEY to what stands in the export\n" in out


def test_one_variable_stands_for_one_value(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for index, secret in enumerate(("one", "two", "one")):
        headers = {"Authorization": f"Bearer {SECRET}{secret}"}
        put(folder / "in" / f"{index}.json", export(name=f"Action {index}", headers=headers))
    code, out, _ = import_it(capsys, "in")
    assert code == 0
    names = [line.split("env:")[1].split("}")[0] for line in out.splitlines() if line.startswith("secret")]
    assert names == ["CRM_AUTHORIZATION", "CRM_ACTION_1_AUTHORIZATION", "CRM_AUTHORIZATION"]
    put(folder / "in" / "3.json", export(name="Action 3", headers={"Authorization": f"Bearer {SECRET}three"}))
    assert "env:CRM_ACTION_3_AUTHORIZATION}" in import_it(capsys, "in/3.json")[1]


def test_a_secret_is_taken_out_of_a_listed_file_only_where_it_is_kept(
    watched: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    value = export(name="Old one", headers={"x-api-key": SECRET})
    put(watched / "old.json", value)
    code, _, err = import_it(capsys, "old.json")
    assert code == 2
    assert "keep it first: set CRM_X_API_KEY to it" in err
    assert json.loads((watched / "old.json").read_text()) == value
    monkeypatch.setenv("CRM_X_API_KEY", SECRET)
    code, out, _ = import_it(capsys, "old.json")
    assert code == 0
    assert 'headers: {x-api-key: "${secret:env:CRM_X_API_KEY}"}' in out
    assert SECRET not in (watched / "old.json").read_text()


# -- what is found ------------------------------------------------------------------------------------------


def test_a_folder_may_hold_anything(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(folder / "in" / "deep" / "x.json", ACTION)
    put(folder / "in" / ".git" / "x.json", export(name="Hidden"))
    put(folder / "in" / "no.json", {"a": 1})
    (folder / "in" / "broken.json").write_text('{"a": 1,}')
    (folder / "in" / "broken.tf").write_text('resource "genesyscloud_integration_action" "x" {')
    (folder / "in" / "text.txt").write_text("no")
    (folder / "in" / "loop").symlink_to(".")
    (folder / "in" / "self.json").symlink_to("self.json")
    os.mkfifo(folder / "in" / "pipe.json")
    with (folder / "in" / "huge.json").open("wb") as file:
        file.truncate(6_000_000)
    code, out, err = import_it(capsys, "in")
    assert code == 0
    assert out.count("imported") == 1
    for what in (
        "in/loop: this link to a folder is not followed",
        "in/no.json:1:1: $: it is no exported data action: it has no config\n",
        "in/broken.json:1:9: it is no exported data action: it is not JSON",
        "in/broken.tf:1:49: it is no HCL",
        "in/self.json: it cannot be read (Too many levels of symbolic links)",
        "in/pipe.json: it is not a plain file",
        "in/huge.json: it is larger than 4 MiB",
    ):
        assert f"note: passed over: {what}" in err
    assert "text.txt" not in err


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("no.json", b'{"a": 1}', "no.json:1:1: $: it is no exported data action: it has no config"),
        ("no.json", b"\xff\xfe{", "no.json: it is UTF-16 text"),
        ("no.json", b"[" * 100_000, "no.json: it is no exported data action: nested deeper than 100 levels"),
        ("no.tf", b"a = 1", "no.tf: it holds no data action"),
        ("gone.json", None, "gone.json: there is no such file"),
        ("x.json", json.dumps(export(config=3)).encode(), "x.json:1:121: $.config: must be an object"),
    ],
)
def test_what_is_named_itself_must_be_an_export(
    name: str, data: bytes | None, what: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if data is not None:
        (folder / name).write_bytes(data)
    code, out, err = import_it(capsys, put(folder / "good.json", ACTION), name)
    assert (code, out) == (2, "")
    assert what in err
    assert not (folder / "monitor.yaml").exists()


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "path": (
        {"config": {**ACTION["config"], "response": {"translationMap": {"id": "$.results[0.contactId"}}}},
        "$.config.response.translationMap.id: Broken: JSONPath:",
    ),
    "answer": (
        {"config": {**ACTION["config"], "response": {"successTemplate": "#if("}}},
        "$.config.response.successTemplate: Broken: Velocity:",
    ),
    "request": (
        {"requestUrlTemplate": "/#if("},
        "$.config.request.requestUrlTemplate: Broken: Velocity:",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_does_not_compile_is_left_out_and_told(
    case: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes, what = BROKEN[case]
    put(folder / "in" / "broken.json", export(name="Broken", **changes))
    code, out, err = import_it(capsys, "in/broken.json")
    assert (code, out, [*folder.glob("*.yaml")]) == (2, "", [])
    assert err.startswith("monitor: in/broken.json:1:")
    assert what in err
    assert import_it(capsys, "in")[0] == 2
    put(folder / "in" / "good.json", ACTION)
    code, out, err = import_it(capsys, "in")
    assert (code, out.count("imported")) == (2, 1)
    assert "monitor: in/broken.json:1:" in err
    assert what in err
    assert "(left out: correct it, and import it again)" in err
    assert "broken" not in (folder / "monitor.yaml").read_text()
    assert run(capsys, "config", "check")[0] == 0


FLOW = """\
inboundCall:
  name: Support
  startUpRef: "/inboundCall/menus/menu[Main]"
"""


def test_a_flow_is_no_action(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "flow.yaml").write_text(FLOW)
    (folder / "other.yaml").write_text("a: 1")
    code, _, err = import_it(capsys, "flow.yaml", "other.yaml")
    assert code == 2
    assert "flow.yaml: it is an Architect flow, and no data action; add it to the vendor: flows: [flow.yaml]" in err
    assert "other.yaml: it is YAML" in err


def test_what_is_missing_is_named_as_in_the_help(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "import", "data-action", "--vendor", "crm")
    assert code == 2
    assert "Missing argument 'FILE...'" in err


def test_where_others_bring_their_own_each_entry_says_who_is_calling(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder / "in" / "a.json", export(name="Zoom", headers={"Authorization": "bearer ${authResponse.access_token}"}))
    put(folder / "in" / "b.json", export(name="HubSpot", headers={"Authorization": f"Bearer {SECRET}"}))
    put(folder / "in" / "c.json", export(name="Plain one", headers={}))
    code, out, _ = import_it(capsys, "in", vendor="mix")
    line = 'headers: {Authorization: "${secret:env:MIX_PLAIN_ONE_AUTHORIZATION}"}'
    text = (folder / "monitor.yaml").read_text()
    assert code == 0
    assert f"        # {line}\n" in text
    assert text.count("MIX_AUTHORIZATION") == 1  # HubSpot's token, which follows Bearer
    assert (
        f"Plain one\n  it sends nothing that says who is calling: the integration holds that\n    {ENTRY_IS}{line}"
        in out
    )
    assert "actions send nothing" not in out
    assert line in run(capsys, "contracts", "lint")[1]


ENTRY_IS = "add to its entry under data_actions: "
TO_VENDOR = "add to the vendor: "


def test_where_nobody_says_it_the_vendor_may(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(folder / "in" / "a.json", export(name="One", headers={}))
    put(folder / "in" / "b.json", export(name="Two", headers={}))
    _, out, _ = import_it(capsys, "in", vendor="mix")
    line = 'headers: {Authorization: "${secret:env:MIX_AUTHORIZATION}"}'
    assert f"    # {line}\n" in (folder / "monitor.yaml").read_text()
    assert (
        f"2 of 2 actions send nothing that says who is calling: the integration holds that\n    {TO_VENDOR}{line}"
        in out
    )


@pytest.mark.parametrize("vendor", ["A B", "../x", "con", ""])
def test_a_vendor_needs_a_name(vendor: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_it(capsys, put(folder / "x.json", ACTION), vendor=vendor)[0] == 2
    assert not (folder / "monitor.yaml").exists()


def test_genesys_own_api_is_left_out_unless_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = export(name="Own", integrationType="purecloud-data-actions", requestUrlTemplate="/api/v2/users")
    put(folder / "in" / "own.json", own)
    code, out, err = import_it(capsys, "in/own.json")
    assert (code, out) == (2, "")
    assert "nothing to import: 1 action calls Genesys Cloud's own API, which is no vendor's" in err
    put(folder / "in" / "x.json", ACTION)
    code, out, err = import_it(capsys, "in")
    assert (code, out.count("imported")) == (0, 1)
    assert "note: left out: 'Own': they call Genesys Cloud's own API" in err
    assert import_it(capsys, "in", "--all")[1].count("imported") == 1


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"secure": True}, "it is secure (secure: true), and so it cannot be recorded unredacted"),
        ({"integrationType": "aws-lambda-data-actions"}, "it calls an AWS Lambda function, which is no HTTP request"),
        ({"integrationType": "x-function-data-actions"}, "it calls a function of Genesys Cloud"),
        ({"actionType": "static", "requestUrlTemplate": ""}, "it is built into Genesys Cloud (static)"),
    ],
)
def test_what_is_no_call_is_passed_over_with_the_line_that_is_told(
    changes: dict[str, Any], what: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = import_it(capsys, put(folder / "x.json", export(**changes)))
    assert what in out
    (line,) = (line for line in out.splitlines() if "skip: " in line)
    text = (folder / "monitor.yaml").read_text()
    skip = line.split("add to the vendor: ")[1]
    (folder / "monitor.yaml").write_text(text.replace("    data_actions:", f"    {skip}\n    data_actions:"))
    code, _, err = run(capsys, "config", "check")
    assert code == 0
    assert "will not run" not in err


# -- Terraform, and out again ---------------------------------------------------------------------------------

RESOURCE = """\
resource "genesyscloud_integration_action" "a" {
  name     = "Get customer"
  category = "CRM"
  contract_input  = jsonencode({ type = "object", properties = { phone = { type = "string" } } })
  contract_output = jsonencode({ type = "object" })
  config_request {
    request_url_template = "${var.host}/customers?phone=$${input.phone}"
    request_type         = "GET"
    headers              = { X-Key = var.key }
  }
}
"""


def test_terraform(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "main.tf").write_text(RESOURCE + RESOURCE.replace('"Get customer"', "var.name"))
    code, out, err = import_it(capsys, "main.tf")
    assert code == 0
    assert "imported   Get customer" in out
    assert "set CRM_X_KEY to what belongs there: the file does not hold it" in out
    assert "note: main.tf:1: header 'X-Key' holds var.key (line 9): monitor.yaml has to give it" in err
    assert "main.tf:13:14: genesyscloud_integration_action.a: var.name is no plain value" in err
    assert '        integration: "CRM"\n        headers: {X-Key: "${secret:env:CRM_X_KEY}"}\n' in (
        (folder / "monitor.yaml").read_text()
    )
    code, out, err = run(capsys, "export", "data-action", "Get customer")
    assert code == 0
    assert json.loads(out)["config"]["request"]["headers"] == {"X-Key": PLACEHOLDER}
    assert "note: a placeholder stands for the secret in its header 'X-Key'" in err


def test_terraform_without_its_extra(folder: Path) -> None:
    (folder / "main.tf").write_text(RESOURCE)
    code = "import sys; sys.modules['hcl2'] = None; from monitor.cli.main import run; run()"
    command = [sys.executable, "-c", code, "import", "data-action", "main.tf", "--vendor", "crm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 2
    assert done.stderr == (
        "monitor: main.tf: Terraform files need python-hcl2, which is not installed; "
        'pip install "provider-drift-monitor[terraform]"\n'
    )


@needed
def test_every_real_export_is_imported_and_comes_out_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = import_it(capsys, FOLDER, "--all", vendor="all")
    assert (code, out.count("\nimported ") + out.startswith("imported")) == (0, COUNT)
    copies = {
        json.dumps(json.loads(file.read_text()), sort_keys=True) for file in folder.glob("contracts/all/*/*.json")
    }
    differing = []
    for file in FILES:
        text = file.read_text(encoding="utf-8-sig")
        value = json.JSONDecoder().raw_decode(text)[0]
        if json.dumps(value, sort_keys=True) not in copies:
            differing.append((file, value))
    assert [file for file, _ in differing] == named("hubspot")  # which holds a literal secret
    ((_, value),) = differing
    value["config"]["request"]["headers"]["Authorization"] = f"Bearer {PLACEHOLDER}"
    assert json.dumps(value, sort_keys=True) in copies
    code, out, _ = run(capsys, "export", "data-action", value["name"], "--output", "again.json")
    assert (code, out) == (0, "")
    assert json.loads((folder / "again.json").read_text()) == value
    assert "nothing to add" in import_it(capsys, FOLDER, "--all", vendor="all")[1]
    assert main(["config", "check"]) == 2  # until the secret is set
    assert "set ALL_AUTHORIZATION" in capsys.readouterr().err


@needed
@pytest.mark.parametrize("part", ["servicenow", "limitless", "zoom"])
def test_real_vendors_are_right_from_the_start(part: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.exists()
    assert import_it(capsys, *named(part), vendor=part)[0] == 0
    code, out, _ = run(capsys, "config", "check")
    assert code == 0
    assert out.startswith("monitor.yaml: ok, 1 vendor(s)")
