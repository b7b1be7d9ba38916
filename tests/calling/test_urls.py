from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calling.urls import encoded_path, encoded_query, join, parse_base, place
from monitor.errors import ContractError

BASE = parse_base("https://api.example.com:8443/v1/")


@pytest.mark.parametrize(
    ("path", "encoded"),
    [
        ("/customers/lookup", "/customers/lookup"),
        ("/a b", "/a%20b"),
        ("/a%20b", "/a%20b"),
        ("/a%2Fb/%e2%82%ac", "/a%2Fb/%e2%82%ac"),
        ("/100%", "/100%25"),
        ("/%zz", "/%25zz"),
        ("/%%41", "/%25%41"),
        ("/€", "/%E2%82%AC"),
        ("/a?b#c", "/a%3Fb%23c"),
        ("/a\\b", "/a%5Cb"),
        ("/x\r\nHost: evil", "/x%0D%0AHost:%20evil"),
        ("/x\x00", "/x%00"),
        ("/it's(1),2;k=v:@!$&*+~._-", "/it's(1),2;k=v:@!$&*+~._-"),
        ("/v[1]", "/v%5B1%5D"),
        ("", ""),
    ],
)
def test_paths_are_encoded_once(path: str, encoded: str) -> None:
    assert encoded_path(path) == encoded
    assert encoded_path(encoded) == encoded


@pytest.mark.parametrize("path", ["/a/../b", "/..", "/./a", "/%2e%2E/a", "/a\\..\\b", "/a/%2e", "/\ud800"])
def test_paths_that_mean_another_path_are_refused(path: str) -> None:
    with pytest.raises(ContractError):
        encoded_path(path)


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/customers", "https://api.example.com:8443/v1/customers"),
        ("customers", "https://api.example.com:8443/v1/customers"),
        ("/", "https://api.example.com:8443/v1/"),
        ("", "https://api.example.com:8443/v1/"),
        ("//evil", "https://api.example.com:8443/v1//evil"),
        ("@evil", "https://api.example.com:8443/v1/@evil"),
        (":80/x", "https://api.example.com:8443/v1/:80/x"),
    ],
)
def test_paths_stay_below_the_base(path: str, url: str) -> None:
    assert join(BASE, path, ()) == url


@pytest.mark.parametrize("path", ["http://evil", "https://evil/x", "ftp://evil"])
def test_a_path_is_no_url(path: str) -> None:
    with pytest.raises(ContractError, match="whole URL"):
        join(BASE, path, ())


@given(
    st.text(max_size=40) | st.from_regex(r"[/@:\\.%?#a-z]{0,12}"),
    st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=4),
    st.sampled_from(["https://api.example.com", "http://[::1]:81/p", "http://10.0.0.1/a%20b/"]),
)
def test_no_path_or_query_changes_the_host(path: str, query: list[tuple[str, str]], base_url: str) -> None:
    base = parse_base(base_url)
    try:
        url = join(base, path, tuple(query))
    except ContractError:
        return
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == base.origin
    assert url.isascii()
    assert all(char > " " for char in url)
    assert parts.path.startswith(f"{base.prefix}/")
    assert parts.fragment == ""
    assert parse_qsl(parts.query, keep_blank_values=True) == query


@given(st.text(alphabet=st.characters(exclude_characters="%./\\", exclude_categories=["Cs"])))
def test_an_encoded_path_reads_back(segment: str) -> None:
    assert unquote(encoded_path(f"/{segment}")) == f"/{segment}"


def test_query_characters_with_a_meaning_are_escaped() -> None:
    pairs = (("phone", "+1 555"), ("a&b", "c=d"), ("e", "100%"), ("tag", "x"), ("tag", "y"), ("empty", ""))
    assert encoded_query(pairs) == "phone=%2B1%20555&a%26b=c%3Dd&e=100%25&tag=x&tag=y&empty="


@pytest.mark.parametrize(
    ("base_url", "origin", "prefix", "credentials"),
    [
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765", "", None),
        ("HTTPS://API.Example.com:443/", "https://api.example.com", "", None),
        ("http://host:80/x/y//", "http://host", "/x/y", None),
        ("http://[::1]:8080/p", "http://[::1]:8080", "/p", None),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example", "/%C3%A4", None),
        ("https://us%40er:p%3Aw@host", "https://host", "", ("us@er", "p:w")),
    ],
)
def test_bases(base_url: str, origin: str, prefix: str, credentials: tuple[str, str] | None) -> None:
    base = parse_base(base_url)
    assert (base.origin, base.prefix, base.credentials) == (origin, prefix, credentials)


@pytest.mark.parametrize(
    "base_url",
    ["", "host", "ftp://host", "http://", "http:///x", "http://host:99999", "http://ho st", "http://host\n",
     "http://host/?a=1", "http://host/#a", "http://[::1", "http://" + "ü" * 80],
)  # fmt: skip
def test_bases_that_are_none(base_url: str) -> None:
    with pytest.raises(ContractError) as raised:
        parse_base(base_url)
    assert "base_url" in raised.value.what


def test_only_host_and_port_are_shown() -> None:
    assert place("https://user:secret@host/token/abc?key=secret") == "host:443"
    assert place("http://[::1]:8080/") == "[::1]:8080"
