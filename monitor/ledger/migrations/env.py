"""Alembic's way in: migrates the connection that it is given (ledger/migrating.py)."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from monitor.ledger.tables import metadata

connection = context.config.attributes["connection"]
assert isinstance(connection, Connection)  # noqa: S101 - nobody else runs this
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table=context.config.attributes["version_table"],
    render_as_batch=True,  # SQLite cannot alter most of a table
)
with context.begin_transaction():
    context.run_migrations()
