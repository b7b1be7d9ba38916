"""ledger backup, ledger restore: the ledger as one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import ConfigOption, note, settings_of, shown_path
from monitor.cli.groups import LEDGER

if TYPE_CHECKING:
    from monitor.ledger.backup import Maker


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
    note(f"wrote {shown_path(str(file))}: {saved}")
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


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the form of all of them
    LEDGER.command("backup")(backup)
    LEDGER.command("restore")(restore)
