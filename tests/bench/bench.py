"""``make bench``: how fast, as ratios of times measured in one run, so that they hold on a noisy machine.

Every figure is the median of several runs, and stands beside what it is compared with.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from monitor.checking.contract import mismatches
from monitor.checking.judge import judge
from monitor.checking.shape import learn
from monitor.checking.structure import changes
from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.jsonpaths import read_json
from monitor.model import Case, Limits, Translation
from monitor.workers import JudgePool
from tests.bench.bodies import GENERATORS, record, renamed, response

MEGABYTE = 1_000_000


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def row(what: str, taken: float, other: str, compared: float) -> None:
    ratio = f"{taken / compared:6.2f} x" if compared else ""
    print(f"| {what:54} | {taken * 1000:10.2f} | {ratio:>8} | {other} ({compared * 1000:.2f} ms) |", flush=True)


def one_body(name: str, size: int) -> None:
    value = GENERATORS[name](size)
    text = json.dumps(value)
    exact = read_json(text).value
    before, after = response(value), response(json.loads(text.replace('"fullName"', '"full_name"')))
    label = f"{name}, {size / MEGABYTE:g} MB"
    plain = seconds(lambda: json.loads(text), 3)
    row(f"{label}: read_json", seconds(lambda: read_json(text), 3), "json.loads", plain)
    row(f"{label}: shape", seconds(lambda: learn(exact), 3), "json.loads", plain)
    row(f"{label}: changes, both parsed", seconds(lambda: changes(before, after), 3), "json.loads", plain)


def pact_interaction() -> PactInteraction:
    body = record(1)
    interaction = {
        "description": "a lookup",
        "request": {"method": "GET", "path": "/c"},
        "response": {
            "status": 200,
            "body": {"members": [body]},
            "matchingRules": {
                "body": {
                    "$.members": {"matchers": [{"match": "type", "min": 1}]},
                    "$.members[*].*": {"matchers": [{"match": "type"}]},
                    "$.members[*].customerId": {"matchers": [{"match": "regex", "regex": "CUST-\\d+"}]},
                }
            },
        },
    }
    entries, _ = parse_pact(json.dumps({"interactions": [interaction]}).encode(), "bench.json")
    (entry,) = entries
    assert isinstance(entry, PactInteraction)
    return entry


def judging() -> None:
    contract = pact_interaction().contract
    small = response({"members": [record(n) for n in range(4)]})
    drifted = response({"members": [renamed(record(n)) for n in range(4)]})
    translation = Translation("t", "jsonata", '{"id": members[0].customerId, "n": $count(members)}', "t.jsonata")
    quiet = Case("crm", "a-1", contract, (translation,), small, small, small)
    loud = Case("crm", "a-1", contract, (translation,), drifted, drifted, small)
    parsed = seconds(lambda: json.loads(small.body), 50)
    row("1 KB: the official engine's verdict", seconds(lambda: mismatches(contract, small), 50), "json.loads", parsed)
    whole = seconds(lambda: judge(quiet), 50)
    row("1 KB: judge, nothing changed", whole, "json.loads", parsed)
    row("1 KB: judge, a rename", seconds(lambda: judge(loud), 50), "nothing changed", whole)
    with JudgePool(1) as one, JudgePool(2) as two:
        for pool in (one, two):
            [f.result() for f in [pool.submit(quiet, Limits()) for _ in range(4)]]

        def through(pool: JudgePool) -> list[object]:
            return [answer.result() for answer in [pool.submit(quiet, Limits()) for _ in range(200)]]

        alone = seconds(lambda: [judge(quiet) for _ in range(200)], 3)
        single = seconds(lambda: through(one), 3)
        row("200 cases of 1 KB through one worker", single, "in process", alone)
        row("200 cases of 1 KB through two workers", seconds(lambda: through(two), 3), "one worker", single)


def starting() -> None:
    def run(*command: str) -> None:
        subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)

    bare = seconds(lambda: run("-c", "pass"))
    row("monitor --help", seconds(lambda: run("-m", "monitor", "--help")), "python -c pass", bare)


def main() -> int:
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print("| what | ms, median | ratio | of what |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(Path(folder))
        starting()
        judging()
        for size in (MEGABYTE, 10 * MEGABYTE):
            for name in GENERATORS:
                one_body(name, size)
    return 0


if __name__ == "__main__":
    sys.exit(main())
