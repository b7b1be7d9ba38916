"""Stored recordings judged with today's contracts, offline: the road from "judge" on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from monitor.errors import RecordingError
from monitor.model import Outcome, Recording, Result, RunReport, Settings
from monitor.pipeline.exits import exit_of
from monitor.pipeline.planning import Job, Jobs, plan_jobs
from monitor.pipeline.tools import Judges, Selection, Tools
from monitor.pipeline.verdicts import Pending, begin

MOST_NAMED: Final = 3  # runs of a recheck that are named one by one
BACKLOG: Final = 64  # judgements awaited at once, so that memory stays flat


def _unreadable(path: str, vendor: str, error: RecordingError) -> Result:
    name = path.rsplit("/", 1)[-1].removesuffix(".har")
    return Result(vendor, name, name, Outcome.NOT_JUDGED, reason=str(error), evidence=path)


def _orphan(recording: Recording) -> Result:
    return Result(
        vendor=recording.vendor,
        interaction_id=recording.interaction_id,
        description=recording.description,
        outcome=Outcome.NOT_RUN,
        reason="no contract has this interaction any more",
        evidence=recording.path,
    )


def _begun(vendor: str, path: str, jobs: Mapping[tuple[str, str], Job], tools: Tools, judges: Judges) -> Pending:
    try:
        recording = tools.store.read(path)
    except RecordingError as error:
        return Pending(_unreadable(path, vendor, error), tools.masker)
    job = jobs.get((recording.vendor, recording.interaction_id))
    return begin(tools, judges, job, recording, None) if job else Pending(_orphan(recording), tools.masker)


def judge_stored(
    paths: Iterable[tuple[str, str]], jobs: Mapping[tuple[str, str], Job], tools: Tools, judges: Judges
) -> Iterator[Result]:
    """A result for each (vendor, path), in order; a damaged recording costs only its own."""
    waiting: deque[Pending] = deque()

    def finished() -> Result:
        result = waiting.popleft().finish()
        tools.listener.done(result)
        return result

    for vendor, path in paths:
        waiting.append(_begun(vendor, path, jobs, tools, judges))
        if len(waiting) >= BACKLOG:
            yield finished()
    while waiting:
        yield finished()


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


def recheck(settings: Settings, tools: Tools, selection: Selection, run: str | None, every_run: bool) -> RunReport:
    """Judges one run's recordings, every run's, or by default the newest of each vendor. Writes nothing."""
    jobs = plan_jobs(settings, selection)
    started = tools.clock()
    if run is None and not every_run:
        chosen = list(_latest_runs(tools, jobs))
    else:
        runs = tools.store.runs() if every_run else (tools.store.known_run(run or ""),)
        chosen = [(run_id, vendor.name) for run_id in runs for vendor in jobs.vendors]
    paths = [(vendor, path) for run_id, vendor in chosen for path in tools.store.recordings(run_id, vendor)]
    if selection.interaction is not None:
        wanted = {job.interaction.id for job in jobs.jobs}
        paths = [(v, p) for v, p in paths if p.rsplit("/", 1)[-1].removesuffix(".har") in wanted]
    results: tuple[Result, ...] = ()
    tools.listener.planned(len(paths))
    if paths:
        with tools.judges(len(paths)) as judges:
            results = tuple(judge_stored(paths, jobs.by_key(), tools, judges))
    code, reasons = exit_of(results, selection.fail_on)
    return RunReport(
        run_id=_named([run_id for run_id, _ in chosen]),
        command="recheck",
        started=started,
        finished=tools.clock(),
        vendors=tuple(vendor.name for vendor in jobs.vendors),
        results=results,
        skipped=jobs.skipped,
        exit_code=code,
        exit_reasons=reasons,
    )
