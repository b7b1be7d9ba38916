"""incidents, ack, mute, unmute, accept as they are typed, on a ledger of three runs."""

from __future__ import annotations

import json
import re
from contextlib import chdir
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from syrupy.assertion import SnapshotAssertion

from monitor.cli.main import main
from monitor.ledger.database import open_database
from monitor.ledger.ledger import Ledger
from monitor.model import (
    ActKind,
    Basis,
    Change,
    ChangeKind,
    Finding,
    Incident,
    Mute,
    Outcome,
    Person,
    Policy,
    Result,
    RunReport,
    Severity,
    Told,
    fingerprint,
)

START = datetime(2026, 11, 2, 8, 58, tzinfo=UTC)
CONFIG = """\
version: 1
vendors:
  crm: {base_url: "${secret:env:NOBODY_SET_IT}"}
  billing: {base_url: https://billing.example}
alerts: {timezone: Europe/Berlin}
"""
NAME = "a GET request to look up a \x1b[31mcustomer"


def finding(root: str, kind: ChangeKind, severity: Severity) -> Finding:
    mark = fingerprint("crm", "lookup-1a2b3c4d", root)
    return Finding(root, severity, True, Change(root, kind, "String"), mark)


ID = finding("$.customerId", ChangeKind.REMOVED, Severity.BREAKING)
TAGS = finding("$.tags", ChangeKind.ADDED, Severity.INFO)
TIER = finding("$.tier", ChangeKind.RETYPED, Severity.WARNING)


def drifted(*findings: Finding) -> Result:
    return Result(
        vendor="crm",
        interaction_id="lookup-1a2b3c4d",
        description=NAME,
        outcome=Outcome.DRIFTED,
        findings=findings,
        told=tuple(Told(one.root, one.severity, (f"what is told of {one.root}",)) for one in findings),
        evidence="runs/R/crm/lookup-1a2b3c4d.har",
        baseline="baseline/crm/lookup-1a2b3c4d.har",
        basis=Basis("terms", "baseline"),
    )


DOWN = Result("crm", "search-1a2b3c4d", "a search", Outcome.VENDOR_DOWN, "connection refused", "ask the vendor")


def report(day: int, *results: Result) -> RunReport:
    at = START + timedelta(days=day)
    run_id = f"{at:%Y%m%dT%H%M%SZ}-000000"
    return RunReport(run_id, "check", at, at, ("crm",), results, notify=True, rules=1)


@dataclass(frozen=True)
class Place:
    """A folder with a ledger, in which commands are typed."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def ledger(self) -> Ledger:
        state = self.folder / ".monitor"
        state.mkdir(exist_ok=True)
        return Ledger(open_database(f"sqlite:///{state}/ledger.db", START), "a-host")

    def monitor(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        with chdir(self.folder):
            code = main(arguments)
        told = self.capture.readouterr()
        return code, told.out, told.err

    def incident(self, finding: Finding) -> Incident:
        ledger = self.ledger()
        try:
            return ledger.find(finding.fingerprint)
        finally:
            ledger.database.close()


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Place:
    made = Place(tmp_path, capsys)
    (tmp_path / "monitor.yaml").write_text(CONFIG)
    ledger = made.ledger()
    for one in (report(0, drifted(ID, TIER)), report(1, drifted(ID, TAGS)), report(2, drifted(ID, TAGS), DOWN)):
        ledger.ingest(one, lambda _: Policy(), lambda _: (), one.started)
    ledger.database.close()
    return made


def decide(place: Place) -> None:
    """What people decided, at moments that are always the same."""
    ledger = place.ledger()
    ada = Person("ada@laptop", "laptop", START + timedelta(days=1, hours=1), "they roll it\x1b back on Monday")
    bob = Person("bob@desk", "desk", START + timedelta(days=2, hours=1), "staging is rebuilt")
    ledger.acknowledge(ledger.find(ID.fingerprint), ada)
    ledger.mute(ledger.find(ID.fingerprint), Mute(bob, datetime(2999, 12, 31, 23, tzinfo=UTC)))
    ledger.mute("crm", Mute(bob))
    ledger.mute("billing", Mute(bob, START))  # it is over
    ledger.database.close()


def test_what_is_wrong_is_listed(place: Place, snapshot: SnapshotAssertion) -> None:
    def shown(*arguments: str) -> str:
        code, out, err = place.monitor("incidents", *arguments)
        assert (code, err) == (0, "")
        return out

    assert shown() == snapshot(name="open")
    decide(place)
    assert shown("--all", "--vendor", "crm") == snapshot(name="all, decided")
    assert shown(ID.fingerprint) == snapshot(name="one")
    assert shown("--verbose") == snapshot(name="verbose")
    assert shown("--vendor", "billing") == "0 open incidents\n"


def test_the_same_for_machines(place: Place, snapshot: SnapshotAssertion) -> None:
    decide(place)
    code, out, err = place.monitor("incidents", place.incident(ID).id, "--format", "json")
    document = json.loads(out)
    assert document.pop("now").endswith("Z")
    assert (code, err, document) == (0, "", snapshot)
    every = json.loads(place.monitor("incidents", "--all", "--format", "json")[1])["incidents"]
    assert [(one["severity"], one["open"]) for one in every] == [
        ("breaking", True),
        ("breaking", True),
        ("info", True),
        ("warning", False),
    ]


def test_a_new_ledger_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "monitor.yaml").write_text(CONFIG)
    told = Place(tmp_path, capsys).monitor("incidents")
    assert told == (0, "0 open incidents\n", "the ledger has no run yet; make one: monitor check\n")


def test_ack(place: Place) -> None:
    incident = place.incident(ID)
    code, out, err = place.monitor("ack", incident.id[:6], "--note", "they roll it back", "--by", "ada")
    said = f"acknowledged {incident.id} (crm $.customerId): no reminders, unless it gets worse or comes back\n"
    assert (code, out, err) == (0, said, "")
    kept = place.incident(ID).acknowledged
    assert kept is not None
    assert (kept.by, kept.note) == ("ada", "they roll it back")
    assert kept.host
    closed = place.incident(TIER)
    assert place.monitor("ack", closed.id, "--note", "x") == (
        2,
        "",
        f"monitor: {closed.id}: it is not open, so there is nothing to acknowledge\n",
    )


def test_mute_and_unmute(place: Place) -> None:
    one = place.incident(ID).id
    muted = place.monitor("mute", one, "--until", "2999-12-31", "--note", "x")
    assert muted == (0, f"muted {one} (crm $.customerId) until 31 Dec 2999\n", "")
    mute = place.incident(ID).mute
    assert mute is not None
    assert mute.until == datetime(2999, 12, 30, 23, tzinfo=UTC)  # that day's beginning in Berlin
    assert place.monitor("unmute", one, "--note", "back")[1] == f"unmuted {one} (crm $.customerId)\n"
    assert place.monitor("unmute", one)[1] == f"{one} (crm $.customerId) was not muted\n"
    assert place.monitor("mute", "--vendor", "crm", "--for", "90m", "--note", "x")[1].startswith(
        "muted all of crm until "
    )
    ledger = place.ledger()
    of_vendor = ledger.vendor_mute("crm")
    assert of_vendor is not None
    assert of_vendor.until is not None
    assert of_vendor.until - of_vendor.person.at == timedelta(minutes=90)
    assert [act.kind for act in ledger.acts()] == [ActKind.MUTE, ActKind.UNMUTE, ActKind.MUTE]
    ledger.database.close()
    assert place.monitor("unmute", "--vendor", "crm")[1] == "unmuted all of crm\n"


COMMENTED = """\
# ours
version: 1
accepted:
  - {vendor: billing, path: $.a, reason: x, by: bob}  # for ever
"""


def test_accept(place: Place) -> None:
    file = place.folder / "accepted.yaml"
    file.write_text(COMMENTED)
    file.chmod(0o640)
    one = place.incident(ID).id
    arguments = ("accept", one, "--reason", "no flow reads it", "--until", "2999-05-31", "--by", "ada")
    said = f"accepted {one} (crm $.customerId) in accepted.yaml:5; commit it. The next run closes the incident.\n"
    assert place.monitor(*arguments) == (0, said, "")
    text = file.read_text()
    assert text.startswith(COMMENTED)
    assert yaml.safe_load(text)["accepted"][1] == {
        "vendor": "crm",
        "interaction": NAME,
        "path": "$.customerId",
        "kinds": ["removed"],
        "reason": "no flow reads it",
        "by": "ada",
        "until": datetime(2999, 5, 31).date(),  # noqa: DTZ001 - a date
    }
    assert file.stat().st_mode & 0o777 == 0o640
    assert place.incident(ID).open  # the next run closes it
    again = f"monitor: {one}: already accepted at accepted.yaml:5 until 31 May 2999; change the entry there\n"
    assert place.monitor(*arguments) == (2, "", again)
    assert file.read_text() == text
    ledger = place.ledger()
    (act,) = ledger.acts("crm")
    assert (act.kind, act.person.by, act.person.note) == (ActKind.ACCEPT, "ada", "no flow reads it")
    ledger.database.close()


def test_several_at_once_or_none(place: Place) -> None:
    one, other = place.incident(ID).id, place.incident(TAGS).id
    for command in (["ack", "--note", "x"], ["mute", "--for", "3d", "--note", "x"], ["accept", "--reason", "x"]):
        assert place.monitor(*command, one, "zz")[0] == 2
    assert place.monitor("accept", one, place.incident(TIER).id, "--reason", "x")[0] == 2
    kept = place.incident(ID)
    assert (kept.acknowledged, kept.mute) == (None, None)
    assert not (place.folder / "accepted.yaml").exists()

    assert place.monitor("ack", one, other, one, "--note", "x")[1].count("acknowledged ") == 2
    assert place.monitor("mute", one, other, "--for", "3d", "--note", "x")[1].count("muted ") == 2
    assert all((found := place.incident(each)).acknowledged and found.mute for each in (ID, TAGS))
    code, out, _ = place.monitor("accept", one, other, "--reason", "x")
    entries = yaml.safe_load((place.folder / "accepted.yaml").read_text())["accepted"]
    assert (code, [entry["path"] for entry in entries]) == (0, ["$.customerId", "$.tags"])
    assert len(set(re.findall(r"accepted\.yaml:[0-9]+", out))) == 2


def test_accept_where_an_entry_is_over_or_of_another_kind(place: Place) -> None:
    file, one = place.folder / "accepted.yaml", place.incident(ID).id
    entry = "version: 1\naccepted:\n  - {vendor: crm, path: $.customerId, reason: x, by: bob, KEY}\n"
    file.write_text(entry.replace("KEY", "kinds: [loss]"))
    told = f"monitor: {one}: already accepted (loss) at accepted.yaml:3; change the entry there\n"
    assert place.monitor("accept", one, "--reason", "x") == (2, "", told)
    file.write_text(entry.replace("KEY", "until: 2020-01-01"))
    assert place.monitor("accept", one, "--reason", "x")[0] == 0


def test_what_is_over_is_not_accepted(place: Place) -> None:
    over = place.incident(TIER).id
    told = f"monitor: {over}: it is over since 3 Nov 2026 09:58 CET; nothing to accept\n"
    assert place.monitor("accept", over, "--reason", "x") == (2, "", told)


def test_accept_makes_the_file(place: Place) -> None:
    one = place.incident(TAGS).id
    assert place.monitor("accept", one, "--reason", "new, and welcome")[0] == 0
    file = place.folder / "accepted.yaml"
    assert file.stat().st_mode & 0o777 == 0o644
    assert file.read_text().startswith("# Findings that people live with")


NO_DRIFT = (
    "{down}: only drift can be accepted, and this is a trouble of the vendor; mute it: "
    'monitor mute {down} --for 3d --note "why"'
)
WRONG = [
    (["ack", "zz", "--note", "x"], "no incident's id begins with 'zz'; see: monitor incidents --all"),
    (["ack", "{id}0", "--note", "x"], "no incident's id begins with '{id}0'; did you mean {id} (crm $.customerId)?"),
    (["ack", "", "--note", "x"], "no incident's id begins with ''; see: monitor incidents --all"),
    (["mute", "--for", "3d", "--note", "x"], "name an incident, or else a --vendor; see: monitor incidents"),
    (
        ["mute", "{id}", "--vendor", "crm", "--for", "3d", "--note", "x"],
        "name an incident, or else a --vendor; see: monitor incidents",
    ),
    (
        ["mute", "{id}", "--note", "x"],
        "say how long: --for or --until; for instance --for 3d, or --until 2026-12-31",
    ),
    (
        ["mute", "{id}", "--for", "3q", "--note", "x"],
        "'3q' is no duration of at most ten years; write 90m, 12h, 3d or 2w",
    ),
    (
        ["mute", "{id}", "--until", "soon", "--note", "x"],
        "'soon' is neither a day nor a moment; write for instance 2026-12-31, or 2026-12-31T18:00",
    ),
    (["mute", "{id}", "--until", "2020-01-01", "--note", "x"], "2020-01-01 is over; name a day to come"),
    (
        ["mute", "{id}", "--for", "3d", "--until", "2999-12-31", "--note", "x"],
        "both --for and --until are given; give one of them, not both",
    ),
    (["ack", "{id}", "--note", ""], 'others need to know why; add --note "why"'),
    (["ack", "{id}", "--note", " "], 'others need to know why; add --note "why"'),
    (["mute", "{id}", "--for", "3d", "--note", ""], 'others need to know why; add --note "why"'),
    (["accept", "{id}", "--reason", " "], 'an entry needs a reason; add --reason "why"'),
    (
        ["accept", "{down}", "--reason", "x"],
        NO_DRIFT,
    ),
]


def test_wrong_use_is_one_error(place: Place) -> None:
    names = {"id": place.incident(ID).id, "down": fingerprint("crm", "", "outcome:vendor_down")[3:11]}
    for arguments, told in WRONG:
        code, out, err = place.monitor(*(argument.format(**names) for argument in arguments))
        assert (code, out, err) == (2, "", f"monitor: {told.format(**names)}\n")
    code, _, err = place.monitor("incidents", "--vendor", "cmr")
    assert (code, err.partition("; ")[2]) == (2, "did you mean 'crm'?\n")
    assert not (place.folder / "accepted.yaml").exists()
