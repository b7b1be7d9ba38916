"""What is told of how a try failed: its kind, and never a URL, header or body that an error quotes."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.error import URLError

import pytest

from monitor.alerts.channels._slack import by_status, retry_after, within
from monitor.alerts.channels._slack_http import check_sdk
from monitor.errors import UsageError
from monitor.model import PassingFault

_CERTIFICATE = ssl.SSLCertVerificationError(1, "certificate verify failed")
_CERTIFICATE.verify_message = "self-signed certificate"


def raising(error: Exception) -> Callable[[], None]:
    def call() -> None:
        raise error

    return call


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (URLError(ConnectionRefusedError(111, "Connection refused")), "cannot be reached: Connection refused"),
        (URLError(socket.gaierror(-2, "Name or service not known")), "cannot be reached: Name or service not known"),
        (URLError(_CERTIFICATE), "its certificate is not trusted: self-signed certificate"),
        (URLError(ssl.SSLEOFError(8, "EOF occurred")), "cannot be reached: EOF occurred"),
        (
            URLError(OSError("Tunnel connection failed: 407 Who\x1b[?")),
            r"the proxy did not let us through: 407 Who\x1b[?",
        ),
        (URLError(TimeoutError("timed out")), "no answer in time"),
        (TimeoutError("timed out"), "no answer in time"),
        (ConnectionResetError(104, "Connection reset by peer"), "the connection broke"),
        (http.client.RemoteDisconnected("Remote end closed"), "the connection broke"),
        (http.client.InvalidURL("URL can't contain control characters: '/SECRET'"), "the connection broke"),
        (URLError("unknown url type: SECRET"), "cannot be reached: URLError"),
        (ValueError("Invalid header value b'Bearer SECRET'"), "its answer cannot be read: ValueError"),
        (
            UnicodeDecodeError("utf-8", b"SECRET\xff", 6, 7, "invalid start"),
            "its answer cannot be read: UnicodeDecodeError",
        ),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_error_is_told_by_its_kind(error: Exception, what: str) -> None:
    assert within(5, raising(error)) == PassingFault(what)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "1e300"}, 86_400.0),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait(headers: Mapping[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(("status", "passes"), [(200, False), (404, False), (408, True), (429, True), (500, True)])
def test_which_status_passes(status: int, passes: bool) -> None:
    assert (by_status(status, {}) is not None) is passes


def test_an_sdk_that_would_send_by_its_own_way_is_refused() -> None:
    check_sdk()
    with pytest.raises(UsageError, match=r"slack-sdk 9\.9 sends in a way that monitor does not know"):
        check_sdk(object, object, "9.9")
