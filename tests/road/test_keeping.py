"""Recordings looked after, as people run it: old runs go, full disks tear nothing, kills leave whole runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import Exchange, Plan, Recording, Request, Response, RunReport
from monitor.recordings.store import Store, new_run_id
from tests.road.scripted import CONFIG, Answer, Project, ScriptedVendor, interaction, json_answer, pact_of

BODY = {"id": "CUST-1", "name": "Ada"}
BIG = {"id": "CUST-1", "name": "x" * 300_000}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WEEK = "recordings: {keep_days: 7, keep_last: 1, min_free: 0}\n"


def old_run(project: Project, number: int, interaction_id: str = "gone-1a2b3c4d") -> str:
    """A whole run of years ago; the higher the number, the newer."""
    moment = LONG_AGO + timedelta(days=number)
    run_id = new_run_id(moment, b"\0")
    store = Store(project.folder / "recordings")
    response = Response(200, "OK", "HTTP/1.1", (), b"{}")
    exchange = Exchange(Request("GET", "https://crm.example/"), response, None, moment, 0.1)
    store.write_plan(Plan(run_id, moment, "check", ("crm",), ()))
    store.append(Recording("", run_id, "crm", interaction_id, "d", exchange))
    store.write_report(RunReport(run_id, "check", moment, moment, ("crm",), ()))
    return run_id


def names(project: Project) -> list[str]:
    return [run.name for run in project.runs()]


@pytest.fixture
def watched(project: Project, vendor: ScriptedVendor) -> Project:
    """One contract; four runs of years ago, of which only the newest must stay."""
    project.write("contracts/crm/one.json", pact_of(interaction("a lookup", "/c", BODY)))
    project.write("monitor.yaml", CONFIG + WEEK)
    vendor.answers["/c"] = json_answer(BODY)
    for number in range(4):
        old_run(project, number)
    return project


# -- prune ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("check",), ("record", "--vendor", "crm", "--approve")])
def test_old_runs_go_after_each_run(watched: Project, command: tuple[str, ...]) -> None:
    done = watched.run(*command)
    assert done.returncode == 0, done.stdout + done.stderr
    kept = names(watched)
    assert len(kept) == 2  # this one, and the newest that holds a recording of the old interaction
    assert kept[0].startswith("20200104")
    assert "deleted" not in (watched.runs()[1] / "report.json").read_text()
    if command == ("check",):
        assert "note: deleted 3 old runs: " in done.stdout
        assert "deleted" not in watched.run("check").stdout
    assert watched.run("recordings", "verify").returncode == 0


def test_nothing_goes_unless_asked_for(watched: Project) -> None:
    watched.write("monitor.yaml", CONFIG)
    assert watched.run("check").returncode == 0
    assert len(names(watched)) == 5
    done = watched.run("recordings", "prune")
    assert done.returncode == 2
    assert "nothing says which runs may be deleted" in done.stderr
    assert "keep_days: 90" in done.stderr
    assert watched.run("recordings", "prune", "--keep-last", "0").returncode == 2
    assert watched.run("recordings", "prune", "--max-size", "5 apples").returncode == 2
    assert len(names(watched)) == 5


def test_prune_tells_each_run_and_the_sum(watched: Project) -> None:
    told = watched.run("recordings", "prune", "--dry-run", CRM_URL="", CRM_KEY="")
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert lines[0].split("  ")[:3] == ["would delete", names(watched)[0], "crm"]
    assert lines[0].endswith("older than 7 days")
    assert lines[-1].startswith("3 runs would be deleted, ")
    assert lines[-1].split("; ")[1].startswith("1 run kept, ")
    assert len(names(watched)) == 4
    done = watched.run("recordings", "prune", "--keep-last", "2", "--keep-days", "30")
    assert done.stdout.count("deleted  20") == 2
    assert done.stdout.splitlines()[-1].startswith("2 runs deleted, ")
    by_size = watched.run("recordings", "prune", "--keep-last", "0", "--max-size", "1B")
    assert by_size.stdout.splitlines()[-1].startswith("1 run deleted, ")
    assert "what always stays takes more than 1 B" in by_size.stderr
    assert len(names(watched)) == 1


def test_prune_while_a_check_runs(watched: Project, vendor: ScriptedVendor) -> None:
    reached, hold = threading.Event(), threading.Event()

    def answer() -> Answer:
        reached.set()
        hold.wait(timeout=60)
        return json_answer(BODY)

    vendor.answers["/c"] = answer
    watched.write("monitor.yaml", CONFIG)
    with watched.start("check") as check:
        assert reached.wait(timeout=60)
        done = watched.run("recordings", "prune", "--keep-days", "7", "--keep-last", "0")
        assert done.returncode == 0
        assert done.stderr.startswith("note: 3 runs left for now: vendor crm is in use by 'monitor check'")
        assert f"process {check.pid}" in done.stderr
        assert done.stdout.startswith("0 runs deleted, ")
        hold.set()
        check.communicate()
    assert check.returncode == 0
    assert len(names(watched)) == 5
    done = watched.run("recordings", "prune", "--keep-days", "7", "--keep-last", "0")
    assert done.stdout.count("deleted  20") == 3
    assert watched.run("recordings", "verify").returncode == 0


COUNT, FILES = 100, 8


def ended(process: subprocess.Popen[str]) -> bool:
    """Waited for a moment: whoever looks without a pause takes the processor from it."""
    try:
        process.wait(0.0005)
    except subprocess.TimeoutExpired:
        return False
    return True


@pytest.mark.parametrize("left", [COUNT, COUNT - 1, COUNT // 2])
def test_a_kill_in_the_middle_of_pruning(project: Project, left: int) -> None:
    """Killed as soon as runs are set aside; then when one, or half, are removed: what is there is whole."""
    project.write("contracts/crm/one.json", pact_of(interaction("a lookup", "/c", BODY)))
    project.write("one", "{}")
    at = project.folder / "recordings" / "runs"
    for number in range(COUNT):
        run = at / new_run_id(LONG_AGO + timedelta(days=number), b"\0")
        (run / "crm").mkdir(parents=True)
        for name in ("plan.json", "report.json", *(f"crm/{n}.har" for n in range(FILES))):
            (run / name).hardlink_to(project.folder / "one")
    with project.start("recordings", "prune", "--keep-days", "7") as process:
        while not ended(process):
            found = os.listdir(at)  # noqa: PTH208 - only the names, and quickly
            if len(found) <= left and any(name.startswith(".tmp-") for name in found):
                break
        process.kill()
    for run in at.iterdir():
        assert run.name.startswith(".tmp-") or len(list(run.rglob("*"))) == FILES + 3, run
    done = project.run("recordings", "prune", "--keep-days", "7")
    assert done.returncode == 0, done.stderr
    assert len(list(at.iterdir())) == 10
    assert all(len(list(run.rglob("*"))) == FILES + 3 for run in at.iterdir())


# -- verify -----------------------------------------------------------------------------------------------


def test_verify_tells_what_is_damaged_and_mends_what_is_generated(watched: Project) -> None:
    assert watched.run("record", "--vendor", "crm", "--approve").returncode == 0
    (pretty,) = watched.folder.glob("recordings/baseline/crm/*.pretty.json")
    right = pretty.read_bytes()
    pretty.unlink()
    done = watched.run("recordings", "verify", CRM_URL="", CRM_KEY="")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"note     baseline/crm/{pretty.name}",
        "    it is missing; make it anew: monitor recordings verify --mend",
        "2 recordings, 2 runs, 1 baseline: 1 note",
    ]
    done = watched.run("recordings", "verify", "--mend")
    assert done.stdout.endswith("1 baseline: 1 mended\n")
    assert pretty.read_bytes() == right
    assert watched.run("recordings", "verify").stdout == "2 recordings, 2 runs, 1 baseline: all well\n"
    (har,) = watched.runs()[-1].glob("crm/*.har")
    har.write_bytes(har.read_bytes()[:200])
    done = watched.run("recordings", "verify")
    assert done.returncode == 3
    assert f"damaged  runs/{watched.runs()[-1].name}/crm/{har.name}\n    it ends too early: it was cut; " in done.stdout
    done = watched.run("recordings", "verify", "--vendor", "crm", "--format", "json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["version"], told["damaged"], told["recordings"]) == (3, 1, 1, 2)
    assert {"path", "state", "what", "fix"} == told["remarks"][0].keys()
    assert watched.run("recordings", "verify", "--vendor", "crn").returncode == 2


# -- room on the disk -------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("check",), ("record", "--vendor", "crm")])
def test_no_run_begins_without_room(watched: Project, vendor: ScriptedVendor, command: tuple[str, ...]) -> None:
    watched.write("monitor.yaml", CONFIG + WEEK.replace("min_free: 0", "min_free: 1000TB"))
    done = watched.run(*command)
    assert done.returncode == 70
    assert "are free where recordings are kept; min_free is 1,000 TB; free some space" in done.stderr
    assert vendor.seen == []
    assert len(names(watched)) == 4
    assert not (watched.folder / ".monitor").exists()


@pytest.fixture
def large(project: Project, vendor: ScriptedVendor) -> Project:
    """Eight interactions, half of them with large bodies."""
    wanted = [interaction(f"lookup {number}", f"/c/{number}", BODY) for number in range(8)]
    project.write("contracts/crm/many.json", pact_of(*wanted))
    vendor.answers = {f"/c/{number}": json_answer(BIG if number % 2 else BODY) for number in range(8)}
    return project


def in_shell(project: Project, script: str, *before: str) -> subprocess.CompletedProcess[str]:
    """``script`` with ``monitor`` as a function."""
    monitor = f'monitor() {{ "{sys.executable}" -m monitor "$@"; }}\n'
    return subprocess.run(
        [*before, "bash", "-c", monitor + script],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_a_quota_ends_the_run_and_tears_nothing(large: Project) -> None:
    """A process that may write no file above 200 KB, as a full disk does it: in the middle of a recording."""
    done = in_shell(large, "ulimit -f 200; monitor check")
    assert done.returncode == 70, done.stdout + done.stderr
    assert "the file would be larger than this system allows; raise the limit (ulimit -f)" in done.stderr
    (run,) = large.runs()
    assert (run / "plan.json").exists()
    assert not (run / "report.json").exists()
    assert not list(large.folder.rglob("recordings/**/.tmp-*"))
    verified = large.run("recordings", "verify")
    assert verified.returncode == 0, verified.stdout
    assert "it has no report" in verified.stdout
    done = large.run("check")
    assert done.returncode == 0, done.stdout
    assert f"closed interrupted run {run.name}" in done.stdout
    assert large.run("recordings", "verify").stdout.endswith("2 runs, 0 baselines: all well\n")


ON_A_SMALL_DISK = """
mount -t tmpfs -o size=1m,mode=0700 tmpfs disk || exit 99
monitor check; echo "full $?"
monitor recordings verify; echo "verified $?"
find disk -name '.tmp-*'
mount -o remount,size=20m disk
monitor check; echo "closed $?"
monitor recordings verify; echo "verified $?"
mkdir -p disk/recordings/runs/20200101T000000Z-000000/crm
head -c 500000 /dev/zero > disk/recordings/runs/20200101T000000Z-000000/crm/x-1a2b3c4d.har
echo '{}' > disk/recordings/runs/20200101T000000Z-000000/report.json
cp -r disk/recordings/runs/20200101T000000Z-000000 disk/recordings/runs/20200102T000000Z-000000
head -c 40m /dev/zero > disk/filler
echo x > disk/no-room || echo "no room"
monitor recordings prune --keep-days 7 --keep-last 1; echo "pruned $?"
"""


def _namespace(folder: Path) -> tuple[str, ...]:
    """What to begin a command with so that it may mount a disk of its own. Skips where that is not allowed."""
    if shutil.which("unshare") and shutil.which("mount"):
        for flags in ("-m", "-rm"):
            tried = subprocess.run(
                ["unshare", flags, "mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False
            )
            if tried.returncode == 0:
                return ("unshare", flags)
    pytest.skip("no small disk: mounting a tmpfs is not allowed here")


def test_a_full_disk_tears_nothing_and_prune_makes_room(large: Project) -> None:
    disk = large.folder / "disk"
    disk.mkdir()
    kept = "recordings: {dir: disk/recordings, min_free: 0}\nstate_dir: disk/state\n"
    large.write("monitor.yaml", CONFIG + kept)
    done = in_shell(large, ON_A_SMALL_DISK, *_namespace(disk))
    said = done.stdout + done.stderr
    assert "full 70\n" in done.stdout, said
    assert "the disk is full; free some space" in done.stderr, said
    assert done.stdout.count("verified 0\n") == 2, said
    assert ".tmp-" not in done.stdout, said
    assert "closed interrupted run " in done.stdout, said
    assert "closed 0\n" in done.stdout, said
    assert "no room\n" in done.stdout, said
    assert "deleted  20200101T000000Z-000000  crm  500 KB" in done.stdout, said
    assert "pruned 0\n" in done.stdout, said
