from __future__ import annotations

import gzip
import os
import socket
import sys
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from monitor.calling.client import Caller
from monitor.errors import ConfigError, NotJudgedError
from monitor.model import Exchange, Fault, Headers, Outcome, Request, Response


class Peer(Protocol):  # conftest's, as tests see it
    def request(self) -> bytes: ...
    def some(self) -> bytes: ...
    def send(self, data: bytes) -> None: ...
    def drip(self, data: bytes, seconds: float = 0.02) -> None: ...
    def hang(self) -> None: ...
    def reset(self) -> None: ...


class Server(Protocol):
    port: int
    connections: int
    requests: list[bytes]

    @property
    def url(self) -> str: ...


Serve = Callable[..., Server]
MakeCaller = Callable[..., Caller]
Get = Callable[..., Request]

OK = b"HTTP/1.1 200 OK\r\n"


def whole(body: bytes, headers: bytes = b"", status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), headers, body)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def answering(answer: bytes) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(answer)

    return script


def once(answer: bytes) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer)

    return script


def response_of(exchange: Exchange) -> Response:
    assert exchange.response is not None
    return exchange.response


def fault_in(exchange: Exchange) -> Fault:
    assert exchange.fault is not None
    assert exchange.fault.what.isprintable()
    assert exchange.fault.fix
    return exchange.fault


# -- whole answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (whole(b'{"a": 1}'), 200, b'{"a": 1}'),
        (whole(b""), 200, b""),
        (whole(b"\x00\xff\xfe\x80" * 50), 200, b"\x00\xff\xfe\x80" * 50),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nContent-Encoding: gzip\r\n\r\n", 304, b""),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(b"ab\x00") + b"0\r\nX-T: 1\r\n\r\n", 200, b"ab\x00"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + whole(b"x"), 200, b"x"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + whole(b"x"), 200, b"x"),
        (whole(b"moved", b"Location: http://127.0.0.1:1/evil\r\n", b"302 Found"), 302, b"moved"),
        (whole(b"oops", status=b"500 "), 500, b"oops"),
        (whole(b"odd", status=b"299"), 299, b"odd"),
        (whole(gzip.compress(b"{}" * 999, mtime=0), b"Content-Encoding: gzip\r\n"), 200, b"{}" * 999),
        (whole(zlib.compress(b"{}" * 999), b"content-encoding: deflate\r\n"), 200, b"{}" * 999),
        (whole(b"", b"Content-Encoding: gzip\r\n"), 200, b""),
        (whole(b"Zm9v", b"Content-Encoding: identity\r\n"), 200, b"Zm9v"),
    ],
)  # fmt: skip
def test_whole_answers(serve: Serve, caller: MakeCaller, get: Get, answer: bytes, status: int, body: bytes) -> None:
    server = serve(answering(answer))
    exchange = caller(server.url).call(get(server.url))
    assert exchange.fault is None
    assert (response_of(exchange).status, response_of(exchange).body) == (status, body)
    assert response_of(exchange).complete


def test_an_answer_that_ends_with_the_connection(serve: Serve, caller: MakeCaller, get: Get) -> None:
    server = serve(once(b"HTTP/1.0 200 Fine\r\n\r\nall of it"))
    response = response_of(caller(server.url).call(get(server.url)))
    assert (response.http_version, response.reason, response.body) == ("HTTP/1.0", "Fine", b"all of it")
    assert response.complete


def test_head_has_no_body(serve: Serve, caller: MakeCaller) -> None:
    server = serve(answering(OK + b"Content-Length: 5000\r\nContent-Encoding: gzip\r\n\r\n"))
    one = caller(server.url)
    for _ in range(2):
        exchange = one.call(Request("HEAD", server.url + "/"))
        assert (exchange.fault, response_of(exchange).body) == (None, b"")
    assert server.connections == 1


def test_headers_are_kept_as_received(serve: Serve, caller: MakeCaller, get: Get) -> None:
    lines = b"Set-Cookie: a=1\r\nset-COOKIE: b=2\r\nX-Odd: caf\xc3\xa9 \xff\r\nX-Empty:\r\nContent-Encoding: GZIP\r\n"
    server = serve(answering(whole(gzip.compress(b"x"), lines)))
    headers: Headers = response_of(caller(server.url).call(get(server.url))).headers
    assert headers[1:] == (
        ("Set-Cookie", "a=1"),
        ("set-COOKIE", "b=2"),
        ("X-Odd", "caf\xc3\xa9 \xff"),
        ("X-Empty", ""),
        ("Content-Encoding", "GZIP"),
    )


def test_the_request_is_sent_as_built(serve: Serve, caller: MakeCaller) -> None:
    def script(peer: Peer) -> None:
        while data := peer.request():
            server.requests.append(data)
            peer.send(whole(b"{}", b"Set-Cookie: session=1\r\n"))

    server = serve(script)
    request = Request("POST", f"{server.url}//a%2Fb/~x?q=%2B1&q=2", (("X-Latin", "Zürich"), ("x-a", "1")), b"\x00body")
    one = caller(server.url)
    assert one.call(request).fault is None
    assert one.call(request).request is request
    head, _, body = server.requests[1].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST //a%2Fb/~x?q=%2B1&q=2 HTTP/1.1"
    assert sorted(line.lower() for line in lines[1:]) == sorted(
        [b"host: 127.0.0.1:%d" % server.port, b"x-latin: z\xfcrich", b"x-a: 1", b"content-length: 5"]
    )
    assert body == b"\x00body"


def test_connections_are_used_again(serve: Serve, caller: MakeCaller, get: Get) -> None:
    server = serve(answering(whole(b"{}")))
    one = caller(server.url)
    assert {one.call(get(server.url)).fault for _ in range(20)} == {None}
    assert server.connections == 1


# -- broken answers ---------------------------------------------------------------------------------------

GZIPPED = gzip.compress(b"0123456789" * 1000, mtime=0)
WRONG_SUM = GZIPPED[:-8] + bytes(8)


@pytest.mark.parametrize(
    ("answer", "kept", "words"),
    [
        (OK + b"Content-Length: 100\r\n\r\nonly this", b"only this", "before the body was whole"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(b"only") + chunk(b"this"), b"onlythis", "before the body"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(b"only") + b"zz\r\n", b"only", "before the body"),
        (whole(b'{"plain": 1}', b"Content-Encoding: gzip\r\n"), b'{"plain": 1}', "not what its Content-Encoding says"),
        (whole(b"\x8b\x02brotli", b"Content-Encoding: br\r\n"), b"\x8b\x02brotli", "was not asked for"),
        (whole(GZIPPED[:-4], b"Content-Encoding: gzip\r\n"), b"0123456789" * 1000, "before its end mark"),
        (whole(WRONG_SUM, b"Content-Encoding: gzip\r\n"), WRONG_SUM, "not what its"),
    ],
)
def test_unreadable_bodies_are_kept(
    serve: Serve, caller: MakeCaller, get: Get, answer: bytes, kept: bytes, words: str
) -> None:
    server = serve(once(answer))
    exchange = caller(server.url).call(get(server.url))
    fault = fault_in(exchange)
    assert (fault.outcome, fault.step) == (Outcome.UNREADABLE, "body")
    assert words in fault.what
    assert response_of(exchange).body == kept
    assert not response_of(exchange).complete
    assert response_of(exchange).status == 200


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "closed the connection without an answer"),
        (b"HTTP/1.1 200", "closed the connection without an answer"),
        (OK + b"X-Half: ", "closed the connection without an answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\nhello\r\n\r\n", "not HTTP"),
        (b"\x16\x03\x01\x00\x05\r\n\r\n", "not HTTP"),
        (OK + b"X-Bad\x00Name: secret-value\r\n\r\n", "header line"),
        (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy", "Content-Length"),
        (OK + b"Content-Length: many\r\n\r\n", "Content-Length"),
        (OK + b"X-Long: " + b"x" * 200_000, "more headers"),
        (OK + b"X-Many: 1\r\n" * 20_000, "more headers"),
    ],
)
def test_no_answer_at_all(serve: Serve, caller: MakeCaller, get: Get, answer: bytes, words: str) -> None:
    server = serve(once(answer))
    exchange = caller(server.url).call(get(server.url))
    fault = fault_in(exchange)
    assert (fault.outcome, fault.step, exchange.response) == (Outcome.VENDOR_DOWN, "read", None)
    assert words in fault.what
    assert "secret-value" not in fault.what


def test_a_reset_is_no_answer(serve: Serve, caller: MakeCaller, get: Get) -> None:
    def script(peer: Peer) -> None:
        peer.reset()

    server = serve(script)
    assert fault_in(caller(server.url).call(get(server.url))).outcome is Outcome.VENDOR_DOWN


# -- time -------------------------------------------------------------------------------------------------


def test_a_dripping_body_ends_with_the_total_time(serve: Serve, caller: MakeCaller, get: Get) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OK + b"Content-Length: 1000000\r\n\r\n")
        peer.drip(b"x" * 1_000_000)

    server = serve(script)
    exchange = caller(server.url, total_timeout=0.4).call(get(server.url))
    assert (fault_in(exchange).outcome, fault_in(exchange).step) == (Outcome.UNREADABLE, "body")
    assert "0.4 s" in fault_in(exchange).what
    assert 0 < len(response_of(exchange).body) < 1000
    assert not response_of(exchange).complete


def test_dripping_headers_end_with_the_total_time(serve: Serve, caller: MakeCaller, get: Get) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.drip(OK + b"X-Slow: " + b"x" * 1_000_000)

    server = serve(script)
    exchange = caller(server.url, total_timeout=0.4).call(get(server.url))
    assert (fault_in(exchange).outcome, fault_in(exchange).step) == (Outcome.UNREADABLE, "read")
    assert exchange.response is None


def test_an_endless_flow_of_informational_answers_ends(serve: Serve, caller: MakeCaller, get: Get) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        while True:
            peer.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    server = serve(script)
    assert fault_in(caller(server.url, total_timeout=0.3).call(get(server.url))).outcome is Outcome.UNREADABLE


@pytest.mark.parametrize("limits", [{"read_timeout": 0.2}, {"total_timeout": 0.2}])
def test_silence_is_down(serve: Serve, caller: MakeCaller, get: Get, limits: dict[str, float]) -> None:
    server = serve(lambda peer: peer.hang())
    exchange = caller(server.url, **limits).call(get(server.url))
    assert (fault_in(exchange).outcome, fault_in(exchange).step) == (Outcome.VENDOR_DOWN, "read")
    assert "0.2 s" in fault_in(exchange).what
    assert exchange.elapsed >= 0.2


def test_a_stalled_body_is_unreadable(serve: Serve, caller: MakeCaller, get: Get) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OK + b"Content-Length: 10\r\n\r\nhalf")
        peer.hang()

    server = serve(script)
    exchange = caller(server.url, read_timeout=0.2).call(get(server.url))
    assert fault_in(exchange).outcome is Outcome.UNREADABLE
    assert "stopped coming for 0.2 s" in fault_in(exchange).what
    assert response_of(exchange).body == b"half"


def test_a_vendor_that_does_not_take_the_request(serve: Serve, caller: MakeCaller) -> None:
    server = serve(lambda peer: peer.hang())
    request = Request("POST", server.url + "/", (), bytes(30_000_000))
    fault = fault_in(caller(server.url, read_timeout=0.2).call(request))
    assert (fault.outcome, fault.step) in [(Outcome.VENDOR_DOWN, "send"), (Outcome.VENDOR_DOWN, "read")]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a full backlog swallow connections")
@pytest.mark.parametrize("limits", [{"connect_timeout": 0.2}, {"total_timeout": 0.2}])
def test_a_connection_that_never_comes(caller: MakeCaller, get: Get, limits: dict[str, float]) -> None:
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        fault = fault_in(caller(url, **limits).call(get(url)))
        assert (fault.outcome, fault.step) == (Outcome.VENDOR_DOWN, "connect")
        assert "within 0.2 s" in fault.what


# -- size -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "fits"), [(0, True), (999, True), (1000, True), (1001, False), (70_000, False)])
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_max_body_bounds_decoded_bytes(
    serve: Serve, caller: MakeCaller, get: Get, size: int, fits: bool, encoding: str
) -> None:
    body = os.urandom(size)
    server = serve(once(whole(gzip.compress(body), b"Content-Encoding: gzip\r\n") if encoding else whole(body)))
    exchange = caller(server.url, max_body=1000).call(get(server.url))
    assert (exchange.fault is None) is fits
    assert response_of(exchange).body == body[:1000]
    assert response_of(exchange).complete is fits
    if not fits:
        assert fault_in(exchange).outcome is Outcome.UNREADABLE
        assert "1,000 bytes" in fault_in(exchange).what


def test_a_bomb_is_cut(serve: Serve, caller: MakeCaller, get: Get) -> None:
    bomb = gzip.compress(gzip.compress(bytes(20_000_000)))
    server = serve(once(whole(bomb, b"Content-Encoding: gzip, gzip\r\n")))
    exchange = caller(server.url, max_body=100_000).call(get(server.url))
    assert fault_in(exchange).outcome is Outcome.UNREADABLE
    assert response_of(exchange).body == bytes(100_000)


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        (b"Transfer-Encoding: chunked\r\n", chunk(b"x" * 5000)),
        (b"Connection: close\r\n", b"x" * 5000),
        (b"Connection: close\r\nContent-Encoding: deflate\r\n", b"\x00\x00\x00\xff\xff" * 1000),
    ],
)
def test_an_endless_body_is_cut(serve: Serve, caller: MakeCaller, get: Get, headers: bytes, part: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OK + headers + b"\r\n")
        if b"deflate" in headers:
            peer.send(b"\x78\x9c")  # a good beginning, then empty blocks for ever
        while True:
            peer.send(part)

    server = serve(script)
    exchange = caller(server.url, max_body=50_000).call(get(server.url))
    assert fault_in(exchange).outcome is Outcome.UNREADABLE
    assert len(response_of(exchange).body) <= 50_000


@pytest.mark.long
def test_fifty_megabytes_come_back_exact(serve: Serve, caller: MakeCaller, get: Get) -> None:
    body = os.urandom(1_000_000) * 50
    server = serve(answering(whole(body)))
    exchange = caller(server.url, max_body=60_000_000).call(get(server.url))
    assert exchange.fault is None
    assert response_of(exchange).body == body


# -- connections that do not serve ------------------------------------------------------------------------


def test_a_connection_closed_while_idle_is_no_fault(serve: Serve, caller: MakeCaller, get: Get) -> None:
    def script(peer: Peer) -> None:  # answers once, and closes when the next request is there
        peer.request()
        peer.send(whole(b"{}"))
        peer.request()

    server = serve(script)
    one = caller(server.url)
    assert [one.call(get(server.url)).fault for _ in range(4)] == [None] * 4
    assert server.connections == 4


def test_what_may_change_data_is_not_sent_twice(serve: Serve, caller: MakeCaller, get: Get) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(whole(b"{}"))
        peer.request()

    server = serve(script)
    one = caller(server.url)
    assert one.call(get(server.url)).fault is None
    assert fault_in(one.call(Request("POST", server.url + "/", (), b"{}"))).outcome is Outcome.VENDOR_DOWN
    assert server.connections == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_leftover_bytes_are_never_an_answer(serve: Serve, caller: MakeCaller, get: Get, method: str) -> None:
    def script(peer: Peer) -> None:  # the first answer is longer than its Content-Length says
        while peer.request():
            peer.send(whole(b"1") + (whole(b"not yours") if server.connections == 1 else b""))

    server = serve(script)
    one = caller(server.url)
    assert response_of(one.call(get(server.url))).body == b"1"
    second = one.call(Request(method, server.url + "/"))
    if method == "GET":
        assert (second.fault, response_of(second).body) == (None, b"1")
        assert server.connections == 2
    else:
        assert (fault_in(second).outcome, second.response) == (Outcome.UNREADABLE, None)


# -- where it goes ----------------------------------------------------------------------------------------


def test_a_refused_port(caller: MakeCaller, get: Get) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        fault = fault_in(caller(url).call(get(url, "/token/secret?key=secret")))
    assert (fault.outcome, fault.step) == (Outcome.VENDOR_DOWN, "connect")
    assert fault.what == f"{url.removeprefix('http://')} refused the connection"


@pytest.mark.parametrize("host", ["crm.invalid", "x" * 64 + ".invalid"])
def test_a_name_that_does_not_resolve(caller: MakeCaller, get: Get, host: str) -> None:
    fault = fault_in(caller(f"http://{host}").call(get(f"http://{host}")))
    assert (fault.outcome, fault.step) == (Outcome.VENDOR_DOWN, "dns")
    assert host in fault.what


def test_a_name_with_several_addresses(serve: Serve, caller: MakeCaller, get: Get) -> None:
    server = serve(answering(whole(b"{}")))  # on 127.0.0.1 only; localhost may be ::1 too
    url = f"http://localhost:{server.port}"
    assert caller(url).call(get(url)).fault is None


def test_a_proxy_gets_the_whole_url(serve: Serve, caller: MakeCaller, get: Get) -> None:
    def script(peer: Peer) -> None:
        while data := peer.request():
            proxy.requests.append(data)
            peer.send(whole(b"{}"))

    proxy = serve(script)
    one = caller("http://crm.invalid", proxy=f"http://me:p%40ss@127.0.0.1:{proxy.port}")
    assert one.call(get("http://crm.invalid", "/a?b=c")).fault is None
    assert proxy.requests[0].startswith(b"GET http://crm.invalid/a?b=c HTTP/1.1\r\n")
    assert b"Basic bWU6cEBzcw==" in proxy.requests[0]


def test_a_proxy_that_refuses_the_tunnel(serve: Serve, caller: MakeCaller, get: Get) -> None:
    proxy = serve(once(b"HTTP/1.1 407 secret reason\r\nContent-Length: 0\r\n\r\n"))
    one = caller("https://crm.invalid", proxy=f"http://me:secret@127.0.0.1:{proxy.port}")
    fault = fault_in(one.call(get("https://crm.invalid")))
    assert (fault.outcome, fault.step) == (Outcome.VENDOR_DOWN, "connect")
    assert "secret" not in fault.what + fault.fix
    assert f"127.0.0.1:{proxy.port}" in fault.what


# -- tls --------------------------------------------------------------------------------------------------


class Certificate(Protocol):
    file: str
    server: object


MakeCertificate = Callable[[str], Certificate]


@pytest.mark.parametrize(
    ("name", "trusted", "words"),
    [
        ("IP:127.0.0.1", True, ""),
        ("IP:127.0.0.1", False, "signed by itself"),
        ("IP:10.0.0.1", True, "for another address"),
        ("DNS:other.example", True, "for another"),
    ],
)
def test_certificates(
    serve: Serve, caller: MakeCaller, certificate: MakeCertificate, name: str, trusted: bool, words: str
) -> None:
    made = certificate(name)
    server = serve(answering(whole(b"{}")), made.server)
    url = f"https://127.0.0.1:{server.port}"
    exchange = caller(url, verify=made.file if trusted else True).call(Request("GET", url + "/"))
    if words:
        assert (fault_in(exchange).outcome, fault_in(exchange).step) == (Outcome.VENDOR_DOWN, "tls")
        assert words in fault_in(exchange).what
    else:
        assert (exchange.fault, response_of(exchange).body) == (None, b"{}")


def test_a_certificate_for_another_host_name(
    serve: Serve, caller: MakeCaller, get: Get, certificate: MakeCertificate
) -> None:
    made = certificate("DNS:other.example")
    server = serve(answering(whole(b"{}")), made.server)
    url = f"https://localhost:{server.port}"
    assert "another host name" in fault_in(caller(url, verify=made.file).call(get(url))).what


def test_verification_can_be_turned_off(
    serve: Serve, caller: MakeCaller, get: Get, certificate: MakeCertificate
) -> None:
    server = serve(answering(whole(b"{}")), certificate("DNS:other.example").server)
    url = f"https://127.0.0.1:{server.port}"
    assert caller(url, verify=False).call(get(url)).fault is None


def test_a_dripping_body_over_tls(serve: Serve, caller: MakeCaller, get: Get, certificate: MakeCertificate) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(OK + b"Content-Length: 1000000\r\n\r\n")
        peer.drip(b"x" * 1_000_000)

    made = certificate("IP:127.0.0.1")
    server = serve(script, made.server)
    url = f"https://127.0.0.1:{server.port}"
    exchange = caller(url, verify=made.file, total_timeout=0.5).call(get(url))
    assert fault_in(exchange).outcome is Outcome.UNREADABLE


@pytest.mark.parametrize(
    ("answer", "words"),
    [(b"HTTP/1.1 400 Bad\r\n\r\n", "does not speak TLS"), (b"", "closed the connection during the TLS handshake")],
)
def test_a_port_that_speaks_no_tls(serve: Serve, caller: MakeCaller, get: Get, answer: bytes, words: str) -> None:
    def script(peer: Peer) -> None:
        peer.some()
        peer.send(answer)

    server = serve(script)
    url = f"https://127.0.0.1:{server.port}"
    fault = fault_in(caller(url).call(get(url)))
    assert (fault.outcome, fault.step) == (Outcome.VENDOR_DOWN, "tls")
    assert words in fault.what


def test_a_tls_handshake_that_never_ends(serve: Serve, caller: MakeCaller, get: Get) -> None:
    server = serve(lambda peer: peer.hang())
    url = f"https://127.0.0.1:{server.port}"
    fault = fault_in(caller(url, connect_timeout=0.2).call(get(url)))
    assert (fault.outcome, fault.step) == (Outcome.VENDOR_DOWN, "tls")
    assert "within 0.2 s" in fault.what


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_verify_file_that_cannot_be_used(caller: MakeCaller, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match="certificates"):
        caller("https://127.0.0.1:1", verify=str(file))


# -- stopping ---------------------------------------------------------------------------------------------


def test_no_call_works_after_an_abort(serve: Serve, caller: MakeCaller, get: Get) -> None:
    server = serve(answering(whole(b"{}")))
    one = caller(server.url)
    assert one.call(get(server.url)).fault is None
    one.abort()
    with pytest.raises(NotJudgedError):
        one.call(get(server.url))
