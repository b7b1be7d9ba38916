"""Files that a hand, an accident or a newer monitor has changed: each is told with its name and the fix, costs nobody
else, and calls nothing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.road.scripted import CONFIG, Project, ScriptedVendor, interaction, json_answer, pact_of, serving

BODY = {"id": "CUST-1", "name": "Ada"}
GOOD = 5

# -- ways to spoil a file ---------------------------------------------------------------------------------


def _edited(path: Path) -> None:
    path.write_text(path.read_text().replace("lookup", "l00kup"))


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _newer(path: Path) -> None:
    path.write_text(re.sub(r'"version": 1\b', '"version": 2', path.read_text()))


def _no_json(path: Path) -> None:
    path.write_text("<html>")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def _forbidden(path: Path) -> None:
    path.chmod(0o000)


Spoil = Callable[[Path], None]
SPOILS: Mapping[str, tuple[Spoil, str]] = {
    "edited": (_edited, "it was changed after it was written"),
    "half": (_half, "it was cut"),
    "newer": (_newer, "it was written by a newer monitor (format 2; this one knows 1); install the newer monitor"),
    "no json": (_no_json, "it is not JSON (line 1, column 1)"),
    "empty": (_empty, "it is empty"),
    "folder": (_folder, "it is a folder"),
    "fifo": (_fifo, "it is no file"),
    "loop": (_loop, ""),
}
if os.geteuid() != 0:  # root may read everything
    SPOILS = {**SPOILS, "forbidden": (_forbidden, "it cannot be read: Permission denied; check its permissions")}
COUNT = len(SPOILS) + GOOD


def _lookups(project: Project, vendor: ScriptedVendor, count: int) -> None:
    names = range(count)
    project.write("contracts/crm/c.json", pact_of(*(interaction(f"lookup {n:02}", f"/{n}", BODY) for n in names)))
    vendor.answers = {f"/{n}": json_answer(BODY) for n in names}


def _spoil(folder: Path) -> dict[Path, str]:
    """Spoils a file each way; what is to be said of it, by file. The last GOOD stay as they are."""
    files = sorted(folder.glob("*.har"))
    assert len(files) == COUNT
    spoiled = dict(zip(files, SPOILS.values(), strict=False))
    for path, (spoil, _) in spoiled.items():
        spoil(path)
    return {path: what for path, (_, what) in spoiled.items()}


def _quiet(done: subprocess.CompletedProcess[str], code: int) -> str:
    """All that was said, where it was said as it should be."""
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert "Traceback" not in said
    assert "internal error" not in said
    return said


def _told(said: str, path: Path, what: str) -> bool:
    """Whether a line names the file, says what is wrong with it and what to do."""
    return any(path.name in line and what in line and "; " in line for line in said.splitlines())


# -- recordings -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with good baselines: to be copied."""
    with serving() as vendor:
        project = Project(tmp_path_factory.mktemp("approved"), vendor.url)
        project.write("monitor.yaml", CONFIG)
        _lookups(project, vendor, COUNT)
        _quiet(project.run("record", "--vendor", "crm", "--approve"), 0)
    return project.folder


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory, approved: Path) -> Iterator[tuple[Project, dict[Path, str]]]:
    """A project whose newest run holds damaged recordings among good ones, and good baselines of all."""
    with serving() as vendor:
        project = Project(tmp_path_factory.mktemp("road") / "watch", vendor.url)
        shutil.copytree(approved, project.folder)
        _lookups(project, vendor, COUNT)
        _quiet(project.run("check"), 0)
        yield project, _spoil(project.runs()[-1] / "crm")


@pytest.mark.parametrize("all_runs", [False, True])
def test_recheck_judges_the_others(spoiled: tuple[Project, dict[Path, str]], all_runs: bool) -> None:
    project, wrong = spoiled
    said = _quiet(project.run("recheck", *["--all"] * all_runs), 3)
    for path, what in wrong.items():
        assert _told(said, path, what), (path, said)
    assert said.count("NOT JUDGED  crm: ") == len(wrong)
    assert said.count("SAME  crm: ") == GOOD + COUNT * all_runs


def test_approve_takes_the_others(spoiled: tuple[Project, dict[Path, str]]) -> None:
    project, wrong = spoiled
    said = _quiet(project.run("approve", "--vendor", "crm"), 3)
    for path, what in wrong.items():
        assert _told(said, path, what), (path, said)
    assert said.count("approved  crm: ") == COUNT  # of which some are "not approved"
    assert said.count("not approved  crm: ") == len(wrong)


@pytest.mark.parametrize("way", SPOILS)
def test_show_and_diff_tell(spoiled: tuple[Project, dict[Path, str]], way: str) -> None:
    project, wrong = spoiled
    path, what = list(wrong.items())[list(SPOILS).index(way)]
    good = max(path.parent.glob("*.har"))
    shown, named = str(path.relative_to(project.folder)), str(good.relative_to(project.folder))
    missing = way in ("folder", "fifo", "loop")  # no recording at all: a wrong argument
    commands = [("show", shown), *([("diff", shown, named), ("diff", named, shown)] if way in ("half", "fifo") else [])]
    for arguments in commands:
        done = project.run(*arguments)
        said = _quiet(done, 2 if missing else 3)
        assert done.stdout == ""
        assert _told(said, path, "no such recording" if missing else what), said


def test_damaged_baselines_hide_nothing_else(project: Project, vendor: ScriptedVendor, approved: Path) -> None:
    shutil.copytree(approved, project.folder, dirs_exist_ok=True)
    _lookups(project, vendor, COUNT)
    wrong = _spoil(project.folder / "recordings" / "baseline" / "crm")
    vendor.answers["/0"] = json_answer({"id": "CUST-1"})  # what the contract forbids needs no baseline
    done = project.run("check", "--format", "json")
    _quiet(done, 1)
    results = {result["interaction_id"]: result for result in json.loads(done.stdout)["results"]}
    first, *others = wrong
    assert results[first.stem]["outcome"] == "drifted"
    for path in others:
        assert results[path.stem]["outcome"] == "not_judged"
        assert wrong[path].partition(";")[0] in results[path.stem]["reason"]
        assert "monitor approve" in results[path.stem]["fix"]
    assert [result["outcome"] for result in results.values()].count("same") == GOOD
    assert len(vendor.seen) == COUNT


# -- plans and reports ------------------------------------------------------------------------------------


def _as(**change: object) -> Spoil:
    def spoil(path: Path) -> None:
        path.write_text(json.dumps({**json.loads(path.read_text()), **change}))

    return spoil


PLANS: Mapping[str, tuple[Spoil, str]] = {
    "half": (_half, "plan.json: it ends too early: it was cut"),
    "newer": (_newer, "plan.json: it was written by a newer monitor"),
    "empty": (_empty, "plan.json: it is empty"),
    "folder": (_folder, "plan.json: it is a folder"),
    "fifo": (_fifo, "plan.json: it is no file"),
    "wrong type": (_as(vendors="crm"), "plan.json: $.vendors: "),
    "escaping vendor": (_as(vendors=["crm", "../../../x"]), "'../../../x' cannot be the name of a vendor"),
    "escape sequence": (_as(vendors=["crm", "\x1b[31m"]), "'\\x1b[31m' cannot be the name of a vendor"),
    "unknown vendor": (_as(vendors=["crm", "gone"]), ""),  # this one and the next are closed
    "nothing planned": (_as(interactions=[]), ""),
}


def _orphan(run: Path, number: int) -> Path:
    """A copy of ``run`` under its own id, as if it had been killed."""
    copy = run.parent / f"20200101T{number:06}Z-abcdef"
    shutil.copytree(run, copy)
    (copy / "report.json").unlink()
    _as(run_id=copy.name)(copy / "plan.json")
    return copy


def test_orphans_with_damaged_plans_are_closed_or_noted(project: Project, vendor: ScriptedVendor) -> None:
    _lookups(project, vendor, 2)
    _quiet(project.run("check"), 0)
    run = project.runs()[-1]
    orphans = {name: _orphan(run, number) for number, name in enumerate(PLANS)}
    for name, folder in orphans.items():
        PLANS[name][0](folder / "plan.json")
    said = _quiet(project.run("check"), 0).splitlines()
    for name, folder in orphans.items():
        (line,) = [line for line in said if folder.name in line]
        closed = PLANS[name][1] == ""
        assert line.startswith("closed interrupted run" if closed else f"note: run {folder.name} was interrupted")
        assert PLANS[name][1] in line
        assert (folder / "report.json").is_file() is closed
    assert not (project.folder.parent / "x").exists()
    assert [path.name for path in (project.folder / ".monitor" / "locks").glob("*.lock")]
    assert len(vendor.seen) == 4


def test_a_copied_run_does_not_touch_the_report_of_its_original(project: Project, vendor: ScriptedVendor) -> None:
    _lookups(project, vendor, 1)
    _quiet(project.run("check"), 0)
    run = project.runs()[-1]
    copy = _orphan(run, 0)
    _as(run_id=run.name)(copy / "plan.json")
    before = (run / "report.json").read_bytes()
    said = _quiet(project.run("check"), 0)
    assert (run / "report.json").read_bytes() == before
    assert f"run {copy.name} was interrupted and cannot be closed" in said


def test_damaged_reports_keep_no_run_from_its_own(project: Project, vendor: ScriptedVendor) -> None:
    _lookups(project, vendor, 1)
    _quiet(project.run("check"), 0)
    run = project.runs()[-1]
    spoils = (_half, _newer, _empty, _folder, _fifo, _no_json, _as(results=5))
    for number, spoil in enumerate(spoils):
        copy = _orphan(run, number)
        shutil.copy(run / "report.json", copy / "report.json")
        spoil(copy / "report.json")
    assert "closed" not in _quiet(project.run("check"), 0)
    _quiet(project.run("recheck", "--all"), 0)
    assert len(project.runs()) == len(spoils) + 2


# -- contracts and monitor.yaml ---------------------------------------------------------------------------


def _pact(**change: object) -> str:
    return json.dumps({**json.loads(pact_of(interaction("a lookup", "/c", BODY))), **change})


def _with(**change: object) -> str:
    return pact_of({**interaction("a lookup", "/c", BODY), **change})


PACTS: Mapping[str, tuple[str | bytes, str]] = {
    "empty": (b"", "it is not JSON: Expecting value"),
    "half": (_pact()[:200], "it is not JSON"),
    "not UTF-8": (b'{"consumer": "\xff"}', "it is not UTF-8 text"),
    "UTF-16": (_pact().encode("utf-16"), "it is not UTF-8 text"),
    "not JSON": (b"consumer: us", "it is not JSON: Expecting value"),
    "NaN": (_pact(x=float("nan")), "NaN is not JSON"),
    "huge exponent": (_pact().replace("200", "1e" + "9" * 30), "a number's exponent is too large"),
    "too deep": ('{"interactions":' + "[" * 900 + "]" * 900 + "}", "nested deeper than 200 levels"),
    "bottomless": ("[" * 200_000, "nested deeper than 200 levels"),
    "a list": (b"[]", "$: a Pact file is a JSON object"),
    "another file": (b'{"name": "package"}', "$: it has neither interactions nor messages; is it a Pact file?"),
    "a newer specification": (
        _pact(metadata={"pactSpecification": {"version": "9.0"}}),
        "its Pact specification is 9.0; known are 1, 2, 3, 4",
    ),
    "no list": (_pact(interactions={}), "$.interactions: interactions must be a list"),
    "a null": (_pact(interactions=[None]), "$.interactions[0]: an interaction must be an object"),
    "no description": (_with(description=None), "$.interactions[0].description: description must be a string"),
    "no response": (_with(response=None), "$.interactions[0].response: response must be an object"),
    "wrong status": (_with(response={"status": "OK"}), "$.interactions[0].response.status: status must be a number"),
    "wrong path": (_with(request={"path": 5}), "$.interactions[0].request.path: path must be a string"),
    "infinite body": (
        _with(request={"body": {"a": 1}}).replace('{"a": 1}', '{"a": 1e999}'),
        "$.interactions[0]: it holds a number that is too large",
    ),
}


def test_every_damaged_pact_file_is_told_at_once(project: Project, vendor: ScriptedVendor) -> None:
    for number, (data, _) in enumerate(PACTS.values()):
        path = project.folder / "contracts" / "crm" / f"{number:02}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    os.mkfifo(project.folder / "contracts" / "crm" / "fifo.json")
    for command in ("check", "config check"):
        said = _quiet(project.run(*command.split()), 2).splitlines()
        for number, (_, what) in enumerate(PACTS.values()):
            (line,) = [line for line in said if f"contracts/crm/{number:02}.json" in line]
            assert what in line
            assert len(line) < 500
    assert vendor.seen == []
    assert not (project.folder / "recordings").exists()


CONFIGS: Mapping[str, tuple[str, str]] = {
    "empty": ("", "monitor.yaml"),
    "half": (CONFIG[:70], "monitor.yaml:"),
    "not YAML": ("version: [1\nvendors: {", "monitor.yaml:"),
    "a list": ("- version: 1\n", "monitor.yaml:1:1: "),
    "newer": (CONFIG.replace("version: 1", "version: 2"), "monitor.yaml:1:10: version: "),
    "no vendors": ("version: 1\nvendors: 5\n", "monitor.yaml:2:10: vendors: "),
    "unknown key": (CONFIG.replace("limits:", "limit:"), "monitor.yaml:7:5: vendors.crm: unknown key 'limit'"),
    "wrong type": (
        CONFIG.replace("per_second: 0", "per_second: fast"),
        "monitor.yaml:7:26: vendors.crm.limits.per_second",
    ),
    "twice": (CONFIG + "version: 1\n", "monitor.yaml:8:1: the key 'version' is there twice"),
    "open expansion": (CONFIG.replace("${CRM_URL}", "${CRM_URL"), "monitor.yaml:4:15: vendors.crm.base_url: "),
    "no such contract": (
        CONFIG.replace("crm/*.json", "crm/none.json"),
        "monitor.yaml:5:17: vendors.crm.contracts[0]: ",
    ),
    "no such secret": (CONFIG.replace("CRM_KEY", "CRM_NONE"), "CRM_NONE"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_damaged_configuration_is_told_with_its_place(project: Project, vendor: ScriptedVendor, name: str) -> None:
    project.write("contracts/crm/c.json", pact_of(interaction("a lookup", "/c", BODY)))
    text, what = CONFIGS[name]
    project.write("monitor.yaml", text)
    done = project.run("check")
    assert what in _quiet(done, 2)
    assert done.stdout == ""
    assert done.stderr.startswith("monitor: ")
    assert "s3cr3t-canary-key" not in done.stderr
    assert vendor.seen == []
