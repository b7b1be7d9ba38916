"""Sends what is in the outbox.

1. Claim, send, mark: an intent is claimed under a lease longer than any send, and marked only after its channel took
   it. No two processes send one at the same time, and a dead one's lease runs out: what it had in hand is sent again.
   So each is sent at least once, and twice only where a process died between send and mark.
2. A channel with something pending has a thread of its own, which holds up neither another channel nor the end of the
   process.
3. A channel that meets a passing fault rests for the rest of the pass. Only what was tried is put off (backoff.py).
4. A final fault fails an intent at once, a passing one when it is given up. What failed is told on another channel.
   That is kept before the failure is: a crash between them tells it twice rather than never.
5. A pass has an end: after ``begin`` seconds no message is begun, and what has not been answered after ``end`` is put
   off. Should the channel take it after all, that is still marked.
6. A channel's exception is a passing fault, told by its class only, for its text may hold a secret. The outbox's own
   is raised when the other channels have ended.
7. An intent for a channel that is not configured waits and is given up like any other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from monitor.alerts.backoff import given_up, wait
from monitor.alerts.channels import Channel
from monitor.model import Alert, Answer, FinalFault, Intent, IntentState, PassingFault, Sent
from monitor.printable import printable

LEASE: Final = timedelta(minutes=5)
BEGIN: Final = 100.0
END: Final = 125.0
LAST_WORDS: Final = 5.0  # seconds for what is in hand when the process is interrupted
MAX_TEXT: Final = 500


class Outbox(Protocol):
    """The ledger's rows of what is to be sent. Each method is one transaction; ``took`` is in seconds."""

    def claim(self, channel: str, owner: str, now: datetime, lease: timedelta, run_id: str) -> Intent | None:
        """The oldest that is due on the channel and that nobody has in hand; it is ``owner``'s until now + lease."""
        ...

    def sent(self, intent: Intent, owner: str, answer: Mapping[str, str], now: datetime, took: float) -> None:
        """Kept even where the lease was lost."""
        ...

    def again(self, intent: Intent, owner: str, what: str, next_at: datetime, now: datetime, took: float) -> None:
        """Nothing happens where the lease was lost."""
        ...

    def failed(self, intent: Intent, owner: str, what: str, fix: str, now: datetime, took: float) -> None:
        """Nothing happens where the lease was lost."""
        ...

    def intents(
        self, states: Collection[IntentState] | None = None, channel: str | None = None, last: int | None = None
    ) -> tuple[Intent, ...]: ...

    def add_alert(self, alert: Alert, now: datetime) -> tuple[int, ...]: ...


def _nobody(_: Intent, __: FinalFault) -> Alert | None:
    return None


@dataclass(frozen=True, slots=True)
class Terms:
    """How a pass is done. ``timer`` counts seconds, ``chance`` is at random from 0 up to 1.

    ``owner``: this process and pass, as nobody else is called. ``elsewhere`` makes the alert that tells another
    channel of what failed; None: there is none. ``stop``: once it is set, no message is begun.
    """

    clock: Callable[[], datetime]
    timer: Callable[[], float]
    chance: Callable[[], float]
    owner: str
    run_id: str = ""
    elsewhere: Callable[[Intent, FinalFault], Alert | None] = _nobody
    stop: threading.Event = field(default_factory=threading.Event)
    lease: timedelta = LEASE
    begin: float = BEGIN
    end: float = END


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try. ``state`` is the intent's after it: sent, pending (tried again at ``next_at``) or failed."""

    intent: Intent
    state: IntentState
    what: str = ""
    fix: str = ""
    next_at: datetime | None = None
    answer: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a pass did. ``waiting``: how many are pending after it that were tried in vain, or whose channel rests."""

    deliveries: tuple[Delivery, ...] = ()
    waiting: int = 0

    def count(self, state: IntentState) -> int:
        return sum(1 for delivery in self.deliveries if delivery.state is state)

    @property
    def sent(self) -> int:
        return self.count(IntentState.SENT)

    @property
    def again(self) -> int:
        return self.count(IntentState.PENDING)

    @property
    def failed(self) -> int:
        return self.count(IntentState.FAILED)


def answer_of(channel: Channel, intent: Intent) -> Answer:
    """What the channel says to one message, whatever it does."""
    try:
        answer: object = channel.send(intent.message, intent.key, intent.thread)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a channel may be anybody's
        return PassingFault(f"the channel failed: {type(error).__name__}")
    if isinstance(answer, Sent):
        return answer
    if isinstance(answer, PassingFault):
        return PassingFault(printable(answer.what, MAX_TEXT), answer.retry_after)
    if isinstance(answer, FinalFault):
        return FinalFault(printable(answer.what, MAX_TEXT), printable(answer.fix, MAX_TEXT))
    return PassingFault(f"the channel answered with {type(answer).__name__}, which means nothing")


def _despair(name: str, fault: PassingFault, known: bool) -> FinalFault:
    """A passing fault that is one no more."""
    if known:
        fix = f"mend the channel (try: monitor channels test {name}), then: monitor alerts retry --failed"
    else:
        fix = f"configure '{name}' under alerts.channels again, then: monitor alerts retry --failed"
    return FinalFault(f"given up: {fault.what}", printable(fix, MAX_TEXT))


class _Pass:
    """One pass. What threads share is ``_in_hand`` (by channel), under the lock, and what only grows."""

    def __init__(self, outbox: Outbox, channels: Mapping[str, Channel], terms: Terms) -> None:
        self._outbox = outbox
        self._channels = channels
        self._terms = terms
        self._began = terms.timer()
        self._lock = threading.Lock()
        self._in_hand: dict[str, tuple[Intent, float]] = {}
        self._deliveries: list[Delivery] = []
        self._resting: set[str] = set()
        self._errors: list[BaseException] = []
        self._told_elsewhere = 0
        self._opened: dict[str, Channel] = {}

    def _left(self, seconds: float) -> float:
        return seconds - (self._terms.timer() - self._began)

    def _goes_on(self) -> bool:
        return not self._terms.stop.is_set() and self._left(self._terms.begin) > 0

    def _fail(self, intent: Intent, fault: FinalFault, took: float) -> Delivery:
        now, owner = self._terms.clock(), self._terms.owner
        alert = self._terms.elsewhere(intent, fault)
        if alert is not None:
            self._outbox.add_alert(alert, now)
            self._told_elsewhere += 1
        self._outbox.failed(intent, owner, fault.what, fault.fix, now, took)
        return Delivery(intent, IntentState.FAILED, fault.what, fault.fix)

    def _again(self, intent: Intent, fault: PassingFault, took: float) -> Delivery:
        now = self._terms.clock()
        if given_up(intent, now):
            return self._fail(intent, _despair(intent.channel, fault, intent.channel in self._channels), took)
        next_at = now + wait(intent.attempts, fault.retry_after, self._terms.chance())
        self._outbox.again(intent, self._terms.owner, fault.what, next_at, now, took)
        return Delivery(intent, IntentState.PENDING, fault.what, next_at=next_at)

    def _mark(self, intent: Intent, answer: Answer, took: float) -> None:
        if isinstance(answer, Sent):
            self._outbox.sent(intent, self._terms.owner, answer.answer, self._terms.clock(), took)
            made = Delivery(intent, IntentState.SENT, answer=answer.answer)
        elif isinstance(answer, PassingFault):
            made = self._again(intent, answer, took)
        else:
            made = self._fail(intent, answer, took)
        self._deliveries.append(made)

    def _answer(self, intent: Intent) -> Answer:
        name = intent.channel
        if name not in self._channels:
            return PassingFault(f"no channel '{printable(name)}' is configured")
        if name not in self._opened:
            self._opened[name] = self._channels[name]
        return answer_of(self._opened[name], intent)

    def _deliver(self, intent: Intent) -> bool:
        """Whether the channel may be given another."""
        name, began = intent.channel, self._terms.timer()
        with self._lock:
            self._in_hand[name] = intent, began
        answer = self._answer(intent)
        took = self._terms.timer() - began
        with self._lock:
            late = self._in_hand.pop(name, None) is None
        if not late:
            self._mark(intent, answer, took)
        elif isinstance(answer, Sent):
            self._outbox.sent(intent, self._terms.owner, answer.answer, self._terms.clock(), took)
        return not late and not (isinstance(answer, PassingFault) and name in self._channels)

    def _serve(self, name: str) -> None:
        terms = self._terms
        try:
            while self._goes_on():
                intent = self._outbox.claim(name, terms.owner, terms.clock(), terms.lease, terms.run_id)
                if intent is None:
                    return
                if not self._deliver(intent):
                    break
            self._resting.add(name)
        except BaseException as error:  # noqa: BLE001 - raised where the pass ends
            self._errors.append(error)

    def _wait(self, threads: Collection[threading.Thread], seconds: float) -> None:
        until = self._terms.timer() + seconds
        for thread in threads:
            thread.join(max(0.0, until - self._terms.timer()))

    def _put_off(self) -> None:
        """What has not been answered by now."""
        with self._lock:
            unanswered = tuple(self._in_hand.values())
            self._in_hand.clear()
        for intent, began in unanswered:
            took = self._terms.timer() - began
            fault = PassingFault(f"no answer within {took:.0f} seconds", self._terms.lease.total_seconds())
            self._resting.add(intent.channel)
            self._mark(intent, fault, took)

    def _round(self, names: Collection[str]) -> None:
        threads = [threading.Thread(target=self._serve, args=(name,), daemon=True) for name in names]
        try:
            for thread in threads:
                thread.start()
            self._wait(threads, self._left(self._terms.end))
            self._put_off()
        except BaseException:  # Ctrl-C: what is in hand may end, or is left to its lease
            self._terms.stop.set()
            self._wait(threads, LAST_WORDS)
            raise
        if self._errors:
            raise self._errors[0]

    def _asked_for(self) -> tuple[str, ...]:
        """The channels with something pending. Whether it is due says the outbox, which knows of clocks set back."""
        pending = self._outbox.intents(states=(IntentState.PENDING,))
        return tuple(dict.fromkeys(one.channel for one in pending if one.channel not in self._resting))

    def _waiting(self) -> int:
        pending = self._outbox.intents(states=(IntentState.PENDING,))
        return sum(1 for intent in pending if intent.attempts or intent.channel in self._resting)

    def run(self) -> Delivered:
        while names := self._asked_for():
            told_before = self._told_elsewhere
            self._round(names)
            if self._told_elsewhere == told_before or not self._goes_on():
                break
        return Delivered(tuple(self._deliveries), self._waiting())


def deliver(outbox: Outbox, channels: Mapping[str, Channel], terms: Terms) -> Delivered:
    """Sends what is due, each channel in a thread of its own. Raises what the outbox raises, LedgerError.

    ``channels`` may make a channel each time that it is asked for it: it is asked once, in the channel's own thread,
    and sees to it itself that two threads may ask at once.
    """
    return _Pass(outbox, channels, terms).run()
