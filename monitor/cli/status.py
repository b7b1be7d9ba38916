"""status: whether scheduled checks happen, and whether what they find reaches people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli.alerting import settings_with_ledger
from monitor.cli.console import ConfigOption, VendorsOption, report_error, write
from monitor.cli.looking import LookFormat, LookFormatOption
from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.model import Intent, LastRun
    from monitor.pipeline.status import Status, VendorStatus

MOST: Final = 10  # alerts
When = Callable[[datetime], str]


# -- for people --------------------------------------------------------------------------------------------


def _last(run: LastRun | None, when: When) -> str:
    if run is None:
        return "no check yet"
    counts = ", ".join(f"{number} {outcome.value}" for outcome, number in run.outcomes.items())
    part = "" if run.whole else " (not of all interactions)"
    return f"last check {when(run.started)}{part}: {counts or 'nothing to check'} (exit {run.exit_code})"


def _open(one: VendorStatus) -> Iterator[str]:
    if not one.open:
        return
    silent = [(one.acknowledged, "acknowledged"), (one.muted, "muted")]
    told = ", ".join(f"{number} {word}" for number, word in silent if number)
    counts = ", ".join(f"{number} {severity.value}" for severity, number in one.open.items())
    yield f"open: {counts}{f' ({told})' if told else ''}"


def _vendor(one: VendorStatus, when: When) -> Iterator[str]:
    yield _last(one.last, when)
    if one.missed:
        slots = f"{one.missed.slots} scheduled checks, the newest of" if one.missed.slots > 1 else "the check of"
        yield f"MISSED: {slots} {when(one.missed.slot)}; look after cron, the timer or monitor daemon"
    if one.under_way:
        yield "a check is under way"
    if one.schedule and one.next:
        yield f"next {when(one.next)} ({one.schedule.cron}, {one.schedule.timezone})"
    yield from _open(one)
    if one.mute:
        until = f" until {when(one.mute.until)}" if one.mute.until else ""
        yield f"muted{until} by {printable(one.mute.person.by, 60)}"


def _alert(intent: Intent, word: str, when: When) -> str:
    why = f": {printable(intent.error, 300)}" if intent.error else ""
    fix = f"; {printable(intent.fix, 300)}" if intent.fix else ""
    return f"{printable(intent.channel, 64)} {word} since {when(intent.created)}{why}{fix}"


def _alerts(found: Status, when: When) -> Iterator[str]:
    if found.nobody:
        yield "NO CHANNEL is configured: nobody is told"
    elif not found.pending and not found.failed:
        yield "every alert was delivered"
    told = [(intent, "FAILED") for intent in found.failed]
    told += [(intent, "LATE" if intent in found.late else "not sent yet") for intent in found.pending]
    for intent, word in told[:MOST]:
        yield _alert(intent, word, when)
    if told[MOST:]:
        yield f"and {len(told) - MOST} more: monitor alerts"
    if found.failed:
        yield "send again: monitor alerts retry --failed"
    elif found.late:
        yield "try now: monitor alerts retry --now"


def _block(title: str, lines: Iterator[str], width: int) -> str:
    shown = list(lines)
    return "".join(f"{title if not n else '':<{width}}  {line}\n" for n, line in enumerate(shown))


def text(found: Status, ledger: str, when: When) -> str:
    width = max(len(title) for title in ("alerts", "ledger", *(one.vendor for one in found.vendors)))
    blocks = [_block(one.vendor, _vendor(one, when), width) for one in found.vendors]
    wrong = (f"WRONG: {printable(line, 300)}" for incident in found.config for line in incident.lines)
    blocks.append(_block("config", wrong, width))
    blocks.append(_block("alerts", _alerts(found, when), width))
    blocks.append(_block("ledger", iter([printable(ledger, 500)]), width))
    return "".join(blocks)


# -- for machines ------------------------------------------------------------------------------------------


def _vendor_document(one: VendorStatus) -> Mapping[str, object]:
    from monitor.model.moments import stamp

    run, missed = one.last, one.missed
    return {
        "vendor": one.vendor,
        "last": run
        and {
            "run": run.run_id,
            "started": stamp(run.started),
            "finished": stamp(run.finished),
            "whole": run.whole,
            "exit": run.exit_code,
            "outcomes": {outcome.value: number for outcome, number in run.outcomes.items()},
        },
        "schedule": one.schedule and {"cron": one.schedule.cron, "timezone": one.schedule.timezone},
        "next": one.next and stamp(one.next),
        "missed": missed and {"slot": stamp(missed.slot), "slots": missed.slots, "never": missed.last is None},
        "under_way": one.under_way,
        "open": {severity.value: number for severity, number in one.open.items()},
        "acknowledged": one.acknowledged,
        "muted": one.muted,
        "vendor_muted": one.mute is not None,
    }


def _alert_document(intent: Intent, found: Status) -> Mapping[str, object]:
    from monitor.model.moments import stamp

    return {
        "id": intent.id,
        "channel": intent.channel,
        "state": intent.state.value,
        "late": intent in found.late,
        "created": stamp(intent.created),
        "tries": intent.attempts,
        "error": intent.error,
        "fix": intent.fix,
    }


def document(found: Status, ledger: str, why: list[str]) -> str:
    told = {
        "version": 1,
        "exit": found.exit_code,
        "reasons": why,
        "vendors": [_vendor_document(one) for one in found.vendors],
        "alerts": [_alert_document(intent, found) for intent in (*found.failed, *found.pending)],
        "config": [line for incident in found.config for line in incident.lines],
        "ledger": ledger,
    }
    return json.dumps(told, indent=1) + "\n"


# -- the command -------------------------------------------------------------------------------------------


def status(
    vendor: VendorsOption = None,
    form: LookFormatOption = LookFormat.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing when the exit code is 0.")] = False,
    config: ConfigOption = None,
) -> int:
    """Tell whether scheduled checks happen, and whether alerts reach people. For a watchdog: nothing is called.

    Exits 3 if a scheduled check did not happen, 4 if an alert was given up, is not delivered for over an hour, or has
    no channel to go to, with one line on standard error that says so.

    Examples:

      monitor status

      monitor status --quiet || notify-the-on-call-person
    """
    from monitor.pipeline.status import reasons
    from monitor.pipeline.status import status as gathered
    from monitor.wiring import ledger_of, moments_in, now

    settings = settings_with_ledger(config)
    ledger = ledger_of(settings)
    with ledger.database:
        found = gathered(settings, ledger, now(), vendor or ())
    why = list(reasons(found))
    if not quiet or found.exit_code:
        shown = ledger.database.where
        told = document(found, shown, why) if form is LookFormat.JSON else None
        write(told or text(found, shown, moments_in(settings.alerts.timezone)))
    if found.exit_code:
        report_error(printable("; ".join(why), 500))
    return found.exit_code


def register(app: typer.Typer) -> None:
    app.command()(status)
