"""Valid documents to begin with: small, and of every shape that the formats know."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final

from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.model import (
    Approval,
    Change,
    ChangeKind,
    Contract,
    Exchange,
    Fault,
    Finding,
    Loss,
    Mask,
    Mismatch,
    Outcome,
    Plan,
    Planned,
    ProviderState,
    Recording,
    Request,
    Response,
    Result,
    RunReport,
    Severity,
    Skipped,
    Told,
)
from monitor.recordings.documents import plan_to, report_to
from monitor.recordings.har import to_har
from tests.fuzz.damage import Tree
from tests.fuzz.laws import CANARY

Body = dict[str, Tree]
BODY: Final[Body] = {
    "id": "CUST-1", "name": "Ada", "age": 36, "score": 1.5, "vip": True, "none": None,
    "rows": [{"id": 1, "tags": ["a", "b"]}, {"id": 2, "tags": []}],
    "contact": {"email": "ada@example.org", "born": "2000-01-31", "at": "2000-01-31T12:00:00+0000"},
}  # fmt: skip
# the same structure as BODY has; its texts are the vendor's, and are told nowhere
ANSWER: Final[Body] = {
    "id": f"{CANARY}-1", "name": f"{CANARY} 2", "age": 40, "score": 2.5, "vip": False, "none": None,
    "rows": [{"id": 3, "tags": [f"{CANARY}"]}, {"id": 4, "tags": [f"{CANARY}", "x"]}],
    "contact": {"email": f"{CANARY}@example.org", "born": "1999-12-31", "at": "1999-12-31T12:00:00+0000"},
}  # fmt: skip
JSON_HEADERS: Final[Body] = {"Content-Type": "application/json"}


def text(tree: Tree) -> str:
    return json.dumps(tree)


# -- pacts ------------------------------------------------------------------------------------------------


def _pact(version: str, *interactions: Tree, **more: Tree) -> Tree:
    return {
        "consumer": {"name": "screen-pop"},
        "provider": {"name": "crm"},
        "interactions": list(interactions),
        "metadata": {"pactSpecification": {"version": version}},
        **more,
    }


def _rule(*matchers: Tree, combine: str = "AND") -> Tree:
    return {"combine": combine, "matchers": list(matchers)}


_V1: Final = _pact(
    "1.0.0",
    {
        "description": "a lookup",
        "providerState": "Ada is there",
        "request": {"method": "get", "path": "/c", "query": "phone=%2B1&x=", "headers": {"Accept": "application/json"}},
        "response": {"status": 200, "headers": JSON_HEADERS, "body": BODY},
    },
)
_V2: Final = _pact(
    "2.0.0",
    {
        "description": "a lookup",
        "provider_state": "Ada is there",
        "request": {"method": "GET", "path": "/c", "query": "a=1&a=2"},
        "response": {
            "status": 200,
            "headers": {**JSON_HEADERS, "X-Id": "1", "Cache-Control": "no-cache, private"},
            "body": BODY,
            "matchingRules": {
                "$.headers.X-Id": {"match": "regex", "regex": "\\d+"},
                "$.body": {"match": "type"},
                "$.body.id": {"match": "regex", "regex": ".*"},
                "$.body.rows": {"min": 1},
                "$.body.rows[*].*": {"match": "type"},
                "$.body.contact['born']": {"date": "yyyy-MM-dd"},
            },
        },
    },
)
_V3_RULES: Final[Tree] = {
    "status": _rule({"match": "statusCode", "status": "success"}),
    "header": {"X-Id": _rule({"match": "regex", "regex": "\\d+"}, {"match": "type"}, combine="OR")},
    "body": {
        "$": _rule({"match": "type"}),
        "$.id": _rule({"match": "regex", "regex": "\\S+"}, {"match": "include", "value": "C"}, combine="OR"),
        "$.age": _rule({"match": "integer"}),
        "$.score": _rule({"match": "decimal"}),
        "$.none": _rule({"match": "null"}),
        "$.rows": _rule({"match": "type", "min": 1, "max": 9}),
        "$.rows[*].id": _rule({"match": "number"}),
        "$.rows[*].tags": _rule({"match": "type", "min": 0}),
        "$.contact": _rule({"match": "values"}),
        "$.contact.born": _rule({"match": "date", "date": "yyyy-MM-dd"}),
        "$.contact.at": _rule({"match": "timestamp", "timestamp": "yyyy-MM-dd'T'HH:mm:ssZ"}),
    },
}
_V3: Final = _pact(
    "3.0.0",
    {
        "description": "a lookup",
        "providerStates": [{"name": "Ada is there", "params": {"id": "CUST-1", "n": 1.5, "deep": {"a": [1]}}}],
        "request": {
            "method": "POST",
            "path": "/c/1",
            "query": {"phone": ["+1", "+2"]},
            "headers": {**JSON_HEADERS, "Accept": ["application/json", "text/json"]},
            "body": {"id": "CUST-1", "list": [{"id": 1}]},
            "generators": {
                "path": {"type": "ProviderState", "expression": "/c/${id}"},
                "query": {"phone[0]": {"type": "ProviderState", "expression": "${n}", "dataType": "STRING"}},
                "header": {"X-Id": {"type": "ProviderState", "expression": "id"}},
                "body": {
                    "$.id": {"type": "ProviderState", "expression": "${id}", "dataType": "INTEGER"},
                    "$.list[*].id": {"type": "ProviderState", "expression": "${deep}"},
                    "$.list[0].id": {"type": "RandomInt", "min": 0, "max": 9},
                },
            },
            "matchingRules": {"path": _rule({"match": "regex", "regex": "/c/\\d+"})},
        },
        "response": {
            "status": 200,
            "headers": {**JSON_HEADERS, "X-Id": "1"},
            "body": BODY,
            "matchingRules": _V3_RULES,
        },
    },
    messages=[{"description": "an event", "contents": {"a": 1}}],
)
_V4: Final = _pact(
    "4.0",
    {
        "type": "Synchronous/HTTP",
        "key": "1",
        "description": "a lookup",
        "pending": False,
        "comments": {"text": ["x"]},
        "providerStates": [{"name": "Ada is there"}],
        "request": {
            "method": "GET",
            "path": "/c",
            "body": {"content": "aGVsbG8=", "contentType": "text/plain", "encoded": "base64"},
        },
        "response": {
            "status": 200,
            "headers": {"X-Id": ["1"]},
            "body": {"content": BODY, "contentType": "application/json", "encoded": False},
            "matchingRules": {
                "body": {
                    "$": _rule({"match": "type"}),
                    "$.rows": _rule(
                        {
                            "match": "arrayContains",
                            "variants": [
                                {"index": 0, "rules": {"$.id": _rule({"match": "integer"})}, "generators": {}}
                            ],
                        }
                    ),
                    "$.contact": _rule(
                        {"match": "eachKey", "rules": [{"match": "regex", "regex": "[a-z]+"}]},
                        {"match": "eachValue", "rules": [{"match": "type", "value": "x"}]},
                    ),
                    "$.name": _rule({"match": "notEmpty"}),
                    "$.id": _rule({"match": "semver"}, {"match": "equality"}, {"match": "boolean"}, combine="OR"),
                }
            },
        },
    },
    {
        "type": "Asynchronous/Messages",
        "description": "an event",
        "contents": {"content": {"a": 1}, "contentType": "application/json", "encoded": False},
    },
)
_V4_TEXT: Final = _pact(
    "4.0",
    {
        "type": "Synchronous/HTTP",
        "description": "a text",
        "request": {"method": "GET", "path": "/t"},
        "response": {
            "status": 200,
            "body": {"content": "a=1&b=2", "contentType": "text/plain", "encoded": False},
            "matchingRules": {
                "body": {"$": _rule({"match": "regex", "regex": ".*"}, {"match": "contentType", "value": "text/plain"})}
            },
        },
    },
)
_TREES: Final = (_V1, _V2, _V3, _V4, _V4_TEXT)
PACTS: Final = tuple(map(text, _TREES))
VERSIONS: Final = ("1.0.0", "2.0.0", "3.0.0", "4.0", "4.0")


def _response_of(pact: Tree) -> str:
    assert isinstance(pact, dict)
    assert isinstance(pact["interactions"], list)
    assert isinstance(pact["interactions"][0], dict)
    return text(pact["interactions"][0]["response"])


RESPONSES: Final = tuple(map(_response_of, _TREES))  # what the pacts expect, in the order of VERSIONS


def pact_around(version: str, response: bytes) -> bytes:
    """A Pact file whose one interaction expects ``response``, whatever that is."""
    head = '{"interactions":[{"description":"a lookup","request":{"method":"GET","path":"/"},"response":'
    return (
        head.encode()
        + response
        + text({"pactSpecification": {"version": version}}).join(('}],"metadata":', "}")).encode()
    )


def contract_of(index: int) -> Contract:
    entry = parse_pact(PACTS[index].encode(), "crm.json")[0][0]
    assert isinstance(entry, PactInteraction)
    return entry.contract


# -- recordings, plans, reports ---------------------------------------------------------------------------

NOW: Final = datetime(2026, 11, 22, 8, 58, 0, 123456, tzinfo=UTC)
RUN: Final = "20261122T085800Z-ab12cd"
_REQUEST: Final = Request("POST", "https://crm.example/a?b=c%20d", (("X-A", "1"), ("X-A", "2")), b"\xff")
_RESPONSE: Final = Response(
    200, "OK", "HTTP/1.1", (("Content-Type", "application/json"), ("X-\xdc", "\xe9")), json.dumps(ANSWER).encode()
)
_KEPT: Final = Recording(
    path=f"runs/{RUN}/crm/x.har",
    run_id=RUN,
    vendor="crm",
    interaction_id="x",
    description="a lookup",
    exchange=Exchange(_REQUEST, _RESPONSE, None, NOW, 0.25),
    contract_digest="0" * 64,
    states=(ProviderState("s", {"a": 1, "b": [None, "x"]}),),
    masks=(Mask("request.header:Authorization", "CRM_KEY", 1), Mask("response.body", "CRM_KEY", 2)),
    approval=Approval("ada@host", NOW, "runs/x", "a note", ("out",)),
)
_DOWN: Final = Recording(
    path="x.har",
    run_id=RUN,
    vendor="crm",
    interaction_id="x",
    description="d",
    exchange=Exchange(
        Request("GET", "http://h/"), None, Fault(Outcome.VENDOR_DOWN, "connect", "refused", "fix"), NOW, 0.0
    ),
)
HARS: Final = tuple(to_har(kept).decode() for kept in (_KEPT, _DOWN))

PLAN: Final = Plan(RUN, NOW, "check", ("crm",), (Planned("crm", "x", "a lookup", "GET", "/c", "0" * 64),))
_FINDINGS: Final = (
    Finding(
        "$.a", Severity.BREAKING, True, Change("$.a", ChangeKind.RENAMED, "String", "String", "$.b", "why"), "v1:1"
    ),
    Finding("$.b[*]", Severity.WARNING, True, Mismatch("$.b[*]", "body", "one thing", "another", True), "v1:2"),
    Finding("$.c", Severity.INFO, False, Loss("$.c", "t", "out", "String", "missing", ("$.c",), "d"), "v1:3"),
)
REPORT: Final = RunReport(
    run_id=RUN,
    command="check",
    started=NOW,
    finished=NOW,
    vendors=("crm",),
    results=(
        Result("crm", "x", "a lookup", Outcome.DRIFTED, findings=_FINDINGS, told=(Told("$.a", Severity.INFO, ("l",)),)),
        Result("crm", "y", "another", Outcome.NOT_RUN, "why", "fix", notes=("n",), evidence="e", baseline="b"),
    ),
    skipped=(Skipped("crm", "f.json", "$.messages[0]", "m", "r", "id"),),
    closed_runs=("20261122T085800Z-ab12ce",),
    notes=("a note",),
    exit_code=1,
    exit_reasons=("1 drift",),
)
PLANS: Final = (plan_to(PLAN).decode(),)
REPORTS: Final = (report_to(REPORT).decode(),)

# -- monitor.yaml -----------------------------------------------------------------------------------------

SECRET: Final = f"{CANARY}-s3cr3t-key"
CONFIG: Final = """\
version: 1
recordings: {dir: recordings}
state_dir: .monitor
vendors:
  crm: &crm
    base_url: ${CRM_URL:-https://crm.example/v1}
    contracts: [contracts/crm/*.json]
    headers:
      X-API-Key: "${secret:env:CRM_KEY}"
      X-Plain: 'it''s'
    states:
      "Ada is there": {params: {id: CUST-1, n: 1.5, list: [1, ~, true]}}
    requests:
      a lookup:
        path: /c/2
        query: {phone: ["+1"], x: y}
        body: |
          {"a": 1}
        read_only: true
    skip: {another: "not used"}
    translations:
      - interaction: a lookup
        kind: jsonata
        expression: '{"name": name}'
        name: pop
    data_actions:
      - file: contracts/crm/actions/*.json
        integration: CRM
        examples: {gold: {phone: "+1", size: 5}, none: {phone: "+2"}}
        credentials: {apiKey: "${secret:env:CRM_KEY}"}
        auth_response: {access_token: x}
        headers: {X-A: "1"}
        query: {tag: [a, b]}
        read_only: true
      - {file: contracts/crm/actions/a.json, integration: Other, inputs: {phone: "+1"}, allow_writes: false}
    flows: [contracts/crm/flows/*.yaml]
    domains: {crm-read: ["Get *", a lookup], crm-write: []}
    limits: {concurrency: 2, per_second: 0.5, max_body: 5MB, judge_timeout: 10, judge_memory: 2GB}
    verify: true
    severity: {removed: info, "retyped read": breaking}
  other: {<<: *crm, base_url: "http://127.0.0.1:8080"}
"""
CONFIG_TREE: Final[Tree] = {
    "version": 1,
    "recordings": {"dir": "recordings"},
    "vendors": {
        "crm": {
            "base_url": "https://crm.example/v1",
            "contracts": ["contracts/crm/*.json"],
            "headers": {"X-API-Key": "${secret:env:CRM_KEY}"},
            "states": {"Ada is there": {"params": {"id": "CUST-1"}}},
            "requests": {"a lookup": {"query": {"phone": ["+1"]}, "headers": {"A": "b"}, "read_only": True}},
            "translations": [{"interaction": "a lookup", "kind": "jsonata", "expression": "$", "name": "pop"}],
            "data_actions": [
                {
                    "file": "contracts/crm/actions/a.json",
                    "integration": "CRM",
                    "examples": {"gold": {"phone": "+1", "size": 5}, "none": {"phone": "+2"}},
                    "credentials": {"apiKey": "${secret:env:CRM_KEY}"},
                    "auth_response": {"access_token": "x"},
                    "headers": {"X-A": "1"},
                    "query": {"tag": ["a", "b"]},
                    "read_only": True,
                },
                {"file": "contracts/crm/actions/*.json", "integration": "Other", "inputs": {"phone": "+1"}},
            ],
            "flows": ["contracts/crm/flows/*.yaml"],
            "domains": {"crm-read": ["Get *"]},
            "limits": {"concurrency": 2, "connect_timeout": 1.5, "max_body": "5MB"},
            "verify": True,
            "severity": {"removed": "info"},
        }
    },
}

# -- data actions and flows -------------------------------------------------------------------------------

ACTION: Final[Tree] = {
    "name": "Get customer - Exported 2021-06-21 @ 8:42",
    "integrationType": "custom-rest-actions",
    "actionType": "custom",
    "config": {
        "request": {
            "requestUrlTemplate": "https://me:pw@h.example/c/${input.phone}?q=$esc.url($!{input.tag})&access_key=k3y",
            "requestType": "POST",
            "headers": {"X-Api-Key": "${credentials.apiKey}", "A": "Bearer $authResponse.access_token"},
            "requestTemplate": '{"phone": "$esc.jsonEncode(${input.phone})"'
            '#if($input.size > 1), "n": ${input.size}#end}',
        },
        "response": {
            "translationMap": {
                "id": "$.id", "tags": "$.rows[?(@.id > 1 && @.tags =~ /[a-z]+/i)].tags[*]", "all": "$..id",
                "n": "$.rows.length()", "mail": "$['contact']['email']", "last": "$.rows[-1:].id",
            },
            "translationMapDefaults": {"id": '"none"', "n": "0", "mail": "", "constant": "[]"},
            "successTemplate": '{"id": ${id}, "first": ${successTemplateUtils.firstFromArray("${tags}", "1")}, '
            '"all": ${all}, "n": ${n}, "c": {"mail": ${mail}, "last": ${last}}}',
        },
    },
    "contract": {
        "input": {
            "inputSchema": {
                "$schema": "http://json-schema.org/draft-04/schema#",
                "type": "object",
                "properties": {"phone": {"type": "string"}, "size": {"type": "integer"}, "tag": {"type": "string"}},
                "required": ["phone"],
            }
        },
        "output": {
            "successSchema": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"}, "first": {"type": "string"}, "n": {"type": "integer"},
                    "all": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "c": {"type": "object", "properties": {"mail": {"type": "string"}, "last": {"type": "array"}}},
                    "rows": {"type": "array", "items": {"type": "object", "properties": {"id": {"pattern": "a+"}}}},
                },
                "additionalProperties": False,
            }
        },
    },
    "secure": False,
}  # fmt: skip
RAW_ACTION: Final[Tree] = {
    "name": "Get all",
    "category": "CRM",
    "integrationId": "1",
    "config": {"request": {"requestUrlTemplate": "/c", "requestType": "GET"}, "response": {}},
    "contract": {
        "output": {"successSchema": {"properties": {"name": {}, "rows": {"items": {"properties": {"id": {}}}}}}}
    },
}
ACTIONS: Final = (text(ACTION), text(RAW_ACTION))
FLOW: Final[Tree] = {
    "inboundCall": {
        "name": "Inbound Sales",
        "tasks": [
            {
                "task": {
                    "actions": [
                        {
                            "callData": {
                                "name": "Get customer",
                                "timeout": {"lit": {"minutes": 1}},
                                "category": {
                                    "CRM": {
                                        "dataAction": {
                                            "Get customer": {
                                                "inputs": {"phone": {"exp": "Call.Ani"}},
                                                "successOutputs": {
                                                    "id": {"var": "Flow.id"},
                                                    "c.mail": {"noValue": True},
                                                    "all": {"var": "Task.all"},
                                                },
                                                "failureOutputs": {"errorCode": {"noValue": True}},
                                            }
                                        }
                                    }
                                },
                                "outputs": {"failure": {"actions": [{"disconnect": {}}]}, "timeout": {"actions": []}},
                            }
                        }
                    ]
                }
            }
        ],
    }
}
FLOW_YAML: Final = """\
inboundCall:
  name: "{{flow}} Sales"
  tasks:
    - task: &task
        actions:
          - callData:
              name: Get customer
              category:
                CRM: {dataAction: {Get customer: {successOutputs: {id: {var: Flow.id}, "c.mail": {noValue: true}}}}}
              outputs:
                failure:
                  actions: [{disconnect: {}}]
    - {<<: *task, name: ${name}}
"""

# -- JSONata ----------------------------------------------------------------------------------------------

EXPRESSIONS: Final = (
    '{"name": name, "vip": vip and age > 30, "tags": $join(rows.tags, ", "), "n": $count(rows[id > 1])}',
    '{"email": contact.email ? contact.email : "none", "first": rows[0].id, "up": $uppercase(name)}',
    "rows.{'id': id, 'all': $map(tags, function($t, $i) { $t & $string($i) })}",
    "($f := function($x) { $x * 2 }; $sum(rows.($f(id))) ~> $round(2))",
    "$merge($each(contact, function($v, $k) { {$k: $type($v)} }))",
    "rows^(>id)[tags[0] = 'a'].{'x': $match(tags, /[a-z]+/i).match, 'd': $now() ~> |$|{'a': 1}|}",
    "**.id ~> $sort(function($l, $r) { $l > $r })",
    "rows#$i@$r.{'i': $i, 'p': %.name, 's': $substringBefore($r.tags[0], 'b'), 'k': $keys($r)}",
    "rows{$string(id): $count(tags)}",
)
