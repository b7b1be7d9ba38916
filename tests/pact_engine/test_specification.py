"""Every response case of the Pact specification gets the verdict that the case expects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import NotJudgedError
from monitor.model import Response
from monitor.pact_engine import match_response
from monitor.pact_engine.verifier import verify_all

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "pact-spec"
VERSIONS: Mapping[str, str] = {"v1": "1.0.0", "v1.1": "1.1.0", "v2": "2.0.0", "v3": "3.0.0", "v4": "4.0"}
FILES = sorted(CASES.glob("v*/response/**/*.json"))


def _pact(expected: object, version: str) -> bytes:
    interaction: dict[str, object] = {
        "description": "a case",
        "request": {"method": "GET", "path": "/"},
        "response": expected,
    }
    if version.startswith("4"):
        interaction["type"] = "Synchronous/HTTP"
    frame = {
        "consumer": {"name": "c"},
        "provider": {"name": "p"},
        "interactions": [interaction],
        "metadata": {"pactSpecification": {"version": version}},
    }
    return json.dumps(frame).encode()


def _response(actual: Mapping[str, Any]) -> Response:
    body = actual.get("body", "")
    if isinstance(body, dict) and body.keys() & {"content", "contentType"} == {"content", "contentType"}:
        body = body["content"]  # V4 writes bodies so on both sides
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    headers = [
        (name, one)
        for name, value in actual.get("headers", {}).items()
        for one in ([value], value)[type(value) is list]
    ]
    return Response(actual.get("status", 200), "", "HTTP/1.1", tuple(headers), data)


@pytest.mark.skipif(not FILES, reason=f"the specification's cases are not at {CASES}")
@pytest.mark.parametrize("file", FILES, ids=lambda file: "/".join(file.relative_to(CASES).parts))
def test_a_case_of_the_specification(file: Path) -> None:
    case = json.loads(file.read_text("utf-8-sig"))
    version = VERSIONS[file.relative_to(CASES).parts[0]]
    found = match_response(_pact(case["expected"], version), _response(case["actual"]))
    assert (not found) is case["match"], case["comment"]


@pytest.mark.long
@pytest.mark.skipif(not FILES, reason=f"the specification's cases are not at {CASES}")
def test_the_official_verifier_says_the_same() -> None:
    cases = [(file, json.loads(file.read_text("utf-8-sig"))) for file in FILES]
    asked = [
        (_pact(case["expected"], VERSIONS[file.relative_to(CASES).parts[0]]), _response(case["actual"]))
        for file, case in cases
    ]
    for (file, case), (_, response), verdict in zip(cases, asked, verify_all(asked), strict=True):
        if isinstance(verdict, NotJudgedError):  # a header of two lines, which HTTP has no more
            assert any("\n" in value for _, value in response.headers), f"{file}: {verdict}"
        else:
            assert (not verdict) is case["match"], f"{file}: {verdict}"


def test_the_cases_are_all_there() -> None:
    if not FILES:
        pytest.skip(f"the specification's cases are not at {CASES}")
    assert len(FILES) >= 260
