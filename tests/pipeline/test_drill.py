"""What a drill changes, finds and tells."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from syrupy.assertion import SnapshotAssertion

from monitor.alerts.composing import Voice
from monitor.alerts.plain import plain
from monitor.checking.judge import judge
from monitor.errors import UsageError
from monitor.model import (
    Accepted,
    Alerts,
    Approval,
    Case,
    ChannelSource,
    Exchange,
    Judgement,
    Limits,
    MessageKind,
    Reason,
    Recording,
    Request,
    Response,
    Settings,
    Severity,
    StoredCase,
    Vendor,
)
from monitor.pipeline.cases import judge_stored
from monitor.pipeline.drill import Order, Practice, practise
from monitor.pipeline.mutating import Mutation, Twist, mutation
from monitor.pipeline.planning import plan_jobs
from monitor.pipeline.tools import Judges, Selection, Tools
from monitor.recordings.masking import Masker
from monitor.recordings.store import Store

NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
RUN = "20261122T085800Z-ab12cd"
TYPES = {"body": {"$": {"matchers": [{"match": "type"}]}}}
BODIES: Mapping[str, Mapping[str, object]] = {
    "by phone": {"customerId": "c-1042", "name": "Jo", "note": {"text": "hello"}},
    "by mail": {"customerId": "c-1042", "tier": "gold"},
    "of nobody": {"error": "not found"},
}


def interaction(name: str) -> Mapping[str, object]:
    asked = {key: value for key, value in BODIES[name].items() if key != "note"}
    response = {"status": 200, "body": asked, "matchingRules": TYPES}
    request = {"method": "GET", "path": f"/{name[3:]}"}
    return {"description": f"a lookup {name}", "request": request, "response": response}


class InProcess:
    def submit(self, case: Case | StoredCase, limits: Limits) -> Future[Judgement]:
        future: Future[Judgement] = Future()
        future.set_result(judge_stored(case, judge) if isinstance(case, StoredCase) else judge(case))
        return future


class Quiet:
    def planned(self, count: int) -> None: ...

    def done(self, result: object) -> None: ...


def unused(*_: object) -> NoReturn:
    raise AssertionError


@dataclass(frozen=True)
class House:
    folder: Path
    accepted: tuple[Accepted, ...] = ()

    @property
    def settings(self) -> Settings:
        vendor = Vendor("crm", "https://crm.example", contracts=(str(self.folder / "lookup.json"),))
        channels = {name: ChannelSource(name, "email", {}) for name in ("oncall", "team")}
        routes = {Severity.BREAKING: ("oncall", "team"), Severity.INFO: ("digest",)}
        return Settings(
            file=str(self.folder / "monitor.yaml"),
            root=str(self.folder),
            vendors={"crm": vendor},
            recordings_dir=str(self.folder / "recordings"),
            state_dir=str(self.folder / "state"),
            ledger="",
            alerts=Alerts(channels=channels, routes=routes),
            accepted=self.accepted,
        )

    @property
    def tools(self) -> Tools:
        @contextmanager
        def judges(cases: int) -> Iterator[Judges]:
            yield InProcess()

        store = Store(self.folder / "recordings")
        return Tools(store, Masker(()), lambda: NOW, unused, unused, judges, unused, unused, Quiet())

    def keep(self, *, approved: bool = True) -> None:
        for job in plan_jobs(self.settings, Selection(), calls=False).jobs:
            body = json.dumps(BODIES[job.interaction.description.removeprefix("a lookup ")]).encode()
            headers = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
            exchange = Exchange(
                Request("GET", "https://crm.example/x"), Response(200, "OK", "HTTP/1.1", headers, body), None, NOW, 0.1
            )
            kept = self.tools.store.append(Recording("", RUN, *job.key, job.interaction.description, exchange))
            if approved:
                self.tools.store.approve(kept, Approval("ada", NOW, kept.path))

    def files(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def drill(self, *mutations: Mutation, interaction: str | None = None, down: bool = False) -> Practice:
        voice = Voice(self.settings.alerts, lambda moment: f"{moment:%a %d %b, %H:%M}")
        return practise(self.settings, self.tools, voice, Order("crm", interaction, mutations, down))


@pytest.fixture
def house(tmp_path: Path) -> House:
    pact = {
        "consumer": {"name": "pop"},
        "provider": {"name": "crm"},
        "interactions": [interaction(name) for name in BODIES],
        "metadata": {"pactSpecification": {"version": "3.0.0"}},
    }
    (tmp_path / "lookup.json").write_text(json.dumps(pact))
    return House(tmp_path)


RENAME = mutation(Twist.RENAME, "$.customerId")


def test_a_rename_is_told_wherever_the_key_was(house: House, snapshot: SnapshotAssertion) -> None:
    house.keep()
    before = house.files()
    practice = house.drill(RENAME)
    assert house.files() == before
    (alert,) = practice.alerts
    assert (alert.channels, alert.message.kind) == (("oncall", "team"), MessageKind.DRILL)
    assert [result.description for result in practice.results] == ["a lookup by phone", "a lookup by mail"]
    assert (alert.message.threads, alert.message.incidents, alert.message.run_id) == ((), (), "")
    assert plain(alert.message) == snapshot


def test_one_interaction_alone(house: House) -> None:
    house.keep()
    practice = house.drill(RENAME, interaction="a lookup by mail")
    assert [result.description for result in practice.results] == ["a lookup by mail"]


def test_several_changes_at_once(house: House) -> None:
    house.keep()
    practice = house.drill(RENAME, mutation(Twist.NULL, "$.name"), mutation(Twist.DROP, "$.tier"))
    roots = {decision.incident.root for decision in practice.decisions}
    assert roots == {"$.customerId", "$.name", "$.tier"}


def test_a_vendor_that_is_down(house: House) -> None:
    house.keep()
    practice = house.drill(down=True)
    (alert,) = practice.alerts
    assert "crm is down" in alert.message.title
    assert len(practice.results) == len(BODIES)


def test_what_nobody_reads_goes_at_once_and_into_no_digest(house: House) -> None:
    house.keep()
    (alert,) = house.drill(mutation(Twist.DROP, "$.note")).alerts
    assert alert.message.severity is Severity.INFO
    assert alert.channels == ("oncall", "team")


def test_without_a_baseline_the_newest_recording_is_changed(house: House) -> None:
    house.keep(approved=False)
    (alert,) = house.drill(RENAME).alerts
    assert alert.message.severity is Severity.BREAKING
    assert house.drill(mutation(Twist.DROP, "$.note")).decisions == ()  # only a baseline shows that


def test_what_is_accepted_stays_silent(house: House) -> None:
    house.keep()
    accepted = Accepted("crm", "$.customerId", "we read neither", "ada")
    practice = replace(house, accepted=(accepted,)).drill(RENAME)
    assert not practice.alerts
    assert {decision.reason for decision in practice.decisions} == {Reason.ACCEPTED}


@pytest.mark.parametrize(
    ("path", "near"), [("$.customrId", "near it are: $.customerId"), ("$.zzz", "see what there is: monitor show")]
)
def test_a_path_that_is_not_there(path: str, near: str, house: House) -> None:
    house.keep()
    with pytest.raises(UsageError) as caught:
        house.drill(RENAME, mutation(Twist.DROP, path))
    assert caught.value.where == f"--drop {path}"
    assert near in caught.value.fix


def test_no_recording(house: House) -> None:
    with pytest.raises(UsageError, match="there is no recording to change") as caught:
        house.drill(RENAME)
    assert caught.value.fix == "make one: monitor record --vendor crm"
