"""Runs that were killed: a plan without a report. The next run over the same vendors closes them.

What was recorded is judged, the rest is not_run: interrupted. A plan whose other vendors are locked is some
living run's; it is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from monitor.checking.rules import RULES
from monitor.errors import ConfigError, LockHeldError, RecordingError
from monitor.model import INTERRUPTED, Outcome, Plan, Planned, Result, RunReport, Settings, Severity
from monitor.pipeline.acceptance import with_accepted
from monitor.pipeline.damping import damped
from monitor.pipeline.exits import exit_of_command
from monitor.pipeline.planning import Job, plan_jobs
from monitor.pipeline.recheck import judge_stored
from monitor.pipeline.tools import Selection, Tools
from monitor.pipeline.verdicts import based


@dataclass(frozen=True, slots=True)
class Closed:
    """The orphaned runs that were closed, and a note on each that could not be."""

    runs: tuple[str, ...]
    notes: tuple[str, ...]


def _not_run(planned: Planned) -> Result:
    reason = planned.refusal or INTERRUPTED
    return Result(planned.vendor, planned.interaction_id, planned.description, Outcome.NOT_RUN, reason=reason)


def _results(plan: Plan, tools: Tools, jobs: Mapping[tuple[str, str], Job]) -> tuple[Result, ...]:
    paths = [(vendor, path) for vendor in plan.vendors for path in tools.store.recordings(plan.run_id, vendor)]
    judged: dict[tuple[str, str], Result] = {}
    if paths:
        with tools.judges(len(paths)) as judges:
            for result in damped([*judge_stored(paths, jobs, tools, judges)], jobs, tools, judges):
                key = result.vendor, result.interaction_id
                judged[key] = based(result, jobs.get(key), tools)
    return tuple(judged.get((p.vendor, p.interaction_id)) or _not_run(p) for p in plan.interactions)


def _close(plan: Plan, settings: Settings, tools: Tools) -> None:
    known = tuple(vendor for vendor in plan.vendors if vendor in settings.vendors)
    jobs = plan_jobs(settings, Selection(known)).by_key() if known else {}
    results = with_accepted(_results(plan, tools, jobs), settings, tools.clock())
    code, reasons = exit_of_command(plan.command, results, Severity.BREAKING)
    tools.store.write_report(
        RunReport(
            run_id=plan.run_id,
            command=plan.command,
            started=plan.created,
            finished=tools.clock(),
            vendors=plan.vendors,
            results=results,
            exit_code=code,
            exit_reasons=("interrupted, closed by a later run", *reasons),
            selection=plan.selection,
            notify=plan.notify,
            rules=RULES,
        )
    )


def _close_one(run_id: str, settings: Settings, tools: Tools, held: frozenset[str]) -> bool:
    plan = tools.store.read_plan(run_id)
    if not held & frozenset(plan.vendors):
        return False
    with ExitStack() as locks:
        for vendor in sorted(frozenset(plan.vendors) - held):
            locks.enter_context(tools.try_lock(vendor))  # never waited for: whoever waits while holding can deadlock
        _close(plan, settings, tools)
    return True


def close_orphans(settings: Settings, tools: Tools, held: frozenset[str]) -> Closed:
    """Closes every orphaned run that touches the ``held`` vendors, whose locks the caller has."""
    closed: list[str] = []
    notes: list[str] = []
    for run_id in tools.store.orphaned():
        try:
            if _close_one(run_id, settings, tools, held):
                closed.append(run_id)
        except LockHeldError:
            continue  # some living run's
        except ConfigError as error:  # of a vendor that this run is not about
            notes.append(f"run {run_id} was interrupted and cannot be closed yet: {error.faults[0]}")
        except RecordingError as error:
            notes.append(
                f"run {run_id} was interrupted and cannot be closed: {error}; delete its folder to be rid of it"
            )
    return Closed(tuple(closed), tuple(notes))
