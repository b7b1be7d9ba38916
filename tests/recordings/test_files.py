"""Whole or not there."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.errors import RecordingError, StorageError
from monitor.recordings import files

PROJECT = Path(__file__).resolve().parents[2]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_private_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.har"
    files.write_new(path, b"\0data")
    assert path.read_bytes() == b"\0data"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)} == {0o700}
    assert names(path.parent) == ["c.har"]
    assert path.stat().st_nlink == 1


def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "c.har"
    files.write_new(path, b"first")
    with pytest.raises(StorageError, match="never overwritten") as caught:
        files.write_new(path, b"second")
    assert caught.value.where == str(path)
    assert path.read_bytes() == b"first"
    assert names(tmp_path) == ["c.har"]


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "c.har").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError):
        files.write_new(tmp_path / "c.har", b"x")
    files.replace(tmp_path / "c.har", b"x")
    assert names(tmp_path) == ["c.har"]


def test_replace_replaces(tmp_path: Path) -> None:
    files.replace(tmp_path / "r.json", b"first")
    files.replace(tmp_path / "r.json", b"second")
    assert (tmp_path / "r.json").read_bytes() == b"second"
    assert names(tmp_path) == ["r.json"]


def test_what_a_repository_holds_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    file, link = tmp_path / "kept" / "accepted.yaml", tmp_path / "accepted.yaml"
    link.symlink_to(file)
    files.publish(link, b"a")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"a", 0o644)
    file.chmod(0o600)
    files.publish(link, b"b")
    assert (file.read_bytes(), file.stat().st_mode & 0o777, link.is_symlink()) == (b"b", 0o600, True)


@pytest.mark.parametrize(
    ("name", "what"), [("n" * 300, "too long"), ("file/x", "is a file"), ("nul\0", "no path"), ("folder", "a folder")]
)
def test_what_the_system_refuses_is_told(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder" / "full").mkdir(parents=True)
    with pytest.raises(StorageError, match=what) as caught:
        files.replace(tmp_path / name, b"x")
    assert caught.value.fix
    assert not [name for name in names(tmp_path) if name.startswith(files.TEMPORARY)]


def test_a_read_only_folder(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="may not be written"):
        files.write_new(tmp_path / "a" / "x.har", b"x")


FULL = """
import resource, sys
from pathlib import Path
from monitor.errors import StorageError
from monitor.recordings import files
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
files.write_new(Path(sys.argv[1]) / "small.har", b"x" * 900)
try:
    files.write_new(Path(sys.argv[1]) / "large.har", b"x" * 100_000)
except StorageError as error:
    print(error)
"""


def test_a_full_disk_leaves_nothing_torn(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], check=False, cwd=PROJECT, capture_output=True, text=True
    )
    assert "larger than this system allows" in done.stdout, done.stderr
    assert names(tmp_path) == ["small.har"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_the_system_s_word_for_a_full_disk() -> None:
    full = pytest.raises(StorageError, match="the disk is full; free some space")
    with Path("/dev/full").open("wb", buffering=0) as file, full, files.told(Path("x")):
        file.write(b"x")


def test_reading(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"0123456789")
    assert files.read(tmp_path / "x") == b"0123456789"
    assert files.read(tmp_path / "x", limit=4) == b"0123"


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(files.MAX_FILE + 1)
    for name, what in {
        "pipe": "no file",
        ".": "a folder",
        "missing": "no such file",
        "huge": "too large",
        "loop": "cannot be read",
        "nul\0": "no path",
        "n" * 300: "cannot be read",
    }.items():
        with pytest.raises(RecordingError, match=what) as caught:
            files.read(tmp_path / name)
        assert caught.value.where
        assert caught.value.fix
