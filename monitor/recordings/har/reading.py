"""A HAR read back as the recording it was written from, every type checked."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from monitor.errors import RecordingError
from monitor.model import (
    Approval,
    Captured,
    Exchange,
    Fault,
    Headers,
    Mask,
    Outcome,
    ProviderState,
    Recording,
    Request,
    Response,
)
from monitor.recordings.fields import RESTORE, Field, check_version, read_document
from monitor.recordings.har.writing import VERSION, digest_of


def _read_pairs(field: Field) -> Headers:
    return tuple((pair["name"].text(), pair["value"].text()) for pair in field.members())


def _read_body(field: Field, encoding_key: str) -> bytes:
    text = field["text"].text()
    encoding = field.get(encoding_key)
    if encoding is None:
        try:
            return text.encode("utf-8")
        except UnicodeEncodeError:
            field["text"].refuse("is not text")
    if encoding.text() != "base64":
        encoding.refuse("is not base64")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        field["text"].refuse("is not Base64")


def _read_request(field: Field) -> Request:
    post = field.get("postData")
    return Request(
        method=field["method"].text(),
        url=field["url"].text(),
        headers=_read_pairs(field["headers"]),
        body=_read_body(post, "_encoding") if post else None,
    )


def _read_response(field: Field, complete: Field | None) -> Response | None:
    if complete is None:
        return None
    return Response(
        status=field["status"].integer(),
        reason=field["statusText"].text(),
        http_version=field["httpVersion"].text(),
        headers=_read_pairs(field["headers"]),
        body=_read_body(field["content"], "encoding"),
        complete=complete.flag(),
    )


def _read_fault(field: Field) -> Fault:
    outcome = field["outcome"]
    if outcome.text() not in frozenset(Outcome):
        outcome.refuse("is no outcome")
    return Fault(Outcome(outcome.text()), field["step"].text(), field["what"].text(), field["fix"].text())


def _read_approval(field: Field) -> Approval:
    return Approval(
        by=field["by"].text(),
        at=field["at"].time(),
        source=field["source"].text(),
        note=field["note"].text(),
        accepted_losses=tuple(loss.text() for loss in field["accepted_losses"].members()),
    )


def _read_captured(field: Field) -> Captured:
    at = field.get("at")
    return Captured(field["file"].text(), field["entry"].integer(), at.time() if at else None)


def _read_exchange(entry: Field, facts: Field) -> Exchange:
    fault, captured = facts.get("fault"), facts.get("captured")
    return Exchange(
        request=_read_request(entry["request"]),
        response=_read_response(entry["response"], facts.get("complete")),
        fault=_read_fault(fault) if fault else None,
        started=facts["started"].time(),
        elapsed=facts["elapsed"].number(),
        captured=_read_captured(captured) if captured else None,
    )


def _states(field: Field) -> Iterator[ProviderState]:
    return (ProviderState(state["name"].text(), state["params"].object()) for state in field.members())


def _entry(document: Field) -> Field:
    entries = tuple(document["log"]["entries"].members())
    if len(entries) != 1:
        raise RecordingError(
            f"it holds {len(entries)} entries, a recording holds one", where=document.file, fix="record with monitor"
        )
    return entries[0]


def _verified(entry: Field, size: int) -> Field:
    """The entry's ``_monitor``, once version and digest are right."""
    if "_monitor" not in entry.object():
        what = "it is a HAR file, but not a recording of ours"
        raise RecordingError(what, where=entry.file, fix="record with: monitor record")
    facts = entry["_monitor"]
    check_version(facts["version"].integer(), VERSION, entry.file)
    bare = {key: value for key, value in facts.object().items() if key != "digest"}
    try:
        digest = digest_of({**entry.object(), "_monitor": bare}, size)
    except RecursionError:
        entry.refuse("is nested too deeply")
    if digest != facts["digest"].text():
        raise RecordingError("it was changed after it was written (its digest differs)", where=entry.file, fix=RESTORE)
    return facts


def from_har(data: bytes, path: str) -> Recording:
    """The recording that ``to_har`` wrote; ``path`` says where it lies.

    Raises RecordingError for anything else: not JSON, cut, changed by hand, of a newer monitor, a foreign HAR.
    """
    entry = _entry(read_document(data, path))
    facts = _verified(entry, len(data))
    approval = facts.get("approval")
    return Recording(
        path=path,
        run_id=facts["run_id"].text(),
        vendor=facts["vendor"].text(),
        interaction_id=facts["interaction_id"].text(),
        description=facts["description"].text(),
        exchange=_read_exchange(entry, facts),
        contract_digest=facts["contract_digest"].text(),
        states=tuple(_states(facts["provider_states"])),
        masks=tuple(
            Mask(mask["where"].text(), mask["name"].text(), mask["count"].integer())
            for mask in facts["masks"].members()
        ),
        approval=_read_approval(approval) if approval else None,
        digest=facts["digest"].text(),
    )
