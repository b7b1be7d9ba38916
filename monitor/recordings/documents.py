"""Plans and reports as JSON files, and back. Keys that we do not know are passed over."""

from __future__ import annotations

import json
from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from monitor.errors import RecordingError
from monitor.jsonpaths import format_path
from monitor.model import Plan, RunReport
from monitor.recordings.fields import RESTORE, check_version, read_document

VERSION: Final = 1
T = TypeVar("T")

_PLAN: Final = TypeAdapter(Plan)
_REPORT: Final = TypeAdapter(RunReport)


def _written(adapter: TypeAdapter[T], value: T) -> bytes:
    # lone surrogates, which a file name may hold, become "?": no reader of JSON takes them
    text = json.dumps(adapter.dump_python(value, mode="json"), ensure_ascii=False, indent=1)
    return text.encode("utf-8", "replace") + b"\n"


def _read(adapter: TypeAdapter[T], data: bytes, file: str) -> T:
    check_version(read_document(data, file)["version"].integer(), VERSION, file)
    try:
        return adapter.validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise RecordingError(f"{format_path(first['loc'])}: {first['msg']}", where=file, fix=RESTORE) from None


def plan_to(plan: Plan) -> bytes:
    return _written(_PLAN, plan)


def plan_from(data: bytes, file: str) -> Plan:
    """Raises RecordingError where ``data`` is no plan, or a newer monitor's."""
    return _read(_PLAN, data, file)


def report_to(report: RunReport) -> bytes:
    return _written(_REPORT, report)


def report_from(data: bytes, file: str) -> RunReport:
    """Raises RecordingError where ``data`` is no report, or a newer monitor's."""
    return _read(_REPORT, data, file)
