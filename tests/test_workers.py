"""Workers judge what the judge judges, and survive what would hang, kill or exhaust it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from monitor.checking.judge import judge
from monitor.model import Case, Judgement, Limits, Outcome, Response, Translation
from monitor.workers.pool import JudgePool


def limits(seconds: float) -> Limits:
    return Limits(judge_timeout=seconds, judge_memory=1_500_000_000)


def response(body: object) -> Response:
    return Response(200, "OK", "HTTP/1.1", (("content-type", "application/json"),), json.dumps(body).encode())


def case(expression: str, body: object, baseline: object = None) -> Case:
    translation = Translation("t", "jsonata", expression, "t.jsonata")
    raw = response(body)
    return Case("crm", "x-1", None, (translation,), raw, raw, response(baseline) if baseline is not None else None)


def test_a_worker_says_what_the_judge_says() -> None:
    cases = [case('{"a": x}', {"x": n}, {"x": 1, "y": n}) for n in range(8)]
    with JudgePool(2) as pool:
        answers = [pool.submit(one, limits(30.0)) for one in cases]
        assert [answer.result() for answer in answers] == [judge(one) for one in cases]


@pytest.mark.parametrize(
    ("expression", "deadline"),
    [
        ("($f := function($x) { $f($x) }; $f(1))", 1.0),  # a tail call loops for ever
        ("($f := function($x) { 1 + $f($x) }; $f(1))", 5.0),
        ("($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $f('xxxxxxxxxx', 60))", 5.0),
        ("$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /^(a|aa|a+)+$/)", 1.0),
    ],
    ids=["tail loop", "recursion", "string doubling", "backtracking"],
)
def test_an_attack_costs_only_its_own_case(expression: str, deadline: float) -> None:
    with JudgePool(1) as pool:
        before = pool.submit(case('{"a": x}', {"x": 1}), limits(30.0))
        attack = pool.submit(case(expression, {"x": 1}), limits(deadline))
        after = pool.submit(case('{"a": x}', {"x": 1}), limits(30.0))
        assert before.result().outcome is Outcome.NO_BASELINE
        told = attack.result()
        assert (told.outcome, told.findings) == (Outcome.NOT_JUDGED, ())
        assert told.reason
        assert after.result().outcome is Outcome.NO_BASELINE


def environments_below(pid: int) -> list[bytes]:
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == pid:
                found.append((entry / "environ").read_bytes())
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_a_worker_knows_nothing_of_our_environment() -> None:
    with JudgePool(1) as pool:
        assert pool.submit(case('{"a": x}', {"x": 1}), limits(30.0)).result().outcome is Outcome.NO_BASELINE
        (environment,) = environments_below(os.getpid())
    assert environment.strip(b"\0") == b"PACT_DO_NOT_TRACK=true"


def test_leaving_on_an_error_does_not_wait_for_what_hangs() -> None:
    hanging = case("($f := function($x) { $f($x) }; $f(1))", {})
    pool = JudgePool(1)
    answer = pool.submit(hanging, limits(3600.0))
    pool.close(at_once=True)
    assert answer.cancelled() or isinstance(answer.result(), Judgement)
