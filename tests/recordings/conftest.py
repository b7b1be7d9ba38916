"""Exchanges and recordings to keep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest

from monitor.model import Approval, Exchange, Recording, Request, Response
from monitor.recordings.store import Store

RUN = "20261122T085800Z-ab12cd"
NOW = datetime(2026, 11, 22, 8, 58, 0, 123456, tzinfo=UTC)

MakeRecording: TypeAlias = Callable[..., Recording]


@pytest.fixture
def make_recording() -> MakeRecording:
    """``make_recording(body, run_id=..., vendor=..., interaction_id=...)``."""

    def make(
        body: bytes = b'{"customerId":"c-1"}',
        run_id: str = RUN,
        vendor: str = "crm",
        interaction_id: str = "look-up-1a2b3c4d",
    ) -> Recording:
        response = Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), body)
        request = Request("GET", "https://crm.example/customers?phone=1", (("Accept", "application/json"),))
        return Recording("", run_id, vendor, interaction_id, "look up", Exchange(request, response, None, NOW, 0.25))

    return make


@pytest.fixture
def approval() -> Approval:
    return Approval("ada", NOW, f"runs/{RUN}/crm/look-up-1a2b3c4d.har", "first", ("balance",))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "recordings")
