"""Cases that could be judged otherwise have other keys; what says nothing changes none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.model import Case, Contract, Response, StoredCase, Terms, Translation
from monitor.pipeline.keys import is_repeatable, key_of

CONTRACT = Contract("crm.json", "$.interactions[0]", b'{"response": {"headers": {"Date": "x"}}}', "d1")
TRANSLATION = Translation("pop", "jsonata", "id", "pop.jsonata", {"type": "object"})
RESPONSE = Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"), ("X-Id", "1")), b'{"id": 1}')
CASE = Case("crm", "a-1", CONTRACT, (TRANSLATION,), RESPONSE, RESPONSE, RESPONSE)
TERMS = Terms("crm", "a-1", CONTRACT, (TRANSLATION,), 200)
STORED = StoredCase(TERMS, "runs/x/crm/a-1.har", b"har", "baseline/crm/a-1.har", b"base")


def with_header(name: str, value: str) -> Response:
    return replace(RESPONSE, headers=(*RESPONSE.headers, (name, value)))


@pytest.mark.parametrize(
    "change",
    [
        lambda c: replace(c, vendor="erp"),
        lambda c: replace(c, interaction_id="a-2"),
        lambda c: replace(c, contract=None),
        lambda c: replace(c, contract=replace(CONTRACT, pact=b"{}")),
        lambda c: replace(c, translations=()),
        lambda c: replace(c, translations=(replace(TRANSLATION, source="name"),)),
        lambda c: replace(c, translations=(replace(TRANSLATION, schema={"type": "array"}),)),
        lambda c: replace(c, translations=(TRANSLATION, replace(TRANSLATION, name="other"))),
        lambda c: replace(c, raw=replace(RESPONSE, status=201)),
        lambda c: replace(c, raw=replace(RESPONSE, body=b'{"id": 2}')),
        lambda c: replace(c, raw=replace(RESPONSE, complete=False)),
        lambda c: replace(c, raw=replace(RESPONSE, headers=(("Content-Type", "text/plain"), ("X-Id", "1")))),
        lambda c: replace(c, raw=with_header("X-New", "1")),
        lambda c: replace(c, raw=with_header("Date", "now")),
        lambda c: replace(c, stored=replace(RESPONSE, body=b'{"id": 0}')),
        lambda c: replace(c, baseline=None),
        lambda c: replace(c, baseline=replace(RESPONSE, body=b"{}")),
        lambda c: replace(c, severity={"added": "warning"}),
        lambda c: replace(c, accepted_losses=("id",)),
        lambda c: replace(c, raw_masked=True),
        lambda c: replace(c, raw_masked_headers=("x-id",)),
        lambda c: replace(c, numbers_masked=True),
        lambda c: replace(c, baseline_masked=True),
        lambda c: replace(c, official=True),
    ],
)
def test_whatever_a_live_verdict_rests_on_is_in_its_key(change: Callable[[Case], Case]) -> None:
    assert key_of(change(CASE)) != key_of(CASE)


@pytest.mark.parametrize(
    "raw",
    [
        with_header("Via", "1.1 proxy"),
        replace(RESPONSE, headers=(("content-type", "application/json"), ("x-id", "2"))),
        replace(RESPONSE, reason="Fine", http_version="HTTP/2"),
    ],
)
def test_what_says_nothing_is_not_in_the_key(raw: Response) -> None:
    assert key_of(replace(CASE, raw=raw, stored=raw)) == key_of(CASE)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: replace(c, recording=b"other"),
        lambda c: replace(c, baseline=None),
        lambda c: replace(c, baseline=b"other"),
        lambda c: replace(c, damage="it is gone"),
        lambda c: replace(c, terms=replace(TERMS, expected_status=404)),
        lambda c: replace(c, terms=replace(TERMS, severity={"added": "warning"})),
        lambda c: replace(c, terms=replace(TERMS, official=True)),
        lambda c: replace(c, recording=b"harbase", baseline=b""),
    ],
)
def test_whatever_a_stored_verdict_rests_on_is_in_its_key(change: Callable[[StoredCase], StoredCase]) -> None:
    assert key_of(change(STORED)) != key_of(STORED)


def test_another_program_has_other_keys() -> None:
    assert key_of(CASE, b"1") != key_of(CASE, b"2") != key_of(STORED, b"2")


@pytest.mark.parametrize(
    ("source", "repeatable"),
    [
        ('{"open": $toMillis(closesAt) > $millis()}', False),
        ("$now()", False),
        ("$random() > 0.5 ? a : b", False),
        ("$shuffle(members)[0]", False),
        ('{"known": $nowhere(a), "n": $count(b)}', True),
    ],
)
def test_what_asks_the_clock_or_draws_lots_has_no_verdict_to_keep(source: str, repeatable: bool) -> None:
    translations = (replace(TRANSLATION, source=source),)
    assert is_repeatable(replace(CASE, translations=translations)) is repeatable
    assert is_repeatable(replace(STORED, terms=replace(TERMS, translations=translations))) is repeatable
