"""What the commands share: where text goes, colours, progress, and the settings of this call."""

from __future__ import annotations

import contextlib
import getpass
import os
import socket
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Final, Self, TextIO

import typer

from monitor.cli import completing
from monitor.errors import StorageError, UsageError
from monitor.printable import printable

if TYPE_CHECKING:
    from rich.progress import Progress

    from monitor.model import Result, Settings

ConfigOption = Annotated[Path | None, typer.Option("--config", "-c", help="monitor.yaml to use.", show_default=False)]
VendorsOption = Annotated[
    list[str] | None,
    typer.Option("--vendor", "-v", help="Only this vendor; may be repeated.", autocompletion=completing.vendors),
]
VendorOption = Annotated[str, typer.Option("--vendor", "-v", help="The vendor.", autocompletion=completing.vendors)]
InteractionOption = Annotated[
    str | None,
    typer.Option(
        "--interaction",
        "-i",
        help="Only this interaction: id or description.",
        autocompletion=completing.interactions,
    ),
]
WaitOption = Annotated[bool, typer.Option("--wait", help="Wait for another run over the vendor instead of failing.")]

PROGRESS_AFTER: Final = 1.0  # seconds


def _print(stream: TextIO | None, text: str) -> None:
    if stream is None:  # closed before we began
        return
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def write(text: str) -> None:
    """Text on standard output, whatever its encoding can hold. Raises StorageError where it cannot be written.

    A reader that went away is no error: the exit code still says what was found.
    """
    try:
        _print(sys.stdout, text)
    except BrokenPipeError:
        close_quietly()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is closed"
        close_quietly()
        raise StorageError(f"it cannot be written: {reason}", where="standard output") from None


def note(text: str) -> None:
    """A line on standard error, if anybody can read it."""
    with contextlib.suppress(OSError, ValueError):
        _print(sys.stderr, text + "\n")


def report_error(text: str) -> None:
    """One error on standard error."""
    lines = text.splitlines() or [""]
    note("\n".join(f"monitor: {line}" for line in lines))


def close_quietly() -> None:
    """After standard output failed: nothing more is said, and Python does not complain at exit."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open until the end


def wants_color(stream: TextIO | None) -> bool:
    """A terminal that can, and nobody who said no (https://no-color.org)."""
    return (
        stream is not None and stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def is_interactive() -> bool:
    streams = (sys.stdin, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams) and not os.environ.get("CI")


def ask(question: str) -> bool:
    """Yes or no, asked on standard error; the end of input is a no."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort as abort:
        if isinstance(abort.__context__, KeyboardInterrupt):
            raise
        note("")
        return False


def check_output(path: Path | None) -> None:
    """Raises UsageError before any work is done for a report that could not be written."""
    if path is None:
        return
    if path.is_dir():
        raise UsageError("it is a folder", where=str(path), fix="name a file in it")
    if not path.parent.is_dir():
        raise UsageError("its folder does not exist", where=str(path), fix="make it first")


def save(path: Path, text: str) -> None:
    """Writes a report where the user asked for it, whole or not at all. Raises StorageError."""
    from monitor.recordings.files import replace

    data = text.encode("utf-8", "backslashreplace")
    try:
        if path.exists() and not path.is_file():  # a pipe or device, /dev/stdout for one
            with contextlib.suppress(BrokenPipeError):  # a reader that went away is no error
                path.write_bytes(data)
            return
    except (OSError, ValueError) as error:
        raise StorageError(f"it cannot be written: {error}", where=str(path)) from None
    replace(path, data)


def settings_of(config: Path | None, *, offline: bool = False, unbuilt: bool = False) -> Settings:
    """This call's settings. ``offline`` commands need no secrets; ``unbuilt``: contracts may be still to be made."""
    from monitor.config.load import SecretsMode, find, load
    from monitor.languages import kinds
    from monitor.pipeline.channel_kinds import channel_kinds

    mode = SecretsMode.DEFER if offline else SecretsMode.REQUIRE
    file = find(config, Path.cwd())
    return load(file, os.environ, secrets=mode, kinds=kinds(), channels=channel_kinds(), unbuilt=unbuilt)


def who(by: str) -> str:
    """Who decides: ``by``, or else user@host."""
    if by:
        return by
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):  # a container's user without a name
        return f"unknown@{socket.gethostname()}"


def recording_path(name: str, folder: str) -> str:
    """A recording as people name it: a path from here if there is such a file, else one below the recordings folder.

    Raises UsageError where there is neither.
    """
    here = Path(name)
    if name.endswith(".pretty.json"):
        raise UsageError("this is the copy for reviewers", where=name, fix="name the .har beside it")
    try:
        if here.is_file():
            return str(here.absolute())
        if (Path(folder) / name).is_file():
            return name
    except (OSError, ValueError):
        pass
    raise UsageError("there is no such recording", where=printable(name, 300), fix="name a .har file")


def shown_path(path: str) -> str:
    """``path`` as a person would type it here."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return path


class ProgressDisplay:
    """A Listener: shows progress on a terminal once it takes over a second. Thread-safe."""

    def __init__(self) -> None:
        self._wanted = sys.stderr is not None and sys.stderr.isatty() and not os.environ.get("CI")
        self._lock = threading.Lock()
        self._total = 0
        self._done = 0
        self._progress: Progress | None = None
        self._timer: threading.Timer | None = None

    def planned(self, count: int) -> None:
        self._total = count
        if self._wanted and self._timer is None:
            self._timer = threading.Timer(PROGRESS_AFTER, self._show)
            self._timer.daemon = True
            self._timer.start()

    def done(self, result: Result) -> None:
        with self._lock:
            self._done += 1
            if self._progress is not None:
                self._progress.update(self._progress.task_ids[0], completed=self._done, description=result.vendor)

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with self._lock:
            if not self._wanted:
                return
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._progress.add_task("waiting", total=self._total, completed=self._done)
            self._progress.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        with self._lock:
            self._wanted = False
            if self._timer is not None:
                self._timer.cancel()
            if self._progress is not None:
                self._progress.stop()
