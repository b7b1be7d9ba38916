"""What is asked of the runs that the ledger knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, func, select

from monitor.ledger import tables
from monitor.ledger.documents import REPORT
from monitor.ledger.rows import MANY, RESULTS, Results, description_of
from monitor.model import LastRun, Outcome, Result, RunReport

PAGE: Final = 22  # runs read at once: a page of history, and what its oldest run is compared with

_JUDGED: Final = tuple(outcome.value for outcome in Outcome if outcome.judged)

Read: TypeAlias = Callable[[], AbstractContextManager[Connection]]

_runs: Final = tables.runs.c
_of_vendor: Final = tables.run_vendors.c
_outcomes: Final = tables.outcomes.c


def known(connection: Connection, run_ids: Iterable[str]) -> set[str]:
    """Those of ``run_ids`` that were ingested."""
    asked = list(run_ids)
    found: set[str] = set()
    for start in range(0, len(asked), MANY):
        found.update(connection.scalars(select(_runs.run_id).where(_runs.run_id.in_(asked[start : start + MANY]))))
    return found


def is_new(connection: Connection) -> bool:
    return connection.scalar(select(_runs.run_id).limit(1)) is None


# -- of a vendor's checks ---------------------------------------------------------------------------------


def _checks(vendor: str) -> ColumnElement[bool]:
    return (_of_vendor.vendor == vendor) & (_runs.command == "check")


def rules_of(connection: Connection, vendor: str) -> int | None:
    query = select(_runs.rules).join(tables.run_vendors).where(_checks(vendor))
    return connection.scalar(query.order_by(_runs.run_id.desc()).limit(1))


def last_run(connection: Connection, vendor: str) -> LastRun | None:
    of_run = (_runs.run_id, _runs.started, _runs.finished, _runs.exit_code)
    query = select(*of_run, _of_vendor.whole, _of_vendor.judged, _of_vendor.unjudged).join(tables.run_vendors)
    row = connection.execute(query.where(_checks(vendor)).order_by(_runs.run_id.desc()).limit(1)).first()
    if row is None:
        return None
    counted = select(_outcomes.outcome, func.count()).where(_outcomes.vendor == vendor, _outcomes.run_id == row.run_id)
    counts = connection.execute(counted.group_by(_outcomes.outcome))
    outcomes = {Outcome(outcome): count for outcome, count in counts}
    return LastRun(row.run_id, row.started, row.finished, row.whole, row.judged, row.unjudged, outcomes, row.exit_code)


def runs_of(connection: Connection, vendor: str, since: datetime) -> tuple[datetime, ...]:
    whole = _checks(vendor) & _of_vendor.whole
    query = select(_of_vendor.started).join(tables.runs).where(whole, _of_vendor.started >= since)
    return tuple(connection.scalars(query.order_by(_of_vendor.started)))


# -- history ----------------------------------------------------------------------------------------------


def records(read: Read, vendor: str, interaction: str | None) -> Iterator[RunReport]:
    """Runs with results of ``interaction`` (id or description; None: any) of ``vendor`` alone, the newest first.

    Each page is read in a transaction of its own, when it is asked for.
    """
    results = Results()
    before = ""
    while True:
        with read() as connection:
            ids = None if interaction is None else _ids(connection, vendor, interaction)
            run_ids = tuple(connection.scalars(_newest(vendor, ids, before)))
            page = _reports(connection, run_ids)
            rows = connection.execute(_of_runs(vendor, ids, run_ids)).all()
        by_run = {run_id: [results.of(row) for row in group] for run_id, group in groupby(rows, itemgetter(0))}
        yield from (replace(page[run_id], results=tuple(by_run.get(run_id, ()))) for run_id in run_ids)
        if len(run_ids) < PAGE:
            return
        before = run_ids[-1]


def _ids(connection: Connection, vendor: str, interaction: str) -> tuple[str, ...]:
    """The ids that ``interaction`` means, and perhaps of some more with a description that begins so."""
    query = select(_outcomes.interaction_id).distinct()
    query = query.where(_outcomes.vendor == vendor, _outcomes.description == description_of(interaction))
    return (interaction, *connection.scalars(query))


def _newest(vendor: str, ids: Collection[str] | None, before: str) -> Select[str]:
    """The ids of a page's runs. ``ids`` None: of any interaction."""
    if ids is None:
        run_id = _of_vendor.run_id
        query = select(run_id).where(_of_vendor.vendor == vendor)
    else:
        run_id = _outcomes.run_id
        query = select(run_id).distinct().where(_outcomes.vendor == vendor, _outcomes.interaction_id.in_(ids))
    return (query.where(run_id < before) if before else query).order_by(run_id.desc()).limit(PAGE)


def _reports(connection: Connection, run_ids: Collection[str]) -> dict[str, RunReport]:
    """Without their results."""
    query = select(_runs.run_id, _runs.document).where(_runs.run_id.in_(run_ids))
    return {run_id: REPORT.read(document) for run_id, document in connection.execute(query)}


def _of_runs(vendor: str, ids: Collection[str] | None, run_ids: Collection[str]) -> Select[str, str, float, str]:
    query = RESULTS.where(_outcomes.run_id.in_(run_ids), _outcomes.vendor == vendor)
    query = query if ids is None else query.where(_outcomes.interaction_id.in_(ids))
    return query.order_by(_outcomes.run_id, _outcomes.ordinal)


def earlier(read: Read, vendor: str, interaction_id: str, before: str) -> Iterator[tuple[str, Result]]:
    """Verdicts on one interaction in runs before ``before``, the newest first, each with its run's id."""
    results = Results()
    while True:
        query = RESULTS.where(
            _outcomes.vendor == vendor,
            _outcomes.interaction_id == interaction_id,
            _outcomes.run_id < before,
            _outcomes.outcome.in_(_JUDGED),
        )
        with read() as connection:
            rows = connection.execute(query.order_by(_outcomes.run_id.desc()).limit(PAGE)).all()
        yield from ((row.run_id, results.of(row)) for row in rows)
        if len(rows) < PAGE:
            return
        before = rows[-1].run_id
