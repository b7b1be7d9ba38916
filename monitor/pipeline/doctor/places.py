"""Where things are written: may we, is it private, is there room, and does another run hold a vendor?

Nothing is left behind: what is tried is a temporary file, in the nearest folder that is there already.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from monitor.errors import LockHeldError
from monitor.model import Settings, Vendor
from monitor.pipeline.doctor.checks import Check, guarded, ok, warning
from monitor.recordings import files
from monitor.recordings.locks import vendor_lock
from monitor.recordings.names import checked_name
from monitor.recordings.space import require_free

_NETWORK: Final = re.compile(
    r"nfs\d*|cifs|smb\d*|smbfs|afs|afpfs|ncpfs|9p|ceph|glusterfs|lustre|beegfs|gpfs|webdav|davfs"
    r"|fuse\.(sshfs|s3fs|gcsfuse|rclone|davfs|glusterfs|ceph|juicefs).*"
)
_BSD: Final = re.compile(r".+? on (?P<point>.+) \((?P<kind>[^ ,)]+)[^()]*\)")
_OCTAL: Final = re.compile(r"\\([0-7]{3})")
MOUNTS: Final = Path("/proc/mounts")


def nearest(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if os.path.lexists(path)), Path())


def _tried(folder: Path) -> bool:
    """Whether hard links work in ``folder``, in which a file can be made. Raises StorageError where none can."""
    with files.told(folder):
        handle, name = tempfile.mkstemp(prefix=files.TEMPORARY, dir=folder)
    link = f"{name}.link"
    try:
        os.close(handle)
        os.link(name, link)
    except OSError:
        return False
    finally:
        for path in (name, link):
            with suppress(OSError):
                Path(path).unlink()
    return True


def network_disk(path: Path, mounts: str) -> str:
    """The kind of network disk that ``path`` (absolute, links followed) lies on, empty for none.

    ``mounts`` is what Linux tells in /proc/mounts: device, mount point, kind of disk, and more, a line each.
    """
    best, kind = Path("/"), ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(_OCTAL.sub(lambda code: chr(int(code[1], 8)), fields[1]))
        if path.is_relative_to(point) and len(point.parts) >= len(best.parts):  # the later mount hides the earlier
            best, kind = point, fields[2]
    return kind if _NETWORK.fullmatch(kind) else ""


def of_mount(said: str) -> str:
    """What mount(8) of macOS and the BSDs says (``//me@host/share on /Volumes/x (smbfs, nodev)``), as /proc/mounts."""
    found = (_BSD.fullmatch(line) for line in said.splitlines())
    return "\n".join("- {} {}".format(m["point"].replace(" ", r"\040"), m["kind"]) for m in found if m)


def mounts() -> str:
    """All disks, as /proc/mounts tells them; empty where nobody tells."""
    try:
        return MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:  # not Linux
        pass
    if sys.platform == "win32":
        return ""
    with suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(["mount"], capture_output=True, timeout=5, check=True).stdout
        return of_mount(said.decode("utf-8", "surrogateescape"))
    return ""


def folder(name: str, path: Path, key: str) -> Iterator[Check]:
    """``name`` is what people call the folder, ``key`` where monitor.yaml sets it."""
    with files.told(path):
        near = nearest(path)
    links = _tried(near)
    there = "" if near == path else ", and will be made"
    if not links:
        what = f"{path}: its disk has no hard links, so two runs could take one name"
        yield warning("permissions", what, f"set {key} to a folder on a local disk")
    if kind := network_disk(near.resolve(), mounts()):
        what = f"{path}: it lies on a network disk ({kind}), whose locks and renames may not hold"
        yield warning("permissions", what, f"set {key} to a folder on a local disk")
    yield ok("permissions", f"{name} {path} can be written{there}")


def private(path: Path, others: int) -> Iterator[Check]:
    """Nothing where nobody else has the rights ``others`` (mode bits) to ``path``, or there is no such folder."""
    if sys.platform == "win32" or not path.is_dir():
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & others:
        does = "read" if mode & others & 0o055 else "write to"
        yield warning(
            "permissions", f"{path}: other users may {does} it (mode {mode:o})", f"chmod {mode & ~others:o} {path}"
        )


def private_file(name: str, path: Path) -> Iterator[Check]:
    """Nothing where nobody else may read or write the file."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if sys.platform != "win32" and mode & 0o077:
        does = "read" if mode & 0o044 else "write to"
        yield warning(name, f"{path}: other users may {does} it (mode {mode:o})", f"chmod 600 {path}")


def permissions(settings: Settings) -> Iterator[Check]:
    recordings, state = Path(settings.recordings_dir), Path(settings.state_dir)
    looks = (
        partial(folder, "recordings", recordings, "recordings: {dir: ...}"),
        partial(private, recordings, 0o022),  # baselines are committed, so all may read them
        partial(private, recordings / "runs", 0o077),
        partial(folder, "state_dir", state, "state_dir"),
        partial(private, state, 0o077),
    )
    for look in looks:
        yield from guarded("permissions", look)


def disk(settings: Settings) -> Iterator[Check]:
    least = settings.retention.min_free
    require_free(Path(settings.recordings_dir), least, "recordings are")
    require_free(Path(settings.state_dir), least, "state is")
    yield ok("disk", "there is room for recordings and state")


def lock(settings: Settings, vendor: Vendor) -> Iterator[Check]:
    name = f"lock {vendor.name}"
    told = Path(settings.state_dir) / "locks" / f"{checked_name(vendor.name, 'a vendor')}.json"
    if told.exists():  # else nobody holds it, and it is not touched: a run that begins now would be refused
        try:
            with vendor_lock(Path(settings.state_dir), vendor.name, "monitor doctor", 0):
                pass
        except LockHeldError as error:
            yield warning(name, error.what, "a check of this vendor would be refused now; --wait waits for it")
            return
    yield ok(name, "free")
