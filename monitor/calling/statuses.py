"""Statuses that say of themselves that there is nothing to judge. PURE."""

from __future__ import annotations

import re
from typing import Final

from monitor.model import Fault, Outcome, Response

_REFUSED: Final = frozenset({401, 403, 407})
_TOO_MANY: Final = frozenset({429})
_DOWN: Final = frozenset({502, 503, 504})
_DATE: Final = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")


def _retry_after(response: Response) -> str:
    """Retry-After in words, only where it is what the standard says (RFC 9110, 10.2.3): it is the vendor's text."""
    value = (response.header("Retry-After") or "").strip()
    if value.isascii() and value.isdigit() and len(value) <= 9:
        return f", and asks to wait {int(value):,} s (Retry-After)"
    return f", and asks to wait until {value} (Retry-After)" if _DATE.fullmatch(value) else ""


def _refused(status: int) -> Fault:
    if status == 407:
        fix = "give the proxy's user and password in HTTPS_PROXY or HTTP_PROXY"
        return Fault(Outcome.AUTH_FAILED, "status", "a proxy wants credentials: status 407", fix)
    who = "does not know us" if status == 401 else "knows us and forbids it"
    fix = (
        "check the credentials under headers: of the vendor in monitor.yaml: expired, revoked, of another environment?"
    )
    return Fault(Outcome.AUTH_FAILED, "status", f"the vendor answered {status}: it {who}", fix)


def status_fault(response: Response, expected: int | None) -> Fault | None:
    """The fault that ``response``'s status tells, or None where it is judged (a 500 or a 404 is drift).

    None too where the contract itself expects to be refused, limited or turned away: a status of the same kind.
    """
    status = response.status
    kind = next((k for k in (_REFUSED, _TOO_MANY, _DOWN) if status in k), None)
    if kind is None or expected in kind:
        return None
    if kind is _REFUSED:
        return _refused(status)
    what = f"the vendor answered {status}{_retry_after(response)}"
    if kind is _TOO_MANY:
        fix = "lower limits: {per_second, concurrency} of the vendor in monitor.yaml, or run less often"
        return Fault(Outcome.RATE_LIMITED, "status", what, fix)
    return Fault(Outcome.VENDOR_DOWN, "status", what, "look at the vendor's status page; nothing was judged")
