"""``python -m tests.bench.one_check``: ``check`` of the folder's one interaction, step by step, told in CPU seconds.

A fresh process, as a user's is: each step includes the imports that it is the first to need. Prints one line of JSON:
CPU seconds by step, of this process and of those that it waited for.
"""

# ruff: noqa: PLC0415 - imports are part of what is measured
from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.bench.processes import cpu


class Steps:
    """CPU seconds by step."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {"the interpreter": cpu()}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        before = cpu()
        yield
        self.spent[name] = cpu() - before


def walk() -> Mapping[str, float]:
    """The road of ``check`` for one interaction; every module is imported where it is first needed."""
    steps = Steps()
    with steps.step("the command line"):
        import monitor.cli.main  # noqa: F401 - what every command loads
    with steps.step("settings"):
        from monitor.config.load import SecretsMode, load

        settings = load(Path("monitor.yaml").absolute(), os.environ, secrets=SecretsMode.REQUIRE, kinds={"jsonata"})
    with steps.step("loading the road"):
        from monitor.pipeline.check import recording_of
        from monitor.pipeline.planning import plan_jobs
        from monitor.pipeline.tools import Selection
        from monitor.pipeline.verdicts import begin
        from monitor.wiring import tools_of
        from tests.bench.silent import Silent

    with steps.step("contracts, plan"):
        tools = tools_of(settings, Silent(), "check", cache=False)
        (job,) = plan_jobs(settings, Selection()).jobs
        assert job.request is not None
    with steps.step("the call"), tools.caller(job.vendor) as caller:
        exchange = caller.call(job.request)
    with steps.step("masking, appending"):
        from monitor.recordings.store import new_run_id

        run_id = new_run_id(tools.clock(), tools.entropy(3))
        recording = tools.store.append(recording_of(job, run_id, exchange, tools))
    with steps.step("judging, the worker's start included"), tools.judges(1) as judges:
        result = begin(tools, judges, job, recording, exchange.response).finish()
    with steps.step("report"):
        from monitor.model import RunReport
        from monitor.reports import Options, find

        moment = tools.clock()
        report = RunReport(run_id, "check", moment, moment, (job.vendor.name,), (result,))
        tools.store.write_report(report)
        find("text").render(report, Options(color=False, recordings="recordings"))
    assert result.outcome.judged, result.reason
    return steps.spent


if __name__ == "__main__":
    print(json.dumps(walk()))
