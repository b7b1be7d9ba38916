"""`monitor daemon` as people run it: a process that is told what to do by signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from monitor.errors import LockHeldError
from monitor.ledger.database import open_database
from monitor.ledger.ledger import Ledger
from monitor.ledger.tables import incidents
from monitor.recordings.locks import daemon_lock
from tests.road.scripted import Answer, Project, ScriptedVendor, interaction, json_answer, pact_of

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

BODY = {"id": "CUST-1", "name": "Ada"}
CRON = "17 5 * * *"
CONFIG = """\
version: 1
vendors:
  crm:
    base_url: ${CRM_URL}
    contracts: [contracts/crm/*.json]
    headers: {X-API-Key: "${secret:env:CRM_KEY}"}
    limits: {per_second: 0, concurrency: 1}
    schedule: {cron: "17 5 * * *", timezone: Europe/Berlin}
alerts:
  channels:
    hook: {kind: webhook, url: "${CRM_URL}/hook"}
  routes: {breaking: hook, warning: hook, info: hook}
"""


class Daemon:
    """A daemon and what it tells, event by event."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.told: list[dict[str, Any]] = []

    def until(self, event: str) -> dict[str, Any]:
        """The next event of that name; what comes before it is kept too."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(json.loads(line))
            if self.told[-1]["event"] == event:
                return self.told[-1]
        raise AssertionError(f"no {event} among {self.told}; {self.process.stderr and self.process.stderr.read()}")

    def end(self, *signals: signal.Signals) -> int:
        for number in signals:
            self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        self.told += [json.loads(line) for line in rest.splitlines()]
        return self.process.returncode

    def names(self) -> list[str]:
        return [one["event"] for one in self.told]


@contextmanager
def running(project: Project) -> Iterator[Daemon]:
    with project.start("daemon", "--log-format", "json") as process:
        try:
            yield Daemon(process)
        finally:
            process.kill()


@pytest.fixture
def watched(project: Project, vendor: ScriptedVendor) -> Project:
    """A vendor whose schedule is known for long, and was never served."""
    project.write("monitor.yaml", CONFIG)
    project.write("contracts/crm/one.json", pact_of(interaction("lookup 1", "/c/1", BODY)))
    vendor.answers.update({"/c/1": json_answer(BODY), "/hook": json_answer({})})
    with ledger(project).database as database:
        now = datetime.now(UTC)
        Ledger(database, "a test").schedule_since("crm", CRON, "Europe/Berlin", now - timedelta(days=9))
    return project


def ledger(project: Project) -> Ledger:
    (project.folder / ".monitor").mkdir(exist_ok=True)
    url = f"sqlite:///{project.folder}/.monitor/ledger.db"
    return Ledger(open_database(url, datetime.now(UTC)), "a test")


def test_a_missed_check_is_made_up_for_and_signals_are_obeyed(watched: Project, vendor: ScriptedVendor) -> None:
    with running(watched) as daemon:
        assert daemon.until("check_finished")["exit"] == 0
        assert "started" in daemon.names()
        assert vendor.seen.count("/hook") == 2  # it had never run; now it did
        watched.write("monitor.yaml", CONFIG.replace("17 5", "99 5").replace("kind: webhook", "kind: webhok"))
        daemon.process.send_signal(signal.SIGHUP)
        faults = daemon.until("reload_failed")["faults"]
        assert len(faults) >= 2
        assert all("monitor.yaml:" in fault for fault in faults)
        watched.write("monitor.yaml", CONFIG.replace("17 5 * * *", "0 0 29 2 *"))
        daemon.process.send_signal(signal.SIGHUP)
        assert daemon.until("reloaded")["vendors"] == ["crm"]
        with pytest.raises(LockHeldError) as caught, daemon_lock(watched.folder / ".monitor", "a second one"):
            pass
        assert f"'monitor daemon' (process {daemon.process.pid}" in str(caught.value)
        assert daemon.end(signal.SIGTERM) == 0
    assert daemon.told[-1]["clean"] is True
    assert "s3cr3t-canary-key" not in json.dumps(daemon.told)
    with ledger(watched).database as database, database.read() as connection:
        query = select(incidents.c.subject, incidents.c.open).order_by(incidents.c.subject)
        assert [tuple(row) for row in connection.execute(query)] == [("config", False), ("missed_run", False)]


def test_the_exchange_in_hand_is_finished_and_the_rest_is_left(watched: Project, vendor: ScriptedVendor) -> None:
    reached, hold = threading.Event(), threading.Event()

    def slow() -> Answer:
        reached.set()
        hold.wait(timeout=60)
        return json_answer(BODY)

    watched.write("contracts/crm/two.json", pact_of(interaction("lookup 2", "/c/2", BODY)))
    vendor.answers["/c/1"] = vendor.answers["/c/2"] = slow
    with running(watched) as daemon:
        assert reached.wait(timeout=60)
        daemon.process.send_signal(signal.SIGTERM)
        daemon.until("stopping")
        hold.set()
        assert daemon.end() == 0
    assert daemon.names()[-2:] == ["check_stopped", "stopped"]
    (run,) = watched.runs()
    assert len(list(run.glob("crm/*.har"))) == 1
    assert not (run / "report.json").exists()
    with ledger(watched).database as database:  # so the next start makes up for it, and closes this one
        assert Ledger(database, "a test").runs_of("crm", datetime(2026, 1, 1, tzinfo=UTC)) == ()
