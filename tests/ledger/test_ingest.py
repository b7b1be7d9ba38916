"""Runs come into the ledger once, whole, and with what is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from monitor.ledger import tables
from monitor.ledger.database import open_database
from monitor.ledger.ledger import Ledger
from monitor.model import (
    Alert,
    Decision,
    Incident,
    Mute,
    Person,
    Policy,
    Reason,
    Resolution,
    RunReport,
    Severity,
    Sighting,
    Subject,
    trouble_fingerprint,
)
from tests.ledger.made import (
    CUSTOMER,
    DAY,
    LINK,
    START,
    B,
    W,
    compose,
    down,
    finding,
    policy_of,
    report,
    result,
    run_id,
)

ADA = Person("ada", "laptop", START + DAY / 2, "they roll it back")
MISSED = trouble_fingerprint("crm", Subject.MISSED_RUN)


def take(ledger: Ledger, *reports: RunReport) -> list[list[Reason]]:
    """Why each run says what it says, or does not."""
    return [[decision.reason for decision in ledger.ingest(one, policy_of, compose, one.finished)] for one in reports]


def titles(ledger: Ledger) -> list[str]:
    return [intent.message.title for intent in ledger.intents(channel="slack")][::-1]


def count(ledger: Ledger, table: str) -> int:
    with ledger.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(tables.metadata.tables[table])) or 0


def the(ledger: Ledger, fingerprint: str = CUSTOMER) -> Incident:
    return ledger.find(fingerprint)


def test_a_run_is_taken_once_and_tells_what_it_changed(ledger: Ledger) -> None:
    drift, same = report(0, result("$.customerId", "$.link")), report(1, result())
    assert ledger.is_new()
    assert take(ledger, drift, drift) == [[Reason.FIRST_DRIFT] * 2, []]
    assert take(ledger, report(0.5, result("$.customerId", "$.link")), same) == [
        [Reason.NOTHING_NEW] * 2,
        [Reason.RESOLVED] * 2,
    ]
    assert titles(ledger) == ["first drift", "resolved"]
    assert [(intent.channel, intent.message.incidents) for intent in ledger.intents(last=2)] == [
        ("email", (LINK, CUSTOMER)),
        ("slack", (LINK, CUSTOMER)),
    ]
    assert [count(ledger, table) for table in ("runs", "run_vendors", "outcomes", "findings")] == [3, 3, 3, 4]
    assert (the(ledger).open, the(ledger).resolution) == (False, Resolution.RECOVERED)
    assert not ledger.is_new()
    assert ledger.unknown([run_id(7), run_id(0), run_id(8)]) == (run_id(7), run_id(8))


def test_a_run_that_does_not_notify_moves_what_is_so_and_the_next_one_tells(ledger: Ledger) -> None:
    quiet = report(0, result("$.customerId"), notify=False)
    assert take(ledger, quiet) == [[Reason.FIRST_DRIFT]]  # what would be said
    assert (the(ledger).open, the(ledger).said, titles(ledger)) == (True, None, [])
    assert take(ledger, report(1, result("$.customerId"))) == [[Reason.FIRST_DRIFT]]
    assert take(ledger, report(2, result(), notify=False)) == [[Reason.RESOLVED]]
    said = the(ledger).said
    assert said is not None
    assert (the(ledger).open, said.open, titles(ledger)) == (False, True, ["first drift"])
    assert take(ledger, report(3, result())) == [[Reason.RESOLVED]]
    assert titles(ledger) == ["first drift", "resolved"]


def test_of_silence_nothing_is_composed(ledger: Ledger) -> None:
    def never(_: Sequence[Decision]) -> tuple[Alert, ...]:
        raise AssertionError

    drift = result("$.customerId")
    assert ledger.ingest(report(0, result()), policy_of, never, START) == ()
    ledger.ingest(report(1, drift, notify=False), policy_of, never, START + DAY)
    take(ledger, report(2, drift))
    (silent,) = ledger.ingest(report(3, drift), policy_of, never, START + 3 * DAY)
    assert silent.reason is Reason.NOTHING_NEW


def test_record_decides_nothing(ledger: Ledger) -> None:
    assert take(ledger, report(0, result("$.customerId"))) == [[Reason.FIRST_DRIFT]]
    assert take(ledger, report(1, result(), command="record")) == [[]]
    assert (the(ledger).open, count(ledger, "runs")) == (True, 2)


def test_other_vendors_incidents_are_left_alone(ledger: Ledger) -> None:
    take(ledger, report(0, result("$.customerId")))
    before = the(ledger)
    assert take(ledger, report(1, result("$.x", vendor="erp"))) == [[Reason.FIRST_DRIFT]]
    assert the(ledger) == before


def test_what_fails_leaves_nothing(ledger: Ledger) -> None:
    def broken(_: Sequence[Decision]) -> tuple[Alert, ...]:
        raise RuntimeError("a fault of ours")

    drift = report(0, result("$.customerId"))
    with pytest.raises(RuntimeError):
        ledger.ingest(drift, policy_of, broken, START)
    assert [count(ledger, table) for table in tables.metadata.tables] == [0] * len(tables.metadata.tables)
    assert take(ledger, drift) == [[Reason.FIRST_DRIFT]]


def test_two_processes_take_a_run_once(database_url: str) -> None:
    drift = report(0, result(*(f"$.a{number}" for number in range(50))))
    with open_database(database_url, START) as one, open_database(database_url, START) as two:
        ledgers = [Ledger(one, "host-1"), Ledger(two, "host-2")] * 2
        with ThreadPoolExecutor(4) as threads:
            decided = [*threads.map(lambda ledger: len(take(ledger, drift)[0]), ledgers)]
        assert sorted(decided) == [0, 0, 0, 50]
        assert len(titles(ledgers[0])) == 1


def test_the_same_interaction_twice_in_a_run_is_no_fault(ledger: Ledger) -> None:
    assert take(ledger, report(0, result("$.customerId"), result("$.link"))) == [[Reason.FIRST_DRIFT] * 2]
    assert count(ledger, "outcomes") == 2


@pytest.mark.parametrize("text", ["\0", "\ud800", "\udfff\ud800", "a\0b\ud83dc", "😀"])
def test_whatever_text_a_vendor_sends_is_stored(ledger: Ledger, text: str) -> None:
    root = f"$.x{text}"
    odd = replace(result(root), description=text, reason=text, notes=(text,), told=())
    run = replace(report(0, odd), notes=(text,), selection=text, exit_reasons=(text,))
    (decision,) = ledger.ingest(run, policy_of, compose, START)
    assert decision.reason is Reason.FIRST_DRIFT
    shown = the(ledger, decision.incident.fingerprint).root
    assert shown == root.encode("utf-8", "backslashreplace").decode()
    (kept,) = ledger.records("crm")
    assert kept.results[0].findings[0].root == shown
    ledger.acknowledge(decision.incident, Person(text, text, START, text))
    (intent,) = ledger.intents(channel="slack")
    ledger.failed(intent, "", text, text, START, 0.1)


def test_a_mute_of_the_vendor_keeps_all_until_it_is_over(ledger: Ledger) -> None:
    ledger.mute("crm", Mute(ADA, START + 2.5 * DAY))
    drift = result("$.customerId")
    assert take(ledger, report(1, drift), report(2, drift), report(3, drift)) == [
        [Reason.MUTED],
        [Reason.MUTED],
        [Reason.FIRST_DRIFT],
    ]
    assert titles(ledger) == ["first drift"]


def test_a_muted_incident_is_told_when_somebody_unmutes_it(ledger: Ledger) -> None:
    take(ledger, report(0, result("$.customerId"), notify=False))
    ledger.mute(the(ledger), Mute(ADA))
    assert take(ledger, report(1, result("$.customerId", "$.link"))) == [[Reason.MUTED, Reason.FIRST_DRIFT]]
    assert ledger.unmute(the(ledger), replace(ADA, at=START + 1.5 * DAY))
    assert take(ledger, report(2, result("$.customerId"))) == [[Reason.FIRST_DRIFT, Reason.RESOLVED]]


def test_an_acknowledgement_holds_for_its_episode_unless_it_gets_worse(ledger: Ledger) -> None:
    mild, bad = result("$.customerId", severity=W), result("$.customerId")
    take(ledger, report(0, mild))
    ledger.acknowledge(the(ledger), ADA)
    assert take(ledger, report(8, mild)) == [[Reason.ACKNOWLEDGED]]
    assert the(ledger).acknowledged == ADA
    assert take(ledger, report(9, bad), report(17, bad)) == [[Reason.WORSE], [Reason.REMINDER_DUE]]
    ledger.acknowledge(the(ledger), ADA)
    assert take(ledger, report(25, bad), report(26, result()), report(27, bad), report(35, bad)) == [
        [Reason.ACKNOWLEDGED],
        [Reason.RESOLVED],
        [Reason.REOPENED],
        [Reason.REMINDER_DUE],
    ]


def test_a_trouble_outside_of_runs_is_told_once_and_its_end_too(ledger: Ledger) -> None:
    sighting = Sighting(MISSED, "crm", Subject.MISSED_RUN, B, lines=("no run began at 08:00",))

    def met(day: float, found: Sighting | None) -> Reason | None:
        now = START + day * DAY
        decision = ledger.trouble(Subject.MISSED_RUN, "crm", found, Policy(), compose, now)
        return decision.reason if decision else None

    assert met(0, None) is None
    assert [met(1, sighting), met(1.1, sighting), met(2, None), met(3, sighting)] == [
        Reason.FIRST_DRIFT,
        Reason.NOTHING_NEW,
        Reason.RESOLVED,
        Reason.REOPENED,
    ]
    assert take(ledger, report(4, result())) == [[Reason.NOT_SEEN]]
    assert titles(ledger) == ["first drift", "resolved", "reopened"]
    ledger.mute("crm", Mute(ADA))
    assert met(5, None) is Reason.MUTED


# -- rebuilding -------------------------------------------------------------------------------------------


def rebuilt(ledger: Ledger, *reports: RunReport, day: float = 30) -> int:
    return ledger.replace_runs(iter(reports), policy_of, START + day * DAY)


def test_a_rebuild_of_what_is_known_changes_nothing_that_people_know(ledger: Ledger) -> None:
    bad = result("$.customerId")
    runs = [
        report(0, bad),
        report(1, bad, notify=False),
        report(2, result()),
        report(3, bad, result("$.x", vendor="erp")),
        report(4, down(), notify=False),
        report(5, result("$.link"), command="record"),
    ]
    take(ledger, *runs)
    ledger.acknowledge(the(ledger), ADA)
    ledger.mute("erp", Mute(ADA))
    ledger.trouble(Subject.MISSED_RUN, "crm", Sighting(MISSED, "crm", Subject.MISSED_RUN, B), Policy(), compose, START)
    before, told, acts = ledger.incidents(open_only=False), titles(ledger), ledger.acts()
    past = [*ledger.records("crm")]
    assert rebuilt(ledger, *runs) == 6
    assert ledger.incidents(open_only=False) == before
    assert (titles(ledger), ledger.acts(), [*ledger.records("crm")]) == (told, acts, past)


def test_runs_whose_reports_are_gone_stay_and_count(ledger: Ledger) -> None:
    runs = [report(0, result("$.customerId")), report(1, result("$.customerId")), report(2, result("$.customerId"))]
    take(ledger, *runs)
    assert rebuilt(ledger, runs[1]) == 3
    incident = the(ledger)
    assert (incident.times, incident.opened_run, incident.lines) == (3, run_id(0), ("removed: $.customerId",))


def test_a_ledger_that_was_lost_tells_nothing_again(ledger: Ledger) -> None:
    drift = result("$.customerId")
    assert (
        rebuilt(ledger, report(0, drift), report(1, drift), report(2, result("$.customerId", "$.new"), notify=False))
        == 3
    )
    assert titles(ledger) == []
    assert take(ledger, report(3, result("$.customerId", "$.new"))) == [[Reason.NOTHING_NEW, Reason.FIRST_DRIFT]]
    assert take(ledger, report(8, result("$.customerId", "$.new"))) == [[Reason.REMINDER_DUE, Reason.NOTHING_NEW]]


def test_a_run_that_was_never_taken_is_told_after_a_rebuild(ledger: Ledger) -> None:
    take(ledger, report(0, result()))
    rebuilt(ledger, report(0, result()), report(1, result("$.customerId")))
    assert the(ledger).open
    assert take(ledger, report(2, result("$.customerId"))) == [[Reason.FIRST_DRIFT]]


def test_a_rebuild_mends_what_reports_say(ledger: Ledger) -> None:
    take(ledger, report(0, result("$.wrong")))
    rebuilt(ledger, report(0, result("$.customerId")))
    (incident,) = ledger.incidents(open_only=False)
    assert incident.fingerprint == CUSTOMER
    assert [one.results[0].findings for one in ledger.records("crm")] == [(finding("$.customerId"),)]
    with ledger.database.read() as connection:
        assert connection.scalars(select(tables.findings.c.root)).all() == ["$.customerId"]
        assert connection.scalars(select(tables.runs.c.host)).all() == ["host-1"]


def test_a_run_of_the_future_is_told_as_of_now(ledger: Ledger) -> None:
    rebuilt(ledger, report(100, result("$.customerId")), day=1)
    said = the(ledger).said
    assert said is not None
    assert said.at == START + DAY


def test_many_findings_are_taken_at_once(ledger: Ledger) -> None:
    roots = [f"$.a[*].b{number}" for number in range(1100)]
    many = replace(result(), findings=tuple(finding(root, Severity.INFO) for root in roots))
    assert len(ledger.ingest(report(0, many), policy_of, compose, START + timedelta(minutes=1))) == 1100
    assert count(ledger, "findings") == 1100
