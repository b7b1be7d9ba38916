"""What runs found, made anew from their reports.

1. Incidents that runs found are forgotten, and all runs are decided again, the oldest first, each as of its own time.
   Runs whose reports are gone (retention) are decided from what the ledger knows of them.
2. What the reports do not say stays: what people decided, alerts and what became of them, what was told of an incident,
   troubles that no run found (a missed run).
3. An incident that the ledger did not know counts as told where a run that notifies shows it and the ledger knew that
   run, or knew none at all: a ledger that was lost tells nothing again. A run that it had not ingested was never told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Final

from sqlalchemy import Connection, delete, select

from monitor.ledger import ingest, people, rows, tables
from monitor.model import Decision, Incident, RunReport, Subject

_OF_NO_RUN: Final = (Subject.MISSED_RUN.value, Subject.CONFIG.value)


def replace_runs(connection: Connection, reports: Iterable[RunReport], terms: ingest.Terms) -> int:
    """How many runs incidents rest on now. ``reports`` come by run id, the oldest first."""
    runs = tables.runs.c
    hosts = {row.run_id: row.host for row in connection.execute(select(runs.run_id, runs.host))}
    of_runs = tables.incidents.c.subject.not_in(_OF_NO_RUN)
    before = {incident.fingerprint: incident for incident in people.incidents(connection, None, of_runs)}
    connection.execute(delete(tables.incidents).where(of_runs))
    now: dict[str, Incident] = {}
    count = 0
    for report in _all(connection, reports, hosts, terms.host):
        told = report.notify and (report.run_id in hosts or not hosts)
        for decision in _decided(report, now, terms):
            now[decision.incident.fingerprint] = ingest.after(decision, told)
        count += 1
    people.add(connection, (_with_what_stays(incident, before.get(incident.fingerprint)) for incident in now.values()))
    return count


def _all(
    connection: Connection, reports: Iterable[RunReport], hosts: Mapping[str, str], host: str
) -> Iterator[RunReport]:
    """Those given, written in the place of what was known of them, and those that only the ledger knows."""
    known: Iterable[tuple[str, RunReport | None]] = ((run_id, None) for run_id in sorted(hosts))
    given: Iterable[tuple[str, RunReport | None]] = ((report.run_id, report) for report in reports)
    for run_id, group in groupby(merge(known, given, key=itemgetter(0)), itemgetter(0)):
        report = next((report for _, report in group if report is not None), None)
        if report is not None:
            rows.remove(connection, run_id)
            rows.write(connection, report, hosts.get(run_id, host))
        yield report or rows.report_of(connection, run_id)


def _decided(report: RunReport, now: Mapping[str, Incident], terms: ingest.Terms) -> tuple[Decision, ...]:
    if report.command == ingest.RECORD:
        return ()
    vendors = rows.vendors_of(report)
    known = [incident for incident in now.values() if incident.vendor in vendors]
    policies = {vendor: terms.policy_of(vendor) for vendor in vendors}
    return ingest.decided(report, known, policies, min(report.finished, terms.now))


def _with_what_stays(incident: Incident, before: Incident | None) -> Incident:
    if before is None:
        return incident
    holds = incident.open and before.open
    return replace(incident, said=before.said, acknowledged=before.acknowledged if holds else None)
