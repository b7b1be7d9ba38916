from __future__ import annotations

from collections.abc import Mapping

import pytest

from monitor.calling.transport import is_loopback, proxy_for
from monitor.errors import UsageError

BOTH = {"http": "http://plain:3128", "https": "http://secure:3128"}


@pytest.mark.parametrize(
    ("url", "proxies", "bypass", "proxy"),
    [
        ("https://api.example.com", {}, False, ""),
        ("https://api.example.com", BOTH, False, "http://secure:3128"),
        ("http://api.example.com", BOTH, False, "http://plain:3128"),
        ("https://api.example.com", {"all": "proxy:3128"}, False, "http://proxy:3128"),
        ("https://api.example.com", {"all": "socks5://s:1", **BOTH}, False, "http://secure:3128"),
        ("https://api.example.com", {"all": "socks5://s:1"}, True, ""),
    ],
)
def test_the_proxy_of_a_url(url: str, proxies: Mapping[str, str], bypass: bool, proxy: str) -> None:
    assert proxy_for(url, proxies, bypass) == proxy


@pytest.mark.parametrize(
    "proxy", ["socks5://user:secret@host:1080", "http://", "ftp://x", "http://h:secret", "h:0", "[::secret"]
)
def test_a_proxy_that_cannot_be_used(proxy: str) -> None:
    with pytest.raises(UsageError) as raised:
        proxy_for("https://api.example.com", {"https": proxy}, bypass=False)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8765", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:1/x", True),
        ("http://localhost:1", True),
        ("http://crm.localhost", True),
        ("http://10.0.0.1", False),
        ("https://localhost.example.com", False),
    ],
)
def test_this_machine_is_called_straight(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback
