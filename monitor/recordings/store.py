"""Runs and baselines on disk.

    runs/<run id>/plan.json                              before the first call
                  <vendor>/<interaction id>.har          each before it is judged
                  report.json                            at the end; without it the run is an orphan
    baseline/<vendor>/<interaction id>.har               what a person approved
                      <interaction id>.pretty.json       generated from it, for review

Every name is checked and every path stays below the root, symbolic links followed: names come from contracts,
command lines and the disk itself. What is no file of ours is passed over; what is damaged raises RecordingError when
it is read, so that it costs nobody else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final

from monitor.errors import RecordingError, StorageError
from monitor.model import Approval, Plan, Recording, RunReport
from monitor.printable import printable
from monitor.recordings import files
from monitor.recordings.documents import plan_from, plan_to, report_from, report_to
from monitor.recordings.fields import RESTORE
from monitor.recordings.har import digest_of_pretty, from_har, pretty, to_har
from monitor.recordings.names import (
    BASELINE,
    HAR,
    PLAN,
    PRETTY,
    REPORT,
    RUNS,
    checked_name,
    checked_run_id,
    is_name,
    is_run_id,
)

_APPROVE: Final = "approve a recording again: monitor approve"


def new_run_id(now: datetime, entropy: bytes) -> str:
    """``20261122T085800Z-ab12cd``; ``now`` with a time zone, ``entropy`` at least one random byte.

    The first five of the six digits are the microsecond, so that ids sort by time within a second too.
    """
    moment = now.astimezone(UTC)
    return f"{moment:%Y%m%dT%H%M%SZ}-{moment.microsecond:05x}{entropy[0] & 15:x}"


def _run_path(run_id: str, vendor: str, interaction_id: str) -> str:
    folder = f"{RUNS}/{checked_run_id(run_id)}/{checked_name(vendor, 'a vendor')}"
    return f"{folder}/{checked_name(interaction_id, 'an interaction')}{HAR}"


def _baseline_path(vendor: str, interaction_id: str) -> str:
    return f"{BASELINE}/{checked_name(vendor, 'a vendor')}/{checked_name(interaction_id, 'an interaction')}{HAR}"


def _pretty_path(har_path: str) -> str:
    return har_path.removesuffix(HAR) + PRETTY


@dataclass(frozen=True, slots=True)
class Store:
    """The recordings folder at ``root``. Paths given and returned are relative to it, with ``/``."""

    root: Path

    # -- paths --------------------------------------------------------------------------------------------

    def _inside(self, relative: str) -> Path:
        """The file at ``relative``. Raises RecordingError where that is not below the root."""
        parts = relative.split("/")
        if ".." in parts or "\0" in relative or "\\" in relative or relative.startswith("/"):
            raise self._outside(relative)
        if self._has_links(parts):
            try:
                outside = not (self.root / relative).resolve().is_relative_to(self.root.resolve())
            except (OSError, RuntimeError):  # a loop of symbolic links
                outside = True
            if outside:
                raise self._outside(relative)
        return self.root / relative

    def _has_links(self, parts: Sequence[str]) -> bool:
        at = str(self.root)
        for part in parts:
            at = f"{at}/{part}"
            if os.path.islink(at):  # noqa: PTH114 - a Path for each part of each path costs more than the look
                return True
        return False

    def _outside(self, relative: str) -> RecordingError:
        what = f"'{printable(relative)}' lies outside the recordings folder"
        return RecordingError(what, where=files.shown(self.root), fix="name a recording in it")

    def _names(self, relative: str) -> list[str]:
        """Names in a folder that could be ours, sorted; none where there is no such folder."""
        folder = self._inside(relative)
        try:
            return sorted(path.name for path in folder.iterdir() if is_name(path.name))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise StorageError(
                f"it cannot be read: {error.strerror}", where=files.shown(folder), fix="check the disk"
            ) from None

    def _there(self, relative: str) -> bool:
        """Is there anything at ``relative``? Raises RecordingError where that cannot be told, or lies outside."""
        return self._is_there(self._inside(relative), relative)

    @staticmethod
    def _is_there(path: Path, relative: str) -> bool:
        try:
            path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            what = f"it cannot be read: {error.strerror}"
            raise RecordingError(what, where=printable(relative, 500), fix="check its permissions") from None
        return True

    def _is_orphan(self, run_id: str) -> bool:
        try:
            return self._there(f"{RUNS}/{run_id}/{PLAN}") and not self._there(f"{RUNS}/{run_id}/{REPORT}")
        except RecordingError:
            return False

    # -- runs ---------------------------------------------------------------------------------------------

    def write_plan(self, plan: Plan) -> None:
        """Raises StorageError, also where the run has a plan already."""
        files.write_new(self._inside(f"{RUNS}/{checked_run_id(plan.run_id)}/{PLAN}"), plan_to(plan))

    def read_plan(self, run_id: str) -> Plan:
        relative = f"{RUNS}/{checked_run_id(run_id)}/{PLAN}"
        plan = plan_from(files.read(self._inside(relative)), relative)
        if not plan.vendors:
            raise RecordingError("$.vendors is empty", where=relative, fix=RESTORE)
        self._check_run(plan.run_id, run_id, relative)
        return plan

    def write_report(self, report: RunReport) -> None:
        files.replace(self._inside(f"{RUNS}/{checked_run_id(report.run_id)}/{REPORT}"), report_to(report))

    def read_report(self, run_id: str) -> RunReport:
        relative = f"{RUNS}/{checked_run_id(run_id)}/{REPORT}"
        report = report_from(files.read(self._inside(relative)), relative)
        self._check_run(report.run_id, run_id, relative)
        return report

    @staticmethod
    def _check_run(told: str, run_id: str, relative: str) -> None:
        if told != run_id:
            fix = "put the folder under its own name again, or delete it"
            raise RecordingError(f"it is of run {printable(told)}", where=relative, fix=fix)

    def runs(self) -> tuple[str, ...]:
        """Run ids, the oldest first."""
        return tuple(name for name in self._names(RUNS) if is_run_id(name))

    def known_run(self, run_id: str) -> str:
        """``run_id``, if there is such a run; else raises RecordingError."""
        if checked_run_id(run_id) in self.runs():
            return run_id
        raise RecordingError(f"there is no run {run_id}", where=files.shown(self.root / RUNS), fix="list the folder")

    def orphaned(self) -> tuple[str, ...]:
        """Runs with a plan and no report. They were killed, or they are still going: that is the locks' to tell."""
        return tuple(run_id for run_id in self.runs() if self._is_orphan(run_id))

    # -- recordings ---------------------------------------------------------------------------------------

    def append(self, recording: Recording) -> Recording:
        """Keeps a recording in its run; it comes back with its path and digest. Raises StorageError."""
        path = _run_path(recording.run_id, recording.vendor, recording.interaction_id)
        data, kept = self._sealed(replace(recording, path=path))
        files.write_new(self._inside(path), data)
        return kept

    def recordings(self, run_id: str, vendor: str | None = None) -> Iterator[str]:
        """Paths of a run's recordings, by vendor and name. None is opened: ``read`` tells what is damaged."""
        return self._recorded(f"{RUNS}/{checked_run_id(run_id)}", vendor)

    def _recorded(self, at: str, vendor: str | None) -> Iterator[str]:
        vendors = self._names(at) if vendor is None else [checked_name(vendor, "a vendor")]
        for name in vendors:
            if self._escapes(f"{at}/{name}"):
                continue
            yield from (f"{at}/{name}/{file}" for file in self._names(f"{at}/{name}") if file.endswith(HAR))

    def _escapes(self, relative: str) -> bool:
        try:
            self._inside(relative)
        except RecordingError:
            return True
        return False

    def read_bytes(self, path: str) -> bytes:
        """The file at ``path`` as it is. Raises RecordingError."""
        return files.read(self._inside(path))

    def read(self, path: str) -> Recording:
        """The recording at ``path``: relative to the root, or absolute (anywhere). Raises RecordingError."""
        absolute = Path(path).is_absolute()
        relative = self._relative(path) if absolute else path
        recording = from_har(files.read(Path(path) if absolute else self._inside(path)), relative)
        parts = PurePosixPath(relative).parts
        placed = parts[0] in (RUNS, BASELINE) and not PurePosixPath(relative).is_absolute()
        if placed and parts[-2:] != (recording.vendor, recording.interaction_id + HAR):
            raise RecordingError(
                "it is the recording of another interaction",
                where=printable(relative, 500),
                fix="put it in its own place",
            )
        return recording

    def _relative(self, absolute: str) -> str:
        with suppress(ValueError, OSError, RuntimeError):
            return Path(absolute).resolve().relative_to(self.root.resolve()).as_posix()
        return absolute

    def bytes_of(self, path: str) -> bytes | None:
        """The file at ``path`` as it is; None where there is none."""
        return files.read(self._inside(path)) if self._there(path) else None

    def latest(self, vendor: str, interaction_id: str) -> Recording | None:
        """The newest recording of an interaction. Raises RecordingError where that one is damaged."""
        for run_id in reversed(self.runs()):
            path = _run_path(run_id, vendor, interaction_id)
            if self._there(path):
                return self.read(path)
        return None

    # -- baselines ----------------------------------------------------------------------------------------

    def baseline(self, vendor: str, interaction_id: str) -> Recording | None:
        """The approved recording, if there is one.

        Raises RecordingError where it is damaged, is another interaction's, or was not approved.
        """
        path = _baseline_path(vendor, interaction_id)
        if not self._there(path):
            return None
        recording = self.read(path)
        if recording.approval is None:
            raise RecordingError("nobody approved it", where=path, fix=_APPROVE)
        return recording

    def baselines(self, vendor: str | None = None) -> Iterator[str]:
        """Paths of the baselines, by vendor and name. None is opened."""
        return self._recorded(BASELINE, vendor)

    def baseline_file(self, vendor: str, interaction_id: str) -> tuple[str, bytes | None]:
        """Where the baseline lies, and its bytes unread; None where there is none. Raises RecordingError."""
        path = _baseline_path(vendor, interaction_id)
        file = self._inside(path)
        return path, files.read(file) if self._is_there(file, path) else None

    def refresh_pretty(self, baseline: Recording) -> None:
        """Brings a baseline's pretty file up to date where it can be written; a read-only checkout judges as well."""
        with suppress(StorageError):
            self._refresh(baseline)

    def stale_pretty(self, baseline: Recording) -> str:
        """What is wrong with the pretty file beside a baseline; empty where nothing is."""
        try:
            kept = self.bytes_of(_pretty_path(baseline.path))
        except RecordingError as error:
            return error.what
        if kept is None:
            return "it is missing"
        # a checkout may have changed the line ends
        return "" if kept.replace(b"\r\n", b"\n") == pretty(baseline) else "it does not show the baseline as it is now"

    def write_pretty(self, baseline: Recording) -> None:
        """Makes a baseline's pretty file anew. Raises StorageError."""
        files.replace(self._inside(_pretty_path(baseline.path)), pretty(baseline))

    def approve(self, recording: Recording, approval: Approval) -> Recording:
        """Makes the recording the baseline; it comes back as such. Raises StorageError."""
        data, kept = self._approved(recording, approval)
        # in this order: a crash in between leaves an old pretty file, which its digest tells
        files.replace(self._inside(kept.path), data)
        files.replace(self._inside(_pretty_path(kept.path)), pretty(kept))
        return kept

    def baseline_files(self, recording: Recording, approval: Approval) -> Mapping[str, bytes]:
        """What ``approve`` would write, by path."""
        data, kept = self._approved(recording, approval)
        return {kept.path: data, _pretty_path(kept.path): pretty(kept)}

    def _approved(self, recording: Recording, approval: Approval) -> tuple[bytes, Recording]:
        path = _baseline_path(recording.vendor, recording.interaction_id)
        return self._sealed(replace(recording, path=path, approval=approval))

    @staticmethod
    def _sealed(recording: Recording) -> tuple[bytes, Recording]:
        """The file's bytes, and the recording as it will be read from them."""
        data = to_har(recording)
        return data, from_har(data, recording.path)

    def _refresh(self, recording: Recording) -> None:
        path = self._inside(_pretty_path(recording.path))
        try:
            told = digest_of_pretty(files.read(path, limit=200))
        except RecordingError:
            told = ""
        if told != recording.digest:
            self.write_pretty(recording)
