"""`monitor check --notify` killed at random moments: how it is driven, and what must hold of what it left."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from monitor.recordings.store import Store
from tests.road.scripted import CONFIG, Answer, Project, ScriptedVendor, interaction, json_answer, pact_of

PATHS = 2
CHANNEL = "alerts:\n  channels:\n    hook: {{kind: webhook, url: '{url}'}}\n  remind_every: never\n"

Message = Mapping[str, object]


@dataclass
class Inbox:
    """A webhook's receiver: each body that came whole, by its key, and how often."""

    messages: dict[str, Message] = field(default_factory=dict)
    arrivals: Counter[str] = field(default_factory=Counter)
    url: str = ""

    def take(self, key: str, body: bytes) -> None:
        self.messages[key] = cast("Message", json.loads(body))
        self.arrivals[key] += 1


@contextmanager
def receiving() -> Iterator[Inbox]:
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            inbox.take(self.headers["Idempotency-Key"], body)
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server wants
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that was killed is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    inbox.url = f"http://127.0.0.1:{server.server_address[1]}/alerts"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Drifting:
    """A vendor that lacks another field each time: what is found is new each time, and what was found is over."""

    vendor: ScriptedVendor
    fields: int
    missing: int | None = None

    def body(self, path: int) -> dict[str, object]:
        gone = self.missing if self.missing is not None and self.missing % PATHS == path else None
        return {"id": f"C-{path}", **{f"field{n}": "x" for n in range(self.fields) if n != gone}}

    def answer(self, path: int) -> Answer:
        return json_answer(self.body(path))

    def serve(self) -> None:
        for path in range(PATHS):
            self.vendor.answers[f"/c/{path}"] = lambda path=path: self.answer(path)  # type: ignore[misc]


def prepare(project: Project, vendor: ScriptedVendor, inbox: Inbox, rounds: int) -> Drifting:
    """A project with approved baselines, and a run that found nothing."""
    drifting = Drifting(vendor, rounds)
    drifting.serve()
    asked = [interaction(f"lookup {path}", f"/c/{path}", drifting.body(path)) for path in range(PATHS)]
    project.write("contracts/crm/many.json", pact_of(*asked))
    project.write("monitor.yaml", CONFIG + CHANNEL.format(url=inbox.url))
    assert project.monitor("record", "--vendor", "crm", "--approve").returncode == 0
    return drifting


def kill_at_random(project: Project, drifting: Drifting, rounds: int, seed: int) -> int:
    """A run a round, each killed at some moment of as long as one takes; how many were killed before their end."""
    chance = random.Random(seed)
    began = time.monotonic()
    assert project.monitor("check", "--notify").returncode == 0
    lasts = time.monotonic() - began
    killed = 0
    for number in range(rounds):
        drifting.missing = number
        began = time.monotonic()
        with project.start("check", "--notify") as process:
            try:
                process.communicate(timeout=chance.uniform(0.2, 0.95) * lasts)
                lasts = min(lasts, time.monotonic() - began)  # the first one found a colder or busier machine
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
    drifting.missing = None
    return killed


def check_what_is_left(project: Project, inbox: Inbox) -> None:
    """After one more run that ends: every recording whole, every plan closed, everything told, nothing twice."""
    last = project.monitor("check", "--notify")
    assert last.returncode == 0, last.stdout + last.stderr
    five_minutes_later(project)
    assert project.monitor("alerts", "retry").returncode == 0
    assert pending(project) == []
    store = Store(project.folder / "recordings")
    assert store.orphaned() == ()
    found: set[str] = set()
    for run_id in store.runs():
        if not (store.root / "runs" / run_id / "plan.json").exists():  # killed before its plan: nothing was called
            assert list(store.recordings(run_id)) == []
            continue
        report = store.read_report(run_id)
        if report.command == "check":
            found |= {finding.fingerprint for result in report.results for finding in result.findings}
        for path in store.recordings(run_id):
            store.read(path)
    openings = Counter(told_first(inbox.messages.values()))
    assert found, "no run came so far as to judge"
    told = set(openings)
    assert {one.partition(":")[2][:8] for one in found} - told == set(), "lost"
    assert told - {one.partition(":")[2][:8] for one in found} == set(), "told, and found by no run"
    assert set(openings.values()) == {1}
    listed = json.loads(project.monitor("incidents", "--all", "--format", "json").stdout)
    assert Counter(one["fingerprint"] for one in listed["incidents"]) == Counter(found)
    assert [one["open"] for one in listed["incidents"]] == [False] * len(found)


def pending(project: Project) -> list[str]:
    """Of each alert that was not sent yet, who has it in hand; empty: nobody."""
    with closing(sqlite3.connect(project.folder / ".monitor" / "ledger.db")) as ledger:
        return [owner for (owner,) in ledger.execute("SELECT lease_owner FROM intents WHERE state = 'pending'")]


def five_minutes_later(project: Project) -> None:
    """What a process had in hand when it was killed is free again.

    Nothing else may be left to send, but what belongs under such a message: it waits for it.
    """
    owners = pending(project)
    assert any(owners) or not owners
    with closing(sqlite3.connect(project.folder / ".monitor" / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE intents SET lease_until = '2000-01-01 00:00:00.000000' WHERE lease_owner <> ''")


def told_first(messages: Iterator[Message] | object) -> Iterator[str]:
    """The ids of the incidents that messages told as new, each time that one was."""
    for message in cast("Iterator[Message]", messages):
        for topic in cast("list[Mapping[str, object]]", message["topics"]):
            if topic["reason"] == "first drift":
                yield from cast("list[str]", topic["incidents"])
