"""One response of 1 KB judged, its contract known already; and many, through worker processes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count, islice

from monitor.checking.contract import mismatches
from monitor.checking.judge import judge
from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.model import Case, Contract, Limits
from monitor.workers.pool import JudgePool
from tests.bench.bodies import members, renamed, response
from tests.bench.measuring import Row, Scale, once, quickest, within, worked, working
from tests.bench.phases import TRANSLATION
from tests.bench.projects import VENDOR, pact_of


def contract() -> Contract:
    entries, _ = parse_pact(pact_of(1), "bench.json")
    (entry,) = entries
    assert isinstance(entry, PactInteraction)
    return entry.contract


def _cases() -> dict[str, Case]:
    small = response({"members": members(4)})
    drifted = response({"members": [renamed(body, "customerId", "customer_id") for body in members(4)]})
    quiet = Case(VENDOR, "a-1", contract(), (), small, small, replace(small, body=small.body + b"\n"))
    translated = replace(quiet, translations=(TRANSLATION,))
    return {"quiet": quiet, "translated": translated, "loud": replace(translated, raw=drifted, stored=drifted)}


def _varied(case: Case) -> Iterator[Case]:
    """The same case for ever, each in bytes that nobody has seen: what is known is the contract and the baseline."""
    for spaces in count(2):
        answer = replace(case.raw, body=case.raw.body + b" " * (spaces % 1_000))
        yield replace(case, raw=answer, stored=answer)


def _judging(case: Case) -> Callable[[], float]:
    cases = _varied(case)

    def work() -> float:
        one = next(cases)
        return worked(lambda: judge(one))

    return work


def _one(scale: Scale) -> Iterator[Row]:
    cases = _cases()
    quiet, pact = cases["quiet"], contract()
    taken = quickest(
        {
            "parsed": working(lambda: json.loads(quiet.raw.body)),
            "engine": working(lambda: mismatches(pact, quiet.raw)),
            **{name: _judging(case) for name, case in cases.items()},
        },
        scale.runs(51),
    )
    yield within("the contract's verdict by the official engine", taken["engine"], "json.loads", taken["parsed"])
    yield within("judge, nothing changed", taken["quiet"], "the contract's verdict alone", taken["engine"])
    yield within("judge with a JSONata translation, nothing changed", taken["translated"], "without", taken["quiet"])
    yield within("judge with a JSONata translation, a rename", taken["loud"], "nothing changed", taken["translated"])


def _through(pool: JudgePool, cases: Sequence[Case]) -> object:
    return [answer.result() for answer in [pool.submit(case, Limits()) for case in cases]]


def _workers(scale: Scale) -> Iterator[Row]:
    many = scale.count(200, least=4)
    varied = _varied(_cases()["translated"])

    def through(pool: JudgePool) -> Callable[[], float]:
        def work() -> float:
            cases = list(islice(varied, many))
            return once(lambda: _through(pool, cases))

        return work

    def alone() -> float:
        cases = list(islice(varied, many))
        return once(lambda: [judge(case) for case in cases])

    with JudgePool(1) as one, JudgePool(2) as two:
        for pool in (one, two):
            _through(pool, list(islice(varied, 8)))  # warm
        taken = quickest({"alone": alone, "one": through(one), "two": through(two)}, scale.runs(5))
    yield within(f"{many} cases through one warm worker", taken["one"], "in process", taken["alone"])
    yield within(f"{many} cases through two warm workers", taken["two"], "through one", taken["one"])


def rows(scale: Scale) -> Iterator[Row]:
    """A verdict, a judgement, a judgement in another process."""
    yield from _one(scale)
    yield from _workers(scale)
