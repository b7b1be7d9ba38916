"""A run comes into the ledger: its rows, what it makes of each incident, and what is told of that.

1. It is one transaction of the only writer: two processes with one run take it once, and a crash leaves nothing of it.
2. Every incident of the run's vendors is decided, closed ones too: what a run saw, or did not, is part of their lives.
3. A run that does not notify moves what is so and leaves what people were told. What it decides is what would be said.
4. What speaks becomes alerts in the same transaction: nothing that counts as said can be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import Connection

from monitor.ledger import outbox, people, queries, rows, tables
from monitor.ledger.lifecycle import decide
from monitor.ledger.sightings import judged, sightings
from monitor.model import Alert, Decision, Incident, Judged, Policy, RunReport, Sighting, Subject

Compose: TypeAlias = Callable[[Sequence[Decision]], Sequence[Alert]]
PolicyOf: TypeAlias = Callable[[str], Policy]

RECORD: Final = "record"  # the command whose runs decide nothing


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a run is taken. ``host``: this machine's name.

    ``late``: newer runs of its vendors are known already. Then it opens what nobody knows of, and changes nothing else.
    """

    policy_of: PolicyOf
    compose: Compose
    now: datetime
    host: str
    late: bool = False


def ingest(connection: Connection, report: RunReport, terms: Terms) -> tuple[Decision, ...]:
    """What is said of each incident, and why; () where the run is known."""
    if queries.known(connection, [report.run_id]):
        return ()
    rows.write(connection, report, terms.host)
    if report.command == RECORD:
        return ()
    vendors = rows.vendors_of(report)
    policies = {vendor: policy_in(connection, vendor, terms.policy_of(vendor)) for vendor in vendors}
    decisions = decided(report, people.incidents(connection, vendors), policies, terms.now)
    if terms.late:
        decisions = tuple(decision for decision in decisions if decision.before is None)
    keep(connection, decisions, told=report.notify)
    if report.notify:
        tell(connection, decisions, terms.compose, terms.now)
    return decisions


def policy_in(connection: Connection, vendor: str, policy: Policy) -> Policy:
    """With the mute that the ledger knows of."""
    return replace(policy, vendor_mute=people.vendor_mute(connection, vendor))


def decided(
    report: RunReport, known: Iterable[Incident], policies: Mapping[str, Policy], now: datetime
) -> tuple[Decision, ...]:
    """One for each incident that is known or sighted; sighted ones first, as the report tells them."""
    before = {incident.fingerprint: incident for incident in known}
    found = {sighting.fingerprint: sighting for sighting in sightings(report)}
    about: dict[str, Incident | Sighting] = {**found, **before}
    decisions = (
        decide(before.get(key), found.get(key), _judged(report, one, found), now, policies[one.vendor])
        for key, one in about.items()
    )
    return tuple(decision for decision in decisions if decision is not None)


def _judged(report: RunReport, one: Incident | Sighting, found: Mapping[str, Sighting]) -> Judged:
    """A finding that is there was seen; how far its absence means anything takes long to find out."""
    sighting = found.get(one.fingerprint)
    if sighting is None or sighting.subject is not Subject.DRIFT:
        return judged(report, one)
    return Judged(report.run_id, report.started, seen=True, basis=sighting.basis, rules=report.rules)


def after(decision: Decision, told: bool) -> Incident:
    """The incident as it is kept. ``told``: what was decided is said."""
    if told:
        return decision.incident
    return replace(decision.incident, said=decision.before.said if decision.before else None)


def keep(connection: Connection, decisions: Iterable[Decision], told: bool) -> None:
    new: list[Incident] = []
    changed: list[Incident] = []
    for decision in decisions:
        incident = after(decision, told)
        if decision.before is None:
            new.append(incident)
        elif incident != decision.before:
            changed.append(incident)
    people.add(connection, new)
    people.change(connection, changed)


def tell(connection: Connection, decisions: Iterable[Decision], compose: Compose, now: datetime) -> None:
    speaking = [decision for decision in decisions if decision.reason.speaks]
    new = {decision.incident.fingerprint for decision in speaking if _is_told_anew(decision)}
    for alert in compose(speaking) if speaking else ():
        outbox.add(connection, alert, now, new)


def _is_told_anew(decision: Decision) -> bool:
    """People were told nothing of it, or that it is over."""
    said = decision.before.said if decision.before else None
    return said is None or not said.open


# -- outside of runs --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was met outside of a run; ``sighting`` None: it is no more."""

    subject: Subject
    vendor: str
    sighting: Sighting | None
    run_id: str = ""


def trouble(connection: Connection, met: Trouble, terms: Terms) -> Decision | None:
    """What is told of it; None where nobody knew of it and it is not there."""
    about = (tables.incidents.c.subject == met.subject.value, tables.incidents.c.interaction_id == "")
    before = next(iter(people.incidents(connection, (met.vendor,), *about)), None)
    rules = before.rules if before else 0  # it is no matter of rules
    judgement = Judged(met.run_id, terms.now, seen=True, rules=rules)
    policy = policy_in(connection, met.vendor, terms.policy_of(met.vendor))
    decision = decide(before, met.sighting, judgement, terms.now, policy)
    if decision is not None:
        keep(connection, [decision], told=True)
        tell(connection, [decision], terms.compose, terms.now)
    return decision
