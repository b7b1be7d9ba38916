"""Reading a JSON file that a hand or an accident may have changed: every type is checked, every fault has its path."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, NoReturn

from monitor.errors import RecordingError
from monitor.jsonpaths import Json, Path, format_path, json_type

RESTORE: Final = "restore the file from version control or a backup, or record again"


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a JSON document, with the ``file`` it is in and the ``path`` to it."""

    value: Json
    file: str
    path: Path = ()

    def refuse(self, what: str) -> NoReturn:
        raise RecordingError(f"{format_path(self.path)} {what}", where=self.file, fix=RESTORE)

    def __getitem__(self, key: str) -> Field:
        if not isinstance(self.value, dict):
            self.refuse(f"is no Object but {self._type}")
        if key not in self.value:
            Field(None, self.file, (*self.path, key)).refuse("is missing")
        return Field(self.value[key], self.file, (*self.path, key))

    def get(self, key: str) -> Field | None:
        """The member, or None where it is missing or null."""
        if not isinstance(self.value, dict):
            self.refuse(f"is no Object but {self._type}")
        return None if self.value.get(key) is None else self[key]

    @property
    def _type(self) -> str:
        return json_type(self.value).value

    def text(self) -> str:
        return self.value if isinstance(self.value, str) else self.refuse(f"is no String but {self._type}")

    def flag(self) -> bool:
        return self.value if isinstance(self.value, bool) else self.refuse(f"is no Boolean but {self._type}")

    def integer(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.refuse(f"is no Integer but {self._type}")
        return self.value

    def number(self) -> float:
        if isinstance(self.value, float | Decimal) and math.isfinite(float(self.value)):
            return float(self.value)
        try:
            return float(self.integer())
        except OverflowError:
            self.refuse("is too large a number")

    def members(self) -> Iterator[Field]:
        if not isinstance(self.value, list):
            self.refuse(f"is no Array but {self._type}")
        return (Field(member, self.file, (*self.path, index)) for index, member in enumerate(self.value))

    def object(self) -> dict[str, Json]:
        return self.value if isinstance(self.value, dict) else self.refuse(f"is no Object but {self._type}")

    def time(self) -> datetime:
        """A moment with its time zone."""
        try:
            moment = datetime.fromisoformat(self.text())
        except ValueError:
            self.refuse("is no ISO 8601 time")
        return moment if moment.tzinfo else self.refuse("has no time zone")


def read_document(data: bytes, file: str) -> Field:
    """The JSON document of a file of ours. Raises RecordingError where it is none, or was cut."""
    try:
        return Field(json.loads(data), file)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string")
        what = "it ends too early: it was cut" if cut else f"it is not JSON (line {error.lineno}, column {error.colno})"
        raise RecordingError(what if data.strip() else "it is empty", where=file, fix=RESTORE) from None
    except (ValueError, RecursionError):
        raise RecordingError("it is not JSON", where=file, fix=RESTORE) from None


def check_version(version: int, newest: int, file: str) -> None:
    if version > newest:
        what = f"it was written by a newer monitor (format {version}; this one knows {newest})"
        raise RecordingError(what, where=file, fix="install the newer monitor")
