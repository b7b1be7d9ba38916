from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Protocol

import pytest

from monitor.calling.client import Caller
from monitor.calling.pool import call_all
from monitor.model import Exchange, Outcome, Request


class Peer(Protocol):
    def request(self) -> bytes: ...
    def send(self, data: bytes) -> None: ...
    def hang(self) -> None: ...


class Server(Protocol):
    connections: int
    accepted: threading.Semaphore

    @property
    def url(self) -> str: ...


Serve = Callable[..., Server]
MakeCaller = Callable[..., Caller]
Get = Callable[..., Request]

EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def answers(peer: Peer) -> None:
    while peer.request():
        peer.send(EMPTY)


def numbered(get: Get, url: str, count: int) -> list[tuple[str, Request]]:
    return [(str(number), get(url, f"/{number}")) for number in range(count)]


def workers_alive() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("calling ")]


def test_every_request_is_told_once_in_this_thread(serve: Serve, caller: MakeCaller, get: Get) -> None:
    server = serve(answers)
    told: list[str] = []
    threads: set[threading.Thread] = set()

    def on_done(key: str, exchange: Exchange) -> None:
        assert exchange.fault is None
        assert exchange.request.url.endswith(f"/{key}")
        told.append(key)
        threads.add(threading.current_thread())

    call_all(caller(server.url, concurrency=7), numbered(get, server.url, 60), on_done)
    assert sorted(told, key=int) == [str(number) for number in range(60)]
    assert threads == {threading.current_thread()}
    assert 1 <= server.connections <= 7
    assert workers_alive() == []


def test_as_many_at_once_as_concurrency(serve: Serve, caller: MakeCaller, get: Get) -> None:
    together = threading.Barrier(5)

    def script(peer: Peer) -> None:  # answers when five requests are there
        while peer.request():
            together.wait()
            peer.send(EMPTY)

    server = serve(script)
    told: list[str] = []
    call_all(caller(server.url, concurrency=5), numbered(get, server.url, 15), lambda key, _: told.append(key))
    assert (len(told), server.connections) == (15, 5)


def test_nothing_to_call(caller: MakeCaller) -> None:
    told: list[str] = []
    call_all(caller("http://127.0.0.1:1"), [], lambda key, _: told.append(key))
    assert told == []


def test_faults_are_told_like_answers(caller: MakeCaller, get: Get) -> None:
    url = "http://crm.invalid"
    outcomes: list[Outcome | None] = []
    call_all(caller(url), numbered(get, url, 9), lambda _, e: outcomes.append(e.fault.outcome if e.fault else None))
    assert outcomes == [Outcome.VENDOR_DOWN] * 9


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError("disk full")])
def test_what_on_done_raises_ends_it(
    serve: Serve, caller: MakeCaller, get: Get, error: type[BaseException] | BaseException
) -> None:
    def script(peer: Peer) -> None:  # the first request is answered, the rest are left waiting
        data = peer.request()
        if b" /0 " in data:
            peer.send(EMPTY)
        peer.hang()

    def on_done(key: str, exchange: Exchange) -> None:
        raise error

    server = serve(script)
    with pytest.raises(error if isinstance(error, type) else type(error)):
        call_all(caller(server.url, concurrency=4), numbered(get, server.url, 40), on_done)
    assert workers_alive() == []


def test_an_abort_from_another_thread_ends_it_early(serve: Serve, caller: MakeCaller, get: Get) -> None:
    server = serve(lambda peer: peer.hang())
    one = caller(server.url, concurrency=3)
    told: list[str] = []

    def stop() -> None:
        for _ in range(3):
            server.accepted.acquire()
        one.abort()

    stopper = threading.Thread(target=stop)
    stopper.start()
    call_all(one, numbered(get, server.url, 20), lambda key, _: told.append(key))
    stopper.join()
    assert told == []
    assert workers_alive() == []


def test_an_abort_ends_the_wait_for_a_turn(serve: Serve, caller: MakeCaller, get: Get) -> None:
    server = serve(answers)
    one = caller(server.url, concurrency=1, per_second=0.0001)
    told: list[str] = []

    def on_done(key: str, exchange: Exchange) -> None:
        told.append(key)
        one.abort()

    call_all(one, numbered(get, server.url, 5), on_done)
    assert told == ["0"]


def test_a_bug_in_a_worker_comes_out(serve: Serve, caller: MakeCaller) -> None:
    server = serve(answers)
    broken = Request("GET", server.url + "/", (("X-A", "€"),))  # build() never makes such a request
    with pytest.raises(UnicodeEncodeError):
        call_all(caller(server.url), [("a", broken)], lambda key, exchange: None)


PROGRAM = """
import sys
from datetime import UTC, datetime
from monitor.calling.client import Caller
from monitor.calling.pool import call_all
from monitor.model import Limits, Request, Vendor
url = sys.argv[1]
with Caller(Vendor("crm", url, limits=Limits(concurrency=4, per_second=0)), lambda: datetime.now(UTC)) as caller:
    try:
        call_all(caller, [(str(n), Request("GET", url + "/")) for n in range(50)], lambda key, exchange: None)
    except KeyboardInterrupt:
        print("stopped")
"""


def test_ctrl_c_ends_a_process_whose_vendor_is_silent(serve: Serve) -> None:
    server = serve(lambda peer: peer.hang())
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, server.url], stdout=subprocess.PIPE
    ) as process:
        for _ in range(4):
            server.accepted.acquire()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert (out, process.returncode) == (b"stopped\n", 0)
