"""Stored recordings judged with today's contracts, offline: the road from "judge" on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from monitor.checking.judge import DISAGREES, NOT_ASKED
from monitor.errors import RecordingError, UsageError
from monitor.model import Outcome, Result, RunReport, Settings
from monitor.pipeline.acceptance import with_accepted
from monitor.pipeline.damping import damped
from monitor.pipeline.exits import exit_of
from monitor.pipeline.planning import Job, Jobs, masked_skips, plan_jobs
from monitor.pipeline.tools import Judges, Selection, Tools
from monitor.pipeline.unclaimed import told_of
from monitor.pipeline.verdicts import Pending, begin_stored

MOST_NAMED: Final = 3  # runs of a recheck that are named one by one
BACKLOG: Final = 64  # judgements awaited at once, so that memory stays flat


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1].removesuffix(".har")


def _of_no_contract(vendor: str, path: str, tools: Tools) -> Result:
    name = _name(path)
    result = Result(vendor, name, name, Outcome.NOT_RUN, evidence=path)
    try:
        description = tools.store.read(path).description
    except RecordingError as error:
        return replace(result, outcome=Outcome.NOT_JUDGED, reason=str(error))
    return replace(result, description=description, reason="no contract has this interaction any more")


def judge_stored(
    paths: Iterable[tuple[str, str]],
    jobs: Mapping[tuple[str, str], Job],
    tools: Tools,
    judges: Judges,
    *,
    official: bool = False,
) -> Iterator[Result]:
    """A result for each (vendor, path), in order; a damaged recording costs only its own."""

    def begun(vendor: str, path: str) -> Pending:
        job = jobs.get((vendor, _name(path)))
        if job is None:
            return Pending(_of_no_contract(vendor, path, tools), tools.masker)
        return begin_stored(tools, judges, job, path, official=official)

    waiting: deque[Pending] = deque()
    for vendor, path in paths:
        waiting.append(begun(vendor, path))
        if len(waiting) >= BACKLOG:
            yield waiting.popleft().finish()
    while waiting:
        yield waiting.popleft().finish()


def _latest_runs(tools: Tools, jobs: Jobs) -> Iterator[tuple[str, str]]:
    """(run, vendor) for the newest run that holds recordings of each vendor."""
    runs = tuple(reversed(tools.store.runs()))
    for vendor in jobs.vendors:
        for run_id in runs:
            if any(True for _ in tools.store.recordings(run_id, vendor.name)):
                yield run_id, vendor.name
                break


def _named(runs: list[str]) -> str:
    names = list(dict.fromkeys(runs))
    return ", ".join(names) if len(names) <= MOST_NAMED else f"{names[0]} to {names[-1]} ({len(names)} runs)"


def _listened(results: Iterable[Result], tools: Tools) -> Iterator[Result]:
    for result in results:
        tools.listener.done(result)
        yield result


def _chosen(tools: Tools, jobs: Jobs, run: str | None, every_run: bool) -> list[tuple[str, str]]:
    """The (run, vendor) to judge. Raises UsageError where there is no such run."""
    if run is None and not every_run:
        return list(_latest_runs(tools, jobs))
    try:
        runs = tools.store.runs() if every_run else (tools.store.known_run(run or ""),)
    except RecordingError as error:
        raise UsageError(error.what, where=error.where, fix=error.fix) from None
    return [(run_id, vendor.name) for run_id in runs for vendor in jobs.vendors]


def _wanted(jobs: Jobs, selection: Selection) -> Callable[[str], bool]:
    """Whether an interaction id is selected and not skipped."""
    selected = {job.interaction.id for job in jobs.jobs}
    skipped = {one.interaction_id for one in jobs.skipped}
    return lambda name: name in selected if selection.interaction is not None else name not in skipped


def _unrecorded(tools: Tools, run_id: str, vendor: str, recorded: set[str]) -> Iterator[Result]:
    """What the run planned and nothing was recorded of: it is told as well, for a run is judged whole."""
    try:
        plan = tools.store.read_plan(run_id)
    except RecordingError:
        return
    for planned in plan.interactions:
        if planned.vendor == vendor and planned.interaction_id not in recorded:
            reason = planned.refusal or f"nothing was recorded of it in run {run_id}"
            yield Result(vendor, planned.interaction_id, planned.description, Outcome.NOT_RUN, reason=reason)


def _second_opinion(results: Sequence[Result]) -> str:
    asked = [result for result in results if result.outcome.judged or DISAGREES in result.reason]
    unasked = sum(1 for result in asked if any(NOT_ASKED in note for note in result.notes))
    differ = sum(1 for result in asked if DISAGREES in result.reason)
    told = f"the official Pact Verifier was asked about {len(asked) - unasked} of {len(results)} recordings"
    return f"{told}: {len(asked) - unasked - differ} agree, {differ} differ"


def recheck(settings: Settings, tools: Tools, selection: Selection, run: str | None, every_run: bool) -> RunReport:
    """Judges one run's recordings, every run's, or by default the newest of each vendor. Writes nothing."""
    jobs = plan_jobs(settings, selection, calls=False)
    started = tools.clock()
    chosen = _chosen(tools, jobs, run, every_run)
    found = {place: list(tools.store.recordings(*place)) for place in chosen}
    wanted = _wanted(jobs, selection)
    paths = [(vendor, path) for (_, vendor), kept in found.items() for path in kept if wanted(_name(path))]
    results: tuple[Result, ...] = ()
    tools.listener.planned(len(paths))
    if paths:
        with tools.judges(len(paths)) as judges:
            judged = judge_stored(paths, jobs.by_key(), tools, judges, official=selection.official)
            results = damped(tuple(_listened(judged, tools)), jobs.by_key(), tools, judges)
        results = with_accepted(told_of(results, settings, tools, "recheck"), settings, started)
    for (run_id, vendor), kept in found.items():
        names = {_name(path) for path in kept}
        results += tuple(r for r in _unrecorded(tools, run_id, vendor, names) if wanted(r.interaction_id))
    code, reasons = exit_of(results, selection.fail_on)
    notes = (_second_opinion(results),) if selection.official else ()
    return RunReport(
        run_id=_named([run_id for run_id, _ in chosen]),
        command="recheck",
        started=started,
        finished=tools.clock(),
        vendors=tuple(vendor.name for vendor in jobs.vendors),
        results=results,
        skipped=masked_skips(jobs.skipped, tools.masker),
        notes=notes,
        fail_on=selection.fail_on,
        exit_code=code,
        exit_reasons=reasons,
    )
