"""Pact files of one interaction, and responses, for the engine's tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import pytest

from monitor.model import Response

PactMaker = Callable[..., bytes]
ResponseMaker = Callable[..., Response]


@pytest.fixture
def pact_file() -> PactMaker:
    """``pact_file(response, version="4.0")``: a Pact file that expects ``response``."""

    def make(response: Mapping[str, object], version: str = "4.0", **more: object) -> bytes:
        interaction: dict[str, object] = {
            "description": "a request",
            "request": {"method": "GET", "path": "/"},
            "response": response,
        }
        if version.startswith("4"):
            interaction["type"] = "Synchronous/HTTP"
        frame = {
            "consumer": {"name": "screen-pop"},
            "provider": {"name": "crm"},
            "interactions": [interaction | more],
            "metadata": {"pactSpecification": {"version": version}},
        }
        return json.dumps(frame).encode()

    return make


@pytest.fixture
def answer() -> ResponseMaker:
    """``answer(body, status=200, headers=())``: a response; bodies that are not bytes are sent as JSON."""

    def make(
        body: object = b"",
        status: int = 200,
        headers: Sequence[tuple[str, str]] = (("Content-Type", "application/json"),),
    ) -> Response:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Response(status, "", "HTTP/1.1", tuple(headers), data)

    return make
