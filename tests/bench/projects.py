"""Project folders for benchmarks: monitor.yaml, one Pact file, recordings and baselines. The same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from monitor.config.load import SecretsMode, load
from monitor.contracts.load import load as load_contracts
from monitor.model import Approval, Exchange, Interaction, Recording, Request, Response, Settings
from monitor.recordings.har import to_har
from tests.bench.bodies import Body, members, response

VENDOR: Final = "crm"
KEY: Final = "s3cr3t-bench-key"
URL: Final = "http://127.0.0.1:9"  # nobody is there; a vendor that is called gives its own
MOMENT: Final = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
CONFIG: Final = """\
version: 1
vendors:
  crm:
    base_url: ${CRM_URL}
    contracts: [contracts/crm/*.json]
    headers: {X-API-Key: "${secret:env:CRM_KEY}"}
    limits: {concurrency: 20, per_second: 0, max_body: 200MB, judge_timeout: 300}
"""
RULES: Final = {
    "$.members": {"matchers": [{"match": "type", "min": 1}]},
    "$.members[*].*": {"matchers": [{"match": "type"}]},
    "$.members[*].customerId": {"matchers": [{"match": "regex", "regex": "CUST-\\d+"}]},
}


@dataclass(frozen=True, slots=True)
class BenchProject:
    """A folder that ``monitor`` works in. ``url`` is the vendor's."""

    folder: Path
    url: str = URL
    state: str = ".monitor"  # another one knows no verdicts of before

    @property
    def environment(self) -> dict[str, str]:
        return {"CRM_URL": self.url, "CRM_KEY": KEY, "MONITOR_STATE_DIR": self.state}

    def settings(self) -> Settings:
        path = self.folder / "monitor.yaml"
        return load(path, self.environment, secrets=SecretsMode.REQUIRE, kinds=frozenset({"jsonata"}))

    @property
    def pact(self) -> bytes:
        return (self.folder / "contracts" / VENDOR / "bench.json").read_bytes()


def interaction(number: int) -> Body:
    """EachLike over members of any type, with a regex on one key."""
    return {
        "description": f"lookup {number}",
        "request": {"method": "GET", "path": f"/lookup/{number}"},
        "response": {
            "status": 200,
            "headers": {"Content-Type": "application/json"},
            "body": {"members": members(1)},
            "matchingRules": {"body": RULES},
        },
    }


def open_interaction(number: int) -> Body:
    """The same, with a contract that says nothing of the body."""
    found = interaction(number)
    return {**found, "response": {"status": 200, "headers": {"Content-Type": "application/json"}}}


def pact_of(count: int, make: Callable[[int], Body] = interaction) -> bytes:
    pact = {
        "consumer": {"name": "bench"},
        "provider": {"name": VENDOR},
        "interactions": [make(number) for number in range(count)],
        "metadata": {"pactSpecification": {"version": "3.0.0"}},
    }
    return json.dumps(pact).encode()


def project(folder: Path, count: int, url: str = URL, make: Callable[[int], Body] = interaction) -> BenchProject:
    """A project of ``count`` interactions, nothing recorded yet."""
    contracts = folder / "contracts" / VENDOR
    contracts.mkdir(parents=True)
    (folder / "monitor.yaml").write_text(CONFIG, encoding="utf-8")
    (contracts / "bench.json").write_bytes(pact_of(count, make))
    return BenchProject(folder, url)


def run_id(number: int) -> str:
    return f"{MOMENT + timedelta(minutes=number):%Y%m%dT%H%M%SZ}-{number:06x}"


def _recording(interaction_: Interaction, answer: Response, run: str) -> Recording:
    request = Request("GET", f"{URL}{interaction_.request.path}", (("X-API-Key", "MASKED-CRM_KEY"),))
    return Recording(
        path="",
        run_id=run,
        vendor=VENDOR,
        interaction_id=interaction_.id,
        description=interaction_.description,
        exchange=Exchange(request, answer, None, MOMENT, 0.1),
        contract_digest=interaction_.contract.digest if interaction_.contract else "",
    )


def _write(path: Path, recording: Recording) -> None:
    # not by the store: syncing thousands of files is not what is measured here
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_har(recording))


def record(made: BenchProject, answer: Callable[[int], Response], runs: int = 1) -> None:
    """A recording of every interaction in each of ``runs`` runs. ``answer(number)`` is the vendor's response."""
    settings = made.settings()
    root = Path(settings.recordings_dir)
    found = load_contracts(settings.vendors[VENDOR], settings.root, settings.file).interactions
    for run in map(run_id, range(runs)):
        for number, one in enumerate(found):
            _write(root / "runs" / run / VENDOR / f"{one.id}.har", _recording(one, answer(number), run))


def approve(made: BenchProject, answer: Callable[[int], Response]) -> None:
    """A baseline for every interaction."""
    settings = made.settings()
    folder = Path(settings.recordings_dir) / "baseline" / VENDOR
    approval = Approval("bench", MOMENT, "bench.har")
    found = load_contracts(settings.vendors[VENDOR], settings.root, settings.file).interactions
    for number, one in enumerate(found):
        _write(folder / f"{one.id}.har", replace(_recording(one, answer(number), run_id(0)), approval=approval))


def quiet(number: int) -> Response:
    """About 1 KB, as the contract wants it."""
    return response({"members": members(4, number)})


def drifted_at(number: int) -> str:
    """Which drift the response of interaction ``number`` has: every tenth has one of three, the others none."""
    return DRIFTS[number // 10 % len(DRIFTS)] if number % 10 == 3 else ""


_DRIFTED: Final[Mapping[str, Callable[[Body], Body]]] = {
    "renamed": lambda body: {("customer_id" if key == "customerId" else key): value for key, value in body.items()},
    "retyped": lambda body: {**body, "openTickets": str(body["openTickets"])},
    "another format": lambda body: {**body, "customerId": "4711"},
}
DRIFTS: Final = tuple(_DRIFTED)


def some_drifted(number: int) -> Response:
    """As ``quiet``, with every tenth drifted."""
    drift = drifted_at(number)
    found = members(4, number)
    return response({"members": [_DRIFTED[drift](one) for one in found] if drift else found})
