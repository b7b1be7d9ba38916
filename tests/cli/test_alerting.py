"""`monitor alerts`, `alerts retry`, `channels list` and `channels test`, over a ledger and a webhook on loopback."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from monitor.cli import completing
from monitor.cli.main import app, main
from monitor.ledger.database import open_database
from monitor.ledger.ledger import Ledger
from monitor.model import Alert, Message, MessageKind, Severity
from tests.road.scripted import Answer, ScriptedVendor, serving

NOW = datetime(2024, 11, 25, 5, 17, tzinfo=UTC)
CONFIG = """\
version: 1
vendors:
  crm:
    base_url: https://crm.example
    alerts: {breaking: [team]}
alerts:
  timezone: Europe/Berlin
  channels:
    team: {kind: slack_webhook, url: "URL/team"}
    spare: {kind: slack_webhook, url: "URL/spare"}
  routes: {breaking: [team, spare], warning: [spare], info: digest}
  digest: {cron: "0 8 * * 1", channels: [spare]}
"""
WHEN = re.compile(r"\w{3} \d\d \w{3} \d{4}, \d\d:\d\d CES?T")
OK: Answer = (200, {}, b"ok")
DOWN: Answer = (503, {}, b"")
GONE: Answer = (404, {}, b"no_service")


@dataclass
class Desk:
    """A project in the working folder."""

    slack: ScriptedVendor
    out: pytest.CaptureFixture[str]

    def run(self, *words: str) -> tuple[int, str, str]:
        code = main(words)
        told = self.out.readouterr()
        return code, WHEN.sub("<when>", told.out), WHEN.sub("<when>", told.err)

    def tell(self, title: str, *channels: str) -> None:
        message = Message(MessageKind.RUN, "crm", title, Severity.BREAKING, NOW)
        with open_database(f"sqlite:///{Path.cwd()}/.monitor/ledger.db", NOW) as database:
            Ledger(database, "here").add_alert(Alert(message, channels), NOW)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    with serving() as slack:
        (tmp_path / "monitor.yaml").write_text(CONFIG.replace("URL", slack.url))
        (tmp_path / ".monitor").mkdir()
        monkeypatch.chdir(tmp_path)
        slack.answers = {"/team": OK, "/spare": OK}
        yield Desk(slack, capsys)


def test_nothing_to_do_is_quiet(desk: Desk) -> None:
    assert desk.run("alerts", "retry") == (0, "", "")
    assert desk.run("alerts") == (0, "", "every alert was delivered\n")
    assert desk.run("alerts", "--all") == (0, "", "no alert yet\n")
    assert desk.run("alerts", "--failed", "--format", "json")[:2] == (0, '{\n "version": 1,\n "alerts": []\n}\n')


def test_an_alert_whose_channel_was_down_arrives_by_retry(desk: Desk) -> None:
    desk.tell("crm: 1 breaking drift", "team")
    desk.slack.answers["/team"] = DOWN
    told = "alert 1 to team not sent yet: answered HTTP 503; again <when> (crm: 1 breaking drift)"
    assert desk.run("alerts", "retry") == (4, "", f"monitor: {told}\n")
    listed = (
        "1     team: not sent yet: crm: 1 breaking drift\n"
        "      made <when>, 1 try, next <when>\n"
        "      answered HTTP 503\n"
    )
    assert desk.run("alerts") == (0, listed, "")
    desk.slack.answers["/team"] = OK
    assert desk.run("alerts", "retry") == (0, "", "")  # it is not its time yet
    assert desk.run("alerts", "retry", "--now") == (0, "alert 1 to team sent: crm: 1 breaking drift\n", "")
    assert desk.run("alerts") == (0, "", "every alert was delivered\n")
    assert desk.run("alerts", "--all")[1].startswith("1     team: sent: crm: 1 breaking drift\n")


def test_what_a_channel_said_of_what_it_took_is_shown(desk: Desk) -> None:
    desk.tell("crm: 1 breaking drift", "team")
    with open_database(f"sqlite:///{Path.cwd()}/.monitor/ledger.db", NOW) as database:
        ledger = Ledger(database, "here")
        (intent,) = ledger.intents()
        ledger.sent(intent, "cron", {"note": "refused: bob@example.com\x1b"}, NOW, 0.1)
    assert "\n      refused: bob@example.com\\x1b\n" in desk.run("alerts", "--all")[1]
    (told,) = json.loads(desk.run("alerts", "--all", "--format", "json")[1])["alerts"]
    assert told["note"] == "refused: bob@example.com\x1b"


def test_what_failed_is_told_with_its_fix_and_sent_again_when_asked_for(desk: Desk) -> None:
    desk.tell("crm: 1 breaking drift", "team")
    desk.slack.answers["/team"] = GONE
    code, out, err = desk.run("alerts", "retry")
    assert (code, out) == (4, "alert 2 to spare sent: team cannot be reached: an alert of crm failed\n")
    assert err.startswith("monitor: alert 1 to team FAILED: Slack answered no_service; make a new incoming webhook")
    (failed,) = json.loads(desk.run("alerts", "--failed", "--format", "json")[1])["alerts"]
    assert failed["fix"].startswith("make a new incoming webhook")
    assert {key: failed[key] for key in ("id", "alert", "channel", "state", "vendor", "severity", "tries")} == {
        "id": 1,
        "alert": 1,
        "channel": "team",
        "state": "failed",
        "vendor": "crm",
        "severity": "breaking",
        "tries": 1,
    }
    desk.slack.answers["/team"] = OK
    assert desk.run("alerts", "retry") == (0, "", "")
    code, _, err = desk.run("alerts", "retry", "7")
    assert (code, err) == (2, "monitor: no failed alert has the number 7; see: monitor alerts --failed\n")
    assert desk.run("alerts", "retry", "1") == (0, "alert 1 to team sent: crm: 1 breaking drift\n", "")


def test_channels_are_listed_with_what_goes_to_them(desk: Desk) -> None:
    listed = "team   slack_webhook  breaking; crm: breaking\nspare  slack_webhook  breaking, warning; digest\n"
    assert desk.run("channels", "list") == (0, listed, "")
    told = json.loads(desk.run("channels", "list", "--format", "json")[1])
    assert told["channels"][0] == {"name": "team", "kind": "slack_webhook", "gets": ["breaking", "crm: breaking"]}


def test_a_channel_is_tested(desk: Desk) -> None:
    desk.tell("crm: 1 breaking drift", "team")
    assert desk.run("channels", "test", "team") == (0, "team took the test\n", "")
    assert desk.slack.seen == ["/team"]
    desk.slack.answers["/team"] = GONE
    code, out, err = desk.run("channels", "test", "team")
    assert (code, out) == (4, "")
    assert err.startswith("monitor: team did not take the test: Slack answered no_service\nfix: make a new incoming")
    assert desk.run("channels", "test", "taem")[::2] == (
        2,
        "monitor: no channel 'taem' is configured; did you mean 'team'?\n",
    )
    assert "not sent yet: crm" in desk.run("alerts")[1]  # what waits, waits on


def test_the_digest_goes_out_with_a_retry(desk: Desk) -> None:
    desk.tell("crm: 1 info drift", "digest")
    assert "waits for the digest" in desk.run("alerts", "--all")[1]
    code, out, _ = desk.run("alerts", "retry")
    assert (code, desk.slack.seen) == (0, ["/spare"])
    assert out.startswith("alert 2 to spare sent: digest: ")


def test_shells_are_offered_the_channels(desk: Desk) -> None:
    context = typer.Context(get_command(app))
    assert completing.channels(context, "") == [("team", ""), ("spare", "")]
    assert completing.channels(context, "te") == [("team", "")]


@pytest.mark.parametrize("words", [("alerts", "--failed", "--all"), ("alerts", "retry", "x"), ("channels",)])
def test_wrong_usage(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.run(*words)[0] == 2
