"""Delivery by real processes over one ledger, to a Slack on loopback that counts: killed ones, and two at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from monitor.alerts.delivery import LEASE, Delivered
from monitor.config.load import SecretsMode, load
from monitor.ledger.ledger import Ledger
from monitor.model import Alert, IntentState, Message, MessageKind, Settings, Severity
from monitor.pipeline.alerting import deliver_due
from monitor.pipeline.channel_kinds import channel_kinds
from monitor.wiring import ledger_of, post_of
from tests.road.scripted import Project

CONFIG = """\
version: 1
vendors:
  crm: {base_url: https://crm.example}
alerts:
  channels:
    team: {kind: slack_webhook, url: "${secret:env:SLACK_URL}"}
"""
WHOLE = Path(__file__).parents[2]


@dataclass
class Slack:
    """An incoming webhook. ``got``: the titles, as often as they came; ``together``: how many are awaited at once."""

    url: str = ""
    got: list[str] = field(default_factory=list)
    together: threading.Barrier | None = None

    def take(self, body: bytes) -> None:
        self.got.append(json.loads(body)["text"].splitlines()[0])
        if self.together is not None and len(self.got) <= self.together.parties:
            self.together.wait(60)


@contextmanager
def serving() -> Iterator[Slack]:
    slack = Slack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            slack.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server wants
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    slack.url = f"http://127.0.0.1:{server.server_address[1]}/services/s3cr3t"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield slack
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def slack() -> Iterator[Slack]:
    with serving() as served:
        yield served


@dataclass
class Office:
    """A project, its ledger in this process, and `monitor` in others."""

    project: Project
    settings: Settings
    ledger: Ledger

    def tell(self, *titles: str) -> None:
        now = datetime.now(UTC)
        for title in titles:
            self.ledger.add_alert(Alert(Message(MessageKind.RUN, "crm", title, Severity.BREAKING, now), ("team",)), now)

    def deliver(self, later: timedelta) -> Delivered:
        """A pass in this process, ``later`` than now."""
        post = post_of(self.settings)
        return deliver_due(self.settings, self.ledger, replace(post, clock=lambda: datetime.now(UTC) + later))

    def states(self) -> Counter[IntentState]:
        return Counter(intent.state for intent in self.ledger.intents())


@pytest.fixture
def office(tmp_path: Path, slack: Slack) -> Iterator[Office]:
    project = Project(tmp_path / "watch", "")
    project.write("monitor.yaml", CONFIG)
    file = project.folder / "monitor.yaml"
    environment = {"SLACK_URL": slack.url}
    settings = load(file, environment, secrets=SecretsMode.REQUIRE, kinds=(), channels=channel_kinds())
    ledger = ledger_of(settings)
    with ledger.database:
        yield Office(project, settings, ledger)


def start(office: Office, slack: Slack, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=office.project.folder,
        env=office.project.environment(SLACK_URL=slack.url, PYTHONPATH=os.pathsep.join([str(WHOLE), *sys.path])),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(("moment", "times"), [("before", 1), ("after", 2)])
def test_what_a_killed_process_had_in_hand_is_sent_by_the_next(
    office: Office, slack: Slack, moment: str, times: int
) -> None:
    office.tell("crm: 1 breaking drift")
    with start(office, slack, "tests.road.dying", moment) as process:
        _, told = process.communicate(timeout=60)
    assert process.returncode == -9, told
    assert len(slack.got) == times - 1
    assert office.states() == {IntentState.PENDING: 1}

    assert office.deliver(timedelta(0)).deliveries == ()  # for all we know, the other one is sending it
    assert office.deliver(LEASE + timedelta(minutes=1)).sent == 1
    assert len(slack.got) == times  # twice only where it was killed between sending and marking
    assert office.states() == {IntentState.SENT: 1}


def test_two_processes_at_once_send_each_alert_once(office: Office, slack: Slack) -> None:
    titles = [f"crm: {number} breaking drifts" for number in range(2, 22)]
    office.tell(*titles)
    slack.together = threading.Barrier(2)  # each holds its first until the other is sending too
    command = ("monitor", "alerts", "retry")
    with start(office, slack, *command) as one, start(office, slack, *command) as other:
        told = [process.communicate(timeout=60) for process in (one, other)]
    assert (one.returncode, other.returncode) == (0, 0), told
    assert len(slack.got) == len(set(slack.got)) == len(titles)
    assert office.states() == {IntentState.SENT: len(titles)}
    lines = [line for output, _ in told for line in output.splitlines()]
    assert sorted(line.partition(": ")[2] for line in lines) == sorted(titles)
    assert all(output for output, _ in told)  # both sent some
    assert not any("s3cr3t" in text for pair in told for text in pair)
