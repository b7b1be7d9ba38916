"""A library that lacks functions, or is not there, is noticed; what can still be judged is judged."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from monitor.pact_engine import native
from monitor.pact_engine.symbols import (
    FUNCTIONS,
    VERIFIER_FUNCTIONS,
    engine_faults,
    faults_of,
    installed_version,
    pinned_version,
)

SLOWER = "contracts are judged by the slower official verifier, or not at all"
PIN = "pip install pact-python-ffi==1.2.3"
ALL = frozenset((*FUNCTIONS, *VERIFIER_FUNCTIONS))


def has(*missing: str) -> Callable[[str], bool]:
    return (ALL - set(missing)).__contains__


def test_the_table_is_what_is_called() -> None:
    tree = ast.parse(Path(native.__file__).read_text())
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert {text for text in texts if re.fullmatch(r"pactffi_\w+", text)} == set(FUNCTIONS)
    assert sorted(FUNCTIONS) == list(FUNCTIONS)


def test_the_installed_library_is_the_pinned_one() -> None:
    assert engine_faults() == ()
    assert installed_version() == pinned_version() == metadata.version("pact-python-ffi")


@pytest.mark.parametrize(
    ("library", "installed", "pinned", "told"),
    [
        (has(), "1.2.3", "1.2.3", []),
        (has(), "1.2.3", "", []),
        (has(), "1.2.4", "1.2.3", ["pact-python-ffi is 1.2.4, and 1.2.3 is pinned"]),
        (has(), "", "1.2.3", ["pact-python-ffi is of no known version, and 1.2.3 is pinned"]),
        (None, "", "1.2.3", ["pact-python-ffi is not installed"]),
        (None, "1.2.3", "1.2.3", ["pact-python-ffi 1.2.3 cannot be loaded"]),
        (
            has("pactffi_match_message"),
            "1.2.3",
            "1.2.3",
            [f"pact_ffi has no pactffi_match_message: {SLOWER}"],
        ),
        (
            has(*VERIFIER_FUNCTIONS[4:]),
            "1.2.3",
            "1.2.3",
            [f"pact_ffi has no {', '.join(VERIFIER_FUNCTIONS[4:7])} and 4 more: the official verifier cannot be asked"],
        ),
    ],
)
def test_faults_are_told_with_their_fix(
    library: Callable[[str], bool] | None, installed: str, pinned: str, told: list[str]
) -> None:
    found = list(faults_of(library, installed, pinned))
    assert [one.what for one in found] == told
    assert all(one.fix == PIN for one in found)


def test_without_a_pin_the_fix_is_to_install_again() -> None:
    (fault,) = faults_of(None, "", "")
    assert fault.fix == "pip install --force-reinstall provider-drift-monitor"


# -- in a process of its own, with another library --------------------------------------------------------

QUESTION = """
import json
from monitor.errors import NotJudgedError
from monitor.model import Response
from monitor.pact_engine import match_response
from monitor.pact_engine.symbols import engine_faults
from monitor.pact_engine.verifier import verify_response
pact = json.dumps({"interactions": [{"description": "d", "request": {"method": "GET", "path": "/"},
    "response": {"status": 200, "body": {"id": 1}}}], "metadata": {"pactSpecification": {"version": "3.0.0"}}}).encode()
response = Response(200, "", "", (("Content-Type", "application/json"),), b'{"id": 2}')
try:
    found = [one.path for one in match_response(pact, response)]
except NotJudgedError as error:
    found = str(error)
print(json.dumps([found, [fault.what for fault in engine_faults()]]))
"""

STAND_IN = """
import sys
import pact_ffi
module = sys.modules["pact_ffi.ffi"]
used = set()
class Library:
    def __getattr__(self, name):
        used.add(name)
        if name in {missing!r}:
            raise AttributeError(name)
        return getattr(real, name)
real = module.lib
pact_ffi.lib = module.lib = Library()
"""


def said(code: str, *paths: str) -> tuple[object, list[str]]:
    """What match_response finds in a response that the contract forbids, and the engine's faults."""
    environment = {"PYTHONPATH": os.pathsep.join([*paths, *sys.path])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    found, faults = json.loads(done.stdout)
    return found, faults


def test_a_function_that_is_gone_is_made_up_for() -> None:
    found, faults = said(STAND_IN.format(missing=["pactffi_match_message"]) + QUESTION)
    assert found == ["$.id"]
    assert len(faults) == 1
    assert faults[0].startswith("pact_ffi has no pactffi_match_message: ")


def test_with_neither_way_it_is_not_judged() -> None:
    found, faults = said(STAND_IN.format(missing=["pactffi_match_message", "pactffi_verifier_url_source"]) + QUESTION)
    assert found == (
        "the installed pact_ffi has no pactffi_match_message; the installed pact-python and pact-python-ffi do not fit"
        " together; run: monitor doctor"
    )
    assert len(faults) == 2


@pytest.mark.parametrize(
    "broken", ["raise ImportError('libgcc_s.so.1')", "raise Exception('Version mismatch')", "raise OSError('no')"]
)
def test_a_library_that_cannot_be_loaded_ends_nothing(tmp_path: Path, broken: str) -> None:
    package = tmp_path / "pact_ffi"
    package.mkdir()
    (package / "__init__.py").write_text(broken)
    found, faults = said(QUESTION, str(tmp_path))
    assert found == "Pact's engine cannot be loaded; run: monitor doctor"
    assert faults == [f"pact-python-ffi {installed_version()} cannot be loaded"]


def test_the_verifiers_functions_are_the_ones_it_calls() -> None:
    code = (
        STAND_IN.format(missing=[])
        + QUESTION.partition("try:")[0]
        + "verify_response(pact, response)\nprint(json.dumps([sorted(used), []]))"
    )
    used, _ = said(code)
    assert isinstance(used, list)
    assert {name for name in used if "verifier" in name} == {n for n in VERIFIER_FUNCTIONS if "verifier" in n}
    assert set(used) >= set(VERIFIER_FUNCTIONS)
