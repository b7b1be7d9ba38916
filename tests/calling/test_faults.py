from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import replace

import httpcore
import httpx
import pytest

from monitor.calling.faults import FOREIGN, Scene, fault_of
from monitor.model import Limits, Outcome

SCENE = Scene("crm", "api.example.com:443", "", Limits(), "read", 0, overdue=False)
SECRET = "hunter2"


def certificate(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, SECRET)
    error.verify_code = code
    return error


def tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, SECRET)
    error.reason = reason
    return error


def wrapped(error: Exception, outer: type[Exception] = httpcore.ConnectError) -> Exception:
    return outer(error)


@pytest.mark.parametrize(
    ("error", "step", "told_step", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, SECRET), "dns", "dns", "cannot be resolved"),
        (UnicodeError(SECRET), "dns", "dns", "cannot be resolved"),
        (httpcore.ConnectTimeout(), "dns", "dns", "not resolved within 5 s"),
        (httpcore.ConnectTimeout(), "connect", "connect", "within 5 s"),
        (wrapped(ConnectionRefusedError(errno.ECONNREFUSED, SECRET)), "connect", "connect", "refused the connection"),
        (wrapped(OSError(errno.EHOSTUNREACH, SECRET)), "connect", "connect", "cannot be reached"),
        (wrapped(OSError(errno.EMFILE, SECRET)), "connect", "connect", "open files"),
        (wrapped(OSError(SECRET)), "connect", "connect", "cannot be connected"),
        (httpcore.ProxyError(SECRET), "read", "connect", "did not connect us"),
        (httpcore.ConnectTimeout(), "tls", "tls", "no TLS connection"),
        (wrapped(certificate(10)), "tls", "tls", "has expired"),
        (wrapped(certificate(9)), "tls", "tls", "not valid yet"),
        (wrapped(certificate(18)), "tls", "tls", "signed by itself"),
        (wrapped(certificate(20)), "tls", "tls", "unknown CA"),
        (wrapped(certificate(62)), "tls", "tls", "another host name"),
        (wrapped(certificate(999)), "tls", "tls", "cannot be verified"),
        (wrapped(tls("WRONG_VERSION_NUMBER")), "tls", "tls", "does not speak TLS"),
        (wrapped(tls("TLSV1_ALERT_PROTOCOL_VERSION")), "tls", "tls", "TLSV1_ALERT_PROTOCOL_VERSION"),
        (wrapped(tls("TLSV13_ALERT_CERTIFICATE_REQUIRED"), httpcore.ReadError), "read", "tls", "CERTIFICATE_REQUIRED"),
        (wrapped(ssl.SSLEOFError(8, SECRET)), "tls", "tls", "closed the connection during the TLS"),
        (wrapped(ssl.SSLZeroReturnError(6, SECRET)), "tls", "tls", "closed the connection during the TLS"),
        (wrapped(ssl.SSLError(0, SECRET)), "tls", "tls", "closed the connection during the TLS"),
        (wrapped(ssl.SSLSyscallError(5, SECRET)), "tls", "tls", "closed the connection during the TLS"),
        (wrapped(ConnectionResetError(errno.ECONNRESET, SECRET)), "tls", "tls", "closed the connection during"),
        (httpcore.WriteTimeout(), "send", "send", "did not take the request within 15 s"),
        (wrapped(BrokenPipeError(errno.EPIPE, SECRET), httpcore.WriteError), "send", "send", "without an answer"),
        (httpcore.ReadTimeout(), "read", "read", "did not answer within 15 s"),
        (httpx.ReadTimeout(SECRET), "read", "read", "did not answer within 15 s"),
        (wrapped(ConnectionResetError(errno.ECONNRESET, SECRET), httpcore.ReadError), "read", "read", "broke"),
        (httpcore.RemoteProtocolError("Server disconnected without sending a response."), "read", "read", "closed"),
        (httpcore.RemoteProtocolError(f"illegal status line: {SECRET}"), "read", "read", "not HTTP"),
        (httpx.RemoteProtocolError(SECRET), "read", "read", "not HTTP"),
    ],
)
def test_down(error: Exception, step: str, told_step: str, words: str) -> None:
    fault = fault_of(error, replace(SCENE, step=step))
    assert isinstance(error, FOREIGN)
    assert (fault.outcome, fault.step) == (Outcome.VENDOR_DOWN, told_step)
    assert words in fault.what
    assert fault.fix
    assert SECRET not in fault.what + fault.fix


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpcore.ReadTimeout(), "stopped coming for 15 s"),
        (httpcore.RemoteProtocolError(f"peer closed {SECRET}"), "before the body was whole"),
        (wrapped(ConnectionResetError(errno.ECONNRESET, SECRET), httpcore.ReadError), "broke before the body"),
        (wrapped(tls("BAD_RECORD_MAC"), httpcore.ReadError), "broke before the body"),
    ],
)
def test_a_body_that_breaks_is_unreadable(error: Exception, words: str) -> None:
    fault = fault_of(error, replace(SCENE, step="body", received=99))
    assert (fault.outcome, fault.step) == (Outcome.UNREADABLE, "body")
    assert words in fault.what
    assert SECRET not in fault.what


@pytest.mark.parametrize(
    ("step", "received", "outcome"),
    [
        ("dns", 0, Outcome.VENDOR_DOWN),
        ("connect", 0, Outcome.VENDOR_DOWN),
        ("tls", 0, Outcome.VENDOR_DOWN),
        ("send", 0, Outcome.VENDOR_DOWN),
        ("read", 0, Outcome.VENDOR_DOWN),
        ("read", 1, Outcome.UNREADABLE),
        ("body", 1, Outcome.UNREADABLE),
    ],
)
def test_the_total_time_is_named_where_it_ran_out(step: str, received: int, outcome: Outcome) -> None:
    scene = replace(SCENE, step=step, received=received, overdue=True)
    fault = fault_of(httpcore.ReadTimeout(), scene)
    assert (fault.outcome, fault.step) == (outcome, step)
    assert "60 s" in fault.what


def test_a_proxy_is_named_where_it_is_the_peer() -> None:
    scene = replace(SCENE, proxy="proxy.corp:3128", step="connect")
    refused = wrapped(ConnectionRefusedError(errno.ECONNREFUSED, ""))
    assert "the proxy proxy.corp:3128 refused" in fault_of(refused, scene).what
    unknown = fault_of(socket.gaierror(), replace(scene, step="dns"))
    assert "proxy.corp" in unknown.what
    assert "HTTPS_PROXY" in unknown.fix
