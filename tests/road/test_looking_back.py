"""history, diff and baseline review as people use them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.road.scripted import CONFIG, Project, ScriptedVendor, interaction, json_answer, pact_of, serving

CUSTOMER = {"customerId": "CUST-12345", "note": "a"}
RENAMED = {"customer_id": "CUST-12345", "note": "b"}
TICKETS = [{"id": 1}]
PERSON = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "ada"), ("EMAIL", "ada@example.org"))
}


@pytest.fixture(scope="module")
def three_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two interactions with approved baselines, a quiet run, and one with a rename: made once, for they take long."""
    with serving() as vendor:
        made = Project(tmp_path_factory.mktemp("three") / "watch", vendor.url)
        made.write("monitor.yaml", CONFIG)
        made.write(
            "contracts/crm/pact.json",
            pact_of(interaction("a lookup", "/c", CUSTOMER), interaction("the tickets", "/t", TICKETS)),
        )
        vendor.answers.update({"/c": json_answer(CUSTOMER), "/t": json_answer(TICKETS)})
        recorded = made.run("record", "--vendor", "crm", "--approve", "--note", "first")
        assert recorded.returncode == 0, recorded.stderr
        assert made.run("check").returncode == 0
        vendor.answers["/c"] = json_answer(RENAMED)
        checked = made.run("check")
        assert checked.returncode == 1, checked.stdout
    return made.folder


@pytest.fixture
def renamed(three_runs: Path, tmp_path: Path, vendor: ScriptedVendor) -> Project:
    """The three runs, in a folder of its own, and a vendor that answers as in the first."""
    shutil.copytree(three_runs, tmp_path / "watch")
    vendor.answers.update({"/c": json_answer(CUSTOMER), "/t": json_answer(TICKETS)})
    return Project(tmp_path / "watch", vendor.url)


# -- history ----------------------------------------------------------------------------------------------


def test_history_tells_what_changed_from_run_to_run(renamed: Project) -> None:
    renamed.run("check")
    done = renamed.run("history", "--vendor", "crm")
    assert done.returncode == 0, done.stderr
    _, newest, _, gone, drifted, back, new, *_ = (line.strip() for line in done.stdout.splitlines())
    assert newest.endswith("check   2 same")
    assert gone.startswith("- gone      $.customerId renamed to $.customer_id")
    assert drifted.endswith("1 drifted (breaking), 1 same")
    assert back == "a lookup"
    assert new.startswith("+ breaking  $.customerId renamed to $.customer_id")
    assert len(done.stdout.splitlines()) == 9
    assert renamed.run("history", "--vendor", "crm", "--last", "1").stdout.count("  check  ") == 1


def test_the_history_of_one_interaction(renamed: Project) -> None:
    done = renamed.monitor("history", "--vendor", "crm", "a lookup")
    assert done.returncode == 0, done.stderr
    assert "New key 'customer_id' found at $.customer_id" in done.stdout
    assert "tickets" not in done.stdout
    assert f"evidence: recordings/runs/{renamed.runs()[-1].name}/crm/a-lookup-" in done.stdout


def test_history_outlives_the_contract(renamed: Project) -> None:
    renamed.write("contracts/crm/pact.json", pact_of(interaction("the tickets", "/t", TICKETS)))
    done = renamed.run("history", "--vendor", "crm", "a lookup")
    assert (done.returncode, done.stderr) == (0, "")
    assert "DRIFTED (breaking)" in done.stdout


def test_damaged_and_unfinished_runs_cost_only_themselves(renamed: Project) -> None:
    first, second, third = renamed.runs()
    (first / "report.json").write_text("{")
    (second / "report.json").unlink()
    for path in (renamed.folder / ".monitor").glob("ledger.db*"):  # it would know of them
        path.unlink()
    done = renamed.run("history", "--vendor", "crm")
    assert done.returncode == 0
    assert f"run {first.name} is passed over" in done.stderr
    assert done.stderr.count("\n") == 1
    assert f"{second.name}  check   interrupted, or under way" in done.stdout
    assert third.name in done.stdout
    told = json.loads(renamed.run("history", "--vendor", "crm", "--format", "json").stdout)
    assert [run["finished"] for run in told["runs"]] == [True, False]


# -- diff -------------------------------------------------------------------------------------------------


def test_runs_and_baselines_are_compared(renamed: Project) -> None:
    first, second, third = (run.name for run in renamed.runs())
    same = renamed.monitor("diff", first, second)
    assert (same.returncode, same.stdout.splitlines()[-1]) == (0, "2 interactions: 2 without a difference")
    for a, b in ((second, third), ("baseline", f"recordings/runs/{third}/")):
        done = renamed.run("diff", a, b)
        assert done.returncode == 1
        assert "DIFFERS  crm: a lookup\n  $.customerId\n" in done.stdout
        assert done.stdout.endswith("2 interactions: 1 differs, 1 without a difference\n")
        assert "CUST" not in done.stdout
    values = renamed.run("diff", "baseline", third, "--values", "--interaction", "a lookup")
    assert '    $.note  "a" -> "b"' in values.stdout


def test_a_recording_and_its_baseline(renamed: Project) -> None:
    (path,) = renamed.runs()[-1].glob("crm/a-lookup*.har")
    har = str(path.relative_to(renamed.folder))
    done = renamed.run("diff", "baseline", har)
    assert done.returncode == 1
    assert "1 interaction: 1 differs" in done.stdout
    assert f"B: {har}" in done.stdout
    for baseline in (renamed.folder / "recordings" / "baseline" / "crm").glob("a-lookup*.har"):
        baseline.unlink()
    alone = renamed.run("diff", har, "baseline")
    assert (alone.returncode, "ONLY IN A  crm: a lookup" in alone.stdout) == (1, True)


def test_what_cannot_be_compared_is_told_and_the_rest_is(renamed: Project) -> None:
    renamed.run("check", CRM_URL="http://127.0.0.1:1")
    newest = renamed.runs()[-1].name
    done = renamed.run("diff", "baseline", newest)
    assert done.returncode == 3
    assert "B holds no response to compare (vendor_down: " in done.stdout
    (har,) = renamed.runs()[0].glob("crm/a-lookup*.har")
    har.write_bytes(har.read_bytes()[:-9])
    cut = renamed.run("diff", renamed.runs()[0].name, renamed.runs()[1].name)
    assert cut.returncode == 3
    assert "2 interactions: 1 not compared, 1 without a difference" in cut.stdout
    assert renamed.run("diff", str(har), str(har)).returncode == 3


def test_bodies_too_large_for_the_value_view_are_told(renamed: Project, vendor: ScriptedVendor) -> None:
    vendor.answers["/t"] = json_answer([{"id": number} for number in range(30_000)])
    renamed.run("check")
    done = renamed.run("diff", "baseline", renamed.runs()[-1].name, "--values")
    assert done.returncode == 0
    assert "values: too many values for the value view" in done.stdout


# -- baseline review --------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **PERSON}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def committed(renamed: Project) -> Project:
    """The baselines on the branch main; the project is not at the top of the repository."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    top = renamed.folder.parent
    git(top, "init", "--quiet", "--initial-branch", "main")
    (top / ".gitignore").write_text("runs/\n.monitor/\n")
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message", "first")
    return renamed


def approve_the_rename(project: Project) -> None:
    project.write(
        "contracts/crm/pact.json",
        pact_of(interaction("a lookup", "/c", RENAMED), interaction("the tickets", "/t", TICKETS)),
    )
    done = project.run("approve", "--vendor", "crm", "a lookup", "--note", "told by the `vendor` @acme")
    assert done.returncode == 0, done.stderr


def test_a_review_of_the_working_tree(committed: Project) -> None:
    approve_the_rename(committed)
    done = committed.run("baseline", "review", "--base", "HEAD")
    assert done.returncode == 0, done.stderr
    assert "CHANGED (info)  crm: a lookup\n" in done.stdout  # the contract has followed: nothing reads the old name
    assert "New key 'customer_id' found at $.customer_id" in done.stdout
    assert done.stdout.endswith("1 changed, 1 unchanged\n")
    assert "CUST" not in done.stdout
    comment = committed.run("baseline", "review", "--base", "main", "--format", "markdown").stdout
    assert "``told by the `vendor` @acme``" in comment


def test_a_review_is_of_what_changed_since_the_base_was_left(committed: Project) -> None:
    top = committed.folder.parent
    git(top, "checkout", "--quiet", "-b", "feature")
    approve_the_rename(committed)
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message", "rename")
    git(top, "checkout", "--quiet", "main")
    for path in (committed.folder / "recordings" / "baseline" / "crm").glob("the-tickets*"):
        path.unlink()
    git(top, "commit", "--quiet", "--all", "--message", "tickets")
    done = committed.run("baseline", "review", "--base", "main", "--head", "feature")
    assert "where main was left" in done.stdout
    assert done.stdout.endswith("1 changed, 1 unchanged\n")
    back = committed.run("baseline", "review", "--base", "main", "--head", "main~1")
    assert "ADDED  crm: the tickets" in back.stdout
    hook = committed.run("baseline", "review", "--base", "main~1", GIT_DIR="/nowhere", GIT_INDEX_FILE="x")
    assert "REMOVED  crm: the tickets" in hook.stdout


def test_a_shallow_clone_is_told_what_to_fetch(committed: Project, tmp_path: Path) -> None:
    top = committed.folder.parent
    git(top, "commit", "--quiet", "--allow-empty", "--message", "second")
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{top}", "clone")
    clone = Project(tmp_path / "clone" / committed.folder.name, committed.url)
    done = clone.run("baseline", "review", "--base", "HEAD~1")
    assert done.returncode == 2
    assert "fetch-depth: 0" in done.stderr


def test_git_may_not_be_there(committed: Project, tmp_path: Path) -> None:
    done = committed.monitor("baseline", "review", "--base", "main", PATH=str(tmp_path / "nothing"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no git here; install git" in done.stderr
