"""One pool of real judging processes, watched: whatever a case does to a worker, the next ordinary one is judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from monitor.checking.words import told
from monitor.jsonpaths import format_path, parse_path
from monitor.model import Case, Contract, Judgement, Limits, Outcome, Response, Translation
from monitor.workers.pool import JudgePool
from tests.fuzz.laws import fits, is_clean
from tests.fuzz.seeds import BODY, EXPRESSIONS, contract_of

DEADLINE = 2.0  # seconds
GRACE = 200.0  # a worker that died is replaced first, on a machine that others use too
HOSTILE = Limits(judge_timeout=DEADLINE, judge_memory=1_500_000_000)
PATIENT = Limits(judge_timeout=GRACE, judge_memory=1_500_000_000)
EVERY = 50  # hostile cases between two ordinary ones


def json_response(body: bytes, status: int = 200) -> Response:
    return Response(status, "OK", "HTTP/1.1", (("Content-Type", "application/json"), ("X-Id", "1")), body)


def _ordinary(contract: Contract, number: int) -> Case:
    # another body each time, so that no worker knows the verdict already
    response = json_response(json.dumps({**BODY, "age": number}).encode())
    translation = Translation("pop", "jsonata", EXPRESSIONS[0], "pop.jsonata")
    return Case(
        "crm", "lookup-1", contract, (translation,), response, response, json_response(json.dumps(BODY).encode())
    )


def check(judgement: Judgement) -> None:
    """What holds of every judgement."""
    assert fits(judgement, Judgement)
    assert (judgement.outcome in (Outcome.SAME, Outcome.NO_BASELINE)) <= (not judgement.findings)
    assert judgement.outcome.judged or judgement.reason
    assert "internal error" not in judgement.reason
    assert all(map(is_clean, (judgement.reason, *judgement.notes)))
    for finding in judgement.findings:
        assert is_clean(repr(finding))
        assert not finding.root.startswith("$") or format_path(parse_path(finding.root)) == finding.root
    assert all(is_clean(line) for group in told(judgement.findings) for line in group.lines)


@dataclass
class WatchedPool:
    pool: JudgePool
    contract: Contract = field(default_factory=lambda: contract_of(2))
    seen: int = 0

    def judge(self, case: Case) -> Judgement:
        """The judgement of a hostile case, checked; and of an ordinary one now and then, and after every failure."""
        judgement = self.pool.submit(case, HOSTILE).result(timeout=DEADLINE + GRACE)
        check(judgement)
        self.seen += 1
        if self.seen % EVERY == 0:
            self.works()
        return judgement

    def works(self) -> None:
        case = _ordinary(self.contract, self.seen)
        judgement = self.pool.submit(case, PATIENT).result(timeout=GRACE + GRACE)
        assert judgement == replace(judgement, outcome=Outcome.SAME, findings=(), reason="")


@pytest.fixture(scope="module")
def watched() -> Iterator[WatchedPool]:
    with JudgePool(1) as pool:
        yield (held := WatchedPool(pool))
        held.works()
