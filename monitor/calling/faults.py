"""Every foreign error of a call -> one Fault. The only place where errors of httpx, httpcore, ssl and sockets are read.

Words come from our own tables: an error's own text may hold bytes of the vendor's. Of the URL only host and port
are shown.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from dataclasses import dataclass
from typing import Final

import httpcore
import httpx

from monitor.calling.decoding import UndecodableError
from monitor.model import Fault, Limits, Outcome
from monitor.printable import printable


class TooLargeError(Exception):
    """The body passes ``max_body``."""


FOREIGN: Final = (
    httpx.HTTPError,
    httpx.StreamError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    OSError,  # ssl's and socket's too
    UnicodeError,  # a host name that no resolver takes
    UndecodableError,
    TooLargeError,
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an exchange broke: ``host`` is ``host:port``; ``proxy`` is the proxy's, or empty.

    ``step`` is dns, connect, tls, send, read or body; ``received`` counts the answer's bytes; ``overdue`` says that
    it was the exchange's total time that ran out.
    """

    vendor: str
    host: str
    proxy: str
    limits: Limits
    step: str
    received: int
    overdue: bool

    @property
    def peer(self) -> str:
        """What we are connected to."""
        return f"the proxy {self.proxy}" if self.proxy else self.host


def _chain(error: BaseException) -> list[BaseException]:
    """``error`` and what caused it: httpcore wraps the cause as its only argument, others chain it."""
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        wrapped = current.args[0] if current.args and isinstance(current.args[0], BaseException) else None
        current = wrapped or current.__cause__ or current.__context__
    return found


def _down(step: str, what: str, fix: str) -> Fault:
    return Fault(Outcome.VENDOR_DOWN, step, what, fix)


def _seconds(value: float) -> str:
    return f"{value:g} s"


# -- dns, connect -----------------------------------------------------------------------------------------


def is_timeout(error: BaseException) -> bool:
    return isinstance(error, httpcore.TimeoutException | httpx.TimeoutException | TimeoutError)


def _dns(scene: Scene) -> Fault:
    where = scene.proxy or scene.host
    what = f"the host name of {'the proxy ' if scene.proxy else ''}{where} cannot be resolved"
    knob = "HTTPS_PROXY and HTTP_PROXY" if scene.proxy else f"vendors.{scene.vendor}.base_url"
    return _down("dns", what, f"check {knob}, and this machine's DNS and VPN")


_CONNECT: Final = {
    errno.ECONNREFUSED: ("refused the connection", "is the service up, and is the port right?"),
    errno.EHOSTUNREACH: ("cannot be reached", "check this machine's network, VPN and firewall"),
    errno.ENETUNREACH: ("cannot be reached", "check this machine's network, VPN and firewall"),
    errno.ECONNRESET: ("broke the connection off", "a firewall may stand between; ask the vendor"),
}


def _connect(scene: Scene, error: OSError) -> Fault:
    told = _CONNECT.get(error.errno or 0)
    if told is None:
        reason = os.strerror(error.errno) if error.errno else "for a reason the system does not tell"
        told = (f"cannot be connected to ({reason})", "check this machine's network and firewall")
    return _down("connect", f"{scene.peer} {told[0]}", told[1])


# -- tls --------------------------------------------------------------------------------------------------

_CERTIFICATES: Final = {  # X509_V_ERR_* of OpenSSL
    9: ("is not valid yet", "check this machine's clock; else the vendor must mend it"),
    10: ("has expired", "the vendor must renew it; check this machine's clock"),
    18: ("is signed by itself", "if it is the right one, give it under vendors.{vendor}.verify"),
    19: ("is signed by an unknown CA", "give that CA's certificate under vendors.{vendor}.verify"),
    20: ("is signed by an unknown CA", "give that CA's certificate under vendors.{vendor}.verify"),
    21: ("is signed by an unknown CA", "give that CA's certificate under vendors.{vendor}.verify"),
    62: ("is for another host name", "check vendors.{vendor}.base_url; else the vendor must mend it"),
    64: ("is for another address", "use the host name in vendors.{vendor}.base_url"),
}
_CLOSED: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)  # which of them is up to the timing
_NOT_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"})


def _tls(scene: Scene, error: ssl.SSLError) -> Fault:
    if isinstance(error, ssl.SSLCertVerificationError):
        told = _CERTIFICATES.get(error.verify_code, ("cannot be verified", "see vendors.{vendor}.verify"))
        return _down("tls", f"the certificate of {scene.host} {told[0]}", told[1].format(vendor=scene.vendor))
    reason: str | None = getattr(error, "reason", None)
    if reason in _NOT_TLS:
        fix = f"is the port right, should vendors.{scene.vendor}.base_url be http://?"
        return _down("tls", f"{scene.peer} does not speak TLS", fix)
    if isinstance(error, _CLOSED) or reason is None:  # OpenSSL itself has nothing against what came
        return _down("tls", f"{scene.peer} closed the connection during the TLS handshake", "ask the vendor")
    told_reason = printable(reason, 60)  # OpenSSL's own constant
    fix = "ask the vendor which TLS versions it takes, and whether it wants a client certificate"
    return _down("tls", f"no TLS connection to {scene.peer} ({told_reason})", fix)


# -- time-outs --------------------------------------------------------------------------------------------


def _unreadable(what: str, fix: str) -> Fault:
    return Fault(Outcome.UNREADABLE, "body", what, fix)


def _overdue(scene: Scene) -> Fault | None:
    """The fault of a total time that ran out while the answer was coming; None: as any other time-out."""
    total = _seconds(scene.limits.total_timeout)
    fix = "the vendor is too slow; if it always is, raise limits: {total_timeout: ...}"
    if scene.step == "body":
        return _unreadable(f"the body was not whole after {total}", fix)
    if scene.step == "read" and scene.received:
        return Fault(Outcome.UNREADABLE, "read", f"the answer's headers were not whole after {total}", fix)
    return None


def _timed_out(scene: Scene) -> Fault:
    if scene.overdue and (fault := _overdue(scene)):
        return fault
    limits = scene.limits
    connect = _seconds(limits.total_timeout if scene.overdue else limits.connect_timeout)
    read = _seconds(limits.total_timeout if scene.overdue else limits.read_timeout)
    words = {
        "dns": (f"the host name of {scene.peer} was not resolved within {connect}", "check this machine's DNS and VPN"),
        "connect": (f"no connection to {scene.peer} within {connect}", "is it up, and reachable from this machine?"),
        "tls": (f"no TLS connection to {scene.peer} within {connect}", "is it up, is the port right?"),
        "send": (f"{scene.peer} did not take the request within {read}", "is it up? see its status page"),
        "read": (f"{scene.peer} did not answer within {read}", "is it up? if it is slow, raise limits: {read_timeout}"),
    }
    if scene.step in words:
        return _down(scene.step, *words[scene.step])
    return _unreadable(f"the body stopped coming for {read}", "try again; if it stays so, ask the vendor")


# -- protocol ---------------------------------------------------------------------------------------------

_PROTOCOL: Final = (  # what h11 and httpcore say, by the words that hold nothing of the vendor's
    ("Server disconnected", "closed the connection without an answer"),
    ("Receive buffer too long", "sent more headers than are read (100 kB)"),
    ("illegal header line", "sent a header line that is not HTTP"),
    ("illegal status line", "sent an answer that is not HTTP"),
    ("conflicting Content-Length", "sent two Content-Length headers that differ"),
    ("bad Content-Length", "sent a Content-Length that is no number"),
)


def _protocol(scene: Scene, error: Exception) -> Fault:
    if scene.step == "body":
        return _unreadable("the connection closed, or the chunks went wrong, before the body was whole", "try again")
    text = str(error)
    told = next((words for mark, words in _PROTOCOL if mark in text), "sent an answer that is not HTTP")
    return _down("read", f"{scene.peer} {told}", "is the port right, is the vendor up?")


def _broken(scene: Scene, error: OSError) -> Fault:
    if scene.step in ("dns", "connect"):
        return _connect(scene, error)
    if scene.step == "tls":
        return _down("tls", f"{scene.peer} closed the connection during the TLS handshake", "is the port right?")
    if scene.step == "body":
        return _unreadable(
            "the connection broke before the body was whole", "try again; if it stays so, ask the vendor"
        )
    return _down(scene.step, f"{scene.peer} broke the connection off without an answer", "is the vendor up?")


def _rubbish(scene: Scene, error: Exception) -> Fault | None:
    """Ours to say, whatever the step."""
    if isinstance(error, TooLargeError):
        size = f"{scene.limits.max_body:,} bytes"
        return _unreadable(f"the body is larger than {size}", "if that is right, raise limits: {max_body: ...}")
    if isinstance(error, UndecodableError):
        return _unreadable(str(error), "the vendor, or a proxy before it, sends a wrong Content-Encoding")
    if isinstance(error, httpcore.ProxyError):
        what = f"the proxy {scene.proxy} did not connect us to {scene.host}"
        return _down("connect", what, "check HTTPS_PROXY (user, password, does it allow this host?) and NO_PROXY")
    return None


def fault_of(error: Exception, scene: Scene) -> Fault:
    """What ``error`` (one of FOREIGN) means, in words without a secret or a value of the vendor's."""
    if fault := _rubbish(scene, error):
        return fault
    chain = _chain(error)
    for cause in chain:
        if is_timeout(cause):
            return _timed_out(scene)
        if isinstance(cause, socket.gaierror | UnicodeError):
            return _dns(scene)
        if isinstance(cause, ssl.SSLError) and scene.step != "body":
            return _tls(scene, cause)
    system = next((cause for cause in chain if isinstance(cause, OSError)), None)
    return _broken(scene, system) if system is not None else _protocol(scene, error)
