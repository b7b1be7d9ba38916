"""Room on the disk, looked at before a run begins."""

from __future__ import annotations

import shutil
from pathlib import Path

from monitor.errors import StorageError
from monitor.recordings import files
from monitor.recordings.sizes import shown_size


def _nearest(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if path.exists()), Path())


def require_free(folder: Path, least: int, kept: str) -> None:
    """Raises StorageError where the disk of ``folder``, which need not exist yet, has less than ``least`` bytes free.

    ``kept`` says what is kept there. A disk that tells no size, as some network disks do, is taken to have room.
    """
    if not least:
        return
    with files.told(folder):
        disk = shutil.disk_usage(_nearest(folder))
    if disk.total and disk.free < least:
        raise StorageError(
            f"only {shown_size(disk.free)} are free where {kept} kept; min_free is {shown_size(least)}",
            where=files.shown(folder),
            fix="free some space (monitor recordings prune), or lower recordings.min_free in monitor.yaml",
        )
