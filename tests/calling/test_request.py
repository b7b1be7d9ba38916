from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor import __version__
from monitor.calling.request import build, refusal
from monitor.errors import ContractError
from monitor.model import Headers, Interaction, Request, RequestOverride, RequestTemplate, Vendor

NAME = "a GET request to look up customer by phone"
VENDOR = Vendor("crm", "https://api.example.com/base")
TEMPLATE = RequestTemplate("GET", "/lookup", (("phone", "1"), ("tag", "a"), ("tag", "b"), ("z", "9")))


def interaction(template: RequestTemplate = TEMPLATE, name: str = NAME) -> Interaction:
    return Interaction("look-up-12345678", "crm", "screen-pop", name, template)


def overridden(override: RequestOverride, template: RequestTemplate = TEMPLATE) -> Request:
    return build(replace(VENDOR, requests={NAME: override}), interaction(template))


def sent(contract: Headers, vendor: Mapping[str, str] | None = None, ours: Mapping[str, str] | None = None) -> Headers:
    override = RequestOverride(headers=ours or {})
    configured = replace(VENDOR, headers=vendor or {}, requests={NAME: override})
    return build(configured, interaction(RequestTemplate("GET", "/", headers=contract))).headers


def test_a_request_without_overrides() -> None:
    request = build(VENDOR, interaction())
    assert request.method == "GET"
    assert request.url == "https://api.example.com/base/lookup?phone=1&tag=a&tag=b&z=9"
    assert request.headers == (
        ("Accept", "application/json"),
        ("Accept-Encoding", "gzip, deflate"),
        ("User-Agent", f"provider-drift-monitor/{__version__}"),
    )
    assert request.body is None


@pytest.mark.parametrize(
    ("override", "query"),
    [
        ({"phone": ("2",)}, "phone=2&tag=a&tag=b&z=9"),
        ({"tag": ("x", "y", "z")}, "phone=1&tag=x&tag=y&tag=z&z=9"),
        ({"tag": ("x",)}, "phone=1&tag=x&z=9"),
        ({"tag": ()}, "phone=1&z=9"),
        ({"new": ("n", "m")}, "phone=1&tag=a&tag=b&z=9&new=n&new=m"),
        ({"z": ("",), "phone": ("+1&x",)}, "phone=%2B1%26x&tag=a&tag=b&z="),
        ({"Phone": ("2",)}, "phone=1&tag=a&tag=b&z=9&Phone=2"),
    ],
)
def test_query_overrides_replace_by_name(override: Mapping[str, tuple[str, ...]], query: str) -> None:
    assert overridden(RequestOverride(query=override)).url == f"https://api.example.com/base/lookup?{query}"


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.text("xyz &=%é", max_size=3)), max_size=8),
    st.dictionaries(st.sampled_from("abcd"), st.lists(st.text("xyz", max_size=2), max_size=3).map(tuple), max_size=3),
)
def test_unnamed_parameters_keep_order_and_values(
    query: list[tuple[str, str]], override: dict[str, tuple[str, ...]]
) -> None:
    url = overridden(RequestOverride(query=override), RequestTemplate("GET", "/", tuple(query))).url
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert [pair for pair in pairs if pair[0] not in override] == [pair for pair in query if pair[0] not in override]
    for name, values in override.items():
        assert tuple(value for key, value in pairs if key == name) == values


def test_an_override_by_id_and_its_path_and_body() -> None:
    override = RequestOverride(path="/other/€", body=b"")
    template = replace(TEMPLATE, method="post", body=b'{"a": 1}')
    request = build(replace(VENDOR, requests={"look-up-12345678": override}), interaction(template))
    assert request.url.startswith("https://api.example.com/base/other/%E2%82%AC?phone=1")
    assert (request.method, request.body) == ("POST", b"")
    assert overridden(RequestOverride(path="/other"), template).body == b'{"a": 1}'


def test_an_override_path_with_a_query_says_where_it_belongs() -> None:
    with pytest.raises(ContractError, match=r"query:"):
        overridden(RequestOverride(path="/lookup?phone=2"))


@pytest.mark.parametrize(
    ("contract", "vendor", "ours", "expected"),
    [
        ((("X-API-Key", "example"),), {"x-api-key": "real"}, {}, (("x-api-key", "real"),)),
        ((("X-A", "1"),), {"x-a": "2"}, {"X-a": "3"}, (("X-a", "3"),)),
        ((("X-A", "1"), ("X-B", "2"), ("x-a", "3")), {"X-A": "4"}, {}, (("X-A", "4"), ("X-B", "2"))),
        ((("X-A", "1"), ("X-A", "2")), {}, {}, (("X-A", "1"), ("X-A", "2"))),
        ((("Host", "evil"), ("Content-Length", "7"), ("Transfer-Encoding", "chunked")), {}, {}, ()),
        ((("Connection", "close, X-Hop"), ("X-Hop", "1"), ("TE", "trailers"), ("Expect", "100-continue")), {}, {}, ()),
        ((("X-Padded", "\t a b "),), {}, {}, (("X-Padded", "a b"),)),
        ((("X-Latin", "Zürich"),), {}, {}, (("X-Latin", "Zürich"),)),
        ((("X-Empty", ""),), {}, {}, (("X-Empty", ""),)),
    ],
)
def test_headers(contract: Headers, vendor: Mapping[str, str], ours: Mapping[str, str], expected: Headers) -> None:
    filled = ("accept", "accept-encoding", "user-agent")
    assert tuple(pair for pair in sent(contract, vendor, ours) if pair[0].lower() not in filled) == expected


@pytest.mark.parametrize(
    ("name", "contract", "vendor", "expected"),
    [
        ("accept", (("accept", "text/csv"),), {}, "text/csv"),
        ("accept", (("accept", "text/csv"),), {"Accept": "application/hal+json"}, "application/hal+json"),
        ("accept-encoding", (("Accept-Encoding", "br, gzip"),), {}, "gzip, deflate"),
        ("accept-encoding", (("Accept-Encoding", "*"),), {}, "gzip, deflate"),
        ("accept-encoding", (("Accept-Encoding", "identity;q=1, gzip"),), {}, "identity;q=1, gzip"),
        ("user-agent", (("User-Agent", "Ruby"),), {}, f"provider-drift-monitor/{__version__}"),
        ("user-agent", (), {"user-agent": "known to the vendor"}, "known to the vendor"),
    ],
)
def test_headers_that_are_filled_in(name: str, contract: Headers, vendor: Mapping[str, str], expected: str) -> None:
    assert [value for key, value in sent(contract, vendor) if key.lower() == name] == [expected]


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ((), b' {"a": 1}', "application/json"),
        ((), b"plain", None),
        ((("content-type", "application/x"),), b"{}", "application/x"),
        ((), None, None),
    ],
)
def test_a_json_body_is_told(headers: Headers, body: bytes | None, expected: str | None) -> None:
    request = build(VENDOR, interaction(RequestTemplate("GET", "/", headers=headers, body=body)))
    assert {name.lower(): value for name, value in request.headers}.get("content-type") == expected


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\x00b", "a\x1bb", "secret€", "\ud800"])
@pytest.mark.parametrize("where", ["contract", "vendor", "override"])
def test_no_header_is_injected_and_no_value_shown(value: str, where: str) -> None:
    with pytest.raises(ContractError) as raised:
        sent(
            (("X-A", value),) if where == "contract" else (),
            {"X-A": value} if where == "vendor" else {},
            {"X-A": value} if where == "override" else {},
        )
    assert "X-A" in raised.value.what
    assert value not in str(raised.value)
    assert raised.value.where == NAME


@pytest.mark.parametrize("name", ["X A", "X:A", "", "X\r\nY", "Ä", "X-A\x00"])
def test_header_names_are_tokens(name: str) -> None:
    with pytest.raises(ContractError, match="not valid"):
        sent(((name, "1"),))


@pytest.mark.parametrize("name", ["content-length", "Transfer-Encoding", "Connection"])
def test_framing_is_not_configured(name: str) -> None:
    with pytest.raises(ContractError, match="monitor sets it itself"):
        sent((), {name: "1"})


def test_credentials_of_the_url_become_a_header() -> None:
    vendor = replace(VENDOR, base_url="https://user:p%40ss@api.example.com")
    request = build(vendor, interaction())
    assert "p%40ss" not in request.url
    assert ("Authorization", "Basic dXNlcjpwQHNz") in request.headers


@pytest.mark.parametrize("method", ["CONNECT", "GET /x HTTP/1.1\r\nX:", "", "GE T"])
def test_methods_that_cannot_be_sent(method: str) -> None:
    with pytest.raises(ContractError, match="method"):
        build(VENDOR, interaction(replace(TEMPLATE, method=method)))


@pytest.mark.parametrize(
    ("method", "vendor_writes", "override", "is_sent"),
    [
        ("GET", False, None, True),
        ("head", False, None, True),
        ("OPTIONS", False, None, True),
        ("POST", False, None, False),
        ("DELETE", False, RequestOverride(query={"a": ("b",)}), False),
        ("POST", True, None, True),
        ("POST", False, RequestOverride(read_only=True), True),
        ("PUT", False, RequestOverride(allow_writes=True), True),
    ],
)
def test_only_reading_requests_are_sent(
    method: str, vendor_writes: bool, override: RequestOverride | None, is_sent: bool
) -> None:
    requests = {NAME: override} if override else {}
    vendor = replace(VENDOR, allow_writes=vendor_writes, requests=requests)
    assert (refusal(vendor, interaction(replace(TEMPLATE, method=method))) == "") is is_sent


@pytest.mark.parametrize("name", ["a search", 'with "quotes": {and} #braces', "Grüße"])
def test_a_refusal_shows_yaml_that_mends_it(name: str) -> None:
    text = refusal(VENDOR, interaction(replace(TEMPLATE, method="POST"), name))
    stub = text.split("add to the vendor: ")[1].split("; to let it write")[0]
    assert yaml.safe_load(stub) == {"requests": {name: {"read_only": True}}}


def test_a_refusal_shows_hostile_text_escaped() -> None:
    text = refusal(VENDOR, interaction(replace(TEMPLATE, method="POST\x1b[2J"), "x\x1b]0;evil\n"))
    assert text.isprintable()
