"""What verify says of each kind of damage."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest

from monitor.model import Approval, Outcome, Plan, Recording, Result, RunReport
from monitor.recordings.inspecting import Remark, State, of_baseline, of_recording, of_run, of_tree
from monitor.recordings.store import Store

MakeRecording: TypeAlias = Callable[..., Recording]
NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
RUN, OTHER = "20261122T085800Z-ab12cd", "20261123T085800Z-000000"
HAR = f"runs/{RUN}/crm/x.har"
BASELINE = "baseline/crm/look-up-1a2b3c4d.har"
PRETTY = "baseline/crm/look-up-1a2b3c4d.pretty.json"
REPORT = RunReport(RUN, "check", NOW, NOW, ("crm",), (Result("crm", "x", "d", Outcome.SAME, evidence=HAR),))


@pytest.fixture
def kept(store: Store, make_recording: MakeRecording) -> Store:
    store.write_plan(Plan(RUN, NOW, "check", ("crm",), ()))
    store.append(make_recording(run_id=RUN, interaction_id="x"))
    store.write_report(REPORT)
    return store


def run_remarks(store: Store, vendor: str | None = None) -> list[Remark]:
    recorded = frozenset(store.recordings(RUN, vendor))
    recordings = [remark for path in sorted(recorded) for remark in of_recording(store, path)]
    return [*recordings, *of_run(store, RUN, recorded, vendor), *of_tree(store)]


def test_a_whole_run_is_passed_in_silence(kept: Store) -> None:
    assert run_remarks(kept) == []
    assert run_remarks(kept, "crm") == []


def _cut(at: Path) -> None:
    (at / "crm" / "x.har").write_bytes((at / "crm" / "x.har").read_bytes()[:300])


def _edit(at: Path) -> None:
    har = at / "crm" / "x.har"
    har.write_text(har.read_text().replace("c-1", "c-2"))


def _newer(at: Path) -> None:
    har = at / "crm" / "x.har"
    har.write_text(har.read_text().replace('"version": 1,', '"version": 2,'))


def _other_interaction(at: Path) -> None:
    (at / "crm" / "y.har").write_bytes((at / "crm" / "x.har").read_bytes())
    (at / "crm" / "y.har").chmod(0o600)


def _link_out(at: Path) -> None:
    (at / "crm" / "z.har").symlink_to("/etc/hostname")


@pytest.mark.parametrize(
    ("harm", "path", "what"),
    [
        (_cut, HAR, "cut"),
        (_edit, HAR, "its digest differs"),
        (_newer, HAR, "by a newer monitor"),
        (_other_interaction, f"runs/{RUN}/crm/y.har", "of another interaction"),
        (_link_out, f"runs/{RUN}/crm/z.har", "outside the recordings folder"),
        (lambda at: (at / "crm" / "x.har").unlink(), HAR, "the run's report rests on it"),
        (lambda at: (at / "erp").symlink_to("/etc"), f"runs/{RUN}/erp", "symbolic link out of"),
        (lambda at: (at / "plan.json").write_text("{"), f"runs/{RUN}/plan.json", "cut"),
        (lambda at: (at / "plan.json").unlink(), f"runs/{RUN}/plan.json", "it is gone"),
        (lambda at: (at / "report.json").write_text("[]"), f"runs/{RUN}/report.json", "no Object"),
        (
            lambda at: (at / "plan.json").write_text((at / "plan.json").read_text().replace(RUN, OTHER)),
            f"runs/{RUN}/plan.json",
            f"it is of run {OTHER}",
        ),
    ],
)
def test_damage(kept: Store, harm: Callable[[Path], object], path: str, what: str) -> None:
    harm(kept.root / "runs" / RUN)
    remarks = [remark for remark in run_remarks(kept) if remark.state is State.DAMAGED]
    assert remarks
    assert remarks[0].path == path
    assert what in remarks[0].what
    assert all(remark.fix for remark in remarks)


def test_a_recording_of_another_run(kept: Store, make_recording: MakeRecording) -> None:
    at = kept.root / "runs"
    kept.append(make_recording(run_id=OTHER, interaction_id="x"))
    (at / OTHER / "crm" / "x.har").replace(at / RUN / "crm" / "x.har")
    (remark,) = run_remarks(kept)
    assert (remark.path, remark.what) == (HAR, f"it is a recording of run {OTHER}")


@pytest.mark.parametrize(
    ("gone", "what"),
    [(("report.json",), "still going, or it was interrupted"), (("report.json", "plan.json"), "neither")],
)
def test_runs_without_a_report_are_no_damage(kept: Store, gone: tuple[str, ...], what: str) -> None:
    for name in gone:
        (kept.root / "runs" / RUN / name).unlink()
    (remark,) = run_remarks(kept)
    assert (remark.path, remark.state) == (f"runs/{RUN}", State.NOTE)
    assert what in remark.what


def test_a_report_of_other_evidence_is_not_our_matter(kept: Store) -> None:
    results = [replace(REPORT.results[0], evidence=text) for text in ("", f"runs/{OTHER}/crm/x.har", "../../etc")]
    kept.write_report(replace(REPORT, results=tuple(results)))
    assert run_remarks(kept) == []
    kept.write_report(replace(REPORT, results=(replace(REPORT.results[0], vendor="erp", evidence=f"{HAR}x"),)))
    assert run_remarks(kept, "crm") == []
    assert len(run_remarks(kept)) == 1


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_runs_that_others_may_read(kept: Store, make_recording: MakeRecording, approval: Approval) -> None:
    kept.approve(make_recording(), approval)
    (kept.root / "baseline" / "crm").chmod(0o755)  # as a checkout has it
    (kept.root / BASELINE).chmod(0o644)
    assert run_remarks(kept) == []
    for name in (".", "crm", "crm/x.har"):
        (kept.root / "runs" / RUN / name).chmod(0o755)
    (remark,) = run_remarks(kept)
    assert remark.state is State.NOTE
    assert remark.path == f"runs/{RUN}"
    assert "3 files and folders" in remark.what
    assert remark.fix == f"chmod -R go= {kept.root / 'runs'}"


def test_a_link_within_and_a_link_instead_of_the_runs(kept: Store, tmp_path: Path) -> None:
    (kept.root / "runs" / RUN / "again").symlink_to("crm")
    assert [remark.state for remark in of_tree(kept)] == []
    (kept.root / "runs").rename(tmp_path / "moved")
    (kept.root / "runs").symlink_to(tmp_path / "moved")
    (remark,) = of_tree(kept)
    assert (remark.path, remark.state) == ("runs", State.DAMAGED)
    (remark,) = of_run(kept, RUN, frozenset(), None)
    assert remark.state is State.DAMAGED


# -- baselines --------------------------------------------------------------------------------------------


@pytest.fixture
def approved(store: Store, make_recording: MakeRecording, approval: Approval) -> Store:
    store.approve(make_recording(), approval)
    return store


def test_a_whole_baseline(approved: Store) -> None:
    assert list(approved.baselines()) == list(approved.baselines("crm")) == [BASELINE]
    assert list(approved.baselines("erp")) == []
    assert list(of_baseline(approved, BASELINE, mend=False)) == []
    pretty = approved.root / PRETTY
    pretty.write_bytes(pretty.read_bytes().replace(b"\n", b"\r\n"))  # as some checkouts make it
    assert list(of_baseline(approved, BASELINE, mend=False)) == []


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        (lambda pretty: pretty.unlink(), "it is missing"),
        (lambda pretty: pretty.write_text("{}"), "as it is now"),
        (lambda pretty: pretty.write_text(pretty.read_text().replace("c-1", "c-2")), "as it is now"),
    ],
)
def test_a_stale_pretty_file_is_mended(approved: Store, harm: Callable[[Path], object], what: str) -> None:
    pretty = approved.root / PRETTY
    right = pretty.read_bytes()
    harm(pretty)
    before = pretty.read_bytes() if pretty.exists() else None
    (told,) = of_baseline(approved, BASELINE, mend=False)
    assert (told.path, told.state) == (PRETTY, State.NOTE)
    assert what in told.what
    assert (pretty.read_bytes() if pretty.exists() else None) == before
    (mended,) = of_baseline(approved, BASELINE, mend=True)
    assert mended.state is State.MENDED
    assert pretty.read_bytes() == right
    assert list(of_baseline(approved, BASELINE, mend=True)) == []


def test_a_pretty_file_that_cannot_be_made(approved: Store) -> None:
    pretty = approved.root / PRETTY
    pretty.unlink()
    pretty.mkdir()
    (told,) = of_baseline(approved, BASELINE, mend=True)
    assert told.state is State.NOTE
    assert "cannot be made anew" in told.what


def test_baselines_that_nothing_may_rest_on(approved: Store, make_recording: MakeRecording) -> None:
    kept = approved.append(make_recording())
    (approved.root / BASELINE).write_bytes((approved.root / kept.path).read_bytes())
    first, *_ = of_baseline(approved, BASELINE, mend=False)
    assert (first.state, first.what) == (State.DAMAGED, "nobody approved it")
    (approved.root / BASELINE).write_text("{")
    (only,) = of_baseline(approved, BASELINE, mend=True)
    assert only.state is State.DAMAGED
