"""ledger backup, restore, rebuild: the ledger as one file, and out of the reports of runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli.console import ConfigOption, note, report_error, settings_of, shown_path
from monitor.cli.groups import LEDGER
from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.ledger.backup import Maker

EXIT_PASSED_OVER: Final = 3


def _maker() -> Maker:
    from monitor import __version__
    from monitor.ledger.backup import Maker
    from monitor.wiring import now

    return Maker(__version__, now())


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it, for instance ledger.jsonl.gz.")],
    config: ConfigOption = None,
) -> int:
    """Write the whole ledger to one file, from which `ledger restore` makes it again, on either database.

    It is one moment of the ledger, also while a check or the daemon writes to it. An older backup of the name is
    replaced once the new one is whole. It holds what messages hold, so it is private (mode 0600).

    Examples:

      monitor ledger backup ledger.jsonl.gz
    """
    from monitor.errors import UsageError
    from monitor.ledger.backup import back_up
    from monitor.ledger.database import open_existing

    settings = settings_of(config, offline=True, unbuilt=True)
    maker = _maker()
    database = open_existing(settings.ledger, maker.now)
    if database is None:
        raise UsageError("there is no ledger yet", fix="the first check makes it")
    with database:
        saved = back_up(database, file, maker)
    note(f"wrote {printable(str(file), 500)}: {saved}")
    return 0


def restore(
    file: Annotated[Path, typer.Argument(help="What `ledger backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace what the ledger holds, after a backup of it.")
    ] = False,
    config: ConfigOption = None,
) -> int:
    """Fill an empty ledger from a backup; with --force one that is not empty.

    The ledger may be on the other database: so it moves from SQLite to PostgreSQL or back. All of it is restored, or
    nothing has changed. With --force, what is replaced is kept as a backup in state_dir.

    Examples:

      monitor ledger restore ledger.jsonl.gz

      monitor ledger restore ledger.jsonl.gz --force
    """
    from monitor.ledger.backup import restore as restore_from
    from monitor.ledger.database import open_database

    settings = settings_of(config, offline=True, unbuilt=True)
    maker = _maker()
    aside = Path(settings.state_dir) / f"ledger-before-restore-{maker.now:%Y%m%dT%H%M%S.%fZ}.jsonl.gz"
    with open_database(settings.ledger, maker.now) as database:
        restored = restore_from(database, file, maker, aside if force else None)
        where = database.where
    if aside.exists():
        note(f"kept what was there as {shown_path(str(aside))}")
    note(f"restored {where}: {restored}")
    return 0


def rebuild(config: ConfigOption = None) -> int:
    """Make what the ledger knows of runs anew, from the reports in the recordings folder.

    Nobody is alerted. What people decided (ack, mute) and what was sent is kept, where there is a ledger still.

    Examples:

      monitor ledger rebuild
    """
    from monitor.pipeline.keeping import figure
    from monitor.pipeline.rebuilding import rebuild as walk
    from monitor.recordings.store import Store
    from monitor.wiring import ledger_of, now

    settings = settings_of(config, offline=True, unbuilt=True)
    ledger = ledger_of(settings)
    with ledger.database:
        rebuilt = walk(settings, Store(Path(settings.recordings_dir)), ledger, now)
        incidents = ledger.incidents()
    for line in rebuilt.passed_over:
        report_error(f"passed over: {line}")
    note(f"the ledger rests on {figure(rebuilt.runs, 'run')}; {figure(len(incidents), 'incident')} open")
    return EXIT_PASSED_OVER if rebuilt.passed_over else 0


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the form of all of them
    LEDGER.command("backup")(backup)
    LEDGER.command("restore")(restore)
    LEDGER.command("rebuild")(rebuild)
