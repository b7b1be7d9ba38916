"""Signals as values, and the word to systemd."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
from pathlib import Path

import pytest

from monitor.scheduling.signals import SignalInbox
from monitor.scheduling.supervisor import tell


def test_signals_wait_in_the_inbox_in_their_order() -> None:
    ended: list[str] = []
    inbox = SignalInbox(lambda: ended.append("now"))
    before = signal.getsignal(signal.SIGHUP)
    with inbox.listening():
        for number in (signal.SIGHUP, signal.SIGTERM):
            os.kill(os.getpid(), number)
        assert [inbox.take(10), inbox.take(10), inbox.take(0)] == ["SIGHUP", "SIGTERM", None]
    assert signal.getsignal(signal.SIGHUP) == before
    assert ended == []


@pytest.mark.parametrize("second", ["SIGTERM", "SIGINT"])
def test_the_second_wish_to_end_does_not_wait(second: str) -> None:
    ended: list[str] = []
    inbox = SignalInbox(lambda: ended.append("now"))
    inbox.put("SIGINT")
    inbox.put("SIGHUP")
    assert ended == []
    inbox.put(second)
    assert ended == ["now"]


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no such sockets")
def test_systemd_is_told() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        path = str(Path(folder) / "notify")  # short: such a path has a bound
        heard.bind(path)
        heard.settimeout(10)
        tell("READY=1", {"NOTIFY_SOCKET": path})
        assert heard.recv(100) == b"READY=1"


@pytest.mark.parametrize("name", ["", "/nowhere/at/all", "@nobody-listens-here", "relative"])
def test_where_nobody_listens_nothing_happens(name: str) -> None:
    tell("READY=1", {"NOTIFY_SOCKET": name})
