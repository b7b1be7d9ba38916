"""What monitor.yaml says of schedules and alerts: what it becomes, and what is told of what is wrong."""

from __future__ import annotations

import pytest

from monitor.config.load import SecretsMode
from monitor.config.schema import json_schema
from monitor.config.times import parse_duration
from monitor.model import DIGEST, Alerts, ChannelSource, Digest, Links, Schedule, Severity
from tests.config.alerting_kinds import KINDS
from tests.config.projects import Case, Project, cases

WHOLE = """\
alerts:
  enabled: ${MONITOR_ALERTS:-false}
  channels:
    slack-oncall: {kind: slack, token: "${secret:env:SLACK_TOKEN}", channel: "#vendor-drift", retries: "${RETRIES:-4}"}
    email-team: {kind: email, host: smtp.example.com}
  routes: {breaking: [slack-oncall, email-team], warning: slack-oncall, info: digest}
  digest: {cron: "0 8  * * 1", channels: [email-team]}
  fallback: email-team
  remind_every: 3d
  alert_after: 2
  timezone: Europe/Berlin
  links: {command_prefix: "cd /srv/drift &&", run_url: "https://ci.example/{run}?v={vendor}", runbook: "http://w.example"}
"""
VENDOR = """\
schedule: {cron: "17 5 * * 1", timezone: Europe/Berlin, grace: 90m, jitter: 300, heartbeat: "https://hc.example/${UUID}"}
alerts: {breaking: [slack-oncall]}
down_retries: [15s, 1m, 5m]
"""
ENVIRON = {"SLACK_TOKEN": "xoxb-1-secret", "UUID": "a-secret-too"}


def test_all_that_can_be_said(project: Project) -> None:
    read = project.load(project.text(VENDOR) + WHOLE, ENVIRON)
    token = {"token": "xoxb-1-secret", "channel": "#vendor-drift", "retries": "4"}
    assert read.alerts == Alerts(
        enabled=False,
        channels={
            "slack-oncall": ChannelSource("slack-oncall", "slack", token),
            "email-team": ChannelSource("email-team", "email", {"host": "smtp.example.com"}),
        },
        routes={
            Severity.BREAKING: ("slack-oncall", "email-team"),
            Severity.WARNING: ("slack-oncall",),
            Severity.INFO: (DIGEST,),
        },
        digest=Digest("0 8 * * 1", ("email-team",)),
        fallback="email-team",
        remind_every=3 * 86_400.0,
        alert_after=2,
        timezone="Europe/Berlin",
        links=Links("cd /srv/drift &&", "https://ci.example/{run}?v={vendor}", "http://w.example"),
    )
    vendor = read.vendors["crm"]
    assert vendor.schedule == Schedule("17 5 * * 1", "Europe/Berlin", 5400.0, 300.0, "https://hc.example/a-secret-too")
    assert vendor.routes == {Severity.BREAKING: ("slack-oncall",)}
    assert vendor.down_retries == (15.0, 60.0, 300.0)
    assert not any(secret in repr(read) for secret in ENVIRON.values())


def test_what_is_not_said(project: Project) -> None:
    read = project.load(project.text('schedule: {cron: "0 5 * * *"}\ndown_retries: []'))
    assert read.alerts == Alerts()
    assert read.vendors["crm"].schedule == Schedule("0 5 * * *", "UTC")
    assert read.vendors["crm"].down_retries == ()
    assert project.vendor("").schedule is None
    assert project.vendor("").down_retries is None
    assert project.load(project.text("") + "alerts: {remind_every: never}").alerts.remind_every is None


def test_what_is_secret_is_not_needed_offline(project: Project) -> None:
    read = project.load(project.text(VENDOR) + WHOLE, {}, SecretsMode.DEFER)
    assert read.alerts.channels["slack-oncall"].options["token"] == "${secret:env:SLACK_TOKEN}"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("90", 90.0), ("90s", 90.0), ("1.5h", 5400.0), ("7 d", 604_800.0), ("2w", 1_209_600.0)],
)
def test_durations(written: str, seconds: float) -> None:
    assert parse_duration(written) == seconds


@pytest.mark.parametrize("written", ["", "h", "1h30m", "-1h", "1e3", "1y", "1 hour", "\u0661h", "9" * 10])
def test_what_is_no_duration(written: str) -> None:
    assert parse_duration(written) is None


@pytest.mark.parametrize("case", cases("schedules"), ids=lambda case: case.text)
def test_wrong_schedules(project: Project, case: Case) -> None:
    assert project.told(project.text(case.text)) == case.told


@pytest.mark.parametrize("case", cases("alerting"), ids=lambda case: case.text[-40:])
def test_wrong_alerts(project: Project, case: Case) -> None:
    told = project.told(f"{project.text('')}{case.text}\n", case.environ)
    assert told == case.told
    assert not any(value in told for value in case.environ.values())


@pytest.mark.parametrize("case", cases("alerting_offline"), ids=lambda case: case.text[-40:])
def test_wrong_alerts_offline(project: Project, case: Case) -> None:
    assert project.told(f"{project.text('')}{case.text}\n", {}, SecretsMode.DEFER) == case.told


def test_a_secret_that_a_kind_shows_is_not_told(project: Project) -> None:
    text = (
        'alerts: {channels: {a: {kind: slack, token: xoxb-1, channel: "${S}"}, b: {kind: slack, channel: "geheim"}}}\n'
    )
    told = project.told(project.text("") + text, {"S": "geheim-123"})
    assert "geheim" not in told
    assert told.count("is not as this kind of channel wants it") == 2


def test_the_schema_knows_the_kinds_that_there_are() -> None:
    assert "channel_slack" in json_schema(KINDS)
    assert "channel_slack" not in json_schema()
