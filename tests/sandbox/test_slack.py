"""The stand-in for Slack: what it answers, and what it tells."""

from __future__ import annotations

import os

import httpx
import pytest

from monitor.errors import UsageError
from monitor.sandbox.slack import BEGIN, listening


def post(url: str, **message: object) -> httpx.Response:
    return httpx.post(url, json=message, trust_env=False)


def test_messages_and_replies_are_told_and_answered() -> None:
    told: list[str] = []
    with listening(0, told.append) as api:
        first = post(f"{api}chat.postMessage", channel="#drift", text="crm drifted\n  Expected: \x1b[31mx").json()
        begin = BEGIN + os.getpid()
        assert first == {"ok": True, "channel": "C0SANDBOX", "ts": f"{begin}.000001", "message": {}}
        post(f"{api}chat.postMessage", channel="#drift", text="recovered", thread_ts=first["ts"])
        hook = post(api.replace("/api/", "/services/T/B/x"), text="by webhook")
        assert (hook.status_code, hook.text) == (200, "ok")
    assert told == [
        f"Slack: message {begin}.000001\n  crm drifted\n    Expected: \\x1b[31mx",
        f"Slack: message {begin}.000002, in the thread of {begin}.000001\n  recovered",
        f"Slack: message {begin}.000003\n  by webhook",
    ]


@pytest.mark.parametrize(
    ("path", "body", "status", "answer"),
    [
        ("chat.postMessage", b"{", 200, {"ok": False, "error": "invalid_json"}),
        ("chat.postMessage", b"[1]", 200, {"ok": False, "error": "invalid_json"}),
        ("files.upload", b"{}", 200, {"ok": False, "error": "unknown_method"}),
        ("chat.postMessage", b"x" * 1_000_001, 413, None),
    ],
)
def test_what_is_no_message_is_refused(path: str, body: bytes, status: int, answer: object) -> None:
    with listening(0, lambda _: None) as api:
        got = httpx.post(api + path, content=body, trust_env=False)
        assert got.status_code == status
        assert answer is None or got.json() == answer


def test_a_port_in_use_is_told() -> None:
    with listening(0, lambda _: None) as api:
        port = int(api.split(":")[2].split("/")[0])
        with pytest.raises(UsageError, match=f"port {port} cannot be opened"), listening(port, lambda _: None):
            pass
