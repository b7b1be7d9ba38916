"""One run at a time over all hosts, and the second knows whom it waits for."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from monitor.errors import LedgerError, LockHeldError
from monitor.ledger.locks import advisory_lock, key_of
from monitor.model import Settings
from monitor.wiring import tools_of
from tests.ledger.postgres import Server

PROJECT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys
from monitor.ledger.locks import advisory_lock
with advisory_lock(sys.argv[1], "crm", "monitor check --vendor crm", 0):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def url(postgres: Server) -> str:
    return postgres.fresh()


class Silent:
    def planned(self, count: int) -> None: ...
    def done(self, result: object) -> None: ...


def settings_of(url: str, folder: Path) -> Settings:
    file, recordings, state = (str(folder / name) for name in ("monitor.yaml", "recordings", "state"))
    return Settings(file, str(folder), {}, recordings, state, url)


def test_the_second_run_is_told_who_holds_it(url: str) -> None:
    with advisory_lock(url, "crm", "monitor check", 0):
        with pytest.raises(LockHeldError) as caught, advisory_lock(url, "crm", "me", 0):
            pass
        said = str(caught.value)
        assert "vendor crm is in use by 'monitor check'" in said
        assert f"process {os.getpid()} on {socket.gethostname()[:30]}" in said
        assert " since 20" in said
        assert "--wait" in caught.value.fix
        with advisory_lock(url, "billing", "me", 0):
            pass
    with advisory_lock(url, "crm", "me", 0):
        pass


def test_a_killed_run_holds_nothing(url: str) -> None:
    command = [sys.executable, "-c", HOLDER, url]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(LockHeldError, match=f"process {process.pid}"), advisory_lock(url, "crm", "me", 0.01):
            pass
        os.kill(process.pid, signal.SIGKILL)
        with advisory_lock(url, "crm", "me", 60):
            pass


def test_waiting_for_as_long_as_it_takes(url: str) -> None:
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with advisory_lock(url, "crm", "other", 0):
            held.set()
            free.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    threading.Thread(target=free.set).start()
    with advisory_lock(url, "crm", "me", None):
        pass
    thread.join()


@pytest.mark.parametrize("holder", ["", "\x1b[2J " + "x" * 100, "é"])
def test_a_name_that_says_little_does_not_stop_the_message(url: str, holder: str) -> None:
    with advisory_lock(url, "crm", holder, 0):
        with pytest.raises(LockHeldError, match="in use by") as caught, advisory_lock(url, "crm", "me", 0):
            pass
        assert str(caught.value).isprintable()


def test_an_error_within_frees_the_lock(url: str) -> None:
    with pytest.raises(KeyError), advisory_lock(url, "crm", "me", 0):
        raise KeyError
    with advisory_lock(url, "crm", "me", 0):
        pass


def test_a_server_that_is_gone() -> None:
    lock = advisory_lock("postgresql://me:s3cr3t@127.0.0.1:1/ledger", "crm", "me", None)
    with pytest.raises(LedgerError, match="cannot be reached") as caught, lock:
        pass
    assert "s3cr3t" not in str(caught.value)


def test_every_vendor_has_its_own_key() -> None:
    keys = {key_of(f"vendor-{number}") for number in range(1000)}
    assert len(keys) == 1000
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert key_of("crm") == 8728290973413028887  # hosts with another version of monitor must agree


def test_a_run_holds_both_locks_and_one_on_another_host_is_refused(url: str, tmp_path: Path) -> None:
    here = tools_of(settings_of(url, tmp_path / "here"), Silent(), "check")
    elsewhere = tools_of(settings_of(url, tmp_path / "there"), Silent(), "check")
    with here.lock("crm"):
        assert (tmp_path / "here" / "state" / "locks" / "crm.json").exists()
        with pytest.raises(LockHeldError, match="'monitor check'"), elsewhere.lock("crm"):
            pass
        with pytest.raises(LockHeldError), here.try_lock("crm"):
            pass
    with elsewhere.try_lock("crm"):
        pass
