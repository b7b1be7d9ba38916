"""What of a capture is an interaction's, why nothing is, and what of it is a secret. In this process."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.contracts.actions.export import DataAction, read_export
from monitor.contracts.actions.refusing import unsendable
from monitor.contracts.actions.request import HOLE, outline
from monitor.errors import NotJudgedError, UsageError
from monitor.jsonpaths import Json
from monitor.model import (
    Captured,
    Exchange,
    Headers,
    Interaction,
    Limits,
    Request,
    RequestOverride,
    RequestTemplate,
    Response,
    Secret,
    Vendor,
)
from monitor.pipeline.capturing import Source, Taken, taken
from monitor.pipeline.capturing import chosen as chosen_of
from monitor.pipeline.capturing.choosing import Choice, Seen, Strays, Want, choices
from monitor.pipeline.capturing.fitting import (
    END_OF_PATH,
    UNDER_BASE,
    WHOLE_PATH,
    Parts,
    body_of,
    difference,
    grouped,
    parts_of,
    segments,
)
from monitor.pipeline.capturing.foreign import secrets_of
from monitor.pipeline.planning import Job, Jobs
from monitor.recordings.captures import Capture, Entry
from monitor.recordings.masking import Masker
from tests.contracts.actions.exports import action_of

EXPORTS = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "data-actions" / "exports"
NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
JSON_TYPE = (("Content-Type", "application/json"),)
FORM_TYPE = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)
BASE = "https://staging.example/v1"


def sought(url: str, method: str = "GET", body: bytes | None = None, headers: Headers = JSON_TYPE) -> Parts:
    """A request below ``BASE``, as an interaction makes it."""
    return parts_of(Request(method, BASE + url, headers, body), prefix=1)


def seen(url: str, method: str = "GET", body: bytes | None = None, headers: Headers = JSON_TYPE) -> Parts:
    return parts_of(Request(method, url, headers, body))


# -- paths ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "url", "place"),
    [
        ("/c/lookup", "https://staging.example/v1/c/lookup", UNDER_BASE),
        ("/c/lookup", "https://STAGING.example/v1/c/lookup", UNDER_BASE),
        ("/c/lookup", "https://api.example/v1/c/lookup", WHOLE_PATH),
        ("/c/lookup", "http://127.0.0.1:8080/gateway/crm/c/lookup", END_OF_PATH),
        ("/c/lookup", "https://api.example/c/lookup", END_OF_PATH),
        ("/c/lookup", "https://api.example/v1/xc/lookup", None),
        ("/c/lookup", "https://api.example/v1/c/lookup/", None),
        ("/c/lookup", "https://api.example/v1/C/lookup", None),
        ("/c/lookup", "https://api.example/v1/c/lookup/more", None),
        ("/c/lookup", "https://api.example/lookup", None),
        ("/c/a%20b", "https://api.example/v1/c/a%20b", WHOLE_PATH),
        ("/c/a%2Fb", "https://api.example/v1/c/a/b", None),
        ("/c/%41", "https://api.example/v1/c/A", WHOLE_PATH),
        ("/", "https://api.example/v1/", WHOLE_PATH),
        ("/", "https://api.example/x/", None),  # every folder ends like that
    ],
)
def test_paths(path: str, url: str, place: int | None) -> None:
    assert difference(sought(path), seen(url)).place == place


# -- query ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "captured", "differing", "more"),
    [
        ("a=1&b=2", "b=2&a=1", (), 0),
        ("a=1", "a=1&utm=x&b=", (), 2),
        ("a=1&a=2", "a=2&a=1", (), 0),
        ("a=1&a=2", "a=1", ("a",), 0),
        ("a=1", "a=2", ("a",), 0),
        ("a=1&b=2", "", ("a", "b"), 0),
        ("a=", "a=", (), 0),
        ("a=%2B1", "a=%2b1", (), 0),
        ("a=b%20c", "a=b+c", (), 0),
        ("api_key=staging&a=1", "api_key=production&a=1", (), 0),
        ("access_key=staging", "", (), 0),
    ],
)
def test_queries(query: str, captured: str, differing: tuple[str, ...], more: int) -> None:
    found = difference(sought(f"/c?{query}"), seen(f"https://api.example/v1/c?{captured}"))
    assert (found.query, found.more) == (differing, more)
    assert found.fits == (not differing)


# -- bodies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "captured", "differing"),
    [
        (b'{"a": 1, "b": [1, 2]}', b'{"b":[1,2],"a":1.0}', ()),
        (b'{"a": 1}', b'{"a": 2}', ("$.a",)),
        (b'{"a": 1}', b'{"a": true}', ("$.a",)),
        (b'{"a": 1}', b'{"a": "1"}', ("$.a",)),
        (b'{"a": null}', b"{}", ("$.a",)),
        (b'{"a": 1}', b'{"a": 1, "b c": 2}', ("$['b c']",)),
        (b"[1, 2]", b"[1]", ("$",)),
        (b'[{"a": 1}]', b'[{"a": 2}]', ("$[0].a",)),
        (b'{"a": 1}', None, ("it is not in the capture",)),
        (b'{"a": 1}', b"a=1", ("it is another",)),
        (b'"x"', b'"x"', ()),
        (b"plain", b"plain", ()),
        (b"plain", b"other", ("it is another",)),
        (None, b'{"a": 1}', ()),
        (b"", None, ()),
    ],
)
def test_bodies(body: bytes | None, captured: bytes | None, differing: tuple[str, ...]) -> None:
    found = difference(sought("/c", "POST", body), seen("https://x.example/v1/c", "POST", captured))
    assert found.body == differing


@pytest.mark.parametrize(
    ("body", "captured", "differing"),
    [
        (b"a=1&b=2", b"b=2&a=1", ()),
        (b"a=1", b"a=1&b=2", ("b",)),
        (b"client_secret=x&a=1", b"a=1&client_secret=y", ()),
    ],
)
def test_forms(body: bytes, captured: bytes, differing: tuple[str, ...]) -> None:
    found = difference(
        sought("/c", "POST", body, FORM_TYPE), seen("https://x.example/v1/c", "POST", captured, FORM_TYPE)
    )
    assert found.body == differing


def test_what_differs_is_told_without_values() -> None:
    body = {"a": 1, "b": 1, "c": 1, "d": 1}
    found = difference(
        sought("/c?phone=15555550100&x=1", "POST", json.dumps(body).encode()),
        seen("https://api.example/v1/d?phone=15555559999", "PUT", b"{}"),
    )
    assert found.told() == "its method is PUT; its path is another; query: phone, x; body: $.a, $.b, $.c and 1 more"


# -- holes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "url", "fits"),
    [
        (f"/c/{HOLE}", "https://x.example/v1/c/42", True),
        (f"/c/{HOLE}", "https://x.example/v1/c/", False),
        (f"/c/{HOLE}", "https://x.example/v1/c/42/tickets", False),
        (f"/c/n-{HOLE}.json", "https://x.example/v1/c/n-42.json", True),
        (f"/c/n-{HOLE}.json", "https://x.example/v1/c/n-.json", False),
        (f"/c/{HOLE}-{HOLE}/x", "https://x.example/v1/c/a-b/x", True),
        (f"/c?phone={HOLE}&kind=a", "https://x.example/v1/c?kind=a&phone=1", True),
        (f"/c?phone={HOLE}&kind=a", "https://x.example/v1/c?kind=a", True),  # an input may be left out
        (f"/c?phone={HOLE}&kind=a", "https://x.example/v1/c?kind=b&phone=1", False),
        (f"/c?q=id:{HOLE}", "https://x.example/v1/c?q=id:7", True),
        (f"/c?q=id:{HOLE}", "https://x.example/v1/c?q=name:7", False),
        (f"/c?{HOLE}=1", "https://x.example/v1/c?any=1", True),
    ],
)
def test_holes_in_urls(path: str, url: str, fits: bool) -> None:
    assert difference(sought(path), seen(url)).fits == fits


@pytest.mark.parametrize(
    ("body", "captured", "fits"),
    [
        ({"id": HOLE, "kind": "a"}, {"id": [1], "kind": "a"}, True),
        ({"id": HOLE, "kind": "a"}, {"kind": "a"}, True),
        ({"id": HOLE, "kind": "a"}, {"id": "1", "kind": "b"}, False),
        ({"id": HOLE}, {"id": "1", "more": 1}, False),
        ({"id": f"n-{HOLE}"}, {"id": "n-1"}, True),
        ({"id": f"n-{HOLE}"}, {"id": 1}, False),
        ({HOLE: HOLE, "kind": "a"}, {"anything": 1, "kind": "a"}, True),
        ({HOLE: HOLE, "kind": "a"}, {"anything": 1}, False),
    ],
)
def test_holes_in_bodies(body: Json, captured: Json, fits: bool) -> None:
    template = sought("/c", "POST", json.dumps(body).encode())
    assert difference(template, seen("https://x.example/v1/c", "POST", json.dumps(captured).encode())).fits == fits


def test_a_body_that_only_its_inputs_make_json() -> None:
    template = sought("/c", "POST", f'{{"n": {HOLE}}}'.encode())
    assert difference(template, seen("https://x.example/v1/c", "POST", b'{"n": 1}')).fits


NAMES = st.text(st.characters(codec="utf-8", exclude_characters=HOLE), min_size=1, max_size=6)


@settings(max_examples=40)
@given(st.lists(NAMES, min_size=1, max_size=4), st.dictionaries(NAMES, NAMES, max_size=4), st.booleans())
def test_law_a_request_fits_itself_wherever_it_goes(path: list[str], query: dict[str, str], elsewhere: bool) -> None:
    def url(base: str, pairs: list[tuple[str, str]]) -> str:
        told = "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in pairs)
        return f"{base}/{'/'.join(quote(part, safe='') for part in path)}?{told}"

    pairs = list(query.items())
    own = parts_of(Request("GET", url(BASE, pairs)), prefix=1)
    other = parts_of(Request("GET", url("http://10.0.0.1/gate/way" if elsewhere else BASE, pairs[::-1])))
    assert difference(own, other).fits


# -- real exports -----------------------------------------------------------------------------------------


@pytest.mark.skipif(not EXPORTS.is_dir(), reason=f"the shared cases are not here: {EXPORTS}")
def test_every_real_export_finds_its_request_whatever_its_inputs() -> None:
    found = 0
    for file in sorted(EXPORTS.glob("*.json")):
        action = read_export(file.read_bytes()) if file.name != "INDEX.json" else None
        if action is None or unsendable(action):
            continue
        template = outline(action, "")
        assert template is not None, file.name
        own = _parts(template)
        filled = [(n.replace(HOLE, "x"), v.replace(HOLE, "a b")) for n, v in template.query]
        query = "&".join(f"{quote(n)}={quote(v)}" for n, v in filled)
        body = None if template.body is None else template.body.decode().replace(HOLE, "7").replace("\\uE000", "7")
        path = quote(template.path.replace(HOLE, "42"), safe="/%$")
        captured = Request(
            template.method, f"https://prod.example{path}?{query}", template.headers, body.encode() if body else None
        )
        told = difference(own, parts_of(captured))
        assert told.fits, (file.name, told.told())
        found += 1
    assert found > 100


def _parts(template: RequestTemplate) -> Parts:
    body = body_of(template.body, template.headers)
    return Parts(template.method, "", segments(template.path), grouped(template.query), body)


# -- whose it is ------------------------------------------------------------------------------------------


def interaction(name: str, status: int | None = None) -> Interaction:
    return Interaction(f"{name}-1a2b3c4d", "crm", "c", name, RequestTemplate("GET", "/"), expected_status=status)


def want(name: str, path: str, *, status: int | None = None, loose: str = "", method: str = "GET") -> Want:
    template = sought(loose, method) if loose else None
    return Want(interaction(name, status), sought(path, method) if path else None, template)


def entry(
    index: int, url: str, *, status: int = 200, minute: int | None = 0, method: str = "GET", fault: str = ""
) -> Seen:
    request = Request(method, url)
    response = None if fault else Response(status, "", "HTTP/1.1", (), b"{}")
    started = None if minute is None else NOW + timedelta(minutes=minute)
    return Seen(Entry(index, request, response, started, 0.0, fault), parts_of(request))


def chosen(wants: list[Want], *entries: Seen) -> tuple[list[int | None], tuple[Choice, ...], Strays]:
    made, strays = choices(wants, entries, "x.har")
    return [one.seen.entry.index if one.seen else None for one in made], made, strays


URL = "https://prod.example/v1"


def test_the_newest_wins_and_all_are_counted() -> None:
    entries = (entry(0, f"{URL}/c", minute=1), entry(1, f"{URL}/c", minute=9), entry(2, f"{URL}/c", minute=None))
    indexes, made, _ = chosen([want("get", "/c")], *entries)
    assert (indexes, made[0].count, made[0].worse) == ([1], 3, 0)
    indexes, *_ = chosen([want("get", "/c")], entry(0, f"{URL}/c"), entry(1, f"{URL}/c"))
    assert indexes == [1]  # at the same moment the later one


def test_a_failure_that_is_newer_is_not_passed_over() -> None:
    entries = entry(0, f"{URL}/c", minute=1), entry(1, f"{URL}/c", minute=2, status=500)
    assert chosen([want("get", "/c", status=200)], *entries)[0] == [1]


def test_a_surer_place_wins() -> None:
    entries = (
        entry(0, f"{BASE}/c", minute=1),
        entry(1, f"{URL}/c", minute=2),
        entry(2, "https://app.example/backend/c", minute=3),
    )
    indexes, made, _ = chosen([want("get", "/c")], *entries)
    assert (indexes, made[0].count, made[0].worse) == ([0], 1, 2)
    assert chosen([want("get", "/c")], *entries[1:])[0] == [1]


def test_an_entry_is_of_those_that_it_fits_best() -> None:
    wants = [want("all", "/c"), want("one", "/c?phone=1")]
    assert chosen(wants, entry(0, f"{URL}/c?phone=1"))[0] == [None, 0]
    assert chosen(wants, entry(0, f"{URL}/c?phone=1"), entry(1, f"{URL}/c?page=2"))[0] == [1, 0]
    assert chosen(wants, entry(0, f"{URL}/c"), entry(1, f"{URL}/c?page=2", minute=3))[0] == [0, None]


def test_the_expected_status_tells_twins_apart() -> None:
    wants = [want("known", "/c?phone=1", status=200), want("unknown", "/c?phone=1", status=404)]
    assert chosen(wants, entry(0, f"{URL}/c?phone=1", status=404), entry(1, f"{URL}/c?phone=1"))[0] == [1, 0]
    twins = [want("a", "/c"), want("b", "/c")]
    assert chosen(twins, entry(0, f"{URL}/c"))[0] == [0, 0]


def test_an_action_takes_other_inputs_than_its_examples() -> None:
    action = want("action", "/c?phone=1", loose=f"/c?phone={HOLE}")
    indexes, made, _ = chosen([action], entry(0, f"{URL}/c?phone=2"))
    assert (indexes, made[0].differs) == ([0], "query: phone")
    # its own come first, then an answer as it is expected
    assert chosen([action], entry(0, f"{URL}/c?phone=1"), entry(1, f"{URL}/c?phone=2", minute=5))[0] == [0]
    later = entry(1, f"{URL}/c?phone=3", minute=5, status=404)
    assert chosen([action], entry(0, f"{URL}/c?phone=2"), later)[0] == [0]


def test_an_action_with_a_hole_in_its_path_takes_nobodys_own() -> None:
    action = want("action", "/c/1", loose=f"/c/{HOLE}")
    wants = [action, want("search", "/c/search")]
    assert chosen(wants, entry(0, f"{URL}/c/search"))[0] == [None, 0]
    assert chosen(wants, entry(0, f"{URL}/c/search"), entry(1, f"{URL}/c/7"))[0] == [1, 0]
    # the same path: the same endpoint
    lookup = [want("action", "/c?phone=1", loose=f"/c?phone={HOLE}"), want("pact", "/c?phone=2")]
    assert chosen(lookup, entry(0, f"{URL}/c?phone=2"))[0] == [0, 0]


def test_an_action_without_an_example_is_found_by_its_template() -> None:
    assert chosen([want("action", "", loose=f"/c/{HOLE}")], entry(0, f"{URL}/c/7"))[0] == [0]


# -- why not ----------------------------------------------------------------------------------------------


def reason(one: Want, *entries: Seen) -> str:
    return chosen([one], *entries)[1][0].reason


NOTHING = "nothing was captured of it in x.har"


def test_the_closest_are_told_with_what_differs() -> None:
    entries = (
        entry(0, f"{URL}/c/lookup?phone=2"),
        entry(1, f"{URL}/c/lookup?phone=1", method="POST"),
        entry(2, f"{URL}/c/find?phone=1"),
        entry(3, f"{URL}/c/lookup", method="PUT"),
        entry(4, "https://cdn.example/logo.png"),
    )
    assert reason(want("get", "/c/lookup?phone=1"), *entries) == (
        f"{NOTHING}; closest: entry 0 (query: phone), entry 1 (its method is POST), "
        "entry 3 (its method is PUT; query: phone); to take one all the same: --interaction get-1a2b3c4d --entry 0"
    )
    assert reason(want("get", "/c/lookup?phone=1"), entries[2]) == (
        f"{NOTHING}; closest: entry 2 (its path is another); "
        "to take one all the same: --interaction get-1a2b3c4d --entry 2"
    )
    assert reason(want("get", "/c/lookup?phone=1"), entries[4]) == f"{NOTHING}, nor anything like it"
    assert reason(want("get", "/c/lookup?phone=1")) == f"{NOTHING}, nor anything like it"


def test_an_entry_that_was_lost_is_told() -> None:
    lost = entry(3, f"{URL}/c", fault="it got no answer (status 0)")
    assert reason(want("get", "/c"), lost) == f"{NOTHING}: entry 3 is its own, but it got no answer (status 0)"
    assert chosen([want("get", "/c")], lost, entry(1, f"{URL}/c"))[0] == [1]
    cached = reason(want("get", "/c", status=200), entry(0, f"{URL}/c", status=304))
    assert "entry 0 is its own, but it is a 304" in cached
    assert chosen([want("get", "/c", status=304)], entry(0, f"{URL}/c", status=304))[0] == [0]


def test_preflights_are_like_nothing() -> None:
    request = Request("OPTIONS", f"{URL}/c", (("Access-Control-Request-Method", "POST"),))
    preflight = Seen(Entry(0, request, Response(204, "", "", (), b""), NOW), parts_of(request))
    indexes, made, strays = chosen([want("create", "/c", method="POST")], preflight)
    assert (indexes, made[0].reason) == ([None], f"{NOTHING}, nor anything like it")
    assert (strays.close, strays.others) == ((), 1)
    assert chosen([want("options", "/c", method="OPTIONS")], preflight)[0] == [0]


def test_strays_are_told_with_the_closest_interaction() -> None:
    wants = [want("get", "/c/lookup?phone=1"), want("list", "/c/list")]
    *_, strays = chosen(wants, entry(0, f"{URL}/c/lookup?phone=2"), entry(1, "https://cdn.example/logo.png"))
    assert [(one.closest.description, one.differs) for one in strays.close] == [("get", "query: phone")]
    assert strays.others == 1


# -- secrets that the settings do not know ----------------------------------------------------------------


def exchange(
    url: str = "https://prod.example/v1/c",
    headers: Headers = (),
    body: bytes | None = None,
    answer: Mapping[str, Json] | None = None,
    answered: Headers = (),
) -> Exchange:
    response = Response(200, "OK", "HTTP/1.1", (*JSON_TYPE, *answered), json.dumps(answer or {}).encode())
    return Exchange(Request("POST", url, headers, body), response, None, NOW, 0.1)


def masked(
    made: Exchange,
    *known: Secret,
    base_url: str = BASE,
    headers: Mapping[str, str] | None = None,
    action: DataAction | None = None,
) -> str:
    vendor = Vendor("crm", base_url, headers=headers or {})
    override = RequestOverride(headers={"X-Tenant": "tenant-of-staging"})
    job = Job(vendor, Interaction("x", "crm", "c", "x", RequestTemplate("POST", "/c"), override=override), None)
    kept, _ = Masker((*known, *secrets_of(job, made, known, action))).mask(made)
    assert kept.response is not None
    return f"{kept.request} {kept.request.body!r} {kept.response} {kept.response.body!r}"


@pytest.mark.parametrize(
    "made",
    [
        exchange(headers=(("X-API-Key", "canary-of-production"),)),
        exchange(headers=(("x-tenant", "canary-of-production"),)),  # monitor.yaml puts a secret there
        exchange(headers=(("X-Auth-Token", "Token canary-of-production"),), answer={"echo": "canary-of-production"}),
        exchange(url="https://prod.example/v1/c?api_key=canary-of-production"),
        exchange(url="https://ada:canary-of-production@prod.example/v1/c"),
        exchange(headers=FORM_TYPE, body=b"client_secret=canary-of-production&a=1"),
        exchange(body=b'{"user": "ada", "password": "canary"}'),
        exchange(body=b'[{"auth": {"clientSecret": "canary-of-production"}}]'),
        exchange(answer={"access_token": "canary-of-production"}),
        exchange(answered=(("X-Auth-Token", "canary-of-production"),)),
        exchange(answered=(("Set-Cookie", "sid=canary-of-production"),), answer={"session": "canary-of-production"}),
        exchange(headers=(("Authorization", "Bearer canary-of-production"),), answer={"a": "canary-of-production"}),
        exchange(headers=(("Cookie", "sid=canary-of-production"),)),
        exchange(answer={"access_token": "canary-7", "echo": "it was canary-7."}),
        exchange(answer={"data": [{"refresh_token": "canary-8"}]}),
        exchange(answer={"sessionId": "canary-9", "apiKey": "CANARYcanary1", "accessToken": "canary"}),
        exchange(answer={"authorization": "Bearer canary-7", "echo": "canary-7"}),
        exchange(headers=(("X-Session-Id", "canary-of-production"),)),
    ],
)
def test_productions_secrets_are_masked(made: Exchange) -> None:
    assert "canary" not in masked(made, Secret("TENANT", "tenant-of-staging"))


def test_what_is_no_secret_stays() -> None:
    made = exchange(
        headers=(("Accept", "application/json"), ("X-Request-Id", "abcdefgh")),
        answer={"token": "customer", "customerId": "C-1", "key": "value"},
    )
    text = masked(made, headers={"Accept": "application/json"})
    assert "MASKED" not in text


@pytest.mark.parametrize(
    "answer",
    [
        {"tokenType": "authorization_code", "expiresIn": "in an hour", "keyword": "spring-sale-2026"},
        {"customerKey": "ACC-10023-EU", "accountKey": "ACC-10023", "nextPageToken": "eyJwYWdlIjoyfQ"},
        {"sessionId": "1", "apiKey": "none", "resetPassword": "https://prod.example/reset/password"},
        {"sessionId": 1234567, "password": None, "secret": True},
        {"plan": "Basic membership", "authorization": "granted by the bank", "token": "a word of the text"},
    ],
)
def test_what_only_looks_like_a_secret_stays(answer: Mapping[str, Json]) -> None:
    assert "MASKED" not in masked(exchange(answer=answer))


def test_a_word_is_masked_only_where_it_is_a_whole_value() -> None:
    text = masked(exchange(answer={"password": "expired", "state": "it expired", "expiredAt": 1, "why": "expired"}))
    assert '{"password": "MASKED-PASSWORD", "state": "it expired", "expiredAt": 1, "why": "MASKED-PASSWORD"}' in text


FILLING = action_of(
    url="https://h/v1/${credentials.tenant}/c?phone=${input.phone}&sig=$esc.url($credentials.sig)&kind=a",
    method="POST",
    headers={
        "X-Desk": "${credentials.key}",
        "X-Who": "#if($input.phone == 'none')$authResponse.who#end",
        "X-Kind": "a-kind",
    },
    body='{"kind": "a-kind", "phone": "${input.phone}", "login": [{"pin": "$encoding.base64($credentials.pin)"}]}',
)
FILLING_FORM = action_of(
    url="/c", method="POST", headers=dict(FORM_TYPE), body="kind=a-kind&pin=$esc.url(${credentials.pin})"
)


@pytest.mark.parametrize(
    ("action", "made"),
    [
        (FILLING, exchange(headers=(("x-desk", "live-secret"), ("x-who", "live-secret-too"), ("x-kind", "a-kind")))),
        (FILLING, exchange("https://prod.example/v1/live-tenant/c?phone=5550100&sig=live-%20sig&kind=a-kind")),
        (FILLING, exchange(body=b'{"kind": "a-kind", "phone": "5550100", "login": [{"pin": "bGl2ZS1waW4x"}]}')),
        (FILLING_FORM, exchange(headers=FORM_TYPE, body=b"kind=a-kind&pin=live-pin-1")),
    ],
    ids=["headers", "URL", "JSON", "form"],
)
def test_what_an_action_fills_from_credentials_is_masked(action: DataAction, made: Exchange) -> None:
    assert re.search("live-|bGl2ZS", masked(made))  # by their names nobody knows
    text = masked(made, action=action)
    assert not re.search("live-|bGl2ZS", text)
    assert "a-kind" in text


def test_what_an_action_does_not_fill_from_credentials_is_not_masked() -> None:
    made = exchange("https://prod.example/v1/c/7?x=other-text", (("X-Desk", "other-text"),), b'{"pin": "other-text"}')
    action = action_of(url="/c/${input.phone}?x=${input.x}", method="POST", headers={"X-Desk": "${input.k}"})
    assert "MASKED" not in masked(made, action=action)


@pytest.mark.parametrize("url", ["${credentials.url}", "$!{credentials.url}/c/oauth2", "https://${credentials.host}/c"])
def test_a_host_that_an_action_is_given_hides_no_path(url: str) -> None:
    made = exchange("https://prod.example/services/c/oauth2", answer={"kind": "oauth2", "of": "services"})
    assert "MASKED" not in masked(made, action=action_of(url=url))


@pytest.mark.parametrize("base_url", ["https://staging.example", "https://staging.example/v1"])
def test_the_host_of_a_capture_is_masked_where_base_url_is(base_url: str) -> None:
    made = exchange(
        url="https://prod.example:8443/v1/c",
        headers=(("Host", "prod.example:8443"), ("Referer", "http://prod.example:8443/app")),
        answer={"self": "https://prod.example:8443/v1/c", "see": "ask at prod.example"},
        answered=(("Content-Security-Policy", "default-src prod.example"),),
    )
    text = masked(made, Secret("CRM_URL", "https://staging.example"), base_url=base_url)
    assert "prod.example" not in text
    assert "https://masked-crm-url.invalid/v1/c" in text
    assert "prod.example" in masked(made, base_url=base_url)


# -- the jobs of a run ------------------------------------------------------------------------------------

GET_CUSTOMER = RequestTemplate("GET", "/c", (("phone", "1"),))
SOURCE_BODY = b'{"id": "C-1"}'


def exported(url: str, **more: Json) -> DataAction:
    request: Json = {"requestUrlTemplate": url, "requestType": "POST", "requestTemplate": ""}
    return read_export(json.dumps({"name": "create", "config": {"request": request}, **more}).encode())


def jobs_of(*interactions: Interaction, vendor: Vendor | None = None, action: DataAction | None = None) -> Jobs:
    found = tuple(Job(vendor or Vendor("crm", BASE), one, None) for one in interactions)
    actions = {job.key: action for job in found if action and job.interaction.action}
    return Jobs((found[0].vendor,), found, (), actions=actions)


def asked(request: RequestTemplate = GET_CUSTOMER, *, refusal: str = "", action: str = "") -> Interaction:
    return Interaction("x-1", "crm", "c", "x", request, refusal=refusal, action=action)


def capture_of(*entries: Entry, broken: tuple[str, ...] = ()) -> Capture:
    return Capture("x.har", entries, broken)


def answered(url: str, *, body: bytes = SOURCE_BODY, headers: Headers = JSON_TYPE, method: str = "GET") -> Entry:
    return Entry(0, Request(method, url), Response(200, "OK", "HTTP/2", headers, body), NOW, 0.5)


def take_all(planned: Jobs, capture: Capture, entry: int | None = None) -> Taken:
    return taken(planned, *chosen_of(planned, capture, entry), Source(capture, (), NOW + timedelta(days=1)))


def test_what_is_taken_says_where_it_comes_from() -> None:
    found = take_all(jobs_of(asked()), capture_of(answered(f"{URL}/c?phone=1")))
    (made,) = found.exchanges
    assert made.captured == Captured("x.har", 0, NOW)
    assert (made.started, made.elapsed, made.fault) == (NOW, 0.5, None)
    assert found.jobs.jobs[0].request is made.request
    with found.calls(found.jobs.vendors[0]) as calls:
        assert calls.call(made.request) is made
        calls.abort()
        with pytest.raises(NotJudgedError):
            calls.call(made.request)


def test_what_does_not_say_when_it_was_is_of_now() -> None:
    (made,) = take_all(jobs_of(asked()), capture_of(replace(answered(f"{URL}/c?phone=1"), started=None))).exchanges
    assert made.captured == Captured("x.har", 0, None)
    assert made.started == NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("planned", "url"),
    [
        (jobs_of(asked(RequestTemplate("PUT", "/c"))), f"{URL}/c"),  # a write that nobody allowed
        (jobs_of(asked(refusal="provider state 'x' is not bound")), f"{URL}/c?phone=1"),
        (jobs_of(asked(), vendor=Vendor("crm", "")), "https://any.example/where/c?phone=1"),
        (jobs_of(asked(), vendor=Vendor("crm", "no url at all")), "https://any.example/c?phone=1"),
    ],
)
def test_refusals_that_are_about_calling_do_not_apply(planned: Jobs, url: str) -> None:
    method = planned.jobs[0].interaction.request.method
    assert take_all(planned, capture_of(answered(url, method=method))).jobs.jobs[0].refusal == ""


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (exported("https://h/c/${input.id}", secure=True), "it is secure"),
        (exported("arn:aws:lambda:x"), "it calls an AWS Lambda function"),
    ],
)
def test_what_can_be_no_recording_is_refused_even_by_name(action: DataAction, told: str) -> None:
    planned = jobs_of(asked(action="create"), action=action)
    for entry in (None, 0):
        assert told in take_all(planned, capture_of(answered(f"{URL}/c/1", method="POST")), entry).jobs.jobs[0].refusal


def test_an_action_that_lacks_inputs_is_found() -> None:
    planned = jobs_of(asked(action="create", refusal="it lacks the input 'id'"), action=exported("/c/${input.id}"))
    found = take_all(planned, capture_of(answered("https://prod.example/v1/c/7", method="POST")))
    assert found.jobs.jobs[0].refusal == ""
    assert found.lines["crm", "x-1"] == ("taken from entry 0 of x.har, captured 2026-11-22 08:58:00 UTC",)


def test_a_named_entry_is_taken_whatever_it_is() -> None:
    found = take_all(jobs_of(asked()), capture_of(answered("https://other.example/y", method="POST")), 0)
    assert found.lines["crm", "x-1"][1] == (
        "note: it is not the request that monitor would send: its method is POST; its path is another; query: phone"
    )


@pytest.mark.parametrize(
    ("entry", "what"),
    [(0, "it was lost"), (1, r"\$\.log\.entries\[1\]\.request is missing"), (2, "there is no such HTTP exchange")],
)
def test_an_entry_that_cannot_be_taken_is_an_error(entry: int, what: str) -> None:
    lost = replace(answered(f"{URL}/c"), response=None, fault="it was lost")
    capture = capture_of(lost, broken=("$.log.entries[1].request is missing",))
    with pytest.raises(UsageError, match=what) as caught:
        take_all(jobs_of(asked()), capture, entry)
    assert caught.value.where == f"x.har: $.log.entries[{entry}]"
    assert caught.value.fix


def test_a_named_entry_is_for_one_interaction() -> None:
    with pytest.raises(UsageError, match="--entry is for one interaction, and 2 are chosen"):
        take_all(jobs_of(asked(), replace(asked(), id="y-1")), capture_of(answered(f"{URL}/c")), 0)


def test_a_body_beyond_max_body_is_not_taken() -> None:
    planned = jobs_of(asked(), vendor=Vendor("crm", BASE, limits=Limits(max_body=5)))
    (job,) = take_all(planned, capture_of(answered(f"{URL}/c?phone=1"))).jobs.jobs
    assert job.request is None
    assert job.refusal.startswith("its captured body has 13 bytes, more than max_body (5); raise limits")


GZIP = (*JSON_TYPE, ("Content-Encoding", "gzip"))
PACKED = gzip.compress(SOURCE_BODY)


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (SOURCE_BODY, GZIP, SOURCE_BODY),  # as HAR wants it
        (PACKED, GZIP, SOURCE_BODY),  # as some tools write it
        (PACKED, JSON_TYPE, PACKED),
        (PACKED[:-3], GZIP, PACKED[:-3]),
        (gzip.compress(bytes(30_000_000)), GZIP, None),  # a bomb stays as it is
    ],
    ids=["unpacked", "packed", "untold", "torn", "a bomb"],
)
def test_a_body_that_was_kept_compressed_is_unpacked(body: bytes, headers: Headers, expected: bytes | None) -> None:
    entry = answered(f"{URL}/c?phone=1", body=body, headers=headers)
    (made,) = take_all(jobs_of(asked()), capture_of(entry)).exchanges
    assert made.response is not None
    assert made.response.body == (body if expected is None else expected)
