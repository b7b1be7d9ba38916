"""``kind: webhook``: one message as JSON (``_payload``), POSTed to a URL.

    url          https; http to this machine only, unless allow_http
    secret       signs each request; whsec_ and base64, or any text of at least 16 characters
    headers      more of them, for instance Authorization
    ca           file of the CA that signed the receiver's certificate, where the system does not know it

1. Signed as Standard Webhooks has it (standardwebhooks.com, libraries in most languages): the header
   ``webhook-signature`` is ``v1,`` and the base64 of HMAC-SHA256, with the secret, over ``ID.TIMESTAMP.BODY``: ID and
   TIMESTAMP (Unix seconds of this try) as in ``webhook-id`` and ``webhook-timestamp``, BODY byte for byte.
2. ``Idempotency-Key`` is the same at every try: a receiver that has seen it answers 2xx and does nothing.
3. Redirects are not followed: a signed message goes where somebody said, or nowhere.
4. What a receiver answers is told by its status alone; its body is not even read. The URL is a secret: no text has it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import math
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Final, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from monitor.alerts.channels import Context
from monitor.alerts.channels._payload import body
from monitor.alerts.channels._wire import Deadline, check_ca, is_loopback, tls_context, token, untrusted
from monitor.errors import UsageError
from monitor.model import Answer, FinalFault, Message, PassingFault, Sent

_WHSEC: Final = "whsec_"
_SHORTEST: Final = 16  # characters of a secret
_LONGEST_WAIT: Final = 86_400.0  # seconds; what is asked for beyond is not believed
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?")
_OURS: Final = frozenset(
    {
        *("host", "connection", "expect", "content-length", "content-type", "content-encoding", "transfer-encoding"),
        *("idempotency-key", "webhook-id", "webhook-timestamp", "webhook-signature"),
    }
)

_PASSING: Final = frozenset({408, 425, 429})
_CONFIGURE: Final = "check url of this channel, and what the receiver expects"
_FIXES: Final[Mapping[int, str]] = {
    400: "the receiver does not take this body: see its log, and the schema of what is sent",
    401: "check secret and headers of this channel (Authorization)",
    403: "check secret and headers of this channel (Authorization), and what the receiver lets in",
    404: "nothing is there: check url of this channel",
    405: "the receiver takes no POST there: check url of this channel",
    407: "the proxy wants a login: check HTTPS_PROXY",
    410: "the receiver is gone for good: give this channel another url, or remove it",
    413: "the receiver takes less than a message: raise its limit",
    415: "the receiver takes no JSON there: check url of this channel",
    422: "the receiver does not take this body: see its log, and the schema of what is sent",
}


class Settings(BaseModel):
    """JSON by POST."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: SecretStr = Field(description="Where it is POSTed to (https).", examples=["${HOOK_URL}"])
    secret: SecretStr = Field(
        SecretStr(""), description="Signs each request (webhook-signature). Best from ${secret:...}."
    )
    headers: dict[str, SecretStr] = Field(default_factory=dict, description="More headers, for instance Authorization.")
    allow_http: bool = Field(False, description="Allows http:// to another machine: alerts can be read on the way.")
    ca: Annotated[str, AfterValidator(check_ca)] = Field(
        "", description="Absolute path of the CA that signed the receiver's certificate (PEM)."
    )

    @field_validator("url")
    @classmethod
    def _is_url(cls, given: SecretStr) -> SecretStr:
        url = given.get_secret_value()
        if not url.isascii() or not url.isprintable() or " " in url:
            raise ValueError("holds a blank or a character that no URL has")
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:  # its text quotes what was written
            usable = False
        if not usable:
            raise ValueError("is no URL; write https://, a host and a path")
        if parts.username is not None or parts.fragment:
            raise ValueError("holds a password or a fragment (#...); send an Authorization header from headers:")
        return given

    @field_validator("secret")
    @classmethod
    def _is_secret(cls, given: SecretStr) -> SecretStr:
        if given.get_secret_value() and len(_key_of(given.get_secret_value())) < _SHORTEST:
            raise ValueError(f"is too short; use at least {_SHORTEST} characters (openssl rand -base64 32)")
        return given

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, given: dict[str, SecretStr]) -> dict[str, SecretStr]:
        names = [name.lower() for name in given]
        if not all(map(_NAME.fullmatch, names)) or len(set(names)) < len(names):
            raise ValueError("holds what is no header's name, or one twice")
        if taken := sorted(_OURS & frozenset(names)):
            raise ValueError(f"names what the channel sets itself ({', '.join(taken)}); remove it")
        if not all(_VALUE.fullmatch(value.get_secret_value()) for value in given.values()):
            raise ValueError("holds a value that headers cannot carry (empty, a line break, not ASCII)")
        return given

    @model_validator(mode="after")
    def _is_private(self) -> Self:
        parts = urlsplit(self.url.get_secret_value())
        if parts.scheme == "http" and not self.allow_http and not is_loopback(parts.hostname or ""):
            raise ValueError("url would send alerts unencrypted; use https:// (or allow_http: true)")
        return self


def _key_of(secret: str) -> bytes:
    """The bytes that sign. Raises ValueError for a whsec_ that is no base64."""
    if not secret.startswith(_WHSEC):
        return secret.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(secret.removeprefix(_WHSEC), validate=True)
    except binascii.Error:
        raise ValueError("begins with whsec_, but what follows is no base64") from None


def signature(secret: str, identity: str, timestamp: int, data: bytes) -> str:
    """What ``webhook-signature`` holds for a body."""
    signed = b"%s.%d.%s" % (identity.encode("ascii"), timestamp, data)
    return f"v1,{base64.b64encode(hmac.digest(_key_of(secret), signed, hashlib.sha256)).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """POSTs messages to one URL, each over a connection of its own: alerts are rare."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    transport: Callable[[], httpx.BaseTransport]
    timeout: float
    clock: Callable[[], datetime] | None = None

    def send(self, message: Message, key: str, thread: Mapping[str, str] | None) -> Answer:  # noqa: ARG002
        """``answer`` is empty: that a message goes on from another is in its body."""
        request = self.request(message, key)
        with Deadline(self.timeout) as deadline:
            request.extensions["trace"] = _Watcher(deadline)
            request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), self.timeout)
            try:
                with self.transport() as transport:
                    response = transport.handle_request(request)
                    response.close()
            except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
                return _broken(error, self.timeout, over=deadline.over)
        return _answer(response.status_code, response.headers)

    def request(self, message: Message, key: str) -> httpx.Request:
        data, identity = body(message, key), token(key)
        now = int((message.created if self.clock is None else self.clock()).timestamp())
        headers = {
            **self.headers,
            "Content-Type": "application/json",
            "Idempotency-Key": identity,
            "webhook-id": identity,
            "webhook-timestamp": str(now),
        }
        if self.secret:
            headers["webhook-signature"] = signature(self.secret, identity, now, data)
        return httpx.Request("POST", self.url, headers=headers, content=data)


class _Watcher:
    """Tells the deadline of the socket that httpcore opens."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def __call__(self, event: str, info: Mapping[str, object]) -> None:
        stream = info.get("return_value")
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")) and isinstance(
            stream, httpcore.NetworkStream
        ):
            sock = stream.get_extra_info("socket")
            if isinstance(sock, socket.socket):
                self._deadline.watch(lambda: sock)


def _answer(status: int, headers: Mapping[str, str]) -> Answer:
    if 200 <= status < 300:
        return Sent()
    if status in _PASSING or 500 <= status < 600:
        return PassingFault(f"the receiver answered HTTP {status}", retry_after(headers))
    if 300 <= status < 400:
        return FinalFault(f"the receiver answered HTTP {status}, a redirect", "give this channel the url it leads to")
    return FinalFault(f"the receiver answered HTTP {status}", _FIXES.get(status, _CONFIGURE))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, where an answer says so; a moment is reckoned from the answer's own Date."""
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
        except (ValueError, TypeError, OverflowError):  # no date, or one with a zone and one without
            return None
    return min(max(seconds, 0.0), _LONGEST_WAIT) if math.isfinite(seconds) else None


_BROKEN: Final[tuple[tuple[tuple[type[Exception], ...], str], ...]] = (  # the first that is found in the chain
    ((socket.gaierror, UnicodeError), "the receiver's host name cannot be resolved"),
    ((ConnectionRefusedError,), "the receiver refused the connection"),
    ((httpx.ProxyError,), "the proxy does not let the message through"),
    ((ssl.SSLError,), "no TLS connection to the receiver"),
    ((httpx.ConnectError,), "no connection to the receiver"),
    ((httpx.RemoteProtocolError,), "the receiver closed the connection, or its answer is no HTTP"),
)


def _broken(error: Exception, timeout: float, *, over: bool) -> Answer:
    """By the error's kind: its text may hold the URL."""
    if over or isinstance(error, httpx.TimeoutException | TimeoutError):
        return PassingFault(f"the receiver did not answer within {timeout:g} s")
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    for one in chain:
        if isinstance(one, ssl.SSLCertVerificationError):
            return untrusted(one, "the receiver")
    found = (what for kinds, what in _BROKEN if any(isinstance(one, kinds) for one in chain))
    return PassingFault(next(found, "the connection to the receiver broke"))


def _proxy(url: str) -> httpx.Proxy | None:
    """The environment's for ``url``; none for this machine. Raises UsageError for one that is no URL."""
    parts = urlsplit(url)
    host, proxies = parts.hostname or "", getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if not found or is_loopback(host) or proxy_bypass(host):
        return None
    try:
        return httpx.Proxy(found if "://" in found else f"http://{found}")
    except (ValueError, httpx.InvalidURL):
        raise UsageError("the proxy of the environment is no URL", fix="check HTTPS_PROXY and ALL_PROXY") from None


def build(settings: Settings, context: Context) -> Webhook:
    """Raises UsageError for a ``ca`` or a proxy of the environment that cannot be used."""
    url = settings.url.get_secret_value()
    tls, proxy = tls_context(settings.ca), _proxy(url)

    def transport() -> httpx.BaseTransport:
        return httpx.HTTPTransport(verify=tls, proxy=proxy, trust_env=False)  # a Client would log the URL

    headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
    agent = {"User-Agent": f"drift-monitor/{context.version}"}
    secret = settings.secret.get_secret_value()
    return Webhook(url, secret, {**agent, **headers}, transport, context.timeout, context.clock)
