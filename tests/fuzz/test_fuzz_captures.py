"""Captures of any kind: exchanges that can be kept, or one of our errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.contracts.actions.export import read_export
from monitor.errors import CaptureError, UsageError
from monitor.model import Exchange, Interaction, Recording, RequestTemplate, Secret, Vendor
from monitor.pipeline.capturing import Replay, Source, Taken, chosen, taken
from monitor.pipeline.planning import Job, Jobs
from monitor.recordings.captures import Capture, parse_capture
from monitor.recordings.har import from_har, to_har
from monitor.recordings.masking import Masker
from tests.fuzz.damage import EDITS, Edit, Tree, damaged
from tests.fuzz.laws import cases, fits, is_clean, ours
from tests.fuzz.seeds import ANSWER, HARS, NOW, RUN, SECRET, text

_HEADERS: Tree = [{"name": ":authority", "value": "h"}, {"name": "X-API-Key", "value": "key-of-production"}]
_POST: Tree = {"mimeType": "application/json", "text": '{"id": "CUST-9", "kind": "a"}', "params": [{"name": "a"}]}
_CONTENT: Tree = {"size": 400, "mimeType": "application/json", "text": text(ANSWER)}
_RESPONSE: Tree = {"status": 200, "statusText": "OK", "httpVersion": "h2", "headers": _HEADERS, "content": _CONTENT}
_TIMES: Tree = {"send": -1, "wait": 50, "receive": 1.5}


def _entry(method: str, url: str, **more: Tree) -> Tree:
    request: Tree = {"method": method, "url": url, "headers": _HEADERS, "postData": _POST}
    return {
        "startedDateTime": "2026-11-22T08:58:00.123Z",
        "time": 50.5,
        "request": request,
        "response": _RESPONSE,
        "timings": _TIMES,
        "_fromCache": "disk",
        **more,
    }


_BLOCKED: Tree = {"status": 0, "_error": "net::ERR_BLOCKED", "content": {}}
_ENTRIES: Tree = [
    _entry("GET", "https://h/v1/c?phone=1&api_key=0123456789abcdef"),
    _entry("POST", "https://h:8443/c/CUST-9/cases"),
    _entry("OPTIONS", "https://h/v1/c", response=_BLOCKED),
]
_CAPTURE = text({"log": {"version": "1.2", "entries": _ENTRIES}})

_ACTION = read_export(
    text(
        {
            "name": "create a case",
            "config": {
                "request": {
                    "requestUrlTemplate": "https://x/c/${input.id}/cases",
                    "requestType": "POST",
                    "requestTemplate": '{"id": "${input.id}", "kind": "a"}',
                }
            },
            "contract": {"input": {"inputSchema": {"properties": {"id": {"type": "string"}}}}},
        }
    ).encode()
)
_KNOWN = (Secret("CRM_KEY", SECRET), Secret("BASE", "https://staging.example"))
_VENDOR = Vendor("crm", "https://staging.example/v1", headers={"X-API-Key": SECRET})


def _job(name: str, request: RequestTemplate, action: str = "", refusal: str = "") -> Job:
    made = Interaction(name, "crm", "c", name, request, action=action, refusal=refusal, expected_status=200)
    return Job(_VENDOR, made, None)


_JOBS = Jobs(
    (_VENDOR,),
    (
        _job("lookup", RequestTemplate("GET", "/c", (("phone", "1"),))),
        _job("case", RequestTemplate("POST", "/c/${input.id}/cases"), "create a case", "it lacks an input"),
    ),
    (),
    actions={("crm", "case"): _ACTION},
)
_ONE = replace(_JOBS, jobs=_JOBS.jobs[:1])


def _read(data: bytes) -> Capture | CaptureError:
    return ours(lambda: parse_capture(data, "x.har"), CaptureError)


def _kept(exchange: Exchange, masker: Masker) -> None:
    """It is called, masked, written and read as any other."""
    assert Replay([exchange]).call(exchange.request) is exchange
    masked, masks = masker.mask(exchange)
    recording = Recording("x.har", RUN, "crm", "x", "d", masked, masks=masks)
    assert replace(from_har(to_har(recording), "x.har"), digest="") == recording


def _go_on(found: Taken) -> None:
    assert fits(found.exchanges, tuple[Exchange, ...])
    assert all(bool(job.request) != bool(job.refusal) for job in found.jobs.jobs)
    masker = Masker((*_KNOWN, *found.secrets))
    for exchange in found.exchanges:
        _kept(exchange, masker)
    told = [*(line for lines in found.lines.values() for line in lines), *(job.refusal for job in found.jobs.jobs)]
    assert all(map(is_clean, told))
    assert all(is_clean(stray.differs) for stray in found.strays.close)


@cases(400)
@given(st.sampled_from((_CAPTURE, _CAPTURE, *HARS)), EDITS, st.none() | st.integers(0, 3))
def test_any_bytes_are_a_capture_or_told(seed: str, edits: Sequence[Edit], entry: int | None) -> None:
    capture = _read(damaged(seed, edits))
    if isinstance(capture, CaptureError):
        assert capture.fix
        return
    assert fits(capture, Capture)
    assert all(map(is_clean, (capture.file, *capture.broken, *(one.fault for one in capture.entries))))
    assert all(is_clean(note) for one in capture.entries for note in one.notes)
    planned = _JOBS if entry is None else _ONE
    made = ours(lambda: chosen(planned, capture, entry), UsageError)
    if not isinstance(made, UsageError):
        _go_on(taken(planned, *made, Source(capture, _KNOWN, NOW)))


def test_the_seed_itself_is_taken_whole() -> None:
    capture = parse_capture(_CAPTURE.encode(), "x.har")
    found = taken(_JOBS, *chosen(_JOBS, capture, None), Source(capture, _KNOWN, NOW))
    assert [job.refusal for job in found.jobs.jobs] == ["", ""]
