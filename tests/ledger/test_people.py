"""What people see of incidents and decide of them, and what is kept of that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.errors import UsageError
from monitor.ledger.ledger import Ledger
from monitor.model import Act, ActKind, Incident, Mute, Person, Subject
from tests.ledger.made import CUSTOMER, DAY, LINK, START, W, compose, down, policy_of, report, result

ADA = Person("ada", "laptop", START, "they roll it back")
BOB = Person("bob", "desk", START + DAY, "ticket 7")


@pytest.fixture
def known(ledger: Ledger) -> Ledger:
    """Two open incidents and a closed one of crm, and one of erp."""
    reports = (
        report(0, result("$.gone")),
        report(1, result("$.customerId"), down("other")),
        report(2, result("$.customerId"), down("other"), result("$.x", severity=W, vendor="erp")),
    )
    for one in reports:
        ledger.ingest(one, policy_of, compose, one.finished)
    return ledger


def of(ledger: Ledger, fingerprint: str = CUSTOMER) -> Incident:
    return ledger.find(fingerprint)


def test_open_ones_and_the_worst_come_first(known: Ledger) -> None:
    shown = [(one.vendor, one.root or one.subject) for one in known.incidents(open_only=False)]
    assert shown[2:] == [("erp", "$.x"), ("crm", "$.gone")]
    assert {*shown[:2]} == {("crm", "$.customerId"), ("crm", Subject.VENDOR_DOWN)}
    assert [one.root for one in known.incidents("erp")] == ["$.x"]
    assert len(known.incidents("crm")) == 2
    assert known.incidents("nobody") == ()


@pytest.mark.parametrize(
    "typed", [CUSTOMER, CUSTOMER.partition(":")[2][:8], CUSTOMER[3:6].upper(), f" {CUSTOMER[3:]} ", CUSTOMER[:9]]
)
def test_an_incident_is_found_by_the_beginning_of_its_id(known: Ledger, typed: str) -> None:
    assert known.find(typed).fingerprint == CUSTOMER


@pytest.mark.parametrize(
    "typed", ["", "%", "_", "v1:", "0123456789abcdef0", "zebra", "v2:77", "$.customerId", "\x1b[2J"]
)
def test_what_is_no_id_is_refused(known: Ledger, typed: str) -> None:
    with pytest.raises(UsageError, match="no incident's id begins with"):
        known.find(typed)


def test_an_id_that_several_have_names_them(ledger: Ledger) -> None:
    roots = [f"$.a{number}" for number in range(300)]
    ledger.ingest(report(0, result(*roots)), policy_of, compose, START)
    with pytest.raises(
        UsageError, match=r"^the ids of \d+ incidents begin with 'a': v1:a\w+ \(crm \$\.a\d+\), .* more"
    ):
        ledger.find("a")


def test_an_acknowledgement_is_kept_with_who_where_when_and_why(known: Ledger) -> None:
    known.acknowledge(of(known), ADA)
    assert of(known).acknowledged == ADA
    assert known.acts() == (Act(ActKind.ACK, ADA, "crm", CUSTOMER, episode=1),)
    with pytest.raises(UsageError):
        known.acknowledge(replace(of(known), fingerprint=LINK), ADA)


def test_an_incident_is_muted_until_a_moment_or_somebody_unmutes_it(known: Ledger) -> None:
    incident = of(known)
    known.mute(incident, Mute(ADA, START + DAY / 2))
    assert of(known).mute == Mute(ADA, START + DAY / 2)
    assert not known.unmute(incident, BOB)  # it was over
    known.mute(incident, Mute(ADA))
    assert [one.mute for one in known.incidents() if one.fingerprint == CUSTOMER] == [Mute(ADA)]
    assert known.unmute(incident, BOB)
    assert not known.unmute(incident, BOB)
    assert of(known).mute is None
    assert [act.kind for act in known.acts("crm")] == [ActKind.UNMUTE, ActKind.MUTE, ActKind.MUTE]


def test_a_vendor_is_muted_as_a_whole(known: Ledger) -> None:
    known.mute("erp", Mute(ADA, START + 3 * DAY))
    assert (known.vendor_mute("erp"), known.vendor_mute("crm")) == (Mute(ADA, START + 3 * DAY), None)
    assert of(known).mute is None
    assert known.unmute("erp", BOB)
    assert known.vendor_mute("erp") is None
    assert not known.unmute("crm", BOB)
    assert known.acts("erp") == (
        Act(ActKind.UNMUTE, BOB, "erp"),
        Act(ActKind.MUTE, ADA, "erp", until=START + 3 * DAY),
    )


def test_who_accepted_is_kept(known: Ledger) -> None:
    known.accept(of(known), BOB, START + 9 * DAY)
    assert known.acts() == (Act(ActKind.ACCEPT, BOB, "crm", CUSTOMER, until=START + 9 * DAY),)
