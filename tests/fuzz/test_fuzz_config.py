"""A monitor.yaml of any kind: settings, or every fault with its file, line and words of ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.load import SecretsMode, load
from monitor.contracts.load import Loaded
from monitor.contracts.load import load as load_contracts
from monitor.errors import ConfigError
from monitor.model import Settings
from tests.config.alerting_kinds import KINDS
from tests.fuzz.damage import EDITS, Edit, Tree, cut, damaged
from tests.fuzz.laws import cases, fits, ours
from tests.fuzz.seeds import ACTIONS, CONFIG, CONFIG_TREE, FLOW_YAML, PACTS, SECRET, text

_CHANNELS: Tree = {
    "team": {"kind": "slack", "token": "${secret:env:CRM_KEY}", "channel": "#drift", "retries": 2},
    "mail": {"kind": "email", "host": "smtp.example", "user": "ada", "password": "${secret:env:CRM_KEY}"},
}
_ALERTS: Tree = {
    "channels": _CHANNELS,
    "routes": {"breaking": ["team", "mail"], "info": "digest"},
    "digest": {"cron": "0 8 * * 1", "channels": ["mail"]},
    "fallback": "mail",
    "remind_every": "7d",
    "timezone": "Europe/Berlin",
    "links": {"command_prefix": "cd x &&", "run_url": "https://ci.example/{run}"},
}
_OTHER: Tree = {
    "base_url": "https://b.example",
    "schedule": {"cron": "17 5 * * 1", "timezone": "Europe/Berlin", "grace": "1h", "jitter": 60},
    "alerts": {"warning": ["mail"]},
    "down_retries": ["15s", "1m"],
}
_BASE = cast("dict[str, dict[str, Tree]]", CONFIG_TREE)
_TREE = text({**_BASE, "vendors": {**_BASE["vendors"], "third": _OTHER}, "alerts": _ALERTS})
_TEXT = f"{CONFIG}  third: {json.dumps(_OTHER)}\nalerts: {json.dumps(_ALERTS)}\n"
_MODES = st.sampled_from(SecretsMode)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("watch")
    (made / "contracts" / "crm").mkdir(parents=True)
    (made / "contracts" / "crm" / "a.json").write_text(PACTS[2])
    for name in ("actions", "flows"):
        (made / "contracts" / "crm" / name).mkdir()
    (made / "contracts" / "crm" / "actions" / "a.json").write_text(ACTIONS[0])
    (made / "contracts" / "crm" / "flows" / "a.yaml").write_text(FLOW_YAML)
    return made


def _settings(folder: Path, data: bytes, mode: SecretsMode) -> None:
    file = folder / "monitor.yaml"
    file.write_bytes(data)
    environ = {"CRM_KEY": f"xoxb-{SECRET}"}
    settings = ours(lambda: load(file, environ, secrets=mode, kinds=("jsonata",), channels=KINDS), ConfigError)
    if isinstance(settings, ConfigError):
        return
    assert fits(settings, Settings)
    assert SECRET not in repr(settings)
    for vendor in settings.vendors.values():
        assert fits(load_contracts(vendor, settings.root, settings.file), Loaded)


def test_the_seeds_are_right(folder: Path) -> None:
    for data in (_TREE, _TEXT):
        (folder / "monitor.yaml").write_text(data)
        read = load(
            folder / "monitor.yaml",
            {"CRM_KEY": f"xoxb-{SECRET}"},
            secrets=SecretsMode.REQUIRE,
            kinds=("jsonata",),
            channels=KINDS,
        )
        assert set(read.alerts.channels) == {"team", "mail"}


@cases(150)
@given(EDITS, _MODES)
def test_any_tree_is_settings_or_faults(folder: Path, edits: Sequence[Edit], mode: SecretsMode) -> None:
    _settings(folder, damaged(_TREE, edits, whole=True), mode)


@cases(150)
@given(EDITS, _MODES)
def test_any_bytes_are_settings_or_faults(folder: Path, edits: Sequence[Edit], mode: SecretsMode) -> None:
    _settings(folder, cut(_TEXT.encode(), edits), mode)
