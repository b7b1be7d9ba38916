"""The House of a real project: its monitor.yaml, its ledger, its vendors.

1. What was loaded is the text of monitor.yaml. Each job makes its settings of that text anew: secrets that were changed
   meanwhile, contracts that came with git pull and accepted.yaml count at once, what was edited in monitor.yaml itself
   counts from the next reload on.
2. The ledger is opened for each job and closed after it: it may move to another disk, and a server may be restarted.
3. Whoever runs the daemon wants people to be told: ``${MONITOR_ALERTS}`` is true unless it is set to something else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from monitor.config.load import SecretsMode, load, load_text
from monitor.config.reading import decode, read_bounded
from monitor.errors import MonitorError, UsageError
from monitor.languages import kinds
from monitor.model import IntentState, Settings, Vendor
from monitor.pipeline.alerting import deliver_due
from monitor.pipeline.channel_kinds import channel_kinds
from monitor.pipeline.notifying import run_check, telling_of
from monitor.pipeline.tools import Selection
from monitor.pipeline.watching import Missed, is_under_way, tell_config, watch
from monitor.scheduling.house import Checked
from monitor.scheduling.stopping import Progress, Stop
from monitor.wiring import book_of, ledger_of, now, post_of, postman_of, tools_of, voice_of

if TYPE_CHECKING:
    from monitor.ledger.ledger import Ledger

ALERTS_VARIABLE: Final = "MONITOR_ALERTS"


@contextmanager
def _opened(settings: Settings) -> Iterator[Ledger]:
    ledger = ledger_of(settings)
    with ledger.database:
        yield ledger


class Project:
    """``file`` is the monitor.yaml."""

    def __init__(self, file: Path, environ: Mapping[str, str]) -> None:
        self._file = file
        self._environ = {ALERTS_VARIABLE: "true", **environ}
        self._text = ""
        self._state_dir = ""

    # -- monitor.yaml ------------------------------------------------------------------------------------------

    def load(self) -> Settings:
        text = self._read()
        settings = self._settings(text)
        if not any(vendor.schedule for vendor in settings.vendors.values()):
            fix = 'add schedule: {cron: "17 5 * * 1"} to a vendor'
            raise UsageError("no vendor has a schedule", where=str(self._file), fix=fix)
        if self._state_dir not in ("", settings.state_dir):
            what = "state_dir was changed, which a running daemon holds"
            raise UsageError(what, where=str(self._file), fix="end the daemon and start it again")
        self._text, self._state_dir = text, settings.state_dir
        return settings

    def fresh(self) -> Settings:
        return self._settings(self._text)

    def _read(self) -> str:
        data = read_bounded(self._file)
        text = decode(data) if isinstance(data, bytes) else data
        if isinstance(text, str):
            return text
        load(self._file, self._environ, secrets=SecretsMode.REQUIRE, kinds=kinds())  # tells what is wrong
        raise UsageError("it was changed while it was read", where=str(self._file), fix="try again")

    def _settings(self, text: str) -> Settings:
        return load_text(
            text,
            self._file,
            self._environ,
            secrets=SecretsMode.REQUIRE,
            kinds=kinds(),
            channels=channel_kinds(),
        )

    # -- the ledger --------------------------------------------------------------------------------------------

    def known_since(self, settings: Settings, vendor: Vendor, at: datetime) -> datetime:
        if vendor.schedule is None:
            return at
        with _opened(settings) as ledger:
            return ledger.schedule_since(vendor.name, vendor.schedule.cron, vendor.schedule.timezone, at)

    def began(self, settings: Settings, vendor: str, since: datetime) -> Sequence[datetime]:
        with _opened(settings) as ledger:
            return ledger.runs_of(vendor, since)

    def missed(self, settings: Settings, busy: Collection[str]) -> tuple[Missed, ...]:
        at = now()

        def under_way(vendor: str, since: datetime) -> bool:
            return vendor in busy or is_under_way(settings, vendor, since, at)

        with _opened(settings) as ledger:
            found = watch(settings, ledger, telling_of(settings, ledger, voice_of(settings), now), at, under_way)
        return tuple(one.missed for one in found if one.missed is not None)

    def faulty(self, settings: Settings, vendor: str, error: MonitorError | None) -> None:
        with _opened(settings) as ledger:
            tell_config(ledger, telling_of(settings, ledger, voice_of(settings), now), vendor, error, now())

    # -- vendors and channels ----------------------------------------------------------------------------------

    def check(self, settings: Settings, vendor: str, stop: Stop) -> Checked:
        """Raises the ledger's error where the run is not in it: it is made again then."""
        progress = Progress()
        tools = tools_of(settings, progress, f"daemon, checking {vendor}")
        tools = replace(tools, caller=stop.guard(tools.caller, progress), stopping=stop.event)
        with _opened(settings) as ledger:
            book = book_of(settings, tools)
            book.open_ledger = lambda: ledger
            deliver = postman_of(settings, stop.event)
            done = run_check(settings, tools, book, Selection((vendor,), notify=True), deliver)
        if done.fault is not None:
            raise done.fault
        report = done.report
        return Checked(report.run_id, report.exit_code, report.exit_reasons, (*report.notes, *done.notes))

    def deliver(self, settings: Settings, stop: Stop) -> Mapping[str, int]:
        with _opened(settings) as ledger:
            done = deliver_due(settings, ledger, post_of(settings, stop.event))
        words = {"sent": IntentState.SENT, "again": IntentState.PENDING, "failed": IntentState.FAILED}
        counts = {word: done.count(state) for word, state in words.items()}
        return {word: count for word, count in counts.items() if count}
