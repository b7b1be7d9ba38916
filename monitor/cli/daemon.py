"""daemon: checks when monitor.yaml says so, and what people are to hear of, in one process."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from monitor.cli.console import ConfigOption, note, write
from monitor.cli.looking import LookFormat
from monitor.errors import StorageError

if TYPE_CHECKING:
    from monitor.scheduling.daemon import Ended

EXIT_INTERRUPTED: Final = 130


def _write(line: str) -> None:
    """Whoever reads the events may go away; the daemon stays."""
    with suppress(StorageError):
        write(line)


def _leave(code: int) -> NoReturn:
    """Ends the process, whatever its threads do."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed before we began
            stream.flush()
    os._exit(code)


def _serve(file: Path, json: bool) -> Ended:
    import socket
    import time

    from monitor.config.load import SecretsMode, load
    from monitor.languages import kinds
    from monitor.pipeline.channel_kinds import channel_kinds
    from monitor.recordings.locks import daemon_lock
    from monitor.scheduling.daemon import Daemon, World
    from monitor.scheduling.events import EventLog, LogFormat
    from monitor.scheduling.project import Project
    from monitor.scheduling.signals import SignalInbox
    from monitor.scheduling.supervisor import tell
    from monitor.scheduling.timetable import ApTimetable
    from monitor.wiring import now

    place = load(file, os.environ, secrets=SecretsMode.DEFER, kinds=kinds(), channels=channel_kinds(), unbuilt=True)
    inbox = SignalInbox(partial(_leave, EXIT_INTERRUPTED))
    world = World(
        house=Project(file, os.environ),
        events=EventLog(_write, LogFormat.JSON if json else LogFormat.TEXT, now),
        clock=now,
        steady=time.monotonic,
        inbox=inbox,
        seed=socket.gethostname(),
        ready=partial(tell, "READY=1", os.environ),
        stopping=partial(tell, "STOPPING=1", os.environ),
    )
    with inbox.listening(), daemon_lock(Path(place.state_dir), "monitor daemon"):
        return Daemon(world, ApTimetable).run()


def daemon(
    log_format: Annotated[LookFormat, typer.Option("--log-format", help="json: one object a line.")] = LookFormat.TEXT,
    config: ConfigOption = None,
) -> int:
    """Check each vendor at the times of its schedule in monitor.yaml, and send alerts, until it is told to end.

    A check that was due while nothing ran (a restart, a laptop asleep) is made once, at once. SIGHUP reads monitor.yaml
    again; a file that is wrong changes nothing, and people are told. SIGTERM and Ctrl-C finish what is in hand. One
    line an event goes to standard output.

    Examples:

      monitor daemon

      monitor daemon --log-format json
    """
    from monitor.config.load import find

    ended = _serve(find(config, Path.cwd()), log_format is LookFormat.JSON)
    if not ended.clean:
        note("monitor: what was in hand did not end; the next run closes it")
        _leave(ended.exit_code)
    return ended.exit_code


def register(app: typer.Typer) -> None:
    app.command()(daemon)
