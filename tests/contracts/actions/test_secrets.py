"""Secrets that stand in an export are found, taken out and never printed; what is none is left alone."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.contracts.actions.export import export_of, parse_export
from monitor.contracts.actions.redacting import with_secrets_replaced
from monitor.contracts.actions.request import Given, prepare
from monitor.contracts.actions.secrets import (
    PLACEHOLDER,
    SecretKind,
    literal_secrets,
    names_secret,
    parameter_names_secret,
    parameters_of,
    surely_names_secret,
    taken_out,
    variable_of,
)
from monitor.jsonpaths import Json
from monitor.model import RequestOverride
from tests.contracts.actions.exports import REAL, action_of, needs_corpus

CANARY = "c4n4ry-5ecret"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def canary(**changes: Json) -> list[str]:
    """What is found, as the line of monitor.yaml that gives it."""
    action = action_of(**{"inputs": {}, **changes})
    found = literal_secrets(action, "crm")
    assert all(CANARY not in repr(one) + one.label + one.yaml for one in found)
    return [one.yaml for one in found]


def given_by(name: str, variable: str, section: str = "headers", prefix: str = "") -> list[str]:
    return [f'{section}: {{{name}: "{prefix}${{secret:env:CRM_{variable}}}"}}']


# -- what is found ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "value", "found"),
    [
        ("Authorization", f"Bearer {CANARY}", given_by("Authorization", "AUTHORIZATION", prefix="Bearer ")),
        ("authorization", CANARY, given_by("authorization", "AUTHORIZATION")),
        ("Authorization", f"Basic {CANARY}", given_by("Authorization", "AUTHORIZATION", prefix="Basic ")),
        (
            "Authorization",
            f'Basic $encoding.base64("u:{CANARY}")',
            given_by("Authorization", "AUTHORIZATION", prefix="Basic "),
        ),
        ("Proxy-Authorization", CANARY, given_by("Proxy-Authorization", "PROXY_AUTHORIZATION")),
        ("X-Authorization", CANARY, given_by("X-Authorization", "X_AUTHORIZATION")),
        ("Cookie", f"a={CANARY}", given_by("Cookie", "COOKIE")),
        ("x-api-key", CANARY, given_by("x-api-key", "X_API_KEY")),
        ("apikey", CANARY, given_by("apikey", "APIKEY")),
        ("X-Auth-Token", CANARY, given_by("X-Auth-Token", "X_AUTH_TOKEN")),
        ("Ocp-Apim-Subscription-Key", CANARY, given_by("Ocp-Apim-Subscription-Key", "OCP_APIM_SUBSCRIPTION_KEY")),
        ("x-functions-key", CANARY, given_by("x-functions-key", "X_FUNCTIONS_KEY")),
        ("client_secret", CANARY, given_by("client_secret", "CLIENT_SECRET")),
        ("Password", CANARY, given_by("Password", "PASSWORD")),
        ("X-Custom", f"Bearer {CANARY}", given_by("X-Custom", "X_CUSTOM", prefix="Bearer ")),
        ("X-API-Key", f"{CANARY} secondhalf", given_by("X-API-Key", "X_API_KEY")),
        ("X-API-Key", f"{CANARY} {CANARY} {CANARY}", given_by("X-API-Key", "X_API_KEY")),
        ("X-API-Key", f"genieKEY {CANARY} x", given_by("X-API-Key", "X_API_KEY", prefix="genieKEY ")),
        ("X-Custom", JWT, given_by("X-Custom", "X_CUSTOM")),
        *[
            (name, CANARY, given_by(name, variable))
            for name, variable in (
                ("X-Auth", "X_AUTH"),
                ("X-Session", "X_SESSION"),
                ("X-JWT", "X_JWT"),
                ("X-Key", "X_KEY"),
                ("X-Signature", "X_SIGNATURE"),
                ("X-Credential", "X_CREDENTIAL"),
                ("bearer", "BEARER"),
            )
        ],
        ("X-C3", f"ApiKey {CANARY}", given_by("X-C3", "X_C_3", prefix="ApiKey ")),
        ("X-I", f"Token {CANARY}", given_by("X-I", "X_I", prefix="Token ")),
        ("X-B", f"Basic $encoding.base64('u:{CANARY}')", given_by("X-B", "X_B", prefix="Basic ")),
        ("X-B", f"Basic $esc.base64('u:{CANARY}')", given_by("X-B", "X_B", prefix="Basic ")),
        (
            "Authorization",
            f"Bearer {CANARY}$!{{input.x}}",
            given_by("Authorization", "AUTHORIZATION", prefix="Bearer "),
        ),
        ("x-api-key", f"${{input.x}}{CANARY}", given_by("x-api-key", "X_API_KEY")),
        # none
        ("Authorization", "Zoho-oauthtoken ${authResponse.access_token}", []),
        ("Authorization", 'Digest username="${credentials.user}", realm="the-realm"', []),
        ("X-Key", "$input.key.replace('something', '')", []),
        ("Routing-Key", "a", []),
        ("Authorization", "", []),
        ("Authorization", "Bearer ${input.token}", []),
        ("Authorization", "$!{authResponse.token_type} $authResponse.access_token", []),
        ("Authorization", 'Basic $encoding.base64("${credentials.id}:x")', []),
        ("x-api-key", "${input.apikey}", []),
        ("x-api-key", PLACEHOLDER, []),
        ("Accept", "application/json", []),
        ("Content-Type", "application/json", []),
        ("UserAgent", "PureCloudIntegrations/1.0", []),
        ("grant_type", "client_credentials", []),
        ("Idempotency-Key", "1", []),
        ("X-Request-Id", CANARY, []),
        ("Transfer-Encoding", "buffered", []),
    ],
)
def test_secrets_in_headers(header: str, value: str, found: list[str]) -> None:
    assert canary(url="/c", headers={header: value}) == found


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (f"/c?access_key={CANARY}", given_by("access_key", "ACCESS_KEY", "query")),
        (f"/c?a=1&apiKey={CANARY}&b=2", given_by("apiKey", "API_KEY", "query")),
        (f"/c?token={CANARY}#top", given_by("token", "TOKEN", "query")),
        (f"/c?client_secret={CANARY}", given_by("client_secret", "CLIENT_SECRET", "query")),
        (f"/c?pwd={CANARY}", given_by("pwd", "PWD", "query")),
        (f"/c?code={CANARY}{CANARY}", given_by("code", "CODE", "query")),
        (f"/c?appid={CANARY}{CANARY}", given_by("appid", "APPID", "query")),
        (f"/c?x={JWT}", given_by("x", "X", "query")),
        (
            f"/c?#if($input.a)a=1&#{{end}}key={CANARY}0000&access_key={CANARY}",
            given_by("access_key", "ACCESS_KEY", "query"),
        ),
        (f"/c?a=1#if($input.a)&b=$input.a#end&access_key={CANARY}", given_by("access_key", "ACCESS_KEY", "query")),
        (f"/c?#if($input.a)access_key={CANARY}#end", given_by("access_key", "ACCESS_KEY", "query")),
        (f"https://user:{CANARY}@host/c", given_by("Authorization", "AUTHORIZATION", prefix="Basic ")),
        *[
            (f"/c?a=1{before}={CANARY}", given_by(name, variable, "query"))
            for before, name, variable in (
                ("&refresh_token", "refresh_token", "REFRESH_TOKEN"),
                ("&id_token", "id_token", "ID_TOKEN"),
                ("&hapikey", "hapikey", "HAPIKEY"),
                ("&bearer", "bearer", "BEARER"),
                ("&credentials", "credentials", "CREDENTIALS"),
                ("&user_password", "user_password", "USER_PASSWORD"),
                ("&X-Amz-Signature", "X-Amz-Signature", "X_AMZ_SIGNATURE"),
                ("&api%5Fkey", "api_key", "API_KEY"),
                (";api_key", "api_key", "API_KEY"),
                ("#access_token", "access_token", "ACCESS_TOKEN"),
                ("#if($input.a)&b=1#{else}api_key", "api_key", "API_KEY"),
            )
        ],
        (f"/c?api_key={CANARY}$!{{input.x}}", given_by("api_key", "API_KEY", "query")),
        (f"/c#access_token={CANARY}", given_by("access_token", "ACCESS_TOKEN", "query")),
        (f"/c?api_key=pa$s-{CANARY}", given_by("api_key", "API_KEY", "query")),
        ("/c?api_key=$key", []),
        ("#set($key = $input.k)/c?api_key=ab$key", []),
        (f"https://user:pa$s{CANARY}@host/c", given_by("Authorization", "AUTHORIZATION", prefix="Basic ")),
        (f"//user:{CANARY}@host/c", given_by("Authorization", "AUTHORIZATION", prefix="Basic ")),
        (f"https://$!{{input.user}}:{CANARY}@host", given_by("Authorization", "AUTHORIZATION", prefix="Basic ")),
        ("https://${input.user}:${credentials.pw}@host/c", []),
        ("https://me:${credentials.pw}@host/c", []),
        ("https://host/c?mail=a@b.example", []),
        (f"https://{CANARY}@host/c", given_by("Authorization", "AUTHORIZATION", prefix="Basic ")),
        # none
        ("/c?access_key=${input.key}", []),
        ("/c?access_key=$esc.url($input.key)", []),
        ("/c?code=404&key=a", []),
        (f"/c?access_key={PLACEHOLDER}", []),
        ("/c?phone=15555550100&expand=externalOrganization", []),
        ("https://${input.user}@host/c", []),
        ("/token?grant_type=client_credentials", []),
        ("/c?page_token=", []),
    ],
)
def test_secrets_in_the_url(url: str, found: list[str]) -> None:
    if "#{end}key" in url:  # a short name counts where the value is long
        found = [*given_by("key", "KEY", "query"), *found]
    assert canary(url=url.replace("#{end}", "#end")) == found


def test_a_user_before_the_host_is_given_as_basic() -> None:
    (one,) = literal_secrets(action_of(url=f"https://me:{CANARY}@host/c"))
    assert one.kind is SecretKind.USER
    assert base64.b64decode(one.value).decode() == f"me:{CANARY}"
    assert one.variable == "GET_CUSTOMER_AUTHORIZATION"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f'{{"client_secret": "{CANARY}", "grant_type": "password"}}', ["client_secret"]),
        (f'{{"user": "${{input.user}}", "password" :"{CANARY}"#if($input.a), "a": 1#end}}', ["password"]),
        (f'{{"a": {{"password": "{CANARY}", "b": {{"password": "5{CANARY}"}}}}}}', ["password", "password_2"]),
        ('{"password": 12345678}', ["password"]),
        ('{"password": "pa$s"}', ["password"]),
        (f'{{"text": "{{\\"apiKey\\": \\"{CANARY}\\"}}"}}', ["apiKey"]),
        (f'{{"password": "{CANARY}$!{{input.x}}"}}', ["password"]),
        (f'{{"id": "${{credentials.secret}}", "secret": "{CANARY}"}}', ["secret_2"]),
        (f'{{"x": "Bearer {CANARY}"}}', ["x"]),
        (f"grant_type=client_credentials&client_id=me&client_secret={CANARY}", ["client_secret"]),
        (f"client_secret={CANARY}&scope=a", ["client_secret"]),
        (f"a=1#if($input.b)&b=2#end&api%5Fkey={CANARY}", ["api_key"]),
        (f"<s:Envelope><w:Password Type='x'>{CANARY}</w:Password></s:Envelope>", ["Password"]),
        (f'{{"callback": "https://h.example/x?access_token={CANARY}"}}', ["access_token"]),
        (f'{{"password": "https://h.example/x?token={CANARY}"}}', ["password"]),
        # none
        ('{"client_secret": "${credentials.clientSecret}", "token": "$input.token", "password": ""}', []),
        ("grant_type=password&password=$esc.url(${credentials.pw})&client_secret=", []),
        ('{"key": "customer_first_name", "code": "A_LONG_CODE_OF_SOMETHING", "token": null, "secret": "true"}', []),
        ('{"passwordHint": "abcdefgh", "email_signature": "Kind regards", "tokens": "abcdefgh"}', []),
        ('#set($s = "a")#foreach($one in [1]){"password": "pa$s", "token": "ab$one", "secret": "$x.y(1)"}#end', []),
        ("${input.rawRequest}", []),
    ],
)
def test_secrets_in_the_body_become_credentials(body: str, found: list[str]) -> None:
    action = action_of(method="POST", url="/c", headers={}, inputs={}, required=[], body=body)
    secrets = literal_secrets(action, "crm")
    assert [one.name for one in secrets] == found
    assert all(CANARY not in repr(one) + one.label + one.yaml for one in secrets)
    kept = with_secrets_replaced(action, secrets)
    assert CANARY not in export_of(kept).decode()
    assert literal_secrets(kept, "crm") == ()
    assert parse_export(export_of(kept), "a.json") == kept
    assert kept == action or found
    assert ("12345678" not in export_of(kept).decode()) or not found
    refusal = prepare(
        action, Given(owner="crm", inputs={"x": "y", "user": "u"}, credentials=dict.fromkeys(("secret",), "z"))
    ).refusal
    assert ("its export holds a secret (the member '" in refusal) == bool(found)
    assert CANARY not in refusal


@pytest.mark.parametrize("text", ["a" * 300_000, '"a":"' * 30_000, "<a " * 100_000, '"token":"' + "a" * 300_000])
def test_hostile_bodies_end(text: str) -> None:
    assert literal_secrets(action_of(method="POST", body=f"$x{text}", headers={"X-Key": f"${{input.x}} {text}"})) == ()


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({"url": "/c?k=$credentials.k.substring(2)"}, "$credentials.k.substring(..."),
        ({"url": "/c?k=${credentials.k.replace('a', 'b')}"}, "${credentials.k.replace(..."),
        ({"headers": {"X-Key": "$!{authResponse.k.toUpperCase()}"}}, "$!{authResponse.k.toUpperCase(..."),
        (
            {"method": "POST", "body": '{"k": "$credentials.k.trim()$credentials.k.split(\',\')"}'},
            "$credentials.k.split(",
        ),
        # none
        ({"url": "/c?k=$credentials.k.trim()"}, ""),
        ({"url": "/c?k=$esc.url($credentials.k)"}, ""),
        ({"headers": {"Authorization": "$credentials.k.substring(2)"}}, ""),
    ],
)
def test_a_secret_that_a_template_changes_is_not_sent(changes: dict[str, Json], changed: str) -> None:
    action = action_of(**{"url": "/c", "headers": {}, "inputs": {}, "required": [], **changes})
    keys = {"k": "abcdefgh"}
    refusal = prepare(action, Given(owner="crm", inputs={}, credentials=keys, auth_response=keys)).refusal
    assert (f"its template changes a secret ({changed}" in refusal) if changed else refusal == ""
    assert "cdefgh" not in refusal.lower()


@pytest.mark.parametrize(
    ("names", "variable"),
    [
        (("crm", "clientSecret"), "CRM_CLIENT_SECRET"),
        (("My CRM 2", "x-api-key"), "MY_CRM_2_X_API_KEY"),
        (("9lives", "k"), "ACTION_9_LIVES_K"),
        (("äöü", ""), "ACTION"),
        (("x" * 200, "key"), "X" * 76 + "_KEY"),
    ],
)
def test_the_name_of_a_variable(names: tuple[str, ...], variable: str) -> None:
    assert variable_of(*names) == variable


def test_names_alone() -> None:
    assert all(map(names_secret, ("Authorization", "X-API-Key", "cookie", "My-Token")))
    assert not any(map(names_secret, ("Accept", "Idempotency-Key", "X-Keyboard", "Tokens")))
    assert all(map(parameter_names_secret, ("access_key", "token", "my-api_key")))
    assert not any(map(parameter_names_secret, ("key", "tokens", "pageKey", "q")))
    assert parameters_of("/c?a=1#if($x)&b=$x#end&c=#x") == ("a", "b", "c")


SURE = """
    refresh_token accessToken id-token idToken X-CSRF-Token xsrfToken csrf authToken session_token sessionId session-id
    JSESSIONID X-Session-Id apiKey APIKey api_key apikey x-api-key clientSecret client_secret secret privateKey
    sessionKey accessKey password userPassword pwd passphrase bearer
"""
UNSURE = """
    token tokenType token_type accessTokenExpiresIn expiresIn keyword keywords customerKey key primaryKey foreignKey
    accountKey nextPageToken page_token passwordPolicy passwordExpired secretary customerId sessionIds id sid
    accessTokenUrl authorization monkey Idempotency-Key sessionType
"""


@pytest.mark.parametrize("name", SURE.split())
def test_names_that_surely_hold_a_secret(name: str) -> None:
    assert surely_names_secret(name)
    assert names_secret(name)
    assert parameter_names_secret(name)


@pytest.mark.parametrize("name", UNSURE.split())
def test_names_that_may_hold_anything(name: str) -> None:
    assert not surely_names_secret(name)


# -- what is taken out ------------------------------------------------------------------------------------


def test_what_is_taken_out_is_asked_for_until_it_is_given() -> None:
    action = action_of(
        url=f"https://me:{CANARY}@host/c?x=1&access_key={CANARY}#top",
        headers={"Authorization": f"Bearer {CANARY}", "Accept": "a/b"},
        inputs={},
        required=[],
    )
    found = literal_secrets(action, "crm")
    kept = with_secrets_replaced(action, found)
    assert kept.url == f"https://{PLACEHOLDER}@host/c?x=1&access_key={PLACEHOLDER}#top"
    assert dict(kept.headers) == {"Authorization": f"Bearer {PLACEHOLDER}", "Accept": "a/b"}
    assert [(one.kind, one.yaml) for one in taken_out(kept, "crm")] == [
        (SecretKind.HEADER, found[0].yaml),
        (SecretKind.USER, found[1].yaml),
        (SecretKind.QUERY, found[2].yaml),
    ]
    override = RequestOverride(headers={"authorization": "Bearer x"}, query={"access_key": ("y",)})
    assert "was taken out" in prepare(kept, Given(owner="crm")).refusal
    assert prepare(kept, Given(owner="crm", override=override)).refusal == ""


SECRET = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789", min_size=20, max_size=40).map(lambda text: f"5{text}")
PLAIN = st.dictionaries(st.sampled_from(["Accept", "X-Trace", "Content-Type"]), st.sampled_from(["a/b", "x", ""]))
SCHEMES = st.sampled_from(["Bearer ", "Basic ", "token ", ""])


@given(SECRET, SECRET, SECRET, PLAIN, SCHEMES, st.sampled_from(["access_key", "token", "code", "api-key"]))
def test_no_secret_is_left_and_nothing_else_is_changed(
    one: str, two: str, three: str, plain: dict[str, Json], scheme: str, name: str
) -> None:
    url = f"https://me:{three}@host/c?a=1&{name}={two}&b=$input.b#frag"
    action = action_of(url=url, headers={**plain, "X-Api-Key": f"{scheme}{one}"}, whatever=[1, {"a": None}])
    found = literal_secrets(action)
    kept = with_secrets_replaced(action, found)
    text = export_of(kept).decode()
    assert not any(secret in text for secret in (one, two, three))
    assert literal_secrets(kept) == ()
    assert parse_export(text.encode(), "a.json") == kept
    # put back, it is what it was
    restored = text.replace(f"{scheme}{PLACEHOLDER}", f"{scheme}{one}", 1).replace(
        f"{name}={PLACEHOLDER}", f"{name}={two}"
    )
    restored = restored.replace(f"//{PLACEHOLDER}@", f"//me:{three}@")
    if scheme:
        assert json.loads(restored) == action.value
    assert with_secrets_replaced(action, ()) == action


# -- the real ones ----------------------------------------------------------------------------------------

# looked at by hand: the only literal credential in the 104; what else names a key is made of inputs and credentials
KNOWN = {"Hubspot insert ticket": ["$.config.request.headers.Authorization"]}


@needs_corpus
def test_secrets_of_the_real_exports() -> None:
    found: dict[str, list[str]] = {}
    for file in REAL:
        action = parse_export(file.read_bytes(), file.name)
        secrets = literal_secrets(action)
        if secrets:
            found[action.name] = [one.place for one in secrets]
        else:
            assert with_secrets_replaced(action, secrets) == action
    assert found == KNOWN


@needs_corpus
def test_the_real_one_is_taken_out() -> None:
    (file,) = (Path(file) for file in REAL if "HubSpot" in file.name)
    action = parse_export(file.read_bytes(), file.name)
    (secret,) = literal_secrets(action, "hubspot")
    kept = with_secrets_replaced(action, (secret,))
    assert secret.value not in export_of(kept).decode()
    assert dict(kept.headers)["Authorization"] == f"Bearer {PLACEHOLDER}"
    assert secret.yaml == 'headers: {Authorization: "Bearer ${secret:env:HUBSPOT_AUTHORIZATION}"}'
