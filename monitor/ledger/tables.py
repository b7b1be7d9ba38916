"""The ledger's tables. A change here needs a migration: python -m tests.ledger.revising "what it does".

    runs, run_vendors, outcomes, findings     what reports say; can be made anew from them
    incidents                                 what lives across runs (lifecycle.py)
    acts                                      what people decided: kept for ever, by whom, where and when
    alerts, intents, deliveries               the outbox: a message, its channels, each try to send it
    schedules                                 since when a schedule is known
    facts                                     a few single values

Times are UTC. What is only ever read whole is a JSON document, kept as text, beside the columns by which it is found.
Run ids sort by time, so that they order the runs of a vendor.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: Final = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: with a time zone in Python, UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_RUN: Final = String(40)
_VENDOR: Final = String(64)
_INTERACTION: Final = String(255)
_FINGERPRINT: Final = String(40)
_WORD: Final = String(32)

runs: Final = Table(
    "runs",
    metadata,
    Column("run_id", _RUN, primary_key=True),
    Column("command", _WORD, nullable=False),
    Column("started", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime, nullable=False),
    Column("exit_code", Integer, nullable=False),
    Column("selection", Text, nullable=False, server_default=""),
    Column("notify", Boolean, nullable=False),
    Column("rules", Integer, nullable=False),
    Column("host", Text, nullable=False, server_default=""),
    Column("document", Text, nullable=False),  # the report without its results
)

run_vendors: Final = Table(
    "run_vendors",
    metadata,
    Column("run_id", _RUN, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("vendor", _VENDOR, primary_key=True),
    Column("started", UtcDateTime, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("judged", Integer, nullable=False),  # interactions with a verdict
    Column("unjudged", Integer, nullable=False),
    Index("ix_run_vendors_vendor_run_id", "vendor", "run_id"),
)

DESCRIPTION: Final = 200  # characters of it, by which it is found

outcomes: Final = Table(
    "outcomes",
    metadata,
    Column("run_id", _RUN, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("vendor", _VENDOR, primary_key=True),
    Column("ordinal", Integer, primary_key=True),  # its place in the report
    Column("interaction_id", _INTERACTION, nullable=False),
    Column("description", String(DESCRIPTION), nullable=False),  # its beginning
    Column("outcome", _WORD, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("elapsed", Float, nullable=False),
    Column("document", Text, nullable=False),  # the rest of the result: mostly the same text from run to run
    Index("ix_outcomes_vendor_interaction_id_run_id", "vendor", "interaction_id", "run_id"),
    Index("ix_outcomes_vendor_description", "vendor", "description", "interaction_id"),
)

findings: Final = Table(  # one row each, to be counted and searched; whole they stand in outcomes
    "findings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", _RUN, ForeignKey("runs.run_id", ondelete="CASCADE"), nullable=False),
    Column("vendor", _VENDOR, nullable=False),
    Column("interaction_id", _INTERACTION, nullable=False),
    Column("root", Text, nullable=False),
    Column("kind", _WORD, nullable=False),  # a change's kind, mismatch or loss
    Column("severity", _WORD, nullable=False),
    Column("fingerprint", _FINGERPRINT, nullable=False),
    Index("ix_findings_run_id_vendor_interaction_id", "run_id", "vendor", "interaction_id"),
    Index("ix_findings_fingerprint", "fingerprint"),
)

incidents: Final = Table(
    "incidents",
    metadata,
    Column("fingerprint", _FINGERPRINT, primary_key=True),
    Column("vendor", _VENDOR, nullable=False),
    Column("interaction_id", _INTERACTION, nullable=False),
    Column("subject", _WORD, nullable=False),
    Column("severity", _WORD, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("document", Text, nullable=False),  # the Incident; who muted it is in acts
    Index("ix_incidents_vendor_open", "vendor", "open"),
)

acts: Final = Table(
    "acts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", _WORD, nullable=False),  # ack, mute, unmute, accept
    Column("fingerprint", _FINGERPRINT, nullable=True),  # of an incident; null: of all of the vendor's
    Column("vendor", _VENDOR, nullable=False),
    Column("episode", Integer, nullable=True),  # an acknowledgement ends with its episode
    Column("by", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False),
    Column("until", UtcDateTime, nullable=True),
    Index("ix_acts_vendor_fingerprint", "vendor", "fingerprint"),
)

alerts: Final = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", _RUN, nullable=False, server_default=""),  # runs may be pruned before it is sent
    Column("vendor", _VENDOR, nullable=False, server_default=""),
    Column("kind", _WORD, nullable=False),
    Column("severity", _WORD, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("message", Text, nullable=False),
)

intents: Final = Table(
    "intents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("alert_id", Integer, ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String(100), nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("key", String(64), nullable=False),  # idempotency key
    Column("state", _WORD, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("runs", Integer, nullable=False, server_default="0"),  # later runs that have tried
    Column("last_run", _RUN, nullable=False, server_default=""),
    Column("next_at", UtcDateTime, nullable=True),
    Column("lease_owner", String(200), nullable=False, server_default=""),
    Column("lease_until", UtcDateTime, nullable=True),
    Column("error", Text, nullable=False, server_default=""),
    Column("fix", Text, nullable=False, server_default=""),
    Column("sent_at", UtcDateTime, nullable=True),
    Column("answer", Text, nullable=True),
    UniqueConstraint("alert_id", "channel"),
    Index("ix_intents_state_channel", "state", "channel"),
)

threads: Final = Table(  # of which incidents an intent tells: what comes later of one belongs under its first message
    "threads",
    metadata,
    Column("intent_id", Integer, ForeignKey("intents.id", ondelete="CASCADE"), primary_key=True),
    Column("fingerprint", _FINGERPRINT, primary_key=True),
    Column("channel", String(100), nullable=False),
    Column("begins", Boolean, nullable=False),  # an episode of the incident, as people are told
    Column("follows", Boolean, nullable=False),  # the message belongs under an earlier one
    Index("ix_threads_fingerprint_channel", "fingerprint", "channel"),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("intent_id", Integer, ForeignKey("intents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("host", Text, nullable=False),
    Column("took", Float, nullable=False, server_default="0"),
    Column("result", _WORD, nullable=False),  # sent, passing, final
    Column("what", Text, nullable=False, server_default=""),
)

schedules: Final = Table(
    "schedules",
    metadata,
    Column("vendor", _VENDOR, primary_key=True),
    Column("cron", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

facts: Final = Table(
    "facts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
