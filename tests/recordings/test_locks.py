"""One run at a time, and the second knows whom it waits for."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.errors import LockHeldError, RecordingError, StorageError
from monitor.recordings.locks import daemon_lock, holder_of, vendor_lock

PROJECT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys
from pathlib import Path
from monitor.recordings.locks import vendor_lock
with vendor_lock(Path(sys.argv[1]), "crm", "monitor check --vendor crm", 0):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_run(state: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", HOLDER, str(state)]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process


def test_the_second_run_is_told_who_holds_it(tmp_path: Path) -> None:
    with other_run(tmp_path) as process:
        with pytest.raises(LockHeldError) as caught, vendor_lock(tmp_path, "crm", "me", 0):
            pass
        said = str(caught.value)
        assert "vendor crm is in use by 'monitor check --vendor crm'" in said
        assert f"process {process.pid} on {socket.gethostname()}" in said
        assert "since 20" in said
        assert "--wait" in caught.value.fix
        with vendor_lock(tmp_path, "billing", "me", 0):
            pass
    with vendor_lock(tmp_path, "crm", "me", 0):
        pass


@pytest.mark.parametrize("wait", [60.0, None])
def test_waiting(tmp_path: Path, wait: float | None) -> None:
    with other_run(tmp_path) as process:
        assert process.stdin is not None
        threading.Thread(target=process.stdin.close).start()
        with vendor_lock(tmp_path, "crm", "me", wait):
            info = json.loads((tmp_path / "locks" / "crm.json").read_text("utf-8"))
            assert (info["pid"], info["command"]) == (os.getpid(), "me")


def test_a_killed_run_holds_nothing(tmp_path: Path) -> None:
    with other_run(tmp_path) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert (tmp_path / "locks" / "crm.json").exists()
    with vendor_lock(tmp_path, "crm", "me", 0):
        pass


@pytest.mark.parametrize("info", [b"", b"{", b"[]", b'{"pid":"1"}', b'{"pid":1e3}', None])
def test_a_damaged_note_does_not_stop_the_message(tmp_path: Path, info: bytes | None) -> None:
    note = tmp_path / "locks" / "crm.json"
    with vendor_lock(tmp_path, "crm", "me", 0):
        note.unlink()
        if info is not None:
            note.write_bytes(info)
        with pytest.raises(LockHeldError, match="in use by another run"), vendor_lock(tmp_path, "crm", "me", 0):
            pass


def test_a_note_of_the_dead_names_nobody(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    note = {"host": socket.gethostname(), "since": "then", "command": "\x1b[2J"}
    with vendor_lock(tmp_path, "crm", "me", 0):
        for pid, expected in (
            (dead.pid, "another run"),
            (0, "another run"),
            (10**30, "another run"),
            (os.getpid(), "since then"),
        ):
            (tmp_path / "locks" / "crm.json").write_text(json.dumps({**note, "pid": pid}), "utf-8")
            with pytest.raises(LockHeldError, match=expected) as caught, vendor_lock(tmp_path, "crm", "me", 0):
                pass
            assert str(caught.value).isprintable()
        far = {**note, "pid": dead.pid, "host": "elsewhere"}
        (tmp_path / "locks" / "crm.json").write_text(json.dumps(far), "utf-8")
        with pytest.raises(LockHeldError, match="elsewhere"), vendor_lock(tmp_path, "crm", "me", 0):
            pass


def test_one_thread_does_not_wait_for_itself(tmp_path: Path) -> None:
    first = vendor_lock(tmp_path, "crm", "me", 0)
    with first, pytest.raises(LockHeldError), vendor_lock(tmp_path, "crm", "me", None):
        pass


def test_the_state_folder_is_private_and_left_clean(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state"
    with vendor_lock(state, "crm", "me", 0):
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in (state / "locks").iterdir()} == {0o600}
    assert [path.name for path in (state / "locks").iterdir()] in ([], ["crm.lock"])


def test_an_error_within_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(KeyError), vendor_lock(tmp_path, "crm", "me", 0):
        raise KeyError
    with vendor_lock(tmp_path, "crm", "me", 0):
        pass


def test_a_state_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError), vendor_lock(tmp_path / "file", "crm", "me", 0):
        pass
    with pytest.raises(RecordingError), vendor_lock(tmp_path, "../crm", "me", 0):
        pass


DAEMON = HOLDER.replace("vendor_lock", "daemon_lock").replace(
    '"crm", "monitor check --vendor crm", 0', '"monitor daemon"'
)


def test_one_daemon_a_state_dir(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DAEMON, str(tmp_path)]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(LockHeldError) as caught, daemon_lock(tmp_path, "me"):
            pass
        assert f"a daemon runs with this state_dir: 'monitor daemon' (process {process.pid}" in str(caught.value)
        with vendor_lock(tmp_path, "daemon", "a vendor may be called so", 0):
            pass
    with daemon_lock(tmp_path, "me"):
        pass


def test_who_holds_a_vendor_is_told_without_touching_its_lock(tmp_path: Path) -> None:
    assert holder_of(tmp_path, "crm") is None
    with vendor_lock(tmp_path, "crm", "monitor check", 0):
        found = holder_of(tmp_path, "crm")
        assert found is not None
        assert (found.pid, found.command) == (os.getpid(), "monitor check")
    assert holder_of(tmp_path, "crm") is None
