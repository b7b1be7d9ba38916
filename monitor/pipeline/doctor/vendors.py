"""Each vendor: by which way it is called, whether it answers, whether our clocks agree, and how long its TLS
certificate lasts. One call each, which is not recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from monitor.calling.certificates import expiry
from monitor.calling.client import status_fault
from monitor.calling.request import NO_BASE_URL, build
from monitor.calling.transport import environment_proxy
from monitor.calling.urls import place
from monitor.errors import UsageError
from monitor.model import Exchange, Interaction, Request, RequestTemplate, Response, Vendor
from monitor.pipeline.doctor.checks import Check, World, failed, guarded, ok, skipped, warning
from monitor.pipeline.planning import Job
from monitor.printable import printable

SKEW: Final = timedelta(seconds=60)
EXPIRES_SOON: Final = timedelta(days=14)
_SAFE: Final = ("GET", "HEAD")
_NAMES: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


# -- proxies ----------------------------------------------------------------------------------------------


def proxies(world: World, vendor: Vendor) -> Iterator[Check]:
    """The variables by name, and of a proxy only host and port: its URL may hold a password."""
    name = f"proxy {vendor.name}"
    given = [n for upper in _NAMES for n in (upper, upper.lower()) if world.environ.get(n)]
    proxy = environment_proxy(vendor.base_url)
    way = f"it is called through {place(proxy)}" if proxy else "it is called directly"
    yield ok(name, f"{way} (set: {', '.join(given)})" if given else way)


# -- one call ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Probe:
    request: Request
    what: str
    expected: int | None = None  # the contract's status; None: any will do


def _probe(vendor: Vendor, jobs: Sequence[Job]) -> _Probe:
    """The first interaction that only reads, else base_url itself."""
    for job in jobs:
        if job.request is not None and job.request.method in _SAFE:
            return _Probe(job.request, printable(job.interaction.description), job.interaction.expected_status)
    base = Interaction("doctor", vendor.name, "", "base_url", RequestTemplate("HEAD", "/"))
    return _Probe(build(vendor, base), "base_url")


def _answered(name: str, probe: _Probe, exchange: Exchange, response: Response) -> Check:
    took = f"{exchange.elapsed * 1000:.0f} ms"
    what = f"{probe.request.method} answered {response.status} in {took} ({probe.what})"
    if probe.expected is not None and response.status != probe.expected:
        return warning(name, f"{what}, where the contract expects {probe.expected}", "see what monitor check says")
    return ok(name, what)


def reachability(world: World, vendor: Vendor, jobs: Sequence[Job]) -> Iterator[Check]:
    name = f"reachability {vendor.name}"
    if not vendor.base_url:
        yield skipped(name, f"nobody said where it is called; {NO_BASE_URL}")
        return
    probe = _probe(vendor, jobs)
    try:
        with world.caller(vendor) as caller:
            exchange = caller.call(probe.request)
    except UsageError:
        yield skipped(name, "the proxy that the environment names cannot be used")
        return
    response = exchange.response
    fault = exchange.fault or (status_fault(response, probe.expected) if response else None)
    if fault is not None:
        yield failed(name, f"{fault.step}: {fault.what}", fault.fix)
    elif response is not None:
        yield _answered(name, probe, exchange, response)
    if response is not None:
        yield from guarded(f"clock {vendor.name}", lambda: clock(vendor, exchange, response))
        yield from guarded(f"certificate {vendor.name}", lambda: certificate(vendor, exchange.started))


# -- what the answer tells --------------------------------------------------------------------------------


def _age(response: Response) -> timedelta:
    """How long a cache has held the answer: its Date is that much older."""
    value = (response.header("Age") or "").strip()
    return timedelta(seconds=int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 0)


def skew(exchange: Exchange, response: Response) -> timedelta | None:
    """How far this machine's clock is ahead of the answer's Date (negative: behind); None where there is no Date."""
    try:
        date = parsedate_to_datetime(response.header("Date") or "")
        theirs = (date if date.tzinfo else date.replace(tzinfo=UTC)) + _age(response)
        return exchange.started + timedelta(seconds=exchange.elapsed / 2) - theirs
    except (ValueError, OverflowError):
        return None


def clock(vendor: Vendor, exchange: Exchange, response: Response) -> Iterator[Check]:
    name = f"clock {vendor.name}"
    ahead = skew(exchange, response)
    if ahead is None:
        yield skipped(name, "the answer has no Date header to compare with")
    elif abs(ahead) > SKEW:
        seconds = round(ahead.total_seconds())
        side = "ahead of" if seconds > 0 else "behind"
        what = f"this machine's clock is {abs(seconds):,} s {side} the vendor's"
        yield warning(name, what, "set this machine's clock by NTP; if it is right, tell the vendor")
    else:
        yield ok(name, f"it agrees with the vendor's within {SKEW.seconds} s")


def of_expiry(name: str, expires: datetime, now: datetime) -> Check:
    what = f"the vendor's certificate expires on {expires:%Y-%m-%d}"
    if expires - now < EXPIRES_SOON:
        return warning(name, f"{what}, in {max(0, (expires - now).days)} days", "ask the vendor to renew it in time")
    return ok(name, what)


def certificate(vendor: Vendor, now: datetime) -> Iterator[Check]:
    """Nothing for a vendor without TLS, without verification, or behind a proxy."""
    if environment_proxy(vendor.base_url):
        return
    expires = expiry(vendor)
    if expires is not None:
        yield of_expiry(f"certificate {vendor.name}", expires, now)
