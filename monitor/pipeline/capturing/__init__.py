"""``record --from-har``: a run whose exchanges are taken from a capture, and nothing is called.

1. All that is about calling does not apply: no consent to write, no secret of the action's, no bound provider state
   is needed. What can be no recording at all is refused as ever: a data action that is secure, or no HTTP request.
2. What is taken goes the same road as what is called: the plan is written, then each exchange is masked, appended and
   judged. ``Taken.calls`` stands in the caller's place.
3. What the capture holds and the settings do not know is masked as well (foreign.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Final, Self, TypeAlias

from monitor.calling.decoding import Decoder, UndecodableError
from monitor.calling.request import build
from monitor.calling.urls import parse_base
from monitor.contracts.actions.export import DataAction
from monitor.contracts.actions.refusing import unsendable
from monitor.contracts.actions.request import outline, prefix_of
from monitor.errors import ContractError, NotJudgedError, UsageError
from monitor.model import Captured, Exchange, Headers, Request, Response, Secret, Settings, Vendor
from monitor.pipeline.capturing.choosing import Choice, Seen, Strays, Want, choices, fault_of
from monitor.pipeline.capturing.fitting import Parts, body_of, difference, grouped, parts_of, segments
from monitor.pipeline.capturing.foreign import secrets_of
from monitor.pipeline.joining import somewhere
from monitor.pipeline.planning import Job, Jobs, plan_jobs
from monitor.pipeline.tools import Selection
from monitor.printable import printable
from monitor.recordings.captures import Capture, Entry

_GZIP: Final = b"\x1f\x8b"
_NO_STRAYS: Final = Strays()


class Replay:
    """Gives the exchanges that were taken, each for its very request. Thread-safe."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._exchanges = {id(exchange.request): exchange for exchange in exchanges}
        self.aborted = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        pass

    @property
    def concurrency(self) -> int:
        return 1

    def wait_turn(self) -> None:
        """Nobody is called, so nobody need be spared."""

    def abort(self) -> None:
        self.aborted = True

    def call(self, request: Request) -> Exchange:
        if self.aborted:
            raise NotJudgedError("it was stopped")
        return self._exchanges[id(request)]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a capture gives to a run. ``lines`` tell of each job's exchange where it comes from.

    ``secrets``: to be masked beside those of the settings. ``strays``: entries that are nobody's.
    """

    jobs: Jobs
    exchanges: tuple[Exchange, ...] = field(repr=False)
    secrets: tuple[Secret, ...]
    lines: Mapping[tuple[str, str], tuple[str, ...]]
    strays: Strays

    def calls(self, _: Vendor) -> Replay:
        return Replay(self.exchanges)


def take(settings: Settings, selection: Selection, capture: Capture, entry: int | None, now: datetime) -> Taken:
    """The jobs of ``selection`` with what ``capture`` has for each; ``entry``: this one, whatever its request is.

    ``now`` stands for the time that a capture does not tell.
    Raises ConfigError, and UsageError where there is no such entry, or it cannot be kept.
    """
    planned = plan_jobs(settings, selection, calls=False)
    choices_, strays = chosen(planned, capture, entry)
    return taken(planned, choices_, strays, Source(capture, settings.secrets, now))


Choices: TypeAlias = Mapping[tuple[str, str], Choice]


def chosen(planned: Jobs, capture: Capture, entry: int | None) -> tuple[Choices, Strays]:
    """Which entry each job gets, by its key. Raises UsageError."""
    seen = tuple(Seen(one, parts_of(one.request)) for one in capture.entries)
    wants = {job.key: _want(job, planned.actions.get(job.key)) for job in planned.jobs if not _refusal(job, planned)}
    if entry is None:
        made, strays = choices(tuple(wants.values()), seen, capture.file)
        return dict(zip(wants, made, strict=True)), strays
    key = _only(planned).key
    return ({key: _named(wants[key], seen, capture, entry)} if key in wants else {}), _NO_STRAYS


@dataclass(frozen=True, slots=True)
class Source:
    """What exchanges are taken from. ``known``: the secrets of the settings."""

    capture: Capture
    known: tuple[Secret, ...]
    now: datetime


def taken(planned: Jobs, choices_: Choices, strays: Strays, source: Source) -> Taken:
    """``planned`` with the exchanges that were chosen, or why there is none."""
    jobs: list[Job] = []
    exchanges: list[Exchange] = []
    secrets: dict[Secret, None] = {}
    lines: dict[tuple[str, str], tuple[str, ...]] = {}
    for job in planned.jobs:
        choice = choices_.get(job.key) or Choice(reason=_refusal(job, planned))
        reason = choice.reason or _too_large(job, choice)
        if choice.seen is None or reason:
            jobs.append(replace(job, refusal=reason))
            continue
        exchange = _exchange(choice.seen.entry, job.vendor, source)
        secrets.update(dict.fromkeys(secrets_of(job, exchange, source.known, planned.actions.get(job.key))))
        lines[job.key] = tuple(_lines(choice, choice.seen.entry, source.capture))
        exchanges.append(exchange)
        jobs.append(replace(job, request=exchange.request))
    return Taken(replace(planned, jobs=tuple(jobs)), tuple(exchanges), tuple(secrets), lines, strays)


# -- what is sought ---------------------------------------------------------------------------------------


def _refusal(job: Job, planned: Jobs) -> str:
    """Why there can be no recording of it, wherever it comes from."""
    action = planned.actions.get(job.key)
    return unsendable(action) if action and job.interaction.contract is None else ""


def _want(job: Job, action: DataAction | None) -> Want:
    return Want(job.interaction, _exact(job), _loose(job, action))


def _exact(job: Job) -> Parts | None:
    """The request as it would be sent; None where a data action's lacks something, or it cannot be made."""
    if job.interaction.action and job.interaction.refusal:
        return None
    vendor = somewhere(job.vendor)
    try:
        request = build(vendor, job.interaction)
        prefix = parse_base(vendor.base_url).prefix
    except ContractError:
        return None
    return parts_of(request, len(segments(prefix)) if prefix else 0)


def _loose(job: Job, action: DataAction | None) -> Parts | None:
    prefix = prefix_of(job.vendor.base_url)
    template = outline(action, prefix) if action else None
    if template is None:
        return None
    before = segments(prefix) if prefix else ()
    return Parts(
        method=template.method,
        origin="",
        path=(*before, *segments(template.path)),
        query=grouped(template.query),
        body=body_of(template.body, template.headers),
        prefix=len(before),
    )


# -- an entry that was named ------------------------------------------------------------------------------


def _only(planned: Jobs) -> Job:
    if len(planned.jobs) != 1:
        fix = "name one by its id: --interaction ID (see: monitor contracts list)"
        raise UsageError(f"--entry is for one interaction, and {len(planned.jobs)} are chosen", fix=fix)
    return planned.jobs[0]


def _named(want: Want, seen: Sequence[Seen], capture: Capture, entry: int) -> Choice:
    one = next((one for one in seen if one.entry.index == entry), None)
    where = f"{capture.file}: $.log.entries[{entry}]"
    if one is None:
        broken = next((text for text in capture.broken if text.startswith(f"$.log.entries[{entry}]")), "")
        what = broken or "there is no such HTTP exchange in the capture"
        raise UsageError(what, where=where, fix=f"name one of its {len(capture.entries)} exchanges, counted from 0")
    if fault := fault_of(want, one.entry):
        raise UsageError(fault, where=where, fix="name another entry")
    sought = want.exact or want.loose
    return Choice(one, 1, differs=difference(sought, one.parts).told() if sought else "")


# -- what is taken ----------------------------------------------------------------------------------------


def _exchange(entry: Entry, vendor: Vendor, source: Source) -> Exchange:
    response = entry.response and _decoded(entry.response, vendor.limits.max_body)
    captured = Captured(source.capture.file, entry.index, entry.started)
    # a request of its own: Replay tells exchanges by it
    return Exchange(replace(entry.request), response, None, entry.started or source.now, entry.elapsed, captured)


def _decoded(response: Response, most: int) -> Response:
    """Some tools keep a body as it was compressed."""
    if not response.body.startswith(_GZIP):
        return response
    try:
        decoder = Decoder(_codings(response.headers))
        body = bytearray()
        for piece in decoder.feed(response.body):
            body += piece
            if len(body) > most:
                return response
        decoder.end()
    except UndecodableError:
        return response
    return replace(response, body=bytes(body))


def _codings(headers: Headers) -> tuple[str, ...]:
    return tuple(value for name, value in headers if name.lower() == "content-encoding")


def _too_large(job: Job, choice: Choice) -> str:
    response, most = choice.seen.entry.response if choice.seen else None, job.vendor.limits.max_body
    if response is None or len(response.body) <= most:
        return ""
    fix = "raise limits: {max_body: ...} of the vendor in monitor.yaml"
    return f"its captured body has {len(response.body):,} bytes, more than max_body ({most:,}); {fix}"


def _lines(choice: Choice, entry: Entry, capture: Capture) -> Iterator[str]:
    when = f", captured {entry.started:%Y-%m-%d %H:%M:%S} UTC" if entry.started else ""
    yield f"taken from entry {entry.index} of {printable(capture.file)}{when}{_others(choice)}"
    if choice.differs:
        yield f"note: it is not the request that monitor would send: {choice.differs}"
    yield from (f"note: {text}" for text in entry.notes)


def _others(choice: Choice) -> str:
    told = [f"the newest of {choice.count} that fit"] if choice.count > 1 else []
    told += [f"{choice.worse} more fit less well"] if choice.worse else []
    return f" ({'; '.join(told)})" if told else ""
