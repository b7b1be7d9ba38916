"""Pact files of any kind: their interactions, bound and made into requests, or errors with their places."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calling.request import build, refusal
from monitor.contracts.load import Loaded, load
from monitor.contracts.pact import PactEntry, PactInteraction, parse_pact
from monitor.errors import ContractError
from monitor.model import Interaction, Request, StateBinding, Vendor
from monitor.recordings.names import is_name
from tests.fuzz.damage import EDITS, Edit, damaged
from tests.fuzz.laws import cases, check_error, fits, is_clean, ours
from tests.fuzz.seeds import PACTS

_SEEDS = st.sampled_from(PACTS)
_BINDINGS = {"Ada is there": StateBinding({"id": "CUST-2", "n": 2.5, "deep": {"a": [None, "x"]}})}


@cases(1_000)
@given(_SEEDS, EDITS)
def test_any_bytes_are_a_pact_file_or_told(seed: str, edits: Sequence[Edit]) -> None:
    parsed = ours(lambda: parse_pact(damaged(seed, edits), "crm.json"), ContractError)
    if isinstance(parsed, ContractError):
        return
    assert fits(parsed, tuple[tuple[PactEntry, ...], tuple[ContractError, ...]])
    for error in parsed[1]:
        check_error(error)
    for entry in parsed[0]:
        if isinstance(entry, PactInteraction):
            assert is_name(entry.id)
            # what is judged is itself a Pact file, of this one interaction
            (alone,), faults = parse_pact(entry.contract.pact, "alone.json")
            assert isinstance(alone, PactInteraction)
            assert (faults, alone.expected_status) == ((), entry.expected_status)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("contracts")


@cases(500)
@given(_SEEDS, EDITS, st.booleans())
def test_any_pact_file_is_bound_and_sent_or_told(folder: Path, seed: str, edits: Sequence[Edit], bound: bool) -> None:
    (folder / "crm.json").write_bytes(damaged(seed, edits, whole=True))
    states = _BINDINGS if bound else {}
    vendor = Vendor("crm", "https://crm.example/v1", (str(folder / "crm.json"),), states=states)
    loaded = load(vendor, str(folder), str(folder / "monitor.yaml"))
    assert fits(loaded, Loaded)
    assert all(is_clean(str(fault)) for fault in loaded.faults)
    for interaction in loaded.interactions:
        assert is_clean(refusal(vendor, interaction))
        _sent(vendor, interaction)


def _sent(vendor: Vendor, interaction: Interaction) -> None:
    request = ours(lambda: build(vendor, interaction), ContractError)
    if not isinstance(request, ContractError):
        assert fits(request, Request)
        assert request.url.startswith("https://crm.example/v1/")
        assert request.url.isascii()
        assert not any("\n" in part or "\r" in part or "\0" in part for pair in request.headers for part in pair)
