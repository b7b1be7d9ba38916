"""record, approve: keep what the vendor answers, and make it what later answers are compared with."""

from __future__ import annotations

import getpass
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.checking import selection_of
from monitor.cli.console import (
    ConfigOption,
    InteractionOption,
    ProgressDisplay,
    VendorOption,
    WaitOption,
    is_interactive,
    note,
    report_error,
    settings_of,
    shown_path,
    write,
)
from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.model import Result, RunReport, Settings
    from monitor.pipeline.approve import Candidate, Consent
    from monitor.pipeline.tools import Tools

NoteOption = Annotated[str, typer.Option("--note", help="Why; kept with the baseline.")]
LossOption = Annotated[
    list[str] | None, typer.Option("--accept-loss", help="Accept that this output is lost; needs --note.")
]
ByOption = Annotated[
    str, typer.Option("--by", help="Who approves.", envvar="MONITOR_APPROVER", show_default="you@host")
]


def _approver(by: str) -> str:
    if by:
        return by
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):  # a container's user without a name
        return f"unknown@{socket.gethostname()}"


def _approve_all(tools: Tools, settings: Settings, found: tuple[Candidate, ...], consent: Consent) -> int:
    """Approves what may be approved and says why the rest may not; the exit code."""
    from monitor.pipeline.approve import approve

    code = 0
    for candidate in found:
        name = f"{candidate.job.vendor.name}: {printable(candidate.job.interaction.description)}"
        if candidate.refusals:
            report_error("\n".join([f"not approved  {name}", *(f"  {reason}" for reason in candidate.refusals)]))
            code = max(code, 1 if candidate.result.outcome.judged else 3)
            continue
        path = approve(tools, candidate, consent)
        write(f"approved  {name}\n  {shown_path(settings.recordings_dir)}/{path}\n")
    return code


def _kept(result: Result, settings: Settings) -> str:
    """One recorded interaction and its difference to the baseline: no verdict."""
    name = f"{result.vendor}: {printable(result.description)}"
    if not result.outcome.judged and not result.evidence:
        return f"not called  {name}\n    {printable(result.reason, 400)}\n"
    lines = [f"recorded  {name}", f"  {shown_path(settings.recordings_dir)}/{result.evidence}"]
    if not result.outcome.judged:
        lines.append(f"    {result.outcome.value}: {printable(result.reason, 400)}")
        lines += [f"    {printable(result.fix, 400)}"] if result.fix else []
    elif not result.baseline:
        lines.append("  no baseline yet")
    elif not result.told:
        lines.append("  no difference to the baseline")
    for told in result.told:
        lines += [f"  differs at {told.root}", *(f"    {line}" for line in told.lines)]
    return "\n".join(lines) + "\n"


def _wants_approval(report: RunReport, approve: bool, no_input: bool) -> bool:
    kept = [result for result in report.results if result.outcome.judged]
    if not kept or approve:
        return bool(kept) and approve
    if no_input or not is_interactive():
        note(f"not approved; to approve: monitor approve --vendor {report.vendors[0]}")
        return False
    return typer.confirm(f"Make {len(kept)} recording{'s'[: len(kept) != 1]} the baseline?", err=True)


def record(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
    vendor: VendorOption,
    interaction: InteractionOption = None,
    approve: Annotated[bool, typer.Option("--approve", help="Approve what was recorded, without asking.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask; do not approve.")] = False,
    by: ByOption = "",
    message: NoteOption = "",
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> int:
    """Call the vendor and keep the responses, without a verdict; show the difference to the baseline and ask.

    Examples:

      monitor record --vendor crm

      monitor record --vendor crm --approve --note "first baseline"
    """
    from monitor.errors import UsageError
    from monitor.pipeline.approve import Consent, candidates
    from monitor.pipeline.check import check
    from monitor.wiring import tools_of

    if approve and no_input:
        raise UsageError("--approve and --no-input exclude each other")
    settings = settings_of(config)
    with ProgressDisplay() as progress:
        tools = tools_of(settings, progress, "record", None if wait else 0)
        report = check(settings, tools, selection_of([vendor], interaction), command="record")
    for result in report.results:
        write(_kept(result, settings))
    code = report.exit_code
    if _wants_approval(report, approve, no_input):
        consent = Consent(_approver(by), message)
        found = candidates(settings, tools, selection_of([vendor], interaction), None, consent)
        ours = tuple(c for c in found if c.recording.run_id == report.run_id and c.result.outcome.judged)
        code = _approve_all(tools, settings, ours, consent) or code
    return code


def approve(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
    vendor: VendorOption,
    interaction: Annotated[str | None, typer.Argument(help="Only this interaction: id or description.")] = None,
    recording: Annotated[str | None, typer.Argument(help="The recording; the newest by default.")] = None,
    accept_loss: LossOption = None,
    message: NoteOption = "",
    by: ByOption = "",
    patch: Annotated[bool, typer.Option("--patch", help="Print a patch for git apply; write nothing.")] = False,
    config: ConfigOption = None,
) -> int:
    """Make recordings the baseline that later responses are compared with.

    HTTP errors and responses that the contract forbids are refused, and so are lost outputs unless accepted.

    Examples:

      monitor approve --vendor crm

      monitor approve --vendor crm --accept-loss banner --note "the banner is no longer shown"

      monitor approve --vendor crm --patch | git apply
    """
    from monitor.pipeline.approve import Consent, candidates
    from monitor.pipeline.patching import patch_of
    from monitor.wiring import tools_of

    settings = settings_of(config, offline=True)
    consent = Consent(_approver(by), message, tuple(accept_loss or ()))
    with ProgressDisplay() as progress:
        tools = tools_of(settings, progress, "approve")
        found = candidates(settings, tools, selection_of([vendor], interaction), recording, consent)
    if not patch:
        return _approve_all(tools, settings, found, consent)
    allowed = tuple(candidate for candidate in found if not candidate.refusals)
    refused = tuple(candidate for candidate in found if candidate.refusals)
    write(patch_of(settings, tools, allowed, consent))
    return _approve_all(tools, settings, refused, consent)


def register(app: typer.Typer) -> None:
    app.command()(record)
    app.command()(approve)
