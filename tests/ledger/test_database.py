"""One ledger, whatever the database."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from monitor.ledger.database import Database
from monitor.ledger.tables import facts


@pytest.mark.parametrize("n", range(30))
def test_rows(database: Database, n: int) -> None:
    with database.write() as connection:
        connection.execute(insert(facts).values(name="a", value="b"))
    with database.read() as connection:
        assert connection.execute(select(facts)).all() == [("a", "b")]
