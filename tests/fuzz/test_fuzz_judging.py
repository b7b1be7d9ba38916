"""Hostile contracts, responses and baselines, judged by the real engine in a real worker process."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.errors import ContractError
from monitor.model import Case, Contract, Response, Translation
from tests.fuzz.conftest import WatchedPool, json_response
from tests.fuzz.damage import EDITS, HOSTILE_TEXTS, Edit, damaged
from tests.fuzz.laws import cases, ours
from tests.fuzz.seeds import ANSWER, BODY, EXPRESSIONS, RESPONSES, VERSIONS, contract_of, pact_around, text

_INDEX = st.integers(0, len(RESPONSES) - 1)
_ANSWER, _BODY = text(ANSWER), text(BODY)
_CONTRACTS = [contract_of(index) for index in range(len(RESPONSES))]
_TRANSLATION = Translation("pop", "jsonata", EXPRESSIONS[0], "pop.jsonata")


def _case(
    contract: Contract | None, response: Response, baseline: Response | None = None, *translations: Translation
) -> Case:
    return Case("crm", "lookup-1", contract, translations, response, response, baseline)


@cases(1_000)
@given(_INDEX, EDITS, st.booleans())
def test_any_contract_is_judged_or_told(
    watched: WatchedPool, index: int, edits: Sequence[Edit], answers_as_told: bool
) -> None:
    pact = pact_around(VERSIONS[index], damaged(RESPONSES[index], edits, whole=True))
    parsed = ours(lambda: parse_pact(pact, "crm.json"), ContractError)
    if isinstance(parsed, ContractError):
        return
    response = json_response((_BODY if answers_as_told else _ANSWER).encode())
    for entry in parsed[0]:
        if isinstance(entry, PactInteraction):
            watched.judge(_case(entry.contract, response))


_NAMES = ("Content-Type", "content-type", "X-Id", "Cache-Control", "Set-Cookie", "Date", "\xdc", "", "a\0", "\x1b[31m")
_MEDIA = ("application/json", "application/json;charset=latin-1", "text/html", "application/xml", "multipart/mixed; a")
_HEADERS = st.lists(st.tuples(st.sampled_from(_NAMES), st.sampled_from((*_MEDIA, *HOSTILE_TEXTS))), max_size=3)


@cases(900)
@given(_INDEX, EDITS, EDITS, st.sampled_from((200, 200, 204, 404, 599, 999)), _HEADERS)
def test_any_response_is_judged_or_told(
    watched: WatchedPool,
    index: int,
    edits: Sequence[Edit],
    before: Sequence[Edit],
    status: int,
    headers: list[tuple[str, str]],
) -> None:
    told = tuple(headers) if headers else (("Content-Type", "application/json"),)
    response = Response(status, "", "HTTP/1.1", told, damaged(_ANSWER, edits))
    baseline = json_response(damaged(_BODY, before, whole=True))
    watched.judge(_case(_CONTRACTS[index], response, baseline, _TRANSLATION))
