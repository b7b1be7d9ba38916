"""Baselines as they are at a git revision, or in the working tree.

1. git is asked, never guessed at: where the recordings folder stands in its repository, what a revision is, which files
   it has (``ls-tree -z``: names as bytes) and what is in them (one ``cat-file --batch`` for all). No shell; names and
   revisions are arguments that cannot be options; paths are taken literally.
2. A pull request is about what changed since it left its base, so the base is where the two histories part. In a
   shallow clone that may not be known: then the base itself is taken, and that is told.
3. Line ends that a checkout changed make no difference: a recording's digest is over what it says.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final, Protocol

from monitor.errors import RecordingError, UsageError
from monitor.model import Recording
from monitor.printable import printable
from monitor.recordings.har import from_har
from monitor.recordings.names import BASELINE, HAR, is_name
from monitor.recordings.store import Store

Key = tuple[str, str]  # vendor, interaction id

_SECONDS: Final = 120.0  # for one question: a partial clone may have to fetch
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_OF_HOOKS: Final = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"})
_FILE_MODES: Final = frozenset({"100644", "100755"})
_LFS: Final = b"version https://git-lfs.github.com/spec/"
_APPROVE: Final = "approve a recording again: monitor approve"
_DEEPEN: Final = "fetch the history: git fetch --unshallow (GitHub: actions/checkout with fetch-depth: 0)"
WORKING_TREE: Final = "the working tree"


class Snapshot(Protocol):
    """Baselines at one time. ``versions`` tells files that cannot differ: equal and not empty means the same bytes."""

    @property
    def name(self) -> str: ...

    @property
    def versions(self) -> Mapping[Key, str]: ...

    def bytes_of(self, key: Key) -> bytes:
        """The file as it is. Raises RecordingError."""
        ...


def path_of(key: Key) -> str:
    return f"{BASELINE}/{key[0]}/{key[1]}{HAR}"


def read_baseline(data: bytes, key: Key, where: str) -> Recording:
    """The baseline that ``data`` is. Raises RecordingError where it is damaged, another's, or nobody approved it."""
    if data.startswith(_LFS):
        raise RecordingError("it is a Git LFS pointer, not the recording", where=where, fix="keep baselines out of LFS")
    recording = replace(from_har(data, where), path=path_of(key))
    if (recording.vendor, recording.interaction_id) != key:
        raise RecordingError("it is the recording of another interaction", where=where, fix="put it in its own place")
    if recording.approval is None:
        raise RecordingError("nobody approved it", where=where, fix=_APPROVE)
    return recording


@dataclass(frozen=True, slots=True)
class WorkingTree:
    """The baselines as they lie on disk."""

    store: Store
    versions: Mapping[Key, str]
    name: str = WORKING_TREE

    def bytes_of(self, key: Key) -> bytes:
        return self.store.read_bytes(path_of(key))


def working_tree(store: Store) -> WorkingTree:
    parts = (path.split("/") for path in store.baselines())
    return WorkingTree(store, {(part[-2], part[-1].removesuffix(HAR)): "" for part in parts})


# -- git --------------------------------------------------------------------------------------------------


def _environment() -> dict[str, str]:
    """Ours, without what a git hook says of the repository that it runs in: the folder says that."""
    kept = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
    return {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}


def _command(folder: Path, *arguments: str) -> list[str]:
    return ["git", "-C", str(folder), "--no-pager", "--literal-pathspecs", *arguments]


def _said(error: bytes) -> str:
    """The first line of what git said."""
    lines = [line for line in error.decode("utf-8", "replace").splitlines() if line.strip()]
    return printable(lines[0].removeprefix("fatal: ") if lines else "it said nothing", 300)


def _no_git() -> UsageError:
    return UsageError("there is no git here", fix="install git")


def _asked(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """git's answer, whatever it is. Raises UsageError where git cannot be asked."""
    try:
        return subprocess.run(
            _command(folder, *arguments),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise UsageError(f"git did not answer within {_SECONDS:.0f} s", fix="try it by hand") from None
    except OSError:
        raise _no_git() from None


@dataclass(frozen=True, slots=True)
class Repository:
    """A git work tree. ``prefix`` is where the recordings folder stands in it, with a ``/`` at its end, or empty."""

    folder: Path
    prefix: str
    shallow: bool

    def lines(self, *arguments: str) -> str | None:
        """The first line that git answers; None where it answers with an error."""
        done = _asked(self.folder, *arguments)
        return os.fsdecode(done.stdout).partition("\n")[0] if done.returncode == 0 else None

    def commit(self, revision: str) -> str:
        """The commit that ``revision`` names. Raises UsageError where there is none."""
        if not revision or revision.startswith("-") or not revision.isprintable():
            raise UsageError(f"'{printable(revision)}' is no git revision", fix="name a branch, a tag or a commit")
        found = self.lines("rev-parse", "--quiet", "--verify", f"{revision}^{{commit}}")
        if found and _COMMIT.fullmatch(found):
            return found
        fix = _DEEPEN if self.shallow else "fetch it (git fetch origin), or name another (git branch --all)"
        raise UsageError(f"git knows no revision '{printable(revision)}' here", fix=printable(fix, 300))

    def parting(self, base: str, head: str) -> str:
        """The commit where the histories of two commits part; empty where that is not known."""
        found = self.lines("merge-base", base, head)
        return found if found and _COMMIT.fullmatch(found) else ""


def _existing(folder: Path) -> Path:
    return next((parent for parent in (folder, *folder.parents) if parent.is_dir()), folder)


def repository_of(recordings: Path) -> Repository:
    """The repository that the recordings folder stands in. Raises UsageError where there is none."""
    folder = _existing(recordings)
    done = _asked(folder, "rev-parse", "--is-shallow-repository", "--show-prefix")
    if done.returncode != 0:
        said = _said(done.stderr)
        fix = "baselines are reviewed between revisions of a git repository"
        if "dubious ownership" in said:
            fix = f"git config --global --add safe.directory {printable(str(folder), 200)}"
        raise UsageError(f"git cannot be asked: {said}", where=printable(str(folder), 300), fix=fix)
    shallow, _, prefix = os.fsdecode(done.stdout).partition("\n")
    missing = recordings.relative_to(folder).as_posix()
    below = "" if missing == "." else f"{missing}/"
    return Repository(folder, prefix.removesuffix("\n") + below, shallow == "true")


# -- a revision -------------------------------------------------------------------------------------------


def _entries(repository: Repository, commit: str) -> Iterator[tuple[str, str, str]]:
    """(mode, object, path below ``baseline/``) of the files of the baselines."""
    top = f"{repository.prefix}{BASELINE}/"
    done = _asked(repository.folder, "ls-tree", "-r", "-z", "--full-tree", commit, "--", top)
    if done.returncode != 0:
        raise RecordingError(f"git cannot list it: {_said(done.stderr)}", where=commit[:12], fix="try: git fsck")
    for line in done.stdout.split(b"\0"):
        facts, _, path = line.partition(b"\t")
        name = os.fsdecode(path)
        if name.startswith(top):
            mode, _, rest = facts.decode("ascii", "replace").partition(" ")
            yield mode, rest.partition(" ")[2], name.removeprefix(top)


def _key(path: str) -> Key | None:
    vendor, _, file = path.partition("/")
    name = file.removesuffix(HAR)
    return (vendor, name) if file.endswith(HAR) and is_name(vendor) and is_name(file) and name else None


@dataclass(frozen=True, slots=True)
class Revision:
    """The baselines at a commit, read from a git process that is kept going."""

    name: str
    versions: Mapping[Key, str]  # the object's name; what is no plain file has a mode before it
    stdin: IO[bytes]
    stdout: IO[bytes]

    def bytes_of(self, key: Key) -> bytes:
        version = self.versions[key]
        where = f"{path_of(key)} at {self.name}"
        if " " in version:
            raise RecordingError("it is a link, not a file", where=where, fix=_APPROVE)
        try:
            self.stdin.write(version.encode() + b"\n")
            self.stdin.flush()
            head = self.stdout.readline().split()
            if len(head) == 3 and head[1] == b"blob":
                return self._body(int(head[2]), where)
        except OSError:
            pass
        raise RecordingError("git cannot read it", where=where, fix="try: git fsck")

    def _body(self, size: int, where: str) -> bytes:
        data = self.stdout.read(size + 1)
        if len(data) != size + 1:
            raise RecordingError("git ended before it had read it", where=where, fix="try: git fsck")
        return data[:-1]


@contextmanager
def revision(repository: Repository, commit: str, name: str) -> Iterator[Revision]:
    """The baselines at ``commit``, which is shown as ``name``. Raises UsageError where git cannot be asked."""
    found = ((_key(path), mode, thing) for mode, thing, path in _entries(repository, commit))
    versions = {key: thing if mode in _FILE_MODES else f"{mode} {thing}" for key, mode, thing in found if key}
    try:
        process = subprocess.Popen(
            _command(repository.folder, "cat-file", "--batch"),
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        raise _no_git() from None
    with process:
        if process.stdin is None or process.stdout is None:  # never: both are pipes
            raise _no_git()
        try:
            yield Revision(name, versions, process.stdin, process.stdout)
        finally:
            process.kill()
            with suppress(OSError):  # what could not be written any more
                process.stdin.close()
