"""From drift to alert and back: what a check tells whom, over many runs of one project."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest

from monitor.recordings.store import Store
from tests.alerts.slack_server import TOKEN, Slack
from tests.alerts.slack_server import serving as slack_serving
from tests.road.scripted import CONFIG, Project, ScriptedVendor, interaction, json_answer, pact_of

GOOD = {"id": "CUST-1", "name": "Ada"}
RENAMED = {"customer_id": "CUST-1", "name": "Ada"}
ALERTS = """\
alerts:
  channels:
    oncall: {{kind: slack, token: {token}, channel: "#drift", api_url: "{url}"}}
"""


class House:
    """A project whose baseline is approved, its vendor, and the Slack that is told."""

    def __init__(self, project: Project, vendor: ScriptedVendor, slack: Slack) -> None:
        self.project, self.vendor, self.slack = project, vendor, slack
        self.configure()
        project.write("contracts/crm/one.json", pact_of(interaction("a lookup", "/c", GOOD)))
        self.answer(GOOD)
        assert project.run("record", "--vendor", "crm", "--approve").returncode == 0

    def configure(self, vendor: str = "") -> None:
        alerts = ALERTS.format(token=TOKEN, url=self.slack.api_url)
        self.project.write("monitor.yaml", CONFIG + vendor + alerts)

    def answer(self, body: object, status: int = 200) -> None:
        self.vendor.answers["/c"] = json_answer(body, status)

    def check(self, *more: str) -> int:
        return self.project.run("check", "--notify", *more).returncode

    def told(self) -> list[str]:
        """The titles of what came since it was asked last; a reply says so."""
        posts, self.slack.posts[:] = list(self.slack.posts), []
        titles = [post.text.splitlines() for post in posts]
        return [" ".join(lines[:2]) if lines[0].startswith("[reply") else lines[0] for lines in titles]

    def incident(self) -> str:
        (one,) = json.loads(self.project.run("incidents", "--format", "json").stdout)["incidents"]
        return str(one["id"])


@pytest.fixture
def house(project: Project, vendor: ScriptedVendor) -> Iterator[House]:
    with slack_serving() as slack:
        yield House(project, vendor, slack)


def test_drift_is_told_once_and_its_end_in_the_same_thread(house: House) -> None:
    assert (house.check(), house.told()) == (0, [])
    house.answer(RENAMED)
    assert house.check() == 1
    (first,) = house.told()
    assert first == "# 🔴 crm: 1 breaking drift in a lookup"
    assert (house.check(), house.told()) == (1, [])
    dry = house.project.run("check", "--dry-run")
    assert dry.returncode == 1
    assert "nothing would be sent" in dry.stdout
    assert f"{house.incident()}  crm  $.id of a lookup: nothing new" in dry.stdout
    house.answer(GOOD)
    assert house.check() == 0
    (last,) = house.told()
    assert last.startswith("[reply to ")
    assert last.endswith("crm: recovered: 1 drift in a lookup")


def test_who_works_on_it_is_kept_and_shown(house: House) -> None:
    house.answer(RENAMED)
    house.check()
    house.told()
    assert house.project.run("ack", house.incident(), "--note", "the vendor was told").returncode == 0
    assert (house.check(), house.told()) == (1, [])
    assert "the vendor was told" in house.project.run("incidents").stdout


def test_a_laptops_check_moves_the_facts_and_the_next_one_tells(house: House) -> None:
    house.answer(RENAMED)
    dry = house.project.run("check", "--dry-run")
    assert "would be sent to oncall (breaking -> " in dry.stdout
    assert "  | crm: 1 breaking drift in a lookup" in dry.stdout
    assert "a lookup: first drift" in dry.stdout
    assert (house.project.run("check").returncode, house.told()) == (1, [])
    assert (house.check(), len(house.told())) == (1, 1)


def test_a_new_baseline_closes_it_with_who_approved(house: House) -> None:
    house.answer(RENAMED)
    house.check()
    house.project.write("contracts/crm/one.json", pact_of(interaction("a lookup", "/c", RENAMED)))
    house.told()
    approved = house.project.run("approve", "--vendor", "crm", MONITOR_APPROVER="ada@laptop")
    assert approved.returncode == 0
    assert house.check() == 0
    (told,) = house.told()
    assert told.endswith("crm: approved by ada@laptop: 1 drift in a lookup")


def test_a_vendor_that_is_down_recovers_nothing(house: House) -> None:
    house.configure(vendor="    down_retries: []\n")
    house.answer(RENAMED)
    house.check()
    house.answer({}, 503)
    house.told()
    assert (house.check(), house.told()) == (3, [])  # these runs are not a day apart: the next one tells
    assert (house.check(), house.told()) == (3, ["# 🔴 crm is down"])
    house.answer(RENAMED)
    assert house.check() == 1
    (up,) = house.told()
    assert up.endswith("crm is up again")


def test_a_run_that_was_killed_before_the_ledger_is_told_by_the_next(house: House) -> None:
    """As it is on disk then: a report of a run that notifies, of which the ledger knows nothing."""
    house.check()
    ledger = house.project.folder / ".monitor" / "ledger.db"
    shutil.copy(ledger, ledger.with_suffix(".before"))
    house.answer(RENAMED)
    house.check()
    house.told()
    ledger.with_suffix(".before").replace(ledger)
    house.answer(GOOD)
    assert house.check() == 0
    assert [one.rpartition("# ")[2] for one in house.told()] == [
        "🔴 crm: 1 breaking drift in a lookup",
        "✅ crm: recovered: 1 drift in a lookup",
    ]


def test_a_run_that_was_killed_before_there_was_a_ledger_is_told_too(house: House) -> None:
    house.answer(RENAMED)
    house.check()
    house.told()
    for path in (house.project.folder / ".monitor").glob("ledger.db*"):
        path.unlink()
    house.answer(GOOD)
    assert (house.check(), len(house.told())) == (0, 2)


def test_an_older_run_that_comes_late_ends_nothing(house: House) -> None:
    house.check()
    house.answer(RENAMED)
    house.check()
    house.told()
    runs = house.project.folder / "recordings" / "runs"
    clean, late = sorted(path.name for path in runs.iterdir())[1], "20260101T000000Z-aaaaaa"
    shutil.copytree(runs / clean, runs / late)
    for name in ("plan.json", "report.json"):
        path = runs / late / name
        path.write_text(path.read_text().replace(clean, late))
    assert (house.check(), house.told()) == (1, [])


def test_a_new_ledger_learns_of_old_runs_without_a_word(house: House) -> None:
    house.answer(RENAMED)
    house.check()
    house.answer(GOOD)
    house.check()
    house.told()
    for path in (house.project.folder / ".monitor").glob("ledger.db*"):
        path.unlink()
    assert (house.check(), house.told()) == (0, [])
    listed = json.loads(house.project.run("incidents", "--all", "--format", "json").stdout)
    assert [one["open"] for one in listed["incidents"]] == [False]


def test_what_only_new_rules_see_is_told_in_one_message_as_no_news(house: House) -> None:
    """A run of a monitor before the rules had a version, whose report says that nothing drifted."""
    house.answer(RENAMED)
    house.project.run("check", "--notify")
    house.told()
    store = Store(house.project.folder / "recordings")
    path = house.project.folder / "recordings" / "runs" / store.runs()[-1] / "report.json"
    report = json.loads(path.read_text())
    report["rules"] = 0
    for result in report["results"]:
        result |= {"outcome": "same", "findings": [], "told": []}
    path.write_text(json.dumps(report))
    for old in (house.project.folder / ".monitor").glob("ledger.db*"):
        old.unlink()
    assert house.check() == 1
    (told,) = house.told()
    assert "monitor" in told
    assert (house.check(), house.told()) == (1, [])


def test_a_ledger_that_cannot_be_opened_costs_nothing_that_was_found(house: House) -> None:
    house.answer(RENAMED)
    ledger = house.project.folder / ".monitor" / "ledger.db"
    for path in ledger.parent.glob("ledger.db*"):
        path.unlink()
    ledger.mkdir()
    failed = house.project.run("check", "--notify")
    assert failed.returncode == 70
    assert "DRIFTED (breaking)  crm: a lookup" in failed.stdout
    assert "the run is not in the ledger" in failed.stdout
    assert failed.stderr.count("monitor: ") == 1
    (post,) = house.slack.posts
    assert "The ledger cannot be used: " in post.text
    assert house.told() == ["# 🔴 crm: 1 breaking drift in a lookup"]
    ledger.rmdir()
    assert (house.check(), len(house.told())) == (1, 1)
