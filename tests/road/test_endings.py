"""How runs end when the world around them is not as it should be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.road.scripted import CONFIG, Project, ScriptedVendor, interaction, json_answer, pact_of, serving

BODY = {"id": "CUST-1", "name": "Ada"}
TWO_VENDORS = """\
version: 1
vendors:
  a: {base_url: "${CRM_URL}", contracts: [contracts/a/*.json]}
  b: {base_url: "${CRM_URL}", contracts: [contracts/b/*.json]}
"""


@pytest.fixture
def one(project: Project, vendor: ScriptedVendor) -> Project:
    project.write("contracts/crm/one.json", pact_of(interaction("a lookup", "/c", BODY)))
    vendor.answers["/c"] = json_answer(BODY)
    return project


def _two_vendors(project: Project, vendor: ScriptedVendor) -> None:
    project.write("monitor.yaml", TWO_VENDORS)
    for name in ("a", "b"):
        project.write(f"contracts/{name}/one.json", pact_of(interaction(f"lookup {name}", f"/{name}", BODY)))
        vendor.answers[f"/{name}"] = json_answer(BODY)


@pytest.fixture
def two(project: Project, vendor: ScriptedVendor) -> Project:
    _two_vendors(project, vendor)
    return project


@pytest.fixture(scope="module")
def checked_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two vendors and a run over both, whose report is missing as if the run had been killed: to be copied."""
    with serving() as vendor:
        made = Project(tmp_path_factory.mktemp("orphan"), vendor.url)
        _two_vendors(made, vendor)
        done = made.run("check")
    assert done.returncode == 0, done.stderr
    orphan(made)
    return made.folder


@pytest.fixture
def orphaned(two: Project, checked_once: Path) -> tuple[Project, Path]:
    """The project of ``two`` with an interrupted run, and that run."""
    shutil.copytree(checked_once, two.folder, dirs_exist_ok=True)
    return two, two.runs()[-1]


def shell(project: Project, line: str) -> subprocess.CompletedProcess[str]:
    command = line.replace("monitor", f"{sys.executable} -m monitor", 1)
    return subprocess.run(
        ["bash", "-c", command],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("changed", [False, True])
def test_a_reader_that_goes_away_does_not_change_the_exit_code(
    one: Project, vendor: ScriptedVendor, changed: bool
) -> None:
    if changed:
        vendor.answers["/c"] = json_answer({"id": "CUST-1"})
    done = shell(one, "monitor check | true; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) == (int(changed), "")


def test_output_that_cannot_be_written_is_told(one: Project) -> None:
    if Path("/dev/full").exists():
        done = shell(one, "monitor check > /dev/full")
        assert done.returncode == 70
        assert done.stderr == "monitor: standard output: it cannot be written: No space left on device\n"
    assert shell(one, "monitor check >&-").returncode == 0


def test_a_report_goes_to_a_device_too(one: Project) -> None:
    done = shell(one, "monitor check --format json --output /dev/stdout")
    assert json.loads(done.stdout)["exit_code"] == 0


def test_two_vendors_are_checked_in_one_run(two: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/b"] = json_answer({"id": "CUST-1"})
    done = two.run("check", "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert [result["outcome"] for result in report["results"]] == ["no_baseline", "drifted"]
    (run,) = two.runs()
    assert {path.parent.name for path in run.glob("*/*.har")} == {"a", "b"}


def orphan(project: Project) -> Path:
    """The last run, as if it had been killed before its report."""
    run = project.runs()[-1]
    (run / "report.json").unlink()
    return run


def test_an_orphan_over_two_vendors_is_closed_by_a_run_over_one(orphaned: tuple[Project, Path]) -> None:
    two, run = orphaned
    done = two.run("check", "--vendor", "a")
    assert f"closed interrupted run {run.name}" in done.stdout
    assert {result["vendor"] for result in json.loads((run / "report.json").read_text())["results"]} == {"a", "b"}


def test_an_orphan_with_a_broken_contract_waits_and_says_so(orphaned: tuple[Project, Path]) -> None:
    two, run = orphaned
    two.write("contracts/b/one.json", "{")
    done = two.run("check", "--vendor", "a")
    assert done.returncode == 0, done.stderr
    assert f"note: run {run.name} was interrupted and cannot be closed yet: contracts/b/one.json" in done.stdout
    assert not (run / "report.json").exists()


def test_an_orphan_with_a_damaged_plan_is_told(one: Project) -> None:
    one.run("check")
    run = orphan(one)
    (run / "plan.json").write_text("{")
    done = one.run("check")
    assert done.returncode == 0
    assert f"run {run.name} was interrupted and cannot be closed" in done.stdout


def test_an_orphan_of_another_living_run_is_left_alone_even_with_wait(orphaned: tuple[Project, Path]) -> None:
    two, run = orphaned
    lock = "from monitor.recordings.locks import vendor_lock as v; from pathlib import Path; import sys"
    hold = f"{lock}\nwith v(Path('.monitor'), 'b', 'a test', 0): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], cwd=two.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        done = two.run("check", "--vendor", "a", "--wait")
        holder.communicate()
    assert done.returncode == 0
    assert "closed" not in done.stdout
    assert not (run / "report.json").exists()


def test_a_damaged_baseline_is_mended_as_told(one: Project) -> None:
    one.run("record", "--vendor", "crm", "--approve")
    (har,) = (one.folder / "recordings" / "baseline" / "crm").glob("*.har")
    har.write_text("{")
    done = one.run("check")
    assert done.returncode == 3
    assert "approve a recording again: monitor approve" in done.stdout
    assert one.run("approve", "--vendor", "crm").returncode == 0
    assert one.run("check").returncode == 0


def test_approve_takes_the_path_that_check_prints(one: Project) -> None:
    done = one.run("check")
    (path,) = [line.split()[-1] for line in done.stdout.splitlines() if "evidence:" in line]
    approved = one.run("approve", "--vendor", "crm", "a lookup", path)
    assert approved.returncode == 0, approved.stderr
    assert one.run("approve", "--vendor", "crm", "a lookup", f"{path}x").returncode == 2


def test_recheck_writes_nothing(one: Project) -> None:
    one.run("record", "--vendor", "crm", "--approve")
    (pretty,) = (one.folder / "recordings" / "baseline" / "crm").glob("*.pretty.json")
    pretty.unlink()
    before = sorted(path for path in one.folder.rglob("*") if path.is_file())
    assert one.run("recheck").returncode == 0
    assert one.run("approve", "--vendor", "crm", "--patch").returncode == 0
    after = sorted(path for path in one.folder.rglob("*") if path.is_file() and ".monitor" not in path.parts)
    assert after == [path for path in before if ".monitor" not in path.parts]


def test_a_schema_that_is_none_is_a_fault_of_the_configuration(one: Project) -> None:
    config = (one.folder / "monitor.yaml").read_text()
    translation = "{interaction: a lookup, kind: jsonata, expression: '{\"n\": name}', schema: s.json}"
    one.write("monitor.yaml", f"{config}    translations: [{translation}]\n")
    one.write("s.json", '{"properties": {"n": {"type": "strin"}}}')
    done = one.run("config", "check")
    assert done.returncode == 2
    assert "s.json:1:23: $.properties.n.type: it is no valid JSON Schema" in done.stderr


CANARY = "s3cr3t-canary-key"
SECRET_NAMES = {
    "key": f'{{"id": "x", "{CANARY}": 1, "m": {{}}}}',
    "duplicate": f'{{"id": "x", "name": "y", "m": {{"{CANARY}": 1, "{CANARY}": 2}}}}',
    "output": f'{{"id": "x", "name": "y", "m": {{"{CANARY}": null}}}}',
}


@pytest.fixture(scope="module")
def secretly_named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A baseline of a body, and outputs of a translation, with a secret among the names: to be copied."""
    expression = '{"all": $merge($each(m, function($v, $k) {{$k: $v}}))}'
    translation = f"{{interaction: a lookup, kind: jsonata, expression: '{expression}'}}"
    with serving() as vendor:
        made = Project(tmp_path_factory.mktemp("named"), vendor.url)
        made.write("monitor.yaml", f"{CONFIG}    translations: [{translation}]\n")
        made.write("contracts/crm/one.json", pact_of(interaction("a lookup", "/c", BODY)))
        vendor.answers["/c"] = json_answer({"id": "x", "name": "y", "m": {CANARY: "there"}})
        told = made.run("record", "--vendor", "crm", "--approve")
    assert told.returncode == 0, told.stderr
    assert CANARY not in told.stdout + told.stderr
    return made.folder


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_secret_as_a_name_is_written_nowhere(
    project: Project, vendor: ScriptedVendor, secretly_named: Path, name: str
) -> None:
    shutil.copytree(secretly_named, project.folder, dirs_exist_ok=True)
    vendor.answers["/c"] = (200, {"Content-Type": "application/json"}, SECRET_NAMES[name].encode())
    for arguments in (("check",), ("recheck",), ("check", "--format", "json")):
        done = project.run(*arguments)
        assert CANARY not in done.stdout + done.stderr
    for path in (project.folder / "recordings").rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="POSIX file names")
def test_a_contract_file_with_an_odd_name(one: Project) -> None:
    folder = os.fsencode(one.folder / "contracts" / "crm")
    os.rename(os.path.join(folder, b"one.json"), os.path.join(folder, b"\xff\x1b[31m.json"))  # noqa: PTH104, PTH118
    for form in ("text", "json"):
        done = one.run("check", "--format", form)
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout
