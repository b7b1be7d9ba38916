"""Alembic's way in: migrates the connection that it is given (ledger/migrating.py)."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from monitor.ledger.tables import UtcDateTime, metadata


def _rendered(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:  # noqa: ARG001 - Alembic's form
    """A type of ours as a migration writes it, for it imports nothing of monitor."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
assert isinstance(connection, Connection)  # noqa: S101 - nobody else runs this
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table=context.config.attributes["version_table"],
    render_item=_rendered,
    render_as_batch=True,  # SQLite cannot alter most of a table
)
with context.begin_transaction():
    context.run_migrations()
