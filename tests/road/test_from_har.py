"""record --from-har, as people run it: recordings of a capture, then what is done with them; and nobody is called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.road.scripted import CONFIG, Project, ScriptedVendor, interaction, json_answer, pact_of

PRODUCTION = "https://prod.crm.example:8443"
KEY = "canary-key-of-production"
CUSTOMER = {"id": "CUST-1", "name": "Ada", "self": f"{PRODUCTION}/api/customers/1"}
CREATED = {"caseId": "CASE-7", "state": "open"}
ACTIONS = """\
    data_actions:
      - {file: contracts/crm/actions/create-case.json}
      - {file: contracts/crm/actions/hidden.json}
"""
Member = dict[str, Any]


def action(name: str, *, secure: bool = False) -> str:
    """A write with two inputs, which monitor.yaml neither gives nor allows."""
    properties = {"customer": {"type": "string"}, "text": {"type": "string"}}
    value = {
        "name": name,
        "integrationType": "custom-rest-actions",
        "actionType": "custom",
        "config": {
            "request": {
                "requestUrlTemplate": "https://other.example/customers/${input.customer}/cases",
                "requestType": "POST",
                "headers": {"Authorization": "Bearer ${authResponse.access_token}"},
                "requestTemplate": '{"text": "${input.text}", "channel": "voice"}',
            },
            "response": {
                "translationMap": {"id": "$.caseId"},
                "translationMapDefaults": {"id": '""'},
                "successTemplate": '{"caseId": ${id}}',
            },
        },
        "contract": {
            "input": {"inputSchema": {"type": "object", "properties": properties, "required": ["customer", "text"]}},
            "output": {"successSchema": {"type": "object", "properties": {"caseId": {"type": "string"}}}},
        },
        "secure": secure,
    }
    return json.dumps(value)


def entry(method: str, url: str, answer: object, *, minute: int = 0, sent: object = None, status: int = 200) -> Member:
    """As Chrome writes it."""
    text = json.dumps(answer)
    request: Member = {
        "method": method,
        "url": url,
        "httpVersion": "http/2.0",
        "headers": [
            {"name": ":authority", "value": "prod.crm.example:8443"},
            {"name": "authorization", "value": f"Bearer {KEY}-of-a-user"},
            {"name": "cookie", "value": f"sid={KEY}"},
            {"name": "x-api-key", "value": KEY},
        ],
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": 0,
    }
    if method == "OPTIONS":
        request["headers"].append({"name": "access-control-request-method", "value": "POST"})
    if sent is not None:
        request["postData"] = {"mimeType": "application/json", "text": json.dumps(sent)}
    return {
        "_initiator": {"type": "script"},
        "startedDateTime": f"2026-11-20T08:{minute:02}:00.000Z",
        "time": 50,
        "request": request,
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "http/2.0",
            "headers": [{"name": "content-type", "value": "application/json"}],
            "cookies": [],
            "content": {"size": len(text), "mimeType": "application/json", "text": text},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": -1, "wait": 50, "receive": -1},
    }


LOOKUP = f"{PRODUCTION}/api/customers?phone=1"
CASES = f"{PRODUCTION}/api/customers/CUST-9/cases"
EVICTED = {"size": 99, "mimeType": "application/json"}
ENTRIES = [
    entry("GET", LOOKUP, {"id": "CUST-0"}, minute=1),
    entry("OPTIONS", CASES, ""),
    entry("POST", CASES, CREATED, minute=3, sent={"text": "Call me", "channel": "voice"}),
    entry("GET", f"{PRODUCTION}/api/customers?utm=x&phone=1", CUSTOMER, minute=4),
    entry("GET", LOOKUP, CUSTOMER, minute=5),
    entry("GET", f"{PRODUCTION}/api/customers?phone=2", CUSTOMER, minute=6),
    {**entry("GET", f"{PRODUCTION}/api/orders", {}), "response": {"status": 200, "content": EVICTED}},
    entry("GET", "wss://prod.crm.example/live", ""),
    {"request": 1},
    entry("GET", "https://cdn.example/logo.png", ""),
]


def har(*entries: Member) -> str:
    return "\ufeff" + json.dumps({"log": {"version": "1.2", "entries": list(entries)}})


@pytest.fixture
def captured(project: Project) -> Project:
    """Contracts of two calls, a write that nobody allows, a secure action; and a capture of production."""
    lookup = interaction("a lookup", "/customers", {"id": "CUST-1", "name": "Ada"})
    lookup["request"] = {"method": "GET", "path": "/customers", "query": {"phone": ["1"]}}
    project.write("contracts/crm/one.json", pact_of(lookup, interaction("the orders", "/orders", [])))
    project.write("contracts/crm/actions/create-case.json", action("Create case"))
    project.write("contracts/crm/actions/hidden.json", action("Hidden", secure=True))
    project.write("monitor.yaml", CONFIG + ACTIONS)
    project.write("prod.crm.example.har", har(*ENTRIES))
    return project


FROM_HAR = ("record", "--vendor", "crm", "--from-har", "prod.crm.example.har")
TOLD = """\
recorded  crm: a lookup
  recordings/runs/RUN/crm/a-lookup-ID.har
  taken from entry 4 of MASKED-CRM_URL.har, captured 2026-11-20 08:05:00 UTC (the newest of 2 that fit; 1 more fit \
less well)
  no baseline yet; this is what was recorded:
  status 200
  headers: content-type
    $  Object
    $.id  String
    $.name  String
    $.self  String
not recorded  crm: the orders
    nothing was captured of it in MASKED-CRM_URL.har: entry 6 is its own, but its body is not in the capture: it \
was evicted, or saved without; save the capture again, as HAR with content
recorded  crm: Create case
  recordings/runs/RUN/crm/create-case-ID.har
  taken from entry 2 of MASKED-CRM_URL.har, captured 2026-11-20 08:03:00 UTC
  no baseline yet; this is what was recorded:
  status 200
  headers: content-type
    $  Object
    $.caseId  String
    $.state  String
not recorded  crm: Hidden
    it is secure (secure: true), and so it cannot be recorded unredacted; leave it out of data_actions
"""
NOTES = """\
note: MASKED-CRM_URL.har: $.log.entries[8].request is no Object but Integer; passed over
note: entry 6 (GET /api/orders): its body is not in the capture: it was evicted, or saved without; save the \
capture again, as HAR with content; passed over
note: entry 5 (GET /api/customers) is no interaction's; closest: 'a lookup' (query: phone)
note: like no interaction's: 2 of 10 entries
note: no HTTP exchanges, and so passed over: 1 of 10 entries
note: a capture from production holds customers' data, and monitor masks secrets only: look with 'monitor show --raw' \
before you commit a baseline
not approved; to approve later: monitor approve --vendor crm
"""


def plain(text: str, project: Project) -> str:
    """``text`` without what differs from run to run."""
    for run in project.runs():
        text = text.replace(run.name, "RUN")
        for file in (run / "crm").glob("*.har"):
            text = text.replace(file.stem, f"{file.stem[:-8]}ID")
    return text


def recorded(project: Project, name: str) -> Path:
    (found,) = project.runs()[-1].glob(f"crm/{name}-*.har")
    return found


def test_what_was_captured_goes_the_same_road(captured: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/customers"] = json_answer(CUSTOMER)
    done = captured.run(*FROM_HAR, "--no-input")
    assert done.returncode == 3, done.stderr
    assert plain(done.stdout, captured) == TOLD
    assert done.stderr == NOTES
    assert vendor.seen == []
    _is_masked_and_says_where_it_came_from(captured)
    shown = captured.run("show", str(recorded(captured, "create-case"))).stdout
    assert "POST http://masked-crm-url.invalid/api/customers/CUST-9/cases\n" in shown.replace("https:", "http:")
    assert "captured 2026-11-20 08:03:00 UTC in 50 ms, taken from entry 2 of MASKED-CRM_URL.har, run " in shown
    rechecked = captured.run("recheck")
    assert "2 no_baseline" in rechecked.stdout
    approved = captured.run("approve", "--vendor", "crm", "--by", "ada")
    assert approved.returncode == 0, approved.stderr
    assert approved.stdout.count("approved  crm: ") == 2
    assert "captured 2026-11-20 08:05:00 UTC, taken from entry 4 of MASKED-CRM_URL.har in run " in approved.stdout
    checked = captured.run("check", "--interaction", "a lookup")
    assert checked.returncode == 0, checked.stdout
    assert vendor.seen == ["/customers?phone=1"]


def _is_masked_and_says_where_it_came_from(project: Project) -> None:
    run = project.runs()[-1]
    assert {path.name for path in run.iterdir()} == {"plan.json", "report.json", "crm"}
    written = "".join(path.read_text("utf-8") for path in run.rglob("*") if path.is_file())
    assert "canary" not in written
    assert "prod.crm.example" not in written
    (kept,) = json.loads(recorded(project, "a-lookup").read_text("utf-8"))["log"]["entries"]
    assert kept["request"]["url"] == "https://masked-crm-url.invalid/api/customers?phone=1"
    assert kept["_monitor"]["captured"] == {
        "file": "MASKED-CRM_URL.har",
        "entry": 4,
        "at": "2026-11-20T08:05:00Z",
    }
    assert kept["_monitor"]["started"] == "2026-11-20T08:05:00Z"


def test_an_entry_that_was_named(captured: Project, vendor: ScriptedVendor) -> None:
    taken = captured.run(*FROM_HAR, "--interaction", "a lookup", "--entry", "0", "--approve", "--note", "first")
    assert taken.returncode == 1  # what the contract forbids is never approved
    assert "not approved  crm: a lookup\n" in taken.stderr.replace("monitor: ", "")
    taken = captured.run(*FROM_HAR, "--interaction", "a lookup", "--entry", "5", "--approve")
    assert taken.returncode == 0, taken.stderr
    assert "  note: it is not the request that monitor would send: query: phone\n" in taken.stdout
    assert "approved  crm: a lookup\n" in taken.stdout
    again = captured.run(*FROM_HAR, "--interaction", "a lookup", "--no-input")
    assert "no difference to the baseline" in again.stdout
    assert "nothing differs from the baseline" in again.stderr
    assert vendor.seen == []


@pytest.mark.parametrize(
    ("arguments", "text", "told"),
    [
        ((), "{", "monitor: x.har: line 1, column 2: it is no HAR: it is not JSON: "),
        (("--entry", "0"), har(*ENTRIES), "monitor: --entry is for one interaction, and 4 are chosen; "),
        (("-i", "the orders", "--entry", "6"), har(*ENTRIES), "x.har: $.log.entries[6]: its body is not in the"),
    ],
    ids=["not JSON", "of many", "lost"],
)
def test_what_cannot_be_taken_is_one_error_and_nothing_is_written(
    captured: Project, arguments: tuple[str, ...], text: str, told: str
) -> None:
    captured.write("x.har", text)
    done = captured.run("record", "--vendor", "crm", "--from-har", "x.har", *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert not (captured.folder / "recordings").exists()
