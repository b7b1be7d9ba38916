"""The example contract, translation and schema against the demo CRM; verdicts by the official Verifier."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import jsonata2py
import jsonschema
import pytest

from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.contracts.states import bind
from monitor.jsonpaths import Json, read_json
from monitor.model import StateBinding
from monitor.sandbox.customers import CUSTOMERS
from monitor.sandbox.server import Sandbox

CRM = Path(__file__).resolve().parents[2] / "contracts" / "crm"
PACT = CRM / "customer-lookup.json"
LOOKUP = "a GET request to look up customer by phone"
STATE = "A customer with phone 15555551234 exists"

# In a process of its own: the Verifier prints, reads the environment, and knows no way to be quiet.
VERIFY = """
import json, sys
from pact import Verifier
url, pact = sys.argv[1:]
verifier = Verifier("crm", host="127.0.0.1").add_transport(url=url).add_source(pact)
verifier.add_custom_header("X-API-Key", "any")
verifier.state_handler(lambda state, parameters: None, teardown=False)
try:
    verifier.verify()
except RuntimeError:
    pass
results = verifier.results
print("RESULT" + json.dumps({"ok": results["result"], "count": len(results.get("interactionResults", [])),
      "told": [str(error) for error in results.get("errors", [])]}))
"""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def body_of(sandbox: Sandbox, phone: str) -> Json:
    url = f"{sandbox.url}/api/v1/customers/lookup?phone={phone}"
    request = urllib.request.Request(url, headers={"X-API-Key": "any"})
    with urllib.request.urlopen(request, timeout=20) as response:
        return read_json(response.read(), exact=False).value


def interactions() -> dict[str, PactInteraction]:
    entries, errors = parse_pact(PACT.read_bytes(), PACT.name)
    assert errors == ()
    return {entry.description: entry for entry in entries if isinstance(entry, PactInteraction)}


def verified(url: str, phone: str, folder: Path) -> dict[str, Json]:
    """The Verifier's verdict where the provider state has ``phone``."""
    pact = json.loads(PACT.read_text(encoding="utf-8"))
    pact["interactions"][0]["providerStates"][0]["params"]["phone"] = phone
    file = folder / "pact.json"
    file.write_text(json.dumps(pact), encoding="utf-8")
    quiet = {"PACT_DO_NOT_TRACK": "true", "NO_PROXY": "127.0.0.1,localhost"}
    environment = {**{k: v for k, v in os.environ.items() if k != "PACT_MATCHING_ENGINE"}, **quiet}
    command = [sys.executable, "-c", VERIFY, url, str(file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT")]
    assert lines, done.stderr
    result: dict[str, Json] = json.loads(lines[0].removeprefix("RESULT"))
    return result


@pytest.mark.parametrize("phone", [customer.phone for customer in CUSTOMERS])
def test_the_official_verifier_agrees_with_version_1(sandbox: Sandbox, phone: str, tmp_path: Path) -> None:
    assert verified(sandbox.url, phone, tmp_path) == {"ok": True, "count": 2, "told": []}


def test_the_official_verifier_sees_the_rename_and_nothing_else(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.version = 2
    result = verified(sandbox.url, "15555551234", tmp_path)
    assert (result["ok"], result["count"]) == (False, 2)
    assert isinstance(result["told"], list)
    assert len(result["told"]) == 1
    assert "customerId" in str(result["told"][0])


def test_the_official_verifier_fills_in_the_phone_of_the_state(sandbox: Sandbox, tmp_path: Path) -> None:
    result = verified(sandbox.url, "15555550199", tmp_path)
    assert (result["ok"], result["count"]) == (False, 2)
    assert "404" in str(result["told"])


def test_the_contract_reads_as_ours() -> None:
    found = interactions()
    assert {name: entry.expected_status for name, entry in found.items()} == {
        LOOKUP: 200,
        "a GET request to look up an unknown phone": 404,
    }
    assert {entry.consumer for entry in found.values()} == {"screen-pop"}


def test_the_phone_comes_from_the_provider_state() -> None:
    entry = interactions()[LOOKUP]
    assert [state.name for state in entry.states] == [STATE]
    bound = bind(entry.states, entry.request, entry.generators, {STATE: StateBinding({"phone": "15555550102"})})
    assert (bound.refusal, bound.request.query) == ("", (("phone", "15555550102"),))
    assert "not bound" in bind(entry.states, entry.request, entry.generators, {}).refusal


@pytest.mark.parametrize("phone", [customer.phone for customer in CUSTOMERS])
def test_the_screen_pop_fits_its_schema_until_the_rename(sandbox: Sandbox, phone: str) -> None:
    schema = json.loads((CRM / "screen-pop.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    screen_pop = jsonata2py.compile((CRM / "screen-pop.jsonata").read_text(encoding="utf-8"))
    outputs = screen_pop.evaluate(body_of(sandbox, phone))
    jsonschema.validate(outputs, schema)
    sandbox.version = 2
    drifted = screen_pop.evaluate(body_of(sandbox, phone))
    assert set(outputs) - set(drifted) == {"customerId"}
    with pytest.raises(jsonschema.ValidationError, match="'customerId' is a required property"):
        jsonschema.validate(drifted, schema)


def test_the_latest_ticket_is_the_latest(sandbox: Sandbox) -> None:
    screen_pop = jsonata2py.compile((CRM / "screen-pop.jsonata").read_text(encoding="utf-8"))
    outputs = screen_pop.evaluate(body_of(sandbox, "15555550100"))
    assert outputs["latestTicketSubject"] == "Upgrade to the yearly plan"
    assert outputs["banner"] == "Ana Ortiz (Premium, CUST-10100): 2 open"
