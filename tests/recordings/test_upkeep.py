"""What lies on disk, what is left over, and how a run goes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from monitor.errors import RecordingError, StorageError
from monitor.model import Approval, Outcome, Plan, Recording, Result, RunReport
from monitor.recordings.store import Store
from monitor.recordings.upkeep import newest_evidence, remove, set_aside, survey

MakeRecording: TypeAlias = Callable[..., Recording]
NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
LATER = NOW + timedelta(days=400)  # of the disk's clock too: what was written now is abandoned then
ONE, TWO, THREE = (f"2026112{day}T085800Z-ab12cd" for day in (2, 3, 4))
AS_ROOT = getattr(os, "geteuid", lambda: 1)() == 0


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def report(run_id: str, *results: Result) -> RunReport:
    return RunReport(run_id, "check", NOW, NOW, ("crm",), results)


def result(run_id: str, outcome: Outcome, interaction: str = "x") -> Result:
    return Result("crm", interaction, "d", outcome, evidence=f"runs/{run_id}/crm/{interaction}.har")


@pytest.fixture
def runs(store: Store, make_recording: MakeRecording) -> Store:
    """Two whole runs and a third without a report."""
    for run_id in (ONE, TWO, THREE):
        store.write_plan(Plan(run_id, NOW, "check", ("crm",), ()))
        store.append(make_recording(run_id=run_id, interaction_id="x"))
    store.append(make_recording(run_id=ONE, interaction_id="y", vendor="erp"))
    for run_id in (ONE, TWO):
        store.write_report(report(run_id))
    return store


def test_what_a_run_holds(runs: Store) -> None:
    found = survey(runs, LATER)
    assert [run.run_id for run in found.runs] == [ONE, TWO, THREE]
    first = found.runs[0]
    assert first.started == NOW
    assert first.recordings == ("crm/x", "erp/y")
    assert first.vendors == {"crm", "erp"}
    assert [run.finished for run in found.runs] == [True, True, False]
    folder = runs.root / "runs" / ONE
    assert first.size == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert (found.leftovers, found.faults) == ((), ())


def test_nothing_at_all(store: Store) -> None:
    found = survey(store, NOW)
    assert (found.runs, found.leftovers, found.faults) == ((), (), ())
    assert not store.root.exists()


def test_what_is_none_of_ours_is_left_alone(runs: Store, tmp_path: Path) -> None:
    at = runs.root / "runs"
    (at / "99999999T999999Z-ab12cd" / "crm").mkdir(parents=True)
    (at / "notes").mkdir()
    (at / "20260101T000000Z-ab12cd").write_text("a file")
    (tmp_path / "elsewhere").mkdir()
    (at / "20260102T000000Z-ab12cd").symlink_to(tmp_path / "elsewhere")
    (at / "20260103T000000Z-ab12cd").symlink_to(ONE)
    (at / ONE / "crm" / "notes.txt").write_text("mine")
    for folder in ("a:b", ".hidden", "crm/deep"):
        (at / ONE / folder).mkdir()
        (at / ONE / folder / "x.har").write_text("{}")
    found = survey(runs, LATER)
    assert [run.run_id for run in found.runs] == [ONE, TWO, THREE]
    assert found.runs[0].recordings == ("crm/x", "erp/y")
    for odd in ("20260101T000000Z-ab12cd", "20260102T000000Z-ab12cd", "20260103T000000Z-ab12cd", "20260104T000000Z-0"):
        with pytest.raises(StorageError, match="gone"):
            set_aside(runs, odd)
    assert (at / ONE).is_dir()


def test_links_are_not_followed(runs: Store, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "z.har").write_bytes(b"x" * 10_000)
    folder = runs.root / "runs" / ONE
    (folder / "linked").symlink_to(outside)
    (folder / "crm" / "z.har").symlink_to(outside / "z.har")
    found = survey(runs, LATER).runs[0]
    assert found.recordings == ("crm/x", "crm/z", "erp/y")
    assert found.size < 10_000
    remove(runs, set_aside(runs, ONE))
    assert not folder.exists()
    assert names(outside) == ["z.har"]


def test_nothing_goes_where_the_folder_of_runs_is_a_link(runs: Store, tmp_path: Path) -> None:
    (runs.root / "runs").rename(tmp_path / "moved")
    (runs.root / "runs").symlink_to(tmp_path / "moved")
    with pytest.raises(RecordingError, match="outside"):
        survey(runs, LATER)
    with pytest.raises(StorageError):
        set_aside(runs, ONE)


def test_a_run_goes_in_two_steps(runs: Store) -> None:
    aside = set_aside(runs, ONE)
    assert aside == f"runs/.tmp-{ONE}"
    assert runs.runs() == (TWO, THREE)
    assert (runs.root / aside / "report.json").is_file()
    assert survey(runs, NOW).leftovers == (aside,)  # at once: no writer has such a folder
    remove(runs, aside)
    remove(runs, aside)
    assert names(runs.root / "runs")[0] == TWO
    assert survey(runs, NOW).leftovers == ()


def test_a_run_that_came_back_while_its_leftover_lay_there(runs: Store, tmp_path: Path) -> None:
    shutil.copytree(runs.root / "runs" / ONE, tmp_path / "copy")
    set_aside(runs, ONE)
    shutil.copytree(tmp_path / "copy", runs.root / "runs" / ONE)
    remove(runs, set_aside(runs, ONE))
    assert ONE not in "".join(names(runs.root))


def test_leftovers_of_writers(runs: Store, make_recording: MakeRecording, approval: Approval) -> None:
    runs.approve(make_recording(), approval)
    at = [f"runs/{ONE}/.tmp-a", f"runs/{ONE}/crm/.tmp-b.har", "baseline/.tmp-c", "baseline/crm/.tmp-d"]
    for path in at:
        (runs.root / path).write_bytes(b"half")
    (runs.root / "baseline" / "crm" / ".tmp-e").symlink_to("x")
    (runs.root / "baseline" / ".tmp-f").mkdir()
    (runs.root / ".tmp-g").write_bytes(b"")
    (runs.root / "runs" / ".tmp-h").mkdir()
    written = datetime.fromtimestamp((runs.root / at[0]).stat().st_mtime, UTC)
    assert survey(runs, written + timedelta(minutes=59)).leftovers == ()
    assert sorted(survey(runs, written + timedelta(minutes=62)).leftovers) == sorted(at)
    assert "crm/.tmp-b" not in survey(runs, NOW).runs[0].recordings
    for path in at:
        remove(runs, path)
    assert survey(runs, LATER).leftovers == ()
    assert len(list(runs.recordings(ONE))) == 2


@pytest.mark.skipif(AS_ROOT, reason="root may do everything")
def test_what_may_not_be_read_or_written_stops_nothing_else(runs: Store) -> None:
    folder, at = runs.root / "runs" / ONE / "crm", runs.root / "runs"
    folder.chmod(0)
    found = survey(runs, LATER)
    folder.chmod(0o700)
    assert [run.run_id for run in found.runs] == [TWO, THREE]
    assert "Permission denied" in found.faults[0]
    at.chmod(0o500)
    with pytest.raises(StorageError, match="may not be written"):
        set_aside(runs, ONE)
    at.chmod(0o700)
    folder.chmod(0o500)
    aside = set_aside(runs, ONE)
    with pytest.raises(StorageError, match="may not be written"):
        remove(runs, aside)
    (at / f".tmp-{ONE}" / "crm").chmod(0o700)
    remove(runs, aside)
    assert survey(runs, NOW).leftovers == ()


def test_a_folder_of_hostile_depth(runs: Store) -> None:
    deep = runs.root / "runs" / ONE / "crm"
    for _ in range(60):
        deep = deep / "d"
        deep.mkdir()
    (deep / "x.har").write_bytes(b"")
    assert survey(runs, LATER).runs[0].recordings == ("crm/x", "erp/y")
    remove(runs, set_aside(runs, ONE))
    assert runs.runs() == (TWO, THREE)


# -- evidence ---------------------------------------------------------------------------------------------


def test_the_newest_verdict_holds_its_evidence(runs: Store) -> None:
    """Drift in the first run, then the vendor was down: the newest recordings tell nothing of the drift."""
    runs.write_report(report(ONE, result(ONE, Outcome.DRIFTED)))
    runs.write_report(report(TWO, result(TWO, Outcome.VENDOR_DOWN)))
    assert newest_evidence(runs, survey(runs, NOW).runs) == {ONE}
    runs.write_report(report(TWO, result(TWO, Outcome.SAME)))
    assert newest_evidence(runs, survey(runs, NOW).runs) == {TWO}
    runs.write_report(report(THREE, result(THREE, Outcome.NOT_JUDGED)))
    assert newest_evidence(runs, survey(runs, NOW).runs) == {TWO}


def test_a_damaged_report_tells_no_verdict(runs: Store) -> None:
    runs.write_report(report(ONE, result(ONE, Outcome.DRIFTED)))
    (runs.root / "runs" / TWO / "report.json").write_text("{")
    assert newest_evidence(runs, survey(runs, NOW).runs) == {ONE}


def test_odd_evidence_is_no_run(runs: Store) -> None:
    odd = [replace(result(TWO, Outcome.SAME), evidence=text) for text in ("", "x", "/", "runs/../x")]
    for one in odd:
        runs.write_report(report(TWO, one))
        assert newest_evidence(runs, survey(runs, NOW).runs).isdisjoint({TWO, "x"})
