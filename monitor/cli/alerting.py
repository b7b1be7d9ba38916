"""alerts, alerts retry, channels list, channels test: what is to reach people, and whether it does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli import completing
from monitor.cli.console import ConfigOption, note, report_error, settings_of, write
from monitor.cli.looking import LookFormat, LookFormatOption
from monitor.cli.telling import EXIT_UNDELIVERED, tell_deliveries
from monitor.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from monitor.model import Intent, Settings

NO_CHANNEL: Final = "no channel is configured; add alerts: {channels: ...} to monitor.yaml, as README shows"

ALERTS: Final = typer.Typer(name="alerts", rich_markup_mode=None)
CHANNELS: Final = typer.Typer(
    name="channels", help="Look at the channels of alerts.", no_args_is_help=True, rich_markup_mode=None
)
CHANNELS.callback()(lambda: None)


def settings_with_ledger(config: Path | None) -> Settings:
    """Settings whose ledger can be opened. Other secrets are not needed to look into it."""
    settings = settings_of(config, offline=True)
    return settings_of(config) if "${" in settings.ledger else settings


# -- alerts ------------------------------------------------------------------------------------------------


def _state(intent: Intent) -> str:
    from monitor.model import IntentState

    words = {
        IntentState.PENDING: "not sent yet",
        IntentState.FAILED: "FAILED",
        IntentState.WAITING: "waits for the digest",
        IntentState.GATHERED: "in a digest",
    }
    return words.get(intent.state, intent.state.value)


def _listed(intents: Iterable[Intent], when: Callable[[datetime], str]) -> Iterator[str]:
    for intent in intents:
        title = printable(intent.message.title, 150)
        yield f"{intent.id:<5} {printable(intent.channel, 64)}: {_state(intent)}: {title}"
        told = [f"made {when(intent.created)}"]
        if intent.attempts:
            told.append(f"{intent.attempts} {'try' if intent.attempts == 1 else 'tries'}")
        if intent.next_at is not None and intent.attempts:
            told.append(f"next {when(intent.next_at)}")
        yield f"      {', '.join(told)}"
        if intent.note:
            yield f"      {printable(intent.note, 300)}"
        if intent.error:
            yield f"      {printable(intent.error, 300)}"
        if intent.fix:
            yield f"      fix: {printable(intent.fix, 300)}"


def _document(intent: Intent) -> Mapping[str, object]:
    from monitor.model.moments import stamp

    return {
        "id": intent.id,
        "alert": intent.alert_id,
        "channel": intent.channel,
        "state": intent.state.value,
        "kind": intent.message.kind.value,
        "vendor": intent.message.vendor,
        "severity": intent.message.severity.value,
        "title": intent.message.title,
        "run": intent.message.run_id,
        "created": stamp(intent.created),
        "tries": intent.attempts,
        "next_at": intent.next_at and stamp(intent.next_at),
        "error": intent.error,
        "fix": intent.fix,
        "note": intent.note,
    }


def _json(key: str, documents: Iterable[Mapping[str, object]]) -> str:
    return json.dumps({"version": 1, key: [*documents]}, indent=1) + "\n"


def alerts(
    ctx: typer.Context,
    failed: Annotated[bool, typer.Option("--failed", help="Only those that are given up.")] = False,
    every: Annotated[bool, typer.Option("--all", "-a", help="The newest of all, sent ones too.")] = False,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="With --all: how many.")] = 20,
    form: LookFormatOption = LookFormat.TEXT,
    config: ConfigOption = None,
) -> int:
    """List the alerts that did not reach people yet, or were given up; send them again: alerts retry.

    Examples:

      monitor alerts

      monitor alerts --all --last 50

      monitor alerts retry --now
    """
    from monitor.errors import UsageError
    from monitor.pipeline.alerting import undelivered_intents
    from monitor.wiring import ledger_of, moments_in

    if ctx.invoked_subcommand is not None:
        return 0
    if failed and every:
        raise UsageError("--failed and --all exclude each other")
    settings = settings_with_ledger(config)
    ledger = ledger_of(settings)
    with ledger.database:
        found = ledger.intents(last=last) if every else undelivered_intents(ledger, failed_only=failed)
    if form is LookFormat.JSON:
        write(_json("alerts", map(_document, found)))
    elif found:
        write("".join(f"{line}\n" for line in _listed(found, moments_in(settings.alerts.timezone))))
    else:
        note("no alert yet" if every else "no alert was given up" if failed else "every alert was delivered")
    return 0


# -- alerts retry ------------------------------------------------------------------------------------------


def retry(
    numbers: Annotated[list[int] | None, typer.Argument(help="Failed alerts to send again, by number.")] = None,
    at_once: Annotated[bool, typer.Option("--now", help="Wait for nothing: try all that is not sent yet.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Send again all that was given up.")] = False,
    config: ConfigOption = None,
) -> int:
    """Send the alerts that are due, and the digest if it is its time; quiet where there is nothing to do.

    Scheduled checks that did not happen are told as well. Meant to be run every 10 minutes. Exits 4 if something was
    tried and not sent.

    Examples:

      monitor alerts retry

      monitor alerts retry --failed
    """
    from monitor.pipeline.alerting import deliver_due, requeue
    from monitor.pipeline.notifying import telling_of
    from monitor.pipeline.watching import watch
    from monitor.wiring import ledger_of, post_of

    settings = settings_of(config)
    post, ledger = post_of(settings), ledger_of(settings)
    with ledger.database:
        watch(settings, ledger, telling_of(settings, ledger, post.voice, post.clock), post.clock())
        if failed or numbers:
            requeue(ledger, () if failed else tuple(numbers or ()), post.clock())
        if at_once:
            ledger.hurry(post.clock())
        delivered = deliver_due(settings, ledger, post)
    return tell_deliveries(delivered.deliveries, post.voice.when)


# -- channels ----------------------------------------------------------------------------------------------


def list_channels(form: LookFormatOption = LookFormat.TEXT, config: ConfigOption = None) -> int:
    """List the channels that monitor.yaml has, and what goes to each.

    Examples:

      monitor channels list
    """
    from monitor.pipeline.alerting import routes_to
    from monitor.wiring import voice_of

    settings = settings_of(config, offline=True)
    voice, sources = voice_of(settings), settings.alerts.channels
    routes = {name: routes_to(settings, voice, name) for name in sources}
    if form is LookFormat.JSON:
        write(_json("channels", ({"name": n, "kind": s.kind, "gets": [*routes[n]]} for n, s in sources.items())))
    elif not sources:
        note(NO_CHANNEL)
    else:
        wide = max(map(len, sources))
        kinds = max(len(source.kind) for source in sources.values())
        for name, source in sources.items():
            write(f"{name:<{wide}}  {source.kind:<{kinds}}  {'; '.join(routes[name]) or 'nothing'}\n")
    return 0


def try_out(
    name: Annotated[str, typer.Argument(help="The channel.", autocompletion=completing.channels)],
    config: ConfigOption = None,
) -> int:
    """Send a message marked as a TEST through one channel, and tell what came of it. Exits 4 if it did not go through.

    Examples:

      monitor channels test slack-oncall
    """
    from monitor.model import IntentState
    from monitor.pipeline.alerting import try_channel
    from monitor.wiring import ledger_of, post_of

    settings = settings_of(config)
    ledger = ledger_of(settings)
    with ledger.database:
        delivery = try_channel(settings, ledger, post_of(settings), name)
    if delivery.state is not IntentState.SENT:
        report_error(f"{name} did not take the test: {printable(delivery.what, 300)}")
        if delivery.fix:
            note(f"fix: {printable(delivery.fix, 300)}")
        return EXIT_UNDELIVERED
    answer = ", ".join(f"{printable(key, 40)} {printable(value, 100)}" for key, value in delivery.answer.items())
    write(f"{name} took the test{f': {answer}' if answer else ''}\n")
    return 0


def body_schema() -> int:
    """Print the JSON Schema of what a channel of the kind webhook sends.

    Examples:

      monitor channels schema > webhook.schema.json
    """
    from monitor.alerts.channels._payload import schema

    write(schema())
    return 0


def register(app: typer.Typer) -> None:
    ALERTS.callback(invoke_without_command=True)(alerts)
    ALERTS.command("retry")(retry)
    CHANNELS.command("list")(list_channels)
    CHANNELS.command("test")(try_out)
    CHANNELS.command("schema")(body_schema)
    app.add_typer(ALERTS)
    app.add_typer(CHANNELS)
