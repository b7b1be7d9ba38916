"""Projects whose data actions have approved recordings, to build contracts in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from monitor.checking.judge import judge
from monitor.config.load import SecretsMode
from monitor.config.load import load as load_settings
from monitor.jsonpaths import Json
from monitor.languages import kinds
from monitor.model import (
    Approval,
    Case,
    Exchange,
    Judgement,
    Limits,
    Recording,
    Request,
    Response,
    Result,
    Settings,
    StoredCase,
)
from monitor.pipeline.building import Construction, Wish, construct
from monitor.pipeline.cases import judge_stored
from monitor.pipeline.planning import Job, plan_jobs
from monitor.pipeline.tools import Judges, Selection, Tools
from monitor.recordings.masking import Masker
from monitor.recordings.store import Store
from monitor.wiring import known_secrets

NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
JSON_HEADERS = (("Content-Type", "application/json; charset=utf-8"),)


def export(
    name: str,
    url: str = "https://crm.example/customers?phone=${input.phone}",
    *,
    method: str = "GET",
    paths: Mapping[str, str] | None = None,
    properties: Mapping[str, Json] | None = None,
    headers: Mapping[str, str] | None = None,
    body: str = "${input.rawRequest}",
) -> str:
    """A data action whose outputs are its translation map's names, strings without a default."""
    listed = {"id": "$.customerId", "name": "$.fullName"} if paths is None else dict(paths)
    known: dict[str, Json] = {name: {"type": "string"} for name in listed} if properties is None else dict(properties)
    template = "{" + ", ".join(f'"{name}": ${{{name}}}' for name in listed) + "}" if listed else "${rawResult}"
    return json.dumps(
        {
            "name": name,
            "integrationType": "custom-rest-actions",
            "actionType": "custom",
            "config": {
                "request": {
                    "requestUrlTemplate": url,
                    "requestType": method,
                    "headers": dict(headers or {}),
                    "requestTemplate": body,
                },
                "response": {"translationMap": listed, "translationMapDefaults": {}, "successTemplate": template},
            },
            "contract": {
                "input": {"inputSchema": {"type": "object", "properties": {"phone": {"type": "string"}}}},
                "output": {"successSchema": {"type": "object", "properties": known}},
            },
            "secure": False,
        }
    )


class InProcess:
    def submit(self, case: Case | StoredCase, limits: Limits) -> Future[Judgement]:
        future: Future[Judgement] = Future()
        future.set_result(judge_stored(case, judge) if isinstance(case, StoredCase) else judge(case))
        return future


class Quiet:
    def planned(self, count: int) -> None: ...

    def done(self, result: Result) -> None: ...


def unused(*_: object) -> NoReturn:
    raise AssertionError


@dataclass
class BuildProject:
    """A folder with monitor.yaml, made of ``vendor`` (the section of crm) and one entry for every action."""

    folder: Path
    vendor: dict[str, object] = field(default_factory=dict)
    actions: list[dict[str, object]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def action(self, text: str, **entry: object) -> None:
        """One more action; its inputs are those of a GET by phone unless ``entry`` says otherwise."""
        file = self.folder / f"actions/a{len(self.actions)}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        given: dict[str, object] = {"integration": "CRM", "inputs": {"phone": "15555550100"}}
        self.actions.append({"file": f"actions/{file.name}", **given, **entry})

    def write(self) -> Path:
        crm = {"base_url": "https://crm.example", **self.vendor, "data_actions": self.actions}
        file = self.folder / "monitor.yaml"
        file.write_text(json.dumps({"version": 1, "vendors": {"crm": crm}}, indent=1), encoding="utf-8")
        return file

    @property
    def settings(self) -> Settings:
        return load_settings(self.write(), self.environment, secrets=SecretsMode.DEFER, kinds=kinds())

    @property
    def tools(self) -> Tools:
        @contextmanager
        def judges(cases: int) -> Iterator[Judges]:
            yield InProcess()

        store, masker = Store(self.folder / "recordings"), Masker(known_secrets(self.settings))
        return Tools(store, masker, lambda: NOW, unused, unused, judges, unused, unused, Quiet())

    def approve(self, description: str, body: Json, status: int = 200) -> None:
        """An approved recording of the interaction of that name."""
        (job,) = plan_jobs(self.settings, Selection(("crm",), description), calls=False).jobs
        self.approve_job(job, body, status)

    def approve_job(self, job: Job, body: Json, status: int = 200) -> None:
        response = Response(status, "", "HTTP/1.1", JSON_HEADERS, json.dumps(body).encode())
        exchange = Exchange(Request("GET", "https://crm.example/customers"), response, None, NOW, 0.1)
        name, interaction_id = job.interaction.description, job.interaction.id
        recording = Recording("", "20261122T085800Z-000001", "crm", interaction_id, name, exchange)
        Store(self.folder / "recordings").approve(recording, Approval("ada", NOW, "runs/x.har"))

    def build(self, **wish: object) -> Construction:
        wanted = Wish("crm", **wish)  # type: ignore[arg-type]
        return construct(self.settings, self.tools, wanted)


def interactions_in(data: bytes | None) -> Sequence[dict[str, Json]]:
    listed = json.loads(data or b"{}")["interactions"]
    assert isinstance(listed, list)
    return listed


SHARED_ACTIONS = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "data-actions"
