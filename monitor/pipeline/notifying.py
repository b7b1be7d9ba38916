"""The end of the road: a run goes into the ledger, and what changed is made ready to be told.

1. It happens while the run's vendors are locked and after its report is on disk. The ledger may be away, full or a
   newer monitor's: that is told, and costs nothing that was found; the next run takes in what is missing.
2. First come the reports that the ledger does not know, the oldest first: a run that was killed before it got here is
   told as it would have been then. In a new ledger they are only learnt: nobody wants years of old news. One that comes
   late, when newer runs of its vendors are known, ends nothing and reopens nothing.
3. Then, where the rules have changed since the vendor's last run, what that run recorded is judged by the new ones:
   what only these see was there before, and is told in one message, as no news.
4. Then comes the run itself. Delivery is somebody else's, after all this is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from monitor.alerts.composing import Voice, compose
from monitor.calling.heartbeat import ping
from monitor.checking.rules import RULES
from monitor.errors import LedgerError, MonitorError, RecordingError
from monitor.ledger.lifecycle import decide
from monitor.ledger.sightings import judged, sightings
from monitor.model import (
    DIGEST,
    Alert,
    Decision,
    Incident,
    Message,
    MessageKind,
    Policy,
    RunReport,
    Settings,
    Severity,
    Subject,
)
from monitor.pipeline.check import check
from monitor.pipeline.exits import UNDELIVERED, with_undelivered
from monitor.pipeline.recheck import recheck
from monitor.pipeline.tools import Selection, Tools
from monitor.pipeline.watching import Telling, tell_config, watch
from monitor.slots import shortest_gap

if TYPE_CHECKING:
    from monitor.alerts.delivery import Delivered
    from monitor.ledger.ledger import Ledger
    from monitor.pipeline.alerting import Postman

A_DAY: Final = timedelta(hours=20)  # a daily run does not begin at the same second each day
NOBODY: Final = "nobody is told of this: no channel is configured; add alerts: {channels: ...} to monitor.yaml"
UNKEPT: Final = (
    "The ledger cannot be used: {}. Until it can, each run tells all that it finds as new, and knows of no ack or mute."
)
_LEARNT: Final = "learnt until"  # a fact of the ledger
ADOPTING: Final = "adopt"  # the command of a run that judges what another recorded, by new rules


def policy_of(settings: Settings, ledger: Ledger, vendor: str, now: datetime) -> Policy:
    """When something is said of a vendor's incidents; that the vendor is muted, the ledger knows itself."""
    alerts = settings.alerts
    again = None if alerts.remind_every is None else timedelta(seconds=alerts.remind_every)
    after = alerts.alert_after or (1 if _is_rare(settings, ledger, vendor, now) else 2)
    return Policy(remind_every=again, alert_after=after)


def _is_rare(settings: Settings, ledger: Ledger, vendor: str, now: datetime) -> bool:
    """Whether the vendor's runs are about a day or more apart: then nobody should wait for the next one."""
    configured = settings.vendors.get(vendor)
    if configured is not None and configured.schedule is not None:
        return shortest_gap(configured.schedule, now) >= A_DAY
    last = ledger.last_run(vendor)
    return last is None or now - last.started >= A_DAY


def evidence_of(incidents: Iterable[Incident]) -> frozenset[str]:
    """The ids of the runs in which incidents were last seen."""
    return frozenset(one.evidence.split("/")[1] for one in incidents if one.evidence.count("/") > 1)


@dataclass(slots=True)
class LedgerBook:
    """Keeps reports in the ledger, which it opens when the first one comes. ``fault``: why one is not kept."""

    settings: Settings
    tools: Tools
    open_ledger: Callable[[], Ledger]
    voice: Voice
    decisions: list[Decision] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fault: MonitorError | None = None
    _ledger: Ledger | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._ledger is not None:
            self._ledger.database.close()

    def keep(self, report: RunReport) -> None:
        """Takes in the run, and whatever the ledger missed before it."""
        try:
            ledger = self.opened()
            self._catch_up(ledger, report)
            if report.command == "check":
                self._adopt(ledger, report)
                self._watch(ledger, report)
            self.decisions += self._ingest(ledger, report, MessageKind.RUN)
            self._watch(ledger, report)
        except MonitorError as fault:
            self.fault = fault
        except Exception as error:  # noqa: BLE001 - a fault of ours must not hide what was found
            self.fault = LedgerError(f"internal error: {type(error).__name__}", fix="please report it")

    def held(self) -> frozenset[str] | None:
        """The runs that hold the evidence of what is open. None: the ledger cannot tell, so nothing is deleted."""
        if self.fault is not None:
            return None
        try:
            return evidence_of(self.opened().incidents())
        except MonitorError as fault:
            self.notes.append(f"old runs were not deleted: {fault}")
            return None

    def alerts(self, report: RunReport) -> tuple[Alert, ...]:
        """What is told of what was decided, or would be."""
        speaking = [one for one in self.decisions if one.reason.speaks]
        return tuple(compose(report.run_id, speaking, self.voice, self.tools.clock()))

    def unkept(self, report: RunReport, fault: MonitorError) -> tuple[Alert, ...]:
        """What the run found, all of it as new: without the ledger nobody knows what was told before."""
        now = self.tools.clock()
        met = (decide(None, one, judged(report, one), now, Policy()) for one in sightings(report))
        found = compose(report.run_id, [one for one in met if one is not None], self.voice, now)
        told = [alert for alert in found if alert.channels != (DIGEST,)] or [self._nothing_found(report, now)]
        return tuple(
            replace(alert, message=replace(alert.message, notes=(UNKEPT.format(fault), *alert.message.notes)))
            for alert in told
        )

    def _nothing_found(self, report: RunReport, now: datetime) -> Alert:
        title = f"monitor cannot use its ledger; it found nothing new to tell of {', '.join(report.vendors)}"
        message = Message(
            MessageKind.UNDELIVERED, "", title, Severity.WARNING, now, self.voice.when(now), report.run_id
        )
        return Alert(message, tuple(self.settings.alerts.channels))

    def opened(self) -> Ledger:
        if self._ledger is None:
            self._ledger = self.open_ledger()
        return self._ledger

    def _ingest(
        self, ledger: Ledger, report: RunReport, kind: MessageKind, *, adopting: bool = False, late: bool = False
    ) -> tuple[Decision, ...]:
        now = self.tools.clock()

        def policy(vendor: str) -> Policy:
            usual = policy_of(self.settings, ledger, vendor, report.started)
            return replace(usual, adopting=adopting, when=self.voice.when)

        def told(decisions: Sequence[Decision]) -> Sequence[Alert]:
            return compose(report.run_id, decisions, self.voice, now, kind)

        # asked before the transaction that ingest is: a policy looks things up itself
        policies = {vendor: policy(vendor) for vendor in {*report.vendors, *(one.vendor for one in report.results)}}
        taken = replace(report, notify=self._tells(report))
        return ledger.ingest(taken, policies.__getitem__, told, now, late=late)

    def _tells(self, report: RunReport) -> bool:
        """Whether people are told. Without a channel nobody is, and nothing may count as told."""
        return report.notify and bool(self.settings.alerts.channels)

    def _catch_up(self, ledger: Ledger, report: RunReport) -> None:
        missing = ledger.unknown(run_id for run_id in self.tools.store.runs() if run_id < report.run_id)
        learnt = self._learnt(ledger, missing) if missing else ""
        for run_id in missing:
            before = self._report(run_id)
            if before is None:
                continue
            last = (ledger.last_run(vendor) for vendor in before.vendors)
            late = any(run is not None and run.run_id > run_id for run in last)
            told = replace(before, notify=before.notify and run_id > learnt)
            try:
                self._ingest(ledger, told, MessageKind.RUN, late=late)
            except LedgerError:
                raise
            except Exception as error:  # noqa: BLE001 - one odd report must not keep all later runs out
                self.notes.append(f"run {run_id} cannot be taken into the ledger: {type(error).__name__}")

    def _report(self, run_id: str) -> RunReport | None:
        store = self.tools.store
        try:
            return store.read_report(run_id)
        except RecordingError as error:
            if run_id not in store.orphaned():  # else it is under way, or could not be closed
                self.notes.append(f"run {run_id} cannot be taken into the ledger: {error}")
            return None

    def _learnt(self, ledger: Ledger, missing: Sequence[str]) -> str:
        """The newest of the runs that are only learnt: of a ledger that was begun after them.

        A single one that notifies is not among them: it was killed before there was a ledger. It is written down first,
        so that a crash in the midst of old runs makes no news of the others.
        """
        known = ledger.fact(_LEARNT)
        if known is not None or not ledger.is_new():
            return known or ""
        telling = [run_id for run_id in missing if (report := self._report(run_id)) is not None and report.notify]
        end = telling[0] if len(telling) == 1 else f"{missing[-1]}+"
        learnt = max((run_id for run_id in missing if run_id < end), default="")
        ledger.keep_fact(_LEARNT, learnt)
        return learnt

    def _adopt(self, ledger: Ledger, report: RunReport) -> None:
        for vendor in report.vendors:
            last = ledger.last_run(vendor)
            if last is None or ledger.rules_of(vendor) in (None, RULES) or vendor not in self.settings.vendors:
                continue
            try:
                judged = recheck(self.settings, self.tools, Selection((vendor,)), last.run_id, False)
            except MonitorError as fault:  # its recordings were pruned, say
                self.notes.append(f"{vendor}: what was recorded before could not be judged by the new rules: {fault}")
                continue
            moved = replace(
                judged,
                run_id=f"{last.run_id}-rules{RULES}",
                command=ADOPTING,
                rules=RULES,
                notify=report.notify,
            )
            self.decisions += self._ingest(ledger, moved, MessageKind.SUMMARY, adopting=True)

    def _watch(self, ledger: Ledger, report: RunReport) -> None:
        """Scheduled runs that did not happen: told before this one makes up for them, and taken back after it."""
        if self._tells(report):
            telling = telling_of(self.settings, ledger, self.voice, self.tools.clock, report.run_id)
            watch(self.settings, ledger, telling, report.started)
            for one in ledger.incidents():
                if one.subject is Subject.CONFIG and one.vendor in ("", *report.vendors):  # it was just loaded
                    tell_config(ledger, telling, one.vendor, None, report.started)


def telling_of(
    settings: Settings, ledger: Ledger, voice: Voice, clock: Callable[[], datetime], run_id: str = ""
) -> Telling:
    """How what is met outside of a run is told."""
    return Telling(
        policy_of=lambda vendor: replace(policy_of(settings, ledger, vendor, clock()), when=voice.when),
        compose=lambda decisions: compose(run_id, decisions, voice, clock()),
        run_id=run_id,
    )


def beat(settings: Settings, vendors: Sequence[str]) -> list[str]:
    """Tells whoever waits for it that these vendors were checked; a note on each that could not be told."""
    notes = []
    for vendor in vendors:
        schedule = settings.vendors[vendor].schedule
        fault = ping(schedule.heartbeat) if schedule is not None and schedule.heartbeat else ""
        if fault:
            notes.append(f"{vendor}: {fault}")
    return notes


@dataclass(frozen=True, slots=True)
class Checked:
    """A check to its very end. ``report`` has the exit code of all that happened, ``alerts`` what is to be told of it.

    ``fault``: why the run is not in the ledger, or its alerts are there still. ``delivered`` None: nothing was sent.
    """

    report: RunReport
    decisions: tuple[Decision, ...] = ()
    alerts: tuple[Alert, ...] = ()
    notes: tuple[str, ...] = ()
    fault: MonitorError | None = None
    delivered: Delivered | None = None


def run_check(
    settings: Settings,
    tools: Tools,
    book: LedgerBook,
    selection: Selection,
    postman: Postman | None,
) -> Checked:
    """Checks, keeps the run in the ledger, and sends what is to be told. ``postman`` None: nothing is sent.

    Where the ledger cannot be used, what was found is sent all the same, at once and unkept: twice told is better than
    never.

    After a whole run that notifies and whose ledger works, each vendor's heartbeat is sent: where nobody can be told,
    whoever waits for it is to notice.
    Raises what ``check`` raises: then nothing was called, or what was recorded is kept and the next run closes it.
    """
    with book:
        return _checked(settings, tools, book, selection, postman)


def _checked(
    settings: Settings,
    tools: Tools,
    book: LedgerBook,
    selection: Selection,
    postman: Postman | None,
) -> Checked:
    report = check(settings, replace(tools, book=book), selection)
    fault, became = book.fault, "the run is not in the ledger"
    delivered = None
    if fault is not None and postman is not None:
        delivered = postman.unkept(book.unkept(report, fault))
    elif postman is not None:
        try:
            delivered = postman.due(book.opened(), report.run_id)
        except MonitorError as error:
            fault, became = error, "not all alerts were sent"
    nobody = report.notify and not settings.alerts.channels and any(one.reason.speaks for one in book.decisions)
    if nobody:
        book.notes.append(NOBODY)
    if fault is None and report.notify and not report.selection and not tools.stopping.is_set():
        book.notes += beat(settings, report.vendors)
    code, reasons = report.exit_code, report.exit_reasons
    if delivered is not None:
        code, reasons = with_undelivered(code, reasons, delivered)
    if nobody:
        code, reasons = code or UNDELIVERED, (*reasons, "no channel is configured: nobody was told")
    if fault is not None:
        code, reasons = fault.exit_code, (f"{became}: {fault}", *reasons)
    told = replace(report, exit_code=code, exit_reasons=reasons)
    return Checked(told, tuple(book.decisions), book.alerts(report), tuple(book.notes), fault, delivered)
