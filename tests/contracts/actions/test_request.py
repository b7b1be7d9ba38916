"""The request that Genesys Cloud would send, made of templates and what monitor.yaml gives; or why none is sent."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor.calling.request import build
from monitor.contracts.actions.export import parse_export
from monitor.contracts.actions.inputs import declared
from monitor.contracts.actions.request import Given, Prepared, inputs_of, prefix_of, prepare
from monitor.errors import ContractError
from monitor.jsonpaths import Json
from monitor.model import Interaction, RequestOverride, Vendor
from tests.contracts.actions.exports import REAL, STRING, action_of, needs_corpus

BASE = "https://staging.example/v1"


def prepared(
    inputs: dict[str, Json] | None = None, override: RequestOverride | None = None, /, **changes: Json
) -> Prepared:
    changes.setdefault("inputs", dict.fromkeys(inputs or {}, STRING))
    changes.setdefault("required", [])
    made = Given(inputs, {"key": "K"}, {"token": "T"}, override or RequestOverride(), "", "crm")
    return prepare(action_of(**changes), made)


def sent(inputs: dict[str, Json] | None = None, /, **changes: Json) -> str:
    """Method, URL, headers and body on one line."""
    one = prepared(inputs, **changes)
    assert one.refusal == ""
    request = one.request
    url = request.path + ("?" + "&".join(f"{n}={v}" for n, v in request.query) if request.query else "")
    headers = "".join(f" {name}={value}" for name, value in request.headers)
    return f"{request.method} {url}{headers}" + (f" | {request.body.decode()}" if request.body is not None else "")


# -- what is sent -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "inputs", "expected"),
    [
        # references
        ({"url": "/c/${input.a}"}, {"a": "1"}, "GET /c/1"),
        ({"url": "/c/$input.a"}, {"a": "1"}, "GET /c/1"),
        ({"url": "/c/$!{input.a}"}, {"a": None}, "GET /c/"),
        ({"url": "/c?a=$!{input.a}&b=$!input.b"}, {"b": "2"}, "GET /c?a=&b=2"),
        ({"url": "/c#if($input.a)?a=$input.a#end"}, {"a": None}, "GET /c"),
        ({"url": "/c#if($input.a)?a=$input.a#end"}, {"a": "1"}, "GET /c?a=1"),
        ({"url": "/c", "headers": {"X-A": "${credentials.key} ${authResponse.token}"}}, {}, "GET /c X-A=K T"),
        # macros
        ({"url": "/c?q=$esc.url(${input.a})"}, {"a": "a b+c/ä"}, "GET /c?q=a b+c/ä"),
        ({"url": "/c/$esc.url($input.a)"}, {"a": "a b/c"}, "GET /c/a+b%2Fc"),
        ({"url": "/c/$esc.uriEncode($input.a)"}, {"a": "a b/c"}, "GET /c/a%20b%2Fc"),
        ({"url": "/c", "headers": {"A": 'Basic $encoding.base64("${credentials.key}:")'}}, {}, "GET /c A=Basic Szo="),
        ({"url": '/c?$urlTool.optionalQueryParam("a", $input.a)'}, {"a": "1"}, "GET /c?a=1"),
        # bodies
        ({"method": "POST", "url": "/c"}, {"a": "1", "b": "x"}, 'POST /c | {"a":"1","b":"x"}'),
        ({"method": "POST", "url": "/c", "body": None}, {"a": "1"}, 'POST /c | {"a":"1"}'),
        ({"method": "POST", "url": "/c"}, {"a": None, "b": "x"}, 'POST /c | {"b":"x"}'),
        ({"method": "POST", "url": "/c"}, {}, "POST /c | {}"),
        ({"method": "POST", "url": "/c", "body": ""}, {"a": "1"}, "POST /c"),
        (
            {"method": "PUT", "url": "/c", "body": '{"q": "$esc.jsonString($input.a)"}'},
            {"a": 'a"b'},
            'PUT /c | {"q": "a\\"b"}',
        ),
        ({"method": "PATCH", "url": "/c", "body": '{"n": ${input.a}}'}, {"a": "5"}, 'PATCH /c | {"n": 5}'),
        # the templates of these are only shown
        ({"method": "GET", "url": "/c"}, {"a": "1"}, "GET /c"),
        ({"method": "DELETE", "url": "/c"}, {"a": "1"}, "DELETE /c"),
        ({"method": "GET", "url": "/c", "body": "$input.nowhere"}, {}, "GET /c"),
        # control headers are no headers
        ({"url": "/c", "headers": {"Transfer-Encoding": "buffered", "Accept": "a/json"}}, {}, "GET /c Accept=a/json"),
        ({"url": "/c", "headers": {"transfer-encoding": "chunked"}}, {}, "GET /c"),
        # hosts
        ({"url": "https://api.vendor.example/c"}, {}, "GET /c"),
        ({"url": "HTTPS://user:pass@api.vendor.example:8443/c?x=1#top"}, {}, "GET /c?x=1"),
        ({"url": "https://api.vendor.example"}, {}, "GET /"),
        ({"url": "https://api.vendor.example?x=1"}, {}, "GET /?x=1"),
        ({"url": "https://${input.stage}.vendor.example/c"}, {"stage": None}, "GET /c"),
        ({"url": "${input.host}/c"}, {"host": "https://evil.example"}, "GET /c"),
        ({"url": "${input.hook}"}, {"hook": "https://evil.example/hooks/1?t=2"}, "GET /hooks/1?t=2"),
        ({"url": "/services/data/v54.0/q"}, {}, "GET /services/data/v54.0/q"),
        ({"url": "api/data/v9/leads"}, {}, "GET /api/data/v9/leads"),
        # queries
        ({"url": "/c?a=1&a=2&b=&c"}, {}, "GET /c?a=1&a=2&b=&c="),
        ({"url": "/c?a=%2B1+2"}, {}, "GET /c?a=+1 2"),
    ],
)
def test_the_request_is_made_as_genesys_makes_it(
    changes: dict[str, Json], inputs: dict[str, Json], expected: str
) -> None:
    assert sent(inputs, **changes) == expected


def test_only_its_own_inputs_are_in_the_whole_request() -> None:
    given = Given({"a": 5, "other": "x", "rawRequest": "y", "read": "z"})
    action = action_of(method="POST", url="/c?r=$input.read", inputs={"a": STRING}, required=[])
    assert prepare(action, given).request.body == b'{"a":"5","read":"z"}'
    assert inputs_of(action) == {"a", "read"}


@pytest.mark.parametrize(
    ("base", "prefix"), [(BASE, "/v1"), (f"{BASE}/", "/v1"), ("https://h", ""), ("", ""), ("http://[", "")]
)
def test_the_path_of_base_url(base: str, prefix: str) -> None:
    assert prefix_of(base) == prefix


@pytest.mark.parametrize(
    ("url", "path"), [("/v1/c", "/c"), ("/v1", "/"), ("/v10/c", "/v10/c"), ("/c", "/c"), ("https://prod/v1/c", "/c")]
)
def test_the_path_of_base_url_is_not_doubled(url: str, path: str) -> None:
    assert prepare(action_of(url=url, inputs={}, required=[]), Given(prefix="/v1")).request.path == path


# -- what is not sent -------------------------------------------------------------------------------------

LEAVE = "leave it out of data_actions"
ENTRY = "add to its entry under data_actions: "


@pytest.mark.parametrize(
    ("changes", "inputs", "refusal"),
    [
        ({"secure": True}, {}, f"it is secure (secure: true), and so it cannot be recorded unredacted; {LEAVE}"),
        (
            {"integrationType": "aws-lambda-data-actions", "url": "your-arn"},
            {},
            f"it calls an AWS Lambda function, which is no HTTP request; {LEAVE}",
        ),
        ({"url": "arn:aws:lambda:x"}, {}, f"it calls an AWS Lambda function, which is no HTTP request; {LEAVE}"),
        (
            {"integrationType": "function-data-actions", "url": "/x"},
            {},
            f"it calls a function of Genesys Cloud, which is no HTTP request; {LEAVE}",
        ),
        (
            {"actionType": "static", "url": ""},
            {},
            f"it is built into Genesys Cloud (static): it has no URL, so there is no HTTP request; {LEAVE}",
        ),
        (
            {"inputs": {"phone": STRING, "note": STRING}, "required": ["phone"]},
            None,
            f"no inputs are given to call it with (optional: 'note'); {ENTRY}inputs: {{phone: \"...\"}}",
        ),
        (
            {"url": "/c", "inputs": {"note": STRING}},
            None,
            f"no inputs are given to call it with (optional: 'note'); {ENTRY}inputs: {{}}",
        ),
        (
            {"url": "/c?a=${input.phone}", "inputs": {"phone": STRING}},
            {"fone": "1"},
            (
                "it lacks the input 'phone', so the text ${input.phone} itself would be sent "
                "(is 'fone' meant for 'phone'?); "
                f'{ENTRY}inputs: {{phone: "..."}}'
            ),
        ),
        (
            {"url": "/c", "inputs": {"size": {"type": "integer"}}, "required": ["size"]},
            {"m": 1},
            f"it lacks the input 'size'; {ENTRY}inputs: {{size: 1}}",
        ),
        (
            {"url": "/c/$esc.url(${input.a})", "inputs": {}},
            {"b": "1"},
            f"it lacks the input 'a', so the text ${{input.a}} itself would be sent; {ENTRY}inputs: {{a: \"...\"}}",
        ),
        (
            {"url": "/c", "headers": {"A": "${credentials.user}"}, "inputs": {}},
            {},
            f'nothing stands for ${{credentials.user}}; {ENTRY}credentials: {{user: "${{secret:env:CRM_USER}}"}}',
        ),
        (
            {"url": "/c/$input.a", "headers": {"A": "$authResponse.access_token"}, "inputs": {}},
            None,
            (
                "no inputs are given to call it with and nothing stands for ${authResponse.access_token}; "
                f'{ENTRY}inputs: {{a: "..."}} and auth_response: {{access_token: "${{secret:env:CRM_ACCESS_TOKEN}}"}}'
            ),
        ),
        (
            {"url": "/c/${INPUT.a}", "inputs": {}},
            {},
            (
                "monitor does not know ${INPUT.a} of its template, so that text itself would be sent; "
                "replace it in monitor.yaml, under requests: (path, query, headers or body)"
            ),
        ),
        (
            {"url": "/c/${name}", "inputs": {}},
            {},
            "its template reads 'name', which nothing gives; correct the template",
        ),
        (
            {"url": "/c/$msdynamics.filter($input.a)", "inputs": {}},
            {"a": "1"},
            (
                "monitor does not know $msdynamics.filter($input.a) of its template, "
                "so that text itself would be sent; "
                "replace it in monitor.yaml, under requests: (path, query, headers or body)"
            ),
        ),
        (
            {"url": "/c/$!msdynamics.filter($input.a)", "inputs": {}},
            {"a": "1"},
            (
                "monitor does not know $!msdynamics.filter($input.a) of its template, "
                "so that text itself would be sent; "
                "replace it in monitor.yaml, under requests: (path, query, headers or body)"
            ),
        ),
        (
            {"url": "/c#if(", "inputs": {}},
            {},
            "its request cannot be made: $.config.request.requestUrlTemplate: Velocity: ",
        ),
        (
            {"url": "/c?access_key=s3cret", "inputs": {}},
            {},
            (
                "its export holds a secret (the parameter 'access_key'), which every recording would hold too; "
                f"take it out with: monitor import data-action, or {ENTRY}query: "
                '{access_key: "${secret:env:CRM_ACCESS_KEY}"}'
            ),
        ),
        (
            {"url": "/c", "headers": {"X-Key": "a", "X-Api-Key": "<set in monitor.yaml>"}, "inputs": {}},
            {},
            (
                f"the secret in its header 'X-Api-Key' was taken out when it was imported; {ENTRY}headers: "
                '{X-Api-Key: "${secret:env:CRM_X_API_KEY}"}'
            ),
        ),
        (
            {"url": "https://<set in monitor.yaml>@host/c", "inputs": {}},
            {},
            (
                f"the secret in its user before the host was taken out when it was imported; {ENTRY}headers: "
                '{Authorization: "Basic ${secret:env:CRM_AUTHORIZATION}"}'
            ),
        ),
    ],
)
def test_why_it_is_not_sent(changes: dict[str, Json], inputs: dict[str, Json] | None, refusal: str) -> None:
    found = prepared(inputs, **changes).refusal
    assert found == refusal or (refusal.endswith("Velocity: ") and found.startswith(refusal))
    if ENTRY in found:  # the YAML that mends it is YAML
        for line in found.partition(ENTRY)[2].split(" and "):
            assert isinstance(yaml.safe_load(line), dict)


def test_what_monitor_yaml_replaces_need_not_be_made() -> None:
    override = RequestOverride(path="/c", query={"k": ("1",)}, headers={"x-api-key": "K"}, body=b"{}")
    changes: dict[str, Json] = {"url": "/${input.a}?k=${input.b}", "headers": {"X-Api-Key": "<set in monitor.yaml>"}}
    one = prepared({}, override, method="POST", body="${input.c}", **changes)
    assert one.refusal == ""


# -- bounds and laws --------------------------------------------------------------------------------------

ENDLESS = "#foreach($a in [1..9999])#foreach($b in [1..9999])$a#end#end"
LONG = '#set($x="aaaaaaaaaaaaaaaa")' + '#set($x="$x$x")' * 14 + '#foreach($a in [1..999])#set($y=$x.split("b"))#end'


@pytest.mark.parametrize("template", [ENDLESS, LONG, "#macro(m)#m()#m()#end#m()", "${input.a}" * 100_000])
def test_a_template_without_an_end_is_told(template: str) -> None:
    assert "cannot be made" in prepared({"a": "1"}, url=f"/c{template}").refusal


MANY_TURNS = "#foreach($i in [1..3000])#set($y = $i)#end" + "".join(f"${{input.v{number}}}" for number in range(199))


def test_all_renderings_of_an_action_have_one_budget() -> None:
    refusal = prepared({}, url=f"/c{MANY_TURNS}").refusal
    assert refusal.startswith("its request cannot be made: ")
    assert "its templates take too long together" in refusal


def test_many_variables_are_each_looked_for() -> None:
    url = "/c?" + "&".join(f"v{number}=$!{{input.v{number}}}" for number in range(190))
    assert prepared({"a": "1"}, url=f"{url}${{input.a}}").refusal == ""


def test_very_many_variables_are_missed_at_once() -> None:
    names = [f"n{number}" for number in range(3_000)]
    refusal = prepared({}, url="/" + "".join(f"${{input.{name}}}" for name in names)).refusal
    assert refusal.count("'n") < 20
    assert "more" in refusal


SCALARS = st.text(max_size=10) | st.integers() | st.booleans() | st.none()
INPUTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), SCALARS)
PIECES = st.lists(
    st.sampled_from(["${input.a}", "$!{input.b}", "$esc.url($input.c)", "/", "?q=", "&x=1", "https://h", "#", "%41"]),
    max_size=6,
).map("".join)


@given(PIECES, PIECES, INPUTS)
def test_whatever_is_given_goes_to_base_url(url: str, body: str, inputs: dict[str, Json]) -> None:
    action = action_of(url=f"/{url}", method="POST", body=body, inputs=dict.fromkeys("abc", STRING), required=[])
    one = prepare(action, Given(inputs, prefix="/v1", owner="crm"))
    if one.refusal:
        return
    vendor = Vendor("crm", BASE, (), allow_writes=True)
    try:
        request = build(vendor, Interaction("i", "crm", "", "d", one.request))
    except ContractError:
        return
    assert urlsplit(request.url)[:2] == urlsplit(BASE)[:2]
    assert request.url.startswith(BASE)
    assert "${input." not in request.url


@needs_corpus
@pytest.mark.parametrize("file", REAL, ids=lambda file: file.stem[-40:])
def test_real_requests_are_made_of_what_they_declare(file: Path) -> None:
    """Each is sent, or refused for what no input mends."""
    action = parse_export(file.read_bytes(), file.name)
    inputs = dict.fromkeys(declared(action.input_schema), "5")
    secrets = dict.fromkeys(("clientId", "clientSecret", "loginUrl"), "https://h/x")
    tokens = dict.fromkeys(("access_token", "token_type", "token"), "T")
    one = prepare(action, Given(inputs, secrets, tokens, owner="v"))
    if one.refusal:
        assert one.refusal.startswith(("it is secure", "it calls an AWS", "monitor does not know", "its export holds"))
        return
    assert not re.search(r"\$!?\{|\$\w+\.|\$esc", f"{one.request.path} {one.request.query}")
    if one.request.body and action.body == "${input.rawRequest}":
        assert json.loads(one.request.body).keys() == inputs.keys()
