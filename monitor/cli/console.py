"""What the commands share: where text goes, colours, progress, and the settings of this call."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Final, Self, TextIO

import typer

from monitor.errors import StorageError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from monitor.model import Result, Settings

ConfigOption = Annotated[Path | None, typer.Option("--config", "-c", help="monitor.yaml to use.", show_default=False)]
VendorsOption = Annotated[list[str] | None, typer.Option("--vendor", "-v", help="Only this vendor; may be repeated.")]
VendorOption = Annotated[str, typer.Option("--vendor", "-v", help="The vendor.")]
InteractionOption = Annotated[
    str | None, typer.Option("--interaction", "-i", help="Only this interaction: id or description.")
]
WaitOption = Annotated[bool, typer.Option("--wait", help="Wait for another run over the vendor instead of failing.")]

PROGRESS_AFTER: Final = 1.0  # seconds


def write(text: str) -> None:
    """Text on standard output, whatever its encoding can hold."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def report_error(text: str) -> None:
    """One error on standard error."""
    lines = text.splitlines() or [""]
    print("\n".join(f"monitor: {line}" for line in lines), file=sys.stderr)


def note(text: str) -> None:
    print(text, file=sys.stderr)


def close_quietly() -> None:
    """After the reader of our output went away: nothing more is said, and Python does not complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def wants_color(stream: TextIO) -> bool:
    """A terminal that can, and nobody who said no (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_interactive() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty() and not os.environ.get("CI")


def save(path: Path, text: str) -> None:
    """Writes a report where the user asked for it. Raises StorageError."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"it cannot be written: {error.strerror}", where=str(path)) from None


def settings_of(config: Path | None, *, offline: bool = False) -> Settings:
    """This call's settings. ``offline`` commands need no secrets."""
    from monitor.config.load import SecretsMode, find, load
    from monitor.languages import kinds

    mode = SecretsMode.DEFER if offline else SecretsMode.REQUIRE
    return load(find(config, Path.cwd()), os.environ, secrets=mode, kinds=kinds())


def shown_path(path: str) -> str:
    """``path`` as a person would type it here."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return path


class ProgressDisplay:
    """A Listener: shows progress on a terminal once it takes over a second."""

    def __init__(self) -> None:
        self._wanted = sys.stderr.isatty() and not os.environ.get("CI")
        self._started = time.monotonic()
        self._total = 0
        self._done = 0
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def planned(self, count: int) -> None:
        self._total = count

    def done(self, result: Result) -> None:
        self._done += 1
        if not self._wanted or time.monotonic() - self._started < PROGRESS_AFTER:
            return
        if self._progress is None:
            from rich.console import Console
            from rich.progress import Progress

            self._progress = Progress(console=Console(stderr=True), transient=True)
            self._task = self._progress.add_task("calling", total=self._total)
            self._progress.start()
        if self._task is not None:
            self._progress.update(self._task, completed=self._done, description=result.vendor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()
