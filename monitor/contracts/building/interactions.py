"""One interaction of a Pact V4 file: a request, and of its recorded response what is read.

The status is demanded as it was, the media type whatever its parameters, and of the body what `matchers` makes of the
reads. Other headers say nothing to a translation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.contracts.building.formats import escaped
from monitor.contracts.building.matchers import Enums, LeftOut, body_of
from monitor.contracts.building.requests import content_of
from monitor.contracts.pact import HTTP_TYPE, json_bytes
from monitor.errors import JsonError
from monitor.headers import is_json
from monitor.jsonpaths import ROOT, Json, Path, format_path, read_json
from monitor.model import ProviderState, Response


@dataclass(frozen=True, slots=True)
class Readings:
    """What is read of a response, and the texts that a schema allows at some of the paths.

    ``named`` are those of the paths that name every list on their way.
    """

    paths: Collection[Path]
    enums: Enums = field(default_factory=dict)
    named: Collection[Path] = ()


EVERYTHING: Final = Readings((ROOT,))


@dataclass(frozen=True, slots=True)
class Asked:
    """The half of an interaction that says what is asked. ``test`` is the test that says so; empty: none does."""

    description: str
    request: Mapping[str, Json]
    states: tuple[ProviderState, ...] = ()
    test: str = ""


@dataclass(frozen=True, slots=True)
class Built:
    """``interaction`` as it stands in a file; ``demanded`` counts the values that the vendor has to answer."""

    interaction: Mapping[str, Json]
    demanded: int = 0
    left_out: tuple[LeftOut, ...] = ()


def interaction_of(asked: Asked, response: Response, read: Readings) -> Built:
    """Raises ContractError where the response holds a number that no JSON of a contract can."""
    answer, demanded, left_out = _response(response, read)
    made: dict[str, Json] = {"type": HTTP_TYPE, "description": asked.description, "pending": False}
    if asked.states:
        made["providerStates"] = [_state(state) for state in asked.states]
    if asked.test:
        made["comments"] = {"testname": asked.test}
    return Built({**made, "request": dict(asked.request), "response": answer}, demanded, left_out)


def _state(state: ProviderState) -> dict[str, Json]:
    return {"name": state.name, "params": dict(state.params)} if state.params else {"name": state.name}


def _response(response: Response, read: Readings) -> tuple[dict[str, Json], int, tuple[LeftOut, ...]]:
    made: dict[str, Json] = {"status": response.status}
    rules: dict[str, Json] = {}
    content_type = response.header("content-type") or ""
    if kind := content_type.partition(";")[0].strip():
        made["headers"] = {"Content-Type": [content_type]}
        regex = rf"^{escaped(kind)}\s*(;.*)?$"
        rules["header"] = {"Content-Type": {"combine": "AND", "matchers": [{"match": "regex", "regex": regex}]}}
    document, why = _document(response, content_type)
    body = None if why or not read.paths else body_of(document, read.paths, read.enums, read.named)
    left_out = tuple(LeftOut(format_path(path), why) for path in dict.fromkeys(read.paths)) if why else ()
    if body is not None:
        json_bytes(body.example)
        made["body"] = content_of(body.example, content_type)
        rules["body"] = dict(body.rules)
        left_out = body.left_out
    if rules:
        made["matchingRules"] = rules
    return made, len(body.demanded) if body else 0, left_out


def _document(response: Response, content_type: str) -> tuple[Json, str]:
    """The body, and why none of it can be in the contract (empty: it can)."""
    if not response.body.strip():
        return None, "the recorded body is empty"
    if content_type and not is_json(content_type):
        return None, "the recorded body is not of a JSON type, and Pact would compare it as text"
    try:
        return read_json(response.body, exact=False).value, ""
    except JsonError as error:
        return None, f"the recorded body cannot be read ({error.what})"
