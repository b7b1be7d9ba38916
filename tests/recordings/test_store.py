"""Runs and baselines: names stay inside, damage stays where it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import RecordingError, StorageError
from monitor.model import (
    Approval,
    Change,
    ChangeKind,
    Finding,
    Loss,
    Mismatch,
    Outcome,
    Plan,
    Planned,
    Recording,
    Result,
    RunReport,
    Severity,
    Skipped,
)
from monitor.recordings.store import Store, new_run_id

MakeRecording: TypeAlias = Callable[..., Recording]
PROJECT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
DATES = st.datetimes(datetime(2000, 1, 1), datetime(9999, 1, 1))  # noqa: DTZ001 - a time zone is given below
RUN, LATER = "20261122T085800Z-ab12cd", "20261123T085800Z-000000"
PLAN = Plan(RUN, NOW, "check", ("crm",), (Planned("crm", "look-up-1a2b3c4d", "d", "GET", "/a", "f00", "no"),))
REPORT = RunReport(
    run_id=RUN,
    command="check",
    started=NOW,
    finished=NOW + timedelta(seconds=1.5),
    vendors=("crm",),
    results=(
        Result(
            "crm",
            "look-up-1a2b3c4d",
            "d",
            Outcome.DRIFTED,
            findings=(
                Finding("$.a", Severity.BREAKING, True, Change("$.a", ChangeKind.RENAMED, to="$.b"), "v1:1"),
                Finding("$.a", Severity.BREAKING, True, Mismatch("$.a", "body", "x", "y", missing=True)),
                Finding("$.a", Severity.BREAKING, True, Loss("$.a", "t", "o", "String", "missing", ("$.a",))),
            ),
            notes=("note",),
            elapsed=0.5,
        ),
    ),
    skipped=(Skipped("crm", "f", "$", "d", "a message"),),
    closed_runs=("20261121T085800Z-000000",),
    exit_code=1,
    exit_reasons=("drift",),
)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# -- runs -------------------------------------------------------------------------------------------------


def test_a_run_id_is_utc() -> None:
    now = datetime(2026, 11, 22, 3, 58, 0, 0xAB12C, tzinfo=timezone(timedelta(hours=-5)))
    assert new_run_id(now, b"\xfd") == RUN


@given(DATES, DATES, st.binary(min_size=1), st.binary(min_size=1))
def test_run_ids_sort_by_time(one: datetime, other: datetime, some: bytes, more: bytes) -> None:
    first, second = (moment.replace(tzinfo=UTC) for moment in (one, other))
    if first < second:
        assert new_run_id(first, some) < new_run_id(second, more)


def test_plan_and_report_come_back(store: Store) -> None:
    store.write_plan(PLAN)
    assert store.read_plan(RUN) == PLAN
    assert store.orphaned() == (RUN,)
    store.write_report(REPORT)
    assert store.read_report(RUN) == REPORT
    assert store.orphaned() == ()
    store.write_report(replace(REPORT, exit_code=0))
    assert store.read_report(RUN).exit_code == 0
    with pytest.raises(StorageError):
        store.write_plan(PLAN)


def test_text_that_is_no_unicode_does_not_stop_a_report(store: Store) -> None:
    store.write_report(replace(REPORT, exit_reasons=("a\udcff",)))
    assert store.read_report(RUN).exit_reasons == ("a?",)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda text: text[: len(text) // 2], "it was cut|not JSON"),
        (lambda text: "", "it is empty"),
        (lambda text: "[]", "is no Object but Array"),
        (lambda text: text.replace('"version": 1', '"version": 2'), "by a newer monitor"),
        (lambda text: text.replace('"version": 1', '"version": "1"'), "is no Integer"),
        (lambda text: text.replace("2026-11-22", "Sunday"), "created"),
        (lambda text: text.replace('"vendors"', '"vendor"'), "vendors"),
        (lambda text: text.replace('"GET"', "7"), r"\$\.interactions\[0\]\.method"),
        (lambda text: text.replace("0", "\u0660"), "."),
    ],
)
def test_a_damaged_plan_is_refused(store: Store, change: Callable[[str], str], what: str) -> None:
    store.write_plan(PLAN)
    path = store.root / "runs" / RUN / "plan.json"
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    with pytest.raises(RecordingError, match=what) as caught:
        store.read_plan(RUN)
    assert caught.value.where == f"runs/{RUN}/plan.json"
    assert caught.value.fix


def test_keys_of_a_later_minor_version_are_passed_over(store: Store) -> None:
    store.write_plan(PLAN)
    path = store.root / "runs" / RUN / "plan.json"
    document = {**json.loads(path.read_text("utf-8")), "colour": "blue"}
    document["interactions"][0]["colour"] = "blue"
    path.write_text(json.dumps(document), "utf-8")
    assert store.read_plan(RUN) == PLAN


def test_no_recordings_folder_at_all(store: Store) -> None:
    assert store.runs() == ()
    assert store.orphaned() == ()
    assert list(store.recordings(RUN)) == []
    assert store.latest("crm", "x") is None
    assert store.baseline("crm", "x") is None
    with pytest.raises(RecordingError, match="no run"):
        store.known_run(RUN)
    with pytest.raises(RecordingError, match="no such file"):
        store.read_plan(RUN)
    assert not store.root.exists()


# -- recordings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", ["crm", "Ünïcode vendor", "a'b;c&d $(x)", "é" * 100, "-rf", "a..b", "x\u202ey"])
def test_recordings_come_back(store: Store, make_recording: MakeRecording, vendor: str) -> None:
    kept = store.append(make_recording(b"\0\xff", vendor=vendor))
    assert kept.path == f"runs/{RUN}/{vendor}/look-up-1a2b3c4d.har"
    assert len(kept.digest) == 64
    assert list(store.recordings(RUN)) == list(store.recordings(RUN, vendor)) == [kept.path]
    assert store.read(kept.path) == kept
    assert store.read(str(store.root / kept.path)) == kept
    assert store.latest(vendor, "look-up-1a2b3c4d") == kept
    with pytest.raises(StorageError, match="never overwritten"):
        store.append(make_recording(vendor=vendor))


def test_the_newest_comes_from_the_newest_run(store: Store, make_recording: MakeRecording) -> None:
    for run_id in (LATER, RUN):
        store.append(make_recording(run_id=run_id))
    store.append(make_recording(interaction_id="other"))
    newest, other = store.latest("crm", "look-up-1a2b3c4d"), store.latest("crm", "other")
    assert newest is not None
    assert other is not None
    assert (newest.run_id, other.run_id) == (LATER, RUN)
    assert store.runs() == (RUN, LATER)
    assert store.known_run(RUN) == RUN
    (store.root / newest.path).write_bytes(b"{")
    with pytest.raises(RecordingError):
        store.latest("crm", "look-up-1a2b3c4d")


def test_what_is_damaged_or_alien_costs_nobody_else(store: Store, make_recording: MakeRecording) -> None:
    good = store.append(make_recording(interaction_id="b"))
    folder = (store.root / good.path).parent
    for name in ("a.har", "z.har"):
        (folder / name).write_bytes(b"{torn")
    for alien in (".tmp-abc.har", ".tmp-xyz", "notes.txt", ".hidden.har"):
        (folder / alien).write_bytes(b"")
    (folder / "folder.har").mkdir()
    (folder.parent / "README").write_bytes(b"")
    (store.root / "runs" / "not-a-run").mkdir()
    read: dict[str, bool] = {}
    for path in store.recordings(RUN):
        try:
            read[Path(path).name] = store.read(path) == good
        except RecordingError:
            read[Path(path).name] = False
    assert read == {"a.har": False, "b.har": True, "folder.har": False, "z.har": False}
    assert store.runs() == (RUN,)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "/etc", "a\\b", "a\0b", ".hidden", "a\nb", "C:x", "plan.json", "\udcff", "\x9b"],
)
def test_names_that_could_leave_the_folder_are_refused(
    store: Store, make_recording: MakeRecording, approval: Approval, name: str
) -> None:
    for attempt in (
        lambda: store.append(make_recording(vendor=name)),
        lambda: store.append(make_recording(interaction_id=name)),
        lambda: store.append(make_recording(run_id=name)),
        lambda: store.approve(make_recording(vendor=name), approval),
        lambda: store.baseline(name, "x"),
        lambda: store.latest("crm", name) if store.runs() else store.baseline("crm", name),
        lambda: list(store.recordings(name)),
        lambda: list(store.recordings(RUN, name)),
        lambda: store.write_plan(replace(PLAN, run_id=name)),
        lambda: store.write_report(replace(REPORT, run_id=name)),
        lambda: store.read_plan(name),
        lambda: store.known_run(name),
    ):
        with pytest.raises(RecordingError) as caught:
            attempt()
        assert str(caught.value).isprintable()
    assert not store.root.exists()


@pytest.mark.parametrize(
    "path", ["../secret.har", "runs/../../secret.har", "link/secret.har", "runs\\x", "a\0b", "loop/x"]
)
def test_paths_that_leave_the_folder_are_refused(store: Store, path: str) -> None:
    store.root.mkdir()
    (store.root.parent / "secret.har").write_bytes(b"")
    (store.root / "link").symlink_to(store.root.parent)
    (store.root / "loop").symlink_to("loop")
    with pytest.raises(RecordingError, match=r"outside|no path"):
        store.read(path)


def test_a_linked_vendor_folder_is_neither_read_nor_written(store: Store, make_recording: MakeRecording) -> None:
    kept = store.append(make_recording())
    outside = store.root.parent / "outside"
    outside.mkdir()
    (store.root / "runs" / RUN / "evil").symlink_to(outside)
    (store.root / "baseline").symlink_to(outside)
    assert list(store.recordings(RUN)) == [kept.path]
    with pytest.raises(RecordingError, match="outside"):
        store.append(make_recording(vendor="evil"))
    with pytest.raises(RecordingError, match="outside"):
        store.baseline("crm", "x")
    assert list(outside.iterdir()) == []


def test_the_root_itself_may_be_a_link(tmp_path: Path, make_recording: MakeRecording) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    store = Store(tmp_path / "link")
    kept = store.append(make_recording())
    assert store.read(str(tmp_path / "real" / kept.path)) == kept


def test_a_recording_from_elsewhere_can_be_read(store: Store, tmp_path: Path, make_recording: MakeRecording) -> None:
    kept = store.append(make_recording())
    copy = tmp_path / "copy.har"
    copy.write_bytes((store.root / kept.path).read_bytes())
    assert store.read(str(copy)) == replace(kept, path=str(copy))


# -- baselines --------------------------------------------------------------------------------------------


def test_a_baseline_tells_who_approved_it(store: Store, make_recording: MakeRecording, approval: Approval) -> None:
    kept = store.append(make_recording())
    baseline = store.approve(kept, approval)
    assert baseline == store.baseline("crm", "look-up-1a2b3c4d")
    assert replace(baseline, path=kept.path, digest=kept.digest, approval=None) == kept
    assert baseline.approval == approval
    at = "baseline/crm/look-up-1a2b3c4d"
    assert names(store.root / "baseline") == ["crm/look-up-1a2b3c4d.har", "crm/look-up-1a2b3c4d.pretty.json"]
    assert store.baseline_files(kept, approval) == {
        f"{at}.har": store.bytes_of(f"{at}.har"),
        f"{at}.pretty.json": store.bytes_of(f"{at}.pretty.json"),
    }
    assert store.bytes_of("baseline/crm/missing.har") is None


def test_a_later_approval_replaces_the_baseline(
    store: Store, make_recording: MakeRecording, approval: Approval
) -> None:
    store.approve(make_recording(b'{"a":1}'), approval)
    store.approve(make_recording(b'{"b":2}'), approval)
    baseline = store.baseline("crm", "look-up-1a2b3c4d")
    assert baseline is not None
    assert baseline.exchange.response is not None
    assert baseline.exchange.response.body == b'{"b":2}'
    pretty = store.bytes_of("baseline/crm/look-up-1a2b3c4d.pretty.json") or b""
    assert json.loads(pretty)["response"]["body"] == {"b": 2}


@pytest.mark.parametrize("stale", [b"", b"{}", b'{"recording": "' + b"0" * 64 + b'"}', None])
def test_a_stale_pretty_file_is_made_again(
    store: Store, make_recording: MakeRecording, approval: Approval, stale: bytes | None
) -> None:
    store.approve(make_recording(), approval)
    path = store.root / "baseline" / "crm" / "look-up-1a2b3c4d.pretty.json"
    right = path.read_bytes()
    path.unlink()
    if stale is not None:
        path.write_bytes(stale)
    baseline = store.baseline("crm", "look-up-1a2b3c4d")
    assert baseline is not None
    assert (path.read_bytes() if path.exists() else None) == stale  # reading writes nothing
    store.refresh_pretty(baseline)
    assert path.read_bytes() == right


def test_baselines_that_nobody_approved_or_of_another_interaction(
    store: Store, make_recording: MakeRecording, approval: Approval
) -> None:
    kept = store.append(make_recording())
    baseline = store.approve(kept, approval)
    folder = (store.root / baseline.path).parent
    (folder / "other.har").write_bytes((store.root / baseline.path).read_bytes())
    (folder / "look-up-1a2b3c4d.har").write_bytes((store.root / kept.path).read_bytes())
    (folder / "torn.har").write_bytes(b"{")
    (folder / "gone.har").symlink_to("nowhere")
    for name, what in {
        "other": "another interaction",
        "look-up-1a2b3c4d": "nobody approved",
        "torn": "cut",
        "gone": "no such file",
    }.items():
        with pytest.raises(RecordingError, match=what):
            store.baseline("crm", name)


# -- killed in the middle ---------------------------------------------------------------------------------

APPENDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.model import Exchange, Recording, Request, Response
from monitor.recordings.store import Store
store = Store(Path(sys.argv[1]))
response = Response(200, "OK", "HTTP/1.1", (), bytes(range(256)) * 1000)
exchange = Exchange(Request("GET", "https://crm.example/"), response, None, datetime(2026, 1, 1, tzinfo=UTC), 0.1)
for number in range(100_000):
    store.append(Recording("", "20261122T085800Z-ab12cd", "crm", f"i-{number:06}", "d", exchange))
    print(number, flush=True)
"""


@pytest.mark.parametrize("after", [1, 4, 9, 16])
def test_a_kill_leaves_whole_recordings_only(store: Store, after: int) -> None:
    command = [sys.executable, "-c", APPENDER, str(store.root)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(after):
            assert process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        told = after + len(process.stdout.read().splitlines())
    paths = list(store.recordings(RUN))
    assert len(paths) in (told, told + 1)
    assert [store.read(path).interaction_id for path in paths] == [f"i-{number:06}" for number in range(len(paths))]
