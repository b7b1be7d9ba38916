"""A scripted vendor and a project folder for each test of the road."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.road.scripted import CONFIG, Project, ScriptedVendor, serving


@pytest.fixture
def vendor() -> Iterator[ScriptedVendor]:
    with serving() as scripted:
        yield scripted


@pytest.fixture
def project(tmp_path: Path, vendor: ScriptedVendor) -> Project:
    made = Project(tmp_path / "watch", vendor.url)
    made.write("monitor.yaml", CONFIG)
    return made
