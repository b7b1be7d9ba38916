"""Reports as rows, and back.

What differs from run to run of one interaction (evidence, time) has columns of its own. So the rest of a result is
mostly the same text every time, and who reads many runs makes one value of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection, Row, Select, Table, delete, insert, select

from monitor.errors import LedgerError
from monitor.ledger import tables
from monitor.ledger.documents import REPORT, RESULT, storable
from monitor.model import Result, RunReport, kind_of

CHUNK: Final = 1000  # rows in one statement
MANY: Final = 500  # values in one condition

Values = Mapping[str, object]


def vendors_of(report: RunReport) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*report.vendors, *(result.vendor for result in report.results)]))


# -- writing ----------------------------------------------------------------------------------------------


def _run(report: RunReport, host: str) -> Values:
    return {
        "run_id": report.run_id,
        "command": report.command,
        "started": report.started,
        "finished": report.finished,
        "exit_code": report.exit_code,
        "selection": storable(report.selection),
        "notify": report.notify,
        "rules": report.rules,
        "host": storable(host),
        "document": REPORT.write(replace(report, results=())),
    }


def _vendors(report: RunReport) -> Iterator[Values]:
    for vendor in vendors_of(report):
        results = [result for result in report.results if result.vendor == vendor]
        judged = sum(1 for result in results if result.outcome.judged)
        yield {
            "run_id": report.run_id,
            "vendor": vendor,
            "started": report.started,
            "whole": not report.selection and not any(result.interrupted for result in results),
            "judged": judged,
            "unjudged": len(results) - judged,
        }


def _outcomes(report: RunReport) -> Iterator[Values]:
    for ordinal, result in enumerate(report.results):
        yield {
            "run_id": report.run_id,
            "vendor": result.vendor,
            "ordinal": ordinal,
            "interaction_id": storable(result.interaction_id),
            "description": description_of(result.description),
            "outcome": result.outcome.value,
            "evidence": storable(result.evidence),
            "elapsed": result.elapsed,
            "document": RESULT.write(replace(result, evidence="", elapsed=0.0)),
        }


def _findings(report: RunReport) -> Iterator[Values]:
    for result in report.results:
        for finding in result.findings:
            yield {
                "run_id": report.run_id,
                "vendor": result.vendor,
                "interaction_id": storable(result.interaction_id),
                "root": storable(finding.root),
                "kind": kind_of(finding.detail),
                "severity": finding.severity.value,
                "fingerprint": finding.fingerprint,
            }


def insert_all(connection: Connection, table: Table, rows: Iterable[Values]) -> None:
    """Many rows, a thousand at a time."""
    chunk: list[Values] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            connection.execute(insert(table), chunk)
            chunk = []
    if chunk:
        connection.execute(insert(table), chunk)


def write(connection: Connection, report: RunReport, host: str) -> None:
    """``report``, which is not there yet."""
    connection.execute(insert(tables.runs), _run(report, host))
    insert_all(connection, tables.run_vendors, _vendors(report))
    insert_all(connection, tables.outcomes, _outcomes(report))
    insert_all(connection, tables.findings, _findings(report))


def remove(connection: Connection, run_id: str) -> None:
    for table in (tables.findings, tables.outcomes, tables.run_vendors, tables.runs):
        connection.execute(delete(table).where(table.c.run_id == run_id))


def description_of(text: str) -> str:
    """As much of a description as results are found by."""
    return storable(text)[: tables.DESCRIPTION]


# -- reading ----------------------------------------------------------------------------------------------

RESULTS: Final[Select[str, str, float, str]] = select(
    tables.outcomes.c.run_id, tables.outcomes.c.evidence, tables.outcomes.c.elapsed, tables.outcomes.c.document
)


@dataclass(frozen=True, slots=True)
class Results:
    """Makes results of rows. ``seen`` keeps what was made of each text: give it up with the question it served."""

    seen: dict[str, Result] = field(default_factory=dict)

    def of(self, row: Row[str, str, float, str]) -> Result:
        _, evidence, elapsed, document = row
        known = self.seen.get(document)
        if known is None:
            known = self.seen[document] = RESULT.read(document)
        return Result(  # replace() takes three times as long
            known.vendor,
            known.interaction_id,
            known.description,
            known.outcome,
            known.reason,
            known.fix,
            known.findings,
            known.told,
            known.notes,
            evidence,
            known.baseline,
            elapsed,
            known.basis,
        )


def report_of(connection: Connection, run_id: str) -> RunReport:
    """A whole run. Raises LedgerError where it is not there."""
    document = connection.scalar(select(tables.runs.c.document).where(tables.runs.c.run_id == run_id))
    if document is None:
        raise LedgerError(f"run {run_id} is not in the ledger")
    outcomes = tables.outcomes.c
    rows = connection.execute(RESULTS.where(outcomes.run_id == run_id).order_by(outcomes.ordinal))
    results = Results()
    return replace(REPORT.read(document), results=tuple(map(results.of, rows)))
