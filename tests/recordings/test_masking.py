"""Nothing of a secret is left, and nothing else is touched."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from monitor.jsonpaths import Json
from monitor.model import Exchange, Fault, Headers, Mask, Outcome, ProviderState, Request, Response, Secret
from monitor.recordings.masking import Masker

JSON: Headers = (("Content-Type", "application/json"),)
KEY = Secret("env:CRM_KEY", "s3cr/et+va lue")
PHONE = Secret("TEST_PHONE", "15555550100")
REGION = Secret("REGION", "eu")
BASE = Secret("CRM_BASE_URL", "https://crm.internal.example:8443/base/")


def exchange(
    body: bytes = b"",
    *,
    url: str = "https://crm.example/a",
    sent: Headers = (),
    got: Headers = JSON,
    sent_body: bytes | None = None,
) -> Exchange:
    response = Response(200, "OK", "HTTP/1.1", got, body)
    return Exchange(Request("POST", url, sent, sent_body), response, None, datetime(2026, 1, 1, tzinfo=UTC), 0.1)


def masked(body: bytes, *secrets: Secret, got: Headers = JSON) -> bytes:
    response = Masker(secrets).mask(exchange(body, got=got))[0].response
    assert response is not None
    return response.body


# -- every way to write a secret --------------------------------------------------------------------------


def all_units(text: str) -> str:
    units = text.encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def all_percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


WAYS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "json": in_json,
    "json, not ascii": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "json, slashes": lambda text: in_json(text).replace("/", "\\/"),
    "json, all escaped": all_units,
    "json, all escaped, upper case": lambda text: all_units(text).upper().replace("\\U", "\\u"),
    "json in json": lambda text: in_json(in_json(text)),
    "json in json in json": lambda text: in_json(in_json(in_json(text))),
    "percent": quote,
    "percent, slashes": lambda text: quote(text, safe=""),
    "percent, lower case": all_percent,
    "percent, upper case": lambda text: all_percent(text).upper(),
    "percent twice": lambda text: quote(quote(text, safe="")),
    "form": quote_plus,
    "percent in json": lambda text: in_json(quote(text, safe="/")).replace("/", "\\/"),
    "json in percent": lambda text: quote(in_json(text), safe=""),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64, one before": lambda text: base64.b64encode(b"u:" + text.encode()).decode(),
    "base64, two before": lambda text: base64.b64encode(b"user:" + text.encode() + b"!").decode(),
    "base64, three before": lambda text: base64.b64encode(b"me:" + text.encode() + b"..").decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(b"u:" + text.encode()).decode(),
    "base64 in json": lambda text: base64.b64encode(text.encode()).decode().replace("/", "\\/"),
    "base64 in a query": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
}
TRICKY = (
    "s3cr/et+va lue",
    'quo"te\\back/slash',
    "\\\\\\\\\\\\back",
    "pa%41ss%word",
    "line\nbreak\ttab",
    "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC/+==\n-----END KEY-----",
    "пароль-секрет",
    "schlüssel",
    "emoji😀secret",
    "<xml>&'quoted'",
    "??>>??>>~~",
    "abcdef",
    "u0041xyz",
    "nabcdef",
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("value", TRICKY)
def test_every_way_is_found(way: str, value: str) -> None:
    text = WAYS[way](value)
    for before, after in (("", ""), ("x", "y"), ('{"a": "', '"}'), ("token=", "&b=1"), (" ", "\n")):
        new = masked(f"{before}{text}{after}".encode(), Secret("S", value)).decode()
        assert value not in new
        if not way.startswith("base64"):
            assert text not in new
        core = base64.b64encode(value.encode()).decode()[:8]
        assert core not in new
        assert new.startswith(before)
        assert new.endswith(after)
        assert "MASKED-S" in new


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("LEAKaaaa+bbbbcccc==", "key=LEAKaaaa%20bbbbcccc%3D%3D&b=1"),
        ("LEAKaaaa%41bbbb", "key=LEAKaaaaAbbbb&b=1"),
        ("LEAKaaaa%2541bbbb", "key=LEAKaaaa%2541bbbb&b=1"),
        ("LEAKaaaa%ffbbbb", "key=LEAKaaaa%EF%BF%BDbbbb&b=1"),
        ("LEAKaaaa#bbbbcccc", "key=LEAKaaaa"),
        ("LEAKaaaa&bbbbcccc", "key=LEAKaaaa&bbbbcccc=&b=1"),
        ("LEAKaaaa&bbbb=ccccdd", "key=LEAKaaaa&bbbb=ccccdd&b=1"),
        ("LE+Kaaaa#bbbbcccc", "key=LE%20Kaaaa"),
        ("a+b", "key=a%20b&b=1"),
    ],
)
def test_what_a_url_makes_of_an_unescaped_secret_is_found(value: str, url: str) -> None:
    read = parse_qsl(urlsplit(f"/x?key={value}").query, keep_blank_values=True)
    echo = json.dumps({"args": [dict([pair]) for pair in read]}).encode()
    after, _ = Masker([Secret("S", value)]).mask(exchange(echo, url=f"https://crm.example/x?{url}"))
    assert after.response is not None
    for text in (after.request.url, after.response.body.decode()):
        assert "MASKED-S" in text
        for part in [part for pair in read for part in pair if len(part) >= 6 or part == "a b"]:
            assert part not in unquote(text)
            assert json.dumps(part)[1:-1] not in text


def test_parts_of_a_secret_that_are_short_are_left() -> None:
    assert masked(b'{"a": "ab", "b": "cdefgh", "c": "MASKED"}', Secret("S", "ab#cdefgh&MASKED")) == (
        b'{"a": "ab", "b": "***", "c": "***"}'
    )


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_a_body_or_header_of_another_encoding(encoding: str) -> None:
    value = "schlüssel"
    assert masked(b"<k>" + value.encode(encoding) + b"\xff</k>", Secret("S", value)) == b"<k>MASKED-S\xff</k>"
    header = value.encode(encoding).decode("latin-1")
    after, _ = Masker([Secret("S", value)]).mask(exchange(got=(("X-Key", f"a {header}"),)))
    assert after.response is not None
    assert after.response.headers == (("X-Key", "a MASKED-S"),)


def test_a_whole_key_file() -> None:
    value = base64.b64encode(bytes(range(256)) * 160).decode()
    assert len(value) > 50_000
    for way in ("raw", "json", "json, slashes", "percent", "percent, slashes", "base64"):
        body = '{"key":"' + WAYS[way](value) + '"}'
        assert len(masked(body.encode(), Secret("S", value))) < 100


# -- always masked ----------------------------------------------------------------------------------------


def test_credentials_are_masked_whole_and_their_echoes() -> None:
    basic = base64.b64encode(b"user:hunter2-hunter2").decode()
    before = exchange(
        json.dumps(
            {"sent": f"Basic {basic}", "token": basic, "password": "hunter2-hunter2", "sid": "0123456789abcdef"}
        ).encode(),
        sent=(
            ("authorization", f"Basic {basic}"),
            ("Proxy-Authorization", "Bearer x"),
            ("Cookie", "sid=0123456789abcdef; theme=dark"),
        ),
        got=(("Set-Cookie", "session=abc; Path=/; HttpOnly"), ("set-cookie", "odd"), ("X-Echo", f"<{basic}>")),
    )
    after, masks = Masker(()).mask(before)
    assert after.request.headers == (
        ("authorization", "MASKED"),
        ("Proxy-Authorization", "MASKED"),
        ("Cookie", "MASKED"),
    )
    assert after.response is not None
    assert after.response.headers == (
        ("Set-Cookie", "session=MASKED"),
        ("set-cookie", "MASKED"),
        ("X-Echo", "<MASKED-AUTHORIZATION>"),
    )
    assert json.loads(after.response.body) == {
        "sent": "MASKED-AUTHORIZATION",
        "token": "MASKED-AUTHORIZATION",
        "password": "MASKED-AUTHORIZATION",
        "sid": "MASKED-COOKIE",
    }
    assert Mask("request.header:authorization", "AUTHORIZATION", 1) in masks
    assert Mask("response.header:Set-Cookie", "SET-COOKIE", 1) in masks
    assert Mask("response.body", "AUTHORIZATION", 3) in masks


def test_user_information_of_a_url_is_masked() -> None:
    after, masks = Masker(()).mask(exchange(url="https://user:pw@crm.example/@home?at=@"))
    assert after.request.url == "https://MASKED@crm.example/@home?at=@"
    assert masks == (Mask("request.url", "USER_INFO", 1),)


def test_no_secret_no_mask() -> None:
    before = exchange(b'{"a": 1.50, "b": "\\u00e9"}', sent=(("Accept", "*/*"),), sent_body=b"x=1")
    assert Masker([KEY, PHONE]).mask(before) == (before, ())


# -- what stands there instead ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"phone": 15555550100 , "x":1}', b'{"phone": 0 , "x":1}'),
        (b"[15555550100,-15555550100.0,1e15555550100]", b"[0,0.0,0.0]"),
        (b'{"15555550100": "call 15555550100!"}', b'{"MASKED-TEST_PHONE": "call MASKED-TEST_PHONE!"}'),
        (b"[9155555501009]", b"[0]"),
        (b"15555550100", b"0"),
        (b'"15555550100"', b'"MASKED-TEST_PHONE"'),
        (b"tel:15555550100.", b"tel:MASKED-TEST_PHONE."),
        (b'\xef\xbb\xbf{"a":15555550100}', b'\xef\xbb\xbf{"a":0}'),
        (b'{"a":"15555550100', b'{"a":"MASKED-TEST_PHONE'),  # cut short
        (b'{"a":15555550100}\n{"a":15555550100}\n', b'{"a":0}\n{"a":0}\n'),  # lines of JSON
        (b'{"a":"\\"15555550100\\\\"}', b'{"a":"\\"MASKED-TEST_PHONE\\\\"}'),
        (b"\x00\xff15555550100\xfe", b"\x00\xffMASKED-TEST_PHONE\xfe"),
    ],
)
def test_numbers_stay_numbers_and_text_stays_text(body: bytes, expected: bytes) -> None:
    assert masked(body, PHONE) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"r": "eu", "eu": "neu", "l": ["eu"]}', b'{"r": "MASKED-REGION", "eu": "neu", "l": ["MASKED-REGION"]}'),
        (b'["eu "]', b'["eu "]'),
        (b'{"region": "\\u0065u"}', b'{"region": "MASKED-REGION"}'),
        (b"neutral eu", b"neutral eu"),
        (b" eu\n", b"MASKED-REGION"),
        (b'{"a": eu}', b'{"a": eu}'),
    ],
)  # fmt: skip
def test_short_values_are_masked_where_they_are_whole(body: bytes, expected: bytes) -> None:
    assert masked(body, REGION) == expected


def test_a_short_number_is_masked_where_it_is_whole() -> None:
    pin = Secret("PIN", "1234")
    assert masked(b'{"1234":1234,"b":12345,"c":[-1234,1234.0,"1234"]}', pin) == (
        b'{"1234":0,"b":12345,"c":[-1234,1234.0,"MASKED-PIN"]}'
    )
    assert masked(b"[1,2,true,null]", Secret("A", "1,2"), Secret("B", "true"), Secret("C", "],[")) == b"[1,2,true,null]"


def test_short_values_in_urls_headers_and_forms() -> None:
    before = exchange(
        url="https://crm.example/eu/x-eu?r=eu&eu=1&s=%65u&t=neu",
        sent=(("X-Region", "eu"), ("X-Other", "a eu"), ("Content-Type", "application/x-www-form-urlencoded")),
        sent_body=b"r=eu&s=neu&eu=2",
        got=(("Location", "/eu/y?r=eu"), ("Content-Length", "12"), ("Retry-After", "12")),
    )
    after, _ = Masker([REGION, Secret("N", "12")]).mask(before)
    assert after.request.url == ("https://crm.example/MASKED-REGION/x-eu?r=MASKED-REGION&eu=1&s=MASKED-REGION&t=neu")
    assert after.request.headers[:2] == (("X-Region", "MASKED-REGION"), ("X-Other", "a eu"))
    assert after.request.body == b"r=MASKED-REGION&s=neu&eu=2"
    assert after.response is not None
    assert after.response.headers == (
        ("Location", "/MASKED-REGION/y?r=MASKED-REGION"),
        ("Content-Length", "12"),
        ("Retry-After", "MASKED-N"),
    )


def test_a_secret_url_stays_a_url() -> None:
    before = exchange(
        b'{"self":"https:\\/\\/crm.internal.example:8443\\/base\\/v1","other":"https://crm.internal.example:8443/else"}',
        url="https://crm.internal.example:8443/base/v1/a?next=https%3A%2F%2Fcrm.internal.example%3A8443%2Fbase",
        sent=(("Host", "crm.internal.example:8443"),),
    )
    after, _ = Masker([BASE]).mask(before)
    host = "masked-crm-base-url.invalid"
    assert after.request.url == f"https://{host}/v1/a?next=https://{host}"
    assert urlsplit(after.request.url).hostname == host
    assert after.request.headers == (("Host", host),)
    assert after.response is not None
    assert json.loads(after.response.body) == {"self": f"https://{host}/v1", "other": f"https://{host}/else"}


def test_a_host_that_is_itself_a_secret_is_masked_everywhere() -> None:
    secrets = [Secret("URL", "https://crm.internal.example/v1"), Secret("HOST", "crm.internal.example")]
    assert masked(b"ask crm.internal.example", *secrets) == b"ask MASKED-HOST"


@pytest.mark.parametrize(
    ("name", "expected"), [("env:A B", "MASKED-env-A-B"), ("", "MASKED-SECRET"), ("Schlüssel\n", "MASKED-Schl-ssel-")]
)
def test_names_in_masks_are_plain(name: str, expected: str) -> None:
    assert Masker([Secret(name, "topsecret")]).text("a topsecret b") == f"a {expected} b"


def test_the_longest_secret_goes_first() -> None:
    secrets = [Secret("A", "secret-1"), Secret("B", "secret-12345")]
    assert Masker(secrets).text("secret-12345 secret-1") == "MASKED-B MASKED-A"


@pytest.mark.parametrize("value", ["", " ", "\n\t", "   \n   "])
def test_blank_secrets_are_ignored(value: str) -> None:
    assert masked(b" \n\t   \n   x", Secret("S", value)) == b" \n\t   \n   x"


def test_blanks_around_a_secret_do_not_hide_it() -> None:
    assert masked(b'{"k":"topsecret"}', Secret("S", " topsecret\n")) == b'{"k":"MASKED-S"}'


def test_faults_reasons_and_texts() -> None:
    fault = Fault(Outcome.VENDOR_DOWN, "dns", "no host for s3cr/et+va lue", "try s3cr%2Fet%2Bva%20lue")
    before = replace(exchange(), fault=fault)
    assert before.response is not None
    before = replace(before, response=replace(before.response, reason="s3cr/et+va lue"))
    after, masks = Masker([KEY]).mask(before)
    assert after.fault == replace(fault, what="no host for MASKED-env-CRM_KEY", fix="try MASKED-env-CRM_KEY")
    assert after.response is not None
    assert after.response.reason == "MASKED-env-CRM_KEY"
    assert {mask.where for mask in masks} == {"fault", "response.reason"}
    assert Masker([KEY]).text("grüße\ud800 s3cr/et+va lue €") == "grüße\ufffd\ufffd\ufffd MASKED-env-CRM_KEY €"


def test_states_and_json_values() -> None:
    masker = Masker([KEY, PHONE, REGION])
    params: dict[str, Json] = {
        "phone": "15555550100",
        "n": 15555550100,
        "r": ["eu", True, None, Decimal("1.5")],
        "neu": 2,
    }
    assert masker.states([ProviderState("phone 15555550100 exists", params)]) == (
        ProviderState(
            "phone MASKED-TEST_PHONE exists",
            {"phone": "MASKED-TEST_PHONE", "n": 0, "r": ["MASKED-REGION", True, None, Decimal("1.5")], "neu": 2},
        ),
    )


def test_nothing_shows_a_secret() -> None:
    masker = Masker([KEY])
    assert KEY.value not in repr(masker)
    assert KEY.value not in repr(masker._needles)


@pytest.mark.parametrize(
    "value", ["MASKED", "MASKED-", "MASKED-S", "masked-s", "ASKED-SMASK", "D-Sxxx", "invalid", ".invalid/x"]
)
def test_secrets_that_look_like_masks(value: str) -> None:
    secrets = [Secret("S", value), Secret("T", "topsecret"), Secret("S", "https://topsecret.example/x")]
    before = exchange(
        f'{{"a":"{value}{value}xxtopsecretxxtopsecrettopsecret","{value}":1,"u":"https://topsecret.example/x/x"}}'.encode(),
        sent=(("Authorization", f"Bearer {value}"),),
        url=f"https://topsecret.example/x?{value}",
    )
    after, _ = Masker(secrets).mask(before)
    assert value not in repr(after)
    assert after.response is not None
    assert value.encode() not in after.response.body
    assert b"topsecret" not in after.response.body
    json.loads(after.response.body)
    assert Masker(secrets).mask(after)[0] == after


@pytest.mark.parametrize(
    "value", ['","b":"', '{"type": "key", "id": "abc"}', '"quoted"', '": "quoted', "[[[[[[", "true,false"]
)
def test_secrets_with_structure(value: str) -> None:
    body = f'{{"a":{value}}}'.encode()
    assert value.encode() not in masked(body, Secret("S", value))
    whole = json.dumps({"k": json.loads('{"type": "key", "id": "abc"}')}).encode()
    kept = json.loads(masked(whole, Secret("S", '{"type": "key", "id": "abc"}')))
    assert "key" not in repr(kept)


@pytest.mark.parametrize(
    "body",
    [unit * 30_000 for unit in (b"\\", b'"', b"%", b"%25", b"\\u", b"1", b'{"a":', b"&", b"%5C")],
    ids=lambda body: repr(body[:6]),
)
@pytest.mark.parametrize("value", ["\\\\\\\\\\\\\\\\x", '"""""""x', "%%%%%%x", "1111111x", "{{{{{{{"])
def test_hostile_bodies_end(body: bytes, value: str) -> None:
    assert value.encode() not in masked(b'{"x":"' + body, Secret("S", value))


# -- laws -------------------------------------------------------------------------------------------------

ALPHABET = st.sampled_from(list("abcXYZ0123456789") + list("/+-_=\\\"%&<>' \n.:;?éß€😀"))
SECRET_TEXT = st.text(ALPHABET, min_size=6, max_size=20).filter(lambda text: len(text.strip()) >= 6)
ANY_TEXT = st.text(ALPHABET | st.characters(codec="utf-8"), max_size=12)


def surrounded(secrets: list[str], pieces: list[tuple[str, int, str]]) -> str:
    names = list(WAYS)
    return "".join(
        text + WAYS[names[way % len(names)]](secrets[way % len(secrets)]) + after for text, way, after in pieces
    )


@given(
    st.lists(SECRET_TEXT, min_size=1, max_size=3),
    st.lists(st.tuples(ANY_TEXT, st.integers(0, 1000), ANY_TEXT), max_size=4),
    st.sampled_from(["{}", '{{"a":"{}"}}', "[{}", "x={}", "<a>{}</a>"]),
)
@example(["1234567"], [("", 0, "")], '{{"a":"{}"}}')
def test_law_nothing_is_left_and_again_changes_nothing(
    values: list[str], pieces: list[tuple[str, int, str]], frame: str
) -> None:
    text = frame.format(surrounded(values, pieces))
    secrets = [Secret(f"N{index}", value) for index, value in enumerate(values)]
    before = exchange(
        text.encode(), url=f"https://crm.example/{text}", got=(("X-Echo", text),), sent_body=text.encode()
    )
    after, _ = Masker(secrets).mask(before)
    assert after.response is not None
    assert after.request.body is not None
    for value in values:
        for seen in (
            after.request.url,
            after.response.headers[0][1],
            after.response.body.decode(),
            after.request.body.decode(),
        ):
            assert value not in seen
            assert in_json(value) not in seen
            assert quote(value, safe="") not in seen
            assert quote_plus(value) not in seen
            assert base64.b64encode(value.encode())[:8].decode() not in seen
    assert Masker(secrets).mask(after)[0] == after


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(ANY_TEXT, children, max_size=3),
    max_leaves=10,
)
PLAIN_SECRET = st.text("abcdefghXYZ0123456789/+=\\\"'éß€😀 ", min_size=1, max_size=14).filter(lambda t: t.strip() != "")


def planted(value: Json, secret: str, mode: int) -> Json:
    if isinstance(value, str):
        return value + secret if mode % 2 else secret
    if isinstance(value, list):
        return [planted(member, secret, mode + 1) for member in value]
    if isinstance(value, dict):
        return {
            f"{key}{secret}" if mode % 3 else key: planted(member, secret, mode + 1) for key, member in value.items()
        }
    return int(secret) if secret.isdecimal() and secret[0] != "0" and isinstance(value, int) and mode % 2 else value


def types(value: Json) -> object:
    if isinstance(value, list):
        return [types(member) for member in value]
    if isinstance(value, dict):
        return [types(member) for member in value.values()]
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


@given(JSON_VALUES, PLAIN_SECRET | st.integers(1, 10**12).map(str), st.integers(0, 10), st.booleans(), st.booleans())
def test_law_json_stays_json_of_the_same_types(
    value: Json, secret: str, mode: int, ascii_only: bool, spaced: bool
) -> None:
    assume('"' not in secret)  # with quotes it may span tokens
    body = json.dumps(
        planted(value, secret, mode), ensure_ascii=ascii_only, separators=(", ", ": ") if spaced else (",", ":")
    )
    assume(isinstance(json.loads(body), list | dict))
    assume(len(set(json.loads(body))) == len(json.loads(body)) if isinstance(json.loads(body), dict) else True)
    after = json.loads(masked(body.encode(), Secret("S", secret)))
    if not isinstance(after, dict) or len(after) == len(json.loads(body)):
        assert len(repr(types(after))) <= len(repr(types(json.loads(body))))
    if len(secret.strip()) >= 6:
        assert secret.strip() not in repr(after).replace("\\\\", "\\")


@given(st.binary(max_size=200) | JSON_VALUES.map(lambda value: json.dumps(value).encode()), st.booleans())
def test_law_a_body_without_secrets_keeps_every_byte(body: bytes, as_json: bool) -> None:
    secrets = [Secret("A", "kx7Qp2~never~there"), Secret("B", "zz-9")]
    assume(b"kx7" not in body and b"zz-9" not in body)
    assert masked(body, *secrets, got=JSON if as_json else ()) == body


@given(st.text("abc%\\u0041/", min_size=1, max_size=30), st.text("abcd%\\u0041/", min_size=6, max_size=8))
def test_law_escapes_around_a_secret_do_not_hide_it(around: str, value: str) -> None:
    assume(len(value.strip()) >= 6)
    for text in (f"{around}{value}{around}", f'{{"a":"{around}{value}"}}'):
        assert value.encode() not in masked(text.encode(), Secret("S", value))


def test_decoding_a_masked_url_shows_nothing() -> None:
    after, _ = Masker([KEY]).mask(exchange(url=f"https://crm.example/{quote(KEY.value)}?q={quote_plus(KEY.value)}"))
    assert unquote(after.request.url) == "https://crm.example/MASKED-env-CRM_KEY?q=MASKED-env-CRM_KEY"


@pytest.mark.long
def test_five_megabytes() -> None:
    record = b'{"id": 12345, "name": "J\\u00fcrgen \\"x\\" https:\\/\\/a", "t": true}, '
    body = b"[" + record * 75_000 + b'"end"]'
    assert len(body) > 5_000_000
    assert masked(body, KEY, PHONE, REGION) is body
    after = masked(body[:-1] + b',"s3cr\\/et+va lue",15555550100]', KEY, PHONE, REGION)
    assert after == body[:-1] + b',"MASKED-env-CRM_KEY",0]'
