"""Pruning under locks, and verifying, over a real folder of recordings."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from monitor.errors import StorageError
from monitor.model import (
    Approval,
    Exchange,
    Outcome,
    Plan,
    Recording,
    Request,
    Response,
    Result,
    Retention,
    RunReport,
    Settings,
    Vendor,
)
from monitor.pipeline.keeping import prune, prune_after_run, require_room, verify
from monitor.pipeline.tools import Tools
from monitor.recordings.inspecting import State
from monitor.recordings.locks import vendor_lock
from monitor.recordings.masking import Masker
from monitor.recordings.store import Store, new_run_id

NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
RESPONSE = Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), b'{"id": 1}')
EXCHANGE = Exchange(Request("GET", "https://crm.example/"), RESPONSE, None, NOW, 0.1)


def _unused(*_: object) -> NoReturn:
    raise AssertionError


class Quiet:
    def planned(self, count: int) -> None: ...

    def done(self, result: Result) -> None: ...


@dataclass(frozen=True)
class House:
    """A recordings folder, and the tools and settings to look after it."""

    folder: Path

    @property
    def store(self) -> Store:
        return Store(self.folder / "recordings")

    @property
    def tools(self) -> Tools:
        return Tools(
            store=self.store,
            masker=Masker(()),
            clock=lambda: NOW,
            entropy=_unused,
            caller=_unused,
            judges=_unused,
            lock=_unused,
            try_lock=self.lock,
            listener=Quiet(),
        )

    def lock(self, vendor: str) -> AbstractContextManager[None]:
        return vendor_lock(self.folder / "state", vendor, "a test", 0)

    def settings(self, retention: Retention, vendors: tuple[Vendor, ...] = ()) -> Settings:
        return Settings(
            file=str(self.folder / "monitor.yaml"),
            root=str(self.folder),
            vendors={vendor.name: vendor for vendor in vendors},
            recordings_dir=str(self.store.root),
            state_dir=str(self.folder / "state"),
            ledger="",
            retention=retention,
        )

    def run(self, days: float, *recordings: str, outcome: Outcome = Outcome.SAME, finished: bool = True) -> str:
        """A run of so many days ago with ``vendor/interaction`` recordings."""
        moment = NOW - timedelta(days=days)
        run_id = new_run_id(moment, b"\0")
        pairs = [recording.split("/") for recording in recordings]
        vendors = tuple(sorted({vendor for vendor, _ in pairs}))
        self.store.write_plan(Plan(run_id, moment, "check", vendors, ()))
        results = []
        for vendor, name in pairs:
            kept = self.store.append(Recording("", run_id, vendor, name, "d", EXCHANGE))
            results.append(Result(vendor, name, "d", outcome, evidence=kept.path))
        if finished:
            self.store.write_report(RunReport(run_id, "check", moment, moment, vendors, tuple(results)))
        return run_id


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


WEEK = Retention(keep_days=7, keep_last=1)


def test_old_runs_go_and_figures_are_told(house: House) -> None:
    old, new = house.run(9, "crm/a"), house.run(1, "crm/a")
    (house.store.root / "runs" / ".tmp-20200101T000000Z-000000").mkdir()
    pruned = prune(house.tools, WEEK)
    assert [(one.run.run_id, one.reason) for one in pruned.deleted] == [(old, "older than 7 days")]
    assert [run.run_id for run in pruned.kept] == [new]
    assert (pruned.leftovers, pruned.busy, pruned.failed) == (1, (), ())
    assert pruned.freed > 500
    assert pruned.kept_size > 500
    assert [path.name for path in (house.store.root / "runs").iterdir()] == [new]
    assert prune(house.tools, WEEK).deleted == ()


def test_a_dry_run_writes_nothing(house: House) -> None:
    old, _ = house.run(9, "crm/a"), house.run(1, "crm/a")
    (house.store.root / "runs" / ".tmp-20200101T000000Z-000000").mkdir()
    before = sorted(house.folder.rglob("*"))
    pruned = prune(house.tools, WEEK, dry_run=True)
    assert [one.run.run_id for one in pruned.deleted] == [old]
    assert (len(pruned.kept), pruned.leftovers) == (1, 1)
    assert sorted(house.folder.rglob("*")) == before


def test_what_another_run_holds_is_left_and_told(house: House) -> None:
    both, only = house.run(9, "crm/a", "erp/a"), house.run(8, "crm/a")
    house.run(1, "crm/a", "erp/a")
    with house.lock("erp"):
        pruned = prune(house.tools, WEEK)
    assert [one.run.run_id for one in pruned.deleted] == [only]
    (told,) = pruned.busy
    assert told.startswith("1 run left for now: vendor erp is in use by 'a test'")
    assert len(pruned.kept) == 2
    with house.lock("erp"), house.lock("crm"):
        pruned = prune(house.tools, WEEK, locked=frozenset({"erp", "crm"}))
    assert [one.run.run_id for one in pruned.deleted] == [both]


def test_the_evidence_of_the_newest_verdict_stays(house: House) -> None:
    drifted = house.run(20, "crm/a", outcome=Outcome.DRIFTED)
    house.run(30, "crm/a")
    for days in range(10, 1, -1):
        house.run(days, "crm/a", outcome=Outcome.VENDOR_DOWN)
    pruned = prune(house.tools, WEEK)
    assert drifted in {run.run_id for run in pruned.kept}
    assert len(pruned.deleted) == 4
    house.run(0, "crm/a")
    assert drifted in {one.run.run_id for one in prune(house.tools, WEEK).deleted}


def test_what_is_held_stays(house: House) -> None:
    held, _ = house.run(9, "crm/a"), house.run(1, "crm/a")
    assert prune(house.tools, WEEK, held=frozenset({held})).deleted == ()


def test_a_run_that_cannot_be_deleted_stops_no_other(house: House) -> None:
    stuck, old, _ = house.run(9, "crm/a"), house.run(8, "crm/a"), house.run(1, "crm/a")
    (house.store.root / "runs" / f".tmp-{stuck}").write_text("in the way")
    pruned = prune(house.tools, WEEK)
    assert [one.run.run_id for one in pruned.deleted] == [old]
    assert pruned.failed[0].startswith(f"run {stuck} cannot be deleted: ")
    assert stuck in house.store.runs()
    notes = prune_after_run(house.settings(WEEK), house.tools, frozenset())
    assert len(notes) == 1
    assert f"run {stuck} cannot be deleted" in notes[0]


def test_after_a_run_only_what_was_asked_for_goes(house: House) -> None:
    for days in (9, 8, 1):
        house.run(days, "crm/a")
    assert prune_after_run(house.settings(Retention(keep_last=0)), house.tools, frozenset()) == ()
    assert len(house.store.runs()) == 3
    with house.lock("crm"):
        assert prune_after_run(house.settings(WEEK), house.tools, frozenset()) == ()  # another's, told to nobody
        (note,) = prune_after_run(house.settings(WEEK), house.tools, frozenset({"crm"}))
    assert note.startswith("deleted 2 old runs: ")
    (house.store.root / "runs").rename(house.folder / "moved")
    (house.store.root / "runs").symlink_to(house.folder / "moved")
    (note,) = prune_after_run(house.settings(WEEK), house.tools, frozenset())
    assert "outside the recordings folder" in note


def test_room_is_wanted_where_recordings_and_state_are(house: House) -> None:
    require_room(house.settings(Retention()))
    require_room(house.settings(Retention(min_free=0)))
    with pytest.raises(StorageError, match="where recordings are kept"):
        require_room(house.settings(Retention(min_free=10**18)))


# -- verifying --------------------------------------------------------------------------------------------

PACT = {
    "consumer": {"name": "tests"},
    "provider": {"name": "crm"},
    "interactions": [{"description": "a", "request": {"method": "GET", "path": "/a"}, "response": {"status": 200}}],
    "metadata": {"pactSpecification": {"version": "3.0.0"}},
}


def watched(house: House, pact: str) -> Settings:
    path = house.folder / "crm.json"
    path.write_text(pact)
    return house.settings(Retention(), (Vendor("crm", "https://crm.example", contracts=(str(path),)),))


def test_all_is_read_and_nothing_written(house: House) -> None:
    run_id = house.run(1, "crm/a", "crm/b", "erp/a")
    before = sorted(house.folder.rglob("*"))
    verified = verify(house.settings(Retention()), house.tools, None, False)
    assert (verified.runs, verified.recordings, verified.baselines, verified.remarks) == (1, 3, 0, ())
    assert sorted(house.folder.rglob("*")) == before
    (house.store.root / "runs" / run_id / "crm" / "b.har").write_text("{")
    verified = verify(house.settings(Retention()), house.tools, None, False)
    assert verified.count(State.DAMAGED) == 1
    of_erp = verify(house.settings(Retention()), house.tools, "erp", False)
    assert (of_erp.runs, of_erp.recordings, of_erp.count(State.DAMAGED)) == (1, 1, 0)
    assert verify(house.settings(Retention()), house.tools, "none", False).runs == 0


def test_baselines_of_no_contract(house: House) -> None:
    approval = Approval("ada", NOW, "runs/x")
    known = watched(house, json.dumps(PACT))
    gone = house.store.approve(Recording("", house.run(1, "crm/x"), "crm", "gone", "d", EXCHANGE), approval)
    (remark,) = verify(known, house.tools, None, False).remarks
    assert (remark.path, remark.state) == (gone.path, State.NOTE)
    assert "no contract has this interaction any more" in remark.what
    (remark,) = verify(watched(house, "{"), house.tools, None, False).remarks
    assert (remark.path, remark.state) == ("", State.NOTE)
    assert "crm.json" in remark.what


def test_leftovers_are_told_and_mended(house: House) -> None:
    house.run(1, "crm/a")
    (house.store.root / "runs" / ".tmp-20200101T000000Z-000000").mkdir(mode=0o700)
    settings = house.settings(Retention())
    (told,) = verify(settings, house.tools, None, False).remarks
    assert (told.path, told.state) == ("runs/.tmp-20200101T000000Z-000000", State.NOTE)
    (mended,) = verify(settings, house.tools, None, True).remarks
    assert mended == replace(told, state=State.MENDED, fix="")
    assert verify(settings, house.tools, None, True).remarks == ()


@pytest.mark.parametrize("name", ["crm", "erp"])
def test_a_link_is_told_once(house: House, name: str) -> None:
    run_id = house.run(1, "crm/a", "erp/a")
    har = house.store.root / "runs" / run_id / name / "a.har"
    har.unlink()
    har.symlink_to("/etc/hostname")
    (remark,) = verify(house.settings(Retention()), house.tools, None, False).remarks
    assert remark.state is State.DAMAGED
