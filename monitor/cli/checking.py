"""check, recheck: judge what the vendor answers now, or what was recorded."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completing
from monitor.cli.console import (
    ConfigOption,
    InteractionOption,
    ProgressDisplay,
    VendorsOption,
    WaitOption,
    check_output,
    note,
    report_error,
    save,
    settings_of,
    shown_path,
    wants_color,
    write,
)
from monitor.cli.telling import DryRunOption, NotifyOption, dry_run, outcome
from monitor.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from monitor.model import RunReport, Settings
    from monitor.pipeline.notifying import Checked
    from monitor.pipeline.tools import Selection


class FailOn(StrEnum):
    """The least severity that makes the exit code 1."""

    BREAKING = "breaking"
    WARNING = "warning"
    INFO = "info"


FormatOption = Annotated[
    str,
    typer.Option("--format", "-f", help="text, json, junit or markdown.", autocompletion=completing.formats),
]
RunOption = Annotated[
    str | None,
    typer.Option("--run", help="The run to judge again (a folder below runs/).", autocompletion=completing.runs),
]
CacheOption = Annotated[bool, typer.Option("--no-cache", help="Judge anew what was judged before.")]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="Write the report to this file.")]
FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help="Exit 1 from this severity on.")]


def selection_of(
    vendors: list[str] | None,
    interaction: str | None,
    fail_on: FailOn = FailOn.BREAKING,
    *,
    official: bool = False,
    notify: bool = False,
) -> Selection:
    from monitor.model import Severity
    from monitor.pipeline.tools import Selection

    return Selection(tuple(vendors or ()), interaction, Severity(fail_on.value), official, notify)


def _save_or_print(output: Path, text: str) -> None:
    try:
        save(output, text)
    except StorageError:
        write(text)  # what was found is not lost with the file
        raise


def show_report(report: RunReport, settings: Settings, form: str, output: Path | None, *, quiet: bool = False) -> int:
    """Prints or saves the report; the run's exit code. ``quiet``: nothing else is said while that is 0."""
    from monitor.reports import Options, find

    color = output is None and form == "text" and wants_color(sys.stdout)
    text = find(form).render(report, Options(color=color, recordings=shown_path(settings.recordings_dir)))
    if output is None:
        write(text)
    else:
        _save_or_print(output, text)
        if report.exit_code or not quiet:
            note(f"{output}: exit {report.exit_code}: {'; '.join(report.exit_reasons) or 'ok'}")
    return report.exit_code


def check(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
    vendor: VendorsOption = None,
    interaction: InteractionOption = None,
    form: FormatOption = "text",
    output: OutputOption = None,
    fail_on: FailOnOption = FailOn.BREAKING,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing when the exit code is 0.")] = False,
    notify: NotifyOption = None,
    dry: DryRunOption = False,
    wait: WaitOption = False,
    no_cache: CacheOption = False,
    config: ConfigOption = None,
) -> int:
    """Call the vendors, keep the responses, and tell what has drifted.

    Examples:

      monitor check --vendor crm

      monitor check --format json --output report.json --fail-on warning

      monitor check --vendor crm --dry-run

      monitor check --notify --quiet
    """
    from monitor.errors import UsageError
    from monitor.pipeline.notifying import run_check
    from monitor.reports import find
    from monitor.wiring import book_of, moments_in, postman_of, tools_of

    find(form)
    check_output(output)
    if dry and notify:
        raise UsageError("--dry-run and --notify exclude each other")
    settings = settings_of(config)
    telling = not dry and (settings.alerts.enabled if notify is None else notify)
    with ProgressDisplay() as progress:
        tools = tools_of(settings, progress, "check", None if wait else 0, cache=not no_cache)
        selection = selection_of(vendor, interaction, fail_on, notify=telling)
        checked = run_check(
            settings, tools, book_of(settings, tools), selection, postman_of(settings) if telling else None
        )
    code = checked.report.exit_code
    if not quiet or code or output is not None:
        show_report(checked.report, settings, form, output, quiet=quiet)
    _tell(checked, moments_in(settings.alerts.timezone), dry=dry, quiet=quiet and not code)
    return code


def _tell(checked: Checked, when: Callable[[datetime], str], *, dry: bool, quiet: bool) -> None:
    """What became of the alerts; the report on standard output may be for a machine."""
    if dry:
        write(dry_run(checked, when))
    tries = checked.delivered.deliveries if checked.delivered and not quiet else ()
    for line in (*checked.notes, *(outcome(one, when) for one in tries)):
        note(line)
    if checked.fault is not None:
        report_error(str(checked.fault))


def recheck(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
    vendor: VendorsOption = None,
    interaction: InteractionOption = None,
    run: RunOption = None,
    every: Annotated[bool, typer.Option("--all", help="Judge the recordings of every run.")] = False,
    form: FormatOption = "text",
    output: OutputOption = None,
    fail_on: FailOnOption = FailOn.BREAKING,
    no_cache: CacheOption = False,
    with_official: Annotated[
        bool, typer.Option("--with-official", help="Ask the official Pact Verifier too; a difference fails.")
    ] = False,
    config: ConfigOption = None,
) -> int:
    """Judge stored recordings with today's contracts and baselines, offline.

    Without --run or --all the newest run of each vendor is judged. Nothing is called, and nothing but the cache of
    verdicts is written.

    Examples:

      monitor recheck --vendor crm

      monitor recheck --run 20261122T085800Z-ab12cd

      monitor recheck --all --with-official
    """
    from monitor.errors import UsageError
    from monitor.pipeline.recheck import recheck as walk
    from monitor.reports import find
    from monitor.wiring import tools_of

    find(form)
    check_output(output)
    if run is not None and every:
        raise UsageError("--run and --all exclude each other")
    settings = settings_of(config, offline=True)
    with ProgressDisplay() as progress:
        tools = tools_of(settings, progress, "recheck", cache=not no_cache)
        named = run.rstrip("/").rsplit("/", 1)[-1] if run else None  # a folder as check prints it will do
        selection = selection_of(vendor, interaction, fail_on, official=with_official)
        report = walk(settings, tools, selection, named, every)
    return show_report(report, settings, form, output)


def register(app: typer.Typer) -> None:
    app.command()(check)
    app.command()(recheck)
