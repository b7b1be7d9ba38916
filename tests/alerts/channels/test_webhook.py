from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from syrupy.assertion import SnapshotAssertion

from monitor.alerts.channels import Context
from monitor.alerts.channels._payload import payload, schema
from monitor.alerts.channels.webhook import Settings, Webhook, build, retry_after, signature
from monitor.jsonpaths import Json
from monitor.model import FinalFault, MessageKind, PassingFault, Reason, Sent, Severity, Subject
from tests.alerts.channels.conftest import Certificate, Listener, Script
from tests.alerts.channels.examples import DRIFT, EXAMPLES, KEY
from tests.alerts.channels.receiving import Receiver

NOW = datetime(2026, 11, 23, 4, 17, 30, tzinfo=UTC)
CONTEXT = Context("hook", "1.0", 10.0, lambda: NOW)
HIDDEN = "T0K3N-in-the-path"
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


def channel(port: int, options: Mapping[str, Json] | None = None, timeout: float = 10.0) -> Webhook:
    given: dict[str, Json] = {"url": f"http://127.0.0.1:{port}/{HIDDEN}?a=1", **(options or {})}
    return build(Settings.model_validate(given), replace(CONTEXT, timeout=timeout))


Serve = Callable[[Script], Listener]


def test_what_arrives(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    receiver = Receiver()
    options: Mapping[str, Json] = {"secret": SECRET, "headers": {"Authorization": f"Bearer {HIDDEN}"}}
    made = channel(serve(receiver).port, options)
    assert made.send(DRIFT, KEY, {"message_id": "of another channel"}) == Sent()
    (head,), (data,) = receiver.heads, receiver.bodies
    assert receiver.lines == [f"POST /{HIDDEN}?a=1 HTTP/1.1"]
    assert json.loads(data) == payload(DRIFT, KEY)
    signed = f"{KEY}.{int(NOW.timestamp())}.".encode() + data
    expected = base64.b64encode(hmac.digest(b"0123456789abcdef01234567", signed, hashlib.sha256)).decode()
    assert {name: head[name] for name in head if name not in ("host", "content-length")} == {
        "user-agent": "drift-monitor/1.0",
        "authorization": f"Bearer {HIDDEN}",
        "content-type": "application/json",
        "idempotency-key": KEY,
        "webhook-id": KEY,
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": f"v1,{expected}",
    }
    assert HIDDEN not in repr(made) + caplog.text


def test_the_signature_is_the_standards_own() -> None:
    """The example of the Standard Webhooks specification's libraries."""
    made = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


MON = "Mon, 23 Nov 2026"
ANSWERS: Mapping[str, type[object]] = {
    "200 OK": Sent,
    "202 Accepted": Sent,
    "204 No Content": Sent,
    "301 Moved Permanently\r\nLocation: http://127.0.0.1:1/": FinalFault,
    "304 Not Modified": FinalFault,
    "307 Temporary Redirect\r\nLocation: /other": FinalFault,
    "400 Bad Request": FinalFault,
    "401 Unauthorized": FinalFault,
    "404 Not Found": FinalFault,
    "408 Request Timeout": PassingFault,
    "410 Gone": FinalFault,
    "418 I'm a teapot": FinalFault,
    "425 Too Early": PassingFault,
    "429 Too Many Requests\r\nRetry-After: 17": PassingFault,
    "500 Internal Server Error": PassingFault,
    f"503 Unavailable\r\nDate: {MON} 04:17:00 GMT\r\nRetry-After: {MON} 04:18:30 GMT": PassingFault,
    "999 Nonsense": FinalFault,
}


def test_every_status_is_an_answer(serve: Serve, snapshot: SnapshotAssertion) -> None:
    told = []
    receiver = Receiver()
    made = channel(serve(receiver).port)
    for status, kind in ANSWERS.items():
        receiver.answer = f"HTTP/1.1 {status}\r\nContent-Length: 9\r\n\r\n\x1b[2J{HIDDEN}".encode()
        answer = made.send(DRIFT, KEY, None)
        assert isinstance(answer, kind), (status, answer)
        told.append(repr(answer))
    assert len(receiver.bodies) == len(ANSWERS)  # no redirect was followed
    assert "\n".join(told) == snapshot


def _no_http(connection: socket.socket, stop: threading.Event) -> None:
    connection.recv(65536)
    connection.sendall(b"220 mail.test\r\n")


def _closes(connection: socket.socket, stop: threading.Event) -> None:
    connection.recv(10)


def _silent(connection: socket.socket, stop: threading.Event) -> None:
    stop.wait()


def _drips(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not stop.wait(0.02):
        connection.sendall(b"x")


def _endless(connection: socket.socket, stop: threading.Event) -> None:
    """A body without end: it is not read."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")


BREAKING: Mapping[str, tuple[Script, str]] = {
    "no HTTP": (_no_http, "the "),  # or a reset, where the request was not read whole
    "closes": (_closes, ""),  # the system tells it in two ways
    "silent": (_silent, "the receiver did not answer within 0.2 s"),
    "drips": (_drips, "the receiver did not answer within 0.2 s"),
    "endless": (_endless, "the receiver answered HTTP 500"),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_receiver_that_breaks(name: str, serve: Serve) -> None:
    script, what = BREAKING[name]
    answer = channel(serve(script).port, timeout=0.2 if "0.2" in what else 10.0).send(DRIFT, KEY, None)
    assert isinstance(answer, PassingFault)
    assert what in answer.what
    assert HIDDEN not in repr(answer)


def test_no_receiver(closed_port: int, serve: Serve) -> None:
    assert channel(closed_port).send(DRIFT, KEY, None) == PassingFault("the receiver refused the connection")
    nowhere = channel(1, {"url": "https://no-such-host.invalid/"})
    assert nowhere.send(DRIFT, KEY, None) == PassingFault("the receiver's host name cannot be resolved")
    no_tls = channel(1, {"url": f"https://127.0.0.1:{serve(_no_http).port}/"})
    assert no_tls.send(DRIFT, KEY, None) == PassingFault("no TLS connection to the receiver")


def test_tls(serve: Serve, certificate: Callable[[str], Certificate]) -> None:
    mine, receiver = certificate("IP:127.0.0.1"), Receiver()

    def secure(connection: socket.socket, stop: threading.Event) -> None:
        with mine.server.wrap_socket(connection, server_side=True) as wrapped:
            receiver(wrapped, stop)

    url = f"https://127.0.0.1:{serve(secure).port}/"
    assert channel(1, {"url": url, "ca": mine.file}).send(DRIFT, KEY, None) == Sent()
    unknown = channel(1, {"url": url}).send(DRIFT, KEY, None)
    assert unknown == FinalFault(
        "the certificate of the receiver is signed by itself", "if it is the right one, give its file as ca"
    )
    assert len(receiver.bodies) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": "-1"}, 0.0),
        ({"retry-after": "1e9"}, 86_400.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 04:18:30 GMT"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 04:18:30 GMT", "date": "Mon, 23 Nov 2026 04:17:00 GMT"}, 90.0),
        ({"retry-after": "Mon, 23 Nov 2026 04:18:30", "date": "Mon, 23 Nov 2026 04:17:00 GMT"}, None),
    ],
)
def test_how_long_to_wait(headers: Mapping[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


# -- the body ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_message_is_as_the_schema_says(name: str) -> None:
    document = json.loads(schema())
    Draft202012Validator.check_schema(document)
    made = payload(EXAMPLES[name], KEY)
    assert not [error.message for error in Draft202012Validator(document).iter_errors(made)]
    assert made.keys() == document["properties"].keys()
    topics = made["topics"]
    assert isinstance(topics, list)
    assert all(
        isinstance(one, dict) and one.keys() == document["$defs"]["topic"]["properties"].keys() for one in topics
    )


def test_the_schema_knows_every_word() -> None:
    document = json.loads(schema())
    properties, topic = document["properties"], document["$defs"]["topic"]["properties"]
    assert properties["kind"]["enum"] == [*MessageKind]
    assert properties["severity"]["enum"] == topic["severity"]["enum"] == [*Severity]
    assert topic["reason"]["enum"] == [reason for reason in Reason if reason.speaks]
    assert topic["subject"]["enum"] == [*Subject]


# -- settings ---------------------------------------------------------------------------------------------

WRONG: Mapping[str, Mapping[str, Json]] = {
    "http": {"url": f"http://hook.example/{HIDDEN}"},
    "no URL": {"url": HIDDEN},
    "another scheme": {"url": f"ftp://hook.example/{HIDDEN}"},
    "a password": {"url": f"https://me:{HIDDEN}@hook.example/"},
    "a line break": {"url": f"https://hook.example/{HIDDEN}\r\nX: y"},
    "no port": {"url": f"https://hook.example:{HIDDEN}/"},
    "an odd port": {"url": f"https://hook.example:99999/{HIDDEN}"},
    "a short secret": {"secret": "hush"},
    "no base64": {"secret": f"whsec_{HIDDEN}!"},
    "a header of ours": {"headers": {"Webhook-Id": HIDDEN}},
    "a header twice": {"headers": {"X-A": HIDDEN, "x-a": HIDDEN}},
    "a header with a line break": {"headers": {"X-A": f"{HIDDEN}\r\nX-B: c"}},
    "no header's name": {"headers": {"X A": HIDDEN}},
    "a relative ca": {"ca": "ca.pem"},
}


def test_what_cannot_be_is_told(snapshot: SnapshotAssertion) -> None:
    told = []
    for name, options in WRONG.items():
        with pytest.raises(ValidationError) as caught:
            channel(1, options)
        told += [f"{name}: {fault['loc']} {fault['msg']}" for fault in caught.value.errors()]
        assert HIDDEN not in str(caught.value)
    assert "\n".join(told) == snapshot


def test_http_where_somebody_allows_it() -> None:
    assert channel(1, {"url": "http://hook.example/", "allow_http": "true"}).url == "http://hook.example/"
