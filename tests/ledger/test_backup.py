"""A backup gives back what was there, on either database; and whatever is wrong with it, nothing is changed."""

from __future__ import annotations

import gzip
import json
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Float, Integer, Table, UniqueConstraint, delete, insert, select

from monitor.errors import StorageError, UsageError
from monitor.ledger.backup import Contents, Maker, back_up, restore
from monitor.ledger.database import Database, open_database
from monitor.ledger.portable import Reader, lines_of
from monitor.ledger.tables import UtcDateTime, alerts, metadata
from tests.ledger.conftest import NOW

MAKER = Maker("1.2.3", NOW)
Rows = dict[str, list[dict[str, object]]]


# -- any rows ----------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=3,
)
texts = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=30)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-11))])
moments = st.builds(
    lambda seconds, zone: (EPOCH + timedelta(seconds=seconds)).astimezone(zone), st.floats(-1e9, 1e10), zones
)


def _values(column: Column[object]) -> st.SearchStrategy[object]:
    found: st.SearchStrategy[object]
    if isinstance(column.type, UtcDateTime):
        found = moments
    elif isinstance(column.type, Boolean):
        found = st.booleans()
    elif isinstance(column.type, Integer):
        found = st.integers(0, 2**31 - 1)
    elif isinstance(column.type, Float):
        found = st.floats(allow_nan=False, allow_infinity=False)
    elif column.type.__visit_name__ == "JSON":
        found = json_values
    else:
        found = texts
    return st.none() | found if column.nullable else found


STRATEGIES = {table.name: {c.name: _values(c) for c in table.columns} for table in metadata.sorted_tables}


def _distinct(table: Table, rows: Sequence[dict[str, object]]) -> bool:
    keys = [table.primary_key, *(c for c in table.constraints if isinstance(c, UniqueConstraint))]
    return all(len({tuple(row[c.name] for c in key.columns) for row in rows}) == len(rows) for key in keys)


@st.composite
def ledgers(draw: st.DrawFn) -> Rows:
    """Rows for each table; what refers to another table's row refers to one that is there."""
    found: Rows = {}
    for table in metadata.sorted_tables:
        foreign = {key.parent.name: found[key.column.table.name] for key in table.foreign_keys}
        count = draw(st.integers(0, 2)) if all(foreign.values()) else 0
        rows = [draw(st.fixed_dictionaries(STRATEGIES[table.name])) for _ in range(count)]
        for row in rows:
            for key in table.foreign_keys:
                row[key.parent.name] = draw(st.sampled_from(foreign[key.parent.name]))[key.column.name]
        found[table.name] = rows if _distinct(table, rows) else rows[:1]
    return found


def fill(database: Database, rows: Rows) -> None:
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
        for table in metadata.sorted_tables:
            if rows.get(table.name):
                connection.execute(insert(table), rows[table.name])


def held(database: Database) -> Rows:
    """All rows; in an order of ours, for a server sorts texts as its locale does."""
    found: Rows = {}
    with database.read() as connection:
        for table in metadata.sorted_tables:
            rows = [dict(row._mapping) for row in connection.execute(select(table))]
            found[table.name] = sorted(rows, key=repr)
    return found


@pytest.fixture
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """A ledger on either database."""
    with open_database(f"sqlite:///{tmp_path}/ledger.db", NOW) as file:
        yield file, request.getfixturevalue("_postgres_ledger")[1]


@given(rows=ledgers())
@settings(max_examples=6, phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # to shrink takes long
def test_what_was_there_is_there_again_there_and_back(
    two: tuple[Database, Database], tmp_path_factory: pytest.TempPathFactory, rows: Rows
) -> None:
    one, other = two
    folder = tmp_path_factory.getbasetemp()
    first, second, aside = (folder / name for name in ("first.gz", "second.gz", "aside.gz"))
    aside.unlink(missing_ok=True)
    fill(one, rows)
    fill(other, {})
    before = held(one)
    counted = back_up(one, first, MAKER)
    assert restore(other, first, MAKER, aside) == counted
    assert held(other) == before
    assert back_up(other, second, MAKER) == counted
    fill(one, {})
    assert restore(one, second, MAKER, aside) == counted
    assert held(one) == before


# -- one ledger --------------------------------------------------------------------------------------------

INCIDENT = {
    "fingerprint": "v1:0011223344556677",
    "vendor": "crm",
    "interaction_id": "look-up-1a2b3c4d",
    "subject": "drift",
    "severity": "breaking",
    "open": True,
    "seen_at": NOW,
    "document": json.dumps({"root": "$.é\ud800\x00", "n": 10**30}),
}
ALERT = {"id": 7, "kind": "run", "severity": "breaking", "created": NOW, "message": '{"title": "t"}'}
SMALL: Rows = {"incidents": [INCIDENT], "alerts": [ALERT]}


@pytest.fixture
def saved(database: Database, tmp_path: Path) -> Path:
    fill(database, SMALL)
    back_up(database, tmp_path / "backup.gz", MAKER)
    return tmp_path / "backup.gz"


def test_a_backup_is_private_readable_and_the_same_each_time(database: Database, saved: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in gzip.decompress(saved.read_bytes()).splitlines()]
    created = "2026-11-22T08:58:00+00:00"
    assert lines[0] == {
        "format": "monitor-ledger-backup",
        "version": 1,
        "revision": "0001",
        "created": created,
        "monitor": "1.2.3",
    }
    assert {"table": "facts", "columns": ["name", "value"]} in lines
    assert lines[-1]["rows"]["alerts"] == 1
    again = tmp_path / "again.gz"
    assert str(back_up(database, again, MAKER)) == "alerts 1, incidents 1"
    assert again.read_bytes() == saved.read_bytes()


def test_ids_go_on_after_those_that_were_restored(database: Database, saved: Path, tmp_path: Path) -> None:
    restore(database, saved, MAKER, tmp_path / "aside.gz")
    with database.write() as connection:
        row = {key: value for key, value in ALERT.items() if key != "id"}
        assert connection.execute(insert(alerts).values(row)).inserted_primary_key == (8,)


def test_a_ledger_that_is_not_empty_is_replaced_only_when_told_to(
    database: Database, saved: Path, tmp_path: Path
) -> None:
    fill(database, {"facts": [{"name": "a", "value": "b"}]})
    before = held(database)
    with pytest.raises(UsageError, match=r"not empty \(facts 1\)") as caught:
        restore(database, saved, MAKER, None)
    assert "--force" in caught.value.fix
    assert held(database) == before

    aside = tmp_path / "aside.gz"
    assert restore(database, saved, MAKER, aside) == Contents({"alerts": 1, "incidents": 1})
    assert held(database)["incidents"] == [INCIDENT]
    with pytest.raises(StorageError, match="already"):
        restore(database, aside, MAKER, aside)
    restore(database, aside, MAKER, tmp_path / "more.gz")
    assert held(database) == before


def test_what_cannot_be_written_replaces_nothing(database: Database, saved: Path, tmp_path: Path) -> None:
    before = held(database)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError):
        restore(database, saved, MAKER, tmp_path / "file" / "aside.gz")
    assert held(database) == before
    with pytest.raises(StorageError) as caught:
        back_up(database, tmp_path / "file" / "b.gz", MAKER)
    assert caught.value.where.endswith("b.gz")
    with pytest.raises(UsageError, match="its folder is not there"):
        back_up(database, tmp_path / "nope" / "b.gz", MAKER)
    assert not (tmp_path / "nope").exists()
    restore(database, saved, MAKER, tmp_path / "state" / "aside.gz")  # a folder of our own is made
    assert held(database) == before
    assert not list(tmp_path.rglob(".tmp-*"))


def _rewritten(change: Callable[[list[bytes]], Sequence[bytes]]) -> Callable[[bytes], bytes]:
    return lambda data: gzip.compress(b"".join(change(gzip.decompress(data).splitlines(keepends=True))))


def _header(**changes: object) -> Callable[[bytes], bytes]:
    return _rewritten(lambda lines: [json.dumps({**json.loads(lines[0]), **changes}).encode() + b"\n", *lines[1:]])


WRONG: dict[str, tuple[Callable[[bytes], bytes], str, str]] = {
    "empty": (lambda _: b"", "no backup of a ledger", "that monitor ledger backup made"),
    "a text": (lambda _: b"a text\n", "no backup of a ledger", "that monitor ledger backup made"),
    "another's": (lambda _: gzip.compress(b'{"a":1}\n'), "no backup of a ledger", "that monitor ledger backup made"),
    "cut": (lambda data: data[:-40], "cut or is damaged", "another backup"),
    "cut between lines": (_rewritten(lambda lines: lines[:-1]), "cut or is damaged", "another backup"),
    "a row less": (
        _rewritten(lambda lines: [line for line in lines if b"v1:0011" not in line]),
        "its digest is another",
        "another backup",
    ),
    "rows before their table": (_rewritten(lambda lines: [lines[0], b"[1]\n"]), "its rows are not", "another backup"),
    "null": (_rewritten(lambda lines: [lines[0], b"null\n"]), "its rows are not", "another backup"),
    "deep": (_rewritten(lambda lines: [lines[0], b"[" * 100_000 + b"\n"]), "cut or is damaged", "another backup"),
    "a newer form": (_header(version=2), "a newer monitor made it (1.2.3)", "upgrade monitor"),
    "a newer schema": (_header(revision="0999"), "a newer monitor made it (1.2.3)", "upgrade monitor"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_backup_changes_nothing(database: Database, saved: Path, name: str) -> None:
    before = held(database)
    change, what, fix = WRONG[name]
    saved.write_bytes(change(saved.read_bytes()))
    with pytest.raises(UsageError) as caught:
        restore(database, saved, MAKER, saved.with_name("aside.gz"))
    assert what in caught.value.what
    assert fix in caught.value.fix
    assert caught.value.where == str(saved)
    assert held(database) == before
    assert not saved.with_name("aside.gz").exists()


def test_a_file_that_cannot_be_read(database: Database, tmp_path: Path) -> None:
    for path, what in ((tmp_path / "none.gz", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(UsageError, match=what):
            restore(database, path, MAKER, None)


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    with open_database(f"sqlite:///{tmp_path_factory.mktemp('some')}/ledger.db", NOW) as database:
        fill(database, SMALL)
        with database.read() as connection:
            return b"".join(lines_of(connection, NOW, "1.2.3"))


def rows_in(data: bytes) -> list[object]:
    with ExitStack() as stack:
        file = stack.enter_context(BytesIO(data))
        return [(table.name, row) for table, row in Reader(file, "x").rows()]


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_is_taken_for_a_ledger(lines: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(lines) - 1))
    other = data.draw(st.sampled_from([b"", b"0", b'"', b"\n", b"}", b"\xff"]))
    changed = lines[:place] + other + lines[place + 1 :]
    with pytest.raises(UsageError):
        rows_in(changed if changed != lines else lines[:place])
    assert rows_in(lines)
