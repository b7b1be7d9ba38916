"""monitor status: what is told of checks and alerts, and the exit codes for a watchdog."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from monitor.cli.main import main
from monitor.cli.status import document, text
from monitor.errors import UsageError
from monitor.model import (
    Alerts,
    Incident,
    Intent,
    IntentState,
    LastRun,
    Message,
    MessageKind,
    Mute,
    Outcome,
    Person,
    Schedule,
    Settings,
    Severity,
    Subject,
    Vendor,
)
from monitor.pipeline.status import Status, reasons, status
from tests.pipeline.test_watching import FakeBooks

MONDAY = datetime(2026, 11, 23, 4, 17, tzinfo=UTC)
NOW = MONDAY + timedelta(hours=3)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADA = Person("ada", "laptop", MONDAY)
SETTINGS = Settings(
    "/w/monitor.yaml",
    "/w",
    {
        "crm": Vendor("crm", "", schedule=Schedule("17 5 * * 1", "Europe/Berlin")),
        "billing": Vendor("billing", ""),
    },
    "/w/recordings",
    "/w/.monitor",
    "sqlite:////w/.monitor/ledger.db",
)


@dataclass
class FakeLedger(FakeBooks):
    """``open`` incidents by vendor; others of a vendor in ``more``."""

    outbox: list[Intent] = field(default_factory=list)
    more: list[Incident] = field(default_factory=list)
    mute: Mute | None = None

    def incidents(self, vendor: str | None = None, open_only: bool = True) -> tuple[Incident, ...]:
        return tuple(one for one in self.more if vendor is None or one.vendor == vendor)

    def last_run(self, vendor: str) -> LastRun | None:
        run = super().last_run(vendor) if vendor == "crm" else None
        return run and replace(run, outcomes={Outcome.SAME: 12, Outcome.DRIFTED: 1}, exit_code=1)

    def vendor_mute(self, vendor: str) -> Mute | None:
        return self.mute if vendor == "crm" else None

    def intents(
        self, states: Sequence[IntentState] | None = None, channel: str | None = None, last: int | None = None
    ) -> tuple[Intent, ...]:
        return tuple(one for one in self.outbox if states is None or one.state in states)


def intent(
    state: IntentState, age: timedelta, channel: str = "slack-oncall", kind: MessageKind = MessageKind.RUN, **more: str
) -> Intent:
    message = Message(kind, "crm", "crm: 1 drift", Severity.BREAKING, NOW - age)
    return Intent(
        1, 1, channel, message, "key", NOW - age, state, 3, error=more.get("error", ""), fix=more.get("fix", "")
    )


def incident(severity: Severity, vendor: str = "crm", subject: Subject = Subject.DRIFT) -> Incident:
    return Incident(f"v1:{severity}", vendor, subject, severity, True, MONDAY, "r", MONDAY, "r")


SENT, FAILED, PENDING = IntentState.SENT, IntentState.FAILED, IntentState.PENDING


@pytest.mark.parametrize(
    ("runs", "outbox", "code", "why"),
    [
        ([MONDAY], [], 0, ""),
        ([MONDAY], [intent(SENT, DAY), intent(IntentState.WAITING, 6 * DAY)], 0, ""),  # the digest has its time
        ([MONDAY], [intent(PENDING, 59 * timedelta(minutes=1))], 0, ""),
        ([MONDAY], [intent(PENDING, 2 * HOUR)], 4, "1 alert to slack-oncall not delivered for over an hour"),
        ([MONDAY], [intent(FAILED, 2 * HOUR)] * 2, 4, "2 alerts to slack-oncall failed"),
        ([MONDAY], [intent(FAILED, 31 * DAY)], 0, ""),
        ([MONDAY], [intent(FAILED, HOUR, kind=MessageKind.TEST)], 0, ""),  # who tests sees what came of it
        ([MONDAY - 7 * DAY], [], 3, "crm: a scheduled check did not run"),
        ([MONDAY - 21 * DAY], [], 3, "crm: 3 scheduled checks did not run"),
        ([], [], 3, "crm: a scheduled check has never run"),
        (
            [],
            [intent(FAILED, HOUR, "a"), intent(PENDING, 2 * HOUR, "b")],
            3,
            "crm: a scheduled check has never run; 1 alert to a failed; 1 alert to b not delivered for over an hour",
        ),
    ],
)
def test_exit_codes(runs: list[datetime], outbox: list[Intent], code: int, why: str) -> None:
    found = status(SETTINGS, FakeLedger(runs=runs, outbox=outbox), NOW)
    assert (found.exit_code, "; ".join(reasons(found))) == (code, why)


def test_alerts_without_a_channel_reach_nobody() -> None:
    found = status(replace(SETTINGS, alerts=Alerts(enabled=True)), FakeLedger(runs=[MONDAY]), NOW)
    assert (found.exit_code, [*reasons(found)]) == (4, ["no channel is configured: nobody is told"])
    assert "alerts   NO CHANNEL is configured: nobody is told\n" in text(found, "l.db", str)


def test_one_vendor_is_asked_for() -> None:
    found = status(SETTINGS, FakeLedger(), NOW, ["billing"])
    assert [one.vendor for one in found.vendors] == ["billing"]
    assert found.exit_code == 0
    with pytest.raises(UsageError):
        status(SETTINGS, FakeLedger(), NOW, ["crn"])


def quiet() -> Status:
    return status(SETTINGS, FakeLedger(runs=[MONDAY]), NOW)


def loud() -> Status:
    acknowledged = replace(incident(Severity.BREAKING), acknowledged=ADA)
    muted = replace(incident(Severity.WARNING), mute=Mute(ADA, NOW + DAY))
    over = replace(incident(Severity.WARNING), mute=Mute(ADA, NOW - DAY))
    wrong = replace(
        incident(Severity.BREAKING, "", Subject.CONFIG), lines=("monitor.yaml:3:5: its minute '99' is wrong\x1b[31m",)
    )
    ledger = FakeLedger(
        runs=[MONDAY - 21 * DAY],
        more=[acknowledged, muted, over, wrong],
        mute=Mute(ADA, NOW + DAY),
        outbox=[
            intent(FAILED, DAY, error="channel_not_found", fix="invite the bot to #oncall"),
            intent(PENDING, 2 * HOUR, "hook", error="it answered 503"),
            intent(PENDING, timedelta(minutes=1), "mail"),
        ],
    )
    return status(SETTINGS, ledger, NOW)


@pytest.mark.parametrize("found", [quiet, loud])
def test_text(found: object, snapshot: SnapshotAssertion) -> None:
    assert callable(found)
    told = text(found(), "/w/.monitor/ledger.db", lambda moment: f"{moment:%a %d %b %Y, %H:%M %Z}")
    assert told.isascii()
    assert told.replace("\n", "").isprintable()
    assert told == snapshot


def test_only_so_many_alerts_are_listed() -> None:
    found = status(SETTINGS, FakeLedger(runs=[MONDAY], outbox=[intent(PENDING, 2 * HOUR)] * 23), NOW)
    assert "  and 13 more: monitor alerts\n" in text(found, "l.db", str)


def test_json(snapshot: SnapshotAssertion) -> None:
    found = loud()
    told = json.loads(document(found, "postgresql://db/monitor", list(reasons(found))))
    assert told == snapshot


CONFIG = """\
version: 1
vendors:
  crm:
    base_url: https://crm.example
    headers: {X-API-Key: "${NOBODY_HAS_SET_THIS}"}
    schedule: {cron: "17 5 * * *"}
"""


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "monitor.yaml").write_text(CONFIG)
    asked = ["status", "--quiet", "--config", str(tmp_path / "monitor.yaml")]
    assert (main(asked), *capsys.readouterr()) == (0, "", "")  # nothing was missed since the schedule is known
    with closing(sqlite3.connect(tmp_path / ".monitor" / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE schedules SET since = '2026-01-01 00:00:00.000000'")
    assert main(asked) == 3
    told = capsys.readouterr()
    assert told.err == "monitor: crm: a scheduled check has never run\n"
    assert "MISSED: 100 scheduled checks, the newest of " in told.out
