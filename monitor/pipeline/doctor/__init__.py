"""doctor: everything between `monitor` and a verdict, looked at in the order in which it is needed.

Nothing is written or recorded, and one thing that is broken does not keep the others from being looked at: a
monitor.yaml that cannot be read still leaves Python and the engines. No secret is in what comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from monitor.model import Settings, Vendor
from monitor.pipeline.doctor import configuration, engines, ledger, places, vendors
from monitor.pipeline.doctor.checks import Check, State, World, guarded, skipped
from monitor.pipeline.doctor.configuration import Configuration
from monitor.pipeline.planning import Job
from monitor.printable import printable

__all__ = ["Check", "State", "World", "examine", "exit_of"]

OK: Final = 0
MISCONFIGURED: Final = 2
NOT_JUDGED: Final = 3
LONGEST: Final = 500  # characters of what is said
_CONFIGURATION: Final = frozenset({"config", "contracts", "secrets"})


def exit_of(checks: Iterable[Check]) -> int:
    """2 where the configuration failed, 3 where only something else did, else 0: warnings do not count."""
    failed = {check.name.partition(" ")[0] for check in checks if check.state is State.FAILED}
    if failed & _CONFIGURATION:
        return MISCONFIGURED
    return NOT_JUDGED if failed else OK


def examine(world: World, names: tuple[str, ...] = ()) -> Iterator[Check]:
    """Every check as soon as it is made; ``names`` are the vendors to look at, all where none is named."""
    yield from guarded("python", engines.python)
    yield from guarded("engine", lambda: engines.engines(world.judges()))
    found = configuration.read(world)
    masker = world.masker(found.settings) if found.settings else None
    for check in _configured(world, found, names):
        what, fix = (masker.text(check.what), masker.text(check.fix)) if masker else (check.what, check.fix)
        yield replace(check, what=printable(what, LONGEST), fix=printable(fix, LONGEST))


def _configured(world: World, found: Configuration, names: tuple[str, ...]) -> Iterator[Check]:
    yield from guarded("config", lambda: configuration.config(found))
    settings = found.settings
    if settings is None:
        yield from guarded("secrets", lambda: configuration.secrets(found))
        yield skipped("vendors", "monitor.yaml cannot be read")
        return
    chosen, unknown = configuration.selected(settings, names)
    yield from unknown
    jobs = {vendor.name: configuration.jobs_of(settings, vendor) for vendor in chosen}
    for vendor in chosen:
        yield from guarded(f"contracts {vendor.name}", partial(configuration.contracts, vendor, jobs[vendor.name]))
    yield from _machine(settings, chosen)
    yield from guarded("secrets", lambda: configuration.secrets(found))
    for vendor in chosen:
        yield from guarded(f"proxy {vendor.name}", partial(vendors.proxies, world, vendor))
    for vendor in chosen:
        planned = jobs[vendor.name]
        yield from _reached(world, found, vendor, planned if isinstance(planned, tuple) else ())


def _machine(settings: Settings, chosen: Iterable[Vendor]) -> Iterator[Check]:
    yield from guarded("permissions", lambda: places.permissions(settings))
    yield from guarded("disk", lambda: places.disk(settings))
    for vendor in chosen:
        yield from guarded(f"lock {vendor.name}", partial(places.lock, settings, vendor))
    yield from guarded("ledger", lambda: ledger.ledger(settings))


def _reached(world: World, found: Configuration, vendor: Vendor, jobs: tuple[Job, ...]) -> Iterator[Check]:
    name = f"reachability {vendor.name}"
    if found.unset and configuration.needs_unset(vendor):
        yield skipped(name, "what is not set would be sent as it is written; see secrets")
        return
    yield from guarded(name, partial(vendors.reachability, world, vendor, jobs))
