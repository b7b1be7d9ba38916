"""The command line as a whole: which commands there are, and how every ending becomes an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Final

import typer
from typer.exceptions import TyperException

from monitor import __version__
from monitor.cli import (
    accepting,
    alerting,
    approving,
    building,
    checking,
    daemon,
    diagnosing,
    differing,
    drilling,
    explaining,
    history,
    impact,
    importing,
    incidents,
    keeping,
    ledger,
    linting,
    looking,
    reviewing,
    sandboxing,
    scheduling,
    starting,
    status,
    trying,
)
from monitor.cli.console import close_quietly, note, report_error
from monitor.cli.groups import GROUPS
from monitor.errors import MonitorError

EXIT_INTERRUPTED: Final = 130
EXIT_OURS: Final = 70
INTERRUPTED: Final = "interrupted; what was recorded is kept, and the next run closes this one"
TRACEBACK_VARIABLE: Final = "MONITOR_TRACEBACK"

app = typer.Typer(
    name="monitor",
    help="Tells people that a vendor's API has drifted, before their flows go blank.",
    epilog="Exit codes: 0 quiet, 1 drift, 2 usage or configuration, 3 something could not be judged, "
    "4 an alert was not delivered, 70 our fault.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (
    checking,
    approving,
    building,
    looking,
    differing,
    explaining,
    impact,
    history,
    incidents,
    accepting,
    reviewing,
    linting,
    keeping,
    ledger,
    scheduling,
    diagnosing,
    starting,
    importing,
    trying,
    alerting,
    drilling,
    status,
    daemon,
    sandboxing,
):
    commands.register(app)
for group in GROUPS:
    app.add_typer(group)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def _internal_error(error: BaseException) -> None:
    """One line without the error's text, which may quote what must not be shown."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at {os.path.basename(last[0].filename)}:{last[0].lineno}" if last else ""  # noqa: PTH119 - a name only
    report_error(
        f"internal error: {type(error).__name__}{place}; nothing recorded is lost; "
        f"please report it with what {TRACEBACK_VARIABLE}=1 prints (read it for secrets first)"
    )
    if os.environ.get(TRACEBACK_VARIABLE) == "1":
        traceback.print_exception(error)


def _command_of(error: TyperException) -> str:
    return getattr(getattr(error, "ctx", None), "command_path", "") or "monitor"


def _has_folder() -> bool:
    try:
        return bool(os.getcwd())  # noqa: PTH109 - only whether there is one
    except OSError:
        return False


def _usage_error(error: TyperException) -> int:
    message = error.format_message().strip()
    if message.startswith("Usage:"):  # a group without a command: its help
        note(message)
    else:
        report_error(f"{message.rstrip('.')}; try: {_command_of(error)} --help")
    return 2


def _failed(error: Exception) -> int:
    """Tells what went wrong; the exit code."""
    if isinstance(error, TyperException):
        return _usage_error(error)
    if isinstance(error, MonitorError):
        report_error(str(error))
        return error.exit_code
    if isinstance(error, FileNotFoundError) and not _has_folder():
        report_error("the working folder is gone; change to one that exists")
        return 2
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EIO):
        report_error(f"it cannot be written: {error.strerror}")
        return EXIT_OURS
    _internal_error(error)
    return EXIT_OURS


def main(arguments: Sequence[str]) -> int:
    """Runs one command line; the exit code. Never raises."""
    try:
        code = app(list(arguments), standalone_mode=False, prog_name="monitor")
        if code == EXIT_INTERRUPTED:  # typer's own answer to Ctrl-C
            report_error(INTERRUPTED)
        return code if isinstance(code, int) else 0
    except (KeyboardInterrupt, typer.Abort):
        report_error(INTERRUPTED)
        return EXIT_INTERRUPTED
    except SystemExit:  # typer's answer to a reader of --help that went away: it says 1, which means drift here
        close_quietly()
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: never a traceback, never exit 1
        return _failed(error)


def run() -> None:
    """The console script."""
    code = main(sys.argv[1:])
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        close_quietly()
        code = code or EXIT_OURS
    sys.exit(code)
