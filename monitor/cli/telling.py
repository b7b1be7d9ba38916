"""What is said of alerts: which went where, or with --dry-run which would, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli.console import report_error, write
from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.alerts.delivery import Delivery
    from monitor.model import Alert, Decision
    from monitor.pipeline.notifying import Checked

EXIT_UNDELIVERED: Final = 4

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


def _silence(decision: Decision, now: datetime, when: Callable[[datetime], str]) -> str:
    """The decision, and who keeps alerts of it back although nothing was due."""
    from monitor.ledger.wording import by, muted
    from monitor.model import Reason

    incident, told = decision.incident, [_decision(decision)]
    if incident.acknowledged is not None and decision.reason is not Reason.ACKNOWLEDGED:
        told.append(f"acknowledged {by(incident.acknowledged)}")
    if incident.mute is not None and incident.mute.holds(now) and decision.reason is not Reason.MUTED:
        told.append(muted(incident.mute, when))
    return "; ".join(told)


def _alert(alert: Alert) -> Iterator[str]:
    from monitor.alerts.plain import plain

    to = [f"{channel} ({alert.why[channel]})" if channel in alert.why else channel for channel in alert.channels]
    yield f"would be sent to {', '.join(to) or 'nobody: no channel is configured'}"
    yield from (f"  | {line}" for line in plain(alert.message).splitlines())


def dry_run(checked: Checked, when: Callable[[datetime], str]) -> str:
    """What would be sent, where and why; then the reason of each decision that speaks, or is about what is open."""
    lines = [""]
    for alert in checked.alerts:
        lines += _alert(alert)
    if not checked.alerts:
        lines.append("nothing would be sent")
    said = [one for one in checked.decisions if one.reason.speaks]
    silent = [one for one in checked.decisions if one.incident.open and not one.reason.speaks]
    now = checked.report.finished
    lines += ["told, because of:", *map(_decision, said)] if said else []
    lines += ["not told, because of:", *(_silence(one, now, when) for one in silent)] if silent else []
    return "\n".join(lines) + "\n"


def outcome(delivery: Delivery, when: Callable[[datetime], str]) -> str:
    """One try to send something, in one line; ``when`` tells a moment."""
    from monitor.model import IntentState

    told = f"alert {delivery.intent.id} to {printable(delivery.intent.channel, 64)}"
    title = printable(delivery.intent.message.title, 150)
    if delivery.state is IntentState.SENT:
        answer = delivery.answer.get("note", "")
        return f"{told} sent{f' ({printable(answer, 300)})' if answer else ''}: {title}"
    what = printable(delivery.what, 300)
    if delivery.state is IntentState.PENDING:
        again = f"; again {when(delivery.next_at)}" if delivery.next_at else ""
        return f"{told} not sent yet: {what}{again} ({title})"
    fix = f"; {printable(delivery.fix, 300)}" if delivery.fix else ""
    return f"{told} FAILED: {what}{fix} ({title})"


def tell_deliveries(deliveries: Iterable[Delivery], when: Callable[[datetime], str]) -> int:
    """A line on each try, what was not sent on standard error; the exit code."""
    from monitor.model import IntentState

    code = 0
    for delivery in deliveries:
        if delivery.state is IntentState.SENT:
            write(outcome(delivery, when) + "\n")
        else:
            report_error(outcome(delivery, when))
            code = EXIT_UNDELIVERED
    return code
