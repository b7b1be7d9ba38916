"""The whole ledger as lines of JSON, the same from either database.

1. A header; for each table its name and columns, then a line for each row; a trailer with the number of rows by table
   and the SHA-256 of all lines before it. What was cut or changed has no such end.
2. Moments are ISO texts in UTC; all else is what JSON has.
3. Who reads learns only at the end whether all of it was whole: until then nothing may be kept.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import BinaryIO, Final, TypeAlias

from sqlalchemy import Column, Connection, Table, select

from monitor.errors import UsageError
from monitor.ledger.database import OURS
from monitor.ledger.tables import UtcDateTime, metadata
from monitor.printable import printable

FORMAT: Final = "monitor-ledger-backup"
VERSION: Final = 1
BATCH: Final = 1000  # rows in memory
LONGEST: Final = 200_000_000  # bytes of a line; what claims to be longer is not ours
_ANOTHER: Final = "take another backup"

Row: TypeAlias = dict[str, object]


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"


def _portable(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _rows(connection: Connection, table: Table) -> Iterator[list[object]]:
    """In the order of their key."""
    ordered = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH)
    for row in connection.execute(ordered):
        yield [_portable(value) for value in row]


def _values(connection: Connection, header: Row, counts: dict[str, int]) -> Iterator[object]:
    yield header
    for table in metadata.sorted_tables:
        yield {"table": table.name, "columns": [column.name for column in table.columns]}
        counts[table.name] = 0
        for row in _rows(connection, table):
            counts[table.name] += 1
            yield row


def lines_of(connection: Connection, now: datetime, version: str) -> Iterator[bytes]:
    """All that the transaction of ``connection`` sees; ``version`` is that of monitor."""
    created = now.astimezone(UTC).isoformat(timespec="seconds")
    header = {"format": FORMAT, "version": VERSION, "revision": OURS.head, "created": created, "monitor": version}
    digest = hashlib.sha256()
    counts: dict[str, int] = {}
    for value in _values(connection, header, counts):
        line = _line(value)
        digest.update(line)
        yield line
    yield _line({"rows": counts, "sha256": digest.hexdigest()})


class Reader:
    """What ``lines_of`` wrote, row by row. ``where`` names the file in errors."""

    def __init__(self, file: BinaryIO, where: str) -> None:
        self._file = file
        self._where = where
        self._digest = hashlib.sha256()
        self._counts: dict[str, int] = {}

    def rows(self) -> Iterator[tuple[Table, Row]]:
        """Raises UsageError, at the latest at the end, where it is not the whole of a backup that we can take."""
        self._check_header()
        table: Table | None = None
        columns: Sequence[Column[object]] = ()
        while (value := self._body()) is not None:
            try:
                if isinstance(value, list) and table is not None:
                    self._counts[table.name] += 1
                    yield table, _row(value, columns)
                else:
                    table, columns = _table(value)
                    self._counts[table.name] = 0
            except (KeyError, TypeError, ValueError):
                raise self._fault("it is damaged: its rows are not those of a ledger") from None

    def _fault(self, what: str, fix: str = _ANOTHER) -> UsageError:
        return UsageError(what, where=self._where, fix=fix)

    def _next(self) -> tuple[bytes, object]:
        try:
            line = self._file.readline(LONGEST)
            if line.endswith(b"\n"):
                return line, json.loads(line)
        except (OSError, EOFError, zlib.error, ValueError, RecursionError):
            pass
        raise self._fault("it was cut or is damaged")

    def _body(self) -> object:
        """The next line before the trailer; None where the trailer came, and holds."""
        line, value = self._next()
        if isinstance(value, dict) and "sha256" in value:
            if (value["sha256"], value.get("rows")) != (self._digest.hexdigest(), self._counts):
                raise self._fault("it is damaged: its digest is another")
            return None
        self._digest.update(line)
        return value if value is not None else {}

    def _check_header(self) -> None:
        foreign = self._fault("it is no backup of a ledger", "name a file that monitor ledger backup made")
        try:
            line, header = self._next()
        except UsageError:
            raise foreign from None
        if not isinstance(header, dict) or header.get("format") != FORMAT:
            raise foreign
        self._digest.update(line)
        made = printable(str(header.get("monitor", "")), 40)
        if header.get("version") != VERSION or header.get("revision") not in OURS.revisions:
            raise self._fault(f"a newer monitor made it ({made})", "upgrade monitor")
        if header["revision"] != OURS.head:
            fix = f"restore it with that one (pip install provider-drift-monitor=={made}), and upgrade then"
            raise self._fault(f"an older monitor made it ({made})", fix)


def _table(section: object) -> tuple[Table, Sequence[Column[object]]]:
    if not isinstance(section, Mapping):
        raise TypeError
    table = metadata.tables[str(section["table"])]
    columns = [table.columns[str(name)] for name in section["columns"]]
    if len(columns) != len(table.columns):
        raise ValueError
    return table, columns


def _row(values: Sequence[object], columns: Sequence[Column[object]]) -> Row:
    return {column.name: _taken(value, column) for value, column in zip(values, columns, strict=True)}


def _taken(value: object, column: Column[object]) -> object:
    if isinstance(column.type, UtcDateTime) and value is not None:
        return datetime.fromisoformat(str(value))
    return value
