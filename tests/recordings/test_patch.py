"""What git itself makes of our patches."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import RecordingError, UsageError
from monitor.recordings.patch import baseline_patch

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin",
    "GIT_CONFIG_NOSYSTEM": "1",
    "HOME": "/nonexistent",
}


def git(folder: Path, *arguments: str, given_: bytes = b"") -> bytes:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, input=given_, capture_output=True, check=False, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def applied(repository: Path, old: Mapping[str, bytes | None], new: Mapping[str, bytes]) -> str:
    """Applies the patch for recordings/ and checks that it makes ``new`` of ``old``."""
    root = repository / "recordings"
    for name, data in old.items():
        if data is not None:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    patch = baseline_patch(root, repository, old, new)
    if patch:
        git(repository, "apply", "--whitespace=nowarn", "-", given_=patch.encode())
    for name, data in new.items():
        assert (root / name).read_bytes() == data
        assert (root / name).stat().st_mode & 0o777 in (0o644, 0o664)
    return patch


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    return tmp_path


MANY = "".join(f"line {number}\n" for number in range(9_000)).encode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, b"a\nb\n"),
        (None, b"a\nb"),
        (None, b"\n"),
        (b"a\n", b"b\n"),
        (b"a\nb", b"a\nb\n"),
        (b"a\nb\n", b"a\nb"),
        (b"a", b"b"),
        (b"", b"a\n"),
        (b"a\n", b"a\n"),
        (b"a\r\nb\r\n", b"a\r\nc\r\n"),
        ("a\x0bb\x0c\x85\n".encode(), "a\u2028b\x0b\n".encode()),
        (b"--- a\n+++ b\n", b"@@ -1 +1 @@\n-- x\n"),
        (MANY, MANY.replace(b"line 7\n", b"line seven\n").replace(b"line 8000\n", b"")),
        (MANY + MANY, b"x\n" + MANY),
    ],
)
def test_git_applies_it(repository: Path, old: bytes | None, new: bytes) -> None:
    patch = applied(repository, {"baseline/crm/x.har": old}, {"baseline/crm/x.har": new})
    assert (patch == "") == (old == new)
    if old is None:
        assert "new file mode 100644\n--- /dev/null\n+++ b/recordings/baseline/crm/x.har\n" in patch


def test_small_changes_stay_readable(repository: Path) -> None:
    new = MANY.replace(b"line 7\n", b"line seven\n")
    assert len(applied(repository, {"x": MANY}, {"x": new}).splitlines()) < 20


@pytest.mark.parametrize("name", ["a b.har", "Ünïcode.har", 'quo"te.har', "tab\t.har", "a'b.har", "b/x.har", "-x.har"])
@pytest.mark.parametrize("old", [None, b"old\n"])
def test_odd_names(repository: Path, name: str, old: bytes | None) -> None:
    assert applied(repository, {name: old}, {name: b"new\n"}).count("diff --git ") == 1


def test_several_files_in_order(repository: Path) -> None:
    patch = applied(repository, {"b.har": b"1\n"}, {"c.har": b"3\n", "b.har": b"2\n", "a.har": b"1\n"})
    assert [line for line in patch.splitlines() if line.startswith("diff")] == [
        f"diff --git a/recordings/{name} b/recordings/{name}" for name in ("a.har", "b.har", "c.har")
    ]


def test_an_empty_new_file(repository: Path) -> None:
    assert "new file mode 100644" in baseline_patch(repository, repository, {}, {"x": b""})


def test_what_cannot_be_a_patch(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="outside the git repository"):
        baseline_patch(tmp_path / "elsewhere", tmp_path / "repository", {}, {"x": b""})
    with pytest.raises(RecordingError, match="not text"):
        baseline_patch(tmp_path, tmp_path, {"x": b"\xff"}, {"x": b"\n"})


LINES = st.lists(st.sampled_from([b"a", b"b", b"c", b"", b"- d", b"+e", b"\\ x", b"\r"]), max_size=12).map(b"\n".join)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(LINES, LINES.filter(bool))
def test_law_old_and_patch_make_new(repository: Path, old: bytes, new: bytes) -> None:
    patch = applied(repository, {"x.har": old}, {"x.har": new})  # it asserts what git made of it
    assert (patch == "") == (old == new)
