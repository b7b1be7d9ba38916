"""httpx over our own sockets: one connection pool for one vendor, straight or through the environment's proxy."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from http.cookiejar import CookieJar
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from monitor.calling.network import Network
from monitor.calling.urls import place
from monitor.errors import ConfigError, ConfigFault, UsageError
from monitor.model import Vendor

KEEPALIVE: Final = 5.0  # seconds; idle connections of many servers live little longer


class NoCookies(CookieJar):
    """Keeps and sends none: what a vendor answers must not depend on which interaction was called before."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Not even parsed."""


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class Transport(httpx.BaseTransport):
    """Sends httpx requests through an httpcore pool; httpcore's errors come out as they are.

    The request target stands in ``extensions["target"]``: byte for byte what is sent, and out of httpx's log.
    """

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        extensions: dict[str, Any] = dict(request.extensions)
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=extensions.pop("target"),
        )
        response = self._pool.handle_request(
            httpcore.Request(
                request.method.encode(),
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=dict(response.extensions)
        )

    def close(self) -> None:
        self._pool.close()


def tls_context(vendor: Vendor) -> ssl.SSLContext:
    """As ``verify`` of the vendor says. Raises ConfigError where its file of certificates cannot be used."""
    if isinstance(vendor.verify, bool):
        return httpx.create_ssl_context(verify=vendor.verify)
    try:
        if Path(vendor.verify).is_dir():
            return ssl.create_default_context(capath=vendor.verify)
        return ssl.create_default_context(cafile=vendor.verify)
    except OSError:  # ssl.SSLError is one
        what = "it is not a readable file of certificates (PEM)"
        fix = f"give the CA's certificate under vendors.{vendor.name}.verify in monitor.yaml"
        raise ConfigError([ConfigFault(vendor.verify, 0, 0, "", what, fix)]) from None


def _is_usable(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        return False


def proxy_for(url: str, proxies: Mapping[str, str], bypass: bool) -> str:
    """The proxy for ``url`` out of ``{scheme or 'all': proxy URL}``, empty for none. Raises UsageError for SOCKS."""
    scheme = urlsplit(url).scheme
    proxy = "" if bypass else proxies.get(scheme) or proxies.get("all") or ""
    if not proxy:
        return ""
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not _is_usable(proxy):
        what = f"the proxy that the environment names for {scheme} is not an http:// or https:// proxy"
        raise UsageError(what, fix="set HTTPS_PROXY or HTTP_PROXY to one, or name the vendor's host in NO_PROXY")
    return proxy


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def environment_proxy(url: str) -> str:
    """The proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY (or the system) mean for ``url``.

    None for this machine itself, as browsers do: no proxy can reach our loopback.
    """
    proxies = getproxies()
    return proxy_for(url, proxies, bypass=is_loopback(url) or (bool(proxies) and bool(proxy_bypass(place(url)))))


def pool_for(vendor: Vendor, network: Network, proxy: str) -> httpcore.ConnectionPool:
    """The vendor's connections, as many as its concurrency. ``proxy`` is a URL, or empty."""
    secure = urlsplit(vendor.base_url).scheme == "https"
    tls = tls_context(vendor) if secure else None
    width = vendor.limits.concurrency
    if not proxy:
        return httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=width,
            max_keepalive_connections=width,
            keepalive_expiry=KEEPALIVE,
            network_backend=network,
        )
    parts = urlsplit(proxy)
    user = (unquote(parts.username or ""), unquote(parts.password or ""))
    return httpcore.HTTPProxy(
        f"{parts.scheme}://{place(proxy)}",
        proxy_auth=(user[0].encode(), user[1].encode()) if any(user) else None,
        ssl_context=tls,
        proxy_ssl_context=httpx.create_ssl_context() if parts.scheme == "https" else None,
        max_connections=width,
        max_keepalive_connections=width,
        keepalive_expiry=KEEPALIVE,
        network_backend=network,
    )
