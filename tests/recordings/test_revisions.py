"""Baselines at git revisions, in real repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from monitor.errors import RecordingError, UsageError
from monitor.model import Approval, Recording
from monitor.recordings.revisions import Repository, path_of, read_baseline, repository_of, revision, working_tree
from monitor.recordings.store import Store
from tests.recordings.conftest import MakeRecording

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

PERSON = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "ada"), ("EMAIL", "a@b"))
}
VENDOR = "crm [é] 'x' & $(y)"
NAME = "look up; -o 1a2b3c4d"
KEY = (VENDOR, NAME)


def git(folder: Path, *arguments: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **PERSON}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass(frozen=True)
class Project:
    """A repository with a project of ours in a folder of it."""

    top: Path
    make: MakeRecording
    approval: Approval

    @property
    def store(self) -> Store:
        return Store(self.top / "ops & co" / ":recordings")

    def approve(self, body: bytes, vendor: str = VENDOR, name: str = NAME) -> Recording:
        return self.store.approve(self.make(body, vendor=vendor, interaction_id=name), self.approval)

    def commit(self) -> str:
        git(self.top, "add", "--all")
        git(self.top, "commit", "--quiet", "--allow-empty", "--message", "change")
        return git(self.top, "rev-parse", "HEAD")

    @property
    def repository(self) -> Repository:
        return repository_of(self.store.root)

    def bytes_at(self, commit: str, key: tuple[str, str] = KEY) -> bytes:
        with revision(self.repository, self.repository.commit(commit), commit) as snapshot:
            return snapshot.bytes_of(key)


@pytest.fixture
def project(tmp_path: Path, make_recording: MakeRecording, approval: Approval) -> Project:
    top = tmp_path / "repository"
    top.mkdir()
    git(top, "init", "--quiet", "--initial-branch", "main")
    made = Project(top, make_recording, approval)
    made.approve(b'{"x":1}')
    made.commit()
    return made


def test_a_baseline_is_read_as_it_was(project: Project) -> None:
    first = project.store.read_bytes(path_of(KEY))
    kept = project.approve(b'{"y":2}')
    assert project.bytes_at("HEAD") == first
    tree = working_tree(project.store)
    assert read_baseline(tree.bytes_of(KEY), KEY, "here") == kept
    project.commit()
    assert (project.bytes_at("HEAD~1"), project.bytes_at("main")) == (first, tree.bytes_of(KEY))


def test_only_baselines_of_ours_are_listed(project: Project) -> None:
    baseline = project.store.root / "baseline"
    for name in ("README.md", ".hidden/a.har", "crm/.tmp-a.har", "crm/deep/er/a.har", "crm/.har", "a.har", "crm/a.har"):
        path = baseline / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (project.store.root.parent / "baseline" / "crm").mkdir(parents=True)
    (project.store.root.parent / "baseline" / "crm" / "other.har").write_text("x")
    repository, commit = project.repository, project.commit()
    with revision(repository, commit, "now") as snapshot:
        assert set(snapshot.versions) == set(working_tree(project.store).versions) == {KEY, ("crm", "a")}


def test_files_that_cannot_differ_have_one_version(project: Project) -> None:
    project.approve(b"{}", name="other")
    second = project.commit()
    repository = project.repository
    with revision(repository, repository.commit("HEAD~1"), "a") as old, revision(repository, second, "b") as new:
        assert old.versions[KEY] == new.versions[KEY]
        assert set(new.versions) - set(old.versions) == {(VENDOR, "other")}


def test_many_and_large_ones_in_any_order(project: Project) -> None:
    for number in range(12):
        project.approve(b'"' + b"x" * number * 70_000 + b'"', name=f"n{number}")
    commit = project.commit()
    with revision(project.repository, commit, "now") as snapshot:
        for number in [*range(11, -1, -1), 7, 7]:
            key = VENDOR, f"n{number}"
            found = read_baseline(snapshot.bytes_of(key), key, "there")
            assert found.exchange.response is not None
            assert len(found.exchange.response.body) == number * 70_000 + 2


def test_line_ends_that_a_checkout_changes_make_no_difference(project: Project) -> None:
    git(project.top, "config", "core.autocrlf", "true")
    path = project.store.root / path_of(KEY)
    path.unlink()
    git(project.top, "checkout", "--", ".")
    here, there = path.read_bytes(), project.bytes_at("HEAD")
    assert b"\r\n" in here
    assert b"\r\n" not in there
    assert read_baseline(here, KEY, "here") == read_baseline(there, KEY, "there")


def test_a_worktree_is_a_place_like_any_other(project: Project, tmp_path: Path) -> None:
    git(project.top, "worktree", "add", "--quiet", "-b", "feature", str(tmp_path / "tree"))
    other = replace(project, top=tmp_path / "tree")
    other.approve(b'{"y":1}')
    other.commit()
    assert other.bytes_at("main") == project.bytes_at("HEAD") != other.bytes_at("HEAD")


def test_a_folder_that_is_gone(project: Project) -> None:
    shutil.rmtree(project.store.root)
    assert working_tree(project.store).versions == {}
    assert project.bytes_at("HEAD")


def test_what_lies_in_place_of_a_baseline_is_told(project: Project) -> None:
    folder = project.store.root / "baseline" / "crm"
    folder.mkdir()
    (folder / "link.har").symlink_to("/etc/passwd")
    (folder / "lfs.har").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    (folder / "moved.har").write_bytes(project.store.read_bytes(path_of(KEY)))
    run = project.store.append(project.make(b"{}", vendor="crm", interaction_id="unapproved"))
    (folder / "unapproved.har").write_bytes(project.store.read_bytes(run.path))
    (folder / "cut.har").write_bytes(project.store.read_bytes(run.path)[:99])
    commit = project.commit()
    reasons = {
        "link": "it is a link, not a file",
        "lfs": "it is a Git LFS pointer, not the recording",
        "moved": "it is the recording of another interaction",
        "unapproved": "nobody approved it",
        "cut": "it ends too early: it was cut",
    }
    with revision(project.repository, commit, "now") as snapshot:
        for name, reason in reasons.items():
            with pytest.raises(RecordingError) as caught:
                read_baseline(snapshot.bytes_of(("crm", name)), ("crm", name), "there")
            assert caught.value.what == reason


def test_after_the_end_nothing_is_read(project: Project) -> None:
    with revision(project.repository, project.repository.commit("HEAD"), "now") as snapshot:
        pass
    with pytest.raises((RecordingError, ValueError)):
        snapshot.bytes_of(KEY)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "is no git revision"),
        ("-x", "is no git revision"),
        ("--output=stolen", "is no git revision"),
        ("main\nmain", "is no git revision"),
        ("ma\0in", "is no git revision"),
        ("nope", "git knows no revision 'nope' here; fetch it"),
        ("main..main", "git knows no revision"),
        ("^main", "git knows no revision"),
        ("main:ops", "git knows no revision"),
        ("main^{tree}", "git knows no revision"),
    ],
)
def test_what_is_no_revision_is_refused(project: Project, name: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        project.repository.commit(name)
    assert message in str(caught.value)


def test_where_histories_part(project: Project) -> None:
    parting = git(project.top, "rev-parse", "HEAD")
    git(project.top, "checkout", "--quiet", "-b", "feature")
    ours = project.commit()
    git(project.top, "checkout", "--quiet", "main")
    git(project.top, "commit", "--quiet", "--allow-empty", "--message", "another")
    theirs = git(project.top, "rev-parse", "HEAD")
    repository = project.repository
    assert repository.parting(theirs, ours) == parting
    assert repository.parting(parting, ours) == parting
    git(project.top, "checkout", "--quiet", "--orphan", "alone")
    git(project.top, "commit", "--quiet", "--message", "alone")
    assert repository.parting(theirs, git(project.top, "rev-parse", "HEAD")) == ""


def test_a_shallow_clone_says_how_to_deepen_it(project: Project, tmp_path: Path) -> None:
    project.commit()
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{project.top}", "clone")
    clone = replace(project, top=tmp_path / "clone")
    assert clone.repository.shallow
    assert clone.bytes_at("HEAD") == project.bytes_at("HEAD")
    with pytest.raises(UsageError, match=r"fetch --unshallow .*fetch-depth: 0"):
        clone.repository.commit("HEAD~1")


def test_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a git repository"):
        repository_of(tmp_path / "recordings")
