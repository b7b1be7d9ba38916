"""${message}

Says what it needs of the tables itself, and imports nothing of monitor: what stands there changes, this does not.
SQLite: op.batch_alter_table, for it cannot alter most of a table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
