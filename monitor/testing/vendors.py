"""Pact's mock server in the vendor's place: one request, one answer, and what was wrong with the request."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.calling.client import Caller
from monitor.calling.request import build
from monitor.contracts.building.requests import JSON_TYPE
from monitor.errors import NotJudgedError
from monitor.model import Interaction, ProviderState, RequestTemplate, Response, Vendor
from monitor.pact_engine.guards import guarded
from monitor.printable import printable
from monitor.wiring import now

if TYPE_CHECKING:
    from pact.error import Mismatch
    from pact.interaction import HttpInteraction

_HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the vendor expects to be asked; whatever headers, and whatever body where it is None."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: object = None


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Met:
    """The answer as it was received, and in words what was wrong with the request (then the answer is not ours)."""

    response: Response | None
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Consumer and provider, and what happens between them."""

    consumer: str
    provider: str
    description: str
    states: tuple[ProviderState, ...]
    expected: Expected
    answer: Answer


def play(scene: Scene, request: RequestTemplate) -> Met:
    """Sends ``request`` to the mock server. Raises NotJudgedError where it cannot be had."""
    with guarded():
        from pact import Pact  # noqa: PLC0415 - it may only be loaded while it is guarded

        pact = Pact(scene.consumer, scene.provider)
        _described(pact.upon_receiving(scene.description), scene)
        try:
            with pact.serve(addr=_HOST, raises=False, verbose=False) as server:
                response, fault = _called(f"http://{_HOST}:{server.port}", scene, request)
                differences = () if server.matched else tuple(_words(server.mismatches))
        except (RuntimeError, OSError) as error:
            raise NotJudgedError(f"Pact's mock server does not start: {error}", fix="run: monitor doctor") from None
    if fault and not differences:
        raise NotJudgedError(f"Pact's mock server was not reached: {fault}")
    return Met(response, differences)


def _described(interaction: HttpInteraction, scene: Scene) -> None:
    expected, answer = scene.expected, scene.answer
    for state in scene.states:
        interaction.given(state.name, dict(state.params))
    interaction.with_request(expected.method, expected.path)
    interaction.with_query_parameters(list(expected.query))
    if expected.body is not None:
        interaction.with_body(json.dumps(expected.body), JSON_TYPE)
    interaction.will_respond_with(answer.status)
    if answer.content_type:
        interaction.with_header("Content-Type", answer.content_type)
    if answer.body:
        interaction.with_body(answer.body.decode("utf-8", "replace"), answer.content_type or JSON_TYPE)


def _called(url: str, scene: Scene, request: RequestTemplate) -> tuple[Response | None, str]:
    vendor = Vendor(scene.provider, url)
    asked = Interaction("", vendor.name, scene.consumer, scene.description, request)
    with Caller(vendor, now, proxy="") as caller:
        exchange = caller.call(build(vendor, asked))
    return exchange.response, exchange.fault.what if exchange.fault else ""


def _words(mismatches: Sequence[Mismatch]) -> Iterator[str]:
    """What was wrong with the request. That an expected one did not come is said by the one that came instead."""
    from pact.error import MissingRequest, RequestMismatch, RequestNotFound  # noqa: PLC0415 - as above

    found = [one for one in mismatches if not isinstance(one, MissingRequest)]
    for one in found or mismatches:
        if isinstance(one, RequestMismatch):
            yield from (printable(str(part), 400) for part in one.mismatches)
        elif isinstance(one, RequestNotFound | MissingRequest):
            came = "it sent" if isinstance(one, RequestNotFound) else "it did not send"
            yield f"{came} {printable(one.method)} {printable(one.path, 400)}"
        else:
            yield printable(str(one), 400)
