"""What the two ways to Slack share: one try within its time, and what may be told of how it failed.

slack-sdk speaks urllib, whose time-out begins anew with every byte, and whose errors may quote the URL or a header:
so a try runs in a thread that is waited for no longer than it may take, and an error is told by its kind, never by its
text. A try that was given up may still arrive: at least once is what is promised.
"""

from __future__ import annotations

import http.client
import logging
import math
import queue
import ssl
import threading
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Final, TypeVar
from urllib.error import URLError
from urllib.parse import urlsplit

from monitor.alerts.channels import Context
from monitor.model import FinalFault, PassingFault
from monitor.printable import printable

T = TypeVar("T")

NAME: Final = "drift-monitor"
_LONGEST_WAIT: Final = 86_400.0  # seconds; what is asked for beyond is not believed
_BUSY: Final = 429
_TUNNEL: Final = "Tunnel connection failed:"
_SILENT: Final = logging.CRITICAL + 1


def within(seconds: float, call: Callable[[], T]) -> T | PassingFault:
    """What ``call`` returns, or why there is nothing of it after ``seconds``. Raises nothing."""
    answers: queue.SimpleQueue[T | PassingFault] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(call())
        except Exception as error:  # noqa: BLE001 - whatever a foreign library raises, a try never raises
            answers.put(_fault(error))

    threading.Thread(target=run, daemon=True, name="slack").start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return PassingFault(f"no answer within {seconds:g} s")


def _fault(error: Exception) -> PassingFault:
    reason = error.reason if isinstance(error, URLError) and isinstance(error.reason, Exception) else error
    if isinstance(reason, http.client.HTTPException | ConnectionResetError | BrokenPipeError):
        return PassingFault("the connection broke")
    if isinstance(reason, TimeoutError):
        return PassingFault("no answer in time")
    if isinstance(reason, OSError):
        return PassingFault(_of_network(reason))
    return PassingFault(f"its answer cannot be read: {type(reason).__name__}")


def _of_network(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {printable(error.verify_message)}"
    if str(error).startswith(_TUNNEL):  # http.client's words, and what the proxy says
        return f"the proxy did not let us through: {printable(str(error).removeprefix(_TUNNEL).strip())}"
    return f"cannot be reached: {printable(error.strerror or type(error).__name__)}"


def by_status(status: int, headers: Mapping[str, str]) -> PassingFault | None:
    """The fault that passes, as HTTP tells it; None: another one, or none."""
    if status == _BUSY:
        return PassingFault("asked us to send less", retry_after(headers))
    if status == http.client.REQUEST_TIMEOUT or status >= http.client.INTERNAL_SERVER_ERROR:
        return PassingFault(f"answered HTTP {status}", retry_after(headers))
    return None


def redirected(status: int, option: str) -> FinalFault | None:
    """The fault of an answer that sends us elsewhere; ``option`` is where the address stands."""
    if not 300 <= status < 400:
        return None
    return FinalFault(f"answered HTTP {status}, a redirect, which is not followed", f"check {option}: and the proxy")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, where an answer says so."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        seconds = float(value)
    except ValueError:
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT) if math.isfinite(seconds) else None


def quiet() -> logging.Logger:
    """A logger of nobody's that says nothing: slack-sdk's own logs URLs, bodies and every failure."""
    return logging.Logger(NAME, level=_SILENT)  # noqa: LOG001 - nobody shall find it, nor give it handlers


def whole_seconds(context: Context) -> int:
    return max(1, math.ceil(context.timeout))


def safe_url(url: str, what: str) -> str:
    """``url`` where it is one that what is sent may go to. Raises ValueError, which does not quote it."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError(f"{what} holds a blank or a character that no URL has")
    try:
        parts = urlsplit(url)
        is_port = parts.port != 0
    except ValueError:  # its text quotes what was written
        raise ValueError(f"{what} is no URL: write https://, a host and a path") from None
    if not is_port:
        raise ValueError(f"{what} has a port that is none: write a number from 1 to 65535")
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"{what} is no plain URL: write https://, a host and a path")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts.hostname)):
        raise ValueError(f"{what} must begin with https:// (http:// reaches this machine only)")
    return url


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
