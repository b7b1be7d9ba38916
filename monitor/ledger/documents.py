"""Values as JSON texts in the ledger, and back. Keys that we do not know are passed over.

Text of vendors may hold what a database takes badly: lone surrogates, which are no UTF-8, and NUL, which PostgreSQL
refuses. In a document a NUL is an escape of JSON's own; whatever else cannot be stored stands there as people would
read it (``\\ud800``), in plain columns as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from monitor.errors import LedgerError
from monitor.jsonpaths import format_path
from monitor.model import Incident, Message, Result, RunReport

T = TypeVar("T")

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_FIX: Final = "monitor ledger rebuild makes what runs found anew; monitor ledger restore takes a backup"


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}" if code else "\\x00"


def storable(text: str) -> str:
    """``text`` as both databases take it."""
    return _UNSTORABLE.sub(_escape, text)


@dataclass(frozen=True, slots=True)
class Document(Generic[T]):
    """How one kind of value is written and read. ``name`` says what it is, for errors."""

    adapter: TypeAdapter[T] = field(repr=False)
    name: str

    def write(self, value: T) -> str:
        try:
            return self.adapter.dump_json(value).decode()
        except PydanticSerializationError:  # lone surrogates
            text = json.dumps(self.adapter.dump_python(value, mode="json"), ensure_ascii=False)
            return _SURROGATE.sub(lambda found: "\\" + _escape(found), text)

    def read(self, text: str) -> T:
        """Raises LedgerError where ``text`` is none."""
        try:
            return self.adapter.validate_json(text, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            what = f"a stored {self.name} cannot be read: {format_path(first['loc'])}: {first['msg']}"
            raise LedgerError(what, fix=_FIX) from None


REPORT: Final = Document(TypeAdapter(RunReport), "report")
RESULT: Final = Document(TypeAdapter(Result), "result")
INCIDENT: Final = Document(TypeAdapter(Incident), "incident")
MESSAGE: Final = Document(TypeAdapter(Message), "message")
ANSWER: Final[Document[Mapping[str, str]]] = Document(TypeAdapter(Mapping[str, str]), "answer")
