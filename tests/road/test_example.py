"""What the repository itself shows: the demo, and the example vendor with its committed baseline."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.sandbox.server import Sandbox
from tests.road.scripted import Project

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def example(tmp_path: Path) -> Project:
    shutil.copy(PROJECT / "monitor.yaml", tmp_path)
    shutil.copytree(PROJECT / "contracts", tmp_path / "contracts")
    shutil.copytree(PROJECT / "recordings" / "baseline", tmp_path / "recordings" / "baseline")
    return Project(tmp_path, "")


@pytest.mark.parametrize(("version", "code"), [(1, 0), (2, 1)])
def test_the_committed_baseline_is_that_of_the_sandbox(example: Project, version: int, code: int) -> None:
    with Sandbox(version) as vendor:
        done = example.run("check", CRM_BASE_URL=vendor.url, CRM_API_KEY="any-key")
    assert done.returncode == code, done.stdout + done.stderr
    assert ("New key 'customer_id' found at $.customer_id" in done.stdout) == (version == 2)
    assert "$.contact" not in done.stdout


def test_the_demo_ends_well() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.demo"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "record 0, quiet 0, drift 1, down 3 (expected 0, 0, 1, 3)" in done.stdout
