"""Data actions with seeded faults, as values. Each says what lint must find in it: rules and where they point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from monitor.jsonpaths import Json
from tests.contracts.actions.exports import STRING, text_of

Found = tuple[str, str]  # rule and pointer

KNOWN: Final[Mapping[str, object]] = {"headers": {"X-API-Key": "k"}}  # says who is calling
NEEDED: Final[Mapping[str, object]] = {"inputs": {"phone": "1"}}
READ: Final[Mapping[str, object]] = {**NEEDED, "read_only": True}
BOTH: Final[Mapping[str, object]] = {"inputs": {"phone": "1", "a": "2"}}
REQUEST: Final = "$.config.request"
RESPONSE: Final = "$.config.response"
URL: Final = f"{REQUEST}.requestUrlTemplate"
BODY: Final = f"{REQUEST}.requestTemplate"
TEMPLATE: Final = f"{RESPONSE}.successTemplate"
OUTPUTS: Final = "$.contract.output.successSchema.properties"
NUMBER: Final[Json] = {"type": "number"}
TICKETS: Final[Json] = {"type": "array", "items": {"type": "object", "properties": {"id": STRING, "title": STRING}}}


@dataclass(frozen=True)
class SeededAction:
    """An export by what is changed of an ordinary one, its entry and vendor in monitor.yaml, what is to be found."""

    name: str
    changes: Mapping[str, Json]
    found: Sequence[Found] = ()
    entry: Mapping[str, object] = field(default_factory=lambda: NEEDED)
    vendor: Mapping[str, object] = field(default_factory=lambda: KNOWN)

    @property
    def text(self) -> str:
        return text_of(**self.changes)


OPTIONAL: Final[Mapping[str, Json]] = {"inputs": {"phone": STRING, "a": STRING}, "required": ["phone"]}


def optional(**changes: Json) -> Mapping[str, Json]:
    """With an input that need not be given: ``a``."""
    return {**OPTIONAL, **changes}


ENUM: Final[Json] = {"type": "string", "enum": ["1", "2"]}
BODIES: Final[Sequence[tuple[str, str, Json]]] = (
    ("an escaped input", '{"a": "$esc.jsonEncode(${input.phone})"}', STRING),
    ("an input escaped within quotes", '{"a": "$esc.jsonEncode("$!{input.phone}")"}', STRING),
    ("an input escaped before", '{#set($p = $esc.jsonString($input.phone))"a": "$p"}', STRING),
    ("a number in a text", '{"a": "${input.phone}"}', NUMBER),
    ("one of some words", '{"a": "${input.phone}"}', ENUM),
    ("an input in a condition", '{"a": #if("${input.phone}" == "x")1#{else}2#end}', STRING),
    ("a body that is no JSON", 'a="${input.phone}"', STRING),
    ("an input that is JSON", '{"a": ${input.phone}}', STRING),
)
CLEAN_ACTIONS: Final = (
    *(
        SeededAction(name, {"method": "POST", "body": body, "inputs": {"phone": schema}}, entry=READ)
        for name, body, schema in BODIES
    ),
    SeededAction("an ordinary one", {}),
    SeededAction("the whole answer", {"map": {}, "defaults": {}, "template": "${rawResult}"}),
    SeededAction("wrapped", {"map": {}, "defaults": {}, "template": '{"name": ${rawResult}}'}),
    SeededAction("no template", {"map": {}, "defaults": {}, "template": None}),
    SeededAction("no outputs", {"map": {}, "defaults": {}, "template": "${rawResult}", "outputs": {}}),
    SeededAction(
        "inside a text", {"template": '{"name": "Mr $esc.jsonEncode(${name})"}', "defaults": {"name": "nobody"}}
    ),
    SeededAction("a default that is a number", {"defaults": {"name": "0"}, "outputs": {"name": NUMBER}}),
    SeededAction("null as a default", {"defaults": {"name": "null"}}),
    SeededAction(
        "the first of a list",
        {
            "template": '{"name": ${successTemplateUtils.firstFromArray("${name}", "$esc.quote$esc.quote")}}',
            "defaults": {},
        },
    ),
    SeededAction("a branch that fills it", {"template": '{#if($name)"name": ${name}#end}'}),
    SeededAction("a loop", {"template": '{"name": "#foreach($i in [1..2])$i#end"}', "map": {}, "defaults": {}}),
    SeededAction("a constant", {"map": {}, "defaults": {"name": '"x"'}}),
    SeededAction(
        "nested outputs", {"template": '{"c": {"name": ${name}}}', "outputs": {"c": {"properties": {"name": STRING}}}}
    ),
    SeededAction("a list as a whole", {"template": '{"tickets": ${name}}', "outputs": {"tickets": TICKETS}}),
    SeededAction(
        "a list built of one",
        {"template": '{"tickets": [{"id": ${name}, "title": 1}]}', "outputs": {"tickets": TICKETS}},
    ),
    SeededAction("a quiet input", optional(url="/c/${input.phone}?a=$!{input.a}")),
    SeededAction("a quiet input in a call", optional(url='/c/${input.phone}?a=$esc.url("$!{input.a}")')),
    SeededAction("an input behind #if", optional(url="/c/${input.phone}#if($input.a)?a=${input.a}#end")),
    SeededAction(
        "a parameter that may be missing", optional(url='/c/${input.phone}?$urlTool.optionalQueryParam("a", $input.a)')
    ),
    SeededAction("an input in the host", optional(url="https://${input.a}.example/c/${input.phone}")),
    SeededAction("an input in the whole request", optional(method="POST"), entry={**NEEDED, "read_only": True}),
    SeededAction("an input in a body that is not sent", optional(body="${input.a}")),
    SeededAction("a key from the flow", optional(headers={"x-api-key": "$!{input.a}"}), vendor={}),
    SeededAction(
        "credentials", {"headers": {"A": "${credentials.k}"}}, entry={**NEEDED, "credentials": {"k": "v"}}, vendor={}
    ),
    SeededAction("who is calling, in the entry", {}, entry={**NEEDED, "headers": {"Authorization": "x"}}, vendor={}),
    SeededAction("who is calling, in the query", {}, entry={**NEEDED, "query": {"access_key": "x"}}, vendor={}),
)

BAD_ACTIONS: Final = (
    SeededAction(
        "a default that is no JSON",
        {"defaults": {"name": "nobody"}},
        [("bad-default", f"{RESPONSE}.translationMapDefaults.name")],
    ),
    SeededAction(
        "an empty default", {"defaults": {"name": ""}}, [("bad-default", f"{RESPONSE}.translationMapDefaults.name")]
    ),
    SeededAction(
        "a default with quotes inside a text",
        {"template": '{"name": "${name}"}', "defaults": {"name": '"nobody"'}},
        [("bad-default", f"{RESPONSE}.translationMapDefaults.name")],
    ),
    SeededAction(
        "a name that nothing sets",
        {"template": '{"name": ${nome}}'},
        [("unset-variable", TEMPLATE), ("unused-value", f"{RESPONSE}.translationMap.name")],
    ),
    SeededAction(
        "a quiet name that nothing sets",
        {"template": '{"name": "$!{nome}"}', "map": {}, "defaults": {}},
        [("unset-variable", TEMPLATE)],
    ),
    SeededAction(
        "what the template does not use",
        {"map": {"name": "$.fullName", "tier": "$.tier"}, "defaults": {"name": "1", "other": "2"}},
        [
            ("unused-value", f"{RESPONSE}.translationMap.tier"),
            ("unused-value", f"{RESPONSE}.translationMapDefaults.other"),
        ],
    ),
    SeededAction(
        "an output that nothing fills",
        {"outputs": {"name": STRING, "tier": STRING}},
        [("unfilled-output", f"{OUTPUTS}.tier")],
    ),
    SeededAction(
        "an output under another name",
        {"outputs": {"fullName": STRING}},
        [("unfilled-output", f"{OUTPUTS}.fullName"), ("unseen-output", TEMPLATE)],
    ),
    SeededAction(
        "a nested output that nothing fills",
        {"template": '{"tickets": [{"id": ${name}}]}', "outputs": {"tickets": TICKETS}},
        [("unfilled-output", f"{OUTPUTS}.tickets.items.properties.title")],
    ),
    SeededAction(
        "an optional input in the path", optional(url="/c/${input.phone}/${input.a}"), [("literal-input", URL)], BOTH
    ),
    SeededAction(
        "an optional input in the query", optional(url="/c/${input.phone}?a=${input.a}"), [("literal-input", URL)], BOTH
    ),
    SeededAction(
        "an optional input in a header",
        optional(headers={"X-A": "$input.a"}),
        [("literal-input", f"{REQUEST}.headers.X-A")],
        BOTH,
    ),
    SeededAction(
        "optional inputs in the body",
        optional(method="POST", body='{"a": ${input.a}, "b": "${input.a}"}'),
        [("literal-input", BODY), ("unescaped-input", BODY)],
        {**BOTH, "read_only": True},
    ),
    *(
        SeededAction(name, {"method": "POST", "body": body}, [("unescaped-input", BODY)], READ)
        for name, body in {
            "an input in a text": '{"a": "${input.phone}"}',
            "an input within a text": '{"a": "tel \\"$!input.phone"}',
            "an input in a text behind a condition": '{#if("${input.phone}" != "")"a": "${input.phone}"#end}',
            "an input in a text of a list": '[#foreach($i in [1..2])"$!{input.phone}"#if($foreach.hasNext),#end#end]',
        }.items()
    ),
    SeededAction(
        "an input that is not declared", {"url": "/c/${input.phone}?b=$!{input.b}"}, [("undeclared-input", URL)]
    ),
    SeededAction(
        "an input in capitals", {"url": "/c/${INPUT.phone}"}, [("undeclared-input", URL), ("never-sent", "$")]
    ),
    SeededAction("nobody says who is calling", {}, [("no-authorization", f"{REQUEST}.headers")], vendor={}),
    SeededAction(
        "a secret in a header",
        {"headers": {"Authorization": "Bearer c4n4ry-secret"}},
        [("literal-secret", f"{REQUEST}.headers.Authorization")],
    ),
    SeededAction(
        "a secret in the query",
        {"url": "/c/${input.phone}?access_key=c4n4ry-secret"},
        [("literal-secret", URL), ("never-sent", "$")],
    ),
    SeededAction(
        "a secret in the body",
        {"method": "POST", "body": '{"client_secret": "c4n4ry-secret"}'},
        [("literal-secret", f"{REQUEST}.requestTemplate"), ("never-sent", "$"), ("never-sent", "$")],
    ),
    SeededAction("no inputs", {}, [("never-sent", "$")], {}),
    SeededAction("a write without consent", {"method": "POST"}, [("never-sent", "$")]),
    SeededAction(
        "a write without consent and inputs", {"method": "PATCH"}, [("never-sent", "$"), ("never-sent", "$")], {}
    ),
    SeededAction("nowhere to call", {}, [("never-sent", "$")], vendor={**KNOWN, "base_url": None}),
    SeededAction("secure", {"secure": True, "method": "POST"}, [("never-sent", "$")]),
    SeededAction("a function", {"integrationType": "aws-lambda", "url": "arn:x"}, [("never-sent", "$")]),
    SeededAction(
        "an input that it has not",
        {},
        [("unbound-name", "vendors.{vendor}.data_actions")],
        {"inputs": {"phone": 1, "fone": 2}},
    ),
    SeededAction(
        "a path that is none", {"map": {"name": "$.a[?("}}, [("contract-fault", f"{RESPONSE}.translationMap.name")]
    ),
    SeededAction("a template that is none", {"template": "#if("}, [("contract-fault", TEMPLATE)]),
    SeededAction("a URL that is no template", {"url": "/#if("}, [("contract-fault", URL), ("never-sent", "$")]),
    SeededAction(
        "an output of no type", {"outputs": {"name": {"type": "text"}}}, [("contract-fault", f"{OUTPUTS}.name.type")]
    ),
    SeededAction("wrong types", {"secure": 5}, [("contract-fault", "$.secure")]),
)
