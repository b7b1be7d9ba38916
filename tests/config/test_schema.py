"""The JSON Schema of monitor.yaml, for editors."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from monitor.config import alerting, schema
from monitor.config.fields import Section
from monitor.config.template import starter
from tests.config.alerting_kinds import KINDS
from tests.config.projects import Project
from tests.config.test_alerting import VENDOR
from tests.config.test_alerting import WHOLE as ALERTS
from tests.config.test_load import WHOLE

SECTIONS = [
    value
    for module in (schema, alerting)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Section)
]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    made = json.loads(schema.json_schema(KINDS))
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def test_the_schema_takes_what_we_take(validator: Draft202012Validator) -> None:
    for text in (WHOLE, Project.text(VENDOR) + ALERTS, starter("crm", "https://a.example", ["a state"])):
        assert list(validator.iter_errors(yaml.safe_load(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "version: 2\nvendors: {crm: {base_url: x}}",
        "vendors: {crm: {base_url: x}}",
        "version: 1\nvendors: {}",
        "version: 1\nvendors: {crm: {}}",
        "version: 1\nvendors: {crm: {base_url: x, heders: {}}}",
        "version: 1\nvendors: {crm: {base_url: x, limits: {concurrency: 101}}}",
        "version: 1\nvendors: {crm: {base_url: x, severity: {added: bad}}}",
        'version: 1\nvendors: {crm: {base_url: x, schedule: {cron: "17 5 * *"}}}',
        "version: 1\nvendors: {crm: {base_url: x, schedule: {timezone: UTC}}}",
        "version: 1\nvendors: {crm: {base_url: x, alerts: {fatal: [a]}}}",
        "version: 1\nvendors: {crm: {base_url: x}}\nalerts: {remind_every: often}",
        "version: 1\nvendors: {crm: {base_url: x}}\nalerts: {channels: {a: {kind: slak}}}",
        "version: 1\nvendors: {crm: {base_url: x}}\nalerts: {channels: {a: {kind: slack, token: x}}}",
        "version: 1\nvendors: {crm: {base_url: x}}\nalerts: {channels: {a: {kind: email, host: x, port: y}}}",
    ],
)
def test_the_schema_refuses_what_we_refuse(validator: Draft202012Validator, text: str) -> None:
    assert list(validator.iter_errors(yaml.safe_load(text)))


def _fields(models: list[type[BaseModel]]) -> Iterator[tuple[str, str]]:
    for model in models:
        for name, field in model.model_fields.items():
            yield f"{model.__name__}.{name}", field.description or ""


@pytest.mark.parametrize(("name", "description"), list(_fields([*SECTIONS])))
def test_every_field_is_described(name: str, description: str) -> None:
    assert len(description) > 5, name
    assert description.endswith(".") or ":" in description or ";" in description
