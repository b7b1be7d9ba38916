"""What a check says of the alerts it makes: which went where, or with --dry-run which would, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.alerts.delivery import Delivered
    from monitor.model import Alert, Decision
    from monitor.pipeline.notifying import Checked

NotifyOption = Annotated[
    bool | None,
    typer.Option("--notify/--no-notify", help="Alert people, or do not. Default: alerts: {enabled} of monitor.yaml."),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Alert nobody; show what would be sent, where, and why, and what would not.")
]


def _decision(decision: Decision) -> str:
    incident = decision.incident
    place = incident.root or incident.subject.value.replace("_", " ")
    why = f": {printable(decision.detail, 200)}" if decision.detail else ""
    interaction = f" of {printable(incident.description)}" if incident.description else ""
    return f"  {incident.id}  {incident.vendor}  {printable(place, 60)}{interaction}: {decision.reason.value}{why}"


def _alert(alert: Alert) -> Iterator[str]:
    from monitor.alerts.plain import plain

    to = [f"{channel} ({alert.why[channel]})" if channel in alert.why else channel for channel in alert.channels]
    yield f"would be sent to {', '.join(to) or 'nobody: no channel is configured'}"
    yield from (f"  | {line}" for line in plain(alert.message).splitlines())


def dry_run(checked: Checked) -> str:
    """What would be sent, where and why; then every decision with its reason, silence included."""
    lines = [""]
    for alert in checked.alerts:
        lines += _alert(alert)
    if not checked.alerts:
        lines.append("nothing would be sent")
    said = [one for one in checked.decisions if one.reason.speaks]
    silent = [one for one in checked.decisions if not one.reason.speaks]
    lines += ["told, because of:", *map(_decision, said)] if said else []
    lines += ["not told, because of:", *map(_decision, silent)] if silent else []
    return "\n".join(lines) + "\n"


def delivered_lines(delivered: Delivered | None) -> Iterator[str]:
    """A line on each try to send something."""
    from monitor.model import IntentState

    words = {IntentState.SENT: "sent", IntentState.FAILED: "NOT SENT", IntentState.PENDING: "not sent yet"}
    for one in delivered.deliveries if delivered else ():
        said = one.what or one.answer.get("note", "")
        why = f": {printable(said, 300)}" if said else ""
        fix = f"; {printable(one.fix, 300)}" if one.fix else ""
        later = "; it is tried again: monitor alerts" if one.state is IntentState.PENDING else ""
        title = printable(one.intent.message.title, 150)
        yield f"alert to {one.intent.channel} {words.get(one.state, one.state.value)}{why}{fix}{later} ({title})"
