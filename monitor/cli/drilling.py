"""drill: practice, to see that alerts reach people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli.alerting import NO_CHANNEL
from monitor.cli.console import ConfigOption, InteractionOption, VendorOption, note, settings_of, write
from monitor.cli.telling import tell_deliveries
from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.model import Alert, Decision
    from monitor.pipeline.drill import Order, Practice
    from monitor.pipeline.mutating import Mutation

_EXAMPLE: Final = "for instance --rename $.customerId, or --down"


def _order(mutations: tuple[Mutation, ...], down: bool, vendor: str, interaction: str | None) -> Order:
    from monitor.errors import UsageError
    from monitor.pipeline.drill import Order

    if down and mutations:
        raise UsageError("a vendor that is down answers nothing that could be changed", fix="give --down alone")
    if not down and not mutations:
        raise UsageError("say what is to happen to the vendor's responses", fix=_EXAMPLE)
    return Order(vendor, interaction, mutations, down)


def _mutations(renames: list[str], to: str, drops: list[str], nulls: list[str]) -> tuple[Mutation, ...]:
    from monitor.errors import UsageError
    from monitor.pipeline.mutating import Twist, mutation

    if to and len(renames) != 1:
        raise UsageError("--to is the new name of one --rename", fix="give one --rename beside it")
    return (
        *(mutation(Twist.RENAME, text, to) for text in renames),
        *(mutation(Twist.DROP, text) for text in drops),
        *(mutation(Twist.NULL, text) for text in nulls),
    )


def _silent(decisions: Iterable[Decision]) -> Iterator[str]:
    for one in decisions:
        if not one.reason.speaks:
            incident = one.incident
            detail = f": {printable(one.detail, 200)}" if one.detail else ""
            yield f"not told: {printable(incident.root or incident.subject, 100)}: {one.reason}{detail}"


def _told(alert: Alert, verb: str) -> Iterator[str]:
    from monitor.alerts.plain import lines

    to = ", ".join(f"{channel} ({alert.why.get(channel, '')})" for channel in alert.channels)
    yield f"{verb} {to or 'nobody'}:"
    yield from (f"  | {line}".rstrip() for line in lines(alert.message))


def _checked(practice: Practice) -> None:
    """Raises UsageError where there is nothing to send."""
    from monitor.errors import UsageError

    if not practice.decisions:
        what = "monitor finds nothing in the changed responses: no contract or translation reads that"
        raise UsageError(what, fix="approve a baseline to compare with (monitor approve), or change what is read")
    if not practice.alerts and any(one.reason.speaks for one in practice.decisions):
        raise UsageError("it goes to no channel", fix="see: monitor channels list")


def drill(  # noqa: PLR0913, PLR0917 the command's options
    vendor: VendorOption,
    interaction: InteractionOption = None,
    rename: Annotated[list[str] | None, typer.Option("--rename", help="A key that gets another name.")] = None,
    to: Annotated[str, typer.Option("--to", help="Its new name. Default: customerId becomes customer_id.")] = "",
    drop: Annotated[list[str] | None, typer.Option("--drop", help="What is gone; may be repeated.")] = None,
    null: Annotated[list[str] | None, typer.Option("--null", help="What is null; may be repeated.")] = None,
    down: Annotated[bool, typer.Option("--down", help="The vendor does not answer.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Send nothing; show what would be sent, and where.")
    ] = False,
    config: ConfigOption = None,
) -> int:
    """Practise: change recordings in memory, judge them as a check does, and send what is found, marked DRILL.

    Nothing is called; no recording, run or incident is made. Exits 4 if a channel did not take it.

    Examples:

      monitor drill --vendor crm --rename $.customerId

      monitor drill --vendor crm --down --dry-run
    """
    from monitor.errors import UsageError
    from monitor.pipeline.drill import deliver_drill, practise
    from monitor.wiring import ledger_of, post_of, tools_of, voice_of

    order = _order(_mutations(rename or [], to, drop or [], null or []), down, vendor, interaction)
    settings = settings_of(config, offline=dry_run)
    if not settings.alerts.channels:
        raise UsageError(NO_CHANNEL)
    voice = voice_of(settings)
    practice = practise(settings, tools_of(settings, _Quiet(), "drill", cache=False), voice, order)
    _checked(practice)
    verb = "would be sent to" if dry_run else "sending to"
    lines = [line for alert in practice.alerts for line in _told(alert, verb)]
    write("".join(f"{line}\n" for line in (*lines, *_silent(practice.decisions))))
    if dry_run or not practice.alerts:
        return 0
    ledger = ledger_of(settings)
    with ledger.database:
        deliveries = deliver_drill(settings, ledger, post_of(settings), practice.alerts)
    code = tell_deliveries(deliveries, voice.when)
    if code:
        note("see: monitor alerts")
    return code


class _Quiet:
    """Nobody waits for a drill long enough to want a progress bar."""

    def planned(self, count: int) -> None: ...

    def done(self, result: object) -> None: ...


def register(app: typer.Typer) -> None:
    app.command("drill")(drill)
