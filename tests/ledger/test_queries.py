"""What the ledger tells of runs; above all that history is the same from it as from the folders of runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from monitor.errors import LedgerError
from monitor.ledger import tables
from monitor.ledger.database import Database, open_database
from monitor.ledger.ledger import Ledger
from monitor.ledger.queries import PAGE
from monitor.model import INTERRUPTED, Change, ChangeKind, Finding, LastRun, Outcome, Plan, Planned, Result, RunReport
from monitor.pipeline.history import history, source
from monitor.recordings.store import Store
from monitor.reports.history import Run
from tests.ledger.made import DAY, START, B, compose, down, policy_of, report, result, run_id


def keep(ledger: Ledger, *reports: RunReport) -> None:
    for one in reports:
        ledger.ingest(one, policy_of, compose, one.finished)


def test_the_newest_check_of_a_vendor(ledger: Ledger) -> None:
    assert (ledger.last_run("crm"), ledger.rules_of("crm"), ledger.runs_of("crm", START)) == (None, None, ())
    keep(
        ledger,
        report(0, result()),
        report(1, result("$.x"), down("other"), down("third"), rules=2),
        report(2, result(vendor="erp"), selection="lookup"),
        report(3, result(), command="record", rules=3),
    )
    began = START + DAY
    outcomes = {Outcome.DRIFTED: 1, Outcome.VENDOR_DOWN: 2}
    ended = began + timedelta(minutes=1)
    assert ledger.last_run("crm") == LastRun(
        run_id(1), began, ended, whole=True, judged=1, unjudged=2, outcomes=outcomes
    )
    erp = ledger.last_run("erp")
    assert erp is not None
    assert not erp.whole
    assert ledger.rules_of("crm") == 2
    assert ledger.runs_of("crm", START) == (START, began)
    assert ledger.runs_of("crm", began) == (began,)


def test_a_check_that_was_killed_before_it_asked_for_all_serves_no_slot(ledger: Ledger) -> None:
    left = Result("crm", "other", "other", Outcome.NOT_RUN, reason=INTERRUPTED)
    keep(ledger, report(0, result(), left, result(vendor="erp")))
    assert (ledger.runs_of("crm", START), ledger.runs_of("erp", START)) == ((), (START,))


def test_a_schedule_that_changes_begins_anew(ledger: Ledger) -> None:
    def since(day: int, cron: str = "0 5 * * 1", zone: str = "UTC") -> int:
        return (ledger.schedule_since("crm", cron, zone, START + day * DAY) - START).days

    assert [since(0), since(1), since(2, zone="Europe/Berlin"), since(3, zone="Europe/Berlin"), since(4)] == [
        0,
        0,
        2,
        2,
        4,
    ]


def test_a_fact_is_kept(ledger: Ledger) -> None:
    assert ledger.fact("digest") is None
    ledger.keep_fact("digest", "one")
    ledger.keep_fact("digest", "two")
    assert ledger.fact("digest") == "two"


def test_a_report_comes_back_as_it_was(ledger: Ledger) -> None:
    whole = replace(report(0, result("$.x"), down("other"), result("$.y", name="third")), notes=("a note",))
    keep(ledger, whole)
    assert [*ledger.records("crm")] == [whole]
    assert [*ledger.records("crm", "a other")] == [replace(whole, results=whole.results[1:2])]
    assert [*ledger.records("crm", "third")] == [replace(whole, results=whole.results[2:])]
    assert [*ledger.records("erp")] == []
    assert [*ledger.records("crm", "nobody")] == []


def test_all_runs_are_read_a_page_at_a_time(ledger: Ledger) -> None:
    count = PAGE + 1
    keep(ledger, *(report(number / 100, result(), down("other")) for number in range(count)))
    newest_first = [run_id(number / 100) for number in reversed(range(count))]
    assert [one.run_id for one in ledger.records("crm")] == newest_first
    assert [one.run_id for one in ledger.records("crm", "other")] == newest_first
    assert [name for name, _ in ledger.earlier("crm", "lookup", newest_first[0])] == newest_first[1:]
    assert [*ledger.earlier("crm", "other", newest_first[0])] == []  # no verdicts


def test_what_cannot_be_read_is_one_clear_error(ledger: Ledger) -> None:
    keep(ledger, report(0, result("$.x")))
    with ledger.database.write() as connection:
        connection.execute(update(tables.outcomes).values(document='{"vendor": 1}'))
    with pytest.raises(LedgerError, match=r"a stored result cannot be read: .*; monitor ledger rebuild"):
        list(ledger.records("crm"))


# -- history ----------------------------------------------------------------------------------------------

STATUS = Finding("status", B, True, Change("status", ChangeKind.STATUS, "200", "404"))
VERDICTS = {
    "same": result(),
    "drifted": result("$.customerId", "$.link"),
    "other drift": result("$.link"),
    "status": replace(result(), outcome=Outcome.DRIFTED, findings=(STATUS,)),
    "no baseline": replace(result(), outcome=Outcome.NO_BASELINE, baseline=""),
    "down": down(),
    "not judged": replace(result("$.link"), outcome=Outcome.NOT_JUDGED),
}
Kept = tuple[RunReport | Plan, ...]


def planned(day: float) -> Plan:
    what = (Planned("crm", "lookup", "a lookup", "GET", "/"), Planned("crm", "other", "a other", "GET", "/"))
    return Plan(run_id(day), START + day * DAY, "check", ("crm",), what)


def stored(root: Path, runs: Iterable[RunReport | Plan]) -> Store:
    store = Store(root)
    for run in runs:
        if isinstance(run, RunReport):
            store.write_plan(Plan(run.run_id, run.started, run.command, run.vendors, ()))
            store.write_report(run)
        else:
            store.write_plan(run)
    return store


def told(store: Store, ledger: Ledger | None, interaction: str | None, last: int) -> tuple[Run, ...]:
    past = source(store, pytest.fail, "crm", ledger)
    return history(past.records(interaction), "crm", interaction, last, past.search)


def named(verdict: str, name: str) -> Result:
    one = VERDICTS[verdict]
    return replace(one, interaction_id=name, description=f"a {name}", evidence=f"runs/R/crm/{name}.har")


ONE_RUN = st.dictionaries(st.sampled_from(["lookup", "other"]), st.sampled_from(sorted(VERDICTS)), max_size=2)


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return open_database(f"sqlite:///{tmp_path_factory.mktemp('history') / 'ledger.db'}", START)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    runs=st.lists(st.none() | ONE_RUN, max_size=7),
    missing=st.sets(st.integers(0, 6)),
    interaction=st.sampled_from([None, "lookup", "a other", "nobody"]),
    last=st.integers(1, 4),
)
def test_history_is_the_same_from_the_ledger_as_from_folders(
    quick: Database,
    tmp_path_factory: pytest.TempPathFactory,
    runs: list[dict[str, str] | None],
    missing: set[int],
    interaction: str | None,
    last: int,
) -> None:
    kept: Kept = tuple(
        planned(day) if one is None else report(day, *(named(verdict, name) for name, verdict in one.items()))
        for day, one in enumerate(runs)
    )
    store = stored(tmp_path_factory.mktemp("runs"), kept)
    with quick.write() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())
    ledger = Ledger(quick, "host-1")
    keep(ledger, *(one for day, one in enumerate(kept) if isinstance(one, RunReport) and day not in missing))
    assert told(store, ledger, interaction, last) == told(store, None, interaction, last)


def test_history_finds_a_verdict_of_long_ago(ledger: Ledger, tmp_path: Path) -> None:
    """What the newest run is compared with lies far behind runs that judged nothing, or hide all but the status."""
    count = PAGE + 2
    old = report(0, result("$.customerId"), named("drifted", "other"))
    runs = [report(day, VERDICTS["status"], named("down", "other")) for day in range(1, count)]
    newest = report(count, result(), named("same", "other"))
    store = stored(tmp_path, [old, *runs, newest])
    keep(ledger, old, *runs, newest)
    for interaction in (None, "lookup", "a other"):
        (run,) = told(store, ledger, interaction, 1)
        assert (run,) == told(store, None, interaction, 1)
        assert all(turn.gone for turn in run.turns)


def test_runs_stay_in_history_when_their_folders_are_gone(ledger: Ledger, tmp_path: Path) -> None:
    keep(ledger, report(0, result("$.x")), report(1, result()))
    store = stored(tmp_path, [report(2, result("$.x"))])
    assert [run.run_id for run in told(store, ledger, None, 20)] == [run_id(2), run_id(1), run_id(0)]
