"""`monitor explain` as people run it: what each output reads, for data actions and other translations alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli.main import main
from tests.contracts.actions.exports import STRING, text_of

EXPORT = text_of(
    map={"name": "$.fullName", "tier": "$.account.tier", "tags": "$.tags[?(@.on == true)].name", "page": "$.page"},
    defaults={"tier": '"basic"', "fixed": "1"},
    template='{"name": ${name}, "c": {"tier": ${tier}}, "tags": ${tags}, "fixed": ${fixed}}',
    outputs={
        "name": STRING,
        "c": {"type": "object", "properties": {"tier": STRING}},
        "tags": {"type": "array", "items": STRING},
        "fixed": {"type": "integer"},
        "never": STRING,
    },
)
FLOW = """\
inboundCall:
  name: Inbound Sales
  tasks:
    - task:
        actions:
          - callData:
              name: Get customer
              category: {CRM: {dataAction: {Get customer: {successOutputs: {name: {var: Flow.customerName}}}}}}
"""
CONFIG = """\
version: 1
vendors:
  crm:
    base_url: https://crm.example
    data_actions:
      - {file: get-customer.json, integration: CRM, inputs: {phone: "1"}}
    flows: [sales.yaml]
    translations:
      - {interaction: Get customer, kind: jsonata, name: pop, expression: '{"id": customerId, "n": {"x": a.b}}'}
"""
TOLD = """\
crm: Get customer
  data_action Get customer (get-customer.json)
    c.tier <- $.account.tier  default "basic"
    fixed  <- nothing of the response  default 1
    name   <- $.fullName
           -> Flow.customerName in Inbound Sales
    never  <- nothing of the response
    tags   <- $.tags[?(@.on == true)].name
    read but in no output: $.page
  jsonata pop (monitor.yaml)
    id  <- $.customerId
    n   <- $.a.b
    n.x <- $.a.b
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "get-customer.json").write_text(EXPORT)
    (tmp_path / "sales.yaml").write_text(FLOW)
    (tmp_path / "monitor.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("target", ["crm", "crm/Get customer"])
def test_what_each_output_reads(folder: Path, capsys: pytest.CaptureFixture[str], target: str) -> None:
    assert main(["explain", target]) == 0
    assert capsys.readouterr().out == TOLD


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "crm", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (interaction,) = told["interactions"]
    action, pop = interaction["translations"]
    assert (told["vendor"], interaction["description"]) == ("crm", "Get customer")
    assert (action["kind"], action["unseen"], pop["kind"]) == ("data_action", ["$.page"], "jsonata")
    tags = {one["name"]: one for one in action["outputs"]}["tags"]
    assert tags["reads"] == ["$.tags[*].name", "$.tags[*].on"]
    assert tags["paths"] == ["$.tags[?(@.on == true)].name"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("crn", "no vendor 'crn'"),
        ("crm/Get custmer", "no interaction 'Get custmer'; did you mean 'Get customer'?"),
    ],
)
def test_wrong_names(folder: Path, capsys: pytest.CaptureFixture[str], target: str, said: str) -> None:
    assert main(["explain", target]) == 2
    assert said in capsys.readouterr().err


def test_a_translation_that_does_not_compile_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "get-customer.json").write_text(text_of(map={"name": "$.a[?("}))
    assert main(["explain", "crm"]) == 2
    assert "get-customer.json:14:9: $.config.response.translationMap.name: Get customer: " in capsys.readouterr().err


def test_our_own_example(capsys: pytest.CaptureFixture[str]) -> None:
    config = Path(__file__).resolve().parents[2] / "monitor.yaml"
    assert main(["explain", "crm", "--config", str(config)]) == 0
    out = capsys.readouterr().out
    assert '    fullName      <- $.fullName  default "Unknown caller"\n' in out
    assert "                  -> Flow.customerName in Inbound Sales\n" in out
