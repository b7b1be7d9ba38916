"""HAR captures as browsers and proxies write them; what is wrong with one entry costs that entry."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import CaptureError
from monitor.recordings import captures
from monitor.recordings.captures import Capture, Entry, parse_capture, read_capture

BODY = b'{"id": "C-1"}'
Member = dict[str, Any]


def entry(**changed: Any) -> Member:
    """A plain entry of HAR 1.2; ``request_``, ``response_`` and ``content_`` change members of these."""
    content: Member = {"size": len(BODY), "mimeType": "application/json", "text": BODY.decode()}
    content |= changed.pop("content_", {})
    response: Member = {
        "status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [], "redirectURL": "",
        "headers": [{"name": "Content-Type", "value": "application/json"}],
        "content": content, "headersSize": -1, "bodySize": len(BODY),
    }  # fmt: skip
    request: Member = {
        "method": "GET", "url": "https://crm.example/c?a=1", "httpVersion": "HTTP/1.1", "cookies": [],
        "headers": [{"name": "Accept", "value": "*/*"}], "queryString": [], "headersSize": -1, "bodySize": 0,
    }  # fmt: skip
    whole: Member = {
        "startedDateTime": "2026-11-22T08:58:00.123Z",
        "time": 120.5,
        "request": request | changed.pop("request_", {}),
        "response": response | changed.pop("response_", {}),
        "cache": {},
        "timings": {"send": 1, "wait": 100, "receive": 2},
    }
    return whole | changed


def har(*entries: object) -> bytes:
    log = {"version": "1.2", "creator": {"name": "a test", "version": "1"}, "entries": list(entries)}
    return json.dumps({"log": log}).encode()


def read(*entries: object) -> Capture:
    return parse_capture(har(*entries), "x.har")


def one(**changed: Any) -> Entry:
    (found,) = read(entry(**changed)).entries
    return found


def body_of(found: Entry) -> bytes:
    assert found.response is not None, found.fault
    return found.response.body


def without(value: Member, *names: str) -> Member:
    return {name: member for name, member in value.items() if name not in names}


# -- as they are written ----------------------------------------------------------------------------------


def test_a_plain_entry() -> None:
    found = one()
    assert (found.index, found.fault, found.notes) == (0, "", ())
    assert (found.request.method, found.request.url) == ("GET", "https://crm.example/c?a=1")
    assert found.request.headers == (("Accept", "*/*"),)
    assert found.request.body is None
    assert found.started == datetime(2026, 11, 22, 8, 58, 0, 123000, tzinfo=UTC)
    assert found.elapsed == 0.1205
    response = found.response
    assert response is not None
    assert (response.status, response.reason, response.http_version) == (200, "OK", "HTTP/1.1")
    assert response.body == BODY
    assert response.complete


CHROME = entry(
    _initiator={"type": "script", "stack": {"parent": {"parent": {"callFrames": []}}}},
    _priority="High",
    _resourceType="fetch",
    connection="443",
    pageref="page_1",
    request_={
        "httpVersion": "http/2.0",
        "headers": [
            {"name": ":authority", "value": "crm.example"},
            {"name": ":path", "value": "/c?a=1"},
            {"name": "accept", "value": "application/json"},
        ],
    },
    response_={
        "httpVersion": "http/2.0",
        "headers": [{"name": "set-cookie", "value": "a=1; Path=/\nb=2; Path=/"}, {"name": "content-type", "value": ""}],
        "bodySize": -1,
        "_transferSize": 300,
        "_error": None,
    },
)


def test_what_chrome_writes() -> None:
    (found,) = read(CHROME).entries
    assert found.request.headers == (("accept", "application/json"),)
    assert found.response is not None
    assert found.response.headers[:2] == (("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2; Path=/"))


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + har(entry()),
        har(entry()).replace(b", ", b",\r\n"),
        har(entry()).replace(b'"log"', b'"log": {}, "log"'),  # of a key that stands twice the last one counts
        json.dumps({"log": {"entries": [entry()]}}).encode(),
        har(entry(_deep=json.loads("[" * 300 + "]" * 300))),
    ],
    ids=["BOM", "CRLF", "a key twice", "no version", "a deep extension"],
)
def test_files_of_any_tool(data: bytes) -> None:
    assert body_of(parse_capture(data, "x.har").entries[0]) == BODY


BARE: Member = {
    "request": {"method": "get", "url": "https://crm.example/c#part"},
    "response": {"status": 200, "content": {"text": "{}"}},
}


def test_only_what_is_needed_need_be_there() -> None:
    (found,) = read(BARE).entries
    assert (found.request.method, found.request.url) == ("GET", "https://crm.example/c")
    assert (body_of(found), found.elapsed, found.started) == (b"{}", 0.0, None)
    assert found.notes == ("the capture does not say when it was",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T09:58:00.123+01:00", datetime(2026, 11, 22, 8, 58, 0, 123000, tzinfo=UTC)),
        ("2026-11-22T08:58:00.1234567Z", datetime(2026, 11, 22, 8, 58, 0, 123456, tzinfo=UTC)),  # Fiddler
        ("2026-11-22T08:58:00", datetime(2026, 11, 22, 8, 58, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (1764000000, None),
        (None, None),
    ],
)
def test_times(text: object, expected: datetime | None) -> None:
    assert one(startedDateTime=text).started == expected


@pytest.mark.parametrize(
    ("time", "timings", "expected"),
    [
        (250, {}, 0.25),
        (-1, {"send": -1, "wait": 100, "receive": 20, "dns": 50}, 0.12),
        (0, {"send": "x", "wait": None}, 0.0),
        ("120", None, 0.0),
        (1e300, {}, 1e6),
        (None, [], 0.0),
    ],
)
def test_durations(time: object, timings: object, expected: float) -> None:
    assert one(time=time, timings=timings).elapsed == expected


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        ({"text": "é😀"}, "application/json", "é😀".encode()),
        ({"text": "é"}, "text/plain; charset=ISO-8859-1", b"\xe9"),
        ({"text": "€"}, 'text/plain; charset="windows-1252"', b"\x80"),
        ({"text": "€"}, "text/plain; charset=iso-8859-1", "€".encode()),
        ({"text": "é"}, "text/plain; charset=rot13", "é".encode()),
        ({"text": "/wAB\r\n", "encoding": "base64"}, "image/png", b"\xff\x00\x01"),
        ({"text": "{}", "encoding": ""}, "application/json", b"{}"),
        ({"text": "{}", "encoding": None}, "application/json", b"{}"),
    ],
)
def test_bodies(content: Member, content_type: str, expected: bytes) -> None:
    headers = [{"name": "Content-Type", "value": content_type}]
    assert body_of(one(content_={"size": 1, **content}, response_={"headers": headers, "content": content})) == expected


def test_a_body_may_be_longer_than_its_size_and_shorter_is_noted() -> None:
    assert one(content_={"size": 3, "compression": -10}).notes == ()
    assert one(content_={"size": 1000}).notes == (
        "it may be cut: 13 bytes are in the capture, content.size says 1,000",
    )
    assert one(content_={"size": "big"}).notes == ()
    coded = {"headers": [{"name": "Content-Encoding", "value": "gzip"}]}
    response = entry()["response"] | coded
    assert one(response=response | {"content": response["content"] | {"size": 33}}).notes == ()  # as mitmproxy tells it
    assert len(one(response=response | {"content": response["content"] | {"size": 330}}).notes) == 1


def test_what_came_from_the_cache_is_noted() -> None:
    assert "from its cache" in one(_fromCache="disk").notes[0]


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        ({"mimeType": "application/json", "text": '{"a":1}'}, b'{"a":1}'),
        ({"mimeType": "application/json", "text": "eyJhIjoxfQ==", "encoding": "base64"}, b'{"a":1}'),
        ({"mimeType": "x", "text": ""}, None),
        ({"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a b", "value": "1&2"}]}, b"a+b=1%262"),
        ({"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a"}], "text": "a="}, b"a="),
        ({"params": []}, None),
        (None, None),
    ],
)
def test_request_bodies(post: object, expected: bytes | None) -> None:
    assert one(request_={"method": "POST", "postData": post}).request.body == expected


def test_a_multipart_body_that_was_taken_apart_is_noted() -> None:
    post = {"mimeType": "multipart/form-data; boundary=x", "params": [{"name": "file"}]}
    assert one(request_={"method": "POST", "postData": post}).notes == (
        "its request's body is not in the capture, only a list of its parts",
    )


def test_headers_that_no_message_can_hold() -> None:
    listed = [
        {"name": "X A", "value": "1"},
        {"name": "X-B"},
        {"name": "X-C", "value": "a\0\x1b[31mb"},
        {"name": "X-D", "value": "€"},
    ]
    response = one(response_={"headers": listed}).response
    assert response is not None
    euro = "€".encode().decode("latin-1")
    assert response.headers == (("X-B", ""), ("X-C", "a  [31mb"), ("X-D", euro))


def test_urls_are_percent_encoded() -> None:
    assert one(request_={"url": "https://crm.example/a b/é?q=\u202e"}).request.url == (
        "https://crm.example/a%20b/%C3%A9?q=%E2%80%AE"
    )


# -- no response to keep ----------------------------------------------------------------------------------

ABORTED = {"status": 0, "statusText": "", "_error": "net::ERR_BLOCKED_BY_CLIENT", "content": {}}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"response_": ABORTED}, "it got no answer (status 0: net::ERR_BLOCKED_BY_CLIENT): blocked, aborted"),
        ({"response_": {"status": -1, "_error": "the vendor's words"}}, "it got no answer (status 0): blocked"),
        ({"response_": {"status": 101}}, "status 101 is no final answer"),
        ({"response_": {"status": 10**30}}, "status 1000"),
        ({"response_": {"content": {"size": 13}}}, "its body is not in the capture: it was evicted"),
        ({"response_": {"content": {"size": 13, "text": ""}}}, "its body is not in the capture: it was"),
        ({"content_": {"text": None, "size": 0, "comment": "Response bodies are not included."}},
         "its body is not in the capture: it was evicted"),
        ({"response_": {"content": None, "bodySize": 13}}, "its body is not in the capture"),
        ({"response_": {"content": {}, "bodySize": -1, "headers": [{"name": "Content-Length", "value": "7"}]}},
         "its body is not in the capture"),
        ({"response": None}, "$.log.entries[0].response is no Object but Null"),
        ({"response": []}, "$.log.entries[0].response is no Object but Array"),
        ({"response_": {"status": "200"}}, "$.log.entries[0].response.status is no Integer but String"),
        ({"response_": {"status": True}}, "$.log.entries[0].response.status is no Integer but Boolean"),
        ({"response_": {"headers": {}}}, "$.log.entries[0].response.headers is no Array but Object"),
        ({"response_": {"headers": [[]]}}, "$.log.entries[0].response.headers[0] is no Object but Array"),
        ({"response_": {"content": "x"}}, "$.log.entries[0].response.content is no Object but String"),
        ({"content_": {"text": 1}}, "$.log.entries[0].response.content.text is no String but Integer"),
        ({"content_": {"encoding": "rot13"}}, "$.log.entries[0].response.content.encoding is not base64"),
        ({"content_": {"text": "*", "encoding": "base64"}}, "$.log.entries[0].response.content.text is not Base64"),
        ({"content_": {"text": "\ud800"}}, "$.log.entries[0].response.content.text is not text"),
    ],
)  # fmt: skip
def test_an_entry_without_a_response_says_why(changed: Member, fault: str) -> None:
    found = one(**changed)
    assert found.response is None
    assert found.fault.startswith(fault)
    assert found.request.url == "https://crm.example/c?a=1"


@pytest.mark.parametrize(
    ("method", "status"), [("GET", 204), ("GET", 205), ("GET", 304), ("HEAD", 200), ("GET", 302), ("POST", 307)]
)
def test_where_no_body_is_expected_its_absence_says_nothing(method: str, status: int) -> None:
    assert body_of(one(request_={"method": method}, response_={"status": status, "content": {"size": 9}})) == b""


def test_an_empty_body_is_an_empty_body() -> None:
    assert body_of(one(response_={"content": {"size": 0, "text": ""}, "bodySize": 0})) == b""


def test_a_body_that_was_kept_compressed_stays_as_it_is() -> None:  # who takes it knows its headers
    packed = gzip.compress(BODY)
    text = base64.b64encode(packed).decode()
    assert body_of(one(content_={"text": text, "encoding": "base64"})) == packed


# -- entries that are passed over -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [{"url": "wss://crm.example/live"}, {"url": "data:text/plain,x"}, {"url": "chrome-extension://x/y.js"},
     {"url": "blob:https://crm.example/1"}, {"method": "CONNECT", "url": "crm.example:443"}],
)  # fmt: skip
def test_what_is_no_http_exchange_is_counted(request_: Member) -> None:
    found = read(entry(request_=request_), entry())
    assert (found.others, [one.index for one in found.entries], found.count) == (1, [1], 2)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (1, "$.log.entries[0] is no Object but Integer"),
        ({}, "$.log.entries[0].request is missing"),
        (entry(request=[]), "$.log.entries[0].request is no Object but Array"),
        (entry(request_={"method": None}), "$.log.entries[0].request.method is no String but Null"),
        (entry(request_={"method": "GE T"}), "$.log.entries[0].request.method is no method"),
        (entry(request_={"url": "/c"}), "$.log.entries[0].request.url is no URL with a host"),
        (entry(request_={"url": "https://"}), "$.log.entries[0].request.url is no URL with a host"),
        (entry(request_={"url": "https://crm.example:x/"}), "$.log.entries[0].request.url is no URL with a host"),
        (entry(request_={"url": "https://[/"}), "$.log.entries[0].request.url is no URL with a host"),
        (entry(request_={"url": "https://a/" + "x" * 200_000}), "$.log.entries[0].request.url is longer than"),
        (entry(request_={"headers": 1}), "$.log.entries[0].request.headers is no Array but Integer"),
        (entry(request_={"postData": {"text": "*", "encoding": "base64"}}), "$.log.entries[0].request.postData.text"),
    ],
)
def test_one_bad_entry_costs_itself(broken: object, told: str) -> None:
    found = read(broken, entry())
    assert [one.index for one in found.entries] == [1]
    assert len(found.broken) == 1
    assert found.broken[0].startswith(told)
    with pytest.raises(CaptureError, match="none of its 1 entries can be read") as caught:
        read(broken)
    assert told in caught.value.what
    assert caught.value.fix


# -- no capture at all ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "where", "what"),
    [
        (b"", "x.har", "it is empty"),
        (b" \n", "x.har", "it is empty"),
        (b"not json", "x.har: line 1, column 1", "it is no HAR: it is not JSON"),
        (har(entry())[:200], "x.har: line 1, column", "it is no HAR: it is not JSON"),
        (b'{"log":{"entries":[NaN]}}', "x.har", "it is no HAR: NaN is not JSON"),
        ("é".encode("latin-1"), "x.har: byte 0", "it is no HAR: it is not UTF-8 text"),
        (har(entry()).decode().encode("utf-16"), "x.har: byte 0", "it is no HAR: it is not UTF-8 text"),
        (b"[" * 100_000, "x.har", "it is nested too deeply"),
        (b"[]", "x.har", "it is no HAR: $ is no Object but Array"),
        (b'{"openapi":"3.0"}', "x.har", "it is no HAR: $.log is missing"),
        (b'{"log":[]}', "x.har", "it is no HAR: $.log is no Object but Array"),
        (b'{"log":{"entries":{}}}', "x.har", "it is no HAR: $.log.entries is no Array but Object"),
        (b'{"log":{"entries":[]}}', "x.har: $.log.entries", "it holds no entries"),
    ],
)
def test_what_is_no_capture_is_one_error(data: bytes, where: str, what: str) -> None:
    with pytest.raises(CaptureError) as caught:
        parse_capture(data, "x.har")
    assert caught.value.what.startswith(what)
    assert caught.value.where.startswith(where)
    assert caught.value.fix
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda path: None, "there is no such file"),
        (lambda path: path.mkdir(), "it is a folder"),
        (lambda path: path.symlink_to("/dev/null"), "it is no file"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, make: Callable[[Path], object], what: str) -> None:
    path = tmp_path / "x.har"
    make(path)
    with pytest.raises(CaptureError, match=what) as caught:
        read_capture(path)
    assert caught.value.where == str(path)


def test_a_file_beyond_the_bound_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.har"
    with path.open("wb") as file:
        file.truncate(captures.MAX_BYTES + 1)  # a hole: it takes no room
    with pytest.raises(CaptureError, match="larger than 200,000,000 bytes"):
        read_capture(path)
