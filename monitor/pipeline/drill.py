"""Practice: recordings changed in memory, judged as if they had come, and told through the real channels.

1. Nothing is called. Nothing is kept but the alert itself: no recording, no run, no incident.
2. Of each selected interaction its baseline is changed, else its newest recording, where what is to be changed is in
   it. A vendor that renames a key renames it wherever it has it.
3. What was changed is judged by the functions that judge a run, accepted findings and outputs that come and go
   included. So a drill also shows what monitor would not notice.
4. It is told as what nobody has heard of: mutes and acknowledgements are of incidents, and this is none.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from monitor.alerts.composing import Voice, compose
from monitor.alerts.delivery import Delivery
from monitor.errors import JsonError, RecordingError, UsageError
from monitor.jsonpaths import Json, format_path, read_json
from monitor.ledger.lifecycle import decide
from monitor.ledger.sightings import judged, sightings
from monitor.model import (
    Alert,
    Decision,
    Fault,
    Intent,
    MessageKind,
    Outcome,
    Policy,
    Recording,
    Response,
    Result,
    RunReport,
    Settings,
)
from monitor.pipeline.acceptance import with_accepted
from monitor.pipeline.alerting import Ledger, Post, deliver_due
from monitor.pipeline.damping import damped
from monitor.pipeline.mutating import Mutation, mutated, paths_in, written
from monitor.pipeline.planning import Job, plan_jobs
from monitor.pipeline.tools import Selection, Tools
from monitor.pipeline.verdicts import begin
from monitor.printable import printable

MOST_NEAR: Final = 3
DOWN: Final = Fault(Outcome.VENDOR_DOWN, "connect", "the connection is refused (a drill)")
_LENGTH: Final = "content-length"
_LOOKED_AT: Final = 200  # intents, the newest: other alerts may have been made since


@dataclass(frozen=True, slots=True)
class Order:
    """What is to happen to which vendor's responses. ``down``: nothing comes back; then there are no mutations."""

    vendor: str
    interaction: str | None = None
    mutations: tuple[Mutation, ...] = ()
    down: bool = False


@dataclass(frozen=True, slots=True)
class Practice:
    """``changed``: what was changed, in words; ``decisions`` with those that say nothing."""

    changed: tuple[str, ...]
    results: tuple[Result, ...]
    decisions: tuple[Decision, ...]
    alerts: tuple[Alert, ...]


def practise(settings: Settings, tools: Tools, voice: Voice, order: Order) -> Practice:
    """Changes, judges and composes. Raises UsageError where there is nothing to change, or nothing is found in it."""
    jobs = plan_jobs(settings, Selection((order.vendor,), order.interaction), calls=False)
    kept = {job.key: (job, recording) for job in jobs.jobs if (recording := _kept(tools, job)) is not None}
    if not kept:
        fix = f"make one: monitor record --vendor {order.vendor}"
        raise UsageError("there is no recording to change", where=order.vendor, fix=fix)
    changed = tuple(_down(kept.values()) if order.down else _changed(kept, order.mutations))
    results = _results(settings, tools, changed)
    now = tools.clock()
    report = RunReport("", "check", now, now, (order.vendor,), results, selection=order.interaction or "")
    decided = (decide(None, one, judged(report, one), now, Policy()) for one in sightings(report))
    decisions = tuple(one for one in decided if one is not None)
    words = ("nothing comes back",) if order.down else tuple(one.words for one in order.mutations)
    speaking = [one for one in decisions if one.reason.speaks]
    alerts = tuple(_noted(alert, words) for alert in compose("", speaking, voice, now, MessageKind.DRILL))
    return Practice(words, results, decisions, alerts)


def _noted(alert: Alert, words: Sequence[str]) -> Alert:
    message = alert.message
    return replace(alert, message=replace(message, notes=(*message.notes, f"What it changed: {'; '.join(words)}")))


def _kept(tools: Tools, job: Job) -> Recording | None:
    try:
        return tools.store.baseline(*job.key) or tools.store.latest(*job.key)
    except RecordingError:
        return None


# -- what is changed ----------------------------------------------------------------------------------------

_Kept = tuple[Job, Recording]


def _down(kept: Iterable[_Kept]) -> Iterator[_Kept]:
    for job, recording in kept:
        yield job, replace(recording, exchange=replace(recording.exchange, response=None, fault=DOWN))


def _changed(kept: Mapping[tuple[str, str], _Kept], mutations: Sequence[Mutation]) -> Iterator[_Kept]:
    """The recordings in which there is something to change. Raises UsageError for what is in none of them."""
    bodies = {key: body for key, (_, recording) in kept.items() if (body := _body(recording)) is not None}
    known = [path for body in bodies.values() for path in paths_in(body.value)]
    for one in mutations:
        hits = [body for body in bodies.values() if mutated(body.value, one)]
        if not hits:
            raise _nowhere(one, known)
        for body in hits:
            body.changed = True
    for key, body in bodies.items():
        if body.changed:
            job, recording = kept[key]
            yield job, replace(recording, exchange=replace(recording.exchange, response=_answered(body)))


@dataclass(slots=True)
class _Body:
    response: Response
    value: Json
    changed: bool = False


def _body(recording: Recording) -> _Body | None:
    response = recording.exchange.response
    if response is None:
        return None
    try:
        return _Body(response, read_json(response.body).value)
    except JsonError:
        return None


def _answered(body: _Body) -> Response:
    data = written(body.value).encode("utf-8", "surrogatepass")
    length = str(len(data))
    headers = tuple((name, length if name.lower() == _LENGTH else value) for name, value in body.response.headers)
    return replace(body.response, body=data, headers=headers)


def _nowhere(asked: Mutation, known: Sequence[str]) -> UsageError:
    path = format_path(asked.path)
    near = difflib.get_close_matches(path, dict.fromkeys(known), n=MOST_NEAR, cutoff=0.6)
    where = f"--{asked.twist} {printable(path)}"
    fix = f"near it are: {', '.join(near)}" if near else "see what there is: monitor show RECORDING"
    return UsageError("no recording that could be changed has this path", where=where, fix=fix)


# -- as a run judges it -------------------------------------------------------------------------------------


def _results(settings: Settings, tools: Tools, changed: Sequence[_Kept]) -> tuple[Result, ...]:
    by_key = {job.key: job for job, _ in changed}
    with tools.judges(len(changed)) as judges:
        pending = [begin(tools, judges, job, recording, None) for job, recording in changed]
        results = damped([one.finish() for one in pending], by_key, tools, judges)
    kept_nowhere = (replace(result, evidence="") for result in results)
    return with_accepted(tuple(kept_nowhere), settings, tools.clock())


# -- on its way to people -----------------------------------------------------------------------------------


def deliver_drill(settings: Settings, ledger: Ledger, post: Post, alerts: Iterable[Alert]) -> tuple[Delivery, ...]:
    """Sends the alerts, and whatever else is due; what became of the drill on each channel. Raises LedgerError."""
    numbers = {number for alert in alerts for number in ledger.add_alert(alert, post.clock())}
    delivered = deliver_due(settings, ledger, post)
    done = {one.intent.id: one for one in delivered.deliveries}
    newest = [one for one in ledger.intents(last=_LOOKED_AT) if one.id in numbers]
    return tuple(done.get(one.id) or _as_kept(one) for one in sorted(newest, key=lambda one: one.id))


def _as_kept(intent: Intent) -> Delivery:
    """Of one that somebody else sends, or whose channel rests."""
    return Delivery(intent, intent.state, intent.error or "it waits", intent.fix, intent.next_at)
