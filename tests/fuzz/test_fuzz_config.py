"""A monitor.yaml of any kind: settings, or every fault with its file, line and words of ours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.load import SecretsMode, load
from monitor.contracts.load import Loaded
from monitor.contracts.load import load as load_contracts
from monitor.errors import ConfigError
from monitor.model import Settings
from tests.fuzz.damage import EDITS, Edit, cut, damaged
from tests.fuzz.laws import cases, fits, ours
from tests.fuzz.seeds import ACTIONS, CONFIG, CONFIG_TREE, FLOW_YAML, PACTS, SECRET, text

_TREE = text(CONFIG_TREE)
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
    environ = {"CRM_KEY": SECRET}
    settings = ours(lambda: load(file, environ, secrets=mode, kinds=("jsonata",)), ConfigError)
    if isinstance(settings, ConfigError):
        return
    assert fits(settings, Settings)
    assert SECRET not in repr(settings)
    for vendor in settings.vendors.values():
        assert fits(load_contracts(vendor, settings.root, settings.file), Loaded)


@cases(150)
@given(EDITS, _MODES)
def test_any_tree_is_settings_or_faults(folder: Path, edits: Sequence[Edit], mode: SecretsMode) -> None:
    _settings(folder, damaged(_TREE, edits, whole=True), mode)


@cases(150)
@given(EDITS, _MODES)
def test_any_bytes_are_settings_or_faults(folder: Path, edits: Sequence[Edit], mode: SecretsMode) -> None:
    _settings(folder, cut(CONFIG.encode(), edits), mode)
