"""`history` from a ledger that holds a million findings, beside reading the reports in the runs' folders."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Final

from monitor.ledger import rows as ledger_rows
from monitor.ledger.database import open_database
from monitor.ledger.ledger import Ledger
from monitor.model import (
    Basis,
    Change,
    ChangeKind,
    Finding,
    Mismatch,
    Outcome,
    Plan,
    Policy,
    Result,
    RunReport,
    Severity,
    Told,
    fingerprint,
)
from monitor.pipeline.history import history, source
from monitor.recordings.store import Store
from tests.bench.measuring import Row, Scale, faster, quickest, shown, under, worked, working

RUNS: Final = 1000
VENDORS: Final = tuple(f"vendor-{number}" for number in range(10))
INTERACTIONS: Final = 50  # of a vendor, each with two findings
NEW: Final = 10  # runs that have one more interaction: nothing older is there to compare it with
FOLDERS: Final = 30  # runs that have their folders still
LAST: Final = 20
GOAL: Final = 0.050  # seconds
START: Final = datetime(2024, 1, 1, tzinfo=UTC)
BASIS: Final = Basis("terms" * 8, "baseline" * 8, "ada", START)


def _found(vendor: str, name: str, number: int) -> tuple[Finding, ...]:
    root = f"$.members[*].contact.field{number}"
    mark = fingerprint(vendor, name, root)
    change = Change(root, ChangeKind.RENAMED, "String", "String", to=f"{root}_id", evidence="same value in 3 of 3")
    mismatch = Mismatch(
        root, "body", f"field{number} (String) at {root}", f"Key 'field{number}' not found", missing=True
    )
    return tuple(Finding(root, Severity.BREAKING, True, detail, mark) for detail in (change, mismatch))


def _result(run_id: str, vendor: str, number: int, *, same: bool) -> Result:
    name = f"look-up-customer-by-{number}-1a2b3c4d"
    found = () if same else _found(vendor, name, number)
    lines = tuple(f"{word}: field{number} at $.members[*].contact" for word in ("Expected", "Actual", "New"))
    return Result(
        vendor,
        name,
        f"a GET request to look up a customer by {number}",
        Outcome.SAME if same else Outcome.DRIFTED,
        findings=found,
        told=(Told(found[0].root, Severity.BREAKING, lines),) if found else (),
        evidence=f"runs/{run_id}/{vendor}/{name}.har",
        baseline=f"baseline/{vendor}/{name}.har",
        elapsed=0.1 + (number % 7) / 100,
        basis=BASIS,
    )


def _report(day: int, runs: int) -> RunReport:
    began = START + timedelta(days=day)
    run_id = f"{began:%Y%m%dT%H%M%SZ}-000000"
    count = INTERACTIONS + (day >= runs - NEW)
    results = tuple(
        _result(run_id, vendor, number, same=(number + day) % 97 == 0) for vendor in VENDORS for number in range(count)
    )
    return RunReport(run_id, "check", began, began + timedelta(minutes=1), VENDORS, results, notify=True, rules=1)


def _fill(ledger: Ledger, store: Store, runs: int) -> None:
    for day in range(runs):
        report = _report(day, runs)
        with ledger.database.write() as connection:
            ledger_rows.write(connection, report, "host")
        if day >= runs - FOLDERS:
            store.write_plan(Plan(report.run_id, report.started, report.command, report.vendors, ()))
            store.write_report(report)


def _asked(store: Store, ledger: Ledger | None, vendor: str, interaction: str | None) -> None:
    past = source(store, print, vendor, ledger)
    assert history(past.records(interaction), vendor, interaction, LAST, past.search)


def _turns(store: Store, ledger: Ledger | None, interaction: str | None) -> Callable[[], None]:
    """Asks of one vendor after the other."""
    vendors = cycle(VENDORS)
    return lambda: _asked(store, ledger, next(vendors), interaction)


def _p95(work: Callable[[], object], calls: int) -> float:
    taken = sorted(worked(work) for _ in range(calls))
    return taken[math.ceil(len(taken) * 0.95) - 1]


def _ingest_row(ledger: Ledger, runs: int) -> Row:
    report = _report(runs, runs + 1)
    found = sum(len(result.findings) for result in report.results)
    take = partial(ledger.ingest, report, lambda _: Policy(), lambda _: (), report.finished)
    return Row(f"taking in a run with {found:,} findings, all of them new incidents", shown(worked(take)))


def rows(scale: Scale) -> Iterator[Row]:
    """The vendor as a whole, then one interaction of it by its description."""
    runs = scale.count(RUNS, least=3)
    one = "a GET request to look up a customer by 7"
    with tempfile.TemporaryDirectory() as name:
        store = Store(Path(name) / "recordings")
        with open_database(f"sqlite:///{name}/ledger.db", START) as database:
            ledger = Ledger(database, "host")
            _fill(ledger, store, runs)
            known = f"last {LAST} of {runs:,} runs, {runs * len(VENDORS) * INTERACTIONS * 2:,} findings"
            for what, interaction in ((f"a vendor of {INTERACTIONS} interactions", None), ("one interaction", one)):
                ask, read = _turns(store, ledger, interaction), _turns(store, None, interaction)
                ask()
                yield under(f"`history` of {what}, {known}: p95", _p95(ask, scale.runs(100)), GOAL)
                taken = quickest({"ledger": working(ask), "folders": working(read)}, scale.runs(10))
                yield faster("the same", taken["ledger"], "from the folders", taken["folders"])
            yield _ingest_row(ledger, runs)
