"""HAR out, the same recording back; nothing else is believed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import RecordingError
from monitor.jsonpaths import Json
from monitor.model import (
    Approval,
    Captured,
    Exchange,
    Fault,
    Mask,
    Outcome,
    ProviderState,
    Recording,
    Request,
    Response,
)
from monitor.recordings.har import digest_of_pretty, from_har, pretty, to_har
from monitor.recordings.har.writing import digest_of

PATH = "runs/20261122T085800Z-ab12cd/crm/x.har"
NOW = datetime(2026, 11, 22, 8, 58, 0, 123456, tzinfo=UTC)


def recording(body: bytes = b"{}", sent: bytes | None = None, media_type: str = "application/json") -> Recording:
    request = Request("POST", "https://crm.example/a?b=c%20d&e=&b=%C3%A9", (("X-A", "1"), ("X-A", "2")), sent)
    headers = (("Content-Type", media_type), ("Content-Encoding", "gzip"), ("X-Ü", "\xe9\x80"))
    response = Response(200, "OK", "HTTP/2", headers, body)
    return Recording(PATH, "20261122T085800Z-ab12cd", "crm", "x", "d", Exchange(request, response, None, NOW, 0.1))


def back(kept: Recording) -> Recording:
    return from_har(to_har(kept), kept.path)


def body_of(kept: Recording) -> bytes:
    assert kept.exchange.response is not None
    return kept.exchange.response.body


def entry_of(data: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(data)["log"]["entries"][0]
    return entry


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"\0", b"\0" * 100, b"\xff\xfe\0", bytes(range(256)), b"\xed\xa0\x80", b"\xc3"),
        *("é\u2028😀".encode(), b"\xef\xbb\xbf{}", b"a\r\nb\rc\n", b'{"a":1.50}', b"aGVsbG8="),
    ],
    ids=repr,
)
def test_bodies_come_back_exact(body: bytes) -> None:
    assert body_of(back(recording(body))) == body
    assert back(recording(sent=body)).exchange.request.body == body


def test_no_body_is_not_an_empty_body() -> None:
    assert back(recording(sent=None)).exchange.request.body is None
    assert back(recording(sent=b"")).exchange.request.body == b""


def test_a_viewer_finds_what_it_needs() -> None:
    data = to_har(recording("é".encode(), sent=b"\xff"))
    assert data.isascii()
    log = json.loads(data)["log"]
    assert (log["version"], len(log["entries"]), log["creator"]["name"]) == ("1.2", 1, "monitor")
    entry = entry_of(data)
    assert entry["startedDateTime"] == "2026-11-22T08:58:00.123Z"
    assert entry["time"] == entry["timings"]["wait"] == 100.0
    assert entry["cache"] == {}
    request, response = entry["request"], entry["response"]
    assert request["queryString"] == [
        {"name": "b", "value": "c d"},
        {"name": "e", "value": ""},
        {"name": "b", "value": "é"},
    ]
    assert request["headers"] == [{"name": "X-A", "value": "1"}, {"name": "X-A", "value": "2"}]
    assert request["postData"] == {"mimeType": "x-unknown", "text": "/w==", "_encoding": "base64"}
    assert (request["bodySize"], request["headersSize"], request["cookies"]) == (1, -1, [])
    assert response["content"] == {"size": 2, "mimeType": "application/json", "text": "é"}
    assert (response["status"], response["bodySize"], response["redirectURL"]) == (200, -1, "")


def test_a_vendor_that_is_down() -> None:
    fault = Fault(Outcome.VENDOR_DOWN, "connect", "connection refused", "start it")
    kept = recording()
    kept = replace(kept, exchange=replace(kept.exchange, response=None, fault=fault))
    entry = entry_of(to_har(kept))
    assert entry["response"]["status"] == 0
    assert entry["_monitor"]["fault"]["outcome"] == "vendor_down"
    assert back(kept).exchange == kept.exchange


def test_a_cut_body_and_its_fault() -> None:
    kept = recording(b"cut")
    assert kept.exchange.response is not None
    response = replace(kept.exchange.response, complete=False)
    fault = Fault(Outcome.UNREADABLE, "body", "larger than max_body")
    kept = replace(kept, exchange=replace(kept.exchange, response=response, fault=fault))
    assert back(kept).exchange == kept.exchange


def test_times_are_utc_and_exact() -> None:
    kept = recording()
    started = NOW.astimezone(timezone(timedelta(hours=-5, minutes=-30)))
    kept = replace(kept, exchange=replace(kept.exchange, started=started))
    assert b'"started": "2026-11-22T08:58:00.123456Z"' in to_har(kept)
    assert back(kept).exchange.started == NOW


def test_exact_numbers_of_states_are_written_as_json() -> None:
    params: dict[str, Json] = {"a": Decimal("1.5"), "b": Decimal("1e999"), "c": 10**30}
    kept = back(replace(recording(), states=(ProviderState("s", params),)))
    assert kept.states == (ProviderState("s", {"a": 1.5, "b": "1E+999", "c": 10**30}),)


# -- laws -------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates too
LATIN = st.text(st.characters(max_codepoint=255), max_size=20)
HEADERS = st.lists(st.tuples(LATIN, LATIN), max_size=4).map(tuple)
BODIES = st.binary(max_size=100) | TEXT.map(lambda text: text.encode("utf-8", "replace"))
TIMES = st.datetimes(timezones=st.just(UTC))
REQUESTS = st.builds(Request, LATIN, TEXT, HEADERS, st.none() | BODIES)
RESPONSES = st.builds(Response, st.integers(100, 999), LATIN, LATIN, HEADERS, BODIES, st.booleans())
FAULTS = st.builds(Fault, st.sampled_from(list(Outcome)), TEXT, TEXT, TEXT)
SECONDS = st.floats(0, 1e6)
CAPTURED = st.builds(Captured, TEXT, st.integers(0), st.none() | TIMES)
EXCHANGES = st.builds(
    Exchange, REQUESTS, st.none() | RESPONSES, st.none() | FAULTS, TIMES, SECONDS, st.none() | CAPTURED
)
PARAMS = st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT), max_size=3)
STATES = st.lists(st.builds(ProviderState, TEXT, PARAMS), max_size=2).map(tuple)
MASKS = st.lists(st.builds(Mask, TEXT, TEXT, st.integers(0)), max_size=2).map(tuple)
APPROVALS = st.builds(Approval, TEXT, TIMES, TEXT, TEXT, st.lists(TEXT, max_size=2).map(tuple))
RECORDINGS = st.builds(
    Recording, TEXT, TEXT, TEXT, TEXT, TEXT, EXCHANGES, TEXT, STATES, MASKS, st.none() | APPROVALS
)  # fmt: skip


@given(RECORDINGS)
def test_law_what_is_written_is_read(kept: Recording) -> None:
    data = to_har(kept)
    again = from_har(data, kept.path)
    assert replace(again, digest="") == kept
    assert len(again.digest) == 64
    assert to_har(again) == data
    assert digest_of_pretty(pretty(again)[:200]) == again.digest


def mangled(data: bytes, at: int, byte: int) -> bytes:
    place = at % len(data)
    return data[:place] + bytes([byte]) + data[place + 1 :]


def read_or_error(data: bytes) -> Recording | RecordingError:
    try:
        return from_har(data, PATH)
    except RecordingError as error:
        return error


@given(st.integers(0), st.integers(0, 255))
def test_law_a_changed_byte_is_noticed_or_means_nothing(at: int, byte: int) -> None:
    kept = recording(b'{"a":"b"}')
    again = read_or_error(mangled(to_har(kept), at, byte))
    if isinstance(again, RecordingError):
        assert again.where == PATH
        assert again.fix
    else:
        assert replace(again, digest="") == kept


@given(st.integers(0))
def test_law_a_file_cut_anywhere_is_refused(at: int) -> None:
    data = to_har(recording()).rstrip()
    with pytest.raises(RecordingError, match=r"cut|empty|not JSON"):
        from_har(data[: at % len(data)], PATH)


# -- what is refused --------------------------------------------------------------------------------------


DEEP = json.loads("[" * 900 + "]" * 900)


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(to_har(recording()))
    change(document["log"])
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "it is empty"),
        (b"\n", "it is empty"),
        (b"not json", r"it is not JSON \(line 1, column 1\)"),
        (b"\xff\xfe\xfa", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"1" * 10_000, "it is not JSON"),
        (to_har(recording())[:300], "it was cut"),
        (to_har(recording())[:-10], "it was cut"),
        (b"[]", "is no Object but Array"),
        (b'{"log":{}}', r"\$\.log\.entries is missing"),
        (b'{"log":{"entries":[]}}', "it holds 0 entries"),
        (edited(lambda log: log["entries"].append(log["entries"][0])), "it holds 2 entries"),
        (edited(lambda log: log["entries"][0].pop("_monitor")), "not a recording of ours"),
        (edited(lambda log: log["entries"][0].update(_monitor=1)), r"_monitor is no Object but Integer"),
        (edited(lambda log: log["entries"][0]["_monitor"].update(version=2)), "by a newer monitor"),
        (edited(lambda log: log["entries"][0]["_monitor"].update(version="1")), "is no Integer but String"),
        (edited(lambda log: log["entries"][0]["_monitor"].pop("digest")), "digest is missing"),
        (edited(lambda log: log["entries"][0]["_monitor"].update(vendor="x")), "changed after it was written"),
        (edited(lambda log: log["entries"][0]["response"].update(status=201)), "changed after it was written"),
        (edited(lambda log: log["entries"][0].update(comment="x")), "changed after it was written"),
        (edited(lambda log: log["entries"][0].update(x=DEEP)), "nested too deeply|changed|not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(RecordingError, match=what) as caught:
        from_har(data, PATH)
    assert caught.value.where == PATH
    assert caught.value.fix


def sealed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """A changed entry with a digest that fits: someone's own tool wrote it."""
    document = json.loads(to_har(recording(sent=b"\xff")))
    entry = document["log"]["entries"][0]
    change(entry)
    entry["_monitor"].pop("digest")
    entry["_monitor"]["digest"] = digest_of(entry, 0)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry["request"].update(method=1),
        lambda entry: entry["request"].update(headers={}),
        lambda entry: entry["request"].update(headers=[[]]),
        lambda entry: entry["request"]["postData"].update(text="*"),
        lambda entry: entry["request"]["postData"].update(_encoding="rot13"),
        lambda entry: entry["response"].update(status=True),
        lambda entry: entry["response"]["content"].pop("text"),
        lambda entry: entry["response"]["content"].update(text="\ud800"),
        lambda entry: entry["_monitor"].update(elapsed="1"),
        lambda entry: entry["_monitor"].update(elapsed=10**400),
        lambda entry: entry["_monitor"].update(started="yesterday"),
        lambda entry: entry["_monitor"].update(started="2026-11-22T08:58:00"),
        lambda entry: entry["_monitor"].update(complete=1),
        lambda entry: entry["_monitor"].update(fault={"outcome": "sulking"}),
        lambda entry: entry["_monitor"].update(masks=[{"where": "", "name": "", "count": 1.5}]),
        lambda entry: entry["_monitor"].update(provider_states=[{"name": "s", "params": []}]),
        lambda entry: entry["_monitor"].update(approval={"by": None}),
        lambda entry: entry["_monitor"].update(captured={"file": "x.har"}),
        lambda entry: entry["_monitor"].update(captured={"file": "x.har", "entry": 1, "at": "then"}),
    ],
)
def test_wrong_types_are_refused_with_their_path(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(RecordingError, match=r"^\S+: \$\.log\.entries\[0\]\.") as caught:
        from_har(sealed(change), PATH)
    assert caught.value.where == PATH


def test_line_ends_and_indentation_may_change() -> None:
    data = to_har(recording())
    assert from_har(data.replace(b"\n", b"\r\n"), PATH) == from_har(data, PATH)
    assert from_har(json.dumps(json.loads(data), sort_keys=True).encode(), PATH) == from_har(data, PATH)


# -- for review -------------------------------------------------------------------------------------------


def test_pretty_shows_what_matters_in_order() -> None:
    kept = recording(b'{"b":1.0,"a":[12345678901234567890,1e999,"\\u202e\xc3\xa9"]}')
    assert kept.exchange.response is not None
    headers = (("X-API-Version", "7"), ("Date", "today"), ("X-RateLimit-Remaining", "3"), ("ETag", "x"))
    kept = replace(kept, exchange=replace(kept.exchange, response=replace(kept.exchange.response, headers=headers)))
    data = pretty(back(kept))
    assert data.isascii()
    shown = json.loads(data)["response"]
    assert shown["headers"] == ["x-api-version: 7"]
    assert list(shown["body"]) == ["b", "a"]
    assert b'"b": 1.0' in data
    assert shown["body"]["a"] == [12345678901234567890, "1e999", "\u202eé"]


def test_pretty_tells_of_a_capture() -> None:
    kept = recording()
    assert "captured" not in json.loads(pretty(back(kept)))
    taken = replace(kept, exchange=replace(kept.exchange, captured=Captured("crm.har", 3, NOW)))
    assert json.loads(pretty(back(taken)))["captured"] == "entry 3 of crm.har"


@pytest.mark.parametrize("body", [b"", b"\xff", b"<a/>", b"[" * 5_000, b"NaN"])
def test_pretty_tells_the_size_of_what_is_not_json(body: bytes) -> None:
    shown = json.loads(pretty(back(recording(body))))["response"]
    assert shown["body_bytes"] == len(body)
    assert len(shown["body_sha256"]) == 64


def test_pretty_without_a_response() -> None:
    kept = recording()
    assert json.loads(pretty(replace(kept, exchange=replace(kept.exchange, response=None))))["response"] is None


@pytest.mark.parametrize("head", [b"", b"{}", b'{"recording": "xyz"', b"\xff\xfe"])
def test_a_file_that_is_no_pretty_file_has_no_digest(head: bytes) -> None:
    assert digest_of_pretty(head) == ""


@pytest.mark.long
@pytest.mark.parametrize("unit", [b"\xff\x00ab", "é\n".encode(), b'[1,"x"],'])
def test_ten_megabytes_come_back(unit: bytes) -> None:
    body = unit * (10_000_000 // len(unit))
    assert body_of(back(recording(body))) == body


def test_base64_text_is_not_mistaken_for_base64() -> None:
    text = base64.b64encode(b"\xff")
    assert body_of(back(recording(text))) == text
