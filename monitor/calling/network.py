"""The sockets of one vendor: every step under the exchange's deadline, and all of it stoppable from another thread.

httpcore bounds single operations; a server that sends one byte a second passes each of them for ever. So:

1. Every exchange has a Watch: its deadline and what it is doing (dns, connect, tls, send, read, body). The thread
   that makes the exchange carries it, since httpcore connects, writes and reads in that same thread.
2. Each operation may take what is left until the deadline, and no more than its own bound.
3. Resolving a name cannot be bounded or stopped by any socket option, so resolving and connecting happen in a
   daemon thread that is waited for; one that comes too late closes what it opened.
4. ``abort`` shuts every socket down: whoever is blocked on one wakes at once.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import contextmanager, suppress
from typing import Final

import httpcore

WRITE_PIECE: Final = 256 * 1024  # bytes: the deadline is looked at between pieces


class OverdueError(httpcore.TimeoutException):
    """The exchange's deadline has passed."""


class AbortedError(Exception):
    """``abort`` was called: not the vendor's fault."""


class Watch:
    """What one exchange is doing, and until when it may. ``clock`` gives seconds and never runs backwards."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.started = clock()
        self._deadline = self.started + seconds
        self.step = "connect"
        self.received = 0  # bytes of the answer
        self.reused = True  # no connection was opened for it
        self.last_chance = False  # the operation under way was given only what is left of the total

    @property
    def elapsed(self) -> float:
        return self._clock() - self.started

    def left(self, bound: float | None) -> float:
        """Seconds that the next operation may take. Raises OverdueError where there are none."""
        remaining = self._deadline - self._clock()
        self.last_chance = bound is None or remaining < bound
        if remaining <= 0:
            raise OverdueError
        return remaining if bound is None else min(bound, remaining)


class _Opening:
    """One name resolved and connected to, in a daemon thread."""

    def __init__(self, host: str, port: int, seconds: float, clock: Callable[[], float]) -> None:
        self.step = "dns"
        self.stream: Future[httpcore.NetworkStream] = Future()
        self._host = host
        self._port = port
        self._clock = clock
        self._until = clock() + seconds

    def run(self) -> None:
        try:
            stream = self._connected()
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting thread raises it
            with suppress(InvalidStateError):
                self.stream.set_exception(error)
            return
        try:
            self.stream.set_result(stream)
        except InvalidStateError:  # nobody waits any more
            stream.close()

    def _connected(self) -> httpcore.NetworkStream:
        found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(address[4][0]) for address in found))
        self.step = "connect"
        last: Exception = OSError("the name has no address")
        for index, address in enumerate(addresses):
            # a fair share each: one address that swallows packets must not use up the time of the next
            share = max(0.001, (self._until - self._clock()) / (len(addresses) - index))
            try:
                return httpcore.SyncBackend().connect_tcp(address, self._port, timeout=share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, network: Network) -> None:
        self._inner = inner
        self._network = network
        self._socket: socket.socket = inner.get_extra_info("socket")
        network.hold(self._socket)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        watch = self._network.watch
        if watch.step == "send":
            watch.step = "read"
        data = self._inner.read(max_bytes, watch.left(timeout))
        watch.received += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        watch = self._network.watch
        watch.step = "send"
        for start in range(0, len(buffer), WRITE_PIECE):
            self._inner.write(buffer[start : start + WRITE_PIECE], watch.left(timeout))

    def close(self) -> None:
        self._network.let_go(self._socket)
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        watch = self._network.watch
        watch.step, watch.received = "tls", 0
        seconds = watch.left(timeout)
        # TLS takes the socket over; a second handle on the same connection stays ours to shut down meanwhile
        with self._socket.dup() as handle:
            self._network.let_go(self._socket)
            self._network.hold(handle)
            try:
                return _Stream(self._inner.start_tls(ssl_context, server_hostname, seconds), self._network)
            finally:
                self._network.let_go(handle)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


class Network(httpcore.NetworkBackend):
    """All connections of one vendor. Thread-safe."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._here = threading.local()
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._openings: set[_Opening] = set()
        self.aborted = threading.Event()

    @property
    def watch(self) -> Watch:
        """The exchange that this thread makes."""
        watch: Watch = self._here.watch
        return watch

    @contextmanager
    def watching(self, watch: Watch) -> Iterator[None]:
        self._here.watch = watch
        try:
            yield
        finally:
            del self._here.watch

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - never set by us
        socket_options: Iterable[object] | None = None,  # noqa: ARG002 - never set by us
    ) -> httpcore.NetworkStream:
        watch = self.watch
        watch.reused, watch.step = False, "dns"
        seconds = watch.left(timeout)
        opening = _Opening(host, port, seconds, self._clock)
        with self._lock:
            if self.aborted.is_set():
                raise AbortedError
            self._openings.add(opening)
        threading.Thread(target=opening.run, name=f"connecting to {host}", daemon=True).start()
        try:
            return _Stream(self._opened(opening, seconds), self)
        finally:
            watch.step = opening.step
            with self._lock:
                self._openings.discard(opening)

    def _opened(self, opening: _Opening, seconds: float) -> httpcore.NetworkStream:
        try:
            return opening.stream.result(seconds)
        except CancelledError:
            raise AbortedError from None
        except TimeoutError:
            if opening.stream.cancel() or opening.stream.cancelled():
                raise httpcore.ConnectTimeout from None
            return opening.stream.result(0)  # it came, or failed, at the last moment

    # -- stopping ------------------------------------------------------------------------------------------

    def hold(self, sock: socket.socket) -> None:
        """``abort`` will shut ``sock`` down; at once if it was called already."""
        with self._lock:
            self._sockets.add(sock)
            if self.aborted.is_set():
                _shut(sock)

    def let_go(self, sock: socket.socket) -> None:
        with self._lock:
            self._sockets.discard(sock)

    def abort(self) -> None:
        """Whoever waits for the vendor stops waiting; no connection is opened any more. Returns at once."""
        with self._lock:
            self.aborted.set()
            for opening in self._openings:
                opening.stream.cancel()
            for sock in self._sockets:
                _shut(sock)


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):  # closed or broken already
        # the plain socket's own method: ssl's changes state under the thread that reads
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
