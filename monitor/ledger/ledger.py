"""The ledger as the pipeline uses it: each method is one transaction.

Every method may raise LedgerError: the database cannot be reached, read or written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.ledger import ingest, outbox, people, queries, rebuild, schedules
from monitor.ledger.database import Database
from monitor.ledger.ingest import Compose, PolicyOf
from monitor.model import (
    Act,
    Alert,
    Decision,
    Incident,
    Intent,
    IntentState,
    LastRun,
    Message,
    Mute,
    Person,
    Policy,
    Result,
    RunReport,
    Sighting,
    Subject,
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """``host`` is the name of this machine, kept beside each try to deliver."""

    database: Database
    host: str

    # -- what runs found ----------------------------------------------------------------------------------

    def unknown(self, run_ids: Iterable[str]) -> tuple[str, ...]:
        """Those that it has not ingested, in the order given."""
        asked = tuple(run_ids)
        with self.database.read() as connection:
            known = queries.known(connection, asked)
        return tuple(run_id for run_id in asked if run_id not in known)

    def is_new(self) -> bool:
        """It has no runs yet."""
        with self.database.read() as connection:
            return queries.is_new(connection)

    def ingest(
        self, report: RunReport, policy_of: PolicyOf, compose: Compose, now: datetime, *, late: bool = False
    ) -> tuple[Decision, ...]:
        """Takes a run: its rows, what it makes of each incident, and what is told of that, all or nothing.

        A run that is known gives () and changes nothing. Where ``report.notify`` is False, the decisions are what
        would be said: no alert is made, and what people were told stays as it was. A run of ``record`` decides
        nothing. The mute of a whole vendor is the ledger's own: ``policy_of`` need not fill it.
        ``compose`` is given the decisions that speak, if there are any. ``late``: newer runs of its vendors are known
        already, so it opens what nobody knows of, and changes nothing else.
        """
        with self.database.write() as connection:
            return ingest.ingest(connection, report, ingest.Terms(policy_of, compose, now, self.host, late))

    def trouble(  # noqa: PLR0913, PLR0917 - what a run would tell of itself, one by one
        self,
        subject: Subject,
        vendor: str,
        sighting: Sighting | None,
        policy: Policy,
        compose: Compose,
        now: datetime,
        run_id: str = "",
    ) -> Decision | None:
        """A trouble met outside of a run (a missed one, monitor.yaml wrong at a reload), and what is told of it.

        ``sighting`` None: it is no more. None where nobody knew of it and it is not there.
        """
        met = ingest.Trouble(subject, vendor, sighting, run_id)
        with self.database.write() as connection:
            return ingest.trouble(connection, met, ingest.Terms(lambda _: policy, compose, now, self.host))

    def replace_runs(self, reports: Iterable[RunReport], policy_of: PolicyOf, now: datetime) -> int:
        """Makes incidents anew from ``reports``, the oldest first; how many runs they rest on now.

        Runs that no report tells of stay, and are replayed in their place. No alert is made. What people decided and
        were told stays; what only known runs that notify show counts as told.
        """
        terms = ingest.Terms(policy_of, lambda _: (), now, self.host)
        with self.database.write() as connection:
            return rebuild.replace_runs(connection, reports, terms)

    def rules_of(self, vendor: str) -> int | None:
        """The version of the rules of the newest check of ``vendor``; None: there is none."""
        with self.database.read() as connection:
            return queries.rules_of(connection, vendor)

    def last_run(self, vendor: str) -> LastRun | None:
        """The newest check of ``vendor``."""
        with self.database.read() as connection:
            return queries.last_run(connection, vendor)

    def runs_of(self, vendor: str, since: datetime) -> tuple[datetime, ...]:
        """When whole checks of ``vendor`` (see LastRun) began, from ``since`` on, the oldest first."""
        with self.database.read() as connection:
            return queries.runs_of(connection, vendor, since)

    def records(self, vendor: str, interaction: str | None = None) -> Iterator[RunReport]:
        """Runs of ``vendor``, the newest first, read when they are asked for, with the results of it alone.

        ``interaction`` is an id or description; None: any.
        """
        return queries.records(self.database.read, vendor, interaction)

    def earlier(self, vendor: str, interaction_id: str, before: str) -> Iterator[tuple[str, Result]]:
        """Verdicts on one interaction in runs before that one, the newest first, each with its run's id."""
        return queries.earlier(self.database.read, vendor, interaction_id, before)

    # -- incidents, and what people decide ------------------------------------------------------------------

    def incidents(self, vendor: str | None = None, open_only: bool = True) -> tuple[Incident, ...]:
        """Open ones and the worst first, then those seen last."""
        with self.database.read() as connection:
            return people.listed(connection, vendor, open_only)

    def find(self, prefix: str) -> Incident:
        """The incident whose id or fingerprint begins so. Raises UsageError: there is none, or several."""
        with self.database.read() as connection:
            return people.find(connection, prefix)

    def acknowledge(self, incident: Incident, person: Person) -> None:
        """No reminders of this episode, unless it gets worse."""
        with self.database.write() as connection:
            people.acknowledge(connection, incident, person)

    def mute(self, target: Incident | str, mute: Mute) -> None:
        """Nothing is said of an incident, or of all of a vendor's (``target`` is its name)."""
        with self.database.write() as connection:
            people.mute(connection, target, mute)

    def unmute(self, target: Incident | str, person: Person) -> bool:
        """Whether it was muted at ``person.at``."""
        with self.database.write() as connection:
            return people.unmute(connection, target, person)

    def accept(self, incident: Incident, person: Person, until: datetime | None = None) -> None:
        """Keeps who accepted it; accepted.yaml is what makes it so."""
        with self.database.write() as connection:
            people.accept(connection, incident, person, until)

    def acts(self, vendor: str | None = None) -> tuple[Act, ...]:
        """What people decided, the newest first."""
        with self.database.read() as connection:
            return people.acts(connection, vendor)

    def vendor_mute(self, vendor: str) -> Mute | None:
        """The last one that nobody took back; it may be over."""
        with self.database.read() as connection:
            return people.vendor_mute(connection, vendor)

    # -- the outbox -------------------------------------------------------------------------------------------

    def add_alert(self, alert: Alert, now: datetime) -> tuple[int, ...]:
        """Keeps an alert that no run made; the ids of its intents, in the order of its channels."""
        with self.database.write() as connection:
            return outbox.add(connection, alert, now)

    def claim(
        self, channel: str, owner: str, now: datetime, lease: timedelta, run_id: str, only: int | None = None
    ) -> Intent | None:
        """The oldest intent of ``channel`` that is due and that nobody else holds, held by ``owner`` for ``lease``.

        ``run_id``: the run, or whatever else, that tries it; it counts once in ``runs``. ``only``: that intent and no
        other. None: nothing is due.
        """
        with self.database.write() as connection:
            return outbox.claim(connection, channel, outbox.Claim(owner, now, lease, run_id, only))

    def sent(self, intent: Intent, owner: str, answer: Mapping[str, str], now: datetime, took: float) -> None:
        """It went out; ``answer`` is the channel's, ``took`` in seconds. Kept even where the lease was lost."""
        with self.database.write() as connection:
            outbox.sent(connection, outbox.Try(intent, owner, now, took, self.host), answer)

    def again(self, intent: Intent, owner: str, what: str, next_at: datetime, now: datetime, took: float) -> None:
        """A passing fault: it is due again at ``next_at``. Nothing happens where the lease was lost."""
        with self.database.write() as connection:
            outbox.again(connection, outbox.Try(intent, owner, now, took, self.host), what, next_at)

    def failed(self, intent: Intent, owner: str, what: str, fix: str, now: datetime, took: float) -> None:
        """It is given up, until somebody queues it again. Nothing happens where the lease was lost."""
        with self.database.write() as connection:
            outbox.failed(connection, outbox.Try(intent, owner, now, took, self.host), what, fix)

    def intents(
        self, states: Collection[IntentState] | None = None, channel: str | None = None, last: int | None = None
    ) -> tuple[Intent, ...]:
        """The newest first. None: of any state or channel, and all of them."""
        with self.database.read() as connection:
            return outbox.listed(connection, states, channel, last)

    def requeue(self, ids: Collection[int] | None, now: datetime) -> int:
        """Makes failed intents pending and due; None: all of them. How many."""
        with self.database.write() as connection:
            return outbox.requeue(connection, ids, now)

    def hurry(self, now: datetime) -> int:
        """Makes all that is pending due. How many."""
        with self.database.write() as connection:
            return outbox.hurry(connection, now)

    def gather(self, now: datetime) -> tuple[tuple[int, Message], ...]:  # noqa: ARG002 - the digest's moment
        """The intents that wait for the digest, the oldest first: id and message."""
        with self.database.read() as connection:
            return outbox.gather(connection)

    def gathered(self, ids: Collection[int], alert: Alert | None, now: datetime) -> bool:
        """They are in ``alert`` now. False: somebody else gathered one of them first, and nothing was done."""
        with self.database.write() as connection:
            return outbox.gathered(connection, ids, alert, now)

    # -- the schedule -----------------------------------------------------------------------------------------

    def schedule_since(self, vendor: str, cron: str, timezone: str, now: datetime) -> datetime:
        """Since when this schedule of ``vendor`` is known: ``now``, where it is new or was changed."""
        with self.database.write() as connection:
            return schedules.since(connection, vendor, (cron, timezone), now)

    # -- single values ----------------------------------------------------------------------------------------

    def fact(self, name: str) -> str | None:
        """A value kept under ``name``."""
        with self.database.read() as connection:
            return schedules.fact(connection, name)

    def keep_fact(self, name: str, value: str) -> None:
        with self.database.write() as connection:
            schedules.keep_fact(connection, name, value)
