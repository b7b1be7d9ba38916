"""SIGKILL in the middle of a run: what was recorded is whole, and the next run closes the plan."""

from __future__ import annotations

import json
import signal
import threading
from collections import Counter

from monitor.recordings.store import Store
from tests.road.scripted import Answer, Project, ScriptedVendor, interaction, json_answer, pact_of

COUNT = 20
BODY = {"id": "CUST-1", "name": "Ada"}


def test_two_runs_over_one_vendor_exclude_each_other(project: Project, vendor: ScriptedVendor) -> None:
    project.write("contracts/crm/one.json", pact_of(interaction("a lookup", "/c", BODY)))
    reached, hold = threading.Event(), threading.Event()

    def answer() -> Answer:
        reached.set()
        hold.wait(timeout=60)
        return json_answer(BODY)

    vendor.answers["/c"] = answer
    with project.start("check") as first:
        assert reached.wait(timeout=60)
        second = project.run("check")
        assert second.returncode == 3
        assert f"process {first.pid}" in second.stderr
        assert "--wait" in second.stderr
        with project.start("check", "--wait") as third:
            hold.set()
            assert first.wait() == 0
            assert third.wait() == 0
    assert len(vendor.seen) == 2


def test_interrupting_a_run_ends_it_at_once(project: Project, vendor: ScriptedVendor) -> None:
    project.write("contracts/crm/one.json", pact_of(interaction("a lookup", "/c", BODY)))
    reached, hold = threading.Event(), threading.Event()

    def answer() -> Answer:
        reached.set()
        hold.wait(timeout=60)
        return json_answer(BODY)

    vendor.answers["/c"] = answer
    with project.start("check") as process:
        assert reached.wait(timeout=60)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    hold.set()
    assert process.returncode == 130
    assert told == "monitor: interrupted; what was recorded is kept, and the next run closes this one\n"


def test_a_killed_run_is_closed_by_the_next(project: Project, vendor: ScriptedVendor) -> None:
    project.write(
        "contracts/crm/many.json", pact_of(*(interaction(f"lookup {n}", f"/c/{n}", BODY) for n in range(COUNT)))
    )
    reached = threading.Event()
    hold = threading.Event()

    def answer() -> Answer:
        if len(vendor.seen) > COUNT // 2:  # half is answered, then the vendor falls silent
            reached.set()
            hold.wait(timeout=60)
        return json_answer(BODY)

    vendor.answers = {f"/c/{n}": answer for n in range(COUNT)}
    with project.start("check") as process:
        assert reached.wait(timeout=60)
        process.kill()
    hold.set()

    (run,) = project.runs()
    assert (run / "plan.json").exists()
    assert not (run / "report.json").exists()
    kept = list(run.glob("crm/*.har"))
    assert 0 < len(kept) < COUNT
    store = Store(project.folder / "recordings")
    for path in kept:
        assert store.read(str(path)).exchange.response is not None

    done = project.run("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"closed interrupted run {run.name}" in done.stdout
    report = json.loads((run / "report.json").read_text())
    outcomes = Counter(result["outcome"] for result in report["results"])
    assert outcomes == {"no_baseline": len(kept), "not_run": COUNT - len(kept)}
    assert all("interrupted" in r["reason"] for r in report["results"] if r["outcome"] == "not_run")
    assert "closed" not in project.run("check").stdout
