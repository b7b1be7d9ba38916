from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Protocol

import httpcore
import pytest

from monitor.calling.network import AbortedError, Network, OverdueError, Watch


class Peer(Protocol):
    def request(self) -> bytes: ...
    def send(self, data: bytes) -> None: ...
    def hang(self) -> None: ...


class Server(Protocol):
    port: int


Serve = Callable[..., Server]


class Time:
    def __init__(self) -> None:
        self.now = 50.0

    def clock(self) -> float:
        return self.now


def test_a_watch_gives_what_is_left() -> None:
    time = Time()
    watch = Watch(10.0, time.clock)
    assert (watch.left(3.0), watch.last_chance) == (3.0, False)
    time.now += 8
    assert (watch.left(3.0), watch.last_chance) == (2.0, True)
    assert (watch.left(None), watch.last_chance) == (2.0, True)
    assert watch.elapsed == 8
    time.now += 2
    with pytest.raises(OverdueError):
        watch.left(3.0)


def test_a_read_counts_what_came_and_names_the_step(serve: Serve) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"12345")
        peer.hang()

    server, time = serve(script), Time()
    network, watch = Network(time.clock), Watch(10.0, time.clock)
    with network.watching(watch):
        stream = network.connect_tcp("127.0.0.1", server.port, 5.0)
        assert (watch.step, watch.reused) == ("connect", False)
        stream.write(b"GET / HTTP/1.1\r\n\r\n", 5.0)
        assert watch.step == "send"
        assert stream.read(100, 5.0) == b"12345"
        assert (watch.step, watch.received) == ("read", 5)
        time.now += 11
        with pytest.raises(OverdueError):
            stream.read(100, 5.0)
        stream.close()


def test_an_abort_wakes_a_reader_and_bars_the_way(serve: Serve) -> None:
    server, time = serve(lambda peer: peer.hang()), Time()
    network = Network(time.clock)
    seen: list[bytes] = []
    reading = threading.Event()

    def read() -> None:
        with network.watching(Watch(100.0, time.clock)):
            stream = network.connect_tcp("127.0.0.1", server.port, 5.0)
            reading.set()
            seen.append(stream.read(100, 90.0))
            stream.close()

    thread = threading.Thread(target=read)
    thread.start()
    reading.wait()
    network.abort()
    thread.join()
    assert seen == [b""]
    with network.watching(Watch(100.0, time.clock)), pytest.raises(AbortedError):
        network.connect_tcp("127.0.0.1", server.port, 5.0)


def test_the_error_of_a_connection_comes_to_who_waits() -> None:
    time = Time()
    network, watch = Network(time.clock), Watch(10.0, time.clock)
    with socket.socket() as taken, network.watching(watch):
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(httpcore.ConnectError):
            network.connect_tcp("127.0.0.1", taken.getsockname()[1], 5.0)
        assert watch.step == "connect"
        with pytest.raises(socket.gaierror):
            network.connect_tcp("crm.invalid", 80, 5.0)
        assert watch.step == "dns"
