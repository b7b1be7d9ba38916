"""The whole road: plan -> call -> mask -> append -> judge -> report.

The plan is written before the first call, and each recording before it is judged: whatever breaks, the
evidence is kept and the next run closes the plan (orphans.py).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from monitor.calling.pool import Calls
from monitor.checking.rules import RULES
from monitor.model import Exchange, Plan, Planned, Recording, Result, RunReport, Settings, Vendor
from monitor.pipeline.acceptance import with_accepted
from monitor.pipeline.damping import damped
from monitor.pipeline.exits import exit_of_command
from monitor.pipeline.keeping import prune_after_run, require_room
from monitor.pipeline.orphans import close_orphans
from monitor.pipeline.patience import Patience, call_patiently, delays_of, may_be_tried_again
from monitor.pipeline.planning import Job, Jobs, masked_skips, plan_jobs
from monitor.pipeline.tools import Judges, Selection, Tools
from monitor.pipeline.unclaimed import told_of
from monitor.pipeline.verdicts import Pending, begin, masked, not_run
from monitor.recordings.masking import Masker
from monitor.recordings.store import new_run_id

MAX_VENDORS_AT_ONCE: Final = 8
STEP_SECONDS: Final = 0.25  # how soon a run that waits for a vendor sees that it is to end
STOPPED: Final = "monitor was told to stop before it was called"


def recording_of(job: Job, run_id: str, exchange: Exchange, tools: Tools) -> Recording:
    """The exchange as it may be kept: masked, with our facts. Its path and digest are the store's to give."""
    masked, masks = tools.masker.mask(exchange)
    contract = job.interaction.contract
    return Recording(
        path="",
        run_id=run_id,
        vendor=job.vendor.name,
        interaction_id=job.interaction.id,
        description=tools.masker.text(job.interaction.description),
        exchange=masked,
        contract_digest=contract.digest if contract else "",
        states=tools.masker.states(job.interaction.states),
        masks=masks,
    )


class _Run:
    """One run over all its vendors: collects what is pending, in whatever order exchanges end."""

    def __init__(self, plan: Plan, tools: Tools, judges: Judges) -> None:
        self._plan = plan
        self._tools = tools
        self._judges = judges
        self._pending: dict[tuple[str, str], Pending] = {}
        self._callers: list[Calls] = []
        self._ended = threading.Event()
        self._lock = threading.Lock()

    def _keep(self, job: Job, exchange: Exchange, waited: float) -> None:
        recording = self._tools.store.append(recording_of(job, self._plan.run_id, exchange, self._tools))
        pending = begin(self._tools, self._judges, job, recording, exchange.response)
        pending = replace(pending, late=waited)
        with self._lock:
            self._pending[job.key] = pending
        self._tools.listener.done(pending.result)

    def call(self, vendor: Vendor, jobs: Mapping[str, Job]) -> None:
        requests = {key: job.request for key, job in jobs.items() if job.request is not None}
        if not requests:
            return
        with self._tools.caller(vendor) as caller:
            with self._lock:
                if self._ended.is_set():
                    return
                self._callers.append(caller)
            patience = Patience(
                delays=delays_of(vendor, notify=self._plan.notify),
                wait=self._wait,
                stopping=self._stopping,
                is_down=lambda key, exchange: may_be_tried_again(jobs[key], exchange),
            )
            call_patiently(
                caller, requests, patience, lambda key, exchange, waited: self._keep(jobs[key], exchange, waited)
            )

    def _stopping(self) -> bool:
        return self._ended.is_set() or self._tools.stopping.is_set()

    def _wait(self, seconds: float) -> bool:
        """Waits, unless the run is told to end: then it is True at once, or nearly."""
        left = seconds
        while left > 0 and not self._stopping():
            self._ended.wait(min(left, STEP_SECONDS))
            left -= STEP_SECONDS
        return self._stopping()

    def abort(self) -> None:
        """Ends the calls of every vendor at once, and lets none begin."""
        with self._lock:
            self._ended.set()
            callers = tuple(self._callers)
        for caller in callers:
            caller.abort()

    def result(self, job: Job) -> Result:
        pending = self._pending.get(job.key)
        if pending is not None:
            return pending.finish()
        why = STOPPED if self._tools.stopping.is_set() else "it was not called"
        return masked(not_run(job, job.refusal or why), self._tools.masker)


def _call_vendors(run: _Run, jobs: Jobs) -> None:
    by_vendor = {v.name: {j.interaction.id: j for j in jobs.jobs if j.vendor is v} for v in jobs.vendors}
    if len(jobs.vendors) == 1:
        run.call(jobs.vendors[0], by_vendor[jobs.vendors[0].name])
        return
    with ThreadPoolExecutor(min(MAX_VENDORS_AT_ONCE, len(jobs.vendors))) as threads:
        try:
            calls = [threads.submit(run.call, vendor, by_vendor[vendor.name]) for vendor in jobs.vendors]
            ended, _ = wait(calls, return_when=FIRST_EXCEPTION)
            for call in ended:
                call.result()
        except BaseException:  # Ctrl-C, a full disk: no vendor is called any further
            threads.shutdown(wait=False, cancel_futures=True)
            run.abort()
            raise


def _walk(jobs: Jobs, plan: Plan, tools: Tools) -> tuple[Result, ...]:
    sent = sum(1 for job in jobs.jobs if job.request is not None)
    tools.listener.planned(sent)
    if not sent:
        return tuple(masked(not_run(job, job.refusal), tools.masker) for job in jobs.jobs)
    with tools.judges(sent) as judges:
        run = _Run(plan, tools, judges)
        _call_vendors(run, jobs)
        return damped([run.result(job) for job in jobs.jobs], jobs.by_key(), tools, judges)


def _masked(planned: Planned, masker: Masker) -> Planned:
    # a state's parameter, and so a secret, may stand in the path
    return replace(
        planned,
        description=masker.text(planned.description),
        path=masker.text(planned.path),
        refusal=masker.text(planned.refusal),
    )


def _plan(jobs: Jobs, command: str, selection: Selection, tools: Tools) -> Plan:
    now = tools.clock()
    return Plan(
        run_id=new_run_id(now, tools.entropy(3)),
        created=now,
        command=command,
        vendors=tuple(vendor.name for vendor in jobs.vendors),
        interactions=tuple(_masked(job.planned(), tools.masker) for job in jobs.jobs),
        selection=selection.interaction or "",
        notify=selection.notify,
    )


def check(
    settings: Settings, tools: Tools, selection: Selection, command: str = "check", planned: Jobs | None = None
) -> RunReport:
    """Calls, keeps and judges every selected interaction; the report is on disk when this returns.

    ``planned``: the jobs of the selection, where they are known already (capturing).

    What was deleted of older runs after that is noted only in what is returned.
    Raises ConfigError, UsageError, LockHeldError before anything is called, StorageError when the disk fails.
    """
    jobs = planned or plan_jobs(settings, selection)
    require_room(settings)
    locked = frozenset(vendor.name for vendor in jobs.vendors)
    with ExitStack() as locks:
        for vendor in sorted(locked):
            locks.enter_context(tools.lock(vendor))
        closed = close_orphans(settings, tools, locked)
        plan = _plan(jobs, command, selection, tools)
        tools.store.write_plan(plan)
        results = with_accepted(told_of(_walk(jobs, plan, tools), settings, tools, command), settings, plan.created)
        code, reasons = exit_of_command(command, results, selection.fail_on)
        report = RunReport(
            run_id=plan.run_id,
            command=command,
            started=plan.created,
            finished=tools.clock(),
            vendors=plan.vendors,
            results=results,
            skipped=masked_skips(jobs.skipped, tools.masker),
            closed_runs=closed.runs,
            notes=closed.notes,
            fail_on=selection.fail_on,
            exit_code=code,
            exit_reasons=reasons,
            selection=plan.selection,
            notify=plan.notify,
            rules=RULES,
        )
        tools.store.write_report(report)
        tools.book.keep(report)
        held = tools.book.held()
        if held is None:  # evidence of what is open may be among it
            return report
        # somebody is to see the reports of what was closed first
        pruned = prune_after_run(settings, tools, locked, held | frozenset(closed.runs))
        return replace(report, notes=(*report.notes, *pruned))
