from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from monitor.errors import UsageError
from monitor.sandbox.customers import CUSTOMERS
from monitor.sandbox.server import Sandbox, serve

LOOKUP = "/api/v1/customers/lookup"
KEY = {"X-API-Key": "anything"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=20)
    yield connection
    connection.close()


def ask(
    client: http.client.HTTPConnection, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    client.request(method, path, headers=KEY if headers is None else headers)
    response = client.getresponse()
    return response.status, dict(response.getheaders()), response.read()


def test_a_lookup(client: http.client.HTTPConnection) -> None:
    status, headers, body = ask(client, f"{LOOKUP}?phone=15555551234")
    assert status == 200
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert "Date" in headers
    assert json.loads(body) == {
        "customerId": "CUST-12345",
        "fullName": "Jane Smith",
        "accountTier": "VIP",
        "openTickets": 2,
        "isBlacklisted": False,
        "contact": {"email": "jane.smith@example.com", "phone": "15555551234", "preferredChannel": "voice"},
        "recentTickets": [
            {
                "id": "TCK-2001",
                "subject": "Invoice shows the old address",
                "status": "open",
                "openedAt": "2026-11-18T09:24:00Z",
            },
            {
                "id": "TCK-1987",
                "subject": "Call drops after transfer",
                "status": "pending",
                "openedAt": "2026-11-11T15:02:00Z",
            },
            {"id": "TCK-1903", "subject": "Password reset", "status": "closed", "openedAt": "2026-10-02T08:40:00Z"},
        ],
    }


@pytest.mark.parametrize("phone", [customer.phone for customer in CUSTOMERS])
def test_version_2_renames_one_key_and_nothing_else(
    sandbox: Sandbox, client: http.client.HTTPConnection, phone: str
) -> None:
    before = json.loads(ask(client, f"{LOOKUP}?phone={phone}")[2])
    sandbox.version = 2
    after = json.loads(ask(client, f"{LOOKUP}?phone={phone}")[2])
    assert next(iter(before)) == "customerId"
    assert next(iter(after)) == "customer_id"
    assert {"customerId" if key == "customer_id" else key: value for key, value in after.items()} == before


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        (f"{LOOKUP}?phone=15555550100", "GET", {}, 401),
        (f"{LOOKUP}?phone=15555550100", "GET", {"X-API-Key": " "}, 401),
        (f"{LOOKUP}?phone=15555550100", "GET", {"x-api-key": "k"}, 200),
        (f"{LOOKUP}?phone=%2B1%20555%20555-0100", "GET", KEY, 200),
        (f"{LOOKUP}?phone=15555550199", "GET", KEY, 404),
        (f"{LOOKUP}?phone=x'%20OR%201=1", "GET", KEY, 404),
        (LOOKUP, "GET", KEY, 400),
        ("/api/v1/health", "GET", {}, 200),
        ("/", "GET", KEY, 404),
        ("/%00/../etc/passwd", "GET", KEY, 404),
        (LOOKUP, "POST", KEY, 405),
        (LOOKUP, "PATCH", KEY, 405),
        (LOOKUP, "TRACE", KEY, 501),
    ],
)
def test_everything_else_is_answered_in_json(
    client: http.client.HTTPConnection, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    got, told, body = ask(client, path, method, headers)
    assert got == status
    assert told["Content-Type"].startswith("application/json")
    assert isinstance(json.loads(body), dict)


def test_head_and_get_share_a_connection_and_request_ids_differ(client: http.client.HTTPConnection) -> None:
    client.connect()
    sock = client.sock
    path = f"{LOOKUP}?phone=15555551234"
    _, head, nothing = ask(client, path, "HEAD")
    _, got, body = ask(client, path)
    assert (nothing, head["Content-Length"]) == (b"", str(len(body)))
    assert head["X-Request-Id"] != got["X-Request-Id"]
    assert client.sock is sock


def test_an_open_connection_does_not_keep_it_running() -> None:
    with Sandbox() as running:
        client = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=20)
        assert ask(client, "/api/v1/health")[0] == 200
    with pytest.raises(OSError):
        ask(client, "/api/v1/health")
    client.close()


@pytest.mark.parametrize("rubbish", [b"\x16\x03\x01\x00\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b""])
def test_rubbish_harms_nobody(
    sandbox: Sandbox, client: http.client.HTTPConnection, rubbish: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(sandbox.url).port or 0), 20) as raw:
        raw.sendall(rubbish)
    assert ask(client, "/api/v1/health")[0] == 200
    assert capfd.readouterr() == ("", "")


def never(url: str) -> None:
    pytest.fail(f"it serves at {url}")


def test_a_port_in_use_says_what_to_do(sandbox: Sandbox) -> None:
    with pytest.raises(UsageError, match="is in use") as raised:
        serve("127.0.0.1", urlsplit(sandbox.url).port or 0, 1, never)
    assert "--port 0" in raised.value.fix


@pytest.mark.parametrize(
    ("host", "port", "version"),
    [("0.0.0.0", 0, 1), ("10.1.2.3", 0, 1), ("example.com", 0, 1), ("", 0, 1), ("127.0.0.1", 70_000, 1),
     ("127.0.0.1", -1, 1), ("127.0.0.1", 0, 3), ("127.0.0.1", 0, 0)],
)  # fmt: skip
def test_what_it_does_not_serve(host: str, port: int, version: int) -> None:
    with pytest.raises(UsageError) as raised:
        serve(host, port, version, never)
    assert raised.value.fix


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_ctrl_c_ends_it_cleanly(host: str) -> None:
    program = f"from monitor.sandbox.server import serve; serve({host!r}, 0, 2, lambda url: print(url, flush=True))"
    command = [sys.executable, "-W", "error", "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        client = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
        assert "customer_id" in json.loads(ask(client, f"{LOOKUP}?phone=15555551234")[2])
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        client.close()
    assert (out, err, process.returncode) == ("", "", 0)
