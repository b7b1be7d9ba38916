"""A vendor that is down is tried again before anybody is told.

1. What is down (no answer, or a status that says so) is held back, and all else is kept as it comes.
2. After each delay one of what is held is called; only where that one is answered, so is the rest. A vendor that is
   down is not called a hundred times more than needed.
3. Writes are never sent twice: nobody knows whether the first one came through.
4. However it ends, what was held is kept: the last exchange of each, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from monitor.calling.pool import Calls, call_all
from monitor.calling.request import SAFE_METHODS, override_of
from monitor.calling.statuses import status_fault
from monitor.model import Exchange, Outcome, Request, Vendor
from monitor.pipeline.planning import Job

DEFAULT_DELAYS: Final = (15.0, 60.0, 300.0)  # seconds, where what is found is told


@dataclass(frozen=True, slots=True)
class Patience:
    """``delays``: seconds before each new try. ``wait(seconds)`` is True where the run was told to end meanwhile, and
    then so is ``stopping()``. ``is_down(key, exchange)`` says what is worth another try.
    """

    delays: Sequence[float]
    wait: Callable[[float], bool]
    stopping: Callable[[], bool]
    is_down: Callable[[str, Exchange], bool]


def delays_of(vendor: Vendor, *, notify: bool) -> tuple[float, ...]:
    """A check by hand tells at once what is so; one that alerts people is patient, unless monitor.yaml says how."""
    if vendor.down_retries is not None:
        return vendor.down_retries
    return DEFAULT_DELAYS if notify else ()


def may_be_tried_again(job: Job, exchange: Exchange) -> bool:
    """Whether the vendor is down, as far as the exchange tells, and sending the request again changes nothing there."""
    interaction = job.interaction
    safe = interaction.request.method.upper() in SAFE_METHODS or override_of(job.vendor, interaction).read_only
    fault = exchange.fault
    if fault is None and exchange.response is not None:
        fault = status_fault(exchange.response, interaction.expected_status)
    return safe and fault is not None and fault.outcome is Outcome.VENDOR_DOWN


@dataclass(slots=True)
class _Held:
    """What waits for another try, and how long it has waited; ``keep`` is told of each exchange once."""

    keep: Callable[[str, Exchange, float], None]
    waited: float = 0.0
    exchanges: dict[str, Exchange] = field(default_factory=dict)

    def let_go(self) -> None:
        for key in tuple(self.exchanges):
            self.keep(key, self.exchanges.pop(key), self.waited)


def call_patiently(
    caller: Calls,
    requests: Mapping[str, Request],
    patience: Patience,
    keep: Callable[[str, Exchange, float], None],
) -> None:
    """Calls everything; ``keep(key, exchange, waited)`` is told of each once, in this thread.

    ``waited``: the seconds after which it was tried once more, 0 where the first try counts.
    """
    held = _Held(keep)

    def done(key: str, exchange: Exchange) -> None:
        if patience.is_down(key, exchange):
            held.exchanges[key] = exchange
        else:
            held.exchanges.pop(key, None)
            keep(key, exchange, held.waited)

    def call(*keys: str) -> None:
        call_all(caller, [(key, requests[key]) for key in keys], done, patience.stopping)

    try:
        call(*requests)
        for delay in patience.delays:
            if not held.exchanges or patience.wait(delay):
                break
            held.waited += delay
            probe, *others = held.exchanges
            call(probe)
            if probe not in held.exchanges:
                call(*others)
    finally:
        held.let_go()
