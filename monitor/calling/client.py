"""One request -> one exchange. A vendor's fault is a value in the exchange, never an exception.

1. The exchange, from resolving the name to the body's last byte, ends within ``total_timeout`` (network.py).
2. The body is read and decoded in bounded steps: never more than ``max_body`` and a step is held. What came
   before a fault is kept, ``complete=False``. A body of which nothing can be decoded is kept as it was sent.
3. A server may close a kept-alive connection while we write to it, or have left bytes in it that are no answer to
   us. Neither is a fault: a request that changes nothing is sent again on another connection.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import httpx

from monitor.calling.decoding import STEP, Decoder, UndecodableError
from monitor.calling.faults import FOREIGN, Scene, TooLargeError, fault_of, is_timeout
from monitor.calling.limiter import Limiter
from monitor.calling.network import AbortedError, Network, Watch
from monitor.calling.request import SAFE_METHODS
from monitor.calling.statuses import status_fault
from monitor.calling.transport import NoCookies, Transport, environment_proxy, pool_for
from monitor.calling.urls import place
from monitor.errors import NotJudgedError
from monitor.model import Exchange, Fault, Outcome, Request, Response, Vendor

__all__ = ["Caller", "status_fault"]

_LATIN1: Final = "latin-1"
_LEFTOVER: Final = Fault(
    Outcome.UNREADABLE,
    "read",
    "the answer was in the connection before the request was sent",
    "a former answer was longer than its Content-Length: ask the vendor",
)


class _Sink:
    """Takes a body in as it is received; ``kept`` is what may be shown of it at any time."""

    def __init__(self, content_encodings: tuple[str, ...], max_body: int) -> None:
        self._max = max_body
        self._decoded = bytearray()
        self._raw = bytearray()  # only until something was decoded
        self._received = 0
        self._broken: UndecodableError | None = None
        self._decoder: Decoder | None = None
        try:
            self._decoder = Decoder(content_encodings)
        except UndecodableError as error:
            self._broken = error

    @property
    def kept(self) -> bytes:
        return bytes(memoryview(self._decoded or self._raw)[: self._max])

    def feed(self, data: bytes, check: Callable[[], object]) -> None:
        """Raises TooLargeError, UndecodableError, and what ``check`` raises; it is asked once a step."""
        self._received += len(data)
        if self._decoder is not None and self._broken is None:
            self._decode(self._decoder, data, check)
        if not self._decoded:
            self._raw += data
        # compressing what cannot be compressed makes it a little longer; more than that is padding without end
        if len(self._decoded) > self._max or self._received > self._max * 1.01 + STEP:
            raise TooLargeError
        if self._broken is not None and len(self._raw) > self._max:
            raise TooLargeError

    def _decode(self, decoder: Decoder, data: bytes, check: Callable[[], object]) -> None:
        try:
            for piece in decoder.feed(data):
                self._raw.clear()
                self._decoded += piece
                check()
                if len(self._decoded) > self._max:
                    raise TooLargeError
        except UndecodableError as error:
            if self._decoded:
                raise
            self._broken = error  # the rest is kept as sent

    def end(self) -> None:
        """Raises UndecodableError where the body was not what its headers say."""
        if self._broken is not None and self._received:
            raise self._broken
        if self._decoder is not None:
            self._decoder.end()
            self._raw.clear()  # it was whole, and may well decode to nothing


@dataclass(frozen=True, slots=True)
class _Attempt:
    response: Response | None
    fault: Fault | None
    stale: bool  # the connection was an old one and did not serve


class Caller:
    """Calls one vendor. Thread-safe; a context manager that owns the vendor's connections.

    ``clock`` gives the time of day in UTC; ``proxy`` is a proxy's URL, empty for none, None for the environment's.
    Raises ConfigError for a ``verify`` file that cannot be used, UsageError for such a proxy in the environment.
    """

    def __init__(self, vendor: Vendor, clock: Callable[[], datetime], proxy: str | None = None) -> None:
        self._vendor = vendor
        self._limits = vendor.limits
        self._clock = clock
        self._network = Network(time.monotonic)
        self._limiter = Limiter(
            vendor.limits.per_second, vendor.limits.concurrency, time.monotonic, self._network.aborted.wait
        )
        self._proxy = environment_proxy(vendor.base_url) if proxy is None else proxy
        self._client = httpx.Client(
            transport=Transport(pool_for(vendor, self._network, self._proxy)),
            cookies=NoCookies(),
            follow_redirects=False,
            trust_env=False,  # proxies are chosen above; netrc is not for us
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._client.close()

    @property
    def concurrency(self) -> int:
        return max(1, self._limits.concurrency)

    def wait_turn(self) -> None:
        """Returns when the vendor's ``per_second`` allows the next call, or when ``abort`` was called."""
        self._limiter.acquire()

    def abort(self) -> None:
        """Ends all calls under way, from any thread, at once; they raise NotJudgedError. No call works afterwards."""
        self._network.abort()

    @property
    def aborted(self) -> bool:
        return self._network.aborted.is_set()

    def call(self, request: Request) -> Exchange:
        """Sends ``request`` and reads the answer. Raises NotJudgedError only after ``abort``."""
        started = self._clock()
        watch = Watch(self._limits.total_timeout, time.monotonic)
        attempt = self._attempt(request, watch)
        attempts = 1
        while attempt.stale and request.method in SAFE_METHODS and attempts <= self.concurrency:
            watch.reused, watch.received = True, 0
            attempt = self._attempt(request, watch)
            attempts += 1
        if self.aborted:
            raise NotJudgedError("the call was stopped", where=self._vendor.name)
        return Exchange(request, attempt.response, attempt.fault, started, watch.elapsed)

    # -- one attempt ---------------------------------------------------------------------------------------

    def _outgoing(self, request: Request) -> httpx.Request:
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        limits = self._limits
        timeouts = {
            "connect": limits.connect_timeout,
            "read": limits.read_timeout,
            "write": limits.read_timeout,
            "pool": limits.total_timeout,
        }
        return httpx.Request(
            request.method,
            f"{parts.scheme}://{parts.netloc}",  # without the rest: httpx logs it
            headers=[(name.encode(_LATIN1), value.encode(_LATIN1)) for name, value in request.headers],
            content=request.body,
            extensions={"target": target.encode("ascii"), "timeout": timeouts},
        )

    def _attempt(self, request: Request, watch: Watch) -> _Attempt:
        outgoing = self._outgoing(request)
        with self._network.watching(watch):
            try:
                answer = self._client.send(outgoing, stream=True)
            except AbortedError:
                return _Attempt(None, None, stale=False)
            except FOREIGN as error:
                stale = watch.reused and not is_timeout(error)
                return _Attempt(None, self._fault(error, request, watch), stale=stale)
            try:
                if watch.reused and not watch.received:
                    # nothing was read for us: these are bytes that an earlier answer left behind
                    return _Attempt(None, _LEFTOVER, stale=True)
                watch.step = "body"
                body, fault = self._body(answer, request, watch)
                return _Attempt(_response(answer, body, complete=fault is None), fault, stale=False)
            finally:
                answer.close()

    def _body(self, answer: httpx.Response, request: Request, watch: Watch) -> tuple[bytes, Fault | None]:
        encodings = tuple(v.decode(_LATIN1) for k, v in answer.headers.raw if k.lower() == b"content-encoding")
        sink = _Sink(encodings, self._limits.max_body)
        try:
            for data in answer.iter_raw():
                sink.feed(data, lambda: watch.left(None))
            sink.end()
        except FOREIGN as error:
            return sink.kept, self._fault(error, request, watch)
        return sink.kept, None

    def _fault(self, error: Exception, request: Request, watch: Watch) -> Fault:
        scene = Scene(
            vendor=self._vendor.name,
            host=place(request.url),
            proxy=place(self._proxy) if self._proxy else "",
            limits=self._limits,
            step=watch.step,
            received=watch.received,
            overdue=watch.last_chance,
        )
        return fault_of(error, scene)


def _response(answer: httpx.Response, body: bytes, *, complete: bool) -> Response:
    reason: bytes = answer.extensions.get("reason_phrase", b"")
    version: bytes = answer.extensions.get("http_version", b"HTTP/1.1")
    return Response(
        status=answer.status_code,
        reason=reason.decode(_LATIN1),
        http_version=version.decode(_LATIN1),
        headers=tuple((name.decode(_LATIN1), value.decode(_LATIN1)) for name, value in answer.headers.raw),
        body=body,
        complete=complete,
    )
