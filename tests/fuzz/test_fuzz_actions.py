"""Exports and flows of any kind: actions, requests, remarks and trials, or errors with their places."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calling.request import build, refusal
from monitor.contracts.actions.export import MAX_BYTES, DataAction, export_of, parse_export
from monitor.contracts.actions.inputs import declared
from monitor.contracts.actions.redacting import with_secrets_replaced
from monitor.contracts.actions.secrets import literal_secrets
from monitor.contracts.flows import uses_of
from monitor.contracts.lint.actions import ActionSubject, request_suspicions
from monitor.contracts.lint.answers import answer_suspicions
from monitor.contracts.load import Loaded, load
from monitor.errors import ConfigError, ConfigFault, ContractError, MonitorError, NotJudgedError
from monitor.jsonpaths import Json
from monitor.model import ActionExample, ActionSource, Request, Use, Vendor
from monitor.pipeline.trying import FoundAction, Trial, request_of_action, trial
from tests.fuzz.damage import EDITS, Edit, cut, damaged
from tests.fuzz.laws import cases, fits, is_clean, ours
from tests.fuzz.seeds import ACTIONS, BODY, FLOW, FLOW_YAML, text

_SEEDS = st.sampled_from(ACTIONS)
_FLOW = text(FLOW)
_INPUTS: dict[str, Json] = {"phone": '+1 "555"\n', "size": 5}


def _action(seed: str, edits: Sequence[Edit]) -> DataAction | None:
    action = ours(lambda: parse_export(damaged(seed, edits), "a.json"), ContractError)
    return None if isinstance(action, ContractError) else action


@cases(80)
@given(_SEEDS, EDITS)
def test_any_bytes_are_an_export_or_told(seed: str, edits: Sequence[Edit]) -> None:
    action = _action(seed, edits)
    if action is None:
        return
    assert fits(action, DataAction)
    assert parse_export(export_of(action), "a.json") == action
    kept = with_secrets_replaced(action, literal_secrets(action))
    assert not literal_secrets(kept)
    assert parse_export(export_of(kept), "a.json") == kept


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("actions")


def _vendor(folder: Path, *, given: bool = True) -> Vendor:
    examples = (ActionExample("", _INPUTS),) if given else ()
    source = ActionSource(str(folder / "a.json"), "CRM", examples, {"apiKey": "K"}, {"access_token": "T"})
    flows = (str(folder / "a.yaml"),)
    return Vendor("crm", "https://crm.example/v1", (), data_actions=(source,), flows=flows, allow_writes=True)


@cases(100)
@given(_SEEDS, EDITS, EDITS, st.booleans())
def test_any_export_and_flow_is_loaded_and_sent_or_told(
    folder: Path, seed: str, edits: Sequence[Edit], of_flow: Sequence[Edit], given: bool
) -> None:
    (folder / "a.json").write_bytes(damaged(seed, edits, whole=True))
    (folder / "a.yaml").write_bytes(damaged(_FLOW, of_flow, whole=True))
    vendor = _vendor(folder, given=given)
    loaded = load(vendor, str(folder), str(folder / "monitor.yaml"))
    assert fits(loaded, Loaded)
    assert all(is_clean(str(fault)) for fault in loaded.faults)
    for interaction in loaded.interactions:
        assert is_clean(interaction.refusal)
        assert is_clean(refusal(vendor, interaction))
        request = ours(lambda one=interaction: build(vendor, one), ContractError)  # type: ignore[misc]
        if isinstance(request, Request):
            assert request.url.startswith("https://crm.example/v1/")
            assert not any("\n" in part or "\r" in part for pair in request.headers for part in pair)


@cases(80)
@given(_SEEDS, EDITS)
def test_lint_has_something_or_nothing_to_say_of_any_export(seed: str, edits: Sequence[Edit]) -> None:
    action = _action(seed, edits)
    if action is None:
        return
    subject = ActionSubject("crm", "a.json", action)
    for remark in (*request_suspicions(subject), *answer_suspicions(subject)):
        assert remark.what
        assert remark.fix
        assert all(is_clean(str(part)) for part in astuple(remark))


@cases(100)
@given(_SEEDS, EDITS, EDITS, st.sampled_from([200, 204, 404]))
def test_any_action_is_tried_on_any_body_or_told(
    seed: str, edits: Sequence[Edit], of_body: Sequence[Edit], status: int
) -> None:
    action = _action(seed, edits)
    if action is None:
        return
    found = FoundAction(action, ActionSource(""), None, "a.json")
    request_of_action(found, {name: value for name, value in _INPUTS.items() if name in declared(action.input_schema)})
    body = damaged(text(BODY), of_body)
    tried = ours(lambda: trial(action, status, body), ContractError, NotJudgedError)
    if isinstance(tried, MonitorError):
        return
    assert fits(tried, Trial)
    assert (tried.fault is None) == (tried.outputs is not None)
    if tried.fault is not None:
        assert is_clean(tried.fault.code)


@cases(60)
@given(EDITS)
def test_any_yaml_is_a_flow_or_told(folder: Path, edits: Sequence[Edit]) -> None:
    (folder / "b.yaml").write_bytes(cut(FLOW_YAML.encode(), edits))
    uses, faults = uses_of([str(folder / "b.yaml")], str(folder))
    assert fits(uses, tuple[Use, ...])
    assert fits(faults, tuple[ConfigFault, ...])
    assert all(is_clean(str(fault)) for fault in faults)


# -- what is too much -------------------------------------------------------------------------------------


def _deep(levels: int) -> str:
    return '{"config":' * levels + "1" + "}" * levels


@pytest.mark.parametrize("levels", [60, 200, 5_000, 200_000])
def test_deep_json_is_told(levels: int) -> None:
    with pytest.raises(ContractError):
        parse_export(_deep(levels).encode(), "a.json")


@pytest.mark.parametrize(
    ("name", "said"), [("a.json", f"at most {MAX_BYTES:,} are read"), ("a.yaml", "bytes; at most")]
)
def test_large_files_are_not_read(folder: Path, name: str, said: str) -> None:
    (folder / "a.json").write_text(ACTIONS[0])
    (folder / "a.yaml").write_text(FLOW_YAML)
    with (folder / name).open("wb") as file:
        file.truncate(50_000_000)
    faults = load(_vendor(folder), str(folder), str(folder / "monitor.yaml")).faults
    assert [said in str(fault) for fault in faults] == [True]


CIRCLES = [
    "data_actions: &a [*a]",
    "data_actions: &a [{file: a.json, inputs: &i {phone: *i}}]",
    "data_actions: [{file: a.json, examples: &e {one: *e}}]",
    "flows: &f [*f]",
    "domains: &d {one: *d}",
    "data_actions: [{file: a.json, inputs: {phone: " + "[" * 200 + "]" * 200 + "}}]",
]


@pytest.mark.parametrize("section", CIRCLES, ids=lambda section: section[:40])
def test_circles_in_monitor_yaml_are_told(folder: Path, section: str) -> None:
    from monitor.config.load import SecretsMode  # noqa: PLC0415
    from monitor.config.load import load as load_config  # noqa: PLC0415

    (folder / "a.json").write_text(ACTIONS[0])
    file = folder / "monitor.yaml"
    file.write_text(f"version: 1\nvendors:\n  crm:\n    {section}\n")
    told = ours(lambda: load_config(file, {}, secrets=SecretsMode.REQUIRE, kinds=("jsonata",)), ConfigError)
    assert isinstance(told, ConfigError)


def test_circles_in_flows_are_told_or_followed_once(folder: Path) -> None:
    (folder / "c.yaml").write_text("a: &a {callData: {category: *a, outputs: *a, b: [*a]}}\n")
    uses, faults = uses_of([str(folder / "c.yaml")], str(folder))
    assert uses == () or faults == ()
    assert json.dumps([str(fault) for fault in faults])
