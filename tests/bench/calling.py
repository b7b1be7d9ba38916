"""Calls of a slow vendor, kept as recordings: how much we add to the vendor's own time."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from monitor.calling.pool import call_all
from monitor.model import Exchange
from monitor.pipeline.check import check, recording_of
from monitor.pipeline.planning import Job, plan_jobs
from monitor.pipeline.tools import Selection, Tools
from monitor.recordings.store import new_run_id
from monitor.wiring import tools_of
from tests.bench import official
from tests.bench.measuring import Row, Scale, faster, medians, phase, timed, within, working
from tests.bench.processes import run, serving
from tests.bench.projects import VENDOR, BenchProject, pact_of, project
from tests.bench.silent import Silent
from tests.bench.vendor import ask

PAUSE: Final = 0.1  # seconds until the vendor answers
AT_ONCE: Final = 20
_NEWMAN: Final = "NEWMAN"  # the command to use, where it is not on PATH


@dataclass
class _Road:
    """The first half of a run: called, masked, appended."""

    tools: Tools
    jobs: dict[str, Job]
    answers: list[tuple[str, Exchange]] = field(default_factory=list)

    def _call(self, on_done: Callable[[str, Exchange], None]) -> None:
        requests = [(key, job.request) for key, job in self.jobs.items() if job.request is not None]
        vendor = next(iter(self.jobs.values())).vendor
        with self.tools.caller(vendor) as caller:
            call_all(caller, requests, on_done)

    def _appending(self) -> Callable[[str, Exchange], None]:
        run_id = new_run_id(self.tools.clock(), self.tools.entropy(3))

        def append(key: str, exchange: Exchange) -> None:
            self.tools.store.append(recording_of(self.jobs[key], run_id, exchange, self.tools))

        return append

    def calling(self) -> None:
        self.answers = []
        self._call(lambda key, exchange: self.answers.append((key, exchange)))
        assert all(exchange.fault is None for _, exchange in self.answers), "a call failed"

    def masking(self) -> None:
        for _, exchange in self.answers:
            self.tools.masker.mask(exchange)

    def appending(self) -> None:
        append = self._appending()
        for key, exchange in self.answers:
            append(key, exchange)

    def both(self) -> None:
        self._call(self._appending())


def _road(made: BenchProject) -> _Road:
    settings = made.settings()
    jobs = plan_jobs(settings, Selection()).jobs
    return _Road(tools_of(settings, Silent(), "check"), {job.interaction.id: job for job in jobs})


def _taken(made: BenchProject, url: str, count: int, scale: Scale) -> dict[str, float]:
    road = _road(made)
    tools = tools_of(made.settings(), Silent(), "check", cache=False)
    works = {
        "vendor": timed(lambda: asyncio.run(ask(url, count, AT_ONCE))),
        "calling": timed(road.calling),
        "masking": working(road.masking),
        "appending": timed(road.appending),
        "both": timed(road.both),
        "check": timed(lambda: check(made.settings(), tools, Selection((VENDOR,)))),
    }
    return medians(works, scale.runs(5))


def _our_rows(taken: dict[str, float], count: int) -> Iterator[Row]:
    both = taken["both"]
    ideal = PAUSE * -(-count // AT_ONCE)  # calls go out in whole rounds
    what = f"call and append {count} answers of {PAUSE * 1000:g} ms each, {AT_ONCE} at once"
    yield within(what, both, "as little as the answers take", ideal, 1.3)
    yield phase("the vendor alone, asked by bare sockets", taken["vendor"], both)
    yield phase("calling alone", taken["calling"], both)
    yield phase("masking and appending alone (synced to the disk)", taken["appending"], both)
    yield phase("- masking", taken["masking"], both)
    yield within("`check` of the same in process: plan, judging, report", taken["check"], "call and append", both)


# -- others -----------------------------------------------------------------------------------------------


def _newman() -> Sequence[str]:
    """The command, or nothing where there is none; nothing is ever installed."""
    if chosen := os.environ.get(_NEWMAN):
        return shlex.split(chosen)
    if found := shutil.which("newman"):
        return [found]
    probe = ["npx", "--offline", "--no-install", "newman"]
    return probe if shutil.which("npx") and run([*probe, "--version"], quiet=True).code == 0 else ()


def _collection(url: str, count: int) -> bytes:
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    items = [{"name": f"{n}", "request": {"method": "GET", "url": f"{url}/lookup/{n}"}} for n in range(count)]
    return json.dumps({"info": {"name": "bench", "schema": schema}, "item": items}).encode()


def _newman_row(folder: Path, url: str, count: int, both: float) -> Row:
    what = f"call and append {count} answers"
    command = _newman()
    if not command:
        return Row(what, beside="newman is not installed")
    (folder / "collection.json").write_bytes(_collection(url, count))
    spent = run([*command, "run", "collection.json", "--silent"], folder)
    assert spent.code == 0, spent.output[-500:]
    return faster(what, both, "newman, one after the other, nothing kept", spent.wall)


def _official_row(folder: Path, url: str, count: int, both: float) -> Row:
    official.prepare(folder / "official", pact_of(count), ())
    taken = official.verified(folder / "official", official.BATCH, "--url", url).seconds
    return faster(f"call and append {count} answers", both, "official Verifier, one after the other", taken)


def rows(scale: Scale) -> Iterator[Row]:
    """Calling and appending beside the vendor's own time; newman and the official Verifier on the same server."""
    count = scale.count(200, least=AT_ONCE // 4)
    with tempfile.TemporaryDirectory() as name, serving("tests.bench.vendor", str(PAUSE)) as url:
        folder = Path(name)
        made = project(folder / "watch", count, url)
        taken = _taken(made, url, count, scale)
        yield from _our_rows(taken, count)
        yield _newman_row(folder, url, count, taken["both"])
        yield _official_row(folder, url, count, taken["both"])
