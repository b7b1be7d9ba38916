"""The one place where live objects are made from settings: store, masker, clock, workers, locks, callers."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from monitor.alerts.composing import Voice
from monitor.model import Secret, Settings, Vendor
from monitor.model.moments import shown
from monitor.pipeline.notifying import LedgerBook
from monitor.pipeline.tools import Judges, Listener, Tools
from monitor.pipeline.verdicts import masked_judgement
from monitor.recordings.locks import vendor_lock
from monitor.recordings.masking import Masker
from monitor.recordings.store import Store
from monitor.verdict_cache import remembering
from monitor.workers.pool import JudgePool

if TYPE_CHECKING:
    from monitor.alerts.channels import Channel
    from monitor.calling.client import Caller
    from monitor.ledger.ledger import Ledger
    from monitor.model import ChannelSource
    from monitor.pipeline.alerting import Post, Postman


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock of the whole program


def workers_for(cases: int) -> int:
    """As many workers as there are processors and cases: a worker costs a third of a second to start."""
    return max(1, min(cases, os.cpu_count() or 1, 4))


def known_secrets(settings: Settings) -> tuple[Secret, ...]:
    """Every value to mask, in lower and upper case too: vendors fold the case of keys and media types in echoes."""
    spelt = (replace(s, value=value) for s in settings.secrets for value in (s.value, s.value.lower(), s.value.upper()))
    return tuple(dict.fromkeys(spelt))


_ENGINES: Final = ("pact-python-ffi", "jsonata2py", "jsonschema", "pact-python")


def program_digest() -> bytes:
    """Stands for the version of all that judges: our own files, the engines, other people's languages, Python."""
    package = Path(__file__).parent
    files = ((path, path.stat()) for path in sorted(package.rglob("*.py")))
    ours = [f"{path.relative_to(package)} {status.st_size} {status.st_mtime_ns}" for path, status in files]
    theirs = [f"{name} {version(name)}" for name in _ENGINES]
    foreign = [f"{e.name} {e.dist.version if e.dist else ''}" for e in entry_points(group="drift_monitor.languages")]
    return hashlib.sha256("\n".join([sys.version, *ours, *theirs, *foreign]).encode()).digest()


def _judges(cases: int, state: Path, masker: Masker) -> AbstractContextManager[Judges]:
    """Judges that keep what they judged, masked, and start workers only for what is new."""
    return remembering(
        state / "verdicts-1.db",
        lambda: JudgePool(workers_for(cases)),
        program_digest(),
        lambda judgement: masked_judgement(judgement, masker),
    )


def moments_in(timezone: str) -> Callable[[datetime], str]:
    """Tells moments as people in ``timezone`` read them: ``Mon 23 Nov 2026, 05:17 CET``."""
    zone = ZoneInfo(timezone)
    return lambda moment: shown(moment, zone)


def voice_of(settings: Settings) -> Voice:
    """How messages are told by what monitor.yaml says."""
    folder = Path(settings.recordings_dir)
    here = folder.relative_to(settings.root) if folder.is_relative_to(settings.root) else folder
    return Voice(
        alerts=settings.alerts,
        when=moments_in(settings.alerts.timezone),
        routes={name: vendor.routes for name, vendor in settings.vendors.items() if vendor.routes},
        recordings=here.as_posix(),
    )


def _import_ledger() -> None:
    with suppress(Exception):  # who opens the ledger is told
        import_module("monitor.ledger.ledger")


def book_of(settings: Settings, tools: Tools) -> LedgerBook:
    """What keeps this run in the ledger. The database's library is imported meanwhile: it takes a third of a second."""
    threading.Thread(target=_import_ledger, daemon=True).start()
    return LedgerBook(
        settings=settings,
        tools=tools,
        open_ledger=lambda: ledger_of(settings),
        voice=voice_of(settings),
    )


@contextmanager
def _locked(settings: Settings, vendor: str, holder: str, wait: float | None) -> Iterator[None]:
    """The vendor is this run's alone: on this host, and on all hosts that share a ledger on PostgreSQL."""
    with ExitStack() as held:
        held.enter_context(vendor_lock(Path(settings.state_dir), vendor, holder, wait))
        if settings.ledger.startswith("postgresql"):
            from monitor.ledger.locks import advisory_lock  # noqa: PLC0415 - SQLite needs neither driver nor SQLAlchemy

            held.enter_context(advisory_lock(settings.ledger, vendor, holder, wait))
        yield


def tools_of(
    settings: Settings,
    listener: Listener,
    command: str,
    wait: float | None = 0,
    *,
    cache: bool = True,
    secrets_too: Sequence[Secret] = (),
) -> Tools:
    """Everything the road needs. ``wait`` is how many seconds to wait for another run's lock, None for ever.

    ``cache``: what was judged before is not judged again. ``secrets_too``: masked beside those of the settings.
    """
    holder = f"monitor {command}"
    state = Path(settings.state_dir)
    masker = Masker((*known_secrets(settings), *secrets_too))

    def judges(cases: int) -> AbstractContextManager[Judges]:
        return _judges(cases, state, masker) if cache else JudgePool(workers_for(cases), remember=False)

    def lock(vendor: str) -> AbstractContextManager[None]:
        return _locked(settings, vendor, holder, wait)

    def try_lock(vendor: str) -> AbstractContextManager[None]:
        return _locked(settings, vendor, holder, 0)

    def caller(vendor: Vendor) -> Caller:
        from monitor.calling.client import Caller  # noqa: PLC0415 - only a check needs httpx

        return Caller(vendor, now)

    return Tools(
        store=Store(Path(settings.recordings_dir)),
        masker=masker,
        clock=now,
        entropy=secrets.token_bytes,
        caller=caller,
        judges=judges,
        lock=lock,
        try_lock=try_lock,
        listener=listener,
    )


def ledger_of(settings: Settings) -> Ledger:
    """The ledger, opened; its database is to be closed. Raises LedgerError."""
    from monitor.ledger.database import open_database  # noqa: PLC0415 - SQLAlchemy takes a third of a second
    from monitor.ledger.ledger import Ledger  # noqa: PLC0415

    return Ledger(open_database(settings.ledger, now()), socket.gethostname())


def post_of(settings: Settings, stop: threading.Event | None = None) -> Post:
    """What delivers. A channel is made when something is to be sent through it; what it tells is masked.

    ``stop``: once it is set, no message is begun.
    """
    from monitor import __version__  # noqa: PLC0415
    from monitor.alerts.channels import Context  # noqa: PLC0415
    from monitor.alerts.opening import Channels, Masked, open_channel  # noqa: PLC0415
    from monitor.pipeline.alerting import Post  # noqa: PLC0415 - a check that tells nobody needs none of it

    masker = Masker(known_secrets(settings))

    def make(source: ChannelSource) -> Channel:
        return Masked(open_channel(source, Context(source.name, __version__, clock=now)), masker.text)

    return Post(
        channels=Channels(settings.alerts.channels, make),
        voice=voice_of(settings),
        clock=now,
        timer=time.monotonic,
        chance=secrets.SystemRandom().random,
        owner=lambda: f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}",
        stop=stop or threading.Event(),
    )


def postman_of(settings: Settings, stop: threading.Event | None = None) -> Postman:
    """Sends what a run tells. Once ``stop`` is set, no message is begun."""
    from monitor.pipeline.alerting import Postman  # noqa: PLC0415

    return Postman(settings, post_of(settings, stop))
