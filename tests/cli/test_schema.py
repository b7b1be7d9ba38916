"""`monitor config schema`: what editors get, and that it says what we take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from monitor.cli.main import main

PROJECT = Path(__file__).resolve().parents[2]
Schema = dict[str, object]


@pytest.fixture
def schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Schema:
    file = tmp_path / "monitor.schema.json"
    assert main(["config", "schema", "--output", str(file)]) == 0
    assert "# yaml-language-server: $schema=./monitor.schema.json" in capsys.readouterr().err
    made: Schema = json.loads(file.read_text())
    assert main(["config", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == made
    return made


def test_it_is_a_schema_that_takes_our_own_file(schema: Schema) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    ours = yaml.safe_load((PROJECT / "monitor.yaml").read_text())
    assert list(Draft202012Validator(schema).iter_errors(ours)) == []


@pytest.mark.parametrize(
    "typo",
    [
        "vendor: {}",
        "recordings: {dirs: x}",
        "vendors: {crm: {base_url: https://a, base-url: x}}",
        "vendors: {crm: {base_url: https://a, contract: [x]}}",
        "vendors: {crm: {base_url: https://a, contracts: x.json}}",
        "vendors: {crm: {base_url: https://a, limits: {concurency: 3}}}",
        "vendors: {crm: {base_url: https://a, limits: {concurrency: many}}}",
        "vendors: {crm: {base_url: https://a, allow_writes: 1}}",
        "vendors: {crm: {base_url: https://a, severity: {added: fatal}}}",
        "vendors: {crm: {base_url: https://a, translations: [{interaction: a, type: jsonata}]}}",
        "vendors: {crm: {base_url: https://a, requests: {a: {querry: {}}}}}",
    ],
)
def test_it_refuses_typos(schema: Schema, typo: str) -> None:
    right = {"version": 1, "vendors": {"crm": {"base_url": "https://a"}}}
    validator = Draft202012Validator(schema)
    assert validator.is_valid(right)
    assert not validator.is_valid({**right, **yaml.safe_load(typo)})


def _keys(node: object, path: str) -> Iterator[tuple[str, str]]:
    """Every property below ``node``, with its description."""
    if isinstance(node, dict):
        for name, property_ in node.get("properties", {}).items():
            yield f"{path}.{name}", property_.get("description", "")
        for name, child in node.items():
            yield from _keys(child, f"{path}.{name}")
    elif isinstance(node, list):
        for child in node:
            yield from _keys(child, path)


def test_every_key_is_described(schema: Schema) -> None:
    found = dict(_keys(schema, ""))
    assert len(found) > 30
    assert [name for name, description in found.items() if len(description) < 6] == []


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "schema", "--output", str(tmp_path / "none" / "x.json")]) == 2
    assert "its folder does not exist" in capsys.readouterr().err
