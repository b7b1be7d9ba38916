"""Alerts on their way to people: what is due is sent, what waits for the digest is gathered, what failed is told.

1. A pass is the same whoever asks for it: a check, `alerts retry`, a drill, the daemon. It never ends a run's
   judgement: the pass comes after all is committed.
2. The digest is due when one of its times has passed since the oldest message that waits for it was made. That needs
   no memory of the last digest, and what two processes gather at once is sent by one of them.
3. A pass that no run asked for counts for the newest run: what is given up was tried since later runs were made.
4. A test goes round the queue, and nobody wants it later: where it does not go through it has failed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from monitor.alerts.channels import Channel
from monitor.alerts.composing import Voice, route_of
from monitor.alerts.delivery import LEASE, Delivered, Delivery, Outbox, Terms, answer_of, deliver
from monitor.alerts.notices import digest, trial, undelivered
from monitor.errors import UsageError
from monitor.model import (
    DIGEST,
    Alert,
    Alerts,
    FinalFault,
    Intent,
    IntentState,
    LastRun,
    Message,
    MessageKind,
    Schedule,
    Sent,
    Settings,
    Severity,
)
from monitor.pipeline.planning import nearest
from monitor.printable import printable
from monitor.slots import last_slot

_NOT_TOLD_ELSEWHERE: Final = frozenset({MessageKind.UNDELIVERED, MessageKind.TEST})
_LOOKED_AT: Final = 1000  # intents, for where else an alert goes
TRIED_NOW: Final = "another process has it in hand; see: monitor alerts --all"


class Ledger(Outbox, Protocol):
    """The part of the ledger that alerts on their way need."""

    def claim(
        self, channel: str, owner: str, now: datetime, lease: timedelta, run_id: str, only: int | None = None
    ) -> Intent | None:
        """``only``: that intent, or none."""
        ...

    def requeue(self, ids: Collection[int] | None, now: datetime) -> int: ...

    def hurry(self, now: datetime) -> int: ...

    def gather(self, now: datetime) -> tuple[tuple[int, Message], ...]: ...

    def gathered(self, ids: Collection[int], alert: Alert | None, now: datetime) -> bool: ...

    def last_run(self, vendor: str) -> LastRun | None: ...


@dataclass(frozen=True, slots=True)
class Post:
    """Live objects for delivery, made by wiring. ``owner`` names a pass as no other is called, in any process.

    ``timer`` counts seconds, ``chance`` is at random from 0 up to 1; once ``stop`` is set, no message is begun.
    """

    channels: Mapping[str, Channel]
    voice: Voice
    clock: Callable[[], datetime]
    timer: Callable[[], float]
    chance: Callable[[], float]
    owner: Callable[[], str]
    stop: threading.Event = field(default_factory=threading.Event)


# -- a pass ------------------------------------------------------------------------------------------------


def deliver_due(settings: Settings, ledger: Ledger, post: Post, run_id: str = "") -> Delivered:
    """Sends all that is due, the digest too. ``run_id``: the run that asks for it. Raises LedgerError."""
    flush_digest(settings.alerts, ledger, post)
    terms = Terms(
        clock=post.clock,
        timer=post.timer,
        chance=post.chance,
        owner=post.owner(),
        run_id=run_id or _newest_run(settings, ledger),
        elsewhere=_elsewhere(settings.alerts, ledger, post),
        stop=post.stop,
    )
    return deliver(ledger, post.channels, terms)


def send_now(settings: Settings, ledger: Ledger, post: Post, alert: Alert) -> Delivered:
    """Keeps an alert that no run made (a drill), and sends it with whatever else is due. Raises LedgerError."""
    ledger.add_alert(alert, post.clock())
    return deliver_due(settings, ledger, post)


def _newest_run(settings: Settings, ledger: Ledger) -> str:
    runs = (ledger.last_run(vendor) for vendor in settings.vendors)
    return max((run.run_id for run in runs if run is not None), default="")


@dataclass(frozen=True, slots=True)
class Postman:
    """Sends what a run tells."""

    settings: Settings
    post: Post

    def due(self, ledger: Ledger, run_id: str) -> Delivered:
        """All that is due in the ledger. Raises LedgerError."""
        return deliver_due(self.settings, ledger, self.post, run_id)

    def unkept(self, alerts: Sequence[Alert]) -> Delivered:
        """Sends once what no ledger keeps: whatever does not go through is lost, and told by the command line alone."""
        tries = (self._once(alert, channel) for alert in alerts for channel in alert.channels if channel != DIGEST)
        return Delivered(tuple(tries))

    def _once(self, alert: Alert, channel: str) -> Delivery:
        now = self.post.clock()
        intent = Intent(0, 0, channel, alert.message, self.post.owner(), now)
        known = self.post.channels.get(channel)
        answer = answer_of(known, intent) if known is not None else FinalFault("it is not configured", "")
        if isinstance(answer, Sent):
            return Delivery(intent, IntentState.SENT, answer=answer.answer)
        return Delivery(intent, IntentState.FAILED, answer.what, answer.fix if isinstance(answer, FinalFault) else "")


# -- what failed -------------------------------------------------------------------------------------------


def _elsewhere(alerts: Alerts, ledger: Ledger, post: Post) -> Callable[[Intent, FinalFault], Alert | None]:
    def told(intent: Intent, fault: FinalFault) -> Alert | None:
        name = "" if intent.message.kind in _NOT_TOLD_ELSEWHERE else _other_channel(alerts, ledger, intent)
        if not name:
            return None
        message = undelivered(intent.channel, fault, intent.message, post.voice, post.clock())
        return Alert(message, (name,), {name: f"{intent.channel} did not take it"})

    return told


def _other_channel(alerts: Alerts, ledger: Ledger, intent: Intent) -> str:
    """The fallback, else the first channel that the alert does not go to anyway; empty: there is none."""
    if alerts.fallback in alerts.channels and alerts.fallback != intent.channel:
        return alerts.fallback
    others = [name for name in alerts.channels if name != intent.channel]
    newest = ledger.intents(last=_LOOKED_AT) if others else ()
    told = {one.channel for one in newest if one.alert_id == intent.alert_id}
    return next((name for name in others if name not in told), "")


# -- the digest --------------------------------------------------------------------------------------------


def flush_digest(alerts: Alerts, ledger: Ledger, post: Post) -> bool:
    """Makes one alert of what waits for the digest, if its time has come. Whether it did."""
    now = post.clock()
    waiting = ledger.gather(now)
    channels = tuple(name for name in alerts.digest.channels or alerts.channels if name in alerts.channels)
    if not waiting or not channels:
        return False
    oldest = min(message.created for _, message in waiting)
    if last_slot(Schedule(alerts.digest.cron, alerts.timezone), now) <= oldest:
        return False
    message = digest([message for _, message in waiting], post.voice, now)
    alert = Alert(message, channels, dict.fromkeys(channels, "the digest"))
    return ledger.gathered([number for number, _ in waiting], alert, now)


# -- what people ask for -----------------------------------------------------------------------------------


def try_channel(settings: Settings, ledger: Ledger, post: Post, name: str) -> Delivery:
    """Sends a marked test through one channel; what came of it. Raises UsageError, LedgerError."""
    known = settings.alerts.channels
    if name not in known:
        what = f"no channel '{printable(name, 70)}' is configured"
        fix = nearest(name, known) or (f"known: {', '.join(known)}" if known else "add it under alerts.channels")
        raise UsageError(what, fix=fix)
    now, owner = post.clock(), post.owner()
    alert = Alert(trial(name, post.voice, now), (name,), {name: "monitor channels test"})
    (number,) = ledger.add_alert(alert, now)
    intent = ledger.claim(name, owner, now, LEASE, "", only=number)
    if intent is None:
        unclaimed = next(one for one in ledger.intents(channel=name) if one.id == number)
        return Delivery(unclaimed, IntentState.PENDING, TRIED_NOW)
    return _tested(ledger, post, intent, owner)


def _tested(ledger: Ledger, post: Post, intent: Intent, owner: str) -> Delivery:
    began = post.timer()
    answer = answer_of(post.channels[intent.channel], intent)
    now, took = post.clock(), post.timer() - began
    if isinstance(answer, Sent):
        ledger.sent(intent, owner, answer.answer, now, took)
        return Delivery(intent, IntentState.SENT, answer=answer.answer)
    fix = answer.fix if isinstance(answer, FinalFault) else "it may pass: try again"
    ledger.failed(intent, owner, answer.what, fix, now, took)
    return Delivery(intent, IntentState.FAILED, answer.what, fix)


def undelivered_intents(ledger: Ledger, *, failed_only: bool = False) -> tuple[Intent, ...]:
    """What people should know of: pending and failed intents, the newest first. Tests that failed are no news."""
    states = (IntentState.FAILED,) if failed_only else (IntentState.PENDING, IntentState.FAILED)
    return tuple(one for one in ledger.intents(states) if one.message.kind is not MessageKind.TEST)


def requeue(ledger: Ledger, ids: Collection[int], now: datetime) -> int:
    """Makes failed intents due again: those of ``ids``, or all. How many. Raises UsageError for others."""
    failed = {one.id for one in undelivered_intents(ledger, failed_only=True)}
    strange = sorted(frozenset(ids) - failed)
    if strange:
        which = ", ".join(map(str, strange))
        raise UsageError(f"no failed alert has the number {which}", fix="see: monitor alerts --failed")
    wanted = frozenset(ids) or failed
    return ledger.requeue(wanted, now) if wanted else 0


# -- where channels stand ----------------------------------------------------------------------------------


def routes_to(settings: Settings, voice: Voice, name: str) -> tuple[str, ...]:
    """What goes to a channel, in words: ``breaking``, ``crm: breaking, warning``, ``digest``, ``fallback``."""
    alerts = settings.alerts
    told = [", ".join(level for level in Severity if name in route_of(level, "", voice)[0])]
    for vendor, routes in voice.routes.items():
        own = [level for level in Severity if level in routes and name in routes[level]]
        told.append(f"{vendor}: {', '.join(own)}" if own else "")
    told.append("digest" if name in (alerts.digest.channels or alerts.channels) else "")
    told.append("fallback" if name == alerts.fallback else "")
    return tuple(words for words in told if words)
