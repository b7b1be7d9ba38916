"""Writes the next migration from what ledger/tables.py says now: ``python -m tests.ledger.revising "what it does"``.

Read it, then add its revision to OURS in ledger/database.py; tests/ledger/test_migrations.py holds the rest.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from monitor.ledger.database import OURS, VERSION_TABLE, Schema, open_database
from monitor.ledger.migrating import config_of


def revise(what: str, schema: Schema, now: datetime) -> Path:
    """The new file, in ``schema.scripts``."""
    config = config_of(schema)
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    number = f"{len(schema.revisions) + 1:04}"
    with (
        TemporaryDirectory() as folder,
        open_database(f"sqlite:///{folder}/ledger.db", now, schema) as database,
        database.read() as connection,
    ):
        config.attributes.update(connection=connection, version_table=VERSION_TABLE)
        made = command.revision(config, what, autogenerate=True, rev_id=number)
    script = made[0] if isinstance(made, list) else made
    assert script is not None
    return Path(script.path)


if __name__ == "__main__":
    print(revise(sys.argv[1], OURS, datetime.now(UTC)))
