"""record, approve: keep what the vendor answers, and make it what later answers are compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completing
from monitor.cli.blindness import blind_spots
from monitor.cli.capturing import lines_of, remarks
from monitor.cli.checking import selection_of
from monitor.cli.console import (
    ConfigOption,
    InteractionOption,
    ProgressDisplay,
    VendorOption,
    WaitOption,
    ask,
    is_interactive,
    note,
    recording_path,
    report_error,
    settings_of,
    shown_path,
    who,
    write,
)
from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.model import Interaction, Result, Settings
    from monitor.pipeline.approve import Candidate, Consent
    from monitor.pipeline.capturing import Taken
    from monitor.pipeline.planning import Jobs
    from monitor.pipeline.tools import Selection, Tools
    from monitor.recordings.captures import Capture

NoteOption = Annotated[str, typer.Option("--note", help="Why; kept with the baseline.")]
LossOption = Annotated[
    list[str] | None, typer.Option("--accept-loss", help="Accept that this output is lost; needs --note.")
]
ByOption = Annotated[
    str, typer.Option("--by", help="Who approves.", envvar="MONITOR_APPROVER", show_default="you@host")
]


FromHarOption = Annotated[
    Path | None,
    typer.Option("--from-har", help="Take responses from this HAR capture; call nobody.", show_default=False),
]
EntryOption = Annotated[
    int | None,
    typer.Option("--entry", min=0, help="Take this entry of the capture (counted from 0) for the one --interaction."),
]


def _refused(candidate: Candidate) -> int:
    """Says why a recording may not be approved; the exit code."""
    name = f"{candidate.job.vendor.name}: {printable(candidate.job.interaction.description)}"
    report_error("\n".join([f"not approved  {name}", *(f"  {reason}" for reason in candidate.refusals)]))
    return 1 if candidate.result.outcome.judged else 3


def _tell_refusals(found: Sequence[Candidate]) -> list[int]:
    """Says why some may not be approved; their exit codes."""
    return [_refused(candidate) for candidate in found if candidate.refusals]


def _approve_all(
    tools: Tools, settings: Settings, found: Sequence[Candidate], consent: Consent, *, recorded: bool = False
) -> int:
    """Approves what may be approved and says why the rest may not; the exit code.

    ``recorded``: what the recordings cannot tell was said when they were made.
    """
    from monitor.cli.looking import when_kept
    from monitor.pipeline.approve import approve

    # all is done before anything is said: output that cannot be written must not end it half-way
    done = [(one, approve(tools, one, consent)) for one in found if not one.refusals and not one.standing]
    codes = [0, *_tell_refusals(found)]
    for candidate in found:
        if candidate.standing and not candidate.refusals:
            name = f"{candidate.job.vendor.name}: {printable(candidate.job.interaction.description)}"
            write(f"unchanged  {name}\n  this recording is the baseline already\n")
    for candidate, recording in done:
        lines = [f"approved  {candidate.job.vendor.name}: {printable(candidate.job.interaction.description)}"]
        lines.append(f"  {when_kept(recording)} in run {recording.run_id}")
        lines += [f"    {line}" for told in candidate.result.told for line in told.lines]
        lines.append(f"  {shown_path(settings.recordings_dir)}/{recording.path}")
        lines += () if recorded else blind_spots(candidate.job.interaction, recording)
        write("\n".join(lines) + "\n")
    return 1 if 1 in codes else max(codes)  # drift before not judged


def _filled(result: Result) -> bool:
    """Outputs are filled that were blank in the baseline: that is no drift, and a difference all the same."""
    from monitor.model import FILLED

    return any(text.startswith(FILLED) for text in result.notes)


def _difference(result: Result, interaction: Interaction, tools: Tools) -> Iterator[str]:
    """What a person should see before they approve: the difference to the baseline, or else what was recorded."""
    from monitor.cli.looking import outline_of

    recording = tools.store.read(result.evidence)
    if result.baseline:
        yield from () if result.told or _filled(result) else ("  no difference to the baseline",)
    else:
        yield "  no baseline yet; this is what was recorded:"
        response = recording.exchange.response
        yield from () if response is None else (f"  {line}" for line in outline_of(response))
    for told in result.told:
        yield f"  differs at {told.root}"
        yield from (f"    {line}" for line in told.lines)
    yield from (f"  note: {printable(text, 800)}" for text in result.notes)
    yield from (tools.masker.text(line) for line in blind_spots(interaction, recording))


def _kept(result: Result, settings: Settings, tools: Tools, planned: Jobs, taken: Taken | None) -> str:
    """One recorded interaction and its difference to the baseline: no verdict."""
    name = f"{result.vendor}: {printable(result.description)}"
    if not result.evidence:
        return f"not {'recorded' if taken else 'called'}  {name}\n    {printable(result.reason, 800)}\n"
    lines = [f"recorded  {name}", f"  {shown_path(settings.recordings_dir)}/{result.evidence}"]
    lines += [f"  {tools.masker.text(line)}" for line in lines_of(taken, result)]
    if result.outcome.judged:
        job = planned.by_key()[result.vendor, result.interaction_id]
        lines += _difference(result, job.interaction, tools)
    else:
        lines.append(f"    {result.outcome.value}: {printable(result.reason, 400)}")
        lines += [f"    {printable(result.fix, 400)}"] if result.fix else []
    return "\n".join(lines) + "\n"


def _wants_approval(found: Sequence[Candidate], approve: bool, no_input: bool) -> bool:
    allowed = [candidate for candidate in found if not candidate.refusals]
    if approve or not allowed:
        return approve
    vendor = allowed[0].job.vendor.name
    later = f"to approve later: monitor approve --vendor {vendor}"
    if all(one.baseline and not one.findings and not _filled(one) for one in (each.result for each in allowed)):
        note(f"nothing differs from the baseline; {later}")
        return False
    what = "this recording" if len(allowed) == 1 else f"these {len(allowed)} recordings"
    if not no_input and is_interactive() and ask(f"Make {what} the baseline?"):
        return True
    note(f"not approved; {later}")
    return False


def _planned(settings: Settings, selection: Selection, file: Path, entry: int | None) -> tuple[Capture, Taken]:
    from monitor.pipeline.capturing import take
    from monitor.recordings.captures import read_capture
    from monitor.wiring import now

    capture = read_capture(file)
    return capture, take(settings, selection, capture, entry, now())


def _check_options(from_har: Path | None, entry: int | None, approve: bool, no_input: bool) -> None:
    from monitor.errors import UsageError

    if approve and no_input:
        raise UsageError("--approve and --no-input exclude each other")
    if entry is not None and from_har is None:
        raise UsageError("--entry names an entry of a capture", fix="add --from-har FILE")


def record(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
    vendor: VendorOption,
    interaction: InteractionOption = None,
    from_har: FromHarOption = None,
    entry: EntryOption = None,
    approve: Annotated[bool, typer.Option("--approve", help="Approve what was recorded, without asking.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask; do not approve.")] = False,
    by: ByOption = "",
    message: NoteOption = "",
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> int:
    """Call the vendor and keep the responses, without a verdict; show the difference to the baseline and ask.

    With --from-har nothing is called: responses are taken from what a browser or proxy has captured.

    Examples:

      monitor record --vendor crm

      monitor record --vendor crm --approve --note "first baseline"

      monitor record --vendor crm --from-har crm.example.har

      monitor record --vendor crm --from-har crm.example.har --interaction "Create case" --entry 12
    """
    from monitor.pipeline.approve import Consent, candidates
    from monitor.pipeline.check import check
    from monitor.pipeline.planning import plan_jobs
    from monitor.wiring import tools_of

    _check_options(from_har, entry, approve, no_input)
    settings, selection = settings_of(config), selection_of([vendor], interaction)
    capture, taken = _planned(settings, selection, from_har, entry) if from_har else (None, None)
    with ProgressDisplay() as progress:
        secrets = taken.secrets if taken else ()
        tools = tools_of(settings, progress, "record", None if wait else 0, secrets_too=secrets)
        if taken:
            tools = replace(tools, caller=taken.calls)
        planned = taken.jobs if taken else plan_jobs(settings, selection)
        report = check(settings, tools, selection, command="record", planned=planned)
    for result in report.results:
        write(_kept(result, settings, tools, planned, taken))
    for text in report.notes:
        note(f"note: {text}")
    for text in remarks(capture, taken) if capture and taken else ():
        note(tools.masker.text(text))
    kept = [result.evidence for result in report.results if result.outcome.judged]
    if not kept:
        return report.exit_code
    consent = Consent(who(by), message)
    found = candidates(settings, tools, selection, kept, consent)
    if _wants_approval(found, approve, no_input):
        return _approve_all(tools, settings, found, consent, recorded=True) or report.exit_code
    _tell_refusals(found)
    return report.exit_code


def approve(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
    vendor: VendorOption,
    interaction: Annotated[
        str | None,
        typer.Argument(help="Only this interaction: id or description.", autocompletion=completing.interactions),
    ] = None,
    recording: Annotated[
        str | None, typer.Argument(help="The recording; the newest by default.", autocompletion=completing.recordings)
    ] = None,
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
    consent = Consent(who(by), message, tuple(accept_loss or ()))
    with ProgressDisplay() as progress:
        tools = tools_of(settings, progress, "approve")
        named = [recording_path(recording, settings.recordings_dir)] if recording else None
        found = candidates(settings, tools, selection_of([vendor], interaction), named, consent)
    if not patch:
        return _approve_all(tools, settings, found, consent)
    allowed = tuple(candidate for candidate in found if not candidate.refusals)
    refused = tuple(candidate for candidate in found if candidate.refusals)
    write(patch_of(settings, tools, allowed, consent))
    return _approve_all(tools, settings, refused, consent)


def register(app: typer.Typer) -> None:
    app.command()(record)
    app.command()(approve)
